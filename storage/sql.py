"""A reader's own SQL: read-only, and stopped after a time limit."""

import sqlite3
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from storage.database import open_readonly
from storage.errors import QueryError

_STEPS = 10_000  # SQLite instructions between two looks at the clock
_DENIED = (sqlite3.SQLITE_ATTACH, sqlite3.SQLITE_DETACH)  # each could write another file


def run(path: Path, query: str, seconds: float) -> tuple[list[str], Iterator[tuple[Any, ...]]]:
    """(column names, rows as they come). Raises `QueryError`: not understood, writing, or over the time limit."""
    db = open_readonly(path)
    db.conn.set_authorizer(lambda action, *_: sqlite3.SQLITE_DENY if action in _DENIED else sqlite3.SQLITE_OK)
    ends = time.monotonic() + seconds
    db.conn.set_progress_handler(lambda: int(time.monotonic() > ends), _STEPS)
    try:
        cursor = db.conn.execute(query)
    except (sqlite3.Error, sqlite3.Warning) as error:
        raise _told(error, seconds) from None
    if cursor.description is None:
        raise QueryError("only queries that return rows are run; the record is opened read-only")
    return [column[0] for column in cursor.description], _rows(cursor, seconds)


def _rows(cursor: sqlite3.Cursor, seconds: float) -> Iterator[tuple[Any, ...]]:
    try:
        yield from cursor
    except sqlite3.Error as error:
        raise _told(error, seconds) from None


def _told(error: Exception, seconds: float) -> QueryError:
    said = str(error)
    if said == "interrupted":
        return QueryError(f"stopped after {seconds:g} s; narrow the query, or give it more with --timeout")
    if "readonly" in said or "not authorized" in said or "query_only" in said:
        return QueryError(f"the record is opened read-only: {said}")
    return QueryError(said)
