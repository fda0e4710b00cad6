"""What fuzzing found, kept: each of these once ended in an error that nobody had promised."""

import pytest

from crawler.cli import run
from crawler.rules import listing
from crawler.rules.decode import decode
from crawler.rules.text import one_line
from tests.torture.fuzzing import bounded, on_timer
from tests.torture.targets import LISTING, PROMISED, SITE, TARGETS, TOML

CASES: dict[str, tuple[str, bytes]] = {
    "a base that is no URL": ("listing", b"\x01<base href='http://['><a href='/yaowen/2024/11/22/NW1.html'>A</a>"),
    "a base that is no URL, in a feed": ("feed", b"\x01<rss><base href='//[::1/x'><a href='x'>A</a></rss>"),
    "a link to a port that is none": ("listing", b"\x01<a href='//a.example:99999/yaowen/2024/11/22/NW1.html'>A</a>"),
    "a template that is no URL": ("config", TOML.replace("http://a.example/text", "http://[").encode()),
    "TOML without end": ("config", b"a = " + b"[" * 20_000),
    "a number without end": ("config", b"a = " + b"9" * 5_000),
    "an article at a port that is none": ("reference", b"http://a.example:99999/yaowen/2024/11/22/NW1.html"),
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


def test_an_entity_without_end_is_no_character() -> None:
    assert one_line("A&#" + "1" * 5_000 + ";B") == "A\ufffdB"


@pytest.mark.parametrize("name", ["uu", "bz2", "unicode_escape", "raw_unicode_escape"])
def test_what_python_alone_calls_an_encoding_is_none(name: str) -> None:
    assert decode("财政部".encode("gb18030"), f"text/html; charset={name}") == ("财政部", "gb18030")


def test_an_argument_that_is_no_text_is_refused_in_one_line(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["log", "\udcff"]) == 2
    assert capsys.readouterr().err == "newstrail: ‹U+DCFF› is not UTF-8; write it in the terminal's encoding\n"
