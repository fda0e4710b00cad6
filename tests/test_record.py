"""What counts as what: from looks to versions and changes, by exact times without HTTP, and end to end with it."""

import dataclasses
import json
import os
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
from msgspec.structs import replace
from sqlite_utils import Database

from crawler import config, jobs
from crawler.config import Site
from crawler.items import Entry, Fields, Job, ListingReading, Look, Raw
from crawler.learning import Learning
from crawler.record import record_listing, record_look
from crawler.rules.dates import later, utc_text
from crawler.runner import run_in_child
from storage import articles, sources
from storage.database import open_database, transaction
from tests.conftest import HALF_WRITTEN, Desk, article, assert_sound
from tests.crawling import ROOT
from tests.origin import Answer, Replica, page, redirect

START = "2024-01-01T00:00:00Z"
SITE = Site(
    listing="https://news.example/{category}.html",
    article=r"/(?P<code>\w+)\.html$",
    share="https://news.example/share?id={code}",
    content="https://news.example/text?id={code}",
    timezone="Asia/Shanghai",
)


# --- looks at exact times --------------------------------------------------------------------------------------------

# Contents by name: (title, body, metadata, the place that it was read from).
CONTENTS: dict[str, tuple[str, str, dict[str, str], str]] = {
    **{letter: ("标题", f"预算{letter * 3}亿元，年底前完成。", {}, "content") for letter in "ABCDEF"},
    "A spaced": ("标题", "预算 AAA 亿元，\n\u3000\u3000年底前完成。", {}, "content"),
    "A titled": ("新标题", "预算AAA亿元，年底前完成。", {}, "content"),
    "A titled by the post": ("新标题", "预算AAA亿元，年底前完成。", {}, "post"),
    "A of 江州日报": ("标题", "预算AAA亿元，年底前完成。", {"outlet": "江州日报"}, "content"),
    "A of 云溪晚报": ("标题", "预算AAA亿元，年底前完成。", {"outlet": "云溪晚报"}, "content"),
    "A of nobody": ("标题", "预算AAA亿元，年底前完成。", {}, "content"),
    "A of 云溪晚报, says the post": ("标题", "预算AAA亿元，年底前完成。", {"outlet": "云溪晚报"}, "post"),
}


def at(minutes: float) -> str:
    return later(START, minutes * 60)


def look(number: int, minutes: float, what: str, version: int | None) -> Look:
    """A look that found one of the contents, or `404`, `error`, …, or `304` (`304 of 1`: the job knew version 1);
    `404 quarantined`, `soft soft`: not found, with what the run made of it."""
    values: dict[str, Any] = {
        "id": f"run:{number}",
        "site": "site",
        "code": "NW1",
        "url": "https://news.example/share?id=NW1",
        "seen_at": at(minutes),
        "version": version,
    }
    url = "https://news.example/text?id=NW1"
    if what in CONTENTS:
        title, body, metadata, place = CONTENTS[what]
        raw = Raw("content", url, at(minutes), 200, {"ETag": f'"{what}"'}, what.encode())
        places: Any = {"body": "content", "title": place, **dict.fromkeys(metadata, place)}
        fields = Fields(title=title, body_html=f"<p>{body}</p>", body_text=body, places=places, **metadata)
        dropped = ("outlet",) if what == "A of nobody" else ()
        return Look(outcome="read", http_status=200, fields=fields, vanished=dropped, responses=(raw,), **values)
    if what.startswith(("404", "soft")):
        name, _, absence = what.partition(" ")
        status = 404 if name == "404" else 200
        raw = Raw("content", url, at(minutes), status, {}, b"gone")
        outcome: Any = "not_found" if name == "404" else "soft_404"
        values |= {"http_status": status, "reason": f"HTTP {status}", "absence": absence or None}
        return Look(outcome=outcome, responses=(raw,), **values)
    if what.startswith("304"):
        values["version"] = int(what.removeprefix("304 of ")) if " of " in what else version
        return Look(outcome="not_modified", http_status=304, not_modified=("content",), **values)
    return Look(outcome=what, reason=what, **values)  # type: ignore[arg-type]


def tables(db: Any) -> dict[str, list[tuple[Any, ...]]]:
    """Everything in the database."""
    return {name: db.execute(f'SELECT * FROM "{name}"').fetchall() for name in db.table_names()}


@dataclass(frozen=True)
class Tale:
    """Looks at one article, and what they come to.

    `looks`: (minutes, what it found, outcome of the check). `changes` after the first sight: (kind, number of the old
    version, of the new, changed_after, changed_by, fields), times in minutes.
    """

    name: str
    looks: list[tuple[float, str, str]]
    changes: list[tuple[str, int, int | None, float, float, list[str]]] = field(default_factory=list)
    state: str = "live"
    confirm_after: str = "10m"
    variant_window: str = "0s"
    article: dict[str, Any] = field(default_factory=dict)


TITLED, BODY = ["title"], ["body"]
OUTLET = [(0, "A of 江州日报", "new")]
REMOVED = [(0, "A", "new"), (5, "404", "pending"), (15, "404", "gone")]
GONE = ("removed", 1, None, 0, 5, [])
TALES = [
    Tale("seen again", [(0, "A", "new"), (5, "A", "unchanged"), (9, "304", "not_modified")], []),
    Tale("spaces are no edit", [(0, "A", "new"), (5, "A spaced", "unchanged")]),
    Tale("an edit", [(0, "A", "new"), (5, "A", "unchanged"), (9, "B", "changed")], [("edited", 1, 2, 5, 9, BODY)]),
    Tale("a headline", [(0, "A", "new"), (5, "A titled", "changed")], [("edited", 1, 2, 0, 5, TITLED)]),
    Tale("a headline in another place", [(0, "A", "new"), (5, "A titled by the post", "unchanged")]),
    Tale("removed when it was confirmed", [*REMOVED[:2], (14, "404", "pending"), *REMOVED[2:]], [GONE], "removed"),
    Tale("removed once", [*REMOVED, (60, "404", "gone")], [GONE], "removed"),
    Tale("confirmed at once", [(0, "A", "new"), (5, "404", "pending"), (5, "404", "gone")], [GONE], "removed", "0s"),
    Tale("an error confirms nothing", [*REMOVED[:2], (9, "error", "error"), *REMOVED[2:]], [GONE], "removed"),
    Tale("back before it was confirmed", [*REMOVED[:2], (15, "A", "unchanged"), (16, "404", "pending")]),
    Tale("not modified, so not gone", [*REMOVED[:2], (15, "304", "not_modified"), (16, "404", "pending")]),
    Tale("edited while it was pending", [*REMOVED[:2], (15, "B", "changed")], [("edited", 1, 2, 0, 15, BODY)]),
    Tale("back", [*REMOVED, (60, "A", "changed")], [GONE, ("restored", 1, 1, 15, 60, [])]),
    Tale("back, unmodified", [*REMOVED, (60, "304", "not_modified")], [GONE, ("restored", 1, 1, 15, 60, [])]),
    Tale("back otherwise", [*REMOVED, (60, "B", "changed")], [GONE, ("restored", 1, 2, 15, 60, BODY)]),
    Tale(
        "gone again",
        [*REMOVED, (60, "A", "changed"), (70, "404", "pending"), (80, "404", "gone")],
        [GONE, ("restored", 1, 1, 15, 60, []), ("removed", 1, None, 60, 70, [])],
        "removed",
    ),
    Tale("never read", [(0, "404", "gone"), (15, "404", "gone")], state="unknown"),
    Tale("never read, then there", [(0, "404", "gone"), (15, "error", "error"), (20, "A", "new")]),
    Tale(
        "nothing is seen in these",
        [(0, "A", "new"), *[(n, o, o) for n, o in enumerate("error robots empty partial blocked login".split(), 1)]],
    ),
    Tale(
        "A, B, A are three versions",
        [(0, "A", "new"), (5, "B", "changed"), (10, "A", "changed")],
        [("edited", 1, 2, 0, 5, BODY), ("edited", 2, 3, 5, 10, BODY)],
    ),
    Tale(
        "flapping counts at the second look in a row",
        [(0, "A", "new"), (5, "B", "changed"), (10, "A", "variant"), (15, "A", "changed"), (20, "A", "unchanged")],
        [("edited", 1, 2, 0, 5, BODY), ("edited", 2, 3, 5, 10, BODY)],
        variant_window="1h",
    ),
    Tale(
        "flapping and back again",
        [(0, "A", "new"), (5, "B", "changed"), (10, "A", "variant"), (15, "B", "unchanged"), (20, "A", "variant")],
        [("edited", 1, 2, 0, 5, BODY)],
        variant_window="1h",
    ),
    Tale(
        "an error between two looks leaves them in a row",
        [(0, "A", "new"), (5, "B", "changed"), (10, "A", "variant"), (12, "error", "error"), (15, "A", "changed")],
        [("edited", 1, 2, 0, 5, BODY), ("edited", 2, 3, 5, 10, BODY)],
        variant_window="1h",
    ),
    Tale(
        "a return after the window is an edit",
        [(0, "A", "new"), (5, "B", "changed"), (61, "A", "changed")],
        [("edited", 1, 2, 0, 5, BODY), ("edited", 2, 3, 5, 61, BODY)],
        variant_window="1h",
    ),
    Tale(
        "the fifth last version can come back",
        [(0, "A", "new"), *[(n, letter, "changed") for n, letter in enumerate("BCDE", 1)], (9, "A", "variant")],
        [("edited", n, n + 1, n - 1, n, BODY) for n in range(1, 5)],
        variant_window="1h",
    ),
    Tale(
        "the sixth last version is news",
        [(0, "A", "new"), *[(n, letter, "changed") for n, letter in enumerate("BCDEFA", 1)]],
        [("edited", n, n + 1, n - 1, n, BODY) for n in range(1, 7)],
        variant_window="1h",
    ),
    Tale(
        "an answer for an older version extends none",
        [(0, "A", "new"), (5, "B", "changed"), (9, "304 of 1", "not_modified"), (15, "C", "changed")],
        [("edited", 1, 2, 0, 5, BODY), ("edited", 2, 3, 5, 15, BODY)],
    ),
    Tale(
        "a soft 404 counts at the third look, a day later",
        [(0, "A", "new"), (5, "soft soft", "pending"), (60, "soft soft", "pending"), (1444, "soft soft", "pending"),
         (1445, "soft soft", "gone")],
        [GONE], "removed",
    ),
    Tale("two soft 404s are too few", [(0, "A", "new"), (5, "soft soft", "pending"), (2000, "soft soft", "pending")]),
    Tale("a soft 404 of a site that reads badly", [(0, "A", "new"), *[(n, "soft", "soft_404") for n in (5, 60, 2000)]]),
    Tale(
        "a soft 404 and two firm ones",
        [(0, "A", "new"), (5, "soft soft", "pending"), (10, "404", "pending"), (19, "404", "pending"),
         (20, "404", "gone")],
        [GONE], "removed",
    ),
    Tale(
        "no removal from quarantined runs, however many",
        [(0, "A", "new"), *[(n, "404 quarantined", "pending") for n in (5, 60, 1500)], (1501, "404", "gone")],
        [GONE], "removed",
    ),
    Tale(
        "a quarantined look confirms nothing",
        [(0, "A", "new"), (5, "404 quarantined", "pending"), (20, "404", "pending"), (30, "404", "gone")],
        [GONE], "removed",
    ),
    Tale("expired", [(0, "A", "new"), (5, "404 expired", "pending"), (15, "404 expired", "gone")], state="expired"),
    Tale(
        "back from expiry",
        [(0, "A", "new"), (5, "404 expired", "pending"), (15, "404 expired", "gone"), (60, "B", "changed")],
        [("restored", 1, 2, 15, 60, BODY)],
    ),
    Tale(
        "an outlet that its page no longer tells",
        [*OUTLET, (5, "A of nobody", "changed"), (9, "A", "unchanged")],
        [("edited", 1, 2, 0, 5, ["outlet"])],
        article={"outlet": None},
    ),
    Tale(
        "and tells again",
        [*OUTLET, (5, "A of nobody", "changed"), (9, "A of 江州日报", "changed")],
        [("edited", 1, 2, 0, 5, ["outlet"]), ("edited", 2, 3, 5, 9, ["outlet"])],
        article={"outlet": "江州日报"},
    ),
    Tale("missing metadata", [*OUTLET, (5, "A", "unchanged")], article={"outlet": "江州日报"}),
    Tale(
        "missing metadata in an edit",
        [*OUTLET, (5, "B", "changed")],
        [("edited", 1, 2, 0, 5, BODY)],
        article={"outlet": "江州日报"},
    ),
    Tale(
        "metadata that comes later", [(0, "A", "new"), (5, "A of 江州日报", "unchanged")],
        article={"outlet": "江州日报"},
    ),
    Tale(
        "another outlet",
        [*OUTLET, (5, "A of 云溪晚报", "changed")],
        [("edited", 1, 2, 0, 5, ["outlet"])],
        article={"outlet": "云溪晚报"},
    ),
    Tale(
        "another outlet in another place",
        [*OUTLET, (5, "A of 云溪晚报, says the post", "unchanged")],
        article={"outlet": "江州日报"},
    ),
]  # fmt: skip


@pytest.fixture
def db(tmp_path: Path) -> Iterator[Database]:
    db = open_database(tmp_path / "newstrail.db")
    yield db
    db.close()


@pytest.mark.parametrize("tale", TALES, ids=[tale.name for tale in TALES])
def test_what_looks_come_to(db: Database, tale: Tale) -> None:
    site = replace(SITE, confirm_after=tale.confirm_after, variant_window=tale.variant_window)
    articles.add(db, "site", "NW1", "https://news.example/share?id=NW1", None, "标题", START)  # as a listing does
    for number, (minutes, what, _) in enumerate(tale.looks):
        known = db.execute("SELECT max(number) FROM versions").fetchone()[0]
        seen = look(number, minutes, what, known)
        record(db, seen, site, minutes)
        before = tables(db)
        record(db, seen, site, minutes + 1)
        assert tables(db) == before, "the same look, recorded twice"
    checks = db.execute("SELECT outcome FROM checks ORDER BY id").fetchall()
    assert [check[0] for check in checks] == [outcome for _, _, outcome in tale.looks]
    changes = db.execute(
        "SELECT c.kind, o.number, n.number, c.changed_after, c.changed_by, c.fields FROM changes c"
        " LEFT JOIN versions o ON o.id = c.old_version_id LEFT JOIN versions n ON n.id = c.new_version_id ORDER BY c.id"
    ).fetchall()
    first = next((minutes for minutes, _, outcome in tale.looks if outcome == "new"), None)
    expected = [("first_seen", None, 1, None, at(first), "[]")] if first is not None else []
    expected += [(k, o, n, at(a), at(b), json.dumps(fields)) for k, o, n, a, b, fields in tale.changes]
    assert changes == expected
    (row,) = db.query("SELECT * FROM articles")
    assert {name: row[name] for name in ("state", *tale.article)} == {"state": tale.state, **tale.article}
    assert row["last_checked_at"] == at(tale.looks[-1][0])
    assert row["last_changed_at"] == (changes[-1][4] if changes else None)
    stretches = db.execute("SELECT first_seen_at, last_seen_at FROM versions ORDER BY number").fetchall()
    assert stretches == expected_stretches(tale)
    assert row["version_count"] == len(stretches)
    assert_sound(db.conn)


def record(db: Database, seen: Look, site: Site, minutes: float) -> None:
    with transaction(db):
        record_look(db, seen, site, None, at(minutes), Learning(db))


def expected_stretches(tale: Tale) -> list[tuple[str, str]]:
    """From when to when each version was seen: from the change that made it, to the last look that showed it."""
    starts = [m for m, _, o in tale.looks if o == "new"]
    starts += [change[4] for change in tale.changes if change[2] and change[2] != change[1]]
    shown = [
        m for m, what, o in tale.looks if o in ("new", "changed", "unchanged", "not_modified") and " of 1" not in what
    ]
    ends = [max(m for m in shown if m < until) for until in [*starts[1:], 10**6]] if starts else []
    return [(at(start), at(end)) for start, end in zip(starts, ends, strict=True)]


def test_what_was_never_seen_makes_no_article(db: Database) -> None:
    for number, what in enumerate(["404", "error", "robots", "empty"]):
        record(db, look(number, number, what, None), SITE, number)
    assert not db.execute("SELECT * FROM articles").fetchall()


def test_a_removal_says_what_was_seen(db: Database) -> None:
    with transaction(db):
        for number, (minutes, what, _) in enumerate(REMOVED):
            record_look(db, look(number, minutes, what, 1 if number else None), SITE, None, START, Learning(db))
    reason, severity = db.execute("SELECT reason, severity FROM changes WHERE kind = 'removed'").fetchone()
    url = "https://news.example/text?id=NW1"
    assert reason == f"Not available at {url} since {at(5)} (404 twice); last read {at(0)}"
    assert severity == "material"


def test_when_a_removed_article_is_due_again(db: Database) -> None:
    days = []
    with transaction(db):
        for number, what in enumerate(["A", "404", "404", "404", "404", "404"]):
            moment = 0 if number == 0 else 5 + 20 * number
            record_look(db, look(number, moment, what, 1 if number else None), SITE, None, START, Learning(db))
            due = db.execute("SELECT next_check_at FROM articles").fetchone()[0]
            days.append((datetime.fromisoformat(due) - datetime.fromisoformat(at(moment))).total_seconds() / 86400)
    assert days[2:] == [1, 2, 4, 8]


@pytest.mark.parametrize("recorded_twice", [False, True])
def test_stays_on_a_listing(db: Database, recorded_twice: bool) -> None:
    readings = [["NW1", "NW2"], ["NW1", "NW2"], ["NW2", "NW1"], ["NW2"], [], ["NW1", "NW2"]]
    with transaction(db):
        source = sources.put_source(db, "yaowen", None, "site", "yaowen", "https://news.example/yaowen.html")
        for number, codes in enumerate(readings):
            entries = tuple(Entry(c, f"https://news.example/{c}.html", f"题{number}") for c in codes)
            reading = ListingReading(
                f"run:{number}", "yaowen", "u", at(number), "read", heading="要闻", entries=entries
            )
            for _ in range(1 + recorded_twice):
                record_listing(db, source, "site", reading, {"site": SITE})
    stays = db.execute(
        "SELECT a.code, l.title, l.position, l.first_seen_at, l.last_seen_at, l.left_at"
        " FROM listings l JOIN articles a ON a.id = l.article_id ORDER BY l.first_seen_at, a.code"
    ).fetchall()
    assert stays == [
        ("NW1", "题2", 2, at(0), at(2), at(3)),
        ("NW2", "题3", 1, at(0), at(3), at(4)),
        ("NW1", "题5", 1, at(5), at(5), None),
        ("NW2", "题5", 2, at(5), at(5), None),
    ]
    snapshots = db.execute("SELECT seen_at, codes FROM listing_snapshots ORDER BY seen_at").fetchall()
    assert snapshots == [(at(n), json.dumps(readings[n])) for n in (0, 2, 3, 4, 5)]
    unread = db.execute("SELECT DISTINCT state, version_count FROM articles").fetchall()
    assert unread == [("unknown", 0)]
    assert not db.execute("SELECT * FROM changes").fetchall()
    assert db.execute("SELECT name FROM sources").fetchone() == ("要闻",)


# --- end to end: one site, five crawls -------------------------------------------------------------------------------

LONG_BODY = "".join(f"<p>第{n}段：江州市财政局公布采购项目第{n}批预算。</p>" for n in range(12))
SHORT_BODY = "<p>第0段：江州市财政局公布采购项目第0批预算。</p>"
BROKEN_BODY = LONG_BODY.replace("第7段", "第\ufffd段")
TWIN_BODY = "<p>同一条消息，两个编号，预算三点五亿元。</p>"


def endpoint(code: str) -> str:
    return f"/NewsData/GetNewsText.do?id={code}"


def serve(site: Replica, code: str, body: str) -> Any:
    """What the endpoint answers for an article with this body."""
    kept = site.article(code)
    values = {"text": body, "title": kept.title, "showTime": kept.local_time, "source": kept.outlet}
    return page(json.dumps(values, ensure_ascii=False), "application/json")


def publish(site: Replica) -> None:
    for code in ("GONE", "SAME", "OTHER", "MOVED", "BARE", "LEFT", "STILL"):
        site.publish(article(code))
    for code in ("SHRUNK", "FLICKER", "MARKED", "GARBLED"):
        site.publish(article(code, body_html=LONG_BODY.replace("江州市", f"江州市{code}")))
    site.publish(article("BOTH", also_in=("caigou",)))
    site.publish(article("2276081", body_html=TWIN_BODY, title="同题"))
    site.publish(article("NW2276081", body_html=f"<div>{TWIN_BODY}</div>", title="同题"))


def third_crawl(site: Replica) -> None:
    """What happens before it."""
    for code in ("GONE", "SAME", "OTHER"):
        site.remove(code)
    for code, short in (("SHRUNK", SHORT_BODY), ("MARKED", BROKEN_BODY)):
        site.edit(code, body_html=short.replace("江州市", f"江州市{code}"))
    site.override(endpoint("FLICKER"), serve(site, "FLICKER", SHORT_BODY), times=1)
    site.override(endpoint("GARBLED"), serve(site, "GARBLED", BROKEN_BODY), times=1)
    site.override(endpoint("MOVED"), redirect(f"{site.base}/v2/text?id=MOVED", 301))
    site.override("/v2/text?id=MOVED", serve(site, "MOVED", site.article("MOVED").body_html))
    site.edit("BARE", endpoint_fields=frozenset())
    site.unlist("LEFT")


def fourth_crawl(site: Replica) -> None:
    """What happens before it."""
    site.restore("SAME")
    site.restore("OTHER", body_html="<p>另一篇正文，预算增至4.2亿元。</p>")
    site.restore("LEFT")


@dataclass
class Course:
    trail: Desk
    outcomes: list[str] = field(default_factory=list)
    requests: list[list[Any]] = field(default_factory=list)  # of each crawl
    versions: list[list[dict[str, Any]]] = field(default_factory=list)  # after each crawl
    articles: list[dict[str, dict[str, Any]]] = field(default_factory=list)
    ended: str = ""

    def crawl(self) -> None:
        site = self.trail.site
        while utc_text(datetime.now(UTC)) == self.ended:  # the record counts in seconds
            time.sleep(0.02)
        site.clear_log()
        self.outcomes.append(self.trail.crawl(recheck=True))
        self.ended = utc_text(datetime.now(UTC))
        self.requests.append(site.log)
        self.versions.append(self.trail.rows("SELECT * FROM versions ORDER BY id"))
        self.articles.append({row["code"]: row for row in self.trail.rows("SELECT * FROM articles")})

    def changes(self, code: str) -> list[dict[str, Any]]:
        return self.trail.rows(
            "SELECT c.*, o.number AS old, n.number AS new FROM changes c JOIN articles a ON a.id = c.article_id"
            " LEFT JOIN versions o ON o.id = c.old_version_id LEFT JOIN versions n ON n.id = c.new_version_id"
            " WHERE a.code = ? ORDER BY c.id",
            code,
        )

    def checks(self, code: str) -> list[list[str]]:
        """Outcomes of the checks of one article, a list for each crawl of the source `yaowen`."""
        runs = [r["id"] for r in self.trail.rows("SELECT id FROM runs ORDER BY id")][::2]
        rows = self.trail.rows(
            "SELECT c.run_id, c.outcome FROM checks c JOIN articles a ON a.id = c.article_id WHERE a.code = ?"
            " ORDER BY c.id", code,
        )  # fmt: skip
        return [[row["outcome"] for row in rows if row["run_id"] == run] for run in runs]


@pytest.fixture(scope="module")
def course(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Course]:
    with Replica() as site:
        publish(site)
        found = Course(Desk(tmp_path_factory.mktemp("course"), site))
        assert list(site.sources) == ["yaowen", "caigou"]
        found.crawl()
        found.crawl()
        third_crawl(site)
        found.crawl()
        fourth_crawl(site)
        found.crawl()
        found.crawl()
        yield found


def kinds(rows: list[dict[str, Any]]) -> list[tuple[Any, ...]]:
    return [(row["kind"], row["old"], row["new"], json.loads(row["fields"])) for row in rows]


FIRST = ("first_seen", None, 1, [])
ENDS = [
    ("GONE", [FIRST, ("removed", 1, None, [])], "removed"),
    ("SAME", [FIRST, ("removed", 1, None, []), ("restored", 1, 1, [])], "live"),
    ("OTHER", [FIRST, ("removed", 1, None, []), ("restored", 1, 2, ["body"])], "live"),
    ("SHRUNK", [FIRST, ("edited", 1, 2, ["body"])], "live"),
    ("MARKED", [FIRST, ("edited", 1, 2, ["body"])], "live"),
    ("FLICKER", [FIRST], "live"),
    ("GARBLED", [FIRST], "live"),
    ("MOVED", [FIRST, ("moved", 1, 1, [])], "live"),
    ("BARE", [FIRST], "live"),
    ("LEFT", [FIRST], "live"),
    ("STILL", [FIRST], "live"),
    ("BOTH", [FIRST], "live"),
]


@pytest.mark.parametrize(("code", "changes", "state"), ENDS, ids=[c[0] for c in ENDS])
def test_what_happened_is_what_is_recorded(course: Course, code: str, changes: list[Any], state: str) -> None:
    assert kinds(course.changes(code)) == changes
    assert course.articles[-1][code]["state"] == state


def test_every_crawl_was_fine_and_the_record_is_sound(course: Course) -> None:
    assert course.outcomes == ["ok"] * 5
    runs = course.trail.rows("SELECT first_seen, edited, removed, errors FROM runs WHERE source_id = 1 ORDER BY id")
    assert [tuple(run.values()) for run in runs] == [(14, 0, 0, 0), (0, 0, 0, 0), (0, 2, 3, 0), *[(0, 0, 0, 0)] * 2]
    course.trail.assert_sound()


def test_nothing_changed_nothing_recorded(course: Course) -> None:
    before, after = course.versions[0], course.versions[1]
    seen = [{k: v for k, v in row.items() if k != "last_seen_at"} for row in before]
    assert [{k: v for k, v in row.items() if k != "last_seen_at"} for row in after] == seen
    assert all(new["last_seen_at"] > old["last_seen_at"] for old, new in zip(before, after, strict=True))
    asked = [r for r in course.requests[1] if r.path != "/robots.txt" and not r.path.startswith("/category/")]
    assert len(asked) >= len(before)
    assert sum(r.status == 304 for r in asked) >= 0.95 * len(asked)
    run = "SELECT first_seen, edited, removed, errors, not_modified FROM runs WHERE id = 3"
    assert course.trail.row(run) == {
        "first_seen": 0, "edited": 0, "removed": 0, "errors": 0, "not_modified": sum(r.status == 304 for r in asked) - 1
    }  # fmt: skip


def test_a_removal_is_confirmed_by_a_second_request_in_the_same_crawl(course: Course) -> None:
    assert course.checks("GONE")[2] == ["pending", "gone"]
    first, second = [r for r in course.requests[2] if r.path == endpoint("GONE")]
    assert (first.status, second.status) == (404, 404)
    assert "if-none-match" in first.headers and "if-none-match" not in second.headers
    removal = course.changes("GONE")[1]
    assert "(404 twice)" in removal["reason"] and course.trail.site.base + endpoint("GONE") in removal["reason"]


@pytest.mark.parametrize(
    ("code", "outcome", "reason"),
    [
        ("SHRUNK", "changed", "confirmed by a second fetch"),
        ("MARKED", "changed", "U+FFFD"),
        ("FLICKER", "variant", "did not show the same"),
        ("GARBLED", "variant", "U+FFFD"),
    ],
)
def test_a_collapse_is_confirmed_by_a_second_fetch(course: Course, code: str, outcome: str, reason: str) -> None:
    assert course.checks(code)[2] == [outcome]
    _, second = [r for r in course.requests[2] if r.path == endpoint(code)]
    assert not {"if-none-match", "if-modified-since"} & second.headers.keys()
    rows = course.trail.rows(
        "SELECT c.reason FROM checks c JOIN articles a ON a.id = c.article_id WHERE a.code = ? AND c.outcome = ?",
        code, outcome,
    )  # fmt: skip
    assert [reason in row["reason"] for row in rows] == [True]
    if outcome == "changed":
        edit = course.changes(code)[1]
        assert reason in edit["reason"]
        assert edit["changed_after"] < edit["changed_by"] <= edit["recorded_at"]


def test_metadata_that_is_no_longer_told_stays_known(course: Course) -> None:
    names = ("title", "outlet", "published_at", "published_precision")
    bare = {name: course.articles[-1]["BARE"][name] for name in names}
    assert bare == {name: course.articles[0]["BARE"][name] for name in names}
    assert bare["outlet"] == "江州日报"
    assert course.checks("BARE")[2] == ["unchanged"]


def test_the_same_words_under_two_codes_are_one_cluster(course: Course) -> None:
    clusters = {code: row["cluster_id"] for code, row in course.articles[0].items()}
    assert clusters["2276081"] == clusters["NW2276081"] is not None
    assert [code for code, cluster in clusters.items() if cluster] == [c for c in clusters if "2276081" in c]


STAYS = """
SELECT s.key, l.left_at IS NULL AS listed FROM listings l
JOIN sources s ON s.id = l.source_id JOIN articles a ON a.id = l.article_id WHERE a.code = ? ORDER BY l.id
"""


def test_stays_are_rows(course: Course) -> None:
    def stays(code: str) -> list[tuple[str, int]]:
        return [(row["key"], row["listed"]) for row in course.trail.rows(STAYS, code)]

    assert stays("BOTH") == [("yaowen", 1), ("caigou", 1)]
    assert stays("LEFT") == [("yaowen", 0), ("yaowen", 1)]
    assert stays("STILL") == [("yaowen", 1)]
    snapshots = course.trail.counts(
        "SELECT s.key, count(*) FROM listing_snapshots n JOIN sources s ON s.id = n.source_id GROUP BY 1"
    )
    assert snapshots == {"yaowen": 3, "caigou": 1}


# --- redirects, full fetches, two at once ----------------------------------------------------------------------------


@pytest.mark.parametrize("path", ["/NewsData/GetNewsText.do?id=", "/news/text?id="], ids=["host", "host and path"])
def test_a_whole_site_that_moves_is_one_notice(trail: Desk, site: Replica, path: str) -> None:
    assert trail.crawl() == "ok"
    with Replica([site.article(code) for code in site.codes()]) as new_home:
        for code in site.codes():
            new_home.override(f"{path}{code}", lambda r, c=code: json_answer(site, c))
            site.override(endpoint(code), redirect(f"{new_home.base}{path}{code}", 301))
        said = [trail.shell("newstrail", "crawl", "--recheck").stderr for _ in range(2)]
    assert [f"the site has moved: its articles answer at {new_home.base}{path}{{code}}" in line for line in said] == [
        1,
        0,
    ]
    assert trail.counts("SELECT kind, count(*) FROM changes GROUP BY 1") == {"first_seen": 3}
    assert trail.counts("SELECT state, version_count FROM articles") == {"live": 1}


def json_answer(site: Replica, code: str) -> Answer:
    article = site.article(code)
    told = {"text": article.body_html, "title": article.title, "showTime": article.local_time, "source": article.outlet}
    return Answer(200, {"Content-Type": "application/json"}, json.dumps(told).encode())


def test_one_article_that_moves_to_another_host_is_a_change(trail: Desk, site: Replica) -> None:
    assert trail.crawl() == "ok"
    with Replica([site.article("NW2")]) as elsewhere:
        site.override(endpoint("NW2"), redirect(elsewhere.base + endpoint("NW2"), 301))
        site.override(endpoint("NW3"), redirect(site.base + endpoint("NW3") + "&from=wx", 301))
        site.override(endpoint("NW3") + "&from=wx", json_answer(site, "NW3"))
        for _ in range(2):
            assert trail.crawl(recheck=True) == "ok"
        (moved,) = trail.rows(
            "SELECT c.summary, a.code FROM changes c JOIN articles a ON a.id = c.article_id WHERE kind = 'moved'"
        )
        assert moved == {"summary": f"{site.base}{endpoint('NW2')} → {elsewhere.base}{endpoint('NW2')}", "code": "NW2"}


def test_what_the_endpoint_no_longer_tells_is_watched_where_it_is_told(trail: Desk, site: Replica) -> None:
    assert trail.crawl() == "ok"
    site.clear_log()
    site.edit("NW1", endpoint_fields=frozenset())
    assert trail.crawl(recheck=True) == "ok"
    asked = [request.path for request in site.log if "NW1" in request.path]
    assert asked.count(endpoint("NW1")) == 2, "a field that is no longer told is confirmed by a second fetch"
    site.edit("NW1", title="江州市采购项目中标结果公示")
    assert trail.crawl(recheck=True) == "ok"
    (edit,) = trail.rows("SELECT fields, new_title FROM edits")
    assert edit == {"fields": '["title"]', "new_title": "江州市采购项目中标结果公示"}


def test_a_304_that_answers_no_condition_extends_nothing(trail: Desk, site: Replica) -> None:
    site.validators = False
    assert trail.crawl() == "ok"
    before = trail.rows("SELECT last_seen_at FROM versions WHERE article_id = 1")
    code = trail.row("SELECT code FROM articles WHERE id = 1")["code"]
    site.override(endpoint(code), Answer(304))
    time.sleep(1.1)
    assert trail.crawl(recheck=True) == "partial"
    assert trail.rows("SELECT last_seen_at FROM versions WHERE article_id = 1") == before
    assert trail.row("SELECT reason FROM checks WHERE outcome = 'error'")["reason"] == "HTTP 304"


def test_a_304_holds_only_with_every_page_that_gave_a_field(trail: Desk, site: Replica) -> None:
    site.edit("NW1", endpoint_fields=frozenset())
    assert trail.crawl() == "ok"
    site.override(site.article("NW1").post_path(), Answer(503))
    site.clear_log()
    assert trail.crawl(recheck=True) == "ok"
    answers = [request.status for request in site.log if request.path == endpoint("NW1")]
    assert answers == [304, 200], "without the post page the endpoint is read after all"
    assert trail.counts("SELECT kind, count(*) FROM changes GROUP BY 1") == {"first_seen": 3}


def test_a_removal_is_seen_where_the_content_comes_from_the_post_page(trail: Desk, site: Replica) -> None:
    trail.configure("content  =", "# content  =")
    assert trail.crawl() == "ok"
    site.override(site.article("NW1").post_path(), Answer(404))
    assert trail.crawl(recheck=True) == "ok"
    (gone,) = trail.rows(
        "SELECT a.code, c.reason FROM changes c JOIN articles a ON a.id = article_id WHERE kind = 'removed'"
    )
    assert gone["code"] == "NW1" and f"Not available at {site.base}{site.article('NW1').post_path()}" in gone["reason"]


def test_one_request_at_a_time_also_without_a_delay(trail: Desk, site: Replica) -> None:
    trail.configure("concurrency_per_host = 8", "concurrency_per_host = 1")
    for code in site.codes():
        site.override(endpoint(code), dataclasses.replace(json_answer(site, code), delay=0.2))
    assert trail.crawl() == "ok"
    answered = sorted(request.at for request in site.log if "GetNewsText" in request.path)
    assert len(answered) == 3
    assert all(later - earlier >= 0.19 for earlier, later in pairwise(answered))


def test_an_edit_that_comes_with_a_move_is_both(trail: Desk, site: Replica) -> None:
    assert trail.crawl() == "ok"
    site.edit("NW2", title="江州市第NW2号采购项目更名")
    site.override(endpoint("NW2"), redirect(f"{site.base}/news/text?id=NW2", 301))
    site.override("/news/text?id=NW2", json_answer(site, "NW2"))
    assert trail.crawl(recheck=True) == "ok"
    assert trail.counts("SELECT kind, count(*) FROM changes WHERE kind != 'first_seen' GROUP BY 1") == {
        "edited": 1,
        "moved": 1,
    }


def test_an_older_look_that_is_recorded_later_overtakes_nothing(db: Database) -> None:
    for number, (minutes, what) in enumerate([(0, "A"), (20, "B"), (10, "A"), (15, "404")]):
        record(db, look(number, minutes, what, 2), SITE, 30)
    assert [row["outcome"] for row in db.query("SELECT outcome FROM checks ORDER BY id")] == [
        "new",
        "changed",
        "unchanged",
        "gone",
    ]
    (row,) = db.query("SELECT version_count, state, gone_since FROM articles")
    assert row == {"version_count": 2, "state": "live", "gone_since": None}


def test_an_older_look_does_not_bring_back_what_was_removed_since(db: Database) -> None:
    for number, (minutes, what) in enumerate([(0, "A"), (11, "404"), (22, "404"), (10, "B"), (12, "304")]):
        record(db, look(number, minutes, what, 1), SITE, 30)
    assert db.execute("SELECT kind FROM changes ORDER BY id").fetchall() == [("first_seen",), ("removed",)]
    assert db.execute("SELECT state FROM articles").fetchone() == ("removed",)


def test_every_twentieth_look_is_a_full_fetch(trail: Desk) -> None:
    assert trail.crawl() == "ok"
    settings, db = config.load(trail.toml), open_database(trail.database)

    def job() -> Job:
        return jobs.category_job(db, settings, "yaowen", utc_text(datetime.now(UTC)), recheck=True)

    def pass_by(number: int) -> None:
        with transaction(db):
            for target in job().targets:
                seen = replace(
                    look(number, 0, "304", 1), site="replica", code=target.code, id=f"{target.code}:{number}"
                )
                record_look(db, seen, settings.sites["replica"], None, START, Learning(db))

    full: dict[str, list[int]] = {code: [] for code in trail.site.codes()}
    for number in range(40):
        for target in job().targets:
            full[target.code] += [number] * target.full
        pass_by(number)
    assert [second - first for first, second in full.values()] == [20, 20, 20]
    assert len({first for first, _ in full.values()}) == 3, "staggered"
    while not any(target.full for target in job().targets):
        number += 1
        pass_by(number)
    (code,) = (target.code for target in job().targets if target.full)
    trail.site.clear_log()
    assert run_in_child(db, trail.database, job()).outcome == "ok"
    asked = {r.path: r for r in trail.site.log if "GetNewsText" in r.path}
    statuses = {path: r.status for path, r in asked.items()}
    assert statuses == {endpoint(c): 200 if c == code else 304 for c in trail.site.codes()}
    assert not {"if-none-match", "if-modified-since"} & asked[endpoint(code)].headers.keys()
    assert trail.row("SELECT count(*) AS n FROM changes") == {"n": 3}
    db.close()


def test_two_crawls_at_once_write_nothing_twice(tmp_path: Path) -> None:
    with Replica([article(f"NW{n}", also_in=("caigou",)) for n in range(30)]) as site:
        trail = Desk(tmp_path, site)
        environment = {**os.environ, "NEWSTRAIL_CONFIG": str(trail.toml)}

        def both() -> None:
            command = [sys.executable, "-m", "crawler", "crawl", "--recheck"]
            started = [
                subprocess.Popen(command, cwd=ROOT, env=environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
                for _ in range(2)
            ]
            while any(process.poll() is None for process in started):  # a reader sees all of it, at any moment
                if trail.database.exists() and trail.rows("SELECT 1 FROM sqlite_schema WHERE name = 'redactions'"):
                    assert [trail.rows(sql) for sql in HALF_WRITTEN] == [[]] * len(HALF_WRITTEN)
                time.sleep(0.05)
            for process in started:
                _, stderr = process.communicate(timeout=60)
                assert process.returncode == 0, stderr.decode()

        both()
        site.edit("NW1", title="改过的标题")
        site.remove("NW2")
        both()
        assert trail.counts("SELECT kind, count(*) FROM changes GROUP BY 1") == {
            "edited": 1, "first_seen": 30, "removed": 1
        }  # fmt: skip
        assert trail.row("SELECT count(*) AS n, sum(version_count) AS v FROM articles") == {"n": 30, "v": 31}
        assert trail.row("SELECT count(*) AS n FROM versions") == {"n": 31}
        assert trail.row("SELECT count(*) AS n FROM listings WHERE left_at IS NULL") == {"n": 58}
        assert trail.row("SELECT count(*) AS n FROM listings") == {"n": 60}
        assert trail.counts("SELECT outcome, count(*) FROM runs GROUP BY 1") == {"ok": 8}
        trail.assert_sound()
