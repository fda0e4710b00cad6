"""Properties of the pure rules, and the examples in their docstrings."""

import contextlib
import doctest
import importlib
import pkgutil
import unicodedata
from datetime import UTC, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

import crawler
import storage
from crawler import config
from crawler.export.jekyll import quoted
from crawler.rules import addresses, dates, decode, extract, identity, text

SITE = """
[site.a]
listing = "http://a.example/category/{category}.html"
article = '/(?P<category>[^/]+)/(?P<date>\\d{4}/\\d{2}/\\d{2})/(?P<code>[^/]+)\\.html$'
share = "http://a.example/share?infoCode={code}"
timezone = "Asia/Shanghai"
"""
SHANGHAI = ZoneInfo("Asia/Shanghai")
spaces = st.text(" \n\t\u3000\u00a0", min_size=1)


def _modules() -> list[str]:
    packages = (crawler, storage)
    return [
        m.name
        for p in packages
        for m in pkgutil.walk_packages(p.__path__, f"{p.__name__}.")
        if "__main__" not in m.name
    ]


@pytest.mark.parametrize("name", _modules())
def test_docstring_examples(name: str) -> None:
    assert doctest.testmod(importlib.import_module(name)).failed == 0


@given(st.text(), st.text(), spaces)
def test_space_beside_chinese_or_punctuation_is_no_difference(before: str, after: str, space: str) -> None:
    for mark in "中，。%(":
        assert text.comparison_form(before + mark + space + after) == text.comparison_form(before + mark + after)


@given(st.text())
def test_the_comparison_form_is_its_own_and_drops_nothing_but_space(words: str) -> None:
    form = text.comparison_form(words)
    assert text.comparison_form(form) == form
    assert "".join(form.split()) == "".join(unicodedata.normalize("NFC", words).split())


@given(spaces, spaces)
def test_space_between_latin_words_is_one_space(one: str, other: str) -> None:
    assert text.comparison_form(f"a{one}b") == text.comparison_form(f"a{other}b") == "a b"


@given(st.datetimes(datetime(1970, 1, 1), datetime(2199, 1, 1)))
def test_times_survive_being_written(moment: datetime) -> None:
    moment = moment.replace(microsecond=0)
    for written in (
        f"{moment:%Y-%m-%d %H:%M:%S}",
        f"{moment:%Y年%m月%d日 %H时%M分%S秒}",
        f"于 {moment:%Y/%m/%d %H:%M:%S} 发布",
    ):
        assert dates.published(written, SHANGHAI) == (dates.utc_text(moment.replace(tzinfo=SHANGHAI)), "second")
    iso = moment.replace(tzinfo=UTC).isoformat()
    assert dates.published(iso, SHANGHAI) == (f"{moment:%Y-%m-%dT%H:%M:%SZ}", "second")


@given(st.text())
def test_any_text_is_a_time_or_none(words: str) -> None:
    dates.published(words, SHANGHAI)


@given(
    st.binary(), st.sampled_from([None, "text/html; charset=gb2312", "text/html; charset=nonsense", "a;charset=utf-7"])
)
def test_any_bytes_are_text(body: bytes, content_type: str | None) -> None:
    decoded, _ = decode.decode(body, content_type)
    text.storable(decoded).encode("utf-8")


@given(st.text(st.characters(min_codepoint=0x4E00, max_codepoint=0x9FA5), min_size=6))
def test_chinese_is_read_in_either_encoding_whatever_is_declared(words: str) -> None:
    for declared in ("gb2312", "gbk", "utf-8", "iso-8859-1"):
        assert decode.decode(words.encode("utf-8"), f"text/html; charset={declared}")[0] == words


@given(st.text())
def test_extraction_never_fails_but_by_its_own_errors(markup: str) -> None:
    for read in (lambda: extract.from_page(markup, "share", {}), lambda: extract.from_json(markup, "content")):
        with contextlib.suppress(extract.ExtractionError, extract.NotFoundAnswer, extract.EmptyAnswer):
            read()


@pytest.mark.parametrize(
    ("answer", "error"),
    [
        ('{"text": ""}', extract.EmptyAnswer),
        ("{}", extract.EmptyAnswer),
        ("null", extract.EmptyAnswer),
        ('{"code": 404, "message": "gone"}', extract.NotFoundAnswer),
        ('{"text": "", "msg": "该文章不存在"}', extract.NotFoundAnswer),
        ('{"title": "无正文"}', extract.ExtractionError),
        ('{"text": ', extract.ExtractionError),
        ("[" * 100_000, extract.ExtractionError),
        ("<html></html>", extract.ExtractionError),
    ],
)
def test_an_endpoint_without_a_body(answer: str, error: type[Exception]) -> None:
    with pytest.raises(error):
        extract.from_json(answer, "content")


@pytest.mark.parametrize(
    ("address", "public"),
    [
        ("8.8.8.8", True), ("2606:4700::1111", True),
        ("127.0.0.1", False), ("10.1.2.3", False), ("169.254.169.254", False), ("100.64.0.1", False),
        ("0.0.0.0", False), ("224.0.0.1", False), ("::1", False),
        ("::ffff:127.0.0.1", False), ("2002:7f00:1::", False), ("fc00::1", False),
        ("2001:0:7f00:1::", False), ("64:ff9b::7f00:1", False), ("64:ff9b:1::1", False), ("::127.0.0.1", False),
        ("::5efe:10.0.0.1", False), ("2606::200:5efe:a00:1", False), ("fec0::1", False), ("fe80::1", False),
        ("ff02::1", False), ("2001:db8::1", False), ("198.18.0.1", False), ("255.255.255.255", False), ("::", False),
        ("::ffff:8.8.8.8", True), ("64:ff9b::808:808", True), ("2002:808:808::1", True),
    ],
)  # fmt: skip
def test_private_addresses_are_refused_unless_named(address: str, public: bool) -> None:
    assert (addresses.refusal("host.example", [address], []) is None) is public
    assert addresses.refusal("host.example", [address], ["host.example"]) is None
    assert addresses.refusal("host.example", [address], [address]) is None
    mixed = addresses.refusal("host.example", ["8.8.8.8", address], [])
    assert (mixed is None) is public


def test_a_link_names_its_article_whatever_hangs_on_it() -> None:
    site = config.parse(SITE, Path("newstrail.toml")).sites["a"]
    post = "http://a.example/caijing(x)/2024/11/20/NW1.html"
    for link in (post, f"{post}?from=wx", f"{post}?b=2&a=1", "http://a.example/caijing%28x%29/2024/11/20/NW1.html"):
        assert (identity.article_groups(site, link) or {})["code"] == "NW1"
        assert identity.article_url(site, link) == identity.article_url(site, post)
    share = "http://a.example/share?infoCode="
    assert identity.code_of(site, f"{share}NW1&from=wx") == "NW1"
    assert identity.code_of(site, f"{share}NW2") == "NW2"
    assert identity.code_of(site, "http://b.example/share?infoCode=NW1") is None


@given(st.text())
def test_a_title_reads_back_from_yaml_exactly(title: str) -> None:
    assert yaml.safe_load(f"title: {quoted(title)}") == {"title": title}
