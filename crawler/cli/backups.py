"""`newstrail backup` and `newstrail migrate`: a copy of the database, and its schema brought up to date."""

import time
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import click

from crawler import config
from crawler.cli.output import json_option, print_json, printable, progress_bars
from crawler.errors import UsageError
from crawler.export.files import writable
from crawler.rules.dates import utc_text
from storage import backups, evidence
from storage.database import open_readonly, usable
from storage.upgrade import upgrade


@click.command()
@click.argument("file", type=click.Path(path_type=Path))
@click.option("--force", is_flag=True, help="Write over FILE where it is a database already.")
@json_option
@click.pass_obj
def backup(config_path: str | None, file: Path, force: bool, as_json: bool) -> None:
    """Copy the database to FILE as it is now, and check the copy; a crawl may go on meanwhile.

    FILE is there whole and checked, or not at all.
    """
    path = config.load(config_path).database
    open_readonly(path).close()  # says what is wrong with a database that is not there
    started = time.monotonic()
    with writable(file):
        if reason := backups.in_the_way(path, file, force):
            raise UsageError(f"{file}: {reason}")
        with progress_bars() as told:
            backups.copy(path, file, told)
    said = _about(file) | {"seconds": round(time.monotonic() - started, 1)}
    if as_json:
        print_json(said)
    else:
        size = f"{said['bytes'] / 1e6:.1f} MB"
        click.echo(printable(f"{file}: a whole copy of {path}, {size}, {said['links']} links of the chain, checked"))


def _about(file: Path) -> dict[str, Any]:
    with usable(file), closing(open_readonly(file)) as db:
        number, link = evidence.head(db) or (0, None)
    return {"backup": str(file), "bytes": file.stat().st_size, "links": number, "head": link}


@click.command()
@json_option
@click.pass_obj
def migrate(config_path: str | None, as_json: bool) -> None:
    """Bring a database that an earlier newstrail made up to date; before, a backup is put beside it.

    Stop the daemon and crawls first: nobody else can write to it meanwhile.
    """
    path = config.load(config_path).database
    with writable(path.parent), progress_bars() as told:
        done = upgrade(path, utc_text(datetime.now(UTC)), told)
    if as_json:
        print_json({"database": str(path), "schema_before": done.before, "schema": done.after, "steps": done.steps,
                    "backup": str(done.backup) if done.backup else None})  # fmt: skip
    elif done.backup is None:
        click.echo(printable(f"{path}: is up to date (schema {done.after})"))
    else:
        click.echo(printable(f"{path}: from schema {done.before} to {done.after}; as it was before: {done.backup}"))
