"""The pages of one look, without a crawl around them."""

import hashlib
from typing import Any

import pytest
from scrapy import Request
from scrapy.http import HtmlResponse

from crawler.config import Site
from crawler.items import Known, Role, Target, Validator
from spiders.reading import Reading

URL = "https://news.example/share?id=NW1"
SITE = Site(listing="https://news.example/{category}.html", article="(?P<code>.)", share=URL, timezone="Asia/Shanghai")
PAGE = "<html><body><h1>江州市公布采购项目</h1><p>正文的第一段，说明事情的来龙去脉，足够长。</p></body></html>".encode()


def reading(role: Role = "share", **target: Any) -> Reading:
    """Of an article whose page of that role showed these bytes last."""
    validators = {role: Validator(URL, None, None, hashlib.sha256(PAGE).hexdigest())}
    places = {"title": "share", "body": "share"}
    known = Known(1, "江州市公布采购项目", {}, 20, False, places, validators, ("",))
    return Reading(Target("site", "NW1", URL, known=known, **target), SITE)


@pytest.mark.parametrize(
    ("begun", "body", "status", "is_read"),
    [
        (reading(), PAGE, 200, False),
        (reading(), PAGE + b" ", 200, True),
        (reading(full=True), PAGE, 200, True),
        (reading("post"), PAGE, 200, True),
    ],
    ids=["the same bytes", "one more", "a full look", "another page's bytes"],
)
def test_the_same_bytes_are_not_read_again(begun: Reading, body: bytes, status: int, is_read: bool) -> None:
    headers = {"Content-Type": "text/html; charset=utf-8"}
    response = HtmlResponse(URL, status=status, body=body, headers=headers, request=Request(URL))
    assert begun.take("share", response, "2024-01-01T00:00:00Z") is None
    assert (begun.not_modified == []) == is_read
    assert (begun.fields.body_text is not None) == is_read
    assert begun.has_body()
    look = begun.look("run:1", "2024-01-01T00:00:00Z")
    assert (look.outcome, look.same_bytes) == (("read", False) if is_read else ("not_modified", True))
