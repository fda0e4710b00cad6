"""`newstrail search` and `newstrail reindex`."""

import sys
from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo

import click
from rich.text import Text

from crawler import config, lookup, searching
from crawler.cli.output import console, json_option, print_json, printable
from crawler.rules import asking
from crawler.rules.snippets import Pieces
from storage import fulltext, history
from storage.database import open_database, open_readonly, transaction, usable


@click.command(context_settings={"ignore_unknown_options": True})
@click.argument("words", nargs=-1, required=True)
@click.option("--all-versions", is_flag=True, help="Texts that no longer stand, too.")
@click.option("--best/--newest", default=False, help="The best match first, or the newest (default).")
@click.option("--limit", type=click.IntRange(1, 10_000), default=20, show_default=True, help="At most so many.")
@json_option
@click.pass_obj
def search(
    config_path: str | None, words: tuple[str, ...], all_versions: bool, best: bool, limit: int, as_json: bool
) -> None:
    """Articles that say WORDS: 采购, "a phrase", OR, NOT or -word, source:KEY, since:T, changed:T."""
    question = asking.parse(" ".join(words))
    settings, db = lookup.opened(config_path)
    searching.ready(db, settings.database)
    for key in question.sources:
        if not history.source_exists(db, key):
            settings.source(key)
    only = question.sources[0] if len(question.sources) == 1 else None
    zone = lookup.zone_of(settings, settings.sources[only].site if only in settings.sources else None)
    found = searching.find(db, question, zone, datetime.now(UTC), all_versions=all_versions, best=best, limit=limit)
    if as_json:
        print_json([{name: value for name, value in row.items() if name != "body_text"} for row in found])
        return
    if not found:
        click.echo("no article says so" + ("" if all_versions else "; --all-versions: or ever said so"))
    for row in found:
        _print(row, zone)


def _print(row: dict[str, Any], zone: ZoneInfo) -> None:
    out = console()
    told = [row["code"], row["outlet"], lookup.local(row["published_at"] or row["first_seen_at"], zone)]
    if row["state"] != "live":
        told.append(row["state"])
    if not row["stands"]:
        last = lookup.local(row["version_last_seen_at"], zone)
        told.append(f"no longer says so: version {row['version']} of {row['version_count']}, last seen {last}")
    out.print(_marked(row["title_pieces"] or [(row["code"], False)], "bold"))
    out.print(Text(printable("  ".join(filter(None, told))), style="dim"))
    out.print(_marked(row["snippet"], ""))
    out.print()


def _marked(pieces: Pieces, style: str) -> Text:
    """Pieces with the matches in colour on a terminal, and in 【】 elsewhere."""
    text = Text(style=style)
    is_terminal = sys.stdout.isatty()
    for piece, is_match in pieces:
        said = printable(piece)
        text.append(f"【{said}】" if is_match and not is_terminal else said, "bold red" if is_match else "")
    return text


@click.command()
@click.pass_obj
def reindex(config_path: str | None) -> None:
    """Make the full-text index anew from the texts."""
    path = config.load(config_path).database
    open_readonly(path).close()  # opening to write would make a database that is not there
    db = open_database(path)
    with usable(path), transaction(db):
        count = fulltext.fill(db)
    click.echo(f"{count} texts are in the index")
