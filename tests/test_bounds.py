"""What one page may cost, and what becomes of one that costs more: one error, and the crawl goes on with the next."""

import os
import re
import signal
import subprocess
import sys
import time
from contextlib import closing
from pathlib import Path

import pytest
from sqlite_utils import Database

from crawler import config, jobs, runner
from crawler.items import Begun, Look, Target
from crawler.leash import Leash
from crawler.recorder import Recorder
from crawler.rules import page
from storage.database import open_database
from tests.conftest import Desk, article
from tests.crawling import ROOT
from tests.daemons import until
from tests.origin import Answer, Replica, body_under_content
from tests.origin import page as answer

CRAWLS = {
    "newstrail": ["crawler", "crawl", "--recheck"],
    "scrapy": ["scrapy", "crawl", "category", "-a", "source=yaowen", "-a", "recheck=1"],
}
TOO_LONG = "reading it took more than (?:1 s of CPU time|3 s)"  # the latter where the machine has much else to do
CHECKS = "SELECT code, outcome, reason FROM checks c JOIN articles a ON a.id = c.article_id ORDER BY c.id"
pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="looks into /proc")


def greedy(depth: int = 2040, paragraphs: int = 40) -> Answer:
    """A page on which the trail's selector looks at each of its ancestors for each of its ancestors."""
    words = "<p>预算3.5亿元，由市级财政安排，年底前完成。</p>" * paragraphs
    return answer(f"<html><body><h1>题</h1>{'<div>' * depth}{words}{'</div>' * depth}</body></html>")


@pytest.fixture
def trail(tmp_path: Path, site: Replica) -> Desk:
    """Post pages are read, by a selector that takes long on nested pages; reading one may take a second."""
    desk = Desk(tmp_path, site)
    text = desk.toml.read_text(encoding="utf-8").replace("[crawl]", "[crawl]\npage_seconds = 1")
    lines = [line for line in text.splitlines() if not line.startswith(("content", "concurrency_per_host"))]
    lines.insert(lines.index("[site.replica]") + 1, 'body = "div div div div p, body"')
    desk.toml.write_text("\n".join(lines), encoding="utf-8")
    return desk


def post(site: Replica, code: str) -> str:
    return site.article(code).post_path("yaowen")


def outcomes(trail: Desk) -> dict[str, tuple[str, str]]:
    return {row["code"]: (row["outcome"], row["reason"] or "") for row in trail.rows(CHECKS)}


@pytest.mark.parametrize("command", CRAWLS.values(), ids=CRAWLS)
def test_a_page_that_takes_all_the_time_there_is_ends_its_process_and_no_other_page(
    trail: Desk, site: Replica, command: list[str]
) -> None:
    for code in ("NW1", "NW3"):
        site.override(post(site, code), greedy())
    trail.run(command[0], *command[1:], code=3)
    found = outcomes(trail)
    assert found["NW2"][0] == "new"
    for code in ("NW1", "NW3"):
        assert found[code][0] == "error" and re.fullmatch(TOO_LONG, found[code][1])
    (run,) = trail.rows("SELECT outcome, reason, errors, requests FROM runs")
    assert (run["outcome"], run["errors"]) == ("partial", 2) and "reading it took more" in run["reason"]
    assert not trail.rows("SELECT * FROM changes WHERE kind != 'first_seen'")
    asked = [request.path for request in site.log]
    assert (
        asked.count("/category/yaowen.html") == 1 and asked.count(post(site, "NW2")) <= 3
    )  # it was under way with each
    trail.assert_sound()
    site.clear_overrides()
    trail.run(command[0], *command[1:], code=0)
    assert {outcome for outcome, _ in outcomes(trail).values()} == {"new", "unchanged", "not_modified"} - {
        "unchanged" if outcomes(trail)["NW2"][0] == "not_modified" else "not_modified"
    }


def test_a_listing_that_takes_all_the_time_is_an_error_and_the_known_articles_are_looked_at(
    trail: Desk, site: Replica
) -> None:
    trail.run("crawler", "crawl", code=0)
    links = "".join(f"<div><a href='/yaowen/2024/11/22/X{n}.html'>题</a>" for n in range(2000))
    trail.configure("article  = '", "article  = '(?:(?:/[a-z]+)*)*x*")
    site.override("/category/yaowen.html", answer(f"<html><body>{links}<a href='/{'a/' * 40}!'>x</a></body></html>"))
    trail.run("crawler", "crawl", "--recheck", code=3)
    (run,) = trail.rows("SELECT outcome, reason FROM runs ORDER BY id DESC LIMIT 1")
    assert run["outcome"] == "partial" and re.search(f"category/yaowen.html: {TOO_LONG}", run["reason"])
    assert len(trail.rows(CHECKS)) == 6


def test_a_process_that_is_held_up_otherwise_is_ended_by_the_clock(trail: Desk, site: Replica) -> None:
    site.override(post(site, "NW1"), greedy())
    command = [sys.executable, "-m", "crawler", "crawl"]
    environment = {**os.environ, "NEWSTRAIL_CONFIG": str(trail.toml)}
    with subprocess.Popen(command, cwd=ROOT, env=environment, stderr=subprocess.PIPE) as crawl:
        child = until(lambda: children(crawl.pid), "a crawl's process")[0]
        until(lambda: any(request.path == post(site, "NW1") for request in site.log), "the page")
        time.sleep(0.3)
        os.kill(child, signal.SIGSTOP)
        assert crawl.wait(60) == 3, crawl.stderr and crawl.stderr.read()
    found = outcomes(trail)
    assert found["NW1"] == ("error", "reading it took more than 3 s")
    assert found["NW2"][0] == found["NW3"][0] == "new"


def test_the_kernel_ends_what_takes_more_cpu_time_than_a_page_may() -> None:
    spin = "import io; from crawler.child import _Teller; _Teller(io.BytesIO(), None, 1).allow_time()\nwhile True: pass"
    ended = subprocess.run([sys.executable, "-c", spin], cwd=ROOT, timeout=100, check=False)
    assert ended.returncode == -signal.SIGXCPU


def test_pages_that_want_more_memory_than_there_is_are_errors_one_by_one(tmp_path: Path) -> None:
    with Replica([article(f"NW{number}") for number in range(14)]) as site:
        trail = Desk(tmp_path, site)
        trail.configure("[crawl]", "[crawl]\nmemory_mb = 128")
        for number in range(14):
            big = body_under_content("<p>a" * 1_900_000)
            site.override(f"/NewsData/GetNewsText.do?id=NW{number}", big)
        trail.run("crawler", "crawl", code=3)
        found = outcomes(trail)
        assert found and all(outcome == "error" for outcome, _ in found.values())
        trail.assert_sound()


def test_pages_end_only_so_many_processes(trail: Desk) -> None:
    """Each is named, and the crawl is over with one too many; what is left is due at the next."""
    settings, now = config.load(trail.toml), "2024-11-22T01:30:00Z"
    with closing(open_database(settings.database).conn) as connection:
        db = Database(connection)
        job = jobs.category_job(db, settings, "yaowen", now)
        recorder, followed = Recorder(db, settings.database, job), runner._Followed(job)
        for number in range(runner._MOST_ENDED + 1):
            assert recorder.outcome is None
            url = f"{trail.site.base}/yaowen/2024/11/22/X{number}.html"
            jobs.remember(db, Target("replica", f"X{number}", url), now)
            followed.hear(Begun(Look(f"x{number}", "replica", f"X{number}", url, now, "error")))
            runner._next(recorder, followed, Leash(), -signal.SIGXCPU, None)
    assert recorder.outcome == "interrupted" and f"X{number}.html" in (recorder.reason or "")
    assert {outcome for outcome, _ in outcomes(trail).values()} == {"error"}
    assert len(trail.rows(CHECKS)) == runner._MOST_ENDED + 1


NO_TEXT = Answer(200, {"Content-Type": "application/json"}, b'{"code": 403, "msg": "\\ud800 forbidden"}')


def test_what_cannot_be_told_is_an_error_and_no_silence(tmp_path: Path, site: Replica) -> None:
    """A lone surrogate in what an endpoint says of itself, which no message between processes can hold."""
    trail = Desk(tmp_path, site)
    site.override("/category/yaowen.html", NO_TEXT)
    assert trail.shell("newstrail", "crawl").returncode == 3
    assert trail.row("SELECT outcome, reason FROM runs")["outcome"] == "failed"
    site.clear_overrides()
    site.override("/html_News/NewsShare.html?infoCode=NW1", NO_TEXT)
    site.override("/NewsData/GetNewsText.do?id=NW2", NO_TEXT)
    trail.shell("newstrail", "crawl")
    found = outcomes(trail)
    assert found["NW1"][0] == found["NW3"][0] == "new" and found["NW2"][0] in ("blocked", "error")


def test_a_page_that_ends_the_process_in_its_confirmation_is_named(trail: Desk, site: Replica) -> None:
    assert trail.shell("newstrail", "crawl").returncode == 0
    share = "/html_News/NewsShare.html?infoCode=NW1"
    site.override(share, Answer(404, {"Content-Type": "text/html"}, b"<h1>404</h1>"))
    site.override(post(site, "NW1"), Answer(404, {"Content-Type": "text/html"}, b"<h1>404</h1>"), times=1)
    site.override(post(site, "NW1"), greedy())
    assert trail.shell("newstrail", "crawl", "--recheck").returncode == 3
    told = {row["outcome"]: row["reason"] for row in trail.rows(CHECKS) if row["code"] == "NW1"}
    assert told.keys() == {"new", "pending", "error"} and re.fullmatch(TOO_LONG, told["error"])
    assert not trail.rows("SELECT * FROM changes WHERE kind != 'first_seen'")
    assert {row["outcome"] for row in trail.rows("SELECT outcome FROM runs")} == {"ok", "partial"}


def children(pid: int) -> list[int]:
    found = []
    for task in Path(f"/proc/{pid}/task").glob("*/children"):
        found += [int(child) for child in task.read_text().split()]
    return found


def test_a_crawl_looks_at_so_many_articles_and_says_what_is_left(tmp_path: Path) -> None:
    with Replica([article(f"NW{number}") for number in range(5)]) as site:
        trail = Desk(tmp_path, site)
        trail.configure("[crawl]", "[crawl]\nmost_looks = 3")
        said = trail.shell("newstrail", "crawl")
        assert said.returncode == 3 and "2 articles are more than crawl.most_looks = 3 allows" in said.stderr
        assert len(trail.rows(CHECKS)) == 3
        assert trail.shell("newstrail", "crawl").returncode == 0
        assert trail.counts("SELECT state, count(*) FROM articles GROUP BY 1") == {"live": 5}


@pytest.mark.parametrize(
    ("markup", "why"),
    [
        ("<p " + " ".join(f"a{n}" for n in range(200_000)) + ">x</p>", "1000 attributes"),
        ("<p " + "".join(f"a{n}='>'" for n in range(20_000)) + ">x</p>", "1000 attributes"),
        ("<p " + "\n/".join(f'a{n} = "<p>"' for n in range(20_000)) + ">x</p>", "1000 attributes"),
        ("<script " + " ".join(f"a{n}" for n in range(20_000)) + ">x</script>", "1000 attributes"),
        ("<\0p " + " ".join(f"a{n}" for n in range(20_000)) + ">x", "1000 attributes"),
        ("<div>" * 2050 + "x", "depth"),
        ("</p>" * 300 + "<b>" * 300_000 + "x", "depth"),
    ],
)
def test_what_no_parser_should_be_given_is_refused(markup: str, why: str) -> None:
    began = time.process_time()
    with pytest.raises(page.ExtractionError, match=why):
        page.tree(f"<html><body>{markup}")
    assert time.process_time() - began < 2


@pytest.mark.parametrize(
    "markup",
    [
        "<p " + " ".join(f"a{n}" for n in range(999)) + ">" + "字" * 40_000,
        "<div>" * 2000 + "字" * 40_000,
        "<p>it's</p>" * 40_000,
        f"<p style='{'display :' * 40_000}'>字</p>",
        "<p title='a>b' data-x=\"<i>\">字</p>" * 4_000,
        "<p>" + "字" * 2_500_000,
        "<!-- " + "<a " * 40_000 + "--><p>字</p>",
        "<script>" + "if(a<b) c=d/e; " * 40_000 + "</script><style>" + "a<b c=d e " * 4_000 + "</style>",
    ],
)
def test_what_is_only_long_is_read_to_its_end(markup: str) -> None:
    root = page.tree(f"<html><body>{markup}<i>末</i>")
    assert root is not None and page.text(root).endswith("末")
