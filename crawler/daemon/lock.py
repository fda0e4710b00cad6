"""One daemon for a database: a lock that is held for life, and that says who holds it."""

import fcntl
import os
import socket
import time
from pathlib import Path

from crawler.errors import DatabaseError

_WRITTEN_WITHIN = 1.0  # seconds after which a holder that has not named itself never will


class Lock:
    """Taken when it is made, freed when the process ends in whatever way; children do not inherit it.

    Raises `DatabaseError` naming the process that holds it, or why the file beside the database cannot be made.
    """

    def __init__(self, database: Path) -> None:
        path = database.resolve()
        path = path.with_name(path.name + ".daemon-lock")
        try:
            self._file = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o644)
            fcntl.flock(self._file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise DatabaseError(f"{database}: a daemon runs on it already ({self._holder()})") from None
        except OSError as error:
            raise DatabaseError(f"{path}: cannot be made, and without it no daemon runs: {error.strerror}") from None
        os.ftruncate(self._file, 0)
        os.pwrite(self._file, f"process {os.getpid()}\n{socket.gethostname()}\n".encode(), 0)

    def _holder(self) -> str:
        """Who holds it; a holder that has just taken it gets a moment to say so."""
        until = time.monotonic() + _WRITTEN_WITHIN
        while time.monotonic() < until:
            told = os.pread(self._file, 1000, 0).decode(errors="replace")
            if told.endswith("\n") and told.count("\n") == 2:
                process, host = told.split()[1], told.split("\n")[1]
                return f"process {process}" + (f" on {host}" if host != socket.gethostname() else "")
            time.sleep(0.02)
        return "of an unknown process"
