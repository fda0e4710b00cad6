"""Opening the database file: pragmas, schema, transactions, and what is refused."""

import os
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from urllib.parse import quote

from sqlite_utils import Database

from storage import fulltext
from storage.errors import StorageError
from storage.faults import MOVED, code, in_plain_words
from storage.migrations import migrations

BUSY_SECONDS = 15.0
_CANNOT_BE_MADE = (sqlite3.SQLITE_CANTOPEN, sqlite3.SQLITE_READONLY, sqlite3.SQLITE_IOERR)  # the log beside a file


class _Connection(sqlite3.Connection):
    """A connection that knows which files it has open, so that it is seen where they are others by now."""

    path: Path
    files: tuple[tuple[int, int] | None, ...] = ()


@contextmanager
def usable(path: Path | str) -> Iterator[None]:
    """Turns SQLite's errors about the file into `StorageError`, with what to do."""
    try:
        yield
    except sqlite3.IntegrityError:
        raise  # a fault of the program, not of the file
    except sqlite3.DatabaseError as error:
        raise StorageError(in_plain_words(path, error)) from error


def open_database(path: Path, make: bool = True) -> Database:
    """Open for reading and writing; a missing file is made, unless `make` says that it must be there.

    Raises `StorageError`: not a database, of a newer or an earlier newstrail, locked, read-only, gone.
    """
    if not make and not path.exists():
        raise StorageError(f"{path}: it is gone; restore a backup, or start anew to begin another record")
    with opened(path) as db:
        refuse_foreign(path, db)
        refuse_newer(path, db)
        _refuse_older(path, db)
        db.execute("PRAGMA foreign_keys = ON")
        prepare(db)
        if migrations.pending(db):
            with transaction(db):
                apply_migrations(db)
        if not fulltext.is_filled(db):  # or filled by another program
            with transaction(db):
                fulltext.fill(db)
        _remember_files(db)
        return db


@contextmanager
def opened(path: Path) -> Iterator[Database]:
    """A connection for writing to whatever is there. SQLite's errors are `StorageError`; where one is raised, it is
    closed."""
    with usable(path):
        connection = sqlite3.connect(path, timeout=BUSY_SECONDS, isolation_level=None, factory=_Connection)
        connection.path = path
        try:
            db = Database(connection)
            db.execute(f"PRAGMA busy_timeout = {int(BUSY_SECONDS * 1000)}")
            yield db
        except BaseException:
            connection.close()
            raise


def prepare(db: Database) -> None:
    """How a database is written: what is committed survives a power cut."""
    db.execute("PRAGMA auto_vacuum = INCREMENTAL")  # of a file that is made now; so that pruning makes it smaller
    db.execute("PRAGMA journal_mode = WAL")
    db.execute("PRAGMA synchronous = FULL")


def apply_migrations(db: Database) -> None:
    """Bring the schema up to date, in the caller's transaction."""
    migrations.apply(db)
    db.execute(f"PRAGMA user_version = {len(migrations.applied(db))}")


def open_readonly(path: Path, wait: float = BUSY_SECONDS) -> Database:
    """Open for reading only; raises `StorageError` where there is no database of this schema, or where it stays locked
    for `wait` seconds."""
    try:
        os.stat(path)
    except FileNotFoundError:
        raise StorageError(f"{path}: there is no database yet; a crawl makes it") from None
    except OSError as error:
        raise StorageError(f"{path}: it cannot be opened: {error.strerror}") from None
    with usable(path):
        db = readable(path, wait)
        try:
            db.execute("PRAGMA query_only = ON")
            refuse_foreign(path, db)
            refuse_newer(path, db)
            if not migrations.applied(db):
                raise StorageError(f"{path}: it holds no newstrail record yet; a crawl makes it")
            _refuse_older(path, db)
        except BaseException:
            db.close()
            raise
        return db


def readable(path: Path, wait: float = BUSY_SECONDS) -> Database:
    """A connection that reads whatever is there; also where no log can be made beside the file (a full disk, a folder
    that is read-only), as long as there is none that holds anything."""
    try:
        return _reading(path, "mode=ro", wait)
    except sqlite3.OperationalError as error:
        log = Path(f"{path}-wal")
        if code(error) not in _CANNOT_BE_MADE or (log.exists() and log.stat().st_size):
            raise
        return _reading(path, "mode=ro&immutable=1", wait)


def _reading(path: Path, how: str, wait: float) -> Database:
    uri = f"file:{quote(str(path))}?{how}"
    db = Database(sqlite3.connect(uri, uri=True, timeout=wait, isolation_level=None))
    try:
        db.execute("SELECT 1 FROM sqlite_schema").fetchone()  # nothing is opened before something is read
    except sqlite3.Error:
        db.close()
        raise
    return db


@contextmanager
def transaction(db: Database) -> Iterator[None]:
    """A write transaction that takes the lock at its start, so that what it reads stays true until it commits.

    Raises `StorageError`, and commits nothing, where the file is another one by now or has a newer schema.
    """
    db.execute("BEGIN IMMEDIATE")
    try:
        _refuse_migrated(db)
        yield
        _refuse_moved(db)
        db.execute("COMMIT")
    except BaseException:
        with suppress(sqlite3.Error):  # what went wrong first is told
            if db.conn.in_transaction:
                db.execute("ROLLBACK")
            if _is_moved(db):  # what was committed goes to the file that it is of, not to what stands in its place now
                db.execute("PRAGMA busy_timeout = 1000")
                db.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        raise


def _remember_files(db: Database) -> None:
    """From here on the file and its log must be these."""
    if isinstance(db.conn, _Connection):
        db.conn.files = _files(db.conn.path)


def _files(path: Path) -> tuple[tuple[int, int] | None, ...]:
    return tuple(_identity(f"{path}{ending}") for ending in ("", "-wal"))


def _identity(path: str) -> tuple[int, int] | None:
    try:
        found = os.stat(path)
    except OSError:
        return None
    return found.st_dev, found.st_ino


def _is_moved(db: Database) -> bool:
    return isinstance(db.conn, _Connection) and bool(db.conn.files) and db.conn.files != _files(db.conn.path)


def _refuse_moved(db: Database) -> None:
    """What is committed to a file that has no name any more is lost when it is closed."""
    if isinstance(db.conn, _Connection) and _is_moved(db):
        raise StorageError(f"{db.conn.path}: {MOVED}")


def _refuse_migrated(db: Database) -> None:
    """A newer newstrail may have migrated it since it was opened."""
    if isinstance(db.conn, _Connection) and _version(db) > len(_known()):
        raise StorageError(_newer(db.conn.path))


def _known() -> list[str]:
    return [migration.name for migration in migrations._migrations]


def _version(db: Database) -> int:
    return int(db.execute("PRAGMA user_version").fetchone()[0])


def _newer(path: Path) -> str:
    return f"{path}: it was made by a newer newstrail; upgrade newstrail to use it"


def refuse_newer(path: Path, db: Database) -> None:
    """Raises `StorageError` where this newstrail does not know the file's schema."""
    known = _known()
    if any(m.name not in known for m in migrations.applied(db)) or _version(db) > len(known):
        raise StorageError(_newer(path))


def _refuse_older(path: Path, db: Database) -> None:
    applied, pending = migrations.applied(db), migrations.pending(db)
    if applied and pending:
        raise StorageError(
            f"{path}: it was made by an earlier newstrail (schema {len(applied)}, now {len(applied) + len(pending)});"
            " run `newstrail migrate`, which keeps a backup"
        )


def refuse_foreign(path: Path, db: Database) -> None:
    """Raises `StorageError` where the file is another program's."""
    if db.table_names() and not migrations.applied(db):
        raise StorageError(f"{path}: it is not a newstrail database; name another with database = … in newstrail.toml")
