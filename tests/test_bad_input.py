"""Bad input of every kind: its own one line and exit code, no change that did not happen, and a record that goes on."""

import json
import sqlite3
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from dataclasses import dataclass, field, replace
from functools import partial
from pathlib import Path
from subprocess import CompletedProcess
from typing import Any

import pytest

from storage.database import open_database
from tests.conftest import Desk, article
from tests.origin import FAULTS, Answer, Replica, broken_json, cut, gb18030, page, redirect, status

SITE = "\n[site.replica]"
SOURCE = '\n[[source]]\nkey = "yaowen"'


def one_line(done: "CompletedProcess[str]", *words: str) -> None:
    """Standard error, Scrapy's log aside, is one line that says all this."""
    lines = done.stderr.splitlines()
    if "scrapy" in done.args:
        lines = [line for line in lines if line.startswith("newstrail: ")]
    (line,) = lines
    assert line.startswith("newstrail: ")
    assert not [word for word in words if word not in line], line


# --- configuration and usage -----------------------------------------------------------------------------------------

CONFIGURATION = [
    ("broken TOML", "delay = 0", "delay = ", ["newstrail.toml", "not valid TOML", "line 4"]),
    ("unknown key", "delay = 0", "dealy = 0", ["crawl.dealy", "unknown key", "did you mean delay?"]),
    (
        "unknown section",
        "[crawl]",
        "[crwal]",
        ["crwal", "allowed: database, crawl, daemon, retention, web, verify, notify, site, source"],
    ),
    ("wrong type", "delay = 0", 'delay = "fast"', ["crawl.delay", "Expected `float`"]),
    ("out of bounds", "delay = 0", "delay = -1", ["crawl.delay", ">= 0"]),
    ("no duration", '"0s"', '"soon"', ["site.replica.confirm_after", "10m"]),
    ("no zone", "Asia/Shanghai", "Mars/Base", ["site.replica.timezone", "Asia/Shanghai"]),
    ("pattern without code", "(?P<code>", "(?P<id>", ["site.replica.article", "(?P<code>"]),
    ("no pattern", "(?P<code>", "(?P<code", ["site.replica.article", "not a regular expression"]),
    ("unknown placeholder", "infoCode={code}", "infoCode={id}", ["site.replica.share", "{id}", "{code}"]),
    ("no URL", 'share    = "http://', 'share    = "', ["site.replica.share", "http://"]),
    ("missing key", "timezone = ", "# ", ["site.replica", "timezone"]),
    ("dangling site", 'site = "replica"', 'site = "replicas"', ["source yaowen.site", "did you mean replica?"]),
    ("key twice", SOURCE, f'{SOURCE}\nsite = "replica"{SOURCE}', ["source yaowen", "unique"]),
    ("no network", '["127.0.0.1"]', '["10.0.0.0/99"]', ["crawl.allow_private", "10.0.0.0/99", "CIDR"]),
    ("the placeholder agent on a public host", "http://127.0.0.1", "https://news.example", ["crawl.user_agent"]),
]


@pytest.mark.parametrize(("old", "new", "words"), [c[1:] for c in CONFIGURATION], ids=[c[0] for c in CONFIGURATION])
def test_a_configuration_that_cannot_be(trail: Desk, old: str, new: str, words: list[str]) -> None:
    trail.configure(old, new)
    done = trail.shell("newstrail", "crawl")
    assert done.returncode == 2
    one_line(done, "newstrail.toml", *words)
    assert trail.site.log == []


USAGE = [
    (["newstrail", "crawl", "yaowne"], ["yaowne", "there are: yaowen", "did you mean yaowen?"]),
    (["newstrail", "crwal"], ["crwal"]),
    (["newstrail", "crawl", "--rechek"], ["--rechek"]),
    (["newstrail", "changes", "--kind", "deleted"], ["deleted", "removed"]),
    (["newstrail", "--config", "nowhere.toml", "crawl"], ["nowhere.toml", "not found"]),
    (["scrapy", "crawl", "category", "-a", "source=yaowne"], ["yaowne", "there are: yaowen"]),
    (["scrapy", "crawl", "category"], ["source=KEY", "yaowen"]),
    (["scrapy", "crawl", "category", "-a", "sauce=yaowen"], ["sauce", "allowed: source, recheck"]),
    (["scrapy", "crawl", "share", "-a", "code=NW1", "-a", "site=replicas"], ["replicas", "replica"]),
]


@pytest.mark.parametrize(("command", "words"), USAGE, ids=[" ".join(c[0]) for c in USAGE])
def test_a_command_that_cannot_be_understood(trail: Desk, command: list[str], words: list[str]) -> None:
    done = trail.shell(*command)
    assert done.returncode == 2
    one_line(done, *words)
    assert trail.site.log == []


@pytest.mark.parametrize("command", [["newstrail", "crawl"], ["scrapy", "crawl", "category", "-a", "source=yaowen"]])
def test_no_configuration(trail: Desk, command: list[str]) -> None:
    trail.toml.unlink()
    done = trail.shell(*command)
    assert done.returncode == 2
    one_line(done, str(trail.toml), "not found", "newstrail init")


# --- the database file -----------------------------------------------------------------------------------------------


def text_file(path: Path) -> None:
    path.write_text("this is no database, whatever its name says\n" * 100, encoding="utf-8")


def foreign(path: Path) -> None:
    with closing(sqlite3.connect(path)) as db:
        db.execute("CREATE TABLE bookmarks (url TEXT)")


def damaged(path: Path) -> None:
    with path.open("r+b") as file:
        file.seek(100)
        file.write(b"\xff" * 4000)


def newer_version(path: Path) -> None:
    with closing(sqlite3.connect(path)) as db:
        db.execute("PRAGMA user_version = 99")


def newer_step(path: Path) -> None:
    with closing(sqlite3.connect(path)) as db, db:
        db.execute("INSERT INTO _sqlite_migrations (migration_set, name, applied_at) VALUES ('newstrail', 'm099', '')")


DATABASES: list[tuple[str, str, Callable[[Path], None] | None, list[str]]] = [
    ("in a missing folder", "missing/newstrail.db", None, ["missing/newstrail.db", "folder"]),
    ("in a folder that takes no files", "/proc/newstrail.db", None, ["/proc/newstrail.db", "may not be written"]),
    ("not one", "newstrail.db", text_file, ["not a newstrail database"]),
    ("of another program", "other.db", foreign, ["not a newstrail database"]),
    ("damaged", "newstrail.db", damaged, ["newstrail.db"]),
    ("of a newer schema", "newstrail.db", newer_version, ["newer newstrail"]),
    ("with an unknown migration", "newstrail.db", newer_step, ["newer newstrail"]),
]


@pytest.mark.parametrize(("name", "spoil", "words"), [c[1:] for c in DATABASES], ids=[c[0] for c in DATABASES])
def test_a_database_that_cannot_be_used(
    trail: Desk, name: str, spoil: Callable[[Path], None] | None, words: list[str]
) -> None:
    if name == "newstrail.db" and spoil is not text_file:
        open_database(trail.database).close()
    trail.configure("newstrail.db", name)
    file = trail.folder / name
    if spoil:
        spoil(file)
    before = file.read_bytes() if spoil else None
    trail.site.clear_log()
    commands = [["newstrail", "crawl"], ["newstrail", "changes"]]
    if spoil in (text_file, newer_step):
        commands.append(["scrapy", "crawl", "category", "-a", "source=yaowen"])
    for command in commands:
        done = trail.shell(*command)
        assert done.returncode == 4, command
        one_line(done, *(words if spoil or command[1] == "crawl" else [name]))
    assert trail.site.log == []
    assert not spoil or file.read_bytes() == before


# --- articles: one site, one row an article that is known and one that is not ----------------------------------------


@dataclass(frozen=True)
class Fault:
    """What an article's endpoint answers, and what the look comes to: outcome when known, outcome when new."""

    what: str
    answer: Callable[[Replica], Answer]
    known: str
    new: str
    reason: str = ""
    code: str = ""


def answers(make: Callable[..., Answer], *values: Any) -> Callable[[Replica], Answer]:
    return lambda site: make(*values)


def says(value: Any) -> Callable[[Replica], Answer]:
    return lambda site: page(json.dumps(value), "application/json")


PRIVATE = FAULTS["redirect to a private address"]
NOT_FOUND = {"code": 404, "message": "not found"}
FAULTY = [
    Fault("broken JSON", answers(broken_json), "partial", "partial", "stops in the middle"),
    Fault("HTML", answers(page), "error", "error", "not JSON"),
    Fault("no text", says({"title": "题", "source": "某报"}), "error", "error", "expected 'text' or 'content'"),
    Fault("empty text", says({"text": "", "title": "题"}), "empty", "empty", "no words"),
    Fault("blank text", says({"text": " \n\u3000", "title": "题"}), "empty", "empty", "no words"),
    Fault("empty object", says({}), "empty", "empty", "no words"),
    Fault("empty body", answers(FAULTS["empty"]), "empty", "empty", "an empty answer"),
    Fault("not found, by its own words", says(NOT_FOUND), "pending", "gone", "not found"),
    Fault("404", answers(FAULTS["404"]), "pending", "gone", "HTTP 404"),
    Fault("410", answers(FAULTS["410"]), "pending", "gone", "HTTP 410"),
    Fault("500", answers(FAULTS["500"]), "error", "error", "HTTP 500"),
    Fault("503", answers(FAULTS["503"]), "error", "error", "HTTP 503"),
    Fault("403", answers(FAULTS["403"]), "blocked", "blocked", "HTTP 403"),
    Fault("429", answers(FAULTS["429"]), "blocked", "blocked", "HTTP 429"),
    Fault("a redirect to itself", lambda site: redirect(f"{site.base}/loop"), "error", "error", "redirect"),
    Fault("a redirect to a private address", answers(PRIVATE), "error", "error", "private address 169.254.169.254"),
    Fault("a redirect to ::1", lambda site: redirect(f"http://[::1]:{site.base[-5:]}/"), "error", "error", "private"),
    Fault("a redirect to a file", answers(FAULTS["redirect to a file"]), "error", "error", "HTTP 302"),
    Fault("a redirect home", lambda site: redirect(f"{site.base}/"), "soft_404", "soft_404", "front page"),
    Fault("a reset", answers(FAULTS["reset"]), "error", "error", "connection"),
    Fault("not HTTP", answers(FAULTS["not HTTP"]), "error", "error"),
    Fault("cut", answers(cut), "partial", "partial", "cut short"),
    Fault("cut in chunks", answers(FAULTS["cut chunked"]), "partial", "partial", "cut short"),
    Fault("endless", partial(lambda site: FAULTS["endless"]()), "error", "error", "larger"),
    Fault("the body under content", says({"content": "<p>一段。</p><p>又一段。</p>"}), "changed", "new"),
]
FAULTY = [Fault(f.what, f.answer, f.known, f.new, f.reason, f"NW{n:02}") for n, f in enumerate(FAULTY, 1)]
NAMES = [fault.what for fault in FAULTY]


@dataclass
class Story:
    """What three crawls came to: a healthy one, one with faults, a healthy one."""

    trail: Desk
    stderr: str
    codes: list[int]
    checks: dict[str, list[dict[str, Any]]] = field(default_factory=dict)
    between: dict[str, dict[str, Any]] = field(default_factory=dict)


CHECK = "SELECT c.*, a.code FROM checks c JOIN articles a ON a.id = c.article_id"
ARTICLE = "SELECT a.*, (SELECT count(*) FROM versions WHERE article_id = a.id) AS versions FROM articles a"


@pytest.fixture(scope="module")
def faulty(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Story]:
    with Replica([article(fault.code) for fault in FAULTY]) as site:
        site.override("/loop", redirect(f"{site.base}/loop"))
        trail = Desk(tmp_path_factory.mktemp("faulty"), site)
        trail.configure('confirm_after = "0s"', 'confirm_after = "10m"')
        codes = [trail.shell("newstrail", "crawl").returncode]
        for fault in FAULTY:
            site.publish(article(f"{fault.code}n"))
            for code in (fault.code, f"{fault.code}n"):
                site.override(f"/NewsData/GetNewsText.do?id={code}", fault.answer(site))
        done = trail.shell("newstrail", "crawl", "--recheck")
        between = {row["code"]: row for row in trail.rows(ARTICLE)}
        site.clear_overrides()
        codes += [done.returncode, trail.shell("newstrail", "crawl", "--recheck").returncode]
        story = Story(trail, done.stderr, codes, between=between)
        for check in trail.rows(f"{CHECK} ORDER BY c.id"):
            story.checks.setdefault(check["code"], []).append(check)
        yield story


def test_a_crawl_with_faults_says_so_and_the_next_one_is_fine(faulty: Story) -> None:
    assert faulty.codes == [0, 3, 0]
    assert all(line.startswith("newstrail: ") for line in faulty.stderr.splitlines())
    assert "partial" in faulty.stderr.splitlines()[-1]
    runs = faulty.trail.rows("SELECT outcome, errors FROM runs ORDER BY id")
    expected = [f for f in FAULTY for outcome in (f.known, f.new) if outcome == "error"]
    assert [r["outcome"] for r in runs] == ["ok", "partial", "ok"]
    assert [r["errors"] for r in runs] == [0, len(expected), 0]
    faulty.trail.assert_sound()


@pytest.mark.parametrize("fault", FAULTY, ids=NAMES)
def test_a_fault_at_a_known_article(faulty: Story, fault: Fault) -> None:
    first, second, third = faulty.checks[fault.code]
    assert (first["outcome"], second["outcome"]) == ("new", fault.known)
    assert fault.reason in (second["reason"] or "")
    between = faulty.between[fault.code]
    assert (between["state"], between["title"]) == ("live", article(fault.code).title)
    kinds = [r["kind"] for r in changes_of(faulty.trail, fault.code)]
    if fault.known == "changed":
        assert kinds == ["first_seen", "edited", "edited"]
    else:
        assert kinds == ["first_seen"]
        assert between["versions"] == 1
        assert third["outcome"] in ("unchanged", "not_modified")


@pytest.mark.parametrize("fault", FAULTY, ids=NAMES)
def test_a_fault_at_a_new_article(faulty: Story, fault: Fault) -> None:
    second, third = faulty.checks[f"{fault.code}n"]
    assert second["outcome"] == fault.new
    assert fault.reason in (second["reason"] or "")
    between = faulty.between[f"{fault.code}n"]
    changes = changes_of(faulty.trail, f"{fault.code}n")
    assert changes[0]["kind"] == "first_seen"
    if fault.new != "new":
        assert (between["state"], between["version_count"], between["versions"]) == ("unknown", 0, 0)
        assert third["outcome"] == "new" and len(changes) == 1
    after = faulty.trail.row(f"{ARTICLE} WHERE code = ?", f"{fault.code}n")
    assert (after["state"], after["title"]) == ("live", article(f"{fault.code}n").title)


def changes_of(trail: Desk, code: str) -> list[dict[str, Any]]:
    sql = "SELECT c.* FROM changes c JOIN articles a ON a.id = c.article_id WHERE a.code = ? ORDER BY c.id"
    return trail.rows(sql, code)


# --- words and dates that are odd ------------------------------------------------------------------------------------

LONG = "很长的标题" * 60
TITLES = [
    ("quotes", "他说:\"不是'这样'\"，“是”那样", None),
    ("colons and backslashes", r"更正: C:\new\table #1 - [预算] {{ x }}", None),
    ("emoji", "采购🎉👩‍👩‍👧‍👦结果🇨🇳", None),
    ("300 characters", LONG, None),
    ("a script", "<script>alert(1)</script>采购", None),
    ("entities", "A&amp;B &quot;采购&quot;", 'A&B "采购"'),
    ("NUL and a lone surrogate", "采\x00购\ud800公告", "采购公告"),
    ("control characters", "采购\x1b]0;题\x07公告\u202e", None),
    ("white space", "  采购\u3000\u3000公告 \n 二 ", "采购 公告 二"),
    ("decomposed", "cafe\u0301采购", "café采购"),
]
DATES = [
    ("2022-02-14 20:52:19", "2022-02-14T12:52:19Z", "second"),
    ("2022/2/14 20:52", "2022-02-14T12:52:00Z", "minute"),
    ("2022年2月14日", "2022-02-13T16:00:00Z", "day"),
    ("2022-02-14T20:52:19+09:00", "2022-02-14T11:52:19Z", "second"),
    ("1644843139", "2022-02-14T12:52:19Z", "second"),
    ("2022-13-45 99:99:99", None, None),
    ("昨日", None, None),
    (" +0800", None, None),
    (None, None, None),
]


@pytest.fixture(scope="module")
def odd(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Desk]:
    """Articles whose endpoint alone tells title and time."""
    with Replica() as site:
        for number, (_, title, _) in enumerate(TITLES):
            tell(site, f"T{number}", {"title": title, "showTime": "2022-02-14 20:52:19"})
        for number, (written, _, _) in enumerate(DATES):
            tell(site, f"D{number}", {"title": "题", "showTime": written})
            tell(site, f"P{number}", {"title": "题", "showTime": written}, post=True)
        trail = Desk(tmp_path_factory.mktemp("odd"), site, {"yaowen": "要闻"})
        done = trail.shell("newstrail", "crawl")
        assert done.returncode == 0
        yield trail


def tell(site: Replica, code: str, fields: dict[str, Any], post: bool = False) -> None:
    site.publish(article(code, title="列表上的标题"))
    answer = {"text": f"<p>第{code}号正文，足够长的一段。</p>"} | {k: v for k, v in fields.items() if v is not None}
    site.override(f"/NewsData/GetNewsText.do?id={code}", page(json.dumps(answer), "application/json"))
    if not post:
        site.override(article(code).post_path(), Answer(404))


@pytest.mark.parametrize("number", range(len(TITLES)), ids=[c[0] for c in TITLES])
def test_an_odd_title(odd: Desk, number: int) -> None:
    _, served, kept = TITLES[number]
    row = odd.row("SELECT a.title, a.state, v.title AS of_version FROM latest a JOIN versions v ON v.id = version_id"
                  " WHERE code = ?", f"T{number}")  # fmt: skip
    assert row == {"title": kept or served, "of_version": kept or served, "state": "live"}
    assert [c["kind"] for c in changes_of(odd, f"T{number}")] == ["first_seen"]


@pytest.mark.parametrize("number", range(len(DATES)), ids=[repr(c[0]) for c in DATES])
def test_an_odd_date(odd: Desk, number: int) -> None:
    written, moment, precision = DATES[number]
    kept = "SELECT published_at, published_precision AS precision, state FROM articles WHERE code = ?"
    assert odd.row(kept, f"D{number}") == {"published_at": moment, "precision": precision, "state": "live"}
    reason = odd.row(f"{CHECK} WHERE a.code = ?", f"D{number}")["reason"] or ""
    assert ("published_at" in reason) == (moment is None)
    assert written is None or moment or f"not understood: {written.strip()!r}" in reason
    # The post page's own time stands in for one that is missing or means nothing.
    fallback = {"published_at": moment or "2024-11-22T01:30:00Z", "precision": precision or "second", "state": "live"}
    assert odd.row(kept, f"P{number}") == fallback


def test_odd_words_do_not_reach_the_terminal(odd: Desk) -> None:
    for command in (["changes"], ["log", "T7"], ["show", "T7"], ["status"]):
        done = odd.shell("newstrail", *command)
        assert done.returncode == 0
        assert not {"\x1b", "\x07", "\u202e"} & set(done.stdout + done.stderr)


PAGE = """<!DOCTYPE html><html><head><title>页</title></head><body><h1>朱镕䶮㐂谈采购</h1>
<small>2022-02-14 20:52:19 来源：江州日报</small>
<p>江州市公布采购项目，预算3.5亿元，朱镕䶮㐂𠅤到会。</p><p>资金由市级财政安排，年底前完成。</p></body></html>"""


def test_a_share_page_in_gb18030_whatever_it_declares(tmp_path: Path) -> None:
    declared = ["gb2312", "utf-8", "big5", "no-such-charset"]
    with Replica([article(f"S{n}") for n in range(len(declared))]) as site:
        for number, charset in enumerate(declared):
            site.override(f"/html_News/NewsShare.html?infoCode=S{number}", gb18030(charset, PAGE))
        trail = Desk(tmp_path, site)
        trail.configure("content  =", "# content =")
        assert trail.shell("newstrail", "crawl").returncode == 0
        found = trail.rows("SELECT code, title, outlet, published_at, body_text FROM latest ORDER BY code")
        assert [row.pop("code") for row in found] == ["S0", "S1", "S2", "S3"]
        for row, charset in zip(found, declared, strict=True):
            assert row == {
                "title": "朱镕䶮㐂谈采购",
                "outlet": "江州日报",
                "published_at": "2022-02-14T12:52:19Z",
                "body_text": "江州市公布采购项目，预算3.5亿元，朱镕䶮㐂𠅤到会。\n资金由市级财政安排，年底前完成。",
            }, charset


# --- listings --------------------------------------------------------------------------------------------------------

NO_LINKS = '<html><body><h2>要闻</h2><ul><li><a href="/about.html">关于</a></li></ul></body></html>'
LISTINGS: list[tuple[str, Callable[[Replica], Answer], int, str, list[str]]] = [
    ("404", answers(status, 404), 0, "ok", []),
    ("empty list", answers(page, "<html><body><h2>要闻</h2><ul>\n</ul></body></html>"), 0, "ok", []),
    ("no article link", answers(page, NO_LINKS), 3, "failed", ["0 articles matched article = ", "/about.html"]),
    ("JSON", says({"list": []}), 3, "failed", ["not HTML where a listing was expected"]),
    ("empty body", answers(FAULTS["empty"]), 3, "failed", ["an empty answer"]),
    ("500", answers(status, 500), 3, "failed", ["HTTP 500"]),
    ("a reset", answers(FAULTS["reset"]), 3, "failed", ["connection"]),
    ("a redirect to a private address", answers(PRIVATE), 3, "failed", ["private"]),
]  # fmt: skip


STAYS = """
SELECT s.key, l.left_at IS NOT NULL AS ended
FROM listings l JOIN sources s ON s.id = l.source_id ORDER BY s.id, l.id
"""
RUNS = "SELECT r.* FROM runs r JOIN sources s ON s.id = r.source_id WHERE s.key = ? ORDER BY r.id"


@dataclass
class Listings:
    """What three crawls of a category for each row came to: a healthy one, one with the row's fault, a healthy one."""

    trail: Desk
    crawls: list[dict[str, CompletedProcess[str]]] = field(default_factory=list)
    stays: list[list[dict[str, Any]]] = field(default_factory=list)
    articles: list[list[dict[str, Any]]] = field(default_factory=list)

    def crawl(self) -> None:
        keys = list(self.trail.site.sources)
        with ThreadPoolExecutor(2) as pool:
            done = pool.map(lambda key: self.trail.shell("newstrail", "crawl", key), keys)
            self.crawls.append(dict(zip(keys, done, strict=True)))
        self.stays.append(self.trail.rows(STAYS))
        self.articles.append(self.trail.rows(ARTICLE))

    def ended(self, crawl: int, key: str) -> list[bool]:
        return [bool(row["ended"]) for row in self.stays[crawl] if row["key"] == key]


@pytest.fixture(scope="module")
def listings(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Listings]:
    with Replica([article(f"L{n:02}", f"lanmu{n}") for n in range(len(LISTINGS))]) as site:
        found = Listings(Desk(tmp_path_factory.mktemp("listings"), site))
        found.crawl()
        for number, (_, answer, *_) in enumerate(LISTINGS):
            site.override(f"/category/lanmu{number}.html", answer(site))
        found.crawl()
        site.clear_overrides()
        found.crawl()
        yield found


@pytest.mark.parametrize("number", range(len(LISTINGS)), ids=[c[0] for c in LISTINGS])
def test_a_listing_that_was_read_before(listings: Listings, number: int) -> None:
    _, _, code, outcome, words = LISTINGS[number]
    key = f"lanmu{number}"
    assert [crawl[key].returncode for crawl in listings.crawls] == [0, code, 0]
    _, run, _ = listings.trail.rows(RUNS, key)
    assert (run["outcome"], run["errors"]) == (outcome, int(code > 0))
    if code:
        one_line(listings.crawls[1][key], key, outcome, listings.trail.site.base, *words)
        assert all(word in run["reason"] for word in words)
        assert [listings.ended(crawl, key) for crawl in range(3)] == [[False]] * 3
    else:
        assert listings.crawls[1][key].stderr == ""
        assert [listings.ended(crawl, key) for crawl in range(3)] == [[False], [True], [True, False]]


def test_a_listing_touches_no_article(listings: Listings) -> None:
    assert listings.articles[1] == listings.articles[0]
    assert {row["kind"] for row in listings.trail.rows("SELECT kind FROM changes")} == {"first_seen"}
    listings.trail.assert_sound()


def test_a_listing_never_read_before_that_is_not_there(tmp_path: Path, site: Replica) -> None:
    trail = Desk(tmp_path, site, {"meiyou": "没有"})
    for command in ("newstrail crawl meiyou", "scrapy crawl category -a source=meiyou"):
        done = trail.shell(*command.split())
        assert done.returncode == 3
        one_line(done, "HTTP 404")
    assert trail.rows("SELECT outcome, errors FROM runs") == [{"outcome": "failed", "errors": 1}] * 2
    site.publish(article("NW9", "meiyou"))
    assert trail.crawl() == "ok"
    assert trail.row("SELECT code, state FROM articles") == {"code": "NW9", "state": "live"}


def test_spaces_and_parentheses_in_a_category(tmp_path: Path) -> None:
    both = [article("NW1", "Anxin(xianggang)"), article("NW2", "21bao 21caijingAPP")]
    with Replica(both) as site:
        trail = Desk(tmp_path, site)
        assert trail.shell("newstrail", "crawl").returncode == 0
        assert {r.path for r in site.log} >= {"/category/Anxin(xianggang).html", "/category/21bao%2021caijingAPP.html"}
        assert trail.row("SELECT code FROM articles") == {"code": "NW1"}
        assert trail.shell("newstrail", "watch", site.base + both[1].post_path()).returncode == 0
        assert trail.counts("SELECT code, state FROM articles") == {"NW1": "live", "NW2": "live"}


# --- robots.txt ------------------------------------------------------------------------------------------------------

RULES = b"User-agent: *\nDisallow: /\n"
ROBOTS: list[tuple[str, Answer, bool]] = [
    ("disallows everything", Answer(200, {"Content-Type": "text/plain"}, RULES), False),
    ("503", Answer(503, {}, b"later"), False),
    ("404 with a body like rules", Answer(404, {"Content-Type": "text/plain"}, RULES), True),
]


@pytest.mark.parametrize(("answer", "allowed"), [c[1:] for c in ROBOTS], ids=[c[0] for c in ROBOTS])
def test_robots_are_obeyed(trail: Desk, answer: Answer, allowed: bool) -> None:
    assert trail.crawl() == "ok"
    trail.site.clear_log()
    trail.site.override("/robots.txt", answer)
    done = trail.shell("newstrail", "crawl", "--recheck")
    assert done.returncode == (0 if allowed else 3)
    assert {r.path for r in trail.site.log} == {"/robots.txt"} or allowed
    looks = [r["outcome"] for r in trail.rows("SELECT outcome FROM checks ORDER BY id")][3:]
    assert looks == ["not_modified" if allowed else "robots"] * 3
    if not allowed:
        trail.site.clear_overrides()
        assert trail.crawl(recheck=True) == "ok"
    assert trail.counts("SELECT kind, count(*) FROM changes GROUP BY 1") == {"first_seen": 3}


def test_requests_that_wait_for_robots_obey_them_too(tmp_path: Path) -> None:
    rules = Answer(200, {"Content-Type": "text/plain"}, b"User-agent: *\nDisallow: /NewsData/\n")
    with Replica([article(f"NW{number}") for number in range(40)]) as site:
        trail = Desk(tmp_path, site)
        site.override("/robots.txt", rules)
        assert trail.crawl() == "ok"
        site.override("/robots.txt", replace(rules, delay=0.5))
        done = trail.shell("scrapy", "crawl", "share", "-a", "recheck=1")
        assert done.returncode == 3
        one_line(done, "failed", "robots.txt")
        assert {r.path for r in site.log} == {"/robots.txt", "/category/yaowen.html"}
    assert trail.counts("SELECT outcome, count(*) FROM checks GROUP BY 1") == {"robots": 80}
    assert trail.counts("SELECT state, count(*) FROM articles GROUP BY 1") == {"unknown": 40}
    assert [row["outcome"] for row in trail.rows("SELECT outcome FROM runs ORDER BY id")] == ["ok", "failed"]
