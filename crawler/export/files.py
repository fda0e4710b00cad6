"""Files that are there whole or not at all."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO

from crawler.errors import UsageError


@contextmanager
def written(path: Path) -> Iterator[BinaryIO]:
    """A file to write, beside `path` until it is done; then it takes its place. On an error it is taken away.

    What is there and no file, a pipe or `/dev/null`, is written to as it is. Raises `UsageError` where it cannot be.
    """
    with writable(path):
        if path.exists() and not path.is_file():
            with path.open("wb") as file:
                yield file
            return
        part = path.with_name(f".{path.name[:100]}.{os.getpid()}.part")
        try:
            with part.open("wb") as file:
                yield file
                file.flush()
                os.fsync(file.fileno())
            part.replace(path)
        finally:
            part.unlink(missing_ok=True)


@contextmanager
def writable(path: Path) -> Iterator[None]:
    """Turns the operating system's errors about a path into `UsageError`."""
    try:
        yield
    except OSError as error:
        raise UsageError(f"{path}: cannot be written: {error.strerror}") from None
