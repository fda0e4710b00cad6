"""`newstrail prune`, `redact`, `pause` and `resume`: what is kept, and what is looked at."""

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import Any

import click
from sqlite_utils import Database

from crawler import config, jobs, lookup
from crawler.cli.output import json_option, print_json, printable, progress_bars
from crawler.config import Config, Retention, seconds
from crawler.errors import UsageError
from crawler.redact import clean
from crawler.redact import redact as take_out
from crawler.retention import Report
from crawler.retention import prune as drop
from crawler.rules.dates import utc_text
from storage import clusters, redactions, retention, sources
from storage.database import open_database, transaction, usable

_CANNOT_SHRINK = (
    "the file was made by an earlier newstrail and keeps its size; `newstrail prune --vacuum` writes it anew once"
)


def _now() -> str:
    return utc_text(datetime.now(UTC))


def _duration(ctx: click.Context, option: click.Parameter, value: str | None) -> str | None:
    if value is not None:
        try:
            seconds(value)
        except ValueError as error:
            raise UsageError(f"--{option.name}: {value!r} is not {error}") from None
    return value


@click.command()
@click.option("--checks", metavar="AGE", callback=_duration, help="Drop looks older than this, such as 90d.")
@click.option("--raw", metavar="AGE", callback=_duration, help="Drop the bytes of responses older than this: 365d.")
@click.option("--vacuum", is_flag=True, help="Write the file anew, too; nothing else can write to it meanwhile.")
@click.option("--dry-run", is_flag=True, help="Say what would be dropped, and drop nothing.")
@json_option
@click.pass_obj
def prune(
    config_path: str | None, checks: str | None, raw: str | None, vacuum: bool, dry_run: bool, as_json: bool
) -> None:
    """Drop old looks and the bytes of old responses, as said here, else in [retention]; the file gets smaller.

    Versions, changes, coverage and hashes are never dropped. A crawl may go on meanwhile.
    """
    settings = config.load(config_path)
    ages = Retention(checks or settings.retention.checks, raw or settings.retention.raw)
    if ages == Retention() and not vacuum:
        raise UsageError(f"nothing is to be dropped: give --checks or --raw, or set [retention] in {settings.path}")
    lookup.opened(config_path)[1].close()  # says what is wrong with a database that is not there
    db = open_database(settings.database)
    with progress_bars() as told:
        report = drop(db, settings.database, ages, _now(), dry_run, told)
    if vacuum and not dry_run:
        _rewrite(db, settings, report)
    if as_json:
        counts = {name: getattr(report, name) for name in ("checks", "bodies", "body_bytes", "responses", "freed")}
        print_json({"dry_run": dry_run, "ages": {"checks": ages.checks, "raw": ages.raw}, **counts})
    else:
        _print_pruned(report, dry_run)
    if not report.can_shrink:
        click.echo(f"newstrail: {settings.database}: {_CANNOT_SHRINK}", err=True)


def _rewrite(db: Database, settings: Config, report: Report) -> None:
    before = settings.database.stat().st_size
    with usable(settings.database):
        retention.rewrite(db)
        retention.checkpoint(db, 5.0)
    report.freed += max(0, before - settings.database.stat().st_size)
    report.can_shrink = True


def _print_pruned(report: Report, dry_run: bool) -> None:
    verb = "would be" if dry_run else "were"
    megabytes = f"{report.body_bytes / 1e6:.1f} MB"
    click.echo(f"{report.checks} looks {verb} dropped")
    click.echo(f"the bytes of {report.bodies} responses ({megabytes}) {verb} dropped; their hashes stay")
    click.echo(f"{report.responses} responses that nothing refers to {verb} dropped wholly")
    if not dry_run:
        click.echo(f"the file is {report.freed / 1e6:.1f} MB smaller")


@click.command()
@click.argument("code")
@click.option("--reason", required=True, metavar="R", help="Why; it stays on record, and is shown to whoever asks.")
@click.option("--yes", is_flag=True, help="Do not ask first.")
@click.option("--no-vacuum", is_flag=True, help="Leave the file's unused places to a later `prune --vacuum`.")
@json_option
@click.pass_obj
def redact(config_path: str | None, code: str, reason: str, yes: bool, no_vacuum: bool, as_json: bool) -> None:
    """Take an article's words out of the record, for good; it is fetched no more. CODE is its code, URL or number.

    Times, hashes, the chain and a tombstone with the reason stay.
    """
    settings, reader = lookup.opened(config_path)
    article = lookup.article(settings, reader, code)
    reader.close()
    if not reason.strip():
        raise UsageError("--reason: say why; it is all that stays to be read")
    asked = f"{printable(article['code'])} {printable(article['title'] or '')}: take its words out, for good?"
    if sys.stdin.isatty() and not yes:
        click.confirm(asked, abort=True, err=True)
    db = open_database(settings.database)
    before = redactions.of_article(db, article["id"])
    lost = None if before else take_out(db, settings, article, " ".join(reason.split()), _now())
    left = None if no_vacuum else clean(db, settings.database)
    tombstone = redactions.of_article(db, article["id"]) or {}
    also = _same_story(db, article)
    if as_json:
        print_json({**tombstone, "lost": lost, "same_story": also, "unused_places": "left" if no_vacuum else left})
    else:
        _print_redacted(settings, tombstone, lost)
    _tell_rest(no_vacuum, left, lost, also)


def _same_story(db: Database, article: dict[str, Any]) -> list[dict[str, Any]]:
    """Other articles with the same words: each is to be redacted by itself."""
    members = clusters.members(db, article["cluster_id"]) if article["cluster_id"] is not None else []
    return [{"site": m["site"], "code": m["code"]} for m in members if m["id"] != article["id"]]


def _print_redacted(settings: Config, tombstone: dict[str, Any], lost: dict[str, int] | None) -> None:
    click.echo(printable(f"{tombstone['code']}: {lookup.tombstone_line(settings, tombstone)}"))
    if lost:
        click.echo(
            f"{lost['versions']} versions, {lost['pages']} kept pages and {lost['listings']} kept readings of listings"
            " lost their words"
        )


def _tell_rest(no_vacuum: bool, left: str | None, lost: dict[str, int] | None, also: list[dict[str, Any]]) -> None:
    """What is still to be done by a person, one line each."""
    lines = []
    if no_vacuum or left:
        why = f" ({left})" if left else ""
        lines.append(f"unused places of the file may still hold its words{why}: run `newstrail prune --vacuum`")
    if lost and lost["pages_shared"]:
        lines.append(f"{lost['pages_shared']} kept pages are another article's too, and stay")
    if also:
        names = ", ".join(f"{other['code']} ({other['site']})" for other in also)
        lines.append(f"the same story is on record as {names}; each is redacted by itself")
    for line in lines:
        click.echo(f"newstrail: {printable(line)}", err=True)


@click.command()
@click.argument("keys", nargs=-1, required=True, metavar="KEY...")
@json_option
@click.pass_obj
def pause(config_path: str | None, keys: tuple[str, ...], as_json: bool) -> None:
    """Stop watching these sources until `newstrail resume`; what is on record stays."""
    settings = config.load(config_path)
    with _sources(settings, keys) as (db, ids):
        told = [{"source": key, "paused": True, "was_paused": not sources.pause(db, ids[key], _now())} for key in ids]
    print_json(told) if as_json else _print_watching(told)


@click.command()
@click.argument("keys", nargs=-1, required=True, metavar="KEY...")
@json_option
@click.pass_obj
def resume(config_path: str | None, keys: tuple[str, ...], as_json: bool) -> None:
    """Watch these sources again."""
    settings = config.load(config_path)
    with _sources(settings, keys) as (db, ids):
        told = [{"source": key, "paused": False, "was_paused": sources.resume(db, ids[key])} for key in ids]
    print_json(told) if as_json else _print_watching(told)


@contextmanager
def _sources(settings: Config, keys: tuple[str, ...]) -> Iterator[tuple[Database, dict[str, int]]]:
    """The database in a transaction, and the numbers of these sources in it; raises `ConfigError`."""
    wanted = {key: settings.source(key) for key in keys}
    db = open_database(settings.database)
    with usable(settings.database), transaction(db):
        yield db, {key: jobs.put_source(db, settings, source) for key, source in wanted.items()}


def _print_watching(told: list[dict[str, Any]]) -> None:
    for source in told:
        state = "paused" if source["paused"] else "watched"
        already = " already" if source["paused"] == source["was_paused"] else ""
        click.echo(f"{printable(source['source'])} is {state}{already}")
