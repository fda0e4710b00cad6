"""SQLite's errors about the file in plain words: what is wrong with it, and what to do."""

import os
import sqlite3
from pathlib import Path

_LEAST_ROOM = 1024 * 1024  # bytes; with less, what cannot be written or opened is for want of room
DAMAGED = "the database is damaged; `newstrail verify` says where; restore a backup"
_HINTS = {
    sqlite3.SQLITE_NOTADB: "it is not a newstrail database; name another with database = … in newstrail.toml",
    sqlite3.SQLITE_BUSY: "another program has held it for too long; try again when it is done",
    sqlite3.SQLITE_LOCKED: "another program has held it for too long; try again when it is done",
    sqlite3.SQLITE_PROTOCOL: "another program has held it for too long; try again when it is done",
    sqlite3.SQLITE_READONLY: "the file or its folder is read-only",
    sqlite3.SQLITE_PERM: "the file or its folder is read-only",
    sqlite3.SQLITE_CANTOPEN: "it cannot be opened: its folder does not exist or may not be written to",
    sqlite3.SQLITE_FULL: "the disk is full; make room and run again: what was committed is kept",
    sqlite3.SQLITE_CORRUPT: DAMAGED,
    sqlite3.SQLITE_IOERR: "the disk cannot be read or written",
}
MOVED = "the file was deleted or replaced while it was used; put it back or restore a backup, and run again"


def in_plain_words(path: Path | str, error: sqlite3.Error) -> str:
    """One line that names the file, what is wrong, what to do, and SQLite's own words."""
    said = str(error)
    number = code(error)
    if said.startswith("Could not decode"):  # the rest of it is the text
        number, said = sqlite3.SQLITE_CORRUPT, "a text is not UTF-8"
    if number in (sqlite3.SQLITE_IOERR, sqlite3.SQLITE_CANTOPEN) and not _has_room(path):
        number = sqlite3.SQLITE_FULL  # so SQLite says it of the files beside the database
    return f"{path}: {_HINTS.get(number, 'it cannot be used')} (SQLite: {said})"


def is_of_the_file(error: sqlite3.Error) -> bool:
    """Whether it is the file that fails, and not what was asked of it."""
    asked = (sqlite3.SQLITE_READONLY, sqlite3.SQLITE_PERM)
    return str(error).startswith("Could not decode") or (code(error) in _HINTS and code(error) not in asked)


def code(error: sqlite3.Error) -> int:
    """SQLite's number for the kind of error, without what extends it; 0 where it is Python's own."""
    return int(getattr(error, "sqlite_errorcode", 0)) & 0xFF


def _has_room(path: Path | str) -> bool:
    try:
        disk = os.statvfs(Path(path).parent)
    except OSError:
        return True
    no_more_files = disk.f_files > 0 and disk.f_favail == 0
    if disk.f_blocks == 0:  # no file system of this kind, such as /proc
        return True
    return disk.f_bavail * disk.f_frsize >= _LEAST_ROOM and not no_more_files
