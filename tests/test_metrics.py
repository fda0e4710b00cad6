"""What Prometheus scrapes of a record, and the daemon's log."""

import doctest
import json
import re
import socket
import sqlite3
import subprocess
import sys
import urllib.request
from collections.abc import Iterator
from contextlib import closing, contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from prometheus_client.parser import text_string_to_metric_families

from crawler import logs, metrics
from crawler.errors import UsageError
from crawler.rules.dates import utc_text
from storage.database import open_database
from storage.metrics import QUERIES
from tests.conftest import Desk
from tests.crawling import ROOT
from tests.origin import Replica

Scrape = dict[str, dict[tuple[str, ...], float]]
NOW = datetime(2030, 1, 1, 12, tzinfo=UTC)


def scraped(url: str) -> Scrape:
    """Name -> label values, in their order -> value, as Prometheus reads them."""
    with urllib.request.urlopen(url, timeout=10) as answer:
        text = answer.read().decode()
    found: Scrape = {}
    for family in text_string_to_metric_families(text):
        for sample in family.samples:
            found.setdefault(sample.name, {})[tuple(sample.labels.values())] = sample.value
    return found


def scrape(database: Path, now: datetime = NOW) -> Scrape:
    with metrics.serve("127.0.0.1:0", database, lambda: now) as url:
        return scraped(url)


@contextmanager
def written(path: Path) -> Iterator[sqlite3.Connection]:
    with closing(sqlite3.connect(path)) as db, db:
        yield db


def ago(**time: float) -> str:
    return utc_text(NOW - timedelta(**time))


# ── The figures ─────────────────────────────────────────────────────────────────────────────────────────────────


def test_figures_of_a_crawl(trail: Desk, site: Replica) -> None:
    trail.crawl()
    site.edit("NW1", body_html="<p>江州市公布第NW1号项目，预算9.5亿元。</p><p>资金由市级财政安排，年底前完成。</p>")
    assert trail.crawl(recheck=True) == "ok"
    (source,) = site.sources
    run = trail.row("SELECT strftime('%s', finished_at) AS ended FROM runs ORDER BY id DESC LIMIT 1")
    seen = scrape(trail.database)
    assert seen["newstrail_up"] == {(): 1}
    outcomes = trail.counts("SELECT outcome, count(*) FROM checks GROUP BY outcome")
    assert {k[0]: n for k, n in seen["newstrail_checks_total"].items() if n} == outcomes and sum(outcomes.values()) == 6
    changes = {k[0]: n for k, n in seen["newstrail_changes_total"].items()}
    assert changes == {"first_seen": 3, "edited": 1, "removed": 0, "restored": 0, "moved": 0}
    assert sum(seen["newstrail_crawls_total"].values()) == seen["newstrail_crawl_duration_seconds_count"][source,] == 2
    requests = trail.row("SELECT sum(requests) AS n FROM runs")["n"]
    assert seen["newstrail_crawl_requests_total"] == {(source,): requests} and requests > 6
    assert seen["newstrail_source_last_success_timestamp_seconds"] == {(source,): float(run["ended"])}
    assert seen["newstrail_articles_due"] == {("replica",): 3}  # years later
    assert seen["newstrail_database_size_bytes"]["main",] == trail.database.stat().st_size


def test_counters_do_not_fall_when_looks_are_dropped(trail: Desk) -> None:
    trail.crawl()
    before = scrape(trail.database)
    with written(trail.database) as db:
        assert db.execute("DELETE FROM checks").rowcount == 3
    trail.crawl(recheck=True)
    after = scrape(trail.database)
    totals = [name for name in before if name.endswith("_total") and name.startswith("newstrail")]
    assert len(totals) > 3
    for name in totals:
        assert all(after[name][labels] >= value for labels, value in before[name].items()), name
    assert sum(after["newstrail_checks_total"].values()) == 6


@pytest.fixture
def record(tmp_path: Path) -> Path:
    """A record with two sites, a source on each, and messages on their way."""
    path = tmp_path / "newstrail.db"
    db = open_database(path)
    with written(path) as rows:
        for number, site in enumerate(("a", 'b"\n\\'), 1):
            rows.execute("INSERT INTO sources VALUES (?, ?, NULL, ?, 'c', 'u', NULL, NULL, NULL)", (number, site, site))
            for age in (90, 60, -60):
                values = (site, f"{age}", f"{site}/{age}", ago(days=1), ago(minutes=age))
                sql = "INSERT INTO articles (site, code, url, first_seen_at, next_check_at) VALUES (?, ?, ?, ?, ?)"
                rows.execute(sql, values)
        rows.execute("DELETE FROM articles WHERE site != 'a' AND code != '-60'")
        rows.execute("INSERT INTO schedule (source_id, next_run_at) VALUES (1, ?)", (ago(seconds=45),))
        rows.execute("INSERT INTO schedule (source_id, paused_at) VALUES (2, ?)", (ago(days=1),))
        rows.execute("INSERT INTO budgets VALUES ('a', 0.25, 7.5, 1.5, ?, 480)", (ago(),))
        for started, outcome, seconds in ((9000, "ok", 30), (7000, "failed", -9), (5000, "partial", 12), (40, None, 0)):
            sql = "INSERT INTO runs (spider, source_id, started_at) VALUES ('category', 1, ?)"
            run = rows.execute(sql, (ago(seconds=started),)).lastrowid
            if outcome:
                ended = (ago(seconds=started - seconds), outcome, run)
                rows.execute("UPDATE runs SET finished_at = ?, outcome = ?, requests = 5 WHERE id = ?", ended)
        for number, channel in enumerate(("desk", "desk", "desk", "pager")):
            sql = "INSERT INTO outbox (message_id, channel, event, created_at, next_attempt_at)"
            rows.execute(f"{sql} VALUES (?, ?, 'change', ?, ?)", (f"m{number}", channel, ago(hours=5 - number), ago()))
        rows.execute("UPDATE outbox SET next_attempt_at = NULL, parked_at = ? WHERE message_id = 'm0'", (ago(),))
        rows.execute("UPDATE outbox SET next_attempt_at = NULL, delivered_at = ? WHERE message_id = 'm3'", (ago(),))
    db.close()
    return path


# Name -> labels' values -> figure, of the record above.
EXPECTED = {
    "newstrail_articles_due": {("a",): 2, ('b"\n\\',): 0},
    "newstrail_article_lag_seconds": {("a",): 5400, ('b"\n\\',): 0},
    "newstrail_source_lag_seconds": {("a",): 45},
    "newstrail_source_next_crawl_timestamp_seconds": {("a",): NOW.timestamp() - 45},
    "newstrail_source_last_success_timestamp_seconds": {("a",): NOW.timestamp() - 8970},
    "newstrail_source_last_crawl_timestamp_seconds": {("a",): NOW.timestamp() - 4988},
    "newstrail_source_last_crawl_duration_seconds": {("a",): 12},
    "newstrail_source_paused": {("a",): 0, ('b"\n\\',): 1},
    "newstrail_crawls_total": {("failed", "a"): 1, ("ok", "a"): 1, ("partial", "a"): 1},
    "newstrail_crawl_requests_total": {("a",): 15},
    "newstrail_crawl_duration_seconds_sum": {("a",): 42},
    "newstrail_crawl_duration_seconds_count": {("a",): 3},
    "newstrail_outbox_waiting": {("desk",): 2, ("pager",): 0},
    "newstrail_outbox_parked": {("desk",): 1, ("pager",): 0},
    "newstrail_outbox_oldest_seconds": {("desk",): 4 * 3600, ("pager",): 0},
    "newstrail_messages_total": {("desk",): 3, ("pager",): 1},
    "newstrail_messages_delivered_total": {("desk",): 0, ("pager",): 1},
    "newstrail_budget_tokens": {("a",): 7.5},
    "newstrail_budget_requests_per_day": {("a",): 480},
    "newstrail_budget_price": {("a",): 0.25},
}


def test_figures_of_a_record(record: Path) -> None:
    seen = scrape(record)
    assert {name: seen.get(name) for name in EXPECTED} == EXPECTED


def test_no_figure_reads_a_long_table_from_end_to_end(record: Path) -> None:
    # A row for each site or source, or (by its partial index) for each message that waits; `sites` is made on the way.
    short = {"sites", "s", "totals", "budgets", "outbox"}
    with written(record) as db:
        for name, sql in QUERIES.items():
            plan = [row[3] for row in db.execute(f"EXPLAIN QUERY PLAN {sql}", {"now": ago()} if ":now" in sql else ())]
            assert {line.split()[1] for line in plan if line.startswith("SCAN ")} <= short, (name, plan)


def test_names_follow_the_conventions_of_prometheus_and_are_documented(record: Path) -> None:
    told = (ROOT / "docs/operations.md").read_text(encoding="utf-8")
    with metrics.serve("127.0.0.1:0", record, lambda: NOW) as url, urllib.request.urlopen(url) as answer:
        families = list(text_string_to_metric_families(answer.read().decode()))
    ours = [family for family in families if family.name.startswith("newstrail_")]
    assert len(ours) > 20
    for family in ours:
        name = f"{family.name}_total" if family.type == "counter" else family.name
        assert re.fullmatch(r"newstrail(_[a-z]+)+", name) and family.documentation.endswith("."), name
        assert f"`{name}" in told, name
        assert family.type == "counter" or not name.endswith(("_total", "_count", "_sum", "_bucket")), name
        assert not re.search(r"_(ms|milli|minutes|hours|days|kb|mb)(_|$)", name), name
        assert family.type != "counter" or all(sample.name == name for sample in family.samples), name


# ── When there is nothing to read ───────────────────────────────────────────────────────────────────────────────


def locked(path: Path) -> sqlite3.Connection:
    db = sqlite3.connect(path, isolation_level=None)
    db.execute("PRAGMA locking_mode = EXCLUSIVE")
    db.execute("BEGIN EXCLUSIVE")
    db.execute("UPDATE budgets SET tokens = 1")
    return db


def test_a_database_that_cannot_be_read_is_told_and_found_again(record: Path) -> None:
    moved = record.with_name("moved.db")
    with metrics.serve("127.0.0.1:0", record, lambda: NOW) as url:
        record.rename(moved)
        down = scraped(url)
        moved.rename(record)
        holder = locked(record)
        held = scraped(url)
        holder.close()
        up = scraped(url)
    for seen in (down, held):
        assert seen["newstrail_up"] == {(): 0} and "newstrail_checks_total" not in seen
        assert seen["newstrail_build_info"] and seen["process_resident_memory_bytes"]
    assert up["newstrail_up"] == {(): 1} and up["newstrail_checks_total"]


def test_a_scrape_writes_nothing_and_leaves_nothing_open(record: Path) -> None:
    before = record.read_bytes()
    with metrics.serve("127.0.0.1:0", record, lambda: NOW) as url:
        first = scraped(url)["process_open_fds"][()]
        for _ in range(20):  # the scrape before may still be closing its own connection
            last = scraped(url)["process_open_fds"][()]
        assert last < first + 10
    assert record.read_bytes() == before


@pytest.mark.parametrize("host", ["[::1]", "localhost"])
def test_names_and_both_families_of_addresses(record: Path, host: str) -> None:
    if host == "[::1]" and not Path("/proc/net/if_inet6").exists():
        pytest.skip("this machine has no IPv6")
    with metrics.serve(f"{host}:0", record) as url:
        assert url.startswith(f"http://{host}:") and scraped(url)["newstrail_up"] == {(): 1}


@pytest.mark.parametrize(
    "address", ["9100", ":9100", "127.0.0.1", "127.0.0.1:", "127.0.0.1:x", "::1:9100", "a:65536", "[::1]", "a b:1", ""]
)
def test_an_address_that_is_none_is_one_line(address: str) -> None:
    with pytest.raises(UsageError, match="write HOST:PORT"):
        metrics.serve(address, Path("newstrail.db"))


@pytest.mark.parametrize("host", ["127.0.0.1", "nowhere.invalid", "a..b"])
def test_an_address_that_cannot_be_listened_at_is_one_line(record: Path, host: str) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        address = f"{host}:{taken.getsockname()[1]}"
        with pytest.raises(UsageError) as told, metrics.serve(address, record):
            pass
    assert str(told.value).startswith(f"--metrics {address}: cannot be listened at: ") and "\n" not in str(told.value)


# ── The log ─────────────────────────────────────────────────────────────────────────────────────────────────────

_HOSTILE = "标题\n2030-01-01T00:00:00Z forged\r\x1b[31m\x9b2J\u202e\u2028\x00\ud800 \U0001f600\t" + "长" * 9000
_SAYS = """
import logging, sys, threading, warnings
from crawler import logs
hostile = sys.stdin.buffer.read().decode("utf-8", "surrogatepass")
logs.configure(sys.argv[1] == "json", "INFO")
log = logging.getLogger("newstrail.daemon")
log.info("crawled %s", "news", extra={"source": "s", "run": 7, "outcome": "ok", "looks": 12, "seconds": 1.25,
                              "changes": {"edited": 2, "moved": 1}, "remarks": []})
log.info("read %s", hostile, extra={"title": hostile, "share": float("nan"), "kinds": {"edited": [hostile]}})
log.debug("not asked for")
logging.getLogger("apscheduler.executors").info("not asked for")
warnings.warn(hostile)
try:
    raise ValueError(hostile)
except ValueError:
    log.exception("failed: %s", hostile, stack_info=True)
thread = threading.Thread(target=lambda: [][0])
thread.start()
thread.join()
raise RuntimeError(hostile)
"""


def said(form: str, encoding: str = "utf-8") -> bytes:
    """What a process that says all this leaves on standard error."""
    done = subprocess.run(
        [sys.executable, "-c", _SAYS, form], cwd=ROOT, env={"PYTHONIOENCODING": encoding},
        input=_HOSTILE.encode("utf-8", "surrogatepass"), capture_output=True, timeout=60, check=False,
    )  # fmt: skip
    assert done.returncode == 1 and done.stdout == b""
    return done.stderr


@pytest.mark.parametrize("encoding", ["utf-8", "ascii"])
def test_a_json_log_is_an_object_a_line_whatever_it_tells(encoding: str) -> None:
    lines = said("json", encoding).split(b"\n")
    assert lines.pop() == b"" and all(len(line) < 48 * 1024 for line in lines)
    first, hostile, warned, failed, thread, ended = [json.loads(line, parse_constant=pytest.fail) for line in lines]
    assert list(first) == [
        "time", "level", "logger", "message", "source", "run", "outcome", "looks", "seconds", "changes", "remarks"
    ]  # fmt: skip
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z", first.pop("time"))
    assert first.pop("seconds") == 1.25 and first.pop("run") == 7 and first.pop("looks") == 12
    assert first.pop("changes") == {"edited": 2, "moved": 1} and first.pop("remarks") == []
    assert list(first.values()) == ["INFO", "newstrail.daemon", "crawled news", "s", "ok"]
    assert hostile["message"].startswith("read 标题\n") and hostile["share"] == "nan"
    assert hostile["kinds"]["edited"] == [hostile["title"]]
    assert "\x1b" not in hostile["title"] and "‹U+001B›[31m" in hostile["title"]
    assert warned["level"] == "WARNING" and "ValueError" in failed["exc_info"]
    assert "IndexError" in thread["exc_info"] and "RuntimeError" in ended["exc_info"]
    assert not re.search(rb"[\x00-\x09\x0b-\x1f\x7f]", b"\n".join(lines))


def test_a_log_for_people_is_a_line_a_message_and_shows_no_control_character() -> None:
    text = said("lines").decode()
    lines = [line for line in text.split("\n")[:-1] if not line.startswith("    ")]
    assert [re.sub(r"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ ", "", line)[:7] for line in lines] == [
        "crawled", "read 标题", "warning", "error: ", "error: ", "critica"
    ]  # fmt: skip
    assert lines[0].endswith("Z crawled news")
    assert "\n    RuntimeError: 标题" in text
    assert not re.search("[\x00-\x08\x0b-\x1f\x7f-\x9f\u202e]", text)


@pytest.mark.parametrize("module", [logs])
def test_examples_hold(module: Any) -> None:
    failed, tried = doctest.testmod(module)
    assert tried and not failed


@given(st.recursive(st.none() | st.booleans() | st.integers() | st.floats() | st.text() | st.binary(),
                    lambda inner: st.lists(inner) | st.dictionaries(st.text() | st.integers(), inner)))  # fmt: skip
def test_whatever_is_told_is_json(value: Any) -> None:
    assert json.loads(json.dumps(logs.plain(value), allow_nan=False)) is not ...
