"""A diff shows what changed, folds the rest, and never lets a page's text act on the terminal."""

import io
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.console import Console

from crawler.cli.diffview import operations_json, plain, render
from crawler.rules.diff import compare

SAME = "这是没有变化的一个段落。"


def body(old: str, new: str) -> str:
    return plain("标题", "标题", old, new).removeprefix("标题\n\n")


@pytest.mark.parametrize(
    ("old", "new", "shown"),
    [
        (f"{SAME}\n预算3.5亿元。\n{SAME}", f"{SAME}\n预算35亿元。\n{SAME}", "预算[-3.5亿元-]{+35亿元+}。"),
        (SAME, f"{SAME}\n新的一段。", "… 1 paragraph unchanged …\n{+新的一段。+}"),
        ("甲方先到。\n乙方后到。", "甲方先到。乙方后到。", "甲方先到。[-¶-]乙方后到。"),
        ("甲方先到。乙方后到。", "甲方先到。\n乙方后到。", "甲方先到。{+¶+}\n… 1 paragraph unchanged …"),
        (
            f"一段在此。\n{SAME}",
            f"{SAME}\n一段在此。",
            f"{{~moved from paragraph 2: {SAME}~}}\n… 1 paragraph unchanged …",
        ),
    ],
)
def test_marks_what_changed(old: str, new: str, shown: str) -> None:
    assert shown in body(old, new)


def test_unchanged_text_is_folded_to_its_context() -> None:
    far = "很远的话" * 30
    shown = body(f"{far}金额增长。{far}", f"{far}金额下降。{far}")
    assert re.fullmatch(r"….{30,45}\[-增长-\]{\+下降\+}.{30,45}…", shown)
    assert body("\n".join([SAME] * 3), "\n".join([SAME] * 3)) == "… 3 paragraphs unchanged …"


def test_no_figure_is_torn_where_text_is_folded() -> None:
    for near in range(30, 50):
        shown = body(
            "远" * 90 + "1,234,567.89万元" + "近" * near + "增长。",
            "远" * 90 + "1,234,567.89万元" + "近" * near + "下降。",
        )
        assert "1,234,567.89万元" in shown or not re.search(r"\d|万", shown)


def test_page_text_is_text() -> None:
    shown = plain("a", "[bold]\x1b[31m\u202e\u200bb", "旧\x9b", "新\x07")
    assert "[bold]" in shown and "‹U+001B›" in shown and "‹U+202E›" in shown and "‹U+200B›" in shown
    assert "‹U+009B›" in shown and "‹U+0007›" in shown


@given(st.text(), st.text())
def test_no_text_acts_on_the_terminal(old: str, new: str) -> None:
    assert not re.search(
        "[\x00-\x08\x0b-\x1f\x7f-\x9f\u200b-\u200f\u202a-\u202e\u2066-\u2069\ud800-\udfff]", plain(old, new, old, new)
    )


def test_a_terminal_shows_colours_and_no_marks() -> None:
    console = Console(file=io.StringIO(), force_terminal=True, color_system="standard", width=80)
    console.print(render("增长", "下降", SAME, SAME, has_marks=False))
    shown = console.file.getvalue()  # type: ignore[attr-defined]
    assert "[-" not in shown and "{+" not in shown
    assert re.search("\x1b\\[[\\d;]*9;31m增长", shown) and re.search("\x1b\\[1;32m下降", shown)


def test_json_has_the_words_of_both_sides() -> None:
    old, new = "增长3.5%", "增长35%"
    changed = [o for o in operations_json(old, compare(old, new)) if o["kind"] == "replace"]
    assert [(o["old_text"], o["text"], o["old_start"], o["new_end"]) for o in changed] == [("3.5%", "35%", 2, 5)]
