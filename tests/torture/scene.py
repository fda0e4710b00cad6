"""What the tortures of the database share: a replica with a record of its own, and a command line."""

import argparse
import os
import sys
import tempfile
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.conftest import Desk
from tests.origin import Article, Replica


@contextmanager
def scene(articles: Iterable[Article], folder: Path | None = None) -> Iterator[Desk]:
    """A site with these articles and newstrail pointed at it, in this folder or one that is taken away again."""
    with tempfile.TemporaryDirectory() as own, Replica(articles) as site:
        yield Desk(folder or Path(own), site)


@contextmanager
def own_turns() -> Iterator[None]:
    """Crawls take turns at hosts by what lies in the folder for temporary files; ports come back."""
    before = os.environ.get("TMPDIR")
    with tempfile.TemporaryDirectory() as folder:
        os.environ["TMPDIR"] = folder
        try:
            yield
        finally:
            os.environ.pop("TMPDIR") if before is None else os.environ.update(TMPDIR=before)


def alone(main: Callable[..., list[str]], says: str | None) -> None:
    """Run one torture from the command line; leaves with 1 where something failed."""
    parser = argparse.ArgumentParser(description=says, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--short", action="store_true", help="as little as still proves something")
    parser.add_argument("--seed", type=int, default=20241122, help="of what is left to chance")
    wanted = parser.parse_args()
    failures = main(wanted.short, wanted.seed)
    for failure in failures:
        print(f"FAILED (seed {wanted.seed}): {failure}")
    sys.exit(bool(failures))
