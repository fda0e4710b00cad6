"""What is kept and what goes: pruning, redaction, sources that rest, and what pages ask of whoever keeps them."""

import json
import os
import random
import shutil
import sqlite3
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
import zstandard

from crawler import config
from crawler.config import Retention
from crawler.demo import pages
from crawler.redact import redact
from crawler.retention import prune
from crawler.rules.asked import asked
from crawler.rules.dates import utc_text
from storage import responses
from storage.database import open_database, transaction
from tests.conftest import Desk, article
from tests.crawling import ROOT
from tests.origin import HTML, JSON, Answer, Replica, redirect, status

NEVER_PRUNED = (
    "versions",
    "changes",
    "coverage",
    "chain",
    "version_responses",
    "facts",
    "listings",
    "runs",
    "articles",
)
BODY = "/NewsData/GetNewsText.do?id={}"
FAR = "2099-01-01T00:00:00Z"
ALL = Retention(checks="30d", raw="30d")


def table(desk: Desk, name: str) -> list[dict[str, Any]]:
    return desk.rows(f"SELECT * FROM {name} ORDER BY 1, 2")


def noise(seed: int, size: int) -> str:
    """Words that no compression makes much smaller."""
    return random.Random(seed).randbytes(size // 2).hex()


# ── Pruning ─────────────────────────────────────────────────────────────────────────────────────────────────────────


@pytest.fixture
def heavy(tmp_path: Path) -> Iterator[Desk]:
    """Three articles with long pages, one of them edited twice, one that cannot be read."""
    written = [article(code, body_html=f"<p>{noise(n, 60_000)}</p>") for n, code in enumerate(("NW1", "NW2", "NW3"))]
    with Replica(written) as site:
        desk = Desk(tmp_path, site)
        assert desk.crawl() == "ok"
        for turn in (10, 11):
            site.edit("NW1", body_html=f"<p>{noise(turn, 60_000)}</p>")
            site.override(BODY.format("NW2"), status(403), times=1)
            desk.crawl(recheck=True)
        yield desk


def test_pruning_makes_the_file_smaller_and_loses_nothing_of_the_record(heavy: Desk) -> None:
    before = {name: table(heavy, name) for name in NEVER_PRUNED}
    shown = heavy.newstrail("diff", "NW1", "1", "2")
    stated = heavy.row("SELECT count(*) AS looks, count(DISTINCT article_id) AS articles FROM checks")
    size = heavy.database.stat().st_size
    db = open_database(heavy.database)
    counted = prune(db, heavy.database, ALL, FAR, dry_run=True)
    assert heavy.database.stat().st_size == size and table(heavy, "checks") and not dropped(heavy)
    done = prune(db, heavy.database, ALL, FAR)
    db.close()
    assert (done.checks, done.bodies, done.responses) == (counted.checks, counted.bodies, counted.responses)
    assert done.body_bytes == counted.body_bytes
    assert {name: table(heavy, name) for name in NEVER_PRUNED} == before
    assert done.checks == stated["looks"] - stated["articles"] == 6
    # The listing's page and one of two answers 403 go wholly; the other's hash stays with the newest look, as versions'
    # do with theirs.
    assert (done.bodies, done.responses, len(dropped(heavy))) == (7, 2, 6)
    assert heavy.database.stat().st_size < size - 100_000 and done.freed > 100_000
    assert not heavy.rows("SELECT 1 FROM bodies WHERE data IS NOT NULL")
    heavy.assert_sound()
    assert heavy.newstrail("diff", "NW1", "1", "2") == shown
    _goes_on(heavy)


def _goes_on(heavy: Desk) -> None:
    """Crawls go on, and say whose pages are not kept."""
    assert f"of {len(table(heavy, 'versions'))} no page is kept that can be read" in heavy.newstrail("reextract")
    words = "SELECT number, title, body_text, content_hash FROM versions ORDER BY id LIMIT 5"
    before = heavy.rows(words)
    heavy.configure('timezone = "Asia/Shanghai"', 'timezone = "Asia/Shanghai"\nbody = "body"')
    heavy.site.edit("NW2", body_html=f"<p>{noise(2, 50_000)}</p>")  # by the rules of the selector
    heavy.site.edit("NW3", title="江州市第NW3号采购项目更正")
    assert heavy.crawl(recheck=True) == "ok"
    assert heavy.rows(words) == before
    edits = heavy.rows("SELECT code, reason FROM changes c JOIN articles a ON a.id = article_id WHERE kind = 'edited'")
    assert sorted(edit["code"] for edit in edits) == ["NW1", "NW1", "NW2", "NW3"]
    assert all("its pages are not kept or too long" in edit["reason"] for edit in edits[2:])
    assert heavy.row("SELECT count(*) AS n FROM bodies WHERE data IS NOT NULL")["n"] == 2
    heavy.assert_sound()


def dropped(desk: Desk) -> list[str]:
    return [row["hash"] for row in desk.rows("SELECT hash FROM bodies WHERE data IS NULL AND dropped_at IS NOT NULL")]


def test_bytes_stay_while_a_young_response_has_them_and_come_back_with_a_later_one(tmp_path: Path) -> None:
    db = open_database(tmp_path / "newstrail.db")
    old, young, now = "2024-01-01T00:00:00Z", "2024-05-30T00:00:00Z", "2024-06-01T00:00:00Z"
    came = [("old", old), ("shared", young), ("shared", old), ("young", young)]  # not in the order of their times
    with transaction(db):
        for words, at in came:
            responses.keep(db, "http://a.example/", "listing", at, 200, {}, words.encode() * 100)
        db.execute("INSERT INTO articles (site, code, url, first_seen_at) VALUES ('s', 'c', 'u', ?)", (old,))
        for number in (1, 3):
            row = (number, old, f"look {number}")
            db.execute("INSERT INTO checks VALUES (NULL, 1, NULL, NULL, ?, ?, 'blocked', 403, 'R', ?)", row)
    report = prune(db, tmp_path / "newstrail.db", Retention(raw="90d"), now)
    # What a look brought stays as a hash as long as the look does; looks are not pruned here.
    assert (report.checks, report.bodies, report.responses) == (0, 1, 0)
    assert kept(db) == {"old": False, "shared": True, "young": True}
    with transaction(db):
        responses.keep(db, "http://a.example/", "listing", now, 200, {}, b"old" * 100)
    assert kept(db) == {"old": True, "shared": True, "young": True}


def kept(db: Any) -> dict[str, bool]:
    hashes = {words: responses.body_hash(words.encode() * 100) for words in ("old", "shared", "young")}
    return {words: responses.body(db, digest) is not None for words, digest in hashes.items()}


def fill(path: Path, looks: int, bodies: int) -> None:
    """Many old looks and responses."""
    at, made = "2020-01-01T00:00:00Z", random.Random(1)
    db = open_database(path)
    with transaction(db):
        (article_id,) = db.execute("SELECT min(id) FROM articles").fetchone()
        db.conn.executemany(
            "INSERT INTO checks (article_id, checked_at, outcome, observation) VALUES (?, ?, 'unchanged', ?)",
            ((article_id, at, f"old:{n}") for n in range(looks)),
        )
        for _ in range(bodies):
            responses.keep(db, "http://a.example/", "listing", at, 200, {}, made.randbytes(20_000))
    db.close()


def test_a_crawl_is_not_held_up_by_pruning(trail: Desk) -> None:
    trail.crawl()
    fill(trail.database, 20_000, 2_000)
    size = trail.database.stat().st_size
    environment = {**os.environ, "NEWSTRAIL_CONFIG": str(trail.toml)}
    command = [sys.executable, "-m", "crawler", "prune", "--checks", "90d", "--raw", "90d", "--json"]
    waits = []
    trail.site.edit("NW1", body_html="<p>新的内容，预算4.5亿元。</p>")
    with (
        subprocess.Popen(command, cwd=ROOT, env=environment, stdout=subprocess.PIPE, text=True) as process,
        closing(sqlite3.connect(trail.database, timeout=15, isolation_level=None)) as writer,
    ):
        while not writer.execute("SELECT 1 FROM bodies WHERE dropped_at IS NOT NULL LIMIT 1").fetchone():
            began = time.monotonic()
            writer.execute("BEGIN IMMEDIATE")
            waits.append(time.monotonic() - began)
            writer.execute("ROLLBACK")
            time.sleep(0.01)
            if process.poll() is not None:
                break
        assert trail.crawl(recheck=True) == "ok"
        told = json.loads(process.communicate()[0])
    assert process.returncode == 0 and max(waits) < 3 and len(waits) > 5
    assert (told["checks"], told["bodies"], told["responses"]) == (20_000, 2_000, 2_000)
    assert trail.row("SELECT count(*) AS n FROM changes WHERE kind = 'edited'")["n"] == 1
    trail.newstrail("prune", "--checks", "90d")  # gives back what the crawl kept from being given back
    assert trail.database.stat().st_size < size / 10
    trail.assert_sound()


def test_looks_that_come_while_it_prunes_stop_nothing(trail: Desk) -> None:
    """A look that was an article's newest, and so stayed with its answer, is old when the answers' turn comes."""
    path, old, now = trail.folder / "busy.db", "2020-01-01T00:00:00Z", "2024-06-01T00:00:00Z"
    db = open_database(path)
    look = "INSERT INTO checks VALUES (NULL, ?, NULL, NULL, ?, ?, 'blocked', 403, 'R', ?)"
    with transaction(db):
        for number in range(1, 1201):
            kept = responses.keep(db, "http://a.example/", "content", old, 403, {}, b"no %d" % number)
            article = "INSERT INTO articles (site, code, url, first_seen_at) VALUES ('s', ?, 'u', ?)"
            db.execute(article, (str(number), old))
            db.execute(look, (number, kept, old, f"old {number}"))
    is_over, looked = threading.Event(), [0]

    def crawl() -> None:
        with closing(sqlite3.connect(path, timeout=15, isolation_level=None)) as writer:
            writer.execute("PRAGMA foreign_keys = ON")
            while not is_over.is_set() and looked[0] < 1200:
                looked[0] += 1
                writer.execute(look, (looked[0], None, now, f"new {looked[0]}"))

    writer = threading.Thread(target=crawl)

    def told(what: str, done: int, total: int) -> None:
        if done == 1200 and what == "old looks":  # the looks were seen through
            writer.start()
            while looked[0] < 100:
                time.sleep(0.01)

    try:
        report = prune(db, path, ALL, now, on_step=told)
    finally:
        is_over.set()
        writer.join()
    assert report.checks == 0 and report.responses == 0 and looked[0] >= 100
    assert prune(db, path, ALL, now).responses == db.execute("SELECT count(*) FROM checks WHERE checked_at = ?",
                                                             (now,)).fetchone()[0]  # fmt: skip
    assert not db.execute("PRAGMA foreign_key_check").fetchall()
    db.close()


def test_prune_takes_its_ages_from_the_configuration_and_needs_some(trail: Desk) -> None:
    trail.crawl()
    done = trail.shell("newstrail", "prune")
    assert done.returncode == 2 and "--checks" in done.stderr and "[retention]" in done.stderr
    assert trail.shell("newstrail", "prune", "--raw", "soon").returncode == 2
    fill(trail.database, 10, 3)
    text = trail.toml.read_text(encoding="utf-8")
    trail.toml.write_text(f'{text}\n[retention]\nchecks = "90d"\nraw = "365d"\n', encoding="utf-8")
    assert "10 looks would be dropped" in trail.newstrail("prune", "--dry-run")
    assert "10 looks were dropped" in trail.newstrail("prune")
    assert not trail.rows("SELECT 1 FROM checks WHERE observation LIKE 'old:%'")
    assert trail.counts("SELECT role, count(*) FROM responses GROUP BY role")["content"] == 3


def test_a_file_of_an_earlier_version_is_written_anew_once(trail: Desk) -> None:
    trail.crawl()
    fill(trail.database, 10, 200)
    with closing(sqlite3.connect(trail.database, isolation_level=None)) as db:
        db.execute("PRAGMA auto_vacuum = NONE")
        db.execute("VACUUM")
    size = trail.database.stat().st_size
    done = trail.shell("newstrail", "prune", "--raw", "90d")
    assert "--vacuum" in done.stderr and trail.database.stat().st_size >= size
    done = trail.shell("newstrail", "prune", "--vacuum")
    assert done.stderr == "" and trail.database.stat().st_size < size / 4
    assert trail.row("PRAGMA auto_vacuum") == {"auto_vacuum": 2}
    trail.assert_sound()


# ── Redaction ───────────────────────────────────────────────────────────────────────────────────────────────────────

SECRET = {
    "title": "欧阳望舒诉江州银行案",
    "outlet": "独家周报",
    "body_html": "<p>原告欧阳望舒称，存款917.35万元去向不明。</p><p>记者 诸葛听澜</p>"
    "<table><tr><td>甲字第八号</td></tr></table>",
}
WORDS = (
    "欧阳望舒",
    "917.35万元",
    "917.35",
    "9173500",
    "诸葛听澜",
    "甲字第八号",
    "独家周报",
    "夏侯知秋",
    "撤回起诉书",
    "残留字句",
)


@pytest.fixture(scope="module")
def told(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Desk]:
    """An article with words that nothing else says: seen twice, blocked once, on a listing whose order was kept."""
    with Replica([article(code) for code in ("NW1", "NW2", "NW3")]) as site:
        yield _tell(Desk(tmp_path_factory.mktemp("told"), site))


@pytest.fixture
def secret(told: Desk, tmp_path: Path) -> Iterator[Desk]:
    """A copy of that record, whose site may be altered as long as NW9 stays."""
    shutil.copytree(told.folder, tmp_path, dirs_exist_ok=True)
    desk = Desk(tmp_path)
    desk.site = told.site
    yield desk
    told.site.clear_overrides()


def _tell(trail: Desk) -> Desk:
    trail.site.publish(article("NW9", **SECRET))
    trail.crawl()
    trail.site.edit("NW9", title="欧阳望舒诉江州银行案撤回起诉书", body_html="<p>原告撤回起诉书，夏侯知秋经办。</p>")
    trail.site.publish(article("NW10"))
    trail.crawl(recheck=True)
    trail.site.override(BODY.format("NW9"), Answer(403, {"Content-Type": HTML}, "<p>欧阳望舒</p>".encode()), times=1)
    trail.scrapy("crawl", "share", "-a", "code=NW9", code=3)
    leave_behind(trail.database, "残留字句")
    assert found(trail) == set(WORDS)
    return trail


def leave_behind(path: Path, words: str) -> None:
    """Words in pages of the file that nothing is on any more, as many builds of SQLite leave what is deleted."""
    with closing(sqlite3.connect(path, isolation_level=None)) as db:
        db.execute("PRAGMA secure_delete = OFF").fetchall()
        db.execute("CREATE TABLE gone (words TEXT)")
        db.execute("INSERT INTO gone VALUES (?)", (words * 5000,))
        db.execute("DROP TABLE gone")


def found(desk: Desk) -> set[str]:
    """Which of the words stand anywhere in the record's files, packed bodies included."""
    files = [path.read_bytes() for path in desk.folder.glob("newstrail.db*")]
    packed = desk.rows("SELECT codec, size, data FROM bodies WHERE data IS NOT NULL")
    for row in packed:
        unpack = zstandard.ZstdDecompressor().decompress
        files.append(unpack(row["data"], max_output_size=row["size"]) if row["codec"] == "zstd" else row["data"])
    forms = {word: {word.encode(), json.dumps(word)[1:-1].encode()} for word in WORDS}
    return {word for word, written in forms.items() if any(form in data for form in written for data in files)}


def test_a_redacted_article_leaves_no_word_behind(secret: Desk) -> None:
    posts = secret.folder / "posts"
    secret.newstrail("export", "jekyll", "--out", str(posts))
    hashes = secret.rows("SELECT content_hash FROM versions ORDER BY id")
    bodies = secret.rows("SELECT hash FROM bodies ORDER BY hash")
    done = secret.shell("newstrail", "redact", "NW9", "--reason", "court order 7/2024")
    assert done.returncode == 0 and "court order 7/2024" in done.stdout and done.stderr == ""
    assert found(secret) == set()
    assert secret.rows("SELECT content_hash FROM versions ORDER BY id") == hashes
    assert secret.rows("SELECT hash FROM bodies ORDER BY hash") == bodies
    row = secret.row("SELECT * FROM articles WHERE code = 'NW9'")
    assert (row["state"], row["next_check_at"], row["version_count"], row["title"]) == ("redacted", None, 2, None)
    assert secret.row("SELECT kind, row_id FROM chain ORDER BY number DESC LIMIT 1") == {
        "kind": "redaction",
        "row_id": 1,
    }
    others = secret.row("SELECT count(*) AS n FROM versions WHERE body_text != '' AND title IS NOT NULL")
    assert others["n"] == 4
    _every_command_says_so(secret, posts)
    secret.assert_sound()


def _every_command_says_so(secret: Desk, posts: Path) -> None:
    today = utc_text(datetime.now(UTC))[:7]
    for command in (("show",), ("diff",), ("blame",), ("cluster",)):
        done = secret.shell("newstrail", *command, "NW9")
        assert (done.returncode, done.stdout, done.stderr.count("\n")) == (1, "", 1)
        assert f"NW9: redacted on {today}" in done.stderr and "court order 7/2024" in done.stderr
    assert "court order 7/2024" in secret.newstrail("log", "NW9")
    assert json.loads(secret.newstrail("log", "NW9", "--json"))["redaction"]["reason"] == "court order 7/2024"
    for arguments in (("jsonl",), ("csv", "--what", "versions"), ("jekyll", "--out", str(posts))):
        done = secret.shell("newstrail", "export", *arguments)
        assert "NW9" not in done.stdout and "NW9 is left out: redacted on" in done.stderr
    assert "NW9.md: of an earlier export" in done.stderr  # a person decides on files of their own
    for command in ("changes", "status", "coverage NW9", "reextract"):
        assert secret.shell("newstrail", *command.split()).returncode == 0
    again = secret.shell("newstrail", "redact", "NW9", "--reason", "another")
    assert again.returncode == 0 and "court order 7/2024" in again.stdout
    assert secret.shell("newstrail", "redact", "NW404", "--reason", "x").returncode == 1
    assert secret.shell("newstrail", "redact", "NW1").returncode == 2


def test_a_redacted_article_is_fetched_no_more_and_its_listing_brings_no_word_back(secret: Desk) -> None:
    secret.newstrail("redact", "NW9", "--reason", "asked for", "--yes")
    secret.site.clear_log()
    secret.site.edit("NW9", title="欧阳望舒诉江州银行案，甲字第八号")
    secret.site.publish(article("NW11"))
    assert secret.crawl() == "ok"
    assert secret.crawl(recheck=True) == "ok"
    for command, arguments in (
        ("scrapy", ("crawl", "share", "-a", "code=NW9")),
        ("newstrail", ("watch", f"{secret.site.base}/html_News/NewsShare.html?infoCode=NW9")),
        ("newstrail", ("watch", secret.site.base + secret.site.article("NW9").post_path())),
    ):
        done = secret.shell(command, *arguments)
        assert done.returncode == 1 and "redacted on" in done.stderr
    secret.shell("scrapy", "crawl", "share", "-a", "recheck=1")
    asked_for = [request.path for request in secret.site.log]
    assert not [path for path in asked_for if "NW9" in path] and [path for path in asked_for if "NW11" in path]
    assert found(secret) == set()
    assert secret.rows(
        "SELECT 1 FROM listings l JOIN articles a ON a.id = article_id WHERE code = 'NW9' AND left_at IS NULL"
    )
    assert secret.row("SELECT b.data FROM responses JOIN bodies b ON hash = body_hash WHERE role = 'listing'"
                      " ORDER BY id DESC LIMIT 1") == {"data": None}  # fmt: skip
    secret.assert_sound()


def test_a_look_that_was_under_way_brings_no_word_back(secret: Desk) -> None:
    """The crawl's process has read it when it is redacted, and hands it over then."""
    held: list[str] = []

    def late(request: Any) -> Answer:
        if not held:
            held.append(secret.newstrail("redact", "NW9", "--reason", "asked for", "--yes", "--no-vacuum"))
        return Answer(200, {"Content-Type": JSON}, pages.endpoint(article("NW9", **SECRET), 0))

    secret.site.override(BODY.format("NW9"), late)
    secret.crawl(recheck=True)
    assert held and secret.newstrail("prune", "--vacuum") is not None
    assert found(secret) == set()
    secret.assert_sound()


def test_no_answer_of_a_failed_look_keeps_a_word(secret: Desk) -> None:
    """Not its further ones, nor where redirects led, nor what no look is known of any more; others' answers stay."""
    at, login = "2024-11-23T00:00:00Z", f"{secret.site.base}/login?from=7"
    answers = [
        # of which article, the first of its look or a further one, where it was had, what it said
        ("NW9", True, secret.site.base + BODY.format("NW9"), "<p>欧阳望舒</p>"),
        ("NW9", False, login, "<p>夏侯知秋经办</p>"),
        ("NW9", False, f"{secret.site.base}/elsewhere/3", "<p>917.35万元</p>"),
        ("NW1", True, f"{secret.site.base}/elsewhere/1", "<p>of NW1</p>"),
        ("NW1", False, f"{secret.site.base}/elsewhere/2", "<p>of NW1 too</p>"),
        (
            "",
            False,
            f"{secret.site.base}/nowhere",
            "<p>先登录：欧阳望舒诉江州银行案撤回起诉书</p>",
        ),  # whose look was pruned
    ]
    db = open_database(secret.database)
    with transaction(db):
        for number, (code, is_first, url, said) in enumerate(answers):
            if not code:  # something else was kept in between
                responses.keep(db, f"{secret.site.base}/other", "listing", at, 200, {}, b"nothing")
            kept = responses.keep(db, url, "share", at, 403, {}, said.encode())
            if is_first:
                look = "INSERT INTO checks SELECT NULL, id, NULL, NULL, ?, ?, 'blocked', 403, 'R', ? FROM articles"
                db.execute(f"{look} WHERE code = ?", (kept, at, f"look {number}", code))
        responses.keep(db, f"{secret.site.base}/other", "listing", at, 200, {}, b"nothing more")
        for url, said in (
            (login, "<p>诸葛听澜</p>"),
            ("http://a.example/", "<p>欧阳望舒</p>"),
        ):  # looks that were pruned
            responses.keep(db, url, "share", at, 403, {}, said.encode())
    db.close()
    secret.newstrail("redact", "NW9", "--reason", "asked for", "--yes")
    assert found(secret) == set()
    stay = secret.rows("SELECT url FROM responses JOIN bodies ON hash = body_hash"
                       " WHERE data IS NOT NULL AND url LIKE '%elsewhere%' ORDER BY url")  # fmt: skip
    assert [row["url"][-1] for row in stay] == ["1", "2"]
    secret.assert_sound()


def test_a_crawl_is_not_held_up_by_a_redaction(secret: Desk) -> None:
    db, at = open_database(secret.database), "2024-11-23T00:00:00Z"
    with transaction(db):
        for number in range(300):
            listed = b"".join(b"<li>%d of %d</li>" % (n, number) for n in range(200)) * 80
            responses.keep(db, "http://a.example/", "listing", at, 200, {}, listed)
    settings = config.load(secret.toml)
    is_over, waits = threading.Event(), []

    def write() -> None:
        with closing(sqlite3.connect(secret.database, timeout=15, isolation_level=None)) as writer:
            writer.execute("PRAGMA busy_timeout = 0")
            while not is_over.wait(0.002):
                began = time.monotonic()
                while not is_over.is_set():
                    try:
                        writer.execute("BEGIN IMMEDIATE")
                        writer.execute("ROLLBACK")
                        break
                    except sqlite3.OperationalError:
                        time.sleep(0.002)
                waits.append(time.monotonic() - began)

    writer = threading.Thread(target=write)
    writer.start()
    began = time.monotonic()
    try:
        redact(db, settings, secret.row("SELECT * FROM articles WHERE code = 'NW9'"), "asked for", at)
    finally:
        took = time.monotonic() - began
        is_over.set()
        writer.join()
        db.close()
    assert max(waits) < took / 2 and len(waits) > 5
    secret.newstrail("prune", "--vacuum")
    assert found(secret) == set()


def test_an_article_that_was_only_listed_can_be_redacted(trail: Desk) -> None:
    trail.site.publish(article("NW9", **SECRET))
    trail.site.override("/robots.txt", Answer(200, {}, b"User-agent: *\nDisallow: /NewsData/\n"))
    trail.crawl()
    trail.newstrail("redact", "NW9", "--reason", "asked for", "--yes")
    assert found(trail) == set()
    trail.crawl(recheck=True)
    assert found(trail) == set()
    trail.assert_sound()


def test_a_cluster_goes_on_without_a_redacted_member(trail: Desk) -> None:
    body = "<p>" + "江州市财政局公布采购结果，甲公司以917.35万元中标，工期一百二十天，质保三年。" * 3 + "</p>"
    for code in ("31", "NW31", "NW32"):
        trail.site.publish(article(code, title="江州采购结果公布", body_html=body))
    trail.crawl()
    trail.site.edit("NW31", body_html=body.replace("917.35", "987.35"))
    trail.crawl(recheck=True)
    assert trail.row("SELECT count(*) AS n FROM articles WHERE cluster_id IS NOT NULL")["n"] == 3
    done = trail.shell("newstrail", "redact", "NW31", "--reason", "asked for")
    assert "31 (replica), NW32 (replica); each is redacted by itself" in done.stderr
    told = trail.newstrail("cluster", "31")
    assert "2 articles carry this story" in told and "NW31 (replica): redacted on" in told
    told = json.loads(trail.newstrail("cluster", "NW32", "--json"))
    assert [member["wording"] for member in told["members"]] == ["newest", "newest"] and told["edits"] == []
    assert [gone["code"] for gone in told["redacted"]] == ["NW31"]
    trail.assert_sound()


# ── Sources that rest ───────────────────────────────────────────────────────────────────────────────────────────────


def test_a_paused_source_is_left_alone_until_it_is_resumed(tmp_path: Path) -> None:
    with Replica([article("NW1"), article("NW2", "shizheng")]) as site:
        desk = Desk(tmp_path, site)
        assert desk.shell("newstrail", "pause", "yaowen", "nothere").returncode == 2
        assert not desk.database.exists()
        assert desk.newstrail("pause", "yaowen") == "yaowen is paused\n"  # before the first crawl
        assert desk.newstrail("pause", "yaowen") == "yaowen is paused already\n"
        done = desk.shell("newstrail", "crawl")
        assert done.returncode == 0 and done.stderr == "newstrail: paused, left out: yaowen\n"
        assert not [request for request in site.log if "yaowen" in request.path]
        assert "paused" in desk.newstrail("status")
        told = {row["key"]: row["paused_at"] for row in json.loads(desk.newstrail("sources", "--json"))}
        assert told["yaowen"] and told["shizheng"] is None
        desk.newstrail("crawl", "yaowen")  # asked for by its name
        assert [request for request in site.log if "/yaowen.html" in request.path]
        assert json.loads(desk.newstrail("resume", "yaowen", "--json"))[0]["was_paused"]
        site.clear_log()
        assert desk.shell("newstrail", "crawl").stderr == ""
        assert [request for request in site.log if "/yaowen.html" in request.path]
        assert "paused" not in desk.newstrail("sources")


# ── What pages ask for ──────────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("tags", "head", "wanted"),
    [
        ([], "", ()),
        (["noarchive"], "", ("noarchive",)),
        (["NOINDEX, NoArchive"], "", ("noarchive", "noindex")),
        (["none"], "", ("noarchive", "noindex")),
        (["googlebot: noarchive, noindex", "nofollow"], "", ()),
        (["googlebot: nofollow", "noindex"], "", ("noindex",)),
        (["newsdesk: noarchive"], "", ("noarchive",)),
        (["otherbot: nofollow, newsdesk: noindex"], "", ("noindex",)),
        (["unavailable_after: 25 Jun 2030 15:00:00 PST, noindex"], "", ("noindex",)),
        ([], "<meta name=robots content=noarchive>", ("noarchive",)),
        ([], '<META CONTENT="NOARCHIVE,NOFOLLOW" NAME="Robots">', ("noarchive",)),
        ([], '<meta name="NewsDesk" content="none">', ("noarchive", "noindex")),
        ([], '<meta name="googlebot" content="noarchive">', ()),
        ([], '<!-- <meta name="robots" content="noarchive"> -->', ()),
        ([], "<script>x = '<meta name=robots content=noarchive>'</script>", ()),
        ([], '<meta name="robots" content="index, max-snippet:-1">', ()),
        ([], '<meta name="description" content="noarchive">', ()),
    ],
)
def test_what_a_page_asks_for(tags: list[str], head: str, wanted: tuple[str, ...]) -> None:
    body = "<p>noarchive</p><meta name=robots content=noindex>"
    page = f"<!DOCTYPE html><html><head>{head}</head><body>{body}</body></html>"
    assert asked(tags, page, "newsdesk/1.0 (+https://a.example)") == wanted


def stating(site: Replica, code: str, meta: str) -> None:
    """The article's post page has this in its head, from now on."""
    written = pages.post(site.article(code), site.base, 0).replace(b"<head>", b"<head>" + meta.encode())
    assert meta.encode() in written
    site.override(site.article(code).post_path(), Answer(200, {"Content-Type": HTML}, written))


def test_what_asks_not_to_be_shown_elsewhere_is_not_exported(trail: Desk) -> None:
    site = trail.site
    for code in ("NW1", "NW2"):  # whose time only the post page tells, so that it is read
        site.publish(replace(site.article(code), endpoint_fields=frozenset({"title"})))
    stating(site, "NW1", '<meta name="robots" content="noarchive">')
    stating(site, "NW2", '<meta name="robots" content="noindex">')
    header = {"Content-Type": JSON, "X-Robots-Tag": "newstrail: none", "ETag": '"1"'}

    def endpoint(request: Any) -> Answer:
        if request.headers.get("if-none-match") == '"1"':
            return Answer(304)
        return Answer(200, header, pages.endpoint(site.article("NW3"), 0))

    site.override(BODY.format("NW3"), endpoint)
    site.publish(article("NW4"))
    wanted = {"NW1": (1, 0), "NW2": (0, 1), "NW3": (1, 1), "NW4": (0, 0)}
    trail.crawl()
    assert asks(trail) == wanted
    trail.crawl(recheck=True)  # 304s, and pages whose bytes are the same
    assert asks(trail) == wanted and trail.row("SELECT count(*) AS n FROM checks WHERE outcome = 'not_modified'")["n"]

    done = trail.shell("newstrail", "export", "jekyll", "--out", str(trail.folder / "posts"))
    assert [path.name[11:] for path in (trail.folder / "posts").iterdir()] == ["NW4.md"]
    assert "3 articles are left out: their pages ask for it (noarchive or noindex)" in done.stderr
    for arguments in (("jsonl",), ("jsonl", "--what", "versions"), ("csv",), ("csv", "--what", "versions")):
        done = trail.shell("newstrail", "export", *arguments)
        told = {code: f"第{code}号项目，预算3.5亿元" in done.stdout for code in wanted}
        assert told == {"NW1": False, "NW2": True, "NW3": False, "NW4": True}
        assert "2 articles are without their texts" in done.stderr and "NW1" in done.stdout
    assert "第NW1号项目" in trail.newstrail("show", "NW1")  # one's own copy stays readable

    site.edit("NW1", body_html="<p>新的内容，预算4.5亿元。</p>")  # only its endpoint is read anew, which asks nothing
    trail.crawl(recheck=True)
    assert asks(trail) == wanted
    site.clear_overrides()
    site.edit("NW1", published=datetime(2024, 11, 22, 10, 30, tzinfo=pages.ZONE))
    site.edit("NW3", body_html="<p>又一段内容。</p>")
    trail.crawl(recheck=True)
    assert set(asks(trail).values()) == {(0, 0)}  # each page that asked was read again


def asks(desk: Desk) -> dict[str, tuple[int, int]]:
    rows = desk.rows("SELECT code, noarchive, noindex FROM articles")
    return {row["code"]: (row["noarchive"], row["noindex"]) for row in rows}


# ── What is never fetched ───────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("pattern", "left_alone"),
    [
        ("/category/yaowen", "/category/"),
        (r"GetNewsText\.do", "/NewsData/"),
        ("NewsShare", "/html_News/"),
        (r"/2024/11/22/NW\d", "/yaowen/"),
        ("/elsewhere/", "/elsewhere/"),
        ("/别处/", "/%E5%88%AB"),
    ],
)
def test_never_fetch_holds_for_every_request_and_for_where_redirects_lead(
    trail: Desk, pattern: str, left_alone: str
) -> None:
    site = trail.site
    for code in ("NW1", "NW2", "NW3"):
        site.publish(replace(site.article(code), endpoint_fields=frozenset()))  # every page is wanted
    site.override(BODY.format("NW1"), redirect("/elsewhere/1"))
    site.override(BODY.format("NW2"), redirect("/%E5%88%AB%E5%A4%84/2"))
    trail.configure('timezone = "Asia/Shanghai"', f"timezone = \"Asia/Shanghai\"\nnever_fetch = ['{pattern}']")
    done = trail.shell("newstrail", "crawl")
    if pattern == "/elsewhere/":
        trail.shell("scrapy", "crawl", "share", "-a", "code=NW1,NW2,NW3")
    assert not [request.path for request in site.log if request.path.startswith(left_alone)]
    assert site.log or left_alone == "/category/"
    if left_alone in ("/category/", "/elsewhere/"):
        assert "never_fetch leaves" in done.stderr


def test_no_command_asks_a_public_host_with_the_placeholder(trail: Desk) -> None:
    for key in ("listing", "share", "content"):
        trail.configure(f'{key:8} = "{trail.site.base}', f'{key:8} = "http://news.example')
    for command, *arguments in (
        ("newstrail", "crawl"), ("newstrail", "crawl", "yaowen"), ("newstrail", "crawl", "--recheck"),
        ("newstrail", "watch", "http://news.example/html_News/NewsShare.html?infoCode=NW1"),
        ("scrapy", "crawl", "category", "-a", "source=yaowen"), ("scrapy", "crawl", "share", "-a", "code=NW1"),
    ):  # fmt: skip
        done = trail.shell(command, *arguments)
        assert done.returncode == 2 and "placeholder" in done.stderr, (command, arguments)
