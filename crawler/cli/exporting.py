"""`newstrail export`."""

import sys
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, BinaryIO

import click
from rich.console import Console
from rich.progress import BarColumn, Progress, TaskProgressColumn, TextColumn, TimeRemainingColumn
from sqlite_utils import Database

from crawler import config, lookup
from crawler.cli.output import printable
from crawler.errors import UsageError
from crawler.export import jekyll, lines
from crawler.export.files import writable, written
from crawler.rules import dates
from storage import export as exports
from storage import redactions, responses, stream, tables

_MOST_TOLD = 20  # redacted articles
_LONGEST_NUMBER = 18  # digits
_A_STEP = 50  # rows between two looks at the bar
_PASSAGES = 100  # changes whose words are found at once
_BY_TIME = ("warc", "parquet")  # numbers of responses may come again once old ones are pruned; tables have one each


@click.command()
@click.argument("form", metavar="jekyll|jsonl|csv|parquet|warc|atom")
@click.option(
    "--out", type=click.Path(path_type=Path),
    help="Folder (jekyll, default _posts; parquet, default tables) or file (default: standard output; .gz packs warc).",
)  # fmt: skip
@click.option(
    "--what", type=click.Choice(exports.LINES), default="changes", show_default=True, help="Rows of jsonl and csv."
)
@click.option("--since", metavar="T", help="Only what was recorded since: a time, a date, 2d, 昨天, or after row N.")
@click.option("--base-url", metavar="URL", help="Where the web page is, for links to it in atom.")
@click.pass_obj
def export(
    config_path: str | None, form: str, out: Path | None, what: str, since: str | None, base_url: str | None
) -> None:
    """Write the record, or what was added since: posts, lines, tables, raw responses or a feed."""
    if form not in _FORMS:
        raise UsageError(f"{form}: no such form; write one of {', '.join(_FORMS)}")
    settings, db = lookup.opened(config_path)
    begin = _since(settings, since, form)
    _tell_left_out(settings, db, form)
    if form in ("jsonl", "csv"):
        _write_lines(db, form, what, begin, out)
    elif form == "atom":
        _write_atom(db, begin, out, base_url)
    elif form == "jekyll":
        _write_posts(settings, db, begin, out or Path("_posts"))
    elif form == "warc":
        _write_warc(db, begin, out)
    else:
        _write_tables(db, begin, out or Path("tables"))


_FORMS = ("jekyll", "jsonl", "csv", "parquet", "warc", "atom")


def _since(settings: config.Config, text: str | None, form: str) -> exports.Since:
    if text is None:
        return exports.EVERYTHING
    if not (text.isascii() and text.isdigit()):
        return exports.Since(at=lookup.moment(text, lookup.zone_of(settings)))
    if form in _BY_TIME:
        raise UsageError(f"--since {text}: {form} goes on from a time; write 2024-11-20, '2024-11-20 08:00' or 2d")
    if len(text) > _LONGEST_NUMBER:
        raise UsageError(f"--since {text[:40]}: must be a row's number")
    return exports.Since(after=int(text))


def _write_lines(db: Database, form: str, what: str, since: exports.Since, out: Path | None) -> None:
    to = exports.last(db, what)
    make = lines.jsonl if form == "jsonl" else lines.csv_lines
    with _shown(out) as shown, _output(out) as file:
        records = shown(exports.records(db, what, since, to), since.after, to)
        count = 0
        for count, line in enumerate(make(records), 1):  # noqa: B007
            file.write(line.encode())
    rows = count - 1 if form == "csv" and count else count
    _tell_done(out, f"{rows} {what}", str(to))


def _write_atom(db: Database, since: exports.Since, out: Path | None, base_url: str | None) -> None:
    from crawler import feeds

    to = stream.newest(db)
    feed = feeds.Feed(stream.stamp(db)["record"], pages=base_url.rstrip("/") if base_url else None)
    with _shown(out) as shown, _output(out) as file:
        changes = shown(_changes(db, since, to), since.after, to)
        feeds.write_atom(file, changes, feed, stream.recorded_at(db, to) or feeds.NOTHING_YET)
        file.write(b"\n")
    _tell_done(out, "the feed", str(to))


def _changes(db: Database, since: exports.Since, to: int) -> Iterator[dict[str, Any]]:
    """The changes of a feed for the public, oldest first, with their words; redacted articles' are left out."""
    from crawler import passages

    after = since.after
    while after < to:
        asked = stream.asked(recorded_since=since.at, up_to=to, redacted=False)
        found = stream.in_order(db, after, _PASSAGES, **asked)
        if not found:
            return
        after = found[-1]["id"]
        yield from passages.of_changes(db, found, is_public=True, numbers=False)


def _write_posts(settings: config.Config, db: Database, since: exports.Since, folder: Path) -> None:
    zones = {name: site.timezone for name, site in settings.sites.items()}
    to = exports.last(db, "posts")
    count = 0
    with writable(folder):
        folder.mkdir(parents=True, exist_ok=True)
    with _shown(folder) as shown:
        for article in shown(exports.records(db, "posts", since, to), since.after, to, "row"):
            name, text = jekyll.posted(article, zones)
            with written(folder / name) as file:
                file.write(text.encode())
            count += 1
    _tell_done(folder, f"{count} posts", str(to))
    for name in jekyll.unwanted_posts(db, zones):
        if (folder / name).exists():
            click.echo(printable(f"{folder / name}: of an earlier export, and left out now; remove it"), err=True)


def _write_warc(db: Database, since: exports.Since, out: Path | None) -> None:
    from crawler.export import warc

    to = exports.last(db, "responses")
    newest = exports.newest_response(db)
    with _shown(out) as shown, _output(out) as file:
        found = shown(exports.records(db, "responses", since, to), since.after, to)
        is_packed = out is not None and out.suffix == ".gz"
        counted = warc.write(file, found, lambda digest: responses.body(db, digest), is_packed)
    _tell_done(out, f"{counted['written']} responses, {counted['revisits']} of them revisits", newest)
    if counted["dropped"]:
        click.echo(f"{counted['dropped']} are left out: their bytes were pruned or redacted", err=True)
    if counted["withheld"]:
        click.echo(f"{counted['withheld']} are left out: their pages ask for it (noarchive)", err=True)


def _write_tables(db: Database, since: exports.Since, folder: Path) -> None:
    from crawler.export import parquet

    began = dates.utc_text(datetime.now(UTC))
    with writable(folder):
        folder.mkdir(parents=True, exist_ok=True)
    with _shown(folder) as shown:
        counted = parquet.write(db, folder, since.at, lambda name, rows: shown(rows, 0, tables.last(db, name), None))
    _tell_done(folder, f"{sum(counted.values())} rows in {len(counted)} tables", began)


@contextmanager
def _output(out: Path | None) -> Iterator[BinaryIO]:
    """Standard output, or a file that is there when it is whole."""
    if out is None:
        sys.stdout.flush()
        yield sys.stdout.buffer
        sys.stdout.buffer.flush()
        return
    with written(out) as file:
        yield file


@contextmanager
def _shown(out: Path | None) -> Iterator[Callable[..., Iterator[Any]]]:
    """A function that gives rows on and shows on a terminal how far they are: by their numbers, which go from `start`
    to `to` (`key` has a row's), else by counting."""
    columns = (TextColumn("{task.description}"), BarColumn(), TaskProgressColumn(), TimeRemainingColumn())
    is_off = not sys.stderr.isatty() or (out is None and sys.stdout.isatty())
    with Progress(*columns, console=Console(stderr=True), disable=is_off, transient=True) as progress:

        def shown(rows: Iterable[Any], start: int, to: int, key: str | None = "id") -> Iterator[Any]:
            bar = progress.add_task("writing", total=max(to - start, 1))
            for count, row in enumerate(rows, 1):
                if count % _A_STEP == 0:
                    progress.update(bar, completed=row[key] - start if key else count)
                yield row
            progress.remove_task(bar)

        yield shown


def _tell_done(out: Path | None, what: str, cursor: str | None) -> None:
    """What was written, and how to go on after it."""
    more = f"; what comes after: --since {cursor}" if cursor else ""
    click.echo(printable(f"wrote {what}{f' to {out}' if out else ''}{more}"), err=True)


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
