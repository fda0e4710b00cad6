"""What cannot be seen, from the origin's bytes to the terminal, the web page, the notification and back out of JSON."""

import json
from pathlib import Path

import httpx
import pytest

from crawler import config
from crawler.web.serve import serving
from tests.conftest import Desk, article
from tests.origin import JSON, Answer, Replica, page
from tests.test_notify import Newsdesk, Receiver

MARKS = {"a zero-width space": "\u200b", "right to left": "\u202e", "an isolate": "\u2066", "a filler": "\u3164"}
BODY = "<p>江州市公布采购项目，预算3.5亿元。</p><p>资金由市级财政安排，年底前完成。</p>"


@pytest.fixture(scope="module")
def marked(tmp_path_factory: pytest.TempPathFactory) -> Desk:
    """Articles whose edits only add a mark that cannot be seen, one a mark."""
    with Replica([article(f"M{number}", body_html=BODY) for number in range(len(MARKS))]) as site:
        trail = Desk(tmp_path_factory.mktemp("marked"), site)
        trail.newstrail("crawl")
        for number, mark in enumerate(MARKS.values()):
            site.edit(f"M{number}", body_html=BODY.replace("采购", f"采{mark}购"))
        trail.newstrail("crawl", "--recheck")
    return trail


def test_a_mark_that_cannot_be_seen_is_an_edit_that_can_be(marked: Desk) -> None:
    changes = marked.rows(
        "SELECT a.code, c.kind, c.fields FROM changes c JOIN articles a ON a.id = c.article_id"
        " WHERE c.kind != 'first_seen' ORDER BY a.code"
    )
    assert [(c["code"], c["kind"], c["fields"]) for c in changes] == [
        (f"M{number}", "edited", '["body"]') for number in range(len(MARKS))
    ]
    said = marked.newstrail("changes", "--min-severity", "cosmetic")
    for number, mark in enumerate(MARKS.values()):
        diff = marked.newstrail("diff", f"M{number}")
        assert _shown(mark) in diff and mark not in diff
        assert _shown(mark) in said and mark not in said


def test_json_has_the_mark_itself(marked: Desk) -> None:
    told = json.loads(marked.newstrail("diff", "M0", "--json"))
    rebuilt = "".join(o["text"] or o["old_text"] for o in told["body"] if o["kind"] != "delete")
    version = json.loads(marked.newstrail("show", "M0", "--json"))
    assert "采\u200b购" in rebuilt and "采\u200b购" in version["body_text"] and "采\u200b购" in version["body_html"]


def test_the_pages_show_the_mark(marked: Desk) -> None:
    ids = marked.counts("SELECT code, id FROM articles")
    with serving(config.load(marked.toml)) as url:
        for number, mark in enumerate(MARKS.values()):
            for view in ("", "?view=side", ".svg"):
                html = httpx.get(f"{url}article/{ids[f'M{number}']}/diff/1/2{view}").text
                assert _shown(mark) in html and mark not in html, view


def _shown(mark: str) -> str:
    return f"‹U+{ord(mark):04X}›"


def test_lone_surrogates_and_nul_wherever_json_has_them(tmp_path: Path) -> None:
    answers = {
        "in a key": '{"\\ud800\\u0000": 1}',
        "in a message": '{"code": 404, "msg": "\\ud800\\u0000不存在"}',
        "in its words": '{"text": "<p>采\\udfff购\\u0000项目的正文。</p>", "title": "\\ud800题\\u0000"}',
        "in a link": '{"text": "<p>正文<a href=\\"/\\ud800\\u0000\\">见此</a>，一段。</p>", "title": "题"}',
        "in a time": '{"text": "<p>正文一段，足够长。</p>", "title": "题", "showTime": "\\ud800\\u0000"}',
    }
    with Replica([article(f"S{number}") for number in range(len(answers))]) as site:
        for number, body in enumerate(answers.values()):
            site.override(f"/NewsData/GetNewsText.do?id=S{number}", Answer(200, {"Content-Type": JSON}, body.encode()))
        site.override("/category/yaowen.html", page(_listing(len(answers))))
        trail = Desk(tmp_path, site, {"yaowen": "要闻"})
        done = trail.shell("newstrail", "crawl")
    assert done.returncode == 3
    looks = trail.counts("SELECT a.code, c.outcome FROM checks c JOIN articles a ON a.id = c.article_id")
    assert looks == {"S0": "error", "S1": "gone", "S2": "new", "S3": "new", "S4": "new"}
    texts = [str(value) for row in trail.rows("SELECT * FROM versions") for value in row.values()]
    texts += [str(row["reason"]) for row in trail.rows("SELECT reason FROM checks")]
    assert not [text for text in texts if "\x00" in text or "\ufffd" in text or "?" in text.replace("?infoCode", "")]
    trail.assert_sound()


def _listing(count: int) -> str:
    links = "".join(f'<li><a href="/yaowen/2024/11/22/S{number}.html">题</a></li>' for number in range(count))
    return f"<html><body><h2>要闻</h2><ul>{links}</ul></body></html>"


TITLES = [
    "<script>alert(1)</script>", "=cmd|' /C calc'!A0", "@SUM(1+1)*cmd", "{{7*7}} ${7*7} {% raw %}", "@everyone <@&1>",
    "[x](http://evil.example/) **b** `c`", "../../etc/passwd", "江\u202e州\u200b", "&lt;b&gt; &#x3C;b&#x3E;",
]  # fmt: skip


@pytest.mark.filterwarnings("ignore:'imghdr' is deprecated:DeprecationWarning")
def test_hostile_titles_are_words_to_who_is_told(tmp_path: Path) -> None:
    receiver = Receiver()
    with Replica([article(f"T{number}", body_html=BODY) for number in range(len(TITLES))]) as site:
        desk = Newsdesk(tmp_path, site)
        desk.webhook(receiver)
        desk.channel("json", url=f"json://127.0.0.1:{receiver.port}/apprise")
        desk.channel("html", url=f"json://127.0.0.1:{receiver.port}/html?format=html")
        desk.crawl()
        for number, title in enumerate(TITLES):
            site.edit(f"T{number}", title=title, body_html=BODY.replace("预算", f"{title.replace('<', '&lt;')}预算"))
        desk.crawl(recheck=True)
        desk.deliver()
    receiver.stop()
    sent = [(path.split("?")[0], json.loads(body)) for path, _, body in receiver.received]
    plain = {told["data"]["code"]: told for path, told in sent if path == "/hook"}
    assert len(plain) == len(TITLES) and len(sent) == 3 * len(TITLES)
    for number in range(len(TITLES)):
        told, stored = plain[f"T{number}"], desk.row("SELECT title FROM articles WHERE code = ?", f"T{number}")["title"]
        assert told["data"]["title"] == stored
        assert told["title"].startswith("Edited: ") and "49" not in told["title"]
        assert not {"\u202e", "\u200b"} & set(told["title"] + told["text"])
    for path, told in sent:
        if path == "/html":
            assert "<script" not in told["message"] and "<@&1>" not in told["message"], told["message"]
        elif path == "/apprise":
            assert told["title"] in {one["title"] for one in plain.values()}
