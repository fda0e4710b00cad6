"""Kept responses, read again."""

import json

from crawler.config import Site
from crawler.items import Fields, Raw
from crawler.rules.reread import reread

SITE = Site(listing="", article="(?P<code>.)", share="", timezone="Asia/Shanghai")
STORED = Fields(
    title="旧题", outlet="江州日报", author="李明", body_html="<p>旧文。</p>", body_text="旧文。",
    places={"title": "listing", "outlet": "post", "author": "content", "body": "content"},
)  # fmt: skip
POST = (
    "<html><body><h1>江州市公布采购项目</h1><p>来源：云溪晚报</p>"
    "<p>正文的第一段，说明事情的来龙去脉，足够长。</p></body></html>"
)


def raw(role: str, body: str) -> Raw:
    return Raw(role, f"https://news.example/{role}", "2024-01-01T00:00:00Z", 200, {}, body.encode())  # type: ignore[arg-type]


def content(**told: str) -> Raw:
    return raw("content", json.dumps({"text": "<p>新文。</p>", **told}))


def test_what_the_pages_tell_by_todays_rules_counts() -> None:
    fresh = reread([content(author="王芳"), raw("post", POST)], STORED, (), SITE, {})
    assert fresh is not None
    assert (fresh.body_text, fresh.title, fresh.outlet, fresh.author) == ("新文。", "旧题", "云溪晚报", "王芳")


def test_what_they_no_longer_tell_is_dropped() -> None:
    fresh = reread([content()], STORED, (), SITE, {})
    assert fresh is not None and fresh.author is None and "author" not in fresh.places


def test_what_was_told_elsewhere_stays() -> None:
    fresh = reread([content(), raw("post", "{}")], STORED, ["author"], SITE, {})
    assert fresh is not None
    assert (fresh.title, fresh.outlet, fresh.author) == ("旧题", "江州日报", "李明"), (
        "gained, or its page is unreadable"
    )


def test_what_a_later_look_told_is_not_overruled_by_an_earlier_page() -> None:
    fresh = reread([content(author="王芳")], STORED, ["author"], SITE, {})
    assert fresh is not None and fresh.author == "李明"


def test_without_the_page_of_the_body_nothing_is_reread() -> None:
    assert reread([raw("post", POST)], STORED, (), SITE, {}) is None
    assert reread([raw("content", "[]"), raw("post", POST)], STORED, (), SITE, {}) is None
