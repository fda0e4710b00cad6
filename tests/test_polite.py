"""Hosts are asked one request at a time, a delay apart, and left alone when they say so: by the origin's own log."""

import asyncio
import hashlib
import json
import os
import shutil
import signal
import sqlite3
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest

from crawler import config, jobs
from crawler.demo import pages
from crawler.hosts import Turns
from crawler.items import HostWish
from crawler.rules import patience
from crawler.rules.dates import later, utc_text
from crawler.runner import run_in_child
from storage import hosts
from storage.database import open_database
from tests.conftest import Desk, article
from tests.crawling import ROOT
from tests.origin import FAULTS, JSON, Answer, Replica, Request, redirect, status

TEXT = {"Content-Type": "text/plain"}
ROBOTS = "/robots.txt"
LISTING = "/category/yaowen.html"
OUTCOMES = "SELECT outcome, count(*) FROM checks GROUP BY 1"
CLOSER = 0.02  # seconds; of the origin's own clock and loop


def endpoint(code: str) -> str:
    return f"/NewsData/GetNewsText.do?id={code}"


def content(code: str, delay: float) -> Answer:
    """The endpoint's own answer, late."""
    return Answer(200, {"Content-Type": JSON}, pages.endpoint(article(code), 0), delay)


def rules(*lines: str) -> Answer:
    return Answer(200, TEXT, "\n".join(("User-agent: *", *lines, "")).encode())


def pace(trail: Desk, delay: float) -> None:
    """One request at a time, so far apart."""
    trail.configure("delay = 0\nconcurrency_per_host = 8", f"delay = {delay}\nconcurrency_per_host = 1")


def desk(folder: Path, site: Replica) -> Desk:
    """Another newstrail with a record of its own."""
    folder.mkdir()
    return Desk(folder, site)


def asked(site: Replica) -> list[str]:
    return [request.path for request in site.log]


def gaps(log: list[Request]) -> list[float]:
    return [after.at - before.at for before, after in pairwise(log)]


def turns() -> Path:
    """Where the crawls of these tests meet."""
    return Path(os.environ["TMPDIR"]) / f"newstrail-{os.geteuid()}"


@contextmanager
def started(trail: Desk, *command: str) -> "Iterator[subprocess.Popen[bytes]]":
    environment = {**os.environ, "NEWSTRAIL_CONFIG": str(trail.toml)}
    process = subprocess.Popen(
        [sys.executable, "-m", *command],
        cwd=ROOT,
        env=environment,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        yield process
    finally:
        process.kill()
        process.wait()


def wait_for(what: Callable[[], Any], seconds: float = 40.0) -> None:
    until = time.monotonic() + seconds
    while not what():
        assert time.monotonic() < until
        time.sleep(0.02)


# --- robots.txt ------------------------------------------------------------------------------------------------------


def test_forty_disallowed_urls_are_not_fetched(tmp_path: Path) -> None:
    """Neither by one spider nor by the other, in a child or not, while all wait for a slow robots.txt."""
    with Replica([article(f"NW{number}") for number in range(40)]) as site:
        trail = Desk(tmp_path, site)
        site.override(ROBOTS, replace(rules("Disallow: /NewsData/"), delay=0.5))
        commands = [
            ("newstrail", "crawl"), ("scrapy", "crawl", "category", "-a", "source=yaowen", "-a", "recheck=1"),
            ("scrapy", "crawl", "share", "-a", "recheck=1"), ("newstrail", "crawl", "--recheck"),
        ]  # fmt: skip
        for command in commands:
            trail.shell(*command)
        assert set(asked(site)) == {ROBOTS, LISTING}
        assert asked(site).count(ROBOTS) == 4
    assert trail.counts(OUTCOMES) == {"robots": 160}


def long(before: int) -> Answer:
    """Rules of 600 KB; what disallows everything stands behind so many bytes."""
    filler = b"# " + b"x" * 61 + b"\n"
    head = b"User-agent: *\n" + filler * (before // len(filler))
    body = head + b"Disallow: /\n"
    return Answer(200, TEXT, body + filler * ((600_000 - len(body)) // len(filler)))


def hops(count: int) -> Callable[[Replica, Replica], None]:
    """Redirects, from one host to the other and back, before the rules."""

    def set_up(site: Replica, other: Replica) -> None:
        for number in range(count):
            here, there = (site, other) if number % 2 == 0 else (other, site)
            to = f"{there.base}/hop{number + 1}"
            here.override(ROBOTS if number == 0 else f"/hop{number}", redirect(to))
        (site, other)[count % 2].override(f"/hop{count}", rules("Disallow: /NewsData/"))

    return set_up


def says(answer: Answer) -> Callable[[Replica, Replica], None]:
    return lambda site, other: site.override(ROBOTS, answer)


ROBOTS_CASES: list[tuple[str, Callable[[Replica, Replica], None], set[str]]] = [
    ("503", says(status(503)), set()),
    ("429", says(status(429)), set()),
    ("408", says(status(408)), set()),
    ("a reset", says(FAULTS["reset"]()), set()),
    ("a cut one", says(FAULTS["cut"]()), set()),
    ("a loop", says(redirect(ROBOTS)), set()),
    ("rules within 500 KiB", says(long(500_000)), set()),
    ("rules beyond 500 KiB", says(long(515_000)), {LISTING, endpoint("NW1")}),
    ("410", says(replace(rules("Disallow: /"), status=410)), {LISTING, endpoint("NW1")}),
    ("five redirects", hops(5), {LISTING}),
    ("six redirects", hops(6), set()),
]


@pytest.mark.parametrize(("set_up", "fetched"), [case[1:] for case in ROBOTS_CASES], ids=[c[0] for c in ROBOTS_CASES])
def test_robots_by_rfc_9309(tmp_path: Path, set_up: Callable[[Replica, Replica], None], fetched: set[str]) -> None:
    with Replica([article("NW1")]) as site, Replica() as other:
        set_up(site, other)
        trail = Desk(tmp_path, site)
        trail.crawl()
        pages = {path for path in asked(site) + asked(other) if path != ROBOTS and not path.startswith("/hop")}
        assert pages == fetched


def test_robots_are_kept_for_a_day_and_no_longer(trail: Desk) -> None:
    site = trail.site
    site.override(ROBOTS, rules("Disallow: /NewsData/"))
    crawl_unattended(trail)
    site.override(ROBOTS, rules())
    crawl_unattended(trail)
    assert asked(site) == [ROBOTS, LISTING, LISTING]
    alter(trail, "UPDATE robots SET fetched_at = ?", later(utc_text(datetime.now(UTC)), -86400))
    crawl_unattended(trail)
    assert asked(site).count(ROBOTS) == 2 and asked(site).count(endpoint("NW1")) == 1
    trail.newstrail("crawl")  # whoever starts one by hand has it read anew
    assert asked(site).count(ROBOTS) == 3


def test_robots_that_cannot_be_had_now_are_asked_for_again_when_that_is_wished(trail: Desk) -> None:
    site = trail.site
    site.override(ROBOTS, status(429, retry_after="600"), times=1)
    crawl_unattended(trail)
    shutil.rmtree(turns())
    crawl_unattended(trail)
    assert asked(site) == [ROBOTS] and trail.rows("SELECT * FROM robots") == []
    shutil.rmtree(turns())
    alter(trail, "UPDATE hosts SET not_before = ?", utc_text(datetime.now(UTC)))
    crawl_unattended(trail)
    assert asked(site)[:3] == [ROBOTS, ROBOTS, LISTING]


def crawl_unattended(trail: Desk) -> None:
    settings = config.load(trail.toml)
    with closing(open_database(settings.database)) as db:
        now = utc_text(datetime.now(UTC))
        job = jobs.category_job(db, settings, "yaowen", now, recheck=True, keep_robots=True)
        run_in_child(db, settings.database, job)


def alter(trail: Desk, sql: str, *values: str) -> None:
    with closing(sqlite3.connect(trail.database)) as db, db:
        db.execute(sql, values)


def test_a_crawl_delay_is_kept(tmp_path: Path) -> None:
    with Replica([article(f"NW{number}") for number in range(4)]) as site:
        trail = Desk(tmp_path, site)  # delay 0, eight at a time
        site.override(ROBOTS, rules("Crawl-delay: 0.4"))
        assert trail.crawl() == "ok"
        assert len(site.log) == 6
        assert min(gaps(site.log)) >= 0.4 - 0.1  # eight at a time: from start to start
        pace(trail, 0.1)
        site.clear_log()
        assert trail.crawl(recheck=True) == "ok"
        assert min(gaps(site.log)[1:]) >= 0.4 - CLOSER


def test_a_crawl_delay_holds_for_who_has_not_read_it_yet(tmp_path: Path) -> None:
    with Replica([article("NW1")]) as site:
        one, two = desk(tmp_path / "one", site), desk(tmp_path / "two", site)
        pace(one, 0.01)
        pace(two, 0.01)
        site.override(ROBOTS, rules("Crawl-delay: 5"))
        with started(one, "crawler", "crawl") as first:
            wait_for(lambda: LISTING in asked(site))
            assert two.shell("newstrail", "crawl").returncode == 0
            assert first.wait(30) == 0
        assert sorted(asked(site)) == sorted(2 * [ROBOTS, LISTING, endpoint("NW1")])
        assert min(gaps(site.log)[1:]) >= 5 - CLOSER


# --- two crawls at once ----------------------------------------------------------------------------------------------


def spare(site: Replica, seconds: float) -> None:
    """Keep every crawl from the site for so long, as one that was told to would."""

    async def hear() -> None:
        turns = Turns(0, 1, {}, lambda *note: None, lambda: False)
        turn = await turns.take(site.base.removeprefix("http://"))
        turns.failed(turn, "all wait for each other", seconds)
        turns.release(turn)

    asyncio.run(hear())


def someone_waits(site: Replica) -> bool:
    name = hashlib.sha256(site.base.removeprefix("http://").encode()).hexdigest()[:32]
    return bool(json.loads((turns() / name).read_text())["next"])


def test_two_crawls_at_once_take_turns(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Of two records, by two programs: never two requests at a time, never closer than the delay, both get on."""
    codes = [f"NW{number}" for number in range(6)]
    with Replica([article(code) for code in codes]) as site:
        one, two = desk(tmp_path / "one", site), desk(tmp_path / "two", site)
        for trail, name in ((one, "first"), (two, "second")):
            pace(trail, 0.15)
            trail.configure("[crawl]\n", f'[crawl]\nuser_agent = "{name}/1.0 (+https://a.example)"\n')
        for code in codes:
            site.override(endpoint(code), content(code, delay=0.2))
        monkeypatch.setattr(tempfile, "tempdir", os.environ["TMPDIR"])
        spare(site, 12)
        with (
            started(one, "crawler", "crawl") as first,
            started(two, "scrapy", "crawl", "category", "-a", "source=yaowen") as second,
        ):
            assert (first.wait(60), second.wait(60)) == (0, 0)
        slow = [path.startswith("/NewsData/") for path in asked(site)][:-1]
        assert all(
            gap >= (0.35 if is_slow else 0.15) - CLOSER for gap, is_slow in zip(gaps(site.log), slow, strict=True)
        )
        agents = [request.headers["user-agent"].partition("/")[0] for request in site.log]
        assert len(agents) == 16
        begun = max(agents.index(name) for name in ("first", "second"))
        ended = len(agents) - max(agents[::-1].index(name) for name in ("first", "second"))
        shared = agents[begun:ended]  # while both were there; on a slow machine that may be never
        assert sum(a != b for a, b in pairwise(shared)) >= 0.6 * (len(shared) - 1)


def test_a_killed_crawl_gives_back_its_turn(tmp_path: Path) -> None:
    with Replica([article("NW1")]) as site:
        one, two = desk(tmp_path / "one", site), desk(tmp_path / "two", site)
        pace(one, 0.05)
        pace(two, 0.05)
        site.override(LISTING, FAULTS["silent"](), times=1)
        with started(one, "scrapy", "crawl", "category", "-a", "source=yaowen") as first:
            wait_for(lambda: LISTING in asked(site))
            with started(two, "crawler", "crawl") as second:
                wait_for(lambda: someone_waits(site) or len(site.log) > 2)
                time.sleep(1)
                assert asked(site) == [ROBOTS, LISTING]
                first.send_signal(signal.SIGKILL)
                assert second.wait(30) == 0
        assert asked(site) == [ROBOTS, LISTING, ROBOTS, LISTING, endpoint("NW1")]


def test_nobody_else_may_own_the_place_of_turns(trail: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    with tempfile.TemporaryDirectory() as folder:
        monkeypatch.setenv("TMPDIR", folder)
        (Path(folder) / "elsewhere").mkdir(mode=0o700)
        turns().symlink_to(Path(folder) / "elsewhere")
        done = trail.shell("newstrail", "crawl")
    assert done.returncode == 3 and "must be a folder that only this user may use" in done.stderr
    assert trail.site.log == []


# --- patience --------------------------------------------------------------------------------------------------------


def in_seconds(wait: float) -> Answer:
    return status(429, retry_after=str(int(wait)))


def as_a_date(wait: float) -> Answer:
    return status(503, retry_after=format_datetime(datetime.now(UTC) + timedelta(seconds=wait + 1), usegmt=True))


@pytest.mark.parametrize("answer", [in_seconds, as_a_date])
def test_a_short_wait_is_waited_out_by_every_crawl(tmp_path: Path, answer: Callable[[float], Answer]) -> None:
    with Replica([article(f"NW{number}") for number in range(4)]) as site:
        one, two = desk(tmp_path / "one", site), desk(tmp_path / "two", site)
        pace(one, 0.05)
        pace(two, 0.05)
        site.override(endpoint("NW1"), lambda request: answer(6), times=1)
        with started(one, "crawler", "crawl") as first:
            wait_for(lambda: endpoint("NW1") in asked(site))
            with started(two, "scrapy", "crawl", "category", "-a", "source=yaowen") as second:
                assert (first.wait(60), second.wait(60)) == (0 if answer is in_seconds else 3, 0)
        paths = asked(site)
        refused = paths.index(endpoint("NW1"))
        assert len(paths) == 12 and gaps(site.log)[refused] >= 6
    assert one.counts(OUTCOMES) == {"new": 3, "blocked" if answer is in_seconds else "error": 1}
    assert two.counts(OUTCOMES) == {"new": 4}


@pytest.mark.parametrize("answer", [in_seconds, as_a_date])
def test_a_long_wait_ends_the_crawl_of_that_host(tmp_path: Path, answer: Callable[[float], Answer]) -> None:
    """Not one early request, whoever crawls and whatever is left of files or record; and then all that was left."""
    with Replica([article(f"NW{number}") for number in range(6)]) as site:
        one, two = desk(tmp_path / "one", site), desk(tmp_path / "two", site)
        pace(one, 0.05)
        pace(two, 0.05)
        site.override(endpoint("NW2"), lambda request: answer(3600), times=1)
        done = one.shell("newstrail", "crawl")
        log = asked(site)
        assert done.returncode == 3 and log[-1] == endpoint("NW2")
        run = one.row("SELECT outcome, reason, requests FROM runs")
        assert (run["outcome"], run["requests"]) == ("partial", len(log))
        not_before = one.row("SELECT not_before FROM hosts")["not_before"]
        wait = datetime.fromisoformat(not_before) - datetime.now(UTC)
        assert timedelta(seconds=3500) < wait < timedelta(seconds=3603)
        assert all(word in run["reason"] for word in (not_before, f"{6 - len(log) + 2} looks were not made"))
        due = "SELECT count(*) AS n FROM articles WHERE next_check_at <= ? AND looks = 0"
        assert one.row(due, utc_text(datetime.now(UTC))) == {"n": 6 - len(log) + 2}

        if answer is as_a_date:  # from here on it is the same
            return
        spared = [one.shell("newstrail", "crawl"), two.shell("newstrail", "crawl")]
        spared.append(one.shell("scrapy", "crawl", "share", "-a", "code=NW4"))
        shutil.rmtree(turns())  # as after a restart of the machine: the record alone knows
        spared.append(one.shell("newstrail", "crawl", "--recheck"))
        for done in spared:
            assert done.returncode == 3
            (line,) = [line for line in done.stderr.splitlines() if line.startswith("newstrail: ")]
            assert "is not asked before" in line
        assert asked(site) == log
        told = one.rows("SELECT looks FROM incidents WHERE article_id IS NULL")
        assert [row["looks"] for row in told] == [3]  # the source's crawls; told of once
        assert one.counts("SELECT state, count(*) FROM articles GROUP BY 1")["unknown"] == 6 - len(log) + 3

        shutil.rmtree(turns())
        alter(one, "UPDATE hosts SET not_before = ?", utc_text(datetime.now(UTC)))
        done = one.shell("newstrail", "crawl", "--recheck")
        assert done.returncode == 0 and "read again" in done.stderr
        assert one.counts("SELECT state, count(*) FROM articles GROUP BY 1") == {"live": 6}
        assert one.row("SELECT not_before, failures FROM hosts") == {"not_before": None, "failures": 0}


NOTED = "2024-11-22T09:30:00Z"


@pytest.mark.parametrize(
    ("wait", "answered", "on_record"),
    [(1, 0, (0, None)), (1, 1, (0, None)), (60, 60, (0, None)), (60, 5, (0, later(NOTED, 60))), (60, -1, (1, None))],
)
def test_a_recovery_is_recorded_whatever_seconds_are_rounded_to(
    tmp_path: Path, wait: int, answered: int, on_record: tuple[int, str | None]
) -> None:
    """A host that answers is in no trouble; what it asked another crawl for meanwhile still holds; old news is none."""
    note = {"host": "a.example", "reason": None}
    ahead = later(NOTED, 3600)
    with closing(open_database(tmp_path / "newstrail.db")) as db:
        hosts.put(db, note | {"seen_at": NOTED, "not_before": later(NOTED, wait), "failures": 1}, NOTED, ahead)
        at = later(NOTED, answered)
        soon = later(at, patience.ROUNDED)
        hosts.put(db, note | {"seen_at": at, "not_before": None, "failures": 0}, soon, ahead)
        failures, not_before = db.execute("SELECT failures, not_before FROM hosts").fetchone()
    assert failures == on_record[0] and (failures or not_before == on_record[1])


def test_each_record_hears_of_a_recovery_that_another_ones_crawl_saw_first() -> None:
    """And none of one that was under way when the host failed again."""
    told: list[tuple[str, int]] = []
    host = f"{os.urandom(4).hex()}.example"
    failing = {host: HostWish(None, "HTTP 500", 3, NOTED)}

    def crawl(name: str) -> Turns:
        return Turns(0, 2, failing, lambda host, until, why, failures: told.append((name, failures)), lambda: False)

    async def go() -> None:
        for name in ("one", "two"):
            one = crawl(name)
            turn = await one.take(host)
            one.went_well(turn)
            one.release(turn)
            one.close()
        late, fails = crawl("late"), crawl("fails")
        early = await late.take(host)
        fails.failed(await fails.take(host), "HTTP 500")
        late.went_well(early)
        late.close()
        fails.close()

    asyncio.run(go())
    assert told == [("one", 0), ("two", 0), ("fails", 1)]


def test_what_a_clock_that_was_far_ahead_noted_lasts_as_long_as_was_asked(trail: Desk) -> None:
    """Not until the clock is there, nor for a day again and again; and what is noted now takes its place."""
    assert trail.crawl() == "ok"
    host = trail.site.base.removeprefix("http://")
    ahead = utc_text(datetime.now(UTC) + timedelta(days=30))
    alter(trail, "INSERT OR REPLACE INTO hosts VALUES (?, ?, 'HTTP 429', 1, ?)", host, later(ahead, 4), ahead)
    alter(trail, "UPDATE robots SET fetched_at = ?", ahead)
    shutil.rmtree(turns())
    trail.site.clear_log()
    began = time.monotonic()
    done = trail.shell("newstrail", "crawl")
    assert done.returncode == 0, done.stderr
    assert trail.site.log[0].at - began >= 4
    noted = trail.row("SELECT not_before, failures, seen_at FROM hosts")
    assert (noted["not_before"], noted["failures"]) == (None, 0)
    assert max(noted["seen_at"], trail.row("SELECT fetched_at FROM robots")["fetched_at"]) <= utc_text(
        datetime.now(UTC)
    )


def test_who_waits_for_a_host_stops_at_once(trail: Desk) -> None:
    pace(trail, 0.05)
    for code in ("NW1", "NW2", "NW3"):
        trail.site.override(endpoint(code), in_seconds(50))
    with started(trail, "crawler", "crawl") as crawl:
        wait_for(lambda: len(asked(trail.site)) == 3)
        time.sleep(0.5)
        crawl.terminate()
        assert crawl.wait(10) == 3
    assert trail.row("SELECT outcome FROM runs") == {"outcome": "interrupted"}


def test_a_host_that_fails_five_times_in_a_row_is_left(tmp_path: Path) -> None:
    codes = [f"NW{number:02}" for number in range(12)]
    with Replica([article(code) for code in codes]) as site:
        trail = Desk(tmp_path, site)
        pace(trail, 0.02)
        for code in codes:
            site.override(endpoint(code), status(500))
        done = trail.shell("newstrail", "crawl")
        assert done.returncode == 3 and "7 looks were not made" in done.stderr
        assert len(set(asked(site))) == 2 + 5
        times = [request.at for request in site.log[2:]]
        assert times[-1] - times[0] >= 0.02 * (1 + 2 + 4 + 8) - CLOSER  # backing off
        site.clear_overrides()
        done = trail.shell("newstrail", "crawl", "--recheck")
        assert done.returncode == 0
        told = trail.rows("SELECT looks, ended_at IS NOT NULL AS over FROM incidents WHERE article_id IS NULL")
        assert told == [{"looks": 1, "over": 1}]
    assert trail.counts("SELECT kind, count(*) FROM changes GROUP BY 1") == {"first_seen": 12}


def test_an_origin_that_is_down_for_five_runs_is_told_of_once(tmp_path: Path) -> None:
    articles = [article(f"NW{number}") for number in range(6)]
    with Replica(articles) as site:
        trail = Desk(tmp_path, site)
        pace(trail, 0.01)
        assert trail.crawl() == "ok"
        port = int(site.base.rpartition(":")[2])
    down = [trail.shell("newstrail", "crawl", "--recheck") for _ in range(5)]
    assert [done.returncode for done in down] == [3] * 5
    with Replica(articles, port=port):
        up = trail.shell("newstrail", "crawl", "--recheck")
        assert up.returncode == 0, up.stderr
        assert up.stderr.count("read again") == 1
        assert trail.newstrail("crawl").count("read again") == 0
    told = trail.rows("SELECT looks, ended_at IS NOT NULL AS over FROM incidents WHERE article_id IS NULL")
    assert told == [{"looks": 5, "over": 1}]
    assert trail.counts("SELECT kind, count(*) FROM changes GROUP BY 1") == {"first_seen": 6}
    assert trail.row("SELECT failures, not_before FROM hosts") == {"failures": 0, "not_before": None}
