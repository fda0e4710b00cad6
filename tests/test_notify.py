"""Who hears of what: the outbox is filled with the finding, and delivered at least once to a real receiver."""

import base64
import hashlib
import hmac
import json
import os
import shutil
import signal
import socket
import sqlite3
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import closing, suppress
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest

from crawler import announce, config
from crawler.notify import deliver, deliver_due
from crawler.rules.dates import from_utc_text, utc_text
from crawler.sending import NotSentError, post
from storage.database import open_database, transaction
from tests.conftest import Desk, article
from tests.crawling import ROOT, Trail
from tests.origin import FAULTS, Answer, Replica, status

SECRET = "whsec_" + base64.b64encode(b"a key of some length").decode()
KILLED = "the receiver kills its sender"


class Receiver:
    """A web server that takes notices: what came, and what it answers to it."""

    def __init__(self) -> None:
        self.received: list[tuple[str, dict[str, str], bytes]] = []
        self.answer: Callable[[int], int] = lambda number: 204  # number of the request, from 1 -> status
        self.before: Callable[[], None] = lambda: None
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), self._handler())
        self.port = self._server.server_port
        threading.Thread(target=self._server.serve_forever, args=[0.02], daemon=True).start()

    def _handler(self) -> type[BaseHTTPRequestHandler]:
        receiver = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["Content-Length"]))
                receiver.received.append((self.path, {k.lower(): v for k, v in self.headers.items()}, body))
                status = receiver.answer(len(receiver.received))
                receiver.before()
                try:
                    self.send_response(status)
                    self.send_header("Location", "/elsewhere")
                    self.end_headers()
                except OSError:
                    pass  # the sender is gone

            def log_message(self, *_: object) -> None:
                pass

        return Handler

    @property
    def payloads(self) -> list[dict[str, Any]]:
        return [json.loads(body) for _, _, body in self.received]

    def stop(self) -> None:
        self._server.shutdown()
        self._server.server_close()


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    receiver = Receiver()
    yield receiver
    receiver.stop()


class Newsdesk(Desk):
    """A desk with channels, whose deliveries happen at times that the test gives."""

    now = datetime.now(UTC)

    def channel(self, name: str, **keys: Any) -> None:
        lines = [f"{key} = {json.dumps(value)}" for key, value in {"name": name, **keys}.items()]
        with self.toml.open("a", encoding="utf-8") as file:
            file.write("\n[[notify]]\n" + "\n".join(lines) + "\n")

    def source(self, key: str) -> None:
        with self.toml.open("a", encoding="utf-8") as file:
            file.write(f'\n[[source]]\nkey = "{key}"\nsite = "replica"\n')

    def webhook(self, receiver: Receiver, name: str = "hook", **keys: Any) -> None:
        self.channel(name, webhook=f"http://127.0.0.1:{receiver.port}/{name}?token=t0ken", secret=SECRET, **keys)

    def deliver(self, after: float = 0.0) -> float | None:
        """Deliver what is due so many seconds after the last time; seconds until the next is due."""
        Newsdesk.now = max(self.now, datetime.now(UTC)) + timedelta(seconds=after)
        settings = config.load(self.toml)
        db = open_database(settings.database)
        try:
            return deliver_due(db, settings, lambda: self.now)
        finally:
            db.close()

    def edit(self, code: str, old: str, new: str) -> None:
        self.site.edit(code, body_html=self.site.article(code).body_html.replace(old, new))
        self.crawl(recheck=True)

    def outbox(self) -> list[dict[str, Any]]:
        return self.rows("SELECT * FROM outbox ORDER BY id")


@pytest.fixture
def desk(tmp_path: Path, site: Replica) -> Newsdesk:
    Newsdesk.now = datetime.now(UTC)
    return Newsdesk(tmp_path, site)


def is_signed(headers: dict[str, str], body: bytes) -> bool:
    """As docs/notifications.md tells a receiver to check it."""
    signed = f"{headers['webhook-id']}.{headers['webhook-timestamp']}.".encode() + body
    key = base64.b64decode(SECRET.removeprefix("whsec_"))
    expected = base64.b64encode(hmac.digest(key, signed, hashlib.sha256)).decode()
    return headers["webhook-signature"] == f"v1,{expected}"


# ── What is told ────────────────────────────────────────────────────────────────────────────────────────────────


def test_the_first_crawl_sends_nothing_and_an_edit_one_message(desk: Newsdesk, receiver: Receiver) -> None:
    desk.webhook(receiver, kinds=["first_seen", "edited", "removed"])
    desk.crawl()
    assert desk.outbox() == [] and desk.deliver() is None
    desk.edit("NW1", "3.5亿元", "35亿元")
    (row,) = desk.outbox()
    change = desk.row("SELECT * FROM changes WHERE kind = 'edited'")
    assert (row["event"], row["change_id"], row["created_at"]) == ("change", change["id"], change["recorded_at"])
    assert desk.deliver() is None
    ((path, headers, body),) = receiver.received
    assert path == "/hook?token=t0ken" and is_signed(headers, body) and headers["webhook-id"] == row["message_id"]
    told = json.loads(body)
    assert (told["id"], told["type"], told["channel"]) == (row["message_id"], "change", "hook")
    assert (told["data"]["kind"], told["data"]["fields"], told["data"]["sources"]) == ("edited", ["body"], ["yaowen"])
    assert told["data"]["facts"][0]["old_text"] == "3.5亿元" and "3.5亿元 → 35亿元" in told["text"]
    assert told["title"] == "Edited: 江州市第NW1号采购项目公示" and "(Asia/Shanghai)" in told["text"]
    assert desk.deliver() is None and len(receiver.received) == 1
    desk.site.publish(article("NW9"))
    desk.crawl()
    assert [row["event"] for row in desk.outbox()] == ["change", "change"]


def test_a_source_that_is_added_later_sends_nothing_at_first_either(desk: Newsdesk, receiver: Receiver) -> None:
    desk.webhook(receiver, kinds=["first_seen"])
    desk.crawl()
    desk.site.publish(article("NW8", "caijing"))
    desk.source("caijing")
    desk.crawl()
    assert desk.outbox() == []
    desk.site.publish(article("NW9", "caijing"))
    desk.crawl()
    assert len(desk.outbox()) == 1


@pytest.mark.parametrize("outcome", ["partial", "interrupted"])
@pytest.mark.parametrize("command", [["crawler", "crawl"], ["scrapy", "crawl", "share"]])
def test_what_a_first_crawl_left_is_read_in_silence(
    outcome: str, command: list[str], desk: Newsdesk, receiver: Receiver
) -> None:
    """Whichever crawl goes on where it was stopped, or its host left; and what came since is told."""
    desk.webhook(receiver, kinds=["first_seen", "edited"])
    for number in range(4, 9):
        desk.site.publish(article(f"NW{number}"))
    desk.configure("delay = 0\nconcurrency_per_host = 8", "delay = 0.05\nconcurrency_per_host = 1")
    crawl = [sys.executable, "-m", "crawler", "crawl"]
    environment = {**os.environ, "NEWSTRAIL_CONFIG": str(desk.toml)}

    def cut(request: Any) -> Answer:
        if outcome == "partial":
            return status(429, retry_after="3600")
        process.terminate()
        time.sleep(0.3)
        return status(500)

    desk.site.override("/NewsData/GetNewsText.do?id=NW5", cut, times=1)
    process = subprocess.Popen(crawl, cwd=ROOT, env=environment, stderr=subprocess.DEVNULL, stdout=subprocess.DEVNULL)
    assert process.wait(60) == 3
    assert desk.row("SELECT outcome FROM runs") == {"outcome": outcome}
    left = desk.row("SELECT count(*) AS n FROM articles WHERE version_count = 0")["n"]
    assert 2 <= left < 8
    shutil.rmtree(Path(os.environ["TMPDIR"]) / f"newstrail-{os.geteuid()}")  # as if that hour was over
    with closing(sqlite3.connect(desk.database)) as db, db:
        db.execute("UPDATE hosts SET not_before = NULL")
        db.execute("UPDATE articles SET next_check_at = '2024-01-01T00:00:00Z'")
    first = desk.row("SELECT min(seen_at) AS at FROM listing_snapshots")["at"]
    while utc_text(datetime.now(UTC)) <= first:
        time.sleep(0.1)
    read = desk.row("SELECT code FROM articles WHERE version_count = 1 ORDER BY id LIMIT 1")["code"]
    desk.site.edit(read, body_html=desk.site.article(read).body_html.replace("3.5亿元", "35亿元"))
    desk.run(*command, code=0)
    assert not desk.rows("SELECT 1 FROM articles WHERE version_count = 0")
    desk.site.publish(article("NW9"))
    desk.crawl()
    told = "SELECT c.kind, a.code FROM outbox o JOIN changes c ON c.id = change_id JOIN articles a ON a.id = article_id"
    assert [tuple(row.values()) for row in desk.rows(f"{told} ORDER BY o.id")] == [
        ("edited", read),
        ("first_seen", "NW9"),
    ]


def test_each_channel_hears_what_it_asked_for(desk: Newsdesk, receiver: Receiver) -> None:
    desk.source("other")
    for name, keys in {
        "all": {"min_severity": "cosmetic"}, "plain": {}, "removals": {"kinds": ["removed"]},
        "words": {"words": ["35亿"]}, "other words": {"words": ["教育"]}, "titles": {"fields": ["title"]},
        "elsewhere": {"sources": ["other"]}, "here": {"sources": ["yaowen"], "min_severity": "material"},
    }.items():  # fmt: skip
        desk.webhook(receiver, name.replace(" ", "-"), **keys)
    desk.crawl()
    for code, old, new in (("NW1", "3.5亿元", "35亿元"), ("NW2", "完成。", "完成！")):
        desk.site.edit(code, body_html=desk.site.article(code).body_html.replace(old, new))
    desk.site.remove("NW3")
    desk.crawl(recheck=True)
    heard: dict[str, set[str]] = {}
    for row in desk.rows("SELECT o.channel, c.kind, c.severity FROM outbox o JOIN changes c ON c.id = o.change_id"):
        heard.setdefault(row["channel"], set()).add(f"{row['kind']} {row['severity']}")
    figure, mark, gone = "edited material", "edited cosmetic", "removed material"
    assert heard == {
        "all": {figure, mark, gone}, "plain": {figure, gone}, "removals": {gone}, "words": {figure},
        "here": {figure, gone},
    }  # fmt: skip


def test_the_command_line_and_scrapy_fill_the_outbox_too(desk: Newsdesk, receiver: Receiver) -> None:
    desk.webhook(receiver, kinds=["first_seen"])
    desk.newstrail("crawl")
    for code, crawl in {"NW8": ("crawl",), "NW9": ()}.items():
        desk.site.publish(article(code))
        desk.newstrail(*crawl) if crawl else desk.scrapy("crawl", "category", "-a", "source=yaowen")
    assert len(desk.outbox()) == 2
    told = json.loads(desk.newstrail("notify", "--json"))
    assert told == [{"channel": "hook", "sent": 2, "waiting": 0, "next": None, "parked": 0, "error": None}]
    assert len(receiver.received) == 2


def test_trouble_is_told_once_and_so_is_recovery(desk: Newsdesk, receiver: Receiver) -> None:
    desk.webhook(receiver)
    desk.webhook(receiver, "calm", trouble=False)
    desk.crawl()
    desk.site.override("/category/yaowen.html", FAULTS["403"](), times=2)
    for _ in range(2):
        desk.crawl()
    assert [(row["channel"], row["event"]) for row in desk.outbox()] == [("hook", "trouble")]
    for _ in range(2):
        desk.crawl()
    assert [(row["channel"], row["event"]) for row in desk.outbox()] == [("hook", "trouble"), ("hook", "recovery")]
    assert desk.deliver() is None
    trouble, recovery = receiver.payloads
    assert trouble["title"] == "Cannot be read: 江州日报新闻" and trouble["data"]["outcome"] == "error"
    assert recovery["title"] == "Read again: 江州日报新闻" and ", until " in recovery["text"]


def test_a_source_that_falls_silent_is_told_once(desk: Newsdesk, receiver: Receiver) -> None:
    desk.webhook(receiver)
    for number in range(8):
        desk.site.publish(article(f"NW1{number}"))
    desk.crawl()
    db = open_database(desk.database)
    for row in desk.rows("SELECT id FROM listings"):  # as if they had come one a minute, long ago
        at = utc_text(datetime.now(UTC) - timedelta(minutes=60 - row["id"]))
        db.execute("UPDATE listings SET first_seen_at = ? WHERE id = ?", (at, row["id"]))
    db.close()
    desk.crawl()
    incident = desk.row("SELECT * FROM incidents")
    assert incident["outcome"] == "quiet" and "something usually comes every 60 seconds" in incident["reason"]
    assert "nothing new for long:" in desk.newstrail("status")
    desk.site.publish(article("NW9"))
    desk.crawl()
    assert [row["event"] for row in desk.outbox()] == ["trouble", "recovery"]
    desk.deliver()
    assert [told["title"] for told in receiver.payloads] == [
        "Nothing new from 江州日报新闻", "Something new again from 江州日报新闻",
    ]  # fmt: skip


# ── At least once, always under the same id ─────────────────────────────────────────────────────────────────────


@pytest.fixture(scope="module")
def record(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A database with ten edits."""
    codes = [f"NW{number}" for number in range(10)]
    with Replica(map(article, codes)) as site:
        trail = Trail(tmp_path_factory.mktemp("record"), site)
        trail.crawl()
        for code in codes:
            site.edit(code, body_html=site.article(code).body_html.replace("3.5亿元", "35亿元"))
        trail.crawl(recheck=True)
    return trail.database


def tell(desk: Newsdesk, record: Path, *numbers: int) -> None:
    """As if these edits of the record had been found now, on what is there of it, else on a copy."""
    settings = config.load(desk.toml)
    if not desk.database.exists():
        with closing(sqlite3.connect(record)) as source, closing(sqlite3.connect(desk.database)) as copy:
            source.backup(copy)
    edits = [row["id"] for row in desk.rows("SELECT id FROM changes WHERE kind = 'edited' ORDER BY id")]
    db = open_database(desk.database)
    with transaction(db):
        now = utc_text(max(desk.now, datetime.now(UTC)))
        announce.changed(db, list(settings.channels.values()), [edits[n] for n in numbers or [0]], now)
    db.close()


def test_a_receiver_that_fails_ten_times_gets_it_in_the_end(desk: Newsdesk, receiver: Receiver, record: Path) -> None:
    desk.webhook(receiver)
    tell(desk, record)
    receiver.answer = lambda number: (500, 429, 302, 404)[number % 4] if number <= 10 else 200
    waits = []
    while (left := desk.deliver(waits[-1] if waits else 0)) is not None:
        (row,) = desk.outbox()
        assert row["attempts"] == len(receiver.received) == len(waits) + 1 and row["error"].startswith("it answered")
        assert desk.deliver() and len(receiver.received) == row["attempts"]  # not before its time
        waits.append(left)
    assert len(receiver.received) == 11 and sum(waits) < 240
    assert len({headers["webhook-id"] for _, headers, _ in receiver.received}) == 1
    assert all(is_signed(headers, body) for _, headers, body in receiver.received)
    (row,) = desk.outbox()
    assert (row["attempts"], row["error"], row["next_attempt_at"]) == (11, None, None) and row["delivered_at"]
    assert all(path.startswith("/hook") for path, _, _ in receiver.received)  # no redirect was followed


def test_what_was_sent_and_not_noted_is_sent_again_under_the_same_id(
    desk: Newsdesk, receiver: Receiver, record: Path
) -> None:
    desk.webhook(receiver)
    tell(desk, record)
    environment = {**os.environ, "NEWSTRAIL_CONFIG": str(desk.toml)}
    child = subprocess.Popen([sys.executable, "-m", "crawler", "notify"], cwd=ROOT, env=environment)

    def kill() -> None:
        child.send_signal(signal.SIGKILL)
        child.wait()

    receiver.before = kill
    assert child.wait(60) == -signal.SIGKILL
    assert desk.outbox()[0]["delivered_at"] is None
    receiver.before = lambda: None
    desk.newstrail("notify")
    (first, second) = receiver.received
    assert first[1]["webhook-id"] == second[1]["webhook-id"] and first[2] == second[2]
    assert desk.outbox()[0]["delivered_at"]


def test_nothing_is_locked_while_it_is_sent(desk: Newsdesk, receiver: Receiver, record: Path) -> None:
    desk.webhook(receiver)
    tell(desk, record)
    waited: list[float] = []

    def write() -> None:
        began = time.monotonic()
        db = open_database(desk.database)
        with transaction(db):
            db.execute("UPDATE sources SET name = name")
        db.close()
        waited.append(time.monotonic() - began)

    receiver.before = write
    desk.deliver()
    assert waited[0] < 5 and desk.outbox()[0]["delivered_at"]


def test_after_a_day_it_is_parked_shown_and_can_be_put_back(desk: Newsdesk, receiver: Receiver, record: Path) -> None:
    desk.webhook(receiver)
    tell(desk, record)
    receiver.answer = lambda number: 503
    begun, left = time.monotonic(), 0.0
    first = None
    while left is not None:
        left = desk.deliver(left)
        first = first or desk.now.replace(microsecond=0)
        assert time.monotonic() - begun < 60
    (row,) = desk.outbox()
    hours = (from_utc_text(row["parked_at"]) - first).total_seconds() / 3600
    assert 24 <= hours < 28 and row["attempts"] == len(receiver.received) < 40
    assert row["error"] == "it answered HTTP 503"
    (told,) = json.loads(desk.newstrail("status", "--json"))["notify"]
    assert (told["channel"], told["waiting"], told["parked"]) == ("hook", 0, 1)
    assert "not delivered" in desk.newstrail("status")
    receiver.answer = lambda number: 200
    assert desk.deliver() is None and desk.outbox()[0]["parked_at"]
    assert json.loads(desk.newstrail("notify", "--retry", "--json"))[0]["sent"] == 1
    assert len({headers["webhook-id"] for _, headers, _ in receiver.received}) == 1
    assert json.loads(desk.newstrail("status", "--json"))["notify"] == []


def test_a_channel_that_fails_delays_no_other_and_is_not_hammered(
    desk: Newsdesk, receiver: Receiver, record: Path
) -> None:
    slow = Receiver()
    slow.before = lambda: time.sleep(0.5 if len(slow.received) <= 3 else 0)
    slow.answer = lambda number: 500
    desk.webhook(slow, "slow")
    desk.webhook(receiver, "quick")
    tell(desk, record, *range(9))
    times: list[float] = []
    receiver.before = lambda: times.append(time.monotonic())
    begun = time.monotonic()
    assert desk.deliver()
    assert len(receiver.received) == 9 and len(slow.received) == 3
    assert times[-1] - begun < 1.5  # and not after the slow one's three half seconds
    assert [p["data"]["id"] for p in receiver.payloads] == sorted(p["data"]["id"] for p in receiver.payloads)
    waits, seconds = [], 0.0
    while seconds < 6 * 3600:
        waits.append(desk.deliver(waits[-1] if waits else 1) or 0)
        seconds += waits[-1]
    assert 30 < len(slow.received) - 3 < 60 and 0 < min(waits) <= max(waits) <= 600
    asked = len(slow.received)
    tell(desk, record, 9)
    assert desk.deliver() and len(slow.received) == asked  # nor for what is new
    slow.answer, slow.before = (lambda number: 200), (lambda: None)
    desk.deliver(waits[-1])
    desk.deliver(4 * 3600)
    assert all(row["delivered_at"] for row in desk.outbox())
    slow.stop()


@pytest.mark.parametrize(("status", "turns"), [(400, 1), (404, 1), (422, 1), (500, 2)])
def test_messages_that_are_never_taken_stop_no_other(
    status: int, turns: int, desk: Newsdesk, receiver: Receiver, record: Path
) -> None:
    """Not even five in a row at the head; where the receiver stumbles over them, the others' turn is the next."""
    desk.webhook(receiver)
    tell(desk, record, *range(9))
    bad = {row["message_id"] for row in desk.outbox()[: 5 if turns == 1 else 3]}
    receiver.answer = lambda number: status if receiver.payloads[-1]["id"] in bad else 200
    for turn in range(turns):
        assert desk.deliver(turn) is not None
    assert {row["message_id"] for row in desk.outbox() if not row["delivered_at"]} == bad
    left, seconds = desk.deliver(3600), 3600.0  # they try again, alone, until they are given up
    tell(desk, record, 9)
    desk.deliver(600)
    assert desk.outbox()[-1]["delivered_at"]
    while left is not None and seconds < 2 * 86400:
        left = desk.deliver(left)
        seconds += left or 0
    assert {row["message_id"] for row in desk.outbox() if row["parked_at"]} == bad
    assert all((row["message_id"] in bad) != bool(row["delivered_at"]) for row in desk.outbox())


def test_a_receiver_that_refuses_all_is_spared_as_well(desk: Newsdesk, receiver: Receiver, record: Path) -> None:
    desk.webhook(receiver)
    for _ in range(3):
        tell(desk, record, *range(10))
    receiver.answer = lambda number: 410
    left = desk.deliver()
    assert len(receiver.received) == 10
    for _ in range(10):
        left = desk.deliver(left or 0)
    assert len(receiver.received) == 20 and left == 600
    receiver.answer = lambda number: 200
    desk.newstrail("notify", "--retry")  # a person says that it is mended
    desk.deliver()
    assert len(receiver.received) >= 30 and desk.rows("SELECT * FROM channels") == []


def test_a_message_that_cannot_be_written_stops_no_other(desk: Newsdesk, receiver: Receiver, record: Path) -> None:
    desk.webhook(receiver)
    tell(desk, record, *range(3))
    with closing(sqlite3.connect(desk.database)) as db, db:
        db.execute("UPDATE changes SET fields = 'none' WHERE id = ?", (desk.outbox()[0]["change_id"],))
    assert desk.deliver() is not None
    first, *others = desk.outbox()
    assert (first["attempts"], first["error"]) == (1, "it could not be written (JSONDecodeError)")
    assert all(row["delivered_at"] for row in others) and len(receiver.received) == 2


# ── Digests ─────────────────────────────────────────────────────────────────────────────────────────────────────


def test_a_digest_waits_for_its_time_and_keeps_its_id(desk: Newsdesk, receiver: Receiver, record: Path) -> None:
    desk.webhook(receiver, every="1d")
    tell(desk, record, *range(4))
    left = desk.deliver()
    assert left is not None and 86000 < left <= 86400 and not receiver.received
    receiver.answer = lambda number: 500 if number == 1 else 200
    desk.deliver(left)
    tell(desk, record, 4)  # too late for this one
    assert desk.deliver(60) is not None
    first, again = receiver.payloads
    assert first["id"] == again["id"] and first["data"] == again["data"]
    assert (again["type"], len(again["data"]["messages"]), again["data"]["more"]) == ("digest", 4, 0)
    assert again["title"] == "4 findings" and again["text"].startswith("Edited (4)\n- ")
    assert [bool(row["delivered_at"]) for row in desk.outbox()] == [True] * 4 + [False]
    desk.deliver(86400)
    assert receiver.payloads[-1]["id"] != first["id"] and receiver.payloads[-1]["title"] == "1 finding"


def test_a_digest_that_is_refused_stays_whole_and_stops_no_later_one(
    desk: Newsdesk, receiver: Receiver, record: Path
) -> None:
    desk.webhook(receiver, every="1h")
    tell(desk, record, *range(3))
    receiver.answer = lambda number: 422 if receiver.payloads[-1]["data"]["messages"][0]["data"]["id"] == first else 200
    first = desk.outbox()[0]["change_id"]
    desk.deliver(3600)
    tell(desk, record, 3, 4)
    assert desk.deliver(600) and desk.outbox()[-1]["digest"] is None  # not before its time, whatever else is due
    assert desk.deliver(3600 - 600) is not None
    ids = [told["id"] for told in receiver.payloads]
    refused, taken = ids[0], next(told for told in receiver.payloads if told["id"] != ids[0])
    assert [row["digest"] for row in desk.outbox()] == [refused] * 3 + [taken["id"]] * 2
    assert ids.count(taken["id"]) == 1 and len(taken["data"]["messages"]) == 2
    assert {len(told["data"]["messages"]) for told in receiver.payloads if told["id"] == refused} == {3}


# ── Safety ──────────────────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.filterwarnings("ignore:'imghdr' is deprecated:DeprecationWarning")
def test_apprise_is_given_plain_text(desk: Newsdesk, receiver: Receiver, record: Path) -> None:
    desk.channel("text", url=f"json://127.0.0.1:{receiver.port}/text")
    desk.channel("html", url=f"json://127.0.0.1:{receiver.port}/html?format=html")
    title = "<script>alert(1)</script> **公示** [x](http://evil.example) @everyone"
    desk.crawl()
    desk.site.edit("NW1", title=title)
    desk.crawl(recheck=True)
    desk.deliver()
    told = {path.split("?")[0]: json.loads(body) for path, _, body in receiver.received}
    assert told["/text"]["title"] == f"Edited: {title}" and title[:32] in told["/text"]["message"]
    assert "<script>" not in told["/html"]["message"] and "&lt;script&gt;" in told["/html"]["message"]


def test_a_private_address_is_refused_unless_it_is_allowed(desk: Newsdesk, receiver: Receiver, record: Path) -> None:
    desk.webhook(receiver)
    tell(desk, record)
    desk.configure('allow_private = ["127.0.0.1"]', "allow_private = []")
    assert desk.deliver() is not None and not receiver.received
    assert desk.outbox()[0]["error"] == "it leads to a private address, which crawl.allow_private does not name"


@pytest.mark.parametrize("slow", [b"HTTP/1.1 204 No Content\r\nX-Slow: ", b""])
def test_a_receiver_that_drips_is_cut(slow: bytes) -> None:
    is_over = threading.Event()

    def drip(server: socket.socket) -> None:
        connection, _ = server.accept()
        with connection, suppress(OSError):
            connection.sendall(slow)
            while not is_over.wait(0.2):
                connection.sendall(b"x" if slow else b"")

    with socket.create_server(("127.0.0.1", 0)) as server:
        thread = threading.Thread(target=drip, args=[server])
        thread.start()
        begun = time.monotonic()
        with pytest.raises(NotSentError, match="no answer within 1 seconds"):
            post(f"http://127.0.0.1:{server.getsockname()[1]}/", b"{}", {}, ("127.0.0.1",), limit=1)
        assert time.monotonic() - begun < 5
        is_over.set()
        thread.join()


@pytest.mark.parametrize(
    ("url", "said"),
    [
        ("http://127.0.0.1:9/", "Connection refused"),
        ("http://nowhere.invalid/", "its host name cannot be resolved"),
        ("http://user:word@[::1/", "its address cannot be used"),
        ("http://127.0.0.1:99999/", "its address cannot be used"),
        ("https://127.0.0.1:{port}/", "it speaks no TLS that is understood"),
    ],
)
def test_why_a_webhook_was_not_taken(url: str, said: str, receiver: Receiver) -> None:
    with pytest.raises(NotSentError) as error:
        post(url.replace("{port}", str(receiver.port)), b"{}", {}, ("127.0.0.1",))
    assert str(error.value) == said


def test_no_secret_and_no_address_is_ever_shown(desk: Newsdesk, receiver: Receiver, record: Path) -> None:
    receiver.answer = lambda number: 500
    desk.webhook(receiver)
    desk.channel("json", url=f"json://user:passw0rd@127.0.0.1:{receiver.port}/s3cret")
    desk.channel("broken", url="mailto//passw0rd@s3cret")
    tell(desk, record)
    printed = ""
    for arguments in (["notify"], ["status"], ["status", "--json"]):
        done = desk.shell("newstrail", *arguments)
        printed += done.stdout + done.stderr
    done = desk.shell("newstrail", "notify", "--test")
    assert done.returncode == 1 and "newstrail: not delivered: hook, json, broken" in done.stderr
    printed += done.stdout + done.stderr + json.dumps(desk.outbox())
    assert "json: it answered HTTP 500" in printed and "hook: it answered HTTP 500" in printed
    assert "broken: url is no address that Apprise understands" in printed
    for word in ("passw0rd", "s3cret", "t0ken", SECRET[6:], str(receiver.port)):
        assert word not in printed.replace(desk.site.base, "")


def test_the_test_says_who_took_it(desk: Newsdesk, receiver: Receiver, record: Path) -> None:
    desk.webhook(receiver)
    desk.channel("text", url=f"json://127.0.0.1:{receiver.port}/text")
    assert desk.newstrail("notify", "--test") == "hook: delivered\ntext: delivered\n"
    assert desk.newstrail("notify", "--test", "hook") == "hook: delivered\n"
    assert {told.get("type") for told in receiver.payloads} == {"test", "info"}
    done = desk.shell("newstrail", "notify", "hok")
    assert done.returncode == 2 and "there are: hook, text (did you mean hook?)" in done.stderr
    assert "there is no database yet" in desk.shell("newstrail", "notify").stderr


def test_deliveries_of_the_same_channel_by_name(desk: Newsdesk, receiver: Receiver, record: Path) -> None:
    desk.webhook(receiver, "one")
    desk.webhook(receiver, "two")
    tell(desk, record)
    settings = config.load(desk.toml)
    (turn,) = deliver(open_database(desk.database), settings, [settings.channels["two"]])
    assert (turn.sent, [p["channel"] for p in receiver.payloads]) == (1, ["two"])
