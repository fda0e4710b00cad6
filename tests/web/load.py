"""How fast the pages are on a large record: `python -m tests.web.load [--articles 100000] [--seconds 60]`.

Builds a record of that many articles, half of them edited once, and prints for each page its server's time and its
size over the wire; then lets 50 readers open pages while a crawl writes into the same file, and prints what went wrong
and how long the crawl took with and without them.
"""

import argparse
import asyncio
import itertools
import json
import os
import random
import shutil
import sqlite3
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from contextlib import closing, contextmanager
from datetime import UTC, datetime, timedelta
from multiprocessing import get_context
from pathlib import Path

import httpx

from crawler.demo.generate import generate
from crawler.demo.site import Replica, newstrail_toml
from storage.database import open_database
from tests.crawling import ROOT

PAGES = [
    "",
    "?kind=edited&min_severity=material",
    "?words=采购",
    "?source=load",
    "?kind=removed",
    "?kind=moved",
    "?outlet=第7日报",
    "article/2",
    "article/2/diff/1/2",
    "sources",
    "sources/load",
    "search?q=采购",
    "search?q=采购&order=best",
    "search?q=第77777号",
    "feed.atom",
    "feed.json?source=load",
    "feed.atom?q=采购&kind=all",
    "changes.json",
    "changes.json?after=0",
    "record",
    "record/changes",
    "record/articles",
    "record/edits",
    "record/latest",
    "record/versions/7",
]
READERS, EVERY = 50, 5.0  # seconds between two pages of a reader
_START = datetime(2024, 1, 1, tzinfo=UTC)
_A_VERSION = """INSERT INTO versions (id, article_id, number, title, outlet, published_at, body_html, body_text,
    text_hash, content_hash, extractor, first_seen_at, last_seen_at)
    VALUES (?, ?, ?, ?, ?, ?, '', ?, ?, ?, 'load', ?, ?)"""
_A_CHANGE = """INSERT INTO changes (id, article_id, kind, old_version_id, new_version_id, changed_after, changed_by,
    recorded_at, fields, added_chars, removed_chars, severity, disclosure, summary)
    VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"""
_AN_ARTICLE = """INSERT INTO articles (id, site, code, url, title, outlet, published_at, published_precision, state,
    first_seen_at, last_checked_at, last_changed_at, version_count)
    VALUES (?, 'load', ?, ?, ?, ?, ?, 'second', 'live', ?, ?, ?, ?)"""
_A_FACT = """INSERT INTO facts (id, version_id, type, role, text, value, unit)
    VALUES (?, ?, 'money', '预算', ?, ?, '元')"""
_A_FACT_CHANGE = """INSERT INTO fact_changes (change_id, type, role, old_text, new_text)
    VALUES (?, 'money', '预算', ?, ?)"""


def build(path: Path, articles: int) -> None:
    """A record of that many articles of some 900 characters each."""
    open_database(path).close()
    texts = [a.body_html.replace("<p>", "").replace("</p>", "")[:900] for a in generate(200, 3600)]
    chance, versions, changes, facts = random.Random(1), itertools.count(1), itertools.count(1), itertools.count(1)
    with closing(sqlite3.connect(path)) as db:
        db.execute("PRAGMA synchronous = OFF")
        db.execute("INSERT INTO sources (id, key, name, site, category, listing_url) VALUES"
                   " (1, 'load', '江州日报新闻', 'load', 'load', 'http://127.0.0.1/')")  # fmt: skip
        for number in range(1, articles + 1):
            _article(db, chance, number, texts[number % len(texts)], versions, changes, facts)
        db.commit()
    db = open_database(path)  # which fills the indexes
    db.execute("ANALYZE")
    db.close()


def _article(
    db: sqlite3.Connection, chance: random.Random, number: int, text: str,
    versions: Iterator[int], changes: Iterator[int], facts: Iterator[int],
) -> None:  # fmt: skip
    seen, edited = _START + timedelta(minutes=3 * number), number % 2 == 0
    first, later = f"{seen:%Y-%m-%dT%H:%M:%SZ}", f"{seen + timedelta(hours=2):%Y-%m-%dT%H:%M:%SZ}"
    title, outlet = f"江州市第{number}号采购项目公示", f"第{chance.randrange(40)}日报"
    place = f"http://127.0.0.1/{number}"
    db.execute(
        _AN_ARTICLE,
        (number, f"NW{number}", place, title, outlet, first, first, later, later, 1 + edited),
    )
    db.execute("INSERT INTO listings (source_id, article_id, title, position, first_seen_at, last_seen_at)"
               " VALUES (1, ?, ?, 1, ?, ?)", (number, title, first, later))  # fmt: skip
    db.execute("INSERT INTO coverage VALUES (?, ?, ?, 9, 900)", (number, first, later))
    ids = []
    for at in range(1 + edited):
        ids.append(next(versions))
        figure = f"预算{number % 9000 + at}万元"
        body = f"{figure}。\n{text}"
        db.execute(
            _A_VERSION, (ids[-1], number, at + 1, title, outlet, first, body, f"{ids[-1]}", f"{ids[-1]}", first, later)
        )
        db.execute(_A_FACT, (next(facts), ids[-1], figure, str(number)))
    one = next(changes)
    db.execute(
        _A_CHANGE, (one, number, "first_seen", None, ids[0], None, first, first, "[]", 0, 0, None, None, "first seen")
    )
    if number % 1000 == 1:
        gone = f"{seen + timedelta(hours=9):%Y-%m-%dT%H:%M:%SZ}"
        values = (ids[0], None, later, gone, gone, "[]", 0, 0, "material", "none", "removed")
        db.execute(_A_CHANGE, (next(changes), number, "removed", *values))
    if edited:
        two = next(changes)
        severity = chance.choice(["cosmetic", "minor", "material"])
        db.execute(_A_CHANGE, (two, number, "edited", ids[0], ids[1], first, later, later, json.dumps(["body"]), 4, 4,
                               severity, "none", "预算"))  # fmt: skip
        db.execute(_A_FACT_CHANGE, (two, f"预算{number % 9000}万元", f"预算{number % 9000 + 1}万元"))


async def measure(url: str, server: int, looks: int) -> None:
    """Print for each page its median and p95, in ms as a reader waits and in ms of the server's CPU, which other work
    on the machine makes no longer; and its size."""
    async with httpx.AsyncClient(base_url=url, timeout=60) as client:
        heads = " ".join(f"{head:>8}" for head in ("p50 ms", "p95 ms", "p50 CPU", "p95 CPU"))
        print(f"load {os.getloadavg()[0]:.1f}\n{'page':42} {heads} {'kB':>7}")
        for path in PAGES:
            times, busy = [], []
            for _ in range(looks):
                began, before = time.perf_counter(), _busy(server)
                async with client.stream("GET", f"/{path}") as answer:
                    size = sum([len(part) async for part in answer.aiter_raw()])
                times.append((time.perf_counter() - began) * 1000)
                busy.append((_busy(server) - before) * 1000)
                assert answer.status_code == 200, (path, answer.status_code)
            figures = (statistics.median(times), _p95(times), statistics.median(busy), _p95(busy))
            print(f"/{path:41} {' '.join(f'{one:8.0f}' for one in figures)} {size / 1000:7.1f}", flush=True)


def _busy(process: int) -> float:
    """Seconds for which a process's threads were on a CPU."""
    return sum(int(task.read_text().split()[0]) for task in Path(f"/proc/{process}/task").glob("*/schedstat")) / 1e9


def _p95(times: list[float]) -> float:
    return sorted(times)[min(len(times) - 1, int(len(times) * 0.95))]


async def read(url: str, seconds: float) -> tuple[list[float], list[str]]:
    """Fifty readers for that long: the times of their pages in ms, and what went wrong."""
    times: list[float] = []
    wrong: list[str] = []
    ends = time.monotonic() + seconds

    async def reader(number: int) -> None:
        await asyncio.sleep(EVERY * number / READERS)
        for path in itertools.cycle(PAGES[number % len(PAGES) :] + PAGES[: number % len(PAGES)]):
            if time.monotonic() > ends:
                return
            began = time.perf_counter()
            try:
                answer = await client.get(f"/{path}")
                if answer.status_code != 200 or "database is locked" in answer.text:
                    wrong.append(f"{path}: {answer.status_code}")
            except httpx.HTTPError as error:
                wrong.append(f"{path}: {error!r}")
            took = time.perf_counter() - began
            times.append(took * 1000)
            await asyncio.sleep(max(0, EVERY - took))

    async with httpx.AsyncClient(base_url=url, timeout=60) as client:
        await asyncio.gather(*(reader(number) for number in range(READERS)))
    return times, wrong


def _reading(url: str, seconds: float) -> tuple[list[float], list[str]]:
    return asyncio.run(read(url, seconds))


@contextmanager
def served(toml: Path) -> Iterator[tuple[str, int]]:
    """`newstrail web` in a process of its own: its address, its number."""
    command = [sys.executable, "-m", "crawler", "web", "--address", "127.0.0.1:8417"]
    environment = {**os.environ, "NEWSTRAIL_CONFIG": str(toml)}
    server = subprocess.Popen(command, cwd=ROOT, env=environment, stderr=subprocess.PIPE, text=True)
    assert server.stderr
    try:
        server.stderr.readline()
        yield "http://127.0.0.1:8417", server.pid
    finally:
        server.terminate()
        server.wait()
        server.stderr.close()


def crawls_for(toml: Path, seconds: float) -> list[float]:
    """Crawl again and again for that long; how long each took."""
    command = [sys.executable, "-m", "crawler", "crawl", "--recheck"]
    environment = {**os.environ, "NEWSTRAIL_CONFIG": str(toml)}
    ends, took = time.monotonic() + seconds, []
    while time.monotonic() < ends:
        began = time.perf_counter()
        subprocess.run(command, cwd=ROOT, env=environment, stdout=subprocess.DEVNULL, check=True)
        took.append(time.perf_counter() - began)
    return took


def crawl_beside_readers(url: str, toml: Path, seconds: float) -> list[float]:
    """The same while fifty readers, in a process of their own, open pages; what became of those is printed."""
    with ProcessPoolExecutor(1, mp_context=get_context("spawn")) as pool:
        reading = pool.submit(_reading, url, seconds)
        crawls = crawls_for(toml, seconds)
        times, wrong = reading.result()
    print(f"{len(times)} pages read: p50 {statistics.median(times):.0f} ms, p95 {_p95(times):.0f} ms;"
          f" {len(wrong)} went wrong {wrong[:3]}")  # fmt: skip
    return crawls


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--articles", type=int, default=100_000)
    parser.add_argument("--seconds", type=float, default=60, help="that readers and a crawl go on beside each other")
    parser.add_argument("--looks", type=int, default=30, help="at each page; 0: none")
    parser.add_argument("--delay", type=float, default=0, help="of the crawl, seconds between two requests")
    parser.add_argument("--keep", type=Path, help="folder that the record is built in once, and kept")
    wanted = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder, Replica(generate(300, 3000)) as site:
        home = wanted.keep or Path(folder)
        home.mkdir(parents=True, exist_ok=True)
        if not (home / "built.db").exists():
            began = time.monotonic()
            build(home / "built.db", wanted.articles)
            print(f"built {wanted.articles} articles in {time.monotonic() - began:.0f} s, on {os.cpu_count()} cores")
        toml = Path(folder) / "newstrail.toml"
        text = newstrail_toml(site.base, "newstrail.db", site.sources)
        toml.write_text(text.replace("delay = 0", f"delay = {wanted.delay}"), encoding="utf-8")
        shutil.copy(home / "built.db", Path(folder) / "newstrail.db")
        with served(toml) as (url, server):
            if wanted.looks:
                asyncio.run(measure(url, server, wanted.looks))
            if wanted.seconds:
                crawls_for(toml, 0.1)  # which finds all articles
                alone = crawls_for(toml, wanted.seconds / 2)
                beside = crawl_beside_readers(url, toml, wanted.seconds)
                alone += crawls_for(toml, wanted.seconds / 2)
        if wanted.seconds:
            slower = statistics.median(beside) / statistics.median(alone) - 1
            print(f"a crawl took {statistics.median(alone):.2f} s alone, {statistics.median(beside):.2f} s beside"
                  f" {READERS} readers: {slower:+.0%}")  # fmt: skip


if __name__ == "__main__":
    main()
