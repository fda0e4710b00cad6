"""`newstrail mark`."""

from datetime import UTC, datetime

import click

from crawler import config
from crawler.cli.output import json_option, print_json, printable
from crawler.errors import NotFoundError
from crawler.rules.dates import utc_text
from storage import marks, queries
from storage.database import open_database, open_readonly, transaction, usable

_LARGEST = 2**63 - 1  # of SQLite's integers


@click.command()
@click.argument("change", type=int)
@click.argument("verdict", metavar="reviewed|false", type=click.Choice(marks.VERDICTS))
@json_option
@click.pass_obj
def mark(config_path: str | None, change: int, verdict: str, as_json: bool) -> None:
    """Keep your verdict on a change: you have reviewed it, or it is false and the article did not change.

    CHANGE is its number, as `newstrail changes` shows it. A second verdict takes the place of the first.
    """
    path = config.load(config_path).database
    open_readonly(path).close()  # opening to write would make a database that is not there
    db = open_database(path)
    now = utc_text(datetime.now(UTC))
    with usable(path), transaction(db):
        found = queries.change(db, change) if abs(change) <= _LARGEST else None
        if found is None:
            raise NotFoundError(f"no change {change} on record; `newstrail changes` shows their numbers")
        before = marks.mark(db, change, verdict, now)
    if as_json:
        about = {key: found[key] for key in ("id", "kind", "site", "code", "title", "changed_by")}
        print_json({**about, "verdict": verdict, "marked_at": now, "replaced": before})
        return
    instead = f", instead of {before}" if before else ""
    what = f"{found['kind']} {found['code']} {found['title'] or ''}".rstrip()
    click.echo(f"change {change} ({printable(what)}) is marked {verdict}{instead}")
