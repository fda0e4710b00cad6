"""`newstrail asof`: what each source's listing said at a time."""

from datetime import UTC, datetime
from typing import Any

import click

from crawler import lookup
from crawler.cli.output import json_option, print_json, print_records, printable
from crawler.errors import NotFoundError, UsageError
from crawler.rules.dates import utc_text
from storage import history, mementos

_KEYS = ("key", "name", "site", "listing_url", "seen_at", "changed_by", "first_at", "run_at", "next_run_at")


@click.command()
@click.argument("time")
@click.option("--source", metavar="KEY", help="Only this source.")
@json_option
@click.pass_obj
def asof(config_path: str | None, time: str, source: str | None, as_json: bool) -> None:
    """What each source's listing said at TIME: its articles in their order, with the titles as listed then.

    TIME is a time, a date, 2d or 昨天, in the site's zone. A listing is known as of its readings; both that stand
    around TIME are told.
    """
    settings, db = lookup.opened(config_path)
    if source is not None and not history.source_exists(db, source):
        settings.source(source)
    zone = lookup.zone_of(settings, settings.sources[source].site if source in settings.sources else None)
    at = lookup.moment(time, zone)
    if at > utc_text(datetime.now(UTC)):
        raise UsageError(f"{time!r} is still to come; name a time that has passed")
    found = mementos.listings_at(db, at, source)
    db.conn.close()
    read = [listing for listing in found if listing["seen_at"]]
    if as_json and read:
        print_json([{name: listing[name] for name in _KEYS} | {"items": listing["items"]} for listing in found])
    elif read:
        for listing in found:
            _print(listing)
    if not read:
        raise NotFoundError(f"{lookup.local(at, zone)} ({zone}): {_first(found, zone)}")


def _first(found: list[dict[str, Any]], zone: Any) -> str:
    firsts = [listing["first_at"] for listing in found if listing["first_at"]]
    return f"no listing was read by then; the first was at {lookup.local(min(firsts), zone)}" if firsts else (
        "no listing was ever read"
    )  # fmt: skip


def _print(listing: dict[str, Any]) -> None:
    click.echo(printable(f"{listing['name'] or listing['key']}  {listing['listing_url']}"))
    if listing["seen_at"] is None:
        click.echo(f"not read by then; first read {listing['first_at'] or 'never'}\n")
        return
    click.echo(f"in this order since the reading of {listing['seen_at']} (UTC); {_until(listing)}")
    numbered = [{"place": place, **item} for place, item in enumerate(listing["items"], 1)]
    columns = {"place": "#", "code": "code", "title": "title as listed", "version": "version"}
    print_records(numbered, columns, False, "nothing was listed")
    click.echo()


def _until(listing: dict[str, Any]) -> str:
    if listing["changed_by"]:
        return f"another order was first read {listing['changed_by']}"
    return f"no other order has been read since, last reading {listing['listing_seen_at'] or 'unknown'}"
