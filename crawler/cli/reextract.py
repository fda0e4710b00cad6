"""`newstrail reextract`: today's rules over the responses that are kept."""

import sys
from typing import Any

import click
from rich.console import Console
from rich.progress import track
from sqlite_utils import Database

from crawler import config, jobs, lookup
from crawler.cli.output import json_option, print_json, print_records
from crawler.config import Config
from crawler.reextract import Report, reread_article
from storage import articles, history, queries
from storage.database import open_database, transaction, usable

_MOST_SHOWN = 20


class _Undone(Exception):
    """A dry run ends: nothing of it is kept."""


@click.command()
@click.option("--source", metavar="KEY", help="Only articles that this source listed.")
@click.option("--dry-run", is_flag=True, help="Say what would change, and change nothing.")
@json_option
@click.pass_obj
def reextract(config_path: str | None, source: str | None, dry_run: bool, as_json: bool) -> None:
    """Read the kept responses again by today's rules.

    Texts, fields, facts and what edits changed are written anew, in one transaction. No edit is added by it; the report
    says which edits vanish (were none of the article's) and which appear.
    """
    settings = config.load(config_path)
    lookup.opened(config_path)  # says what is wrong with a database that is not there
    db = open_database(settings.database)
    if source is not None and not history.source_exists(db, source):
        settings.source(source)
    report, unconfigured = Report(), 0
    with usable(settings.database):
        try:
            with transaction(db):
                unconfigured = _all(db, settings, source, report)
                if dry_run:
                    raise _Undone
        except _Undone:
            pass
        changed = {name: _told(db, getattr(report, name)) for name in ("vanished", "appeared", "altered")}
    if as_json:
        print_json({**_counts(report, unconfigured), "dry_run": dry_run, **changed})
    else:
        _print(report, unconfigured, changed, dry_run)


def _all(db: Database, settings: Config, source: str | None, report: Report) -> int:
    """Read every article of configured sites again; how many are of none."""
    layouts = {name: jobs.learned_layouts(db, name) for name in settings.sites}
    rows = articles.read_ones(db, source)
    told = [row for row in rows if row["site"] in settings.sites]
    console = Console(stderr=True)
    for row in track(told, "reading again", console=console, disable=not sys.stderr.isatty(), transient=True):
        reread_article(db, row, settings.sites[row["site"]], layouts[row["site"]], report)
    return len(rows) - len(told)


def _told(db: Database, changes: list[int]) -> list[dict[str, Any]]:
    return [row for number in changes if (row := queries.change(db, number))]


def _counts(report: Report, unconfigured: int) -> dict[str, int]:
    return {
        "versions": report.versions,
        "rewritten": report.rewritten,
        "unreadable": report.unreadable,
        "articles_of_no_configured_site": unconfigured,
    }


def _print(report: Report, unconfigured: int, changed: dict[str, list[dict[str, Any]]], dry_run: bool) -> None:
    verb = "would be" if dry_run else "were"
    click.echo(f"{report.versions} versions read again; {report.rewritten} {verb} written anew", nl=False)
    click.echo(f"; of {report.unreadable} no page is kept that can be read" if report.unreadable else "")
    if unconfigured:
        click.echo(f"{unconfigured} articles are of sites that are no longer configured: left as they are")
    for name, found in changed.items():
        what = {"vanished": "vanish", "appeared": "appear", "altered": "are of other fields"}[name]
        click.echo(f"{len(found)} edits {what}" + (":" if found else ""))
        if found:
            columns = {"id": "#", "changed_by": "seen by (UTC)", "code": "code", "title": "title", "summary": "what"}
            print_records(found[:_MOST_SHOWN], columns, False)
        if len(found) > _MOST_SHOWN:
            click.echo(f"… and {len(found) - _MOST_SHOWN} more (--json tells all)")
