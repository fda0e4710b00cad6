"""From what a person types (a code, a URL, a time) to what the record has."""

import re
from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo

from sqlite_utils import Database

from crawler import config, jobs
from crawler.errors import NotFoundError
from crawler.rules import dates, standing, when
from storage import history, redactions
from storage.database import open_readonly

_UTC_TEXT = re.compile(r"\b\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}Z")


def opened(config_path: str | None) -> tuple[config.Config, Database]:
    """The configuration and its database, for reading."""
    settings = config.load(config_path)
    return settings, open_readonly(settings.database)


def article(settings: config.Config, db: Database, reference: str) -> dict[str, Any]:
    """The one article that a code, URL or number means; raises `NotFoundError`, with the candidates where several."""
    codes = []
    if "://" in reference:
        try:
            target = jobs.watch_target(settings, reference)
            codes = [(target.site, target.code)]
        except NotFoundError:
            pass  # it may still be a URL that the record knows
    found = history.articles_like(db, reference, codes)
    if not found:
        raise NotFoundError(f"{reference}: not on record")
    if len(found) > 1:
        candidates = "; ".join(f"number {a['id']}: {a['site']} {a['code']} {a['title'] or ''}" for a in found[:10])
        raise NotFoundError(f"{reference}: may be several articles; name one by its number or URL: {candidates}")
    return found[0]


def readable(settings: config.Config, db: Database, article: dict[str, Any], reference: str) -> None:
    """Raises `NotFoundError` where the article's words were taken out of the record."""
    if tombstone := redactions.of_article(db, article["id"]):
        raise NotFoundError(f"{reference}: {tombstone_line(settings, tombstone)}")


def tombstone_line(settings: config.Config, tombstone: dict[str, Any]) -> str:
    """What is said of a redacted article: the day in the site's zone, and why."""
    day = local(tombstone["redacted_at"], zone_of(settings, tombstone["site"]))[:10]
    return f"redacted on {day}: {tombstone['reason']}"


def standing_at(
    db: Database, article_id: int, versions: list[dict[str, Any]], at: str
) -> standing.Standing | None:  # fmt: skip
    """What is known of an article, whose `versions` are given, at a time (UTC text); None before its first."""
    happened = history.changes(db, article_id=article_id)[::-1]
    return standing.standing(standing.stretches(versions, happened, history.gone_at(db, article_id)), at)


def zone_of(settings: config.Config, site: str | None = None) -> ZoneInfo:
    """The zone in which times are read and printed: the site's, else the first site's, else UTC."""
    sites = settings.sites
    if site in sites:
        return sites[site].zone
    return next(iter(sites.values())).zone if sites else ZoneInfo("UTC")


def moment(text: str, zone: ZoneInfo, now: datetime | None = None) -> str:
    """UTC text of a time as a person writes it, by `rules.when`."""
    return when.moment(text, zone, now or datetime.now(UTC))


def local(text: str | None, zone: ZoneInfo) -> str:
    """A time of the record in a zone, to the second."""
    return f"{dates.from_utc_text(text).astimezone(zone):%Y-%m-%d %H:%M:%S}" if text else ""


def localized(text: str | None, zone: ZoneInfo) -> str:
    """A text of the record with its times in a zone."""
    return _UTC_TEXT.sub(lambda match: local(match[0], zone), text or "")
