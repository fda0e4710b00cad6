"""Feeds, read by a parser that others wrote; and what a conditional request for one is answered."""

import json
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from pathlib import Path
from typing import Any

import feedparser
import pytest
from hypothesis import given
from hypothesis import strategies as st
from lxml import etree

from crawler import feeds, passages
from crawler.feeds import Feed, Validators, is_not_modified
from storage import history, stream
from storage.database import open_readonly
from tests.conftest import Desk, article
from tests.crawling import Trail
from tests.origin import Replica

FEED = Feed("ab" * 32, pages="http://127.0.0.1:8001", url="http://127.0.0.1:8001/feed.atom?words=采购&kind=edited")
CHANGE: dict[str, Any] = {
    "id": 7, "site": "finews", "code": "NW7", "kind": "edited", "severity": "material", "disclosure": "none",
    "changed_after": "2024-11-20T08:00:00Z", "changed_by": "2024-11-20T09:00:00Z",
    "recorded_at": "2024-11-20T09:00:01Z", "fields": '["title"]', "summary": "旧 → 新", "reason": None,
    "old_version": 1, "new_version": 2, "article_id": 3, "url": "https://news.example/?a=1&b=采", "title": "新",
    "outlet": "江州日报", "author": None, "headline": [("delete", "旧", 0), ("insert", "新", 0)], "passages": [],
    "more": 0, "fact_changes": [("金额", "1万元", "2万元")], "metadata": [], "withheld": False,
}  # fmt: skip
HOSTILE = "<script>alert(1)</script>{{7*7}}]]>&amp;\x00\x1b\ufffe\u202e=cmd"
_ENTRY = "{http://www.w3.org/2005/Atom}"


def parsed(document: bytes) -> Any:
    """What feedparser makes of a feed that it finds no fault with, and that has all that RFC 4287 asks for."""
    found = feedparser.parse(document)
    assert not found.bozo, found.get("bozo_exception")
    root = etree.fromstring(document)
    assert root.tag == f"{_ENTRY}feed"
    for element in (root, *root.findall(f"{_ENTRY}entry")):
        for name in ("id", "title", "updated"):  # 4.1.1 and 4.1.2: exactly one
            assert len(element.findall(f"{_ENTRY}{name}")) == 1
        assert element.find(f"{_ENTRY}author/{_ENTRY}name").text  # type: ignore[union-attr]
        links = [(link.get("rel"), link.get("type")) for link in element.findall(f"{_ENTRY}link")]
        assert len(links) == len(set(links))
    ids = [entry.id for entry in found.entries]
    assert len(set(ids)) == len(ids)
    return found


def test_an_entry_says_what_happened() -> None:
    (entry,) = parsed(feeds.atom([CHANGE], FEED)).entries
    assert entry.id == feeds.entry_id(Feed(FEED.record), CHANGE)  # in whatever feed it stands
    assert entry.id != feeds.entry_id(Feed("cd" * 32), CHANGE)
    assert entry.title == "新 (edited)" and entry.author == "江州日报"
    assert (entry.updated, entry.published) == (CHANGE["recorded_at"], CHANGE["changed_by"])
    assert {link.rel: link.href for link in entry.links} == {
        "alternate": "https://news.example/?a=1&b=%E9%87%87",
        "related": "http://127.0.0.1:8001/article/3/diff/1/2",
    }
    assert [tag.term for tag in entry.tags] == ["edited", "material"]
    assert "<del>旧</del><ins>新</ins>" in entry.content[0].value
    assert "金额: <del>1万元</del> → <ins>2万元</ins>" in entry.content[0].value
    assert "between 2024-11-20T08:00:00Z and 2024-11-20T09:00:00Z" in entry.summary
    document = json.loads(feeds.json_feed([CHANGE], FEED))
    assert document["version"] == "https://jsonfeed.org/version/1.1"
    (item,) = document["items"]
    assert (item["id"], item["url"], item["external_url"]) == (
        entry.id, "http://127.0.0.1:8001/article/3/diff/1/2", "https://news.example/?a=1&b=%E9%87%87",
    )  # fmt: skip
    assert item["content_html"] == entry.content[0].value + "\n" or item["content_html"] == entry.content[0].value
    assert item["_newstrail"]["fields"] == ["title"] and item["_newstrail"]["change"] == 7


@pytest.mark.parametrize("name", ["title", "summary", "reason", "outlet", "author", "code", "site", "url"])
def test_words_of_pages_are_text(name: str) -> None:
    change = CHANGE | {name: HOSTILE} | ({"summary": ""} if name == "reason" else {})
    change |= {"headline": [("equal", change["title"], 0)], "passages": [[("insert", HOSTILE, 0)]]}
    change |= {"fact_changes": [(HOSTILE, HOSTILE, None)], "metadata": [("author", None, HOSTILE)]}
    document = feeds.atom([change], FEED)
    (entry,) = parsed(document).entries
    written = etree.fromstring(document).find(f"{_ENTRY}entry/{_ENTRY}content").text  # type: ignore[union-attr]
    for text in (written, json.loads(feeds.json_feed([change], FEED))["items"][0]["content_html"]):
        tags = {element.tag for element in etree.HTML(text).iter()}  # as a reader of feeds takes it
        assert tags <= {"html", "body", "p", "ins", "del"} and "&lt;script&gt;" in text
    assert "\x00" not in written and "‹U+0000›" in written and "\u202e" not in document.decode()
    assert all(link.href.startswith("http") for link in entry.links)


@pytest.mark.parametrize(
    "address", ["javascript:alert(1)", "data:text/html,x", "//a.example/", "http://[", "", "http://"]
)
def test_no_link_leads_anywhere_but_to_the_web(address: str) -> None:
    change = CHANGE | {"url": address}
    (entry,) = parsed(feeds.atom([change], replace(FEED, pages=None))).entries
    assert "links" not in entry
    assert "url" not in json.loads(feeds.json_feed([change], Feed(None)))["items"][0]


@given(st.text(st.characters()), st.text())
def test_any_text_makes_a_feed_that_can_be_read(title: str, words: str) -> None:
    change = CHANGE | {"headline": [("equal", title, 0)], "summary": words, "outlet": words}
    root = etree.fromstring(feeds.atom([change], Feed(title, title=words)))
    assert root.find(f"{_ENTRY}entry/{_ENTRY}title") is not None


# ── Of a record ─────────────────────────────────────────────────────────────────────────────────────────────────────


@pytest.fixture
def edited(tmp_path: Path) -> Iterator[Desk]:
    """One article that was edited, and one whose page asks for no archive."""
    with Replica([article("NW1"), article("NW2")]) as site:
        desk = Desk(tmp_path, site)
        desk.crawl()
        for code in ("NW1", "NW2"):
            site.edit(code, body_html=f"<p>江州市公布第{code}号项目，预算4.5亿元，电话13912345678。</p>")
        desk.crawl(recheck=True)
        yield desk


def _mark_noarchive(desk: Trail) -> None:
    with closing(sqlite3.connect(desk.database)) as db, db:
        db.execute("UPDATE articles SET noarchive = 1 WHERE code = 'NW2'")


def test_the_feed_of_a_record_withholds_what_is_asked_for_and_keeps_its_ids(edited: Desk) -> None:
    _mark_noarchive(edited)
    before = parsed(edited.newstrail("export", "atom", "--base-url", "http://a.example/").encode())
    assert len(before.entries) == 4
    texts = {entry.newstrail_code + entry.newstrail_kind: entry.content[0].value for entry in before.entries}
    assert "<ins>4.5" in texts["NW1edited"] and "4.5" not in texts["NW2edited"]
    assert "shown nowhere else" in texts["NW2edited"] and "13912345678" not in str(texts)
    edited.site.edit("NW1", title="江州市另一个采购项目公示")
    edited.crawl(recheck=True)
    edited.newstrail("redact", "NW2", "--reason", "a wish")
    after = parsed(edited.newstrail("export", "atom").encode())
    assert [e.id for e in after.entries][:2] == [e.id for e in before.entries if e.newstrail_code == "NW1"]
    assert len(after.entries) == 3 and after.feed.updated == after.entries[-1].updated
    assert len(parsed(edited.newstrail("export", "atom", "--since", "4").encode()).entries) == 1


def test_validators_change_when_the_feed_does(edited: Desk) -> None:
    def current(form: str = "atom", **filters: Any) -> tuple[Validators, bytes]:
        db = open_readonly(edited.database)
        found = history.changes(db, limit=50, redacted=False, **filters)
        stamp = stream.stamp(db)
        feed = Feed(stamp["record"], filters=filters)
        told = feeds.validators(found, feed, form, stamp)
        document = feeds.atom(passages.of_changes(db, found, is_public=True, numbers=False), feed)
        db.close()
        return told, document

    first = current()
    assert current() == first and first[0].modified and first[0].etag.startswith('"')
    assert len({current()[0].etag, current("json")[0].etag, current(kind="edited")[0].etag}) == 3
    edited.crawl(recheck=True)  # nothing new
    assert current() == first
    _mark_noarchive(edited)
    second = current()
    assert second[0].etag != first[0].etag and second[1] != first[1]
    edited.site.edit("NW1", title="江州市另一个采购项目公示")
    edited.crawl(recheck=True)
    assert current()[0].etag not in (first[0].etag, second[0].etag)


NEW, OLD = "Wed, 20 Nov 2024 09:00:01 GMT", "Wed, 20 Nov 2024 09:00:00 GMT"


@pytest.mark.parametrize(
    ("match", "since", "is_304"),
    [
        (None, None, False),
        ('"a"', None, True),
        ('W/"a"', None, True),
        ('"b" , "a"', None, True),
        ('"b"', None, False),
        ("a", None, False),
        ("*", None, True),
        (None, NEW, True),
        (None, OLD, False),
        (None, "yesterday", False),
        (None, "", False),
        (None, "Wed, 20 Nov 2024 09:00:01", False),  # without a zone it is no HTTP date
        ('"b"', NEW, False),  # the tag decides
        ('"a"', OLD, True),
    ],
)
def test_conditional_requests(match: str | None, since: str | None, is_304: bool) -> None:
    assert is_not_modified(Validators('"a"', NEW), match, since) is is_304
