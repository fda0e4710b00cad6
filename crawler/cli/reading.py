"""`newstrail changes`, `log` and `show`."""

import json
from collections.abc import Callable
from typing import Any
from zoneinfo import ZoneInfo

import click
from sqlite_utils import Database

from crawler import lookup
from crawler.cli.output import json_option, print_json, print_records, printable
from crawler.errors import NotFoundError, UsageError
from crawler.rules import standing, story
from storage import history, marks, redactions, relations, stream

_NUMBER = click.IntRange(0, 2**63 - 1)
DISCLOSURES = ("notice", "updated_time", "none", "unknown")
KINDS = ("first_seen", "edited", "removed", "restored", "moved")
FIELDS = (
    "title",
    "body",
    "outlet",
    "author",
    "published_at",
    "modified_at",
    "images",
    "tables",
    "links",
    "attachments",
)


def _filters(command: Callable[..., None]) -> Callable[..., None]:
    """The options that choose among changes."""
    options = (
        click.option("--since", metavar="T", help="A time, a date, 2d or 昨天, in the site's zone."),
        click.option("--until", metavar="T", help="Only what was seen before this time."),
        click.option("--source", metavar="KEY", help="Only articles that this source listed."),
        click.option("--outlet", metavar="NAME", help="Only articles of this outlet (文章来源)."),
        click.option("--kind", type=click.Choice(KINDS), help="Only changes of this kind."),
        click.option("--field", type=click.Choice(FIELDS), help="Only changes of this field."),
        click.option("--severity", type=click.Choice(history.SEVERITIES), help="Only edits of this severity."),
        click.option(
            "--min-severity",
            type=click.Choice(history.SEVERITIES),
            help="Only edits that matter at least so much (default: all that happened, save cosmetic edits).",
        ),
        click.option("--disclosure", type=click.Choice(DISCLOSURES), help="Only edits that were told of so."),
        click.option("--verdict", type=click.Choice(marks.VERDICTS), help="Only changes that you marked so."),
        click.option("--words", metavar="WORDS", help="Only where these words stand in the title or the summary."),
    )
    for option in reversed(options):
        command = option(command)
    return command


@click.command()
@_filters
@click.option("--by-story", is_flag=True, help="The same edit of one story, under several codes, as one row.")
@click.option("--before", type=_NUMBER, metavar="N", help="Go on below change N of a list: the next page.")
@click.option("--after", type=_NUMBER, metavar="N", help="What was recorded after change N, oldest first; 0: all.")
@click.option("--limit", type=click.IntRange(1, 2**31), default=50, show_default=True, help="At most so many.")
@json_option
@click.pass_obj
def changes(
    config_path: str | None, /, since: str | None, source: str | None, by_story: bool, after: int | None, limit: int,
    as_json: bool, **filters: Any,
) -> None:  # fmt: skip
    """The record of what happened, newest first."""
    settings, db = lookup.opened(config_path)
    if source is not None and not history.source_exists(db, source):
        settings.source(source)
    zone = lookup.zone_of(settings, settings.sources[source].site if source in settings.sources else None)
    begins, ends = (lookup.moment(text, zone) if text else None for text in (since, filters["until"]))
    filters |= {"since": begins, "until": ends, "source": source}
    if after is not None:
        if by_story or filters["before"]:
            raise UsageError("--after goes on in the order of recording; it takes neither --before nor --by-story")
        _print_after(db, after, limit, zone, as_json, filters)
        return
    cosmetic = None if filters["min_severity"] or filters["severity"] else False
    most = -1 if by_story else limit
    found = history.changes(db, cosmetic=cosmetic, limit=most, **filters)
    if by_story:
        found = story.by_story(found)[:limit]
    _print_changes(found, zone, as_json, with_article=True)
    if cosmetic is False and not as_json:
        oldest = found[-1]["changed_by"] if len(found) == limit else begins
        _tell_hidden(history.cosmetic_edits(db, **filters | {"since": oldest}))


def _print_after(
    db: Database, after: int, limit: int, zone: ZoneInfo, as_json: bool, filters: dict[str, Any]
) -> None:  # fmt: skip
    """A page of the stream, cosmetic edits too, and where the next begins."""
    page = stream.changes_after(db, after, limit, **stream.asked(**filters))
    if as_json:
        for change in page.changes:
            change["fields"] = json.loads(change["fields"])
        print_json({"changes": page.changes, "next": page.next, "more": page.more})
        return
    _print_changes(page.changes, zone, False, with_article=True)
    click.secho(f"what comes after: --after {page.next}", err=True, dim=True)


def _tell_hidden(count: int) -> None:
    if count:
        edits = "edit is" if count == 1 else "edits are"
        click.secho(f"{count} cosmetic {edits} not shown; --min-severity cosmetic shows all edits", err=True, dim=True)


def _print_changes(found: list[dict[str, Any]], zone: ZoneInfo, as_json: bool, with_article: bool) -> None:
    for change in found:
        change["fields"] = json.loads(change["fields"])
    if as_json:
        print_json(found)
        return
    for change in found:
        change["when"] = lookup.local(change["changed_by"], zone)
        change["what"] = lookup.localized(change["summary"] or change["reason"], zone)
        change["versions"] = _numbers(change)
        change["fields"] = " ".join(change["fields"])
        change["code"] = " ".join(change.get("codes", [change["code"]]))
    columns = {"id": "#", "when": f"seen by ({zone})", "kind": "kind", "severity": "severity", "fields": "fields"}
    if any(change["verdict"] for change in found):
        columns["verdict"] = "verdict"
    if with_article:
        columns |= {"code": "code", "title": "title"}
    print_records(found, columns | {"versions": "versions", "what": "what"}, False, empty="no change on record")


def _numbers(change: dict[str, Any]) -> str:
    old, new = change["old_version"], change["new_version"]
    return f"{old or '–'} → {new or '–'}" if old != new else str(new)


@click.command()
@click.argument("code")
@json_option
@click.pass_obj
def log(config_path: str | None, code: str, as_json: bool) -> None:
    """One article: its versions, and what happened to it. CODE is its code, its URL or its number."""
    settings, db = lookup.opened(config_path)
    article = lookup.article(settings, db, code)
    zone = lookup.zone_of(settings, article["site"])
    versions = history.versions_of(db, article["id"])
    happened = history.changes(db, article_id=article["id"])[::-1]
    related = relations.relations_of(db, article["id"])
    tombstone = redactions.of_article(db, article["id"])
    if as_json:
        for change in happened:
            change["fields"] = json.loads(change["fields"])
        kept = [{k: v for k, v in version.items() if not k.startswith("body")} for version in versions]
        why = {name: tombstone[name] for name in ("redacted_at", "reason")} if tombstone else None
        print_json({**article, "versions": kept, "changes": happened, "relations": related, "redaction": why})
        return
    click.echo(f"{printable(article['title'] or article['code'])}\n{printable(article['url'])}")
    checked = lookup.local(article["last_checked_at"], zone) or "never"
    click.echo(f"{printable(article['outlet'] or '')}  {article['state']}, last looked at {checked} ({zone})")
    if tombstone:
        click.echo(printable(lookup.tombstone_line(settings, tombstone)))
    for other in related:
        said = f"{other['relation'].replace('_', ' ')} {other['code']} {other['title'] or ''}"
        click.echo(printable(f"{said} (项目编号 {other['basis']})"))
    click.echo()
    for version in versions:
        version["seen"] = (
            f"{lookup.local(version['first_seen_at'], zone)} – {lookup.local(version['last_seen_at'], zone)}"
        )
        version["characters"] = len(version["body_text"])
    print_records(
        versions,
        {"number": "version", "seen": "seen", "characters": "characters", "title": "title"},
        False,
        "not read yet",
    )
    click.echo()
    _print_changes(happened, zone, False, with_article=False)


@click.command()
@click.argument("code")
@click.option("--version", "number", type=click.IntRange(1), metavar="N", help="This version (default: the latest).")
@click.option("--at", metavar="TIME", help="The version that stood at this time.")
@click.option("--html", is_flag=True, help="The body's HTML as it was served.")
@json_option
@click.pass_obj
def show(config_path: str | None, code: str, number: int | None, at: str | None, html: bool, as_json: bool) -> None:
    """One version of an article. CODE is its code, its URL or its number."""
    settings, db = lookup.opened(config_path)
    article = lookup.article(settings, db, code)
    lookup.readable(settings, db, article, code)
    zone = lookup.zone_of(settings, article["site"])
    moment = lookup.moment(at, zone) if at else None
    versions = history.versions_of(db, article["id"])
    version = pick(versions, code, number, moment, zone)
    known = lookup.standing_at(db, article["id"], versions, moment) if moment and number is None else None
    if as_json:
        about = {"standing": _standing_fields(known, moment)} if known else {}
        print_json({"site": article["site"], "code": article["code"], "url": article["url"], **version, **about})
        return
    if html:
        click.echo(version["body_html"])
        return
    if known:
        click.echo(f"{lookup.local(moment, zone)} ({zone}): {lookup.localized(standing.told(known), zone)}\n")
    click.echo(printable(version["title"] or ""))
    said = [version["outlet"], version["author"], lookup.local(version["published_at"], zone)]
    click.echo("  ".join(printable(word) for word in said if word))
    seen = f"{lookup.local(version['first_seen_at'], zone)} – {lookup.local(version['last_seen_at'], zone)} ({zone})"
    click.echo(f"version {version['number']} of {article['version_count']}, seen {seen}\n")
    click.echo(printable(version["body_text"]))


def _standing_fields(known: standing.Standing, at: str | None) -> dict[str, Any]:
    before, after = known.before._asdict(), known.after._asdict() if known.after else None
    return {"at": at, "status": known.status, "before": before, "after": after, "told": standing.told(known)}


def pick(
    versions: list[dict[str, Any]], code: str, number: int | None, at: str | None, zone: ZoneInfo | None = None
) -> dict[str, Any]:  # fmt: skip
    """The version of that number, or that stood at a time (UTC text), else the latest; raises `NotFoundError`, with
    times in `zone`."""
    if not versions:
        raise NotFoundError(f"{code}: found on a listing and not read yet")
    if number is not None:
        for version in versions:
            if version["number"] == number:
                return version
        raise NotFoundError(f"{code}: no version {number}; there are 1 to {versions[-1]['number']}")
    if at is None:
        return versions[-1]
    stood = [version for version in versions if version["first_seen_at"] <= at]
    if not stood:
        first = versions[0]["first_seen_at"]
        raise NotFoundError(f"{code}: not seen before {f'{lookup.local(first, zone)} ({zone})' if zone else first}")
    return stood[-1]
