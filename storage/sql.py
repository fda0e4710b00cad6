"""A reader's own SQL: read-only, and stopped after a time limit."""

import sqlite3
import time
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

from storage.database import open_readonly
from storage.errors import QueryError, StorageError
from storage.faults import in_plain_words, is_of_the_file

_STEPS = 10_000  # SQLite instructions between two looks at the clock
_ASKING_PRAGMAS = ("table_info", "table_xinfo", "index_list", "index_info", "foreign_key_list")
_HARMLESS = ("recursive_triggers",)  # which sqlite-utils sets on each connection that it is given
_DENIED = (sqlite3.SQLITE_ATTACH, sqlite3.SQLITE_DETACH)  # each could write another file


Functions = Mapping[str, tuple[int, Callable[..., Any]]]  # name in SQL -> (how many arguments, what it does)


def run(
    path: Path, query: str, seconds: float, functions: Functions | None = None
) -> tuple[list[str], Iterator[tuple[Any, ...]]]:
    """(column names, rows as they come). Raises `QueryError`: not understood, writing, or over the time limit;
    `StorageError` where the file fails.

    `functions` may be called in the query; what they raise is told.
    """
    db = open_readonly(path)
    failures: list[Exception] = []
    for name, (count, function) in (functions or {}).items():
        db.conn.create_function(name, count, _heard(function, failures), deterministic=True)
    db.conn.set_authorizer(authorize)
    ends = time.monotonic() + seconds
    db.conn.set_progress_handler(lambda: int(time.monotonic() > ends), _STEPS)
    try:
        cursor = db.conn.execute(query)
    except (sqlite3.Error, sqlite3.Warning) as error:
        raise _told(path, error, seconds, failures) from None
    if cursor.description is None:
        raise QueryError("only queries that return rows are run; the record is opened read-only")
    return [column[0] for column in cursor.description], _rows(path, cursor, seconds, failures)


def _heard(function: Callable[..., Any], failures: list[Exception]) -> Callable[..., Any]:
    """SQLite does not say what a function raised."""

    def heard(*values: Any) -> Any:
        try:
            return function(*values)
        except Exception as error:
            failures.append(error)
            raise

    return heard


def authorize(action: int, name: str | None, value: str | None, *_: object) -> int:
    """An authorizer for a connection that reads: no other file is opened or written (`VACUUM INTO` attaches one too),
    and no pragma sets anything."""
    sets_something = (
        action == sqlite3.SQLITE_PRAGMA and value is not None and name not in (*_ASKING_PRAGMAS, *_HARMLESS)
    )
    return sqlite3.SQLITE_DENY if action in _DENIED or sets_something else sqlite3.SQLITE_OK


def _rows(path: Path, cursor: sqlite3.Cursor, seconds: float, failures: list[Exception]) -> Iterator[tuple[Any, ...]]:
    try:
        yield from cursor
    except sqlite3.Error as error:
        raise _told(path, error, seconds, failures) from None


def _told(path: Path, error: Exception, seconds: float, failures: list[Exception]) -> QueryError | StorageError:
    if isinstance(error, sqlite3.Error) and is_of_the_file(error):
        return StorageError(in_plain_words(path, error))
    said = str(failures[-1] if failures else error)
    if said == "interrupted":
        return QueryError(f"stopped after {seconds:g} s; narrow the query, or give it more with --timeout")
    if any(word in said for word in ("readonly", "not authorized", "authorization denied")):
        return QueryError(f"the record is opened read-only: {said}")
    return QueryError(said)
