"""`newstrail diff` and `newstrail blame`."""

import sys
from typing import Any
from zoneinfo import ZoneInfo

import click
import msgspec
from sqlite_utils import Database

from crawler import lookup
from crawler.cli import diffview
from crawler.cli.output import console, json_option, print_json, print_records, printable
from crawler.cli.reading import pick
from crawler.derived import fact_changes, listed
from crawler.errors import NotFoundError
from crawler.items import MEDIA, METADATA
from crawler.rules import diff as rules
from storage import history


@click.command()
@click.argument("code")
@click.argument("old", type=click.IntRange(1), required=False)
@click.argument("new", type=click.IntRange(1), required=False)
@json_option
@click.pass_obj
def diff(config_path: str | None, code: str, old: int | None, new: int | None, as_json: bool) -> None:
    """Two versions of an article compared: OLD and NEW, else OLD and the latest, else the last two."""
    settings, db = lookup.opened(config_path)
    article = lookup.article(settings, db, code)
    lookup.readable(settings, db, article, code)
    versions = history.versions_of(db, article["id"])
    if old is None and len(versions) < 2:
        raise NotFoundError(f"{code}: there is nothing to compare yet; versions on record: {len(versions)}")
    before = pick(versions, code, old or versions[-2]["number"], None)
    after = pick(versions, code, new, None)
    if as_json:
        print_json(
            {
                "site": article["site"],
                "code": article["code"],
                "url": article["url"],
                **_compared(before, after),
                "facts": _fact_changes(db, before, after),
            }
        )
        return
    zone = lookup.zone_of(settings, article["site"])
    click.echo(printable(article["url"]))
    for sign, version in (("---", before), ("+++", after)):
        seen = (
            f"{lookup.local(version['first_seen_at'], zone)} – {lookup.local(version['last_seen_at'], zone)} ({zone})"
        )
        click.echo(f"{sign} version {version['number']}, seen {seen}")
    click.echo()
    print_diff(before, after, zone)
    changed = [c for c in _fact_changes(db, before, after) if c["old_text"] and c["new_text"]]
    for line in dict.fromkeys(f"{c['role'] or c['type']}: {c['old_text']} → {c['new_text']}" for c in changed):
        click.echo(printable(line))


def print_diff(before: dict[str, Any], after: dict[str, Any], zone: ZoneInfo) -> None:
    """Title, metadata (times in `zone`) and body of two versions, changed words marked."""
    for name in METADATA:
        if before[name] != after[name]:
            told = (printable(lookup.localized(version[name], zone)) or "—" for version in (before, after))
            click.echo(f"{name}: {' → '.join(told)}")
    for name in MEDIA:
        if before[name] != after[name]:
            click.echo(f"{name}: {printable(listed(before[name], after[name]))}")
    titles, bodies = (before["title"] or "", after["title"] or ""), (before["body_text"], after["body_text"])
    console().print(diffview.render(*titles, *bodies, has_marks=not sys.stdout.isatty()))


def _fact_changes(db: Database, before: dict[str, Any], after: dict[str, Any]) -> list[dict[str, Any]]:
    """What became of the facts between two versions."""
    return [msgspec.structs.asdict(change) for change in fact_changes(db, before["id"], after["id"])]


def _compared(before: dict[str, Any], after: dict[str, Any]) -> dict[str, Any]:
    fields = {"title": "title", "body": "body_text"}
    return {
        "old_version": before["number"],
        "new_version": after["number"],
        "metadata": {n: [before[n], after[n]] for n in METADATA if before[n] != after[n]},
        **{name: [before[name], after[name]] for name in MEDIA if before[name] != after[name]},
        **{
            name: diffview.operations_json(
                before[column] or "", rules.compare(before[column] or "", after[column] or "")
            )
            for name, column in fields.items()
        },
    }


@click.command()
@click.argument("code")
@json_option
@click.pass_obj
def blame(config_path: str | None, code: str, as_json: bool) -> None:
    """For each paragraph of an article's latest text, the version it came from."""
    settings, db = lookup.opened(config_path)
    article = lookup.article(settings, db, code)
    lookup.readable(settings, db, article, code)
    versions = history.versions_of(db, article["id"])
    if not versions:
        raise NotFoundError(f"{code}: found on a listing and not read yet")
    zone = lookup.zone_of(settings, article["site"])
    records = []
    for paragraph, number in rules.blame([version["body_text"] for version in versions]):
        since = versions[number - 1]["first_seen_at"]
        records.append({"version": number, "since": since, "paragraph": paragraph})
    if not as_json:
        for record in records:
            record["since"] = lookup.local(str(record["since"]), zone)
    print_records(records, {"version": "version", "since": f"since ({zone})", "paragraph": "paragraph"}, as_json)
