"""Backups of a record that is written all the time: `python -m tests.torture.backups [--short] [--seed N]`.

Crawls run one after the other while articles are edited, and a second program commits every few milliseconds. Each
`newstrail backup` must come to its end, and be a database of its own: whole, verified as by `newstrail verify`, and a
beginning of the record that all this makes.
"""

import os
import random
import shutil
import signal
import sqlite3
import statistics
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager, redirect_stdout
from io import StringIO
from pathlib import Path

from crawler import config, evidence
from crawler.cli import run
from storage import evidence as stored
from storage import responses
from storage.database import open_database, open_readonly, transaction, usable
from storage.marks import mark
from tests.conftest import Desk, article, assert_sound
from tests.crawling import ROOT
from tests.torture.killing import COMMANDS, RECHECK
from tests.torture.scene import alone, own_turns, scene

ARTICLES, EDITS, LARGE = 100, 20, 250  # LARGE: of 100,000 bytes each
BETWEEN = 1.0  # seconds between two backups, at most
PAUSE, LONGEST = 0.005, 20.0  # seconds between two commits of the second program; that a backup may take
CHAIN = "SELECT number, link FROM chain ORDER BY number"


def main(short: bool, seed: int = 20241122) -> list[str]:
    """Make 5 or 50 backups; those that did not open, or were not what was recorded."""
    with own_turns(), scene([article(f"NW{number}") for number in range(ARTICLES)]) as trail:
        trail.newstrail("crawl")
        _make_large(trail.database)
        return _backups(trail, 5 if short else 50, random.Random(seed))


def _make_large(path: Path) -> None:
    """Add raw responses, so that copying takes as long as many commits."""
    with closing(open_database(path)) as db, transaction(db):
        for number in range(LARGE):
            url = f"http://127.0.0.1/{number}"
            responses.keep(db, url, "post", "2024-11-22T00:00:00Z", 200, {}, os.urandom(100_000))


def _backups(trail: Desk, number: int, chance: random.Random) -> list[str]:
    began = time.monotonic()
    took: list[float] = []
    failures: list[str] = []
    chains = []
    with _crawling(trail, chance) as crawls, _writing(trail) as commits:
        for place in range(number):
            time.sleep(chance.uniform(0, BETWEEN))
            goal = trail.folder / f"backup{place}" / "newstrail.db"
            started = time.monotonic()
            code = _backup(trail, goal)
            took.append(time.monotonic() - started)
            faults = list(_faults(trail, goal)) if code == 0 else [f"newstrail backup left with {code}"]
            failures += [f"backup {place}: {says}" for says in faults]
            chains += [_chain(goal)] if not faults else []
            shutil.rmtree(goal.parent)
    whole = _chain(trail.database)
    failures += [f"the chain of {len(c)} links is no beginning of the record's" for c in chains if c != whole[: len(c)]]
    failures += [f"a backup took {max(took):.1f} s"] if max(took) > LONGEST else []
    lengths = {len(chain) for chain in chains}
    if sum(commits) < number or len(lengths) < 2 or any(crawls):
        failures.append(f"{sum(commits)} commits, crawls {crawls} and records {lengths} while the backups were made")
    print(
        f"backups: {number} made beside {len(crawls)} crawls and {sum(commits)} other commits: {len(chains)} open,"
        f" verify and are beginnings of the record, {len(lengths)} different ones; {statistics.median(took):.2f} s"
        f" each, {max(took):.2f} s the longest; {time.monotonic() - began:.0f} s"
    )
    return failures


def _backup(trail: Desk, goal: Path) -> int:
    goal.parent.mkdir()
    with redirect_stdout(StringIO()):
        return run(["--config", str(trail.toml), "backup", str(goal)])


@contextmanager
def _crawling(trail: Desk, chance: random.Random) -> Iterator[list[int]]:
    """Articles are edited and crawled until the block ends; the exit codes of the crawls."""
    codes: list[int] = []
    done = threading.Event()
    command = [sys.executable, "-m", *COMMANDS[0], *RECHECK[0]]
    environment = {**os.environ, "NEWSTRAIL_CONFIG": str(trail.toml)}

    def crawl() -> None:
        while not done.is_set():
            for code in chance.sample(range(ARTICLES), EDITS):
                text = f"<p>第{len(codes)}次改过的正文，预算{len(codes)}亿元，年底前完成。</p>"
                trail.site.edit(f"NW{code}", body_html=text)
            ended = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, check=False)
            codes.append(ended.returncode)

    thread = threading.Thread(target=crawl)
    thread.start()
    try:
        yield codes
    finally:
        done.set()
        thread.join()


@contextmanager
def _writing(trail: Desk) -> Iterator[list[int]]:
    """A second program commits all the time; at the end, how often it did."""
    script = "import sys; from tests.torture.backups import commit_on; commit_on(sys.argv[1])"
    command = [sys.executable, "-c", script, str(trail.database)]
    commits: list[int] = []
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True) as other:
        assert other.stdout is not None
        other.stdout.readline()  # it has begun
        try:
            yield commits
        finally:
            other.terminate()
            commits.append(int(other.stdout.readline() or 0))


def commit_on(path: str) -> None:
    """Mark changes, each in a transaction of its own, until SIGTERM; then print how many."""
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
    number = 0
    with closing(open_database(Path(path))) as db:
        print("begun", flush=True)
        try:
            while True:
                with usable(path), transaction(db):
                    last = db.execute("SELECT max(id) FROM changes").fetchone()[0]
                    mark(db, 1 + number % last, "reviewed" if number % 3 else "false", "2024-11-22T00:00:00Z")
                number += 1
                time.sleep(PAUSE)
        finally:
            print(number, flush=True)


def _chain(path: Path) -> list[tuple[int, str]]:
    with closing(sqlite3.connect(f"file:{path}?mode=ro", uri=True)) as db:
        return db.execute(CHAIN).fetchall()


def _faults(trail: Desk, goal: Path) -> Iterator[str]:
    if [path.name for path in goal.parent.iterdir()] != [goal.name]:
        yield f"beside it stand {sorted(path.name for path in goal.parent.iterdir())}"
    try:
        with closing(sqlite3.connect(f"file:{goal}?mode=ro", uri=True)) as db:
            assert_sound(db)
        yield from _verified(trail, goal)
    except (AssertionError, sqlite3.Error) as error:
        yield f"not whole: {error}"


def _verified(trail: Desk, goal: Path) -> Iterator[str]:
    toml = goal.with_name("newstrail.toml")
    toml.write_text(trail.toml.read_text(encoding="utf-8"), encoding="utf-8")
    with closing(open_readonly(goal)) as db, stored.reading(db):
        report = evidence.verify(db, config.load(toml), False, lambda rows, *_: rows)
    yield from (finding.line() for finding in report.findings)


if __name__ == "__main__":
    alone(main, __doc__)
