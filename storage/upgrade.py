"""Bringing a database file of an earlier newstrail up to date, with a backup before."""

import sqlite3
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

from sqlite_utils import Database

from storage import backups, fulltext
from storage.database import apply_migrations, opened, prepare, refuse_foreign, refuse_newer, transaction
from storage.errors import StorageError
from storage.faults import is_of_the_file
from storage.migrations import migrations


class Upgrade(NamedTuple):
    """What was done: schema numbers before and after, names of the steps between, the copy of the file before."""

    before: int
    after: int
    steps: list[str]
    backup: Path | None


def upgrade(path: Path, now: str, told: Callable[[str, int, int], None]) -> Upgrade:
    """Bring the file at `path` to this newstrail's schema, all steps or none. `now`: UTC text, for the backup's name.

    Nobody else can write from before the backup until it is done. Raises `StorageError`; the file is as it was then.
    """
    if not path.exists():
        raise StorageError(f"{path}: there is no database yet; a crawl makes it")
    with opened(path) as db:
        refuse_foreign(path, db)
        refuse_newer(path, db)
        before, steps = len(migrations.applied(db)), [step.name for step in migrations.pending(db)]
        if not before:
            raise StorageError(f"{path}: it holds no newstrail record yet; a crawl makes it")
        backup = _upgraded(db, path, before, now, told) if steps else None
        db.close()
    return Upgrade(before, before + len(steps), steps, backup)


def _upgraded(db: Database, path: Path, before: int, now: str, told: Callable[[str, int, int], None]) -> Path:
    prepare(db)
    db.execute("PRAGMA foreign_keys = OFF")  # so that a step can make a table anew; they are checked at the end
    goal = path.with_name(f"{path.stem}-schema{before}-{now.replace('-', '').replace(':', '')}{path.suffix}")
    with transaction(db):
        if reason := backups.in_the_way(path, goal, replace=False):
            raise StorageError(f"{goal}: {reason}")
        backups.copy(path, goal, told)
        told("migrating", 0, 1)
        _steps(db, path, goal)
    told("migrating", 1, 1)
    return goal


def _steps(db: Database, path: Path, backup: Path) -> None:
    try:
        apply_migrations(db)
    except Exception as error:
        if isinstance(error, sqlite3.Error) and is_of_the_file(error):
            raise
        why = f"it could not be brought up to date: {error}"
        raise StorageError(f"{path}: {why}; it is as it was, and {backup} is a copy of it") from error
    if not fulltext.is_filled(db):
        fulltext.fill(db)
    if (broken := db.execute("PRAGMA foreign_key_check").fetchone()) is not None:
        raise StorageError(
            f"{path}: row {broken[1]} of {broken[0]} would refer to a row of {broken[2]} that is not there; it is as"
            f" it was, and {backup} is a copy of it"
        )
