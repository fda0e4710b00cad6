"""What is told of a site as a whole: that it broke, let go of its old articles, blocked us, or reads otherwise by new
rules."""

import json
import sqlite3
import time
from collections.abc import Callable
from contextlib import closing
from datetime import timedelta
from typing import Any

import pytest

from tests.conftest import PUBLISHED, Desk, article
from tests.origin import FAULTS, Answer, Replica, page
from tests.test_record import endpoint

CODES = [f"NW{number:02}" for number in range(10)]
PAGE_OF = "/html_News/NewsShare.html?infoCode={}"


@pytest.fixture
def site() -> Any:
    """Ten articles, a day apart, the first one oldest."""
    articles = [article(code, published=PUBLISHED + timedelta(days=day)) for day, code in enumerate(CODES)]
    with Replica(articles) as replica:
        yield replica


def states(trail: Desk) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for row in trail.rows("SELECT code, state FROM articles ORDER BY code"):
        found.setdefault(row["state"], []).append(row["code"])
    return found


def changes(trail: Desk) -> dict[str, int]:
    return trail.counts("SELECT kind, count(*) FROM changes WHERE kind != 'first_seen' GROUP BY 1")


# --- not found: by itself, with everything of its age, with too many to be believed -----------------------------------


@pytest.mark.parametrize(
    ("gone", "outcome", "removed", "expired"),
    [
        (["NW04"], "ok", ["NW04"], []),
        (["NW00"], "ok", ["NW00"], []),
        (["NW02", "NW05", "NW08"], "ok", ["NW02", "NW05", "NW08"], []),
        (["NW02", "NW05", "NW07", "NW08"], "partial", [], []),
        (CODES, "partial", [], []),
        (["NW00", "NW01", "NW02", "NW03"], "ok", [], ["NW00", "NW01", "NW02", "NW03"]),
        (CODES[:5], "ok", [], CODES[:5]),
        (CODES[:9], "partial", [], []),
    ],
    ids=[
        "one",
        "the oldest one",
        "three of all ages",
        "four of all ages",
        "all",
        "the four oldest",
        "the older half",
        "nine",
    ],
)
def test_what_many_that_are_gone_come_to(
    trail: Desk, site: Replica, gone: list[str], outcome: str, removed: list[str], expired: list[str]
) -> None:
    assert trail.crawl() == "ok"
    for code in gone:
        site.remove(code)
    said = trail.shell("newstrail", "crawl", "--recheck")
    assert said.returncode == (0 if outcome == "ok" else 3)
    run = trail.row("SELECT outcome, reason FROM runs ORDER BY id DESC LIMIT 1")
    assert run["outcome"] == outcome
    found = states(trail)
    assert found.get("removed", []) == removed
    assert found.get("expired", []) == expired
    assert changes(trail) == ({"removed": len(removed)} if removed else {})
    if outcome == "partial":
        assert f"{len(gone)} of 10 articles were not found" in run["reason"]
        assert said.stderr.count("were not found") == 1
    if expired:
        assert f"{len(expired)} articles published until" in run["reason"]
        assert said.stderr.count("everything of their age") == 1
    for code in gone:
        site.restore(code)
    assert trail.crawl(recheck=True) == "ok"
    assert "removed" not in states(trail)
    trail.assert_sound()


def test_a_site_that_says_so_with_200_is_not_believed_at_once(trail: Desk, site: Replica) -> None:
    assert trail.crawl() == "ok"
    site.override(endpoint("NW04"), page('{"code": 0, "msg": "文章不存在或已被删除"}', "application/json"))
    site.override(endpoint("NW06"), FAULTS["soft 404"]())
    for _ in range(2):
        trail.crawl(recheck=True)
    soft = trail.row("SELECT a.state, a.gone_looks, a.gone_firmly_since FROM articles a WHERE code = 'NW06'")
    assert soft == {"state": "live", "gone_looks": 2, "gone_firmly_since": None}
    assert states(trail)["removed"] == ["NW04"], "the endpoint's own answer is as firm as a 404"


@pytest.mark.parametrize(
    "listing",
    [
        "".join(f'<li><a href="/yaowen/article-{n}.html">第{n}条</a></li>' for n in range(12)),
        "".join(f'<li><a href="/yaowen/2024/11/2{n}/NW0{n}.html">第{n}条</a></li>' for n in range(3))
        + "".join(f'<li><a href="/zt/{n}.html">专题{n}</a></li>' for n in range(9)),
    ],
    ids=["no link of the pattern", "under half of them"],
)
def test_a_listing_that_breaks_ends_no_stay_and_no_article(trail: Desk, site: Replica, listing: str) -> None:
    assert trail.crawl() == "ok"
    site.override("/category/yaowen.html", page(f"<html><body><h2>要闻</h2><ul>{listing}</ul></body></html>"))
    site.remove("NW04")
    assert trail.crawl(recheck=True) == "partial"
    assert states(trail) == {"live": CODES} and changes(trail) == {}
    assert trail.row("SELECT count(*) AS n FROM listings WHERE left_at IS NULL") == {"n": 10}
    (incident,) = trail.rows("SELECT outcome, reason, ended_at FROM incidents WHERE source_id IS NOT NULL")
    assert incident["outcome"] == "quarantined" and incident["ended_at"] is None
    site.clear_overrides()
    assert trail.crawl(recheck=True) == "ok"
    assert states(trail)["removed"] == ["NW04"]
    assert trail.row("SELECT ended_at IS NOT NULL AS over FROM incidents WHERE source_id IS NOT NULL") == {"over": 1}


def a_day_passes(trail: Desk) -> None:
    """For what lasts: all that began is a day older."""
    with sqlite3.connect(trail.database) as db:
        db.execute("UPDATE incidents SET began_at = strftime('%Y-%m-%dT%H:%M:%SZ', began_at, '-1 day', '-1 minute')")
        db.execute("UPDATE articles SET gone_since = strftime('%Y-%m-%dT%H:%M:%SZ', gone_since, '-1 day', '-1 minute')")


def test_a_listing_that_stays_as_it_is_now_is_believed_after_a_day(trail: Desk, site: Replica) -> None:
    assert trail.crawl() == "ok"
    links = [f'<li><a href="/yaowen/2024/11/2{n}/NW0{n}.html">第{n}条</a></li>' for n in range(3)]
    links += [f'<li><a href="/zt/{n}.html">专题{n}</a></li>' for n in range(9)]
    site.override("/category/yaowen.html", page(f"<html><body><h2>要闻</h2><ul>{''.join(links)}</ul></body></html>"))
    assert [trail.crawl() for _ in range(3)] == ["partial"] * 3
    assert trail.row("SELECT count(*) AS n FROM listings WHERE left_at IS NULL") == {"n": 10}
    a_day_passes(trail)
    assert [trail.crawl() for _ in range(2)] == ["ok"] * 2
    assert trail.row("SELECT count(*) AS n FROM listings WHERE left_at IS NULL") == {"n": 3}


def test_too_many_that_stay_away_are_believed_after_a_day_while_others_are_read(trail: Desk, site: Replica) -> None:
    gone = ["NW02", "NW05", "NW07", "NW08"]
    assert trail.crawl() == "ok"
    for code in gone:
        site.remove(code)
    assert [trail.crawl(recheck=True) for _ in range(2)] == ["partial"] * 2
    a_day_passes(trail)
    assert trail.crawl(recheck=True) == "ok"
    assert states(trail)["removed"] == gone


def test_a_listing_that_is_merely_shorter_is_one(trail: Desk, site: Replica) -> None:
    assert trail.crawl() == "ok"
    for code in CODES[:8]:
        site.unlist(code)
    assert trail.crawl() == "ok"
    assert trail.row("SELECT count(*) AS n FROM listings WHERE left_at IS NULL") == {"n": 2}


def test_a_few_that_were_due_and_are_all_gone_are_too_many(trail: Desk, site: Replica) -> None:
    assert trail.crawl() == "ok"
    gone = ["NW02", "NW05", "NW08"]
    for code in gone:
        site.remove(code)
    trail.scrapy("crawl", "share", "-a", f"code={','.join(gone)}", code=3)
    assert states(trail) == {"live": CODES}
    assert trail.crawl(recheck=True) == "ok"
    assert states(trail)["removed"] == gone


def test_one_removal_after_others_is_no_expiry(trail: Desk, site: Replica) -> None:
    assert trail.crawl() == "ok"
    for code in ("NW00", "NW01", "NW02", "NW03"):
        site.remove(code)
        assert trail.crawl(recheck=True) == "ok"
    assert states(trail)["removed"] == ["NW00", "NW01", "NW02", "NW03"]


def test_a_page_that_still_says_the_same_keeps_its_fields(trail: Desk, site: Replica) -> None:
    for code in CODES:
        site.edit(code, endpoint_fields=frozenset({"time"}))
    assert trail.crawl() == "ok"
    site.edit("NW04", title="江州市采购项目更名公告")
    assert trail.crawl(recheck=True) == "ok"
    (edit,) = trail.rows("SELECT code, fields, new_title FROM edits")
    assert edit == {"code": "NW04", "fields": '["title"]', "new_title": "江州市采购项目更名公告"}
    places = json.loads(trail.row("SELECT places FROM versions ORDER BY id DESC LIMIT 1")["places"])
    assert (places["body"], places["title"]) == ("content", "post")
    assert trail.crawl(recheck=True) == "ok"
    assert changes(trail) == {"edited": 1}


# --- what is told once ------------------------------------------------------------------------------------------------


def test_a_block_is_told_when_it_begins_and_when_it_ends(trail: Desk, site: Replica) -> None:
    assert trail.crawl() == "ok"
    site.override(endpoint("NW03"), FAULTS["captcha"]())
    said = [trail.shell("newstrail", "crawl", "--recheck").stderr for _ in range(3)]
    site.clear_overrides()
    said += [trail.shell("newstrail", "crawl", "--recheck").stderr for _ in range(2)]
    assert ["blocked" in line for line in said] == [True, False, False, True, False]
    assert [line.count("read again") for line in said] == [0, 0, 0, 1, 0]
    (incident,) = trail.rows("SELECT outcome, looks, ended_at FROM incidents")
    assert (incident["outcome"], incident["looks"]) == ("blocked", 3) and incident["ended_at"]
    kept = trail.rows(
        "SELECT b.size FROM checks c JOIN responses r ON r.id = c.response_id JOIN bodies b ON b.hash = r.body_hash"
        " WHERE c.outcome = 'blocked'"
    )
    assert len(kept) == 3
    assert changes(trail) == {}


def test_another_encodings_words_are_none(trail: Desk, site: Replica) -> None:
    assert trail.crawl() == "ok"
    told = {"text": site.article("NW03").body_html, "title": site.article("NW03").title}
    flipped = json.dumps(told, ensure_ascii=False).encode().decode("gb18030", "replace")
    site.override(endpoint("NW03"), page(flipped, "application/json; charset=utf-8"))
    assert trail.crawl(recheck=True) == "partial"
    assert changes(trail) == {}
    assert "encoding" in trail.row("SELECT reason FROM checks WHERE outcome = 'error'")["reason"]


def test_a_site_that_blocks_everything_is_one_message(trail: Desk, site: Replica) -> None:
    assert trail.crawl() == "ok"
    for code in CODES[1:]:
        site.override(endpoint(code), FAULTS["captcha"]())
    site.remove("NW00")
    assert trail.crawl(recheck=True) == "partial"
    assert states(trail) == {"live": CODES}
    assert "most of" in trail.row("SELECT reason FROM runs ORDER BY id DESC LIMIT 1")["reason"]


MAINTENANCE = {"title": "好消息", "text": "<p>本站新版即将上线，今晚起换装。</p><p>换装后见。</p>"}


def test_a_notice_in_place_of_all_articles_is_none_of_them(trail: Desk, site: Replica) -> None:
    assert trail.crawl() == "ok"
    for code in CODES[:4]:
        site.override(endpoint(code), page(json.dumps(MAINTENANCE, ensure_ascii=False), "application/json"))
    for code in CODES[4:]:
        site.override(site.article(code).post_path(), page("<h1>好消息</h1><p>本站新版即将上线，今晚起换装。</p>"))
    assert trail.crawl(recheck=True) == "partial"
    assert changes(trail) == {}
    assert "same words" in trail.row("SELECT reason FROM runs ORDER BY id DESC LIMIT 1")["reason"]
    site.clear_overrides()
    assert trail.crawl(recheck=True) == "ok"
    assert changes(trail) == {}


def test_a_time_that_is_told_less_exactly_is_the_same(trail: Desk, site: Replica, pages: Callable[..., None]) -> None:
    exact = PAGE.replace("2024-11-22 09:30", "2024-11-22 09:30:27")
    for code in CODES:
        values = {"title": f"第{code}号项目", "code": code, "sum": "3.5", "byline": ""}
        site.override(f"/html_News/NewsShare.html?infoCode={code}", page(exact.format(**values)))
    assert trail.crawl() == "ok"
    for code in CODES:
        pages(code, byline="", sum="4.5" if code == "NW01" else "3.5")
    assert trail.crawl(recheck=True) == "ok"
    (edit,) = trail.rows("SELECT code, fields FROM edits")
    assert edit == {"code": "NW01", "fields": '["body"]'}
    told = trail.row("SELECT published_at, published_precision FROM articles WHERE code = 'NW01'")
    assert told == {"published_at": "2024-11-22T01:30:27Z", "published_precision": "second"}


# --- whose change it is -----------------------------------------------------------------------------------------------

PAGE = """<!DOCTYPE html><html><head><title>{title}</title></head><body>
<header><a href="/">首页</a></header>
<div class="article"><h1>{title}</h1>
<div class="info"><span>2024-11-22 09:30</span> <span>来源：江州日报</span>{byline}</div>
<div class="text"><p>江州市公布第{code}号项目，预算{sum}亿元。</p><p>资金由市级财政安排，年底前完成。</p></div>
<div class="zrbj">（编校 张工 第17号）</div></div>
</body></html>"""


def share_page(site: Replica, code: str, **values: Any) -> None:
    given = {"title": f"第{code}号项目", "code": code, "sum": "3.5", "byline": " <span>作者：李明</span>"} | values
    site.override(f"/html_News/NewsShare.html?infoCode={code}", page(PAGE.format(**given)))


@pytest.fixture
def pages(trail: Desk, site: Replica) -> Callable[..., None]:
    """The same articles on share pages alone."""
    trail.configure("content  =", "# content  =")
    for code in CODES:
        share_page(site, code)
    return lambda code, **values: share_page(site, code, **values)


def test_a_byline_that_is_dropped_is_an_edit(trail: Desk, site: Replica, pages: Callable[..., None]) -> None:
    assert trail.crawl() == "ok"
    assert trail.row("SELECT author FROM articles WHERE code = 'NW01'") == {"author": "李明"}
    pages("NW01", byline="")
    site.clear_log()
    assert trail.crawl(recheck=True) == "ok"
    asked = [r for r in site.log if r.path.endswith("infoCode=NW01")]
    assert len(asked) == 2, "confirmed by a second fetch"
    (edit,) = trail.rows("SELECT code, fields, severity, reason FROM edits")
    assert (edit["code"], edit["fields"], edit["severity"]) == ("NW01", '["author"]', "minor")
    assert "confirmed by a second fetch" in edit["reason"]
    assert trail.row("SELECT author FROM articles WHERE code = 'NW01'") == {"author": None}
    site.clear_log()
    assert trail.crawl(recheck=True) == "ok"
    assert len([r for r in site.log if r.path.endswith("infoCode=NW01")]) == 1, "settled"
    pages("NW01")
    assert trail.crawl(recheck=True) == "ok"
    assert changes(trail) == {"edited": 2}


def test_a_byline_that_is_missing_once_is_not_the_editors(
    trail: Desk, site: Replica, pages: Callable[..., None]
) -> None:
    edited = PAGE.replace("（编校 张工 第17号）", "责任编辑：赵敏")
    path = "/html_News/NewsShare.html?infoCode=NW04"

    def bylined(byline: str) -> Answer:
        return page(edited.format(title="第NW04号项目", code="NW04", sum="3.5", byline=byline))

    site.override(path, bylined(" <span>作者：李明</span>"))
    assert trail.crawl() == "ok"
    site.override(path, bylined(""), times=1)
    assert [trail.crawl(recheck=True) for _ in range(2)] == ["ok", "ok"]
    assert changes(trail) == {}
    assert trail.row("SELECT count(*) AS n FROM checks WHERE outcome = 'variant'") == {"n": 1}
    site.override(path, bylined(""))
    assert trail.crawl(recheck=True) == "ok"
    (edit,) = trail.rows("SELECT fields, summary, reason FROM edits")
    assert (edit["fields"], edit["summary"]) == ('["author"]', "author: 李明 → 赵敏")
    assert "confirmed by a second fetch" in edit["reason"]


def test_other_rules_are_no_edit(trail: Desk, site: Replica, pages: Callable[..., None]) -> None:
    trail.configure("timezone", 'body = "div.article"\ntimezone')
    assert trail.crawl() == "ok"
    pages("NW02", sum="4.5")
    assert trail.crawl(recheck=True) == "ok"
    before = trail.rows("SELECT kind, row_id, link FROM chain")
    words = "SELECT body_text FROM versions v JOIN articles a ON a.id = v.article_id WHERE code = 'NW02' AND number = 1"
    assert "编校" in trail.row(words)["body_text"]
    assert trail.row("SELECT count(*) AS n FROM facts WHERE text = '第17'") == {"n": 11}
    trail.configure('body = "div.article"', 'body = "div.text"')
    assert trail.crawl(recheck=True) == "ok"
    assert changes(trail) == {"edited": 1}, "the selector changed, not the site"
    pages("NW05", sum="4.5")
    dry = trail.newstrail("reextract", "--dry-run")
    told = json.loads(trail.newstrail("reextract", "--json"))
    assert told["versions"] == 11 and not (told["vanished"] or told["appeared"])
    assert "11 versions read again" in dry
    assert "编校" not in trail.row(words)["body_text"]
    assert not trail.rows("SELECT * FROM facts WHERE text = '第17'")
    assert trail.crawl(recheck=True) == "ok"
    assert changes(trail) == {"edited": 2}
    assert trail.rows("SELECT kind, row_id, link FROM chain")[: len(before)] == before
    trail.assert_sound()


def test_a_wrong_selector_that_is_mended_is_no_edit(trail: Desk, site: Replica, pages: Callable[..., None]) -> None:
    trail.configure("timezone", 'author = "div.zrbj"\ntimezone')
    assert trail.crawl() == "ok"
    assert trail.row("SELECT author FROM articles WHERE code = 'NW02'") == {"author": "（编校 张工 第17号）"}
    trail.configure('author = "div.zrbj"\n', 'author = "span.nothing"\n')
    assert trail.crawl(recheck=True) == "ok"
    pages("NW02", sum="4.5")
    assert trail.crawl(recheck=True) == "ok"
    (edit,) = trail.rows("SELECT code, fields FROM edits")
    assert edit == {"code": "NW02", "fields": '["body"]'}


def test_an_edit_that_was_our_own_rules_vanishes(trail: Desk, site: Replica, pages: Callable[..., None]) -> None:
    trail.configure("timezone", 'body = "div.article"\ntimezone')
    assert trail.crawl() == "ok"
    body = PAGE.replace("张工", "王工")
    given = {"title": "第NW02号项目", "code": "NW02", "sum": "3.5", "byline": " <span>作者：李明</span>"}
    site.override("/html_News/NewsShare.html?infoCode=NW02", page(body.format(**given)))
    assert trail.crawl(recheck=True) == "ok"
    assert changes(trail) == {"edited": 1}
    trail.configure('body = "div.article"', 'body = "div.text"')
    told = [json.loads(trail.newstrail("reextract", "--json", *dry)) for dry in (["--dry-run"], [], [])]
    assert [[row["code"] for row in report["vanished"]] for report in told] == [["NW02"], ["NW02"], []]
    assert trail.rows("SELECT fields, severity FROM edits") == [{"fields": "[]", "severity": "cosmetic"}]
    assert "NW02" not in trail.newstrail("changes", "--kind", "edited")
    trail.assert_sound()


def test_a_layout_is_learned_and_changes_nothing(trail: Desk, site: Replica, pages: Callable[..., None]) -> None:
    assert trail.crawl() == "ok"
    (layout,) = trail.rows("SELECT site, role, pages FROM layouts")
    assert layout["role"] == "share" and layout["pages"] == 10
    for _ in range(2):
        assert trail.crawl(recheck=True) == "ok"
    assert changes(trail) == {}
    pages("NW07", sum="35")
    assert trail.crawl(recheck=True) == "ok"
    (edit,) = trail.rows("SELECT code, fields, severity FROM edits")
    assert edit == {"code": "NW07", "fields": '["body"]', "severity": "material"}
    assert trail.row("SELECT count(*) AS n FROM layouts") == {"n": 1}


NEW_PAGE = """<!DOCTYPE html><html><head><title>{title}</title></head><body>
<div class="top"><a href="/">首页</a></div><main class="page"><section class="story"><div class="kicker"></div>
<h1 class="headline">{title}</h1><p class="meta">2024-11-22 09:30 来源：江州日报 作者：李明</p>
<div class="story-body"><div><p class="par">江州市公布第{code}号项目，预算{sum}亿元。</p>
<p class="par">资金由市级财政安排，年底前完成。</p></div></div></section></main></body></html>"""


def test_a_new_template_is_learned_anew_and_is_no_edit(trail: Desk, site: Replica, pages: Callable[..., None]) -> None:
    assert trail.crawl() == "ok"
    for code in CODES:
        values = {"title": f"第{code}号项目", "code": code, "sum": "35" if code == "NW03" else "3.5"}
        site.override(f"/html_News/NewsShare.html?infoCode={code}", page(NEW_PAGE.format(**values)))
    for _ in range(2):
        assert trail.crawl(recheck=True) == "ok"
    (edit,) = trail.rows("SELECT code, fields, summary FROM edits")
    assert (edit["code"], edit["fields"]) == ("NW03", '["body"]') and "3.5亿元 → 35亿元" in edit["summary"]
    assert len(trail.rows("SELECT * FROM layouts")) == 2


@pytest.mark.parametrize("when", ["before", "in between"])
def test_no_redacted_title_is_learned_of_other_pages(trail: Desk, site: Replica, when: str) -> None:
    """They link to it from within their bodies, as most news sites do."""
    title = "欧阳望舒诉江州银行一案"
    site.edit("NW00", title=title)
    hot = f'<p class="tip"><a href="{site.article("NW00").post_path()}">{title}</a></p></div></div></section>'
    trail.configure("content ", "#content ")

    def show(code: str, total: str, title: str | None = None) -> Answer:
        html = NEW_PAGE.format(title=title or f"第{code}号项目", code=code, sum=total)
        return page(html if title else html.replace("</div></div></section>", hot))

    def redact() -> None:
        trail.newstrail("redact", "NW00", "--reason", "asked for", "--yes", "--no-vacuum")

    for code in CODES:
        site.override(PAGE_OF.format(code), show(code, "3.5", title if code == "NW00" else None))
    trail.crawl()
    assert any("欧阳望舒" in row["layout"] for row in trail.rows("SELECT layout FROM layouts"))
    with closing(sqlite3.connect(trail.database)) as db, db:
        db.execute("DELETE FROM layouts")  # as if nothing had been learned
    for code in CODES[1:]:
        site.override(PAGE_OF.format(code), show(code, "4.5"))
    if when == "before":
        redact()
        trail.scrapy("crawl", "share", "-a", f"code={','.join(CODES[1:])}")
        assert trail.rows("SELECT 1 FROM layouts")
    else:
        site.override(PAGE_OF.format("NW05"), lambda request: redact() or show("NW05", "4.5"), times=1)
        trail.crawl(recheck=True)
    assert trail.rows("SELECT 1 FROM redactions")
    assert not any("欧阳望舒" in row["layout"] for row in trail.rows("SELECT layout FROM layouts"))


def test_the_same_bytes_are_read_once(trail: Desk, site: Replica) -> None:
    site.validators = False
    assert trail.crawl() == "ok"
    before = trail.rows("SELECT last_seen_at FROM versions ORDER BY id")
    time.sleep(1.1)
    assert trail.crawl(recheck=True) == "ok"
    assert trail.counts("SELECT outcome, count(*) FROM checks GROUP BY 1") == {"new": 10, "unchanged": 10}
    assert all(a != b for a, b in zip(before, trail.rows("SELECT last_seen_at FROM versions ORDER BY id"), strict=True))
    site.edit("NW05", title="改过的标题")
    assert trail.crawl(recheck=True) == "ok"
    assert changes(trail) == {"edited": 1}
