"""The schedule as it stands in the database: read, brought up to date, and written, one short transaction at a time."""

from collections.abc import Collection, Iterable
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import urlsplit

from sqlite_utils import Database

from crawler import jobs
from crawler.config import Config
from crawler.rules import identity, patience, schedule
from crawler.rules.addresses import host_of
from crawler.rules.dates import from_utc_text, later, utc_text
from storage import hosts, sources
from storage import schedule as table
from storage.database import transaction

GRACE = timedelta(seconds=30)  # so late a run is still the one that was planned
_PUT_OFF = "put off until then: "


def adopt(db: Database, settings: Config, now: datetime) -> None:
    """Put the configured sources on record, plan those whose rule has changed anew, and those that are configured no
    more not at all."""
    with transaction(db):
        for key, source in settings.sources.items():
            url = identity.listing_url(settings.sites[source.site], source.category_name)
            sources.put_source(db, key, source.name, source.site, source.category_name, url)
        for row in table.plans(db):
            if row["key"] not in settings.sources:
                table.leave(db, row["source_id"])
            elif row["next_run_at"] and row["rule"] != settings.sources[row["key"]].schedule:
                _put(db, settings, row["key"], _next(settings, row["key"], row["last_run_at"], now), None)


def update(db: Database, settings: Config, now: datetime, busy: Collection[str], doubtful: bool) -> dict[str, datetime]:
    """Plan what needs a plan; when each source that is watched, and not `busy`, is read next."""
    rows = [row for row in table.plans(db) if row["key"] in settings.sources and row["key"] not in busy]
    active = {row["key"]: row for row in rows if row["paused_at"] is None}
    entries = [_entry(settings, row) for row in active.values()]
    if made := schedule.replan(entries, now, GRACE, doubtful):
        with transaction(db):
            for key, plan in made.items():
                _put(db, settings, key, plan.at, plan.reason)
    return {key: made[key].at if key in made else from_utc_text(row["next_run_at"]) for key, row in active.items()}


def begin(db: Database, settings: Config, key: str, now: datetime) -> str | None:
    """Note that a source's crawl begins; why it does not: it was paused meanwhile, or its host wants to be left alone.

    Its plan stands until `finish`: a crawl that is cut off with the daemon is made again.
    """
    with transaction(db):
        row = next(row for row in table.plans(db) if row["key"] == key)
        if row["paused_at"] is not None:
            return "paused"
        if wait := _wish(db, [row["listing_url"]], now):
            why = f"{wait['host']}: {wait['reason'] or 'it is to be left alone'}"
            _put(db, settings, key, from_utc_text(wait["not_before"]), _PUT_OFF + why)
            return f"put off until {wait['not_before']}: {why}"
        table.began(db, row["source_id"], utc_text(now))
    return None


def finish(db: Database, settings: Config, key: str, planned: datetime, now: datetime) -> None:
    """A source's crawl has ended, however: plan the next one."""
    source = settings.sources[key]
    own = _next(settings, key, utc_text(planned), now)
    reason = None
    if source.min_every:
        own, reason = min(jobs.next_listing(db, settings, key, now), own), "as its listing and the budget have it"
    with transaction(db):
        _put(db, settings, key, own, reason)


def site_waits(db: Database, settings: Config, site: str, now: datetime) -> bool:
    """Whether a host of a site wants to be left alone."""
    pages = settings.sites[site]
    return _wish(db, [url for url in (pages.listing, pages.share, pages.content) if url], now) is not None


def _wish(db: Database, urls: Iterable[str], now: datetime) -> dict[str, Any] | None:
    """The one of these URLs' hosts that wants to be left alone for longest; None where none does."""
    at = utc_text(now)
    hosts.redate(db, at, later(at, patience.AHEAD), int(patience.LONGEST))
    return table.put_off(db, [host_of(urlsplit(url)) for url in urls], at)


def _put(db: Database, settings: Config, key: str, at: datetime, reason: str | None) -> None:
    table.put(db, key, settings.sources[key].schedule, utc_text(at), reason)


def _next(settings: Config, key: str, planned: str | None, now: datetime) -> datetime:
    source = settings.sources[key]
    before = from_utc_text(planned) if planned else None
    return schedule.next_run(source.schedule, settings.sites[source.site].zone, before, now)


def _entry(settings: Config, row: dict[str, Any]) -> schedule.Entry:
    source = settings.sources[row["key"]]
    return schedule.Entry(
        row["key"],
        source.schedule,
        settings.sites[source.site].zone,
        from_utc_text(row["next_run_at"]) if row["next_run_at"] else None,
        put_off=(row["reason"] or "").startswith(_PUT_OFF),
    )
