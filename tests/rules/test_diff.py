"""Diffs rebuild the new text from the old one, and read well."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crawler.cli.diffview import render
from crawler.rules.diff import Operation, apply, blame, compare, counts, summary
from crawler.rules.words import paragraphs, sentences, words

lines = st.lists(
    st.sampled_from(["财政部公布采购意向清单。", "预算金额3.5亿元。", "截止时间为本月。", "短。", ""]), max_size=8
)


def changed(old: str, new: str) -> list[tuple[str, str, str]]:
    return [(o.kind, old[o.old_start : o.old_end], o.text) for o in compare(old, new) if o.kind != "equal"]


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        ("交易额达15077余万元。", "交易额达15077.38万元。", [("replace", "15077余万元", "15077.38万元")]),
        ("费率下浮3.5%。", "费率下浮35%。", [("replace", "3.5%", "35%")]),
        ("山西营业收入增长。", "陕西营业收入增长。", [("replace", "山西", "陕西")]),
        ("营业收入同比增长。", "营业收入同比下降。", [("replace", "增长", "下降")]),
        ("公司将减持股份。", "公司将不减持股份。", [("insert", "", "不")]),
        ("Prices rose in May.", "Prices fell in May.", [("replace", "rose", "fell")]),
        ("一段话。\n二段话。", "一段话。\n二段话。\n三段话。", [("insert", "", "\n三段话。")]),
    ],
)
def test_marks_whole_words(old: str, new: str, expected: list[tuple[str, str, str]]) -> None:
    assert changed(old, new) == expected


def _rebuilds(old: str, new: str) -> None:
    operations = compare(old, new)
    assert apply(old, operations) == new
    assert [o.new_start for o in operations] == [0, *(o.new_end for o in operations)][:-1]
    covered = sorted((o.old_start, o.old_end) for o in operations if o.old_start != o.old_end)
    assert "".join(old[start:end] for start, end in covered) == old


@given(st.text(), st.text())
def test_any_two_texts_are_rebuilt(old: str, new: str) -> None:
    _rebuilds(old, new)


@given(lines, lines)
def test_rearranged_paragraphs_are_rebuilt(old: list[str], new: list[str]) -> None:
    _rebuilds("\n".join(old), "\n".join(new))


def test_a_paragraph_that_moved_is_neither_new_nor_gone() -> None:
    first, second = "第一段是关于预算金额的说明。", "第二段是关于开标时间的说明。"
    operations = compare(f"{first}\n{second}\n末段结束。", f"{second}\n{first}\n末段已经结束。")
    assert [o.kind for o in operations].count("moved") == 1
    assert counts(operations)[1] <= 1 + len("\n")
    text = render("标题", "标题", f"{first}\n{second}", f"{second}\n{first}", marked=True).plain
    assert "{~" in text and first in text.replace("… 1 paragraph unchanged …", first)


@given(st.text())
def test_pieces_are_the_whole_text(text: str) -> None:
    for cut in (paragraphs, sentences, words):
        assert "".join(cut(text)) == text


@given(st.integers(0, 10**9), st.integers(0, 99), st.sampled_from(["万元", "%", "亿元", "余万元", ""]))
def test_no_number_is_torn(whole: int, part: int, unit: str) -> None:
    number = f"{whole}.{part:02d}{unit}"
    assert number in words(f"总额为{number}，")


def test_a_change_is_told_in_one_line() -> None:
    old, new = "预算3.5亿元。", "预算35亿元。"
    assert summary(old, new, compare(old, new)) == "3.5亿元 → 35亿元"
    long_old, long_new = "甲" * 500, "乙" * 500
    told = summary(long_old, long_new, compare(long_old, long_new))
    assert "\n" not in told and len(told) < 100


def test_blame_names_the_version_that_brought_a_paragraph() -> None:
    texts = ["甲段。\n乙段。", "甲段。\n乙段改。", "乙段改。\n甲段。\n丙段。", "乙段改。\n丙段。", "乙段改。\n甲段。"]
    assert blame(texts) == [("乙段改。", 2), ("甲段。", 5)]


def test_a_diff_shows_page_text_as_text() -> None:
    shown = render("a", "[bold]\x1b[31m\u202eb", "同样的一段。\n旧", "同样的一段。\n新", marked=True).plain
    assert "[bold]" in shown and "‹U+001B›" in shown and "‹U+202E›" in shown
    assert not re.search("[\x00-\x09\x0b-\x1f]", shown)
    assert "… 1 paragraph unchanged …" in shown and "[-旧-]{+新+}" in shown


def test_operations_join_to_one_where_they_touch() -> None:
    operations = compare("", "全文都是新的。\n两段。")
    assert operations == [Operation("insert", 0, 0, 0, 11, "全文都是新的。\n两段。")]
