"""`newstrail sql` and `newstrail export`."""

import csv
import sys
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path

import click
from rich.console import Console
from rich.progress import track
from sqlite_utils import Database

from crawler import config, searching
from crawler.cli import lookup
from crawler.cli.output import print_json, print_table, printable
from crawler.errors import UsageError
from storage import export as exports
from storage import redactions
from storage import sql as queries

_MOST_TOLD = 20  # redacted articles


@click.command()
@click.argument("query")
@click.option("--json", "form", flag_value="json", help="Print JSON.")
@click.option("--csv", "form", flag_value="csv", help="Print CSV.")
@click.option(
    "--timeout", type=click.FloatRange(0.1), default=30.0, show_default=True, help="Seconds before it is stopped."
)
@click.pass_obj
def sql(config_path: str | None, query: str, form: str | None, timeout: float) -> None:
    """Run QUERY over the record, read-only: a table, --json or --csv."""
    names, rows = queries.run(config.load(config_path).database, query, timeout, searching.FUNCTIONS)
    if form == "csv":
        writer = csv.writer(sys.stdout)
        writer.writerow(names)
        writer.writerows([exports.safe_cell(cell) for cell in row] for row in rows)
    elif form == "json":
        print_json([dict(zip(names, map(_plain, row), strict=True)) for row in rows])
    else:
        print_table([names, *([printable(_plain(cell)) for cell in row] for row in rows)])


def _plain(cell: object) -> object:
    return f"<{len(cell)} bytes>" if isinstance(cell, bytes) else cell


@click.command()
@click.argument("form", metavar="jekyll|jsonl|csv", type=click.Choice(["jekyll", "jsonl", "csv"]))
@click.option(
    "--out", type=click.Path(path_type=Path), help="Folder (jekyll, default _posts) or file (default: standard output)."
)
@click.option(
    "--what", type=click.Choice(list(exports.ROWS)), default="changes", show_default=True, help="Rows of jsonl and csv."
)
@click.pass_obj
def export(config_path: str | None, form: str, out: Path | None, what: str) -> None:
    """Write the record as Jekyll posts, JSON lines or CSV."""
    settings, db = lookup.opened(config_path)
    _tell_left_out(settings, db, form)
    if form == "jekyll":
        zones = {name: site.timezone for name, site in settings.sites.items()}
        _write_posts(exports.jekyll_posts(db, zones), out or Path("_posts"))
        _tell_unwanted(exports.unwanted_posts(db, zones), out or Path("_posts"))
        return
    records = exports.records(db, what)
    lines = exports.jsonl(records) if form == "jsonl" else exports.csv_lines(records)
    if out is None:
        sys.stdout.writelines(lines)
        return
    with _writable(out), out.open("w", encoding="utf-8", newline="") as file:
        file.writelines(track(lines, "writing", console=Console(stderr=True), disable=not sys.stderr.isatty()))
    click.echo(f"wrote {out}", err=True)


def _tell_left_out(settings: config.Config, db: Database, form: str) -> None:
    """What the export leaves out, one line for each reason."""
    is_public = form == "jekyll"
    if count := exports.withheld(db, is_public):
        asks = "noarchive or noindex" if is_public else "noarchive"
        what = "left out" if is_public else "without their texts"
        click.echo(f"{count} articles are {what}: their pages ask for it ({asks})", err=True)
    gone = redactions.tombstones(db)
    for tombstone in gone[:_MOST_TOLD]:
        line = f"{tombstone['code']} is left out: {lookup.tombstone_line(settings, tombstone)}"
        click.echo(printable(line), err=True)
    if len(gone) > _MOST_TOLD:
        click.echo(f"… and {len(gone) - _MOST_TOLD} more that are redacted", err=True)


def _write_posts(posts: Iterable[tuple[str, str]], folder: Path) -> None:
    with _writable(folder):
        folder.mkdir(parents=True, exist_ok=True)
        count = 0
        for name, text in track(posts, "writing", console=Console(stderr=True), disable=not sys.stderr.isatty()):
            (folder / name).write_text(text, encoding="utf-8", newline="")
            count += 1
    click.echo(f"wrote {count} posts to {folder}", err=True)


def _tell_unwanted(names: Iterable[str], folder: Path) -> None:
    for name in names:
        if (folder / name).exists():
            click.echo(printable(f"{folder / name}: of an earlier export, and left out now; remove it"), err=True)


@contextmanager
def _writable(path: Path) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        raise UsageError(f"{path}: cannot be written: {error.strerror}") from None
