"""`newstrail daemon` as a process: it crawls by its schedule, is alone, and survives what machines do."""

import asyncio
import os
import random
import signal
import socket
import sqlite3
import subprocess
import sys
import time
from contextlib import closing
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from pathlib import Path

import pytest
from sqlite_utils import Database

from crawler import config
from crawler.config import Config
from crawler.daemon import plans
from crawler.daemon.chores import Chore
from crawler.daemon.service import Daemon
from crawler.daemon.systemd import Systemd
from crawler.rules.dates import from_utc_text, utc_text
from storage.database import open_database
from storage.errors import StorageError
from tests.conftest import Desk, article
from tests.crawling import ROOT
from tests.daemons import PATIENCE, Running, is_alive, resident_mb, until
from tests.origin import Replica, body_under_content, silent
from tests.test_kill import LATEST, VERSIONS

KILLS = int(os.environ.get("NEWSTRAIL_KILLS", "4"))
LISTING = "/category/yaowen.html"
RUNS = "SELECT * FROM runs WHERE outcome = 'ok' ORDER BY id"
SCHEDULE = "SELECT key, p.* FROM schedule p JOIN sources s ON s.id = p.source_id ORDER BY key DESC"
pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="looks into /proc")


def write(trail: Desk, sql: str, *values: object) -> None:
    """Change the record behind the daemon's back."""
    with closing(sqlite3.connect(trail.database, timeout=30)) as db, db:
        db.execute(sql, values)


def everything_is_due(trail: Desk) -> None:
    write(trail, "UPDATE articles SET next_check_at = '2024-01-01T00:00:00Z'")


def often(trail: Desk, more: str = "") -> None:
    """Read the sources every second, and some more configuration."""
    trail.configure('every = "5m"', 'every = "1s"')
    trail.toml.write_text(trail.toml.read_text(encoding="utf-8") + more, encoding="utf-8")


def seconds_from_now(seconds: float) -> str:
    return utc_text(datetime.now(UTC) + timedelta(seconds=seconds))


def test_a_later_run_finds_an_edit_and_an_end_in_order(trail: Desk, site: Replica) -> None:
    often(trail)
    with Running(trail) as daemon:
        until(lambda: trail.database.exists() and daemon.log.count("3 first_seen"), "a first crawl")
        site.edit("NW1", body_html="<p>江州市公布第NW1号项目，预算5.5亿元。</p><p>资金由市级财政安排。</p>")
        everything_is_due(trail)
        daemon.says("1 edited")
        assert daemon.stop() == 0
    trail.assert_sound()
    (row,) = trail.rows(SCHEDULE)
    assert row["rule"] == "every 1s" and row["last_run_at"] and row["reason"] is None
    assert trail.counts("SELECT kind, count(*) FROM changes GROUP BY 1") == {"first_seen": 3, "edited": 1}
    assert "Traceback" not in daemon.log


def test_of_twenty_one_lives_and_the_others_leave_naming_it(trail: Desk) -> None:
    environment = {**os.environ, "NEWSTRAIL_CONFIG": str(trail.toml)}
    command = [sys.executable, "-m", "crawler", "daemon"]
    busy = max(1.0, os.getloadavg()[0] / (os.cpu_count() or 1))  # with other things
    began = time.monotonic()
    daemons = [
        subprocess.Popen(command, cwd=ROOT, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)
        for _ in range(20)
    ]
    try:
        left = until(lambda: len(gone := [d for d in daemons if d.poll() is not None]) >= 19 and gone, "19 leave")
        took = time.monotonic() - began
        print(f"{took:.1f} s, {busy:.1f} times busy")
        (alive,) = [d for d in daemons if d not in left]
        assert took < 5 * busy, f"{took:.1f} s"
        for daemon in left:
            assert daemon.returncode == 4
            assert daemon.stderr is not None
            assert (
                daemon.stderr.read().decode()
                == f"newstrail: {trail.database}: a daemon runs on it already (process {alive.pid})\n"
            )
        alive.kill()
        with Running(trail) as daemon:
            daemon.says("sources on")  # what is killed frees the lock
    finally:
        for daemon in daemons:
            daemon.kill()
            daemon.wait()
            assert daemon.stderr is not None
            daemon.stderr.close()


def test_a_killed_daemon_takes_its_crawls_along_and_the_next_goes_on(trail: Desk, site: Replica) -> None:
    often(trail)
    site.override(LISTING, silent(30), times=1)
    with Running(trail) as daemon:
        (child,) = until(lambda: daemon.children, "a crawl")
        until(lambda: any(request.path == LISTING for request in site.log), "its request")
        daemon.kill()
        until(lambda: not is_alive(child), "the crawl ends with its daemon", 5)
    with Running(trail) as daemon:
        daemon.says("3 first_seen")
        assert daemon.stop() == 0
    trail.assert_sound()
    assert trail.rows("SELECT outcome FROM runs")[0]["outcome"] == "interrupted"


def test_a_killed_crawl_is_told_of_and_the_next_one_goes_on(trail: Desk, site: Replica) -> None:
    often(trail)
    site.override(LISTING, silent(30), times=1)
    with Running(trail) as daemon:
        until(lambda: any(request.path == LISTING for request in site.log), "its request")
        os.kill(daemon.children[0], signal.SIGKILL)
        daemon.says("the crawl's process ended with -9")
        daemon.says("3 first_seen")
        assert daemon.stop() == 0
    trail.assert_sound()


def test_sigterm_ends_a_crawl_that_waits_and_begins_no_other(trail: Desk, site: Replica) -> None:
    often(trail)
    site.override(LISTING, silent(60))
    with Running(trail) as daemon:
        until(lambda: any(request.path == LISTING for request in site.log), "its request")
        began, asked = time.monotonic(), len(site.log)
        assert daemon.stop() == 0
        assert time.monotonic() - began < 30
    assert len(site.log) == asked
    (run,) = trail.rows("SELECT outcome, reason FROM runs")
    assert run == {"outcome": "interrupted", "reason": "the daemon was stopped"}
    (row,) = trail.rows(SCHEDULE)
    assert row["next_run_at"] <= row["last_run_at"]  # made again by the next daemon


def test_sighup_takes_a_good_configuration_and_keeps_the_old_for_a_bad_one(tmp_path: Path) -> None:
    with Replica([article("NW1"), article("NW2", "minsheng"), article("NW3", "tiyu")]) as site:
        trail = Desk(tmp_path, site, {"yaowen": "要闻", "minsheng": "民生"})
        with Running(trail) as daemon:
            daemon.says("1 first_seen", times=2)
            good = trail.toml.read_text(encoding="utf-8")
            trail.configure('every = "5m"', 'every = "never"')
            daemon.signal(signal.SIGHUP)
            daemon.says("the configuration stays as it was: ")
            assert f"{trail.toml}: source yaowen.every: 'never' is not a duration" in daemon.log
            other = '\n[[source]]\nkey = "tiyu"\nsite = "replica"\nevery = "5m"\n'
            first, second = good.split("\n[[source]]\n")[1:]
            text = good.replace("\n[[source]]\n" + second, other).replace(first, first.replace("5m", "2s"))
            trail.toml.write_text(text, encoding="utf-8")
            daemon.signal(signal.SIGHUP)
            daemon.says("the configuration was read again: 2 sources")
            daemon.says("tiyu: ok, 1 looks, 1 first_seen")
            daemon.says("yaowen: ok", times=3)
            assert daemon.stop() == 0
        plans = {row["key"]: row for row in trail.rows(SCHEDULE)}
        assert plans["minsheng"]["next_run_at"] is None and plans["yaowen"]["rule"] == "every 2s"
        assert daemon.log.count("minsheng: ok") == 1


def test_a_crawl_that_takes_too_long_is_ended_and_what_keeps_ending_it_waits(trail: Desk, site: Replica) -> None:
    often(trail, '\n[daemon]\nlongest_crawl = "8s"\n')
    site.override("/NewsData/GetNewsText.do?id=NW1", silent(60))
    with Running(trail) as daemon:
        daemon.says("replica: crawls were cut off again and again; not looked at before ")
        daemon.says("yaowen: ok")
    reasons = trail.counts("SELECT reason, count(*) FROM runs WHERE finished_at IS NOT NULL GROUP BY 1")
    assert reasons["stopped: it took longer than 8 s"] == 2
    assert trail.counts("SELECT code, state FROM articles") == {"NW1": "unknown", "NW2": "live", "NW3": "live"}
    assert trail.row("SELECT next_check_at AS at FROM articles WHERE code = 'NW1'")["at"] > seconds_from_now(1800)


def test_a_page_that_wants_memory_gets_no_more_than_there_is_for_it(trail: Desk, site: Replica) -> None:
    trail.configure("[crawl]", "[crawl]\nmemory_mb = 128")
    often(trail)
    site.override("/NewsData/GetNewsText.do?id=NW2", body_under_content("<p>a" * 1_700_000))  # 300 MB when parsed
    most = 0
    with Running(trail) as daemon:

        def told() -> bool:
            nonlocal most
            most = max(most, *(resident_mb(child) for child in daemon.children), 0)
            return "looks" in daemon.log

        until(told, "a crawl's end")
        daemon.says("yaowen: ok")
    assert 60 < most < 260, most
    assert trail.counts("SELECT code, state FROM articles") == {"NW1": "live", "NW2": "unknown", "NW3": "live"}


def test_after_a_pause_each_source_runs_once_and_they_are_spread(tmp_path: Path) -> None:
    with Replica([article(f"NW{number}", f"lanmu{number}") for number in range(6)]) as site:
        trail = Desk(tmp_path, site)
        assert trail.crawl() == "ok"
        for number in range(6):
            rule, planned = "every 5m", seconds_from_now(-3600 * (number + 1))
            write(
                trail, "INSERT INTO schedule (source_id, rule, next_run_at) SELECT id, ?, ? FROM sources WHERE key = ?",
                rule, planned, f"lanmu{number}",
            )  # fmt: skip
        began = len(trail.rows(RUNS))
        with Running(trail) as daemon:
            daemon.says("lanmu5: ok")  # the longest overdue goes first
            until(lambda: len(trail.rows(RUNS)) == began + 1, "one run")
            times = sorted(from_utc_text(row["next_run_at"]) for row in trail.rows(SCHEDULE))
            assert all(b - a >= timedelta(seconds=45) for a, b in pairwise(times)), times
            assert times[-1] - times[0] <= timedelta(minutes=5)
            assert {row["reason"] for row in trail.rows(SCHEDULE)} >= {"made up for: its time passed while nothing ran"}
            planned_before = {row["key"]: row["next_run_at"] for row in trail.rows(SCHEDULE)}
        with Running(trail) as daemon:
            daemon.says("6 sources on")
            time.sleep(3)
            assert {row["key"]: row["next_run_at"] for row in trail.rows(SCHEDULE)} == planned_before
        assert len(trail.rows(RUNS)) == began + 1


def test_what_the_table_says_is_obeyed(tmp_path: Path) -> None:
    """Paused, put off by its host, brought forward: by whoever writes it, within seconds."""
    with Replica([article("NW1"), article("NW2", "minsheng")]) as site:
        trail = Desk(tmp_path, site)
        trail.crawl()
        wait = seconds_from_now(3600)
        write(trail, "INSERT INTO schedule (source_id, paused_at) SELECT id, ? FROM sources WHERE key = 'yaowen'", wait)
        host = site.base.removeprefix("http://")
        write(trail, "INSERT INTO hosts VALUES (?, ?, 'HTTP 429', 1, ?)", host, wait, wait)
        site.clear_log()
        with Running(trail) as daemon:
            daemon.says(f"minsheng: put off until {wait}: {host}: HTTP 429")
            yaowen, minsheng = trail.rows(SCHEDULE)
            assert minsheng["next_run_at"] == wait and minsheng["reason"] == f"put off until then: {host}: HTTP 429"
            assert yaowen["next_run_at"] is None and not site.log
            write(trail, "DELETE FROM hosts")
            write(trail, "UPDATE schedule SET paused_at = NULL, next_run_at = ?", seconds_from_now(1))
            daemon.says("yaowen: ok")
            daemon.says("minsheng: ok")
            assert daemon.stop() == 0


def test_a_wish_that_a_clock_far_ahead_noted_puts_a_source_off_once(trail: Desk, site: Replica) -> None:
    """For as long as the host asked for, from when that is seen; not until the clock has come there."""
    trail.crawl()
    now = datetime.now(UTC).replace(microsecond=0)
    host, ahead = site.base.removeprefix("http://"), timedelta(days=30)
    noted = utc_text(now + ahead), utc_text(now + ahead + timedelta(seconds=120))
    write(trail, "INSERT INTO hosts (host, seen_at, not_before, failures) VALUES (?, ?, ?, 1)", host, *noted)
    settings = config.load(trail.toml)
    with closing(open_database(trail.database)) as db:
        plans.adopt(db, settings, now)
        plans.update(db, settings, now, (), True)
        over = now + timedelta(seconds=120)
        assert f"put off until {utc_text(over)}" in str(plans.begin(db, settings, "yaowen", now))
        assert plans.site_waits(db, settings, settings.sources["yaowen"].site, over - timedelta(seconds=1))
        assert plans.begin(db, settings, "yaowen", over) is None


def test_a_host_is_the_same_however_its_url_is_written(trail: Desk, site: Replica) -> None:
    trail.configure(site.base, "https://News.Example:443")
    now = datetime.now(UTC)
    settings = config.load(trail.toml)
    wish = "news.example", utc_text(now), seconds_from_now(600)
    with closing(open_database(trail.database)) as db:
        db.execute("INSERT INTO hosts (host, seen_at, not_before, failures) VALUES (?, ?, ?, 1)", wish)
        assert plans.site_waits(db, settings, settings.sources["yaowen"].site, now)


def test_a_chore_is_done_again_and_again_never_twice_at_once_and_survives_its_faults(trail: Desk) -> None:
    trail.crawl()
    done: list[str] = []

    def slow(db: Database, settings: Config, now: datetime) -> None:
        done.append("begun")
        time.sleep(0.6)
        done.append("ended")
        if len(done) >= 6:
            os.kill(os.getpid(), signal.SIGTERM)

    def broken(db: Database, settings: Config, now: datetime) -> None:
        raise StorageError("the disk is full")

    chores = (Chore("slow", 0.2, slow), Chore("broken", 0.2, broken))
    settings = config.load(trail.toml)

    async def run() -> bool:
        return await Daemon(settings, Systemd(), chores).run()

    assert asyncio.run(run())
    assert done[:6] == ["begun", "ended"] * 3


def test_systemd_hears_of_it(trail: Desk, tmp_path: Path) -> None:
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as channel:
        channel.bind("\0newstrail-" + tmp_path.name)
        channel.settimeout(PATIENCE)
        environment = {"NOTIFY_SOCKET": "@newstrail-" + tmp_path.name, "WATCHDOG_USEC": "400000"}

        def heard(line: str) -> str:
            while line not in (told := channel.recv(1000).decode()).splitlines():
                pass
            return told

        with Running(trail, **environment) as daemon:
            assert "STATUS=1 sources on 1 sites" in heard("READY=1")
            heard("WATCHDOG=1")
            daemon.signal(signal.SIGHUP)
            assert "MONOTONIC_USEC=" in heard("RELOADING=1")
            heard("READY=1")
            daemon.signal(signal.SIGTERM)
            heard("STOPPING=1")
            assert daemon.process.wait(timeout=PATIENCE) == 0


@pytest.mark.timeout(max(120, 12 * KILLS))
def test_killed_at_any_moment(tmp_path: Path) -> None:
    """The daemon or its crawl, at random moments: the next goes on, and the record is as if nothing had happened."""
    chance = random.Random(20241122)
    with Replica([article(f"NW{number}") for number in range(60)]) as site:
        (tmp_path / "undisturbed").mkdir()
        undisturbed, trail = Desk(tmp_path / "undisturbed", site), Desk(tmp_path, site)
        often(trail)
        assert undisturbed.crawl() == "ok"
        edited = set()
        for number in range(KILLS):
            site.publish(article(f"NEW{number}"))
            for code in chance.sample(range(60), 3):
                site.edit(f"NW{code}", body_html=f"<p>第{number}次改过的正文，预算{number}亿元，年底前完成。</p>")
                edited.add(f"NW{code}")
            with Running(trail) as daemon:
                until(lambda daemon=daemon: daemon.children, "a crawl")  # type: ignore[misc]
                time.sleep(chance.uniform(0, 3))
                if number % 2 and (children := daemon.children):
                    os.kill(children[0], signal.SIGKILL)
                    daemon.says(": ok, ")
            if trail.rows("SELECT 1 FROM sqlite_schema WHERE name = 'chain'"):
                trail.assert_sound()
        assert trail.shell("newstrail", "crawl", "--recheck").returncode == 0
        assert undisturbed.crawl(recheck=True) == "ok"
        trail.assert_sound()
        assert trail.counts(LATEST) == undisturbed.counts(LATEST)
        once = [[row for row in desk.rows(VERSIONS) if row["code"] not in edited] for desk in (trail, undisturbed)]
        assert once[0] == once[1]
