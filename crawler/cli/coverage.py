"""`newstrail coverage`."""

import sys
from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo

import click
from sqlite_utils import Database

from crawler import lookup
from crawler.cli.output import console, json_option, print_json, print_records, printable
from crawler.rules.dates import from_utc_text, utc_text
from crawler.rules.stretches import bar, duration, gaps
from storage import coverage as record
from storage import history

_WIDEST = 72  # columns of the bar
_HAPPENED = ("edited", "removed", "restored")


@click.command()
@click.argument("code")
@json_option
@click.pass_obj
def coverage(config_path: str | None, code: str, as_json: bool) -> None:
    """When an article's text is known, and when it is not. CODE is its code, its URL or its number."""
    settings, db = lookup.opened(config_path)
    article = lookup.article(settings, db, code)
    now = utc_text(datetime.now(UTC))
    stretches = record.stretches(db, article["id"])
    known = [(_seconds(s["from_at"]), _seconds(s["to_at"])) for s in stretches]
    changes = [c for c in history.changes(db, article_id=article["id"]) if c["kind"] in _HAPPENED][::-1]
    for stretch in stretches:
        stretch["changes"] = _within(changes, stretch["from_at"], stretch["to_at"])
    between = [_gap(db, article["id"], changes, gap, gap[0] == known[-1][1]) for gap in gaps(known, _seconds(now))]
    versions = [
        {key: version[key] for key in ("number", "first_seen_at", "last_seen_at", "title")}
        for version in history.versions_of(db, article["id"])
    ]
    if as_json:
        about = {key: article[key] for key in ("site", "code", "url", "title", "state", "next_check_at")}
        print_json({**about, "at": now, "stretches": stretches, "gaps": between, "versions": versions})
        return
    zone = lookup.zone_of(settings, article["site"])
    click.echo(f"{printable(article['title'] or article['code'])}\n{printable(article['url'])}\n")
    if not stretches:
        click.echo("no look has read it: nothing is known of its text")
        return
    if sys.stdout.isatty():
        click.echo(bar(known, max(_seconds(now), known[-1][1]), min(_WIDEST, console().width)) + "\n")
    _print_stretches(stretches, between, article["next_check_at"], zone)
    for version in versions:
        version["seen"] = " – ".join(lookup.local(version[key], zone) for key in ("first_seen_at", "last_seen_at"))
    click.echo()
    print_records(versions, {"number": "version", "seen": f"seen ({zone})", "title": "title"}, False)


def _seconds(text: str) -> float:
    return from_utc_text(text).timestamp()


def _within(changes: list[dict[str, Any]], after: str, by: str) -> list[str]:
    """Kinds of the changes that were first seen in that time, in order."""
    return [change["kind"] for change in changes if after < change["changed_by"] <= by]


def _gap(
    db: Database, article_id: int, changes: list[dict[str, Any]], gap: tuple[float, float], lasting: bool
) -> dict[str, Any]:
    begin, end = (utc_text(datetime.fromtimestamp(moment, UTC)) for moment in gap)
    return {
        "from_at": begin,
        "to_at": end,
        "seconds": int(gap[1] - gap[0]),
        "lasting": lasting,
        "looks": record.looks_between(db, article_id, begin, end),
        "changes": _within(changes, begin, end),
    }


def _print_stretches(
    stretches: list[dict[str, Any]], between: list[dict[str, Any]], next_look: str | None, zone: ZoneInfo
) -> None:
    """Stretches and gaps in the order of time, which is that of `zone`."""
    click.echo(f"Times are those of {zone}.")
    lines = [(stretch["from_at"], _told_known(stretch, zone)) for stretch in stretches]
    lines += [(gap["from_at"], _told_gap(gap, zone)) for gap in between]
    for _, line in sorted(lines, key=lambda line: line[0]):
        click.echo(line)
    click.echo(f"next look: {lookup.local(next_look, zone) if next_look else 'never'}")


def _told_known(stretch: dict[str, Any], zone: ZoneInfo) -> str:
    begin, end = (lookup.local(stretch[key], zone) for key in ("from_at", "to_at"))
    if stretch["looks"] == 1:
        return f"at {begin} it was read: 1 look"
    apart = duration(stretch["longest_gap_seconds"])
    changes = f"; {', '.join(stretch['changes'])}" if stretch["changes"] else "; no change seen"
    return f"from {begin} to {end} its text is known: {stretch['looks']} looks, at most {apart} apart{changes}"


def _told_gap(gap: dict[str, Any], zone: ZoneInfo) -> str:
    begin, end = (lookup.local(gap[key], zone) for key in ("from_at", "to_at"))
    when = f"since {begin}" if gap["lasting"] else f"between {begin} and {end}"
    stood = "what stands there is not known" if gap["lasting"] else "what stood there is not known"
    looks = f"; looks that did not read it: {_listed(gap['looks'])}" if gap["looks"] else ""
    changes = f"; on record then: {', '.join(gap['changes'])}" if gap["changes"] else ""
    return f"{when} nobody read it ({duration(gap['seconds'])}): {stood}{looks}{changes}"


def _listed(looks: dict[str, int]) -> str:
    return ", ".join(f"{count} {outcome}" for outcome, count in looks.items())
