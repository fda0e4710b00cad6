"""Opening the database file: pragmas, schema, transactions, and SQLite's errors in plain words."""

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import quote

from sqlite_utils import Database

from storage import fulltext
from storage.errors import StorageError
from storage.migrations import migrations

BUSY_SECONDS = 15.0
_HINTS = (
    ("not a database", "it is not a newstrail database; name another with database = … in newstrail.toml"),
    ("locked", "another program has held it for too long; try again when it is done"),
    ("readonly", "the file or its folder is read-only"),
    ("unable to open", "its folder does not exist or may not be written to"),
    ("full", "the disk is full; make room and run again, nothing recorded is lost"),
    ("malformed", "it is damaged; restore a backup"),
    ("disk I/O", "the disk cannot be read or written"),
)


@contextmanager
def usable(path: Path | str) -> Iterator[None]:
    """Turns SQLite's errors about the file into `StorageError`, with what to do."""
    try:
        yield
    except sqlite3.IntegrityError:
        raise  # a fault of the program, not of the file
    except sqlite3.DatabaseError as error:
        said = str(error)
        hint = next((hint for word, hint in _HINTS if word in said), "it cannot be used")
        raise StorageError(f"{path}: {hint} (SQLite: {said})") from error


def open_database(path: Path) -> Database:
    """Open for reading and writing; a missing file is made, an older schema brought up to date.

    Raises `StorageError`: not a database, newer, locked, read-only.
    """
    with usable(path):
        connection = sqlite3.connect(path, timeout=BUSY_SECONDS, isolation_level=None)
        db = Database(connection)
        db.execute(f"PRAGMA busy_timeout = {int(BUSY_SECONDS * 1000)}")
        db.execute("PRAGMA foreign_keys = ON")
        _refuse_foreign(path, db)
        _refuse_newer(path, db)
        db.execute("PRAGMA auto_vacuum = INCREMENTAL")  # of a file that is made now; so that pruning makes it smaller
        db.execute("PRAGMA journal_mode = WAL")
        db.execute("PRAGMA synchronous = FULL")
        if migrations.pending(db):
            with transaction(db):
                migrations.apply(db)
                db.execute(f"PRAGMA user_version = {len(migrations.applied(db))}")
        if not fulltext.is_filled(db):  # of an earlier newstrail, or filled by another program
            with transaction(db):
                fulltext.fill(db)
        return db


def open_readonly(path: Path, wait: float = BUSY_SECONDS) -> Database:
    """Open for reading only; raises `StorageError` where there is no database of this schema, or where it stays locked
    for `wait` seconds."""
    if not Path(path).exists():
        raise StorageError(f"{path}: there is no database yet; a crawl makes it")
    with usable(path):
        uri = f"file:{quote(str(path))}?mode=ro"
        db = Database(sqlite3.connect(uri, uri=True, timeout=wait, isolation_level=None))
        db.execute("PRAGMA query_only = ON")
        _refuse_foreign(path, db)
        _refuse_newer(path, db)
        if migrations.pending(db):
            raise StorageError(f"{path}: it holds no newstrail record yet; a crawl makes it")
        return db


@contextmanager
def transaction(db: Database) -> Iterator[None]:
    """A write transaction that takes the lock at its start, so that what it reads stays true until it commits."""
    db.execute("BEGIN IMMEDIATE")
    try:
        yield
    except BaseException:
        if db.conn.in_transaction:
            db.execute("ROLLBACK")
        raise
    db.execute("COMMIT")


def _refuse_newer(path: Path, db: Database) -> None:
    known = {migration.name for migration in migrations.pending(db)}
    known |= {migration.name for migration in migrations._migrations}
    unknown = [m.name for m in migrations.applied(db) if m.name not in known]
    version = db.execute("PRAGMA user_version").fetchone()[0]
    if unknown or version > len(known):
        raise StorageError(f"{path}: it was made by a newer newstrail; upgrade newstrail to use it")


def _refuse_foreign(path: Path, db: Database) -> None:
    if db.table_names() and not migrations.applied(db):
        raise StorageError(f"{path}: it is not a newstrail database; name another with database = … in newstrail.toml")
