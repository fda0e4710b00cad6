"""`newstrail asof`: what each source's listing said at a time."""

from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo

import click

from crawler import lookup
from crawler.cli.output import json_option, print_json, print_records, printable
from crawler.errors import NotFoundError
from crawler.rules.dates import utc_text
from storage import history, mementos

_KEYS = ("key", "name", "site", "listing_url", "seen_at", "read_again_at", "changed_by", "first_at")


@click.command()
@click.argument("time")
@click.option("--source", metavar="KEY", help="Only this source.")
@json_option
@click.pass_obj
def asof(config_path: str | None, time: str, source: str | None, as_json: bool) -> None:
    """What each source's listing said at TIME: its articles in their order, with the titles as listed then.

    TIME is a time, a date, 2d or 昨天, in the site's zone. A listing is known as of its readings: when this order was
    read first and again, and when another was, is told. Of a time to come, what is known last.
    """
    settings, db = lookup.opened(config_path)
    if source is not None and not history.source_exists(db, source):
        settings.source(source)
    zone = lookup.zone_of(settings, settings.sources[source].site if source in settings.sources else None)
    at = lookup.moment(time, zone)
    found = mementos.listings_at(db, at, source)
    db.conn.close()
    read = [listing for listing in found if listing["seen_at"]]
    if as_json and read:
        print_json([{name: listing[name] for name in _KEYS} | {"items": listing["items"]} for listing in found])
    elif read:
        if at > utc_text(datetime.now(UTC)):
            click.echo(f"{lookup.local(at, zone)} ({zone}) is still to come; this is what is known last\n")
        for listing in found:
            _print(listing, lookup.zone_of(settings, listing["site"]))
    if not read:
        raise NotFoundError(f"{lookup.local(at, zone)} ({zone}): {_first(found, zone)}")


def _first(found: list[dict[str, Any]], zone: ZoneInfo) -> str:
    firsts = [listing["first_at"] for listing in found if listing["first_at"]]
    return f"no listing was read by then; the first was at {lookup.local(min(firsts), zone)}" if firsts else (
        "no listing was ever read"
    )  # fmt: skip


def _print(listing: dict[str, Any], zone: ZoneInfo) -> None:
    click.echo(printable(f"{listing['name'] or listing['key']}  {listing['listing_url']}"))
    click.echo(f"{_known(listing, zone)} ({zone})")
    if listing["seen_at"]:
        numbered = [{"place": place, **item} for place, item in enumerate(listing["items"], 1)]
        columns = {"place": "#", "code": "code", "title": "title as listed", "version": "version"}
        print_records(numbered, columns, False, "nothing was listed")
    click.echo()


def _known(listing: dict[str, Any], zone: ZoneInfo) -> str:
    """Between which readings this order is known."""
    at = {name: lookup.local(listing[name], zone) for name in ("seen_at", "read_again_at", "changed_by", "first_at")}
    if not at["seen_at"]:
        return f"not read by then; first read at {at['first_at']}" if at["first_at"] else "never read"
    again = (
        f"read again unchanged until {at['read_again_at']}" if at["read_again_at"] else "not read again in this order"
    )
    then = f"another order was first read at {at['changed_by']}" if at["changed_by"] else "no other since"
    return f"as read at {at['seen_at']}; {again}; {then}"
