"""A log that is cut, and a disk that fills: `python -m tests.torture.disk [--short] [--seed N]`.

What a power cut leaves: a database whose log (WAL) ends anywhere. It must open, be whole, and hold the rows that were
committed first and nothing else. And a disk of 4 MiB that fills: the crawl stops with exit code 4 and one line, what
was committed can be read, and when there is room again, the next crawl goes on.
"""

import json
import os
import random
import shutil
import struct
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from sqlite_utils import Database

from crawler import config, jobs
from crawler.rules.dates import utc_text
from crawler.runner import run_in_child
from storage.database import open_database
from tests.conftest import Desk, article, assert_sound
from tests.crawling import ROOT
from tests.origin import Article
from tests.torture.killing import COMMANDS
from tests.torture.scene import alone, own_turns, scene

SIZE = "4M"  # of the disk that fills
_REMOUNT = ["mount", "-o", "remount,size=64M"]
EACH, MOST = 70, 20  # articles that come between two crawls, and crawls in which it must be full
READ = "SELECT code, version_count FROM articles"
# What is only ever added to, by number; of a version, what no later look changes.
ADDED = {
    "chain": "SELECT number, kind, row_id, link FROM chain ORDER BY 1",
    "changes": "SELECT id, article_id, kind, new_version_id, recorded_at FROM changes ORDER BY 1",
    "versions": "SELECT id, article_id, number, content_hash FROM versions ORDER BY 1",
    "responses": "SELECT id, url, body_hash FROM responses ORDER BY 1",
    "checks": "SELECT id, article_id, outcome FROM checks ORDER BY 1",
    "runs": "SELECT id, started_at FROM runs ORDER BY 1",
}
Rows = dict[str, list[tuple[Any, ...]]]


def main(short: bool, seed: int = 20241122) -> list[str]:
    """Cut a log at 40 or 200 places, and fill a disk; what went wrong."""
    with own_turns():
        return [*_cuts(40 if short else 200, 3 if short else 12, random.Random(seed)), *_full()]


# ── A log that is cut ───────────────────────────────────────────────────────────────────────────────────────────────


def _cuts(cuts: int, crawls: int, chance: random.Random) -> list[str]:
    began = time.monotonic()
    with tempfile.TemporaryDirectory() as name, scene([article(f"NW{number}") for number in range(30)]) as trail:
        folder = Path(name)
        whole = _with_long_log(trail, crawls, chance, folder)
        log = (folder / "newstrail.db-wal").read_bytes()
        ends = _commits(log)
        failures: list[str] = []
        states: dict[int, Rows] = {}  # commits that a cut log holds -> what it then holds
        for offset in sorted(_offsets(cuts, len(log), ends, chance)):
            commits = sum(end <= offset for end in ends)
            found = _cut(folder, log[:offset])
            failures += [f"cut at {offset} of {len(log)}: {says}" for says in _compare(found, whole, commits, states)]
    took = time.monotonic() - began
    print(
        f"disk: a log of {len(log) / 1e6:.1f} MB with {len(ends)} commits, cut at {cuts} places: {len(states)}"
        f" different records, {len(failures)} that were not whole or no beginning of what was committed; {took:.0f} s"
    )
    return failures


def _with_long_log(trail: Desk, crawls: int, chance: random.Random, folder: Path) -> Rows:
    """Crawl again and again, with all of it in the log, and copy the files into a folder; the rows that are there."""
    settings = config.load(trail.toml)
    with closing(open_database(trail.database)) as db:
        db.execute("PRAGMA wal_autocheckpoint = 0")
        for number in range(crawls):
            trail.site.publish(article(f"NEW{number}"))
            for code in chance.sample(range(30), 4):
                trail.site.edit(f"NW{code}", body_html=f"<p>第{number}次改过的正文，预算{number}亿元。</p>")
            job = jobs.category_job(db, settings, "yaowen", utc_text(datetime.now(UTC)), recheck=True)
            run_in_child(db, settings.database, job)
        # Not read here: a process that closes such a file gives up its own locks on it.
        files = [f"{trail.database}{ending}" for ending in ("", "-wal")]
        subprocess.run(["cp", *files, str(folder)], check=True)
        return _rows(db)


def _commits(log: bytes) -> list[int]:
    """Where in a log each commit ends: a frame that says how many pages the file then has (SQLite's file format, 4)."""
    (page,) = struct.unpack(">I", log[8:12])
    frames = range(32, len(log) - page - 23, page + 24)
    return [at + page + 24 for at in frames if struct.unpack(">I", log[at + 4 : at + 8])[0]]


def _offsets(cuts: int, size: int, ends: list[int], chance: random.Random) -> list[int]:
    """Half anywhere, half close to where a commit ends."""
    near = [chance.choice(ends) + chance.choice((-1, 0, 1, -24, 24)) for _ in range(cuts // 2)]
    return [*near, *(chance.randrange(size) for _ in range(cuts - len(near)))]


def _cut(folder: Path, log: bytes) -> Rows | str:
    with tempfile.TemporaryDirectory() as name:
        path = Path(name, "newstrail.db")
        shutil.copy(folder / "newstrail.db", path)
        Path(f"{path}-wal").write_bytes(log)
        try:
            with closing(open_database(path)) as db:
                assert_sound(db.conn)
                return _rows(db)
        except Exception as error:
            return f"{type(error).__name__}: {error}"


def _rows(db: Database) -> Rows:
    return {table: db.execute(sql).fetchall() for table, sql in ADDED.items()}


def _compare(found: Rows | str, whole: Rows, commits: int, states: dict[int, Rows]) -> Iterator[str]:
    if isinstance(found, str):
        yield found
        return
    before = states[max((n for n in states if n < commits), default=commits)] if states else {}
    for table, rows in found.items():
        if rows != whole[table][: len(rows)]:
            yield f"the rows of {table} are not the first that were committed"
        if len(rows) < len(before.get(table, [])):
            yield f"fewer rows of {table} than with less of the log"
    if states.setdefault(commits, found) != found:
        yield f"other rows than with another cut that has {commits} commits"


# ── A disk that fills ───────────────────────────────────────────────────────────────────────────────────────────────


@dataclass
class Disk:
    """A small disk. `says`: what it is. `words`: what is said when it is full. `by`: the program that runs a command so
    that it is full for it. `room`: the command that makes room."""

    folder: Path
    says: str
    words: tuple[str, ...]
    by: list[str]
    room: list[str]


@contextmanager
def _small_disk() -> Iterator[Disk | None]:
    """A file system of 4 MiB; where none may be mounted, a bound on the size of a file; else None."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        mount = ["mount", "-t", "tmpfs", "-o", f"size={SIZE}", "tmpfs", name]
        if shutil.which("mount") and subprocess.run(mount, capture_output=True, check=False).returncode == 0:
            try:
                yield Disk(folder, f"a tmpfs of {SIZE}iB", ("the disk is full", "make room"), [], [*_REMOUNT, name])
            finally:
                subprocess.run(["umount", name], check=True)
        elif limit := shutil.which("prlimit"):
            says = "files of 3.5 MB at most (no tmpfs may be mounted here)"
            yield Disk(folder, says, ("the disk",), [limit, "--fsize=3500000"], [])
        else:
            yield None


def _full() -> list[str]:
    began = time.monotonic()
    with _small_disk() as disk:
        if disk is None:
            print("disk: none was filled: no tmpfs may be mounted here, and there is no prlimit")
            return []
        with scene(_long(0), disk.folder) as trail:
            failures = [*_fill(trail, disk)]
            kept = trail.row("SELECT count(*) AS n FROM versions")["n"]
            failures += _is_readable(trail, kept)
            if disk.room:
                subprocess.run(disk.room, check=True)
            failures += _goes_on(trail)
            published = len(trail.site.codes())
    took = time.monotonic() - began
    print(
        f"disk: {disk.says} was filled with {kept} of {published} articles: {len(failures)} things went wrong when the"
        f" crawls stopped, the record was read and, with room, the next crawl went on; {took:.0f} s"
    )
    return failures


def _long(number: int) -> list[Article]:
    """Articles that do not compress."""
    chance = random.Random(number)
    texts = ["".join(f"<p>{chance.randbytes(100).hex()}</p>" for _ in range(40)) for _ in range(EACH)]
    return [article(f"NW{number}N{place}", body_html=text) for place, text in enumerate(texts)]


def _fill(trail: Desk, disk: Disk) -> Iterator[str]:
    """Publish and crawl until it is full; then once more, by the other command."""
    for number in range(1, MOST):
        stopped = [_crawl(trail, disk, COMMANDS[0])]
        if stopped[0].returncode != 0:
            break
        for new in _long(number):
            trail.site.publish(new)
    for done in [*stopped, _crawl(trail, disk, COMMANDS[1])]:
        lines = [line for line in done.stderr.splitlines() if line.startswith("newstrail: ")]
        if done.returncode != 4 or len(lines) != 1 or "Traceback" in done.stderr:
            yield f"a full disk: {done.args} left with {done.returncode}: {done.stderr[-2000:]}"
        elif [word for word in disk.words if word not in lines[0]]:
            yield f"a full disk is told of as {lines[0]}"


def _crawl(trail: Desk, disk: Disk, command: list[str]) -> "subprocess.CompletedProcess[str]":
    return subprocess.run(
        [*disk.by, sys.executable, "-m", *command], cwd=ROOT, env={**os.environ, "NEWSTRAIL_CONFIG": str(trail.toml)},
        capture_output=True, text=True, timeout=100, check=False,
    )  # fmt: skip


def _is_readable(trail: Desk, kept: int) -> Iterator[str]:
    """Right after the crawls that stopped, without more room."""
    if not kept:
        yield "nothing was on record when the disk was full"
    try:
        trail.assert_sound()
        told = json.loads(trail.newstrail("verify", "--json"))
        if told["rows"]["versions"] != kept:
            yield f"{kept} versions are on record, and {told['rows']['versions']} were gone through"
    except AssertionError as error:
        yield f"on a full disk: {error}"


def _goes_on(trail: Desk) -> Iterator[str]:
    done = trail.shell("newstrail", "crawl")
    if done.returncode != 0:
        yield f"with room, the crawl left with {done.returncode}: {done.stderr}"
        return
    try:
        trail.assert_sound()
    except AssertionError as error:
        yield f"with room: {error}"
    if trail.counts(READ) != dict.fromkeys(trail.site.codes(), 1):
        yield "with room, not every article was read, and once"


if __name__ == "__main__":
    alone(main, __doc__)
