"""What fuzzing found, kept: each of these once ended in an error that nobody had promised."""

from pathlib import Path

import pytest

from crawler import config
from crawler.cli import run
from crawler.errors import ConfigError
from crawler.rules import extract, listing
from crawler.rules.decode import decode
from crawler.rules.diff.sides import rows
from crawler.rules.text import one_line
from tests.torture.fuzzing import bounded, on_timer
from tests.torture.targets import LISTING, PROMISED, SITE, TARGETS, TOML


def with_site(line: str) -> bytes:
    """A configuration in which this line stands in place of its key's."""
    key = line.partition(" ")[0]
    kept = [old for old in TOML.splitlines() if old.partition(" ")[0] != key]
    return "\n".join(kept).replace("[site.a]", f"[site.a]\n{line}").encode()


CASES: dict[str, tuple[str, bytes]] = {
    "a base that is no URL": ("listing", b"\x01<base href='http://['><a href='/yaowen/2024/11/22/NW1.html'>A</a>"),
    "a base that is no URL, in a feed": ("feed", b"\x01<rss><base href='//[::1/x'><a href='x'>A</a></rss>"),
    "a link to a port that is none": ("listing", b"\x01<a href='//a.example:99999/yaowen/2024/11/22/NW1.html'>A</a>"),
    "a template that is no URL": ("config", TOML.replace("http://a.example/text", "http://[").encode()),
    "a pattern without end": ("config", with_site("article = '(?P<code>a){99999999999}'")),
    "a pattern in a pattern": ("config", with_site(f"never_fetch = ['{'(' * 5_000}']")),
    "a template with a format": ("config", with_site("content = 'http://a.example/{code:>9999999999}'")),
    "a template with a conversion": ("config", with_site("content = 'http://a.example/{code!z}'")),
    "a number that no database holds": ("config", with_site(f"requests_per_day = {'9' * 30}")),
    "TOML without end": ("config", b"a = " + b"[" * 20_000),
    "a number without end": ("config", b"a = " + b"9" * 5_000),
    "an address that is one no more when it is decoded": ("reference", b"/%2f]"),
    "a link to such an address": ("listing", b"\x01<a href='http://a.example/%2f%5d'>A</a><a href='//x%5b/'>B</a>"),
    "an article at a port that is none": ("reference", b"http://a.example:99999/yaowen/2024/11/22/NW1.html"),
    "a control character behind what is left out": (
        "share",
        b"\x01<h1>A</h1><div><p>" + "预算3.5亿元，年底前完成。".encode() * 10 + b"</p><script></script>\x08B</div>",
    ),
    "an entity without end": ("endpoint", b'\x03{"text": "<p>A</p>", "title": "&#' + b"1" * 5_000 + b';"}'),
    "a codec that makes bytes": ("headers", b"text/html; charset=uu\nbz2"),
    "a codec of Python's source": ("share", b"\x01<meta charset=unicode_escape><p>\\N{LATIN}\xff\\x"),
}


@pytest.mark.parametrize(("target", "data"), CASES.values(), ids=CASES)
def test_what_was_found_does_not_come_back(target: str, data: bytes) -> None:
    with on_timer(), bounded():
        try:
            TARGETS[target](data)
        except PROMISED as error:
            assert len(str(error).splitlines()) == 1


@pytest.mark.parametrize(
    "before", ["<base href='http://['>", "<a href='//a.example:x/yaowen/2024/11/22/NW2.html'>B</a>"]
)
def test_links_are_read_past_what_is_no_url(before: str) -> None:
    _, entries, _ = listing.read(SITE, f"{before}<a href='/yaowen/2024/11/22/NW1.html'>A</a>", LISTING)
    assert [entry.code for entry in entries] == ["NW1"]


@pytest.mark.parametrize(
    ("section", "line"),
    [("crawl", "delay = inf"), ("crawl", 'user_agent = "a\\rb"'), ("site.a", "requests_per_day = 10000000000")],
)
def test_what_nothing_can_be_done_with_is_refused(section: str, line: str) -> None:
    written = with_site(line) if section == "site.a" else f"[crawl]\n{line}".encode()
    with pytest.raises(ConfigError, match=f"{section}.{line.partition(' ')[0]}: "):
        config.parse(written.decode(), Path("newstrail.toml"))


@pytest.mark.parametrize("selector", ["xpath:$x", "xpath:nothing()"])
def test_a_selector_that_cannot_be_used_is_told(selector: str) -> None:
    with pytest.raises(extract.ExtractionError, match=r"the selector 'xpath:.*' cannot be used"):
        extract.from_page("<h1>A</h1>", "post", {"title": selector})


@pytest.mark.parametrize(
    ("old", "new"),
    [
        (
            "ດ、联系方式：江州市财政局，0599-8812345\n\ufffd\ufffd件：采购文件.pdf\n江州市财政局",
            "ດ、联系方式：江州市财政局，0599-8812345\n江州市财政局\n、联\ufffd\ufffd购文件.pd江州",
        ),
        (
            "甲\n五、联系方式：江州市财政局，0599-8812345\n附\ueef6：\ufffd告期限：自本公告发布之日起1个工作日。\n附件：采购文件.pdf",
            "江州地铁公司22日宣布\n江州市财政\ufffd告发布之日起1个工作日。\n五、联系方式：江州市财政局，0599-8812345\n附件：采购文件.pdf",
        ),
    ],
)
def test_both_sides_of_a_paragraph_that_moved_and_was_written_anew_are_the_texts(old: str, new: str) -> None:
    found = rows(old, new)
    assert "".join(piece.text for row in found for piece in row.left) == old
    assert "".join(piece.text for row in found for piece in row.right) == new


def test_what_stands_behind_a_script_is_kept() -> None:
    words = "预算3.5亿元，年底前完成。" * 10
    fields = extract.from_page(f"<h1>A</h1><div><p>{words}</p><p>甲<script></script>\x08乙</p></div>", "post", {})
    assert fields.body_html and "<script" not in fields.body_html and "甲\x08乙" in fields.body_html


def test_an_entity_without_end_is_no_character() -> None:
    assert one_line("A&#" + "1" * 5_000 + ";B") == "A\ufffdB"


@pytest.mark.parametrize("name", ["uu", "bz2", "unicode_escape", "raw_unicode_escape"])
def test_what_python_alone_calls_an_encoding_is_none(name: str) -> None:
    assert decode("财政部".encode("gb18030"), f"text/html; charset={name}") == ("财政部", "gb18030")


def test_an_argument_that_is_no_text_is_refused_in_one_line(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["log", "\udcff"]) == 2
    assert capsys.readouterr().err == "newstrail: ‹U+DCFF› is not UTF-8; write it in the terminal's encoding\n"
