"""Whole copies of the database file, made while others write to it."""

import os
import sqlite3
import stat
import tempfile
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

from storage.database import readable, refuse_foreign, refuse_newer, usable
from storage.errors import StorageError
from storage.faults import code, in_plain_words

_PAGES = 1000  # copied between two words of how far it is: some 4 MB
_BESIDE = ("-journal", "-wal", "-shm")
_HEADER = b"SQLite format 3\x00"
Told = Callable[[str, int, int], None]  # what is done, how far, of how much


def in_the_way(path: Path, goal: Path, replace: bool) -> str | None:
    """Why a copy of `path` cannot be written to `goal`; None where it can."""
    if goal.resolve() in [Path(f"{path.resolve()}{ending}") for ending in ("", *_BESIDE)]:
        return "it is the database itself, or what SQLite keeps beside it"
    if goal.exists() and goal.samefile(path):
        return "it is the database itself"
    if beside := [f"{goal}{ending}" for ending in _BESIDE if Path(f"{goal}{ending}").exists()]:
        return f"{beside[0]} stands beside it, and would be taken for the copy's own; name another"
    if goal.exists() and not goal.is_file():
        return "it is no file"
    if goal.exists() and not replace:
        return "it is there already; name another, or give --force to write over it"
    if goal.exists() and not _is_database(goal):
        return "it is there, and no database; name another"
    return None


def _is_database(path: Path) -> bool:
    with path.open("rb") as file:
        return file.read(len(_HEADER)) in (_HEADER, b"")


def copy(path: Path, goal: Path, told: Told) -> None:
    """Write the database at `path` as it is now to `goal`, with the same permissions; what is there is replaced.

    It is checked before it has that name, and is there whole or not at all. Others may read and write meanwhile.
    Raises `StorageError`, and `OSError` where `goal` cannot be written.
    """
    handle, name = tempfile.mkstemp(".part", f".{goal.name[:100]}.", goal.parent)  # of this user alone
    os.close(handle)
    part = Path(name)
    try:
        _write(path, part, goal, told)
        part.chmod(stat.S_IMODE(path.stat().st_mode))
        _sync(part)
        part.replace(goal)
        _sync(goal.parent)
    finally:
        for ending in ("", *_BESIDE):
            Path(f"{part}{ending}").unlink(missing_ok=True)


def _write(path: Path, part: Path, goal: Path, told: Told) -> None:
    with usable(path), closing(readable(path)) as source:
        refuse_foreign(path, source)
        refuse_newer(path, source)
        # In a read transaction SQLite's backup copies one state to its end, of 250 MB beside a commit every 10 ms in
        # 0.4 s. Without, it begins again with each commit of another program: it was not done after 15 s. `VACUUM INTO`
        # took 1.0 s, and cannot say how far it is.
        source.execute("BEGIN")
        source.execute("SELECT 1 FROM sqlite_schema").fetchone()
        with closing(sqlite3.connect(part, isolation_level=None)) as copied:
            copied.execute("PRAGMA synchronous = OFF")  # it is synced as a whole
            try:
                source.conn.backup(copied, pages=_PAGES, progress=lambda _, left, of: told("copying", of - left, of))
                _check(path, copied, told)
            except sqlite3.DatabaseError as error:
                raise StorageError(in_plain_words(_whose(error, path, goal), error)) from error


def _whose(error: sqlite3.DatabaseError, path: Path, goal: Path) -> Path:
    """The file that an error is of: the copy fails when it is written, the database when it is read."""
    read = (sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB, sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED)
    return path if code(error) in read else goal


def _check(path: Path, copied: sqlite3.Connection, told: Told) -> None:
    told("checking", 0, 1)
    copied.execute("PRAGMA journal_mode = DELETE")  # one file, that can be read where nothing can be written
    found = [row[0] for row in copied.execute("PRAGMA integrity_check(1)")]
    if found != ["ok"]:
        raise StorageError(f"{path}: it is damaged, and so would be the copy: {found[0]}; `newstrail verify` says more")
    if (broken := copied.execute("PRAGMA foreign_key_check").fetchone()) is not None:
        raise StorageError(
            f"{path}: row {broken[1]} of {broken[0]} refers to a row of {broken[2]} that is not there, and so would the"
            " copy's; `newstrail verify` says more"
        )
    told("checking", 1, 1)


def _sync(path: Path) -> None:
    """To the disk, so that it survives a power cut."""
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
