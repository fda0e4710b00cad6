"""Diffs rebuild the new text from the old one, and read well."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crawler.rules.diff import Operation, apply, blame, compare, counts, summary
from crawler.rules.diff.words import clauses, sentences, words

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
        ("购买费用为100人民币。", "购买费用为120人民币。", [("replace", "100", "120")]),
        ("该公司于2021成立。", "该公司于2022成立。", [("replace", "2021", "2022")]),
        ("降幅为10%-15%。", "降幅为10%-25%。", [("replace", "15%", "25%")]),
        ("均价为3.2元/吨。", "均价为3.2元/年。", [("replace", "3.2元/吨", "3.2元/年")]),
        ("感染H7N9病毒。", "感染H5N1病毒。", [("replace", "H7N9", "H5N1")]),
        ("于2022-02-14公布。", "于2022-02-15公布。", [("replace", "2022-02-14", "2022-02-15")]),
        ("甲方先到。乙方后到。", "甲方先到，乙方后到。", [("replace", "。", "，")]),
        ("一段说的是预算。\n二段话。", "一段说的是预算。二段话。", [("delete", "\n", "")]),
        ("预算为三十五亿元。", "预算为三十六亿元。", [("replace", "三十五亿元", "三十六亿元")]),
        ("二〇二二年五月完工。", "二〇二三年五月完工。", [("replace", "二〇二二年", "二〇二三年")]),
        ("合计壹佰贰拾万元整。", "合计壹佰叁拾万元整。", [("replace", "壹佰贰拾万元整", "壹佰叁拾万元整")]),
        ("一家三口👨‍👩‍👧出游。", "一家四口👨‍👩‍👦出游。", [("replace", "三口👨‍👩‍👧", "四口👨‍👩‍👦")]),
    ],
)
def test_marks_whole_words(old: str, new: str, expected: list[tuple[str, str, str]]) -> None:
    assert changed(old, new) == expected


def _rebuilds(old: str, new: str) -> None:
    operations = compare(old, new)
    assert apply(old, operations) == new
    assert [o.new_start for o in operations] == [0, *(o.new_end for o in operations)][:-1]
    assert all(
        old[o.old_start : o.old_end] == new[o.new_start : o.new_end]
        for o in operations
        if not o.text and o.new_end > o.new_start
    )
    assert all(o.text == new[o.new_start : o.new_end] for o in operations if o.text)
    covered = sorted((o.old_start, o.old_end) for o in operations if o.old_start != o.old_end)
    assert "".join(old[start:end] for start, end in covered) == old


pieces = st.sampled_from(
    [
        *"山西陕不的，。！\n\r \u2028\u3000\x00aZ9.%-",
        "\n\n",
        "3.5%",
        "é",
        "e\u0301",
        "𠮷",
        "👨‍👩‍👧",
        "15077余万元",
        "山西煤炭。",
        "预算。\n",
    ]
)
odd_texts = st.lists(pieces, max_size=60).map("".join)


@given(odd_texts, odd_texts)
def test_odd_texts_are_rebuilt(old: str, new: str) -> None:
    _rebuilds(old, new)


@given(odd_texts, st.lists(st.tuples(st.integers(0, 80), st.integers(0, 9), odd_texts), max_size=4))
def test_an_edited_text_is_rebuilt(old: str, edits: list[tuple[int, int, str]]) -> None:
    new = old
    for at, length, text in edits:
        new = new[:at] + text + new[at + length :]
    _rebuilds(old, new)


HOSTILE = {
    "one character": ("啊" * 20_000, "啊" * 9_000 + "好" + "啊" * 9_000),
    "one mark": ("，" * 20_000, "。" * 20_000),
    "digits": ("1" * 20_000, "1" * 19_999),
    "brackets": ("(" * 20_000, ")" * 20_000 + "("),
    "lines of one character": ("".join(f"{chr(0x4E00 + n)}\n" for n in range(20_000)), "一\n丁\n" * 9_000),
    "without marks": ("山西煤炭产量" * 3_000, "陕西煤炭产量" + "山西煤炭产量" * 2_900 + "山西石油" * 90),
    "without a common word": ("".join(map(chr, range(0x4E00, 0x9000))), "".join(map(chr, range(0x9000, 0x4E00, -1)))),
    "every line edited": (
        "\n".join(f"第{n}段是关于预算的说明。" for n in range(3_000)),
        "\n".join(f"第{n}段是关于预算的解释。" for n in range(3_000)),
    ),
    "lines in reverse": (
        "\n".join(f"第{n}段是说明。" for n in range(3_000)),
        "\n".join(f"第{n}段是说明。" for n in range(3_000, 0, -1)),
    ),
}


@pytest.mark.parametrize("name", HOSTILE)
def test_hostile_texts_are_rebuilt(name: str) -> None:
    _rebuilds(*HOSTILE[name])


def test_scattered_edits_in_a_text_without_marks_are_found_apart() -> None:
    old = "".join(f"第{n}吨山西的煤炭产量增长了" for n in range(2_000))
    new = old.replace("第500吨", "第5000吨").replace("第1500吨", "第150吨")
    assert changed(old, new) == [("replace", "500吨", "5000吨"), ("replace", "1500吨", "150吨")]


@given(st.text(), st.text())
def test_any_two_texts_are_rebuilt(old: str, new: str) -> None:
    _rebuilds(old, new)


@given(lines, lines)
def test_rearranged_paragraphs_are_rebuilt(old: list[str], new: list[str]) -> None:
    _rebuilds("\n".join(old), "\n".join(new))


def test_a_new_paragraph_is_not_taken_for_an_edited_one() -> None:
    old = "财政部公布采购意向清单共三项。\n预算金额为3.5亿元左右。"
    new = "本报讯记者今日获悉一则消息。\n财政部公布采购意向清单共四项。\n预算金额为3.6亿元左右。"
    come = ("insert", "", "本报讯记者今日获悉一则消息。\n")
    assert changed(old, new) == [come, ("replace", "三项", "四项"), ("replace", "3.5亿元", "3.6亿元")]


def test_a_sentence_edited_amid_many_that_went_is_still_found() -> None:
    gone = ["大家今天都去公园玩耍了。", "有关部门高度重视此事。"]
    kept = "截至3月19日7时，累计报告病例75例。"
    went = [("delete", gone[0], ""), ("replace", "75例", "76例"), ("delete", gone[1], "")]
    assert changed(gone[0] + kept + gone[1], kept.replace("75", "76")) == went


FIRST, SECOND, THIRD = "第一段是关于预算金额的说明。", "第二段是关于开标时间的说明。", "第三段讲的是联系方式。"


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ([FIRST, SECOND], [SECOND, FIRST]),
        ([FIRST, SECOND, THIRD], [THIRD, FIRST, SECOND]),
        ([FIRST, SECOND, THIRD], [SECOND, THIRD, FIRST]),
        ([FIRST, SECOND, THIRD, ""], [THIRD, SECOND, FIRST, ""]),
        ([FIRST, "", SECOND, "", THIRD], [SECOND, "", FIRST, "", THIRD]),
        ([FIRST, SECOND, FIRST, THIRD], [SECOND, THIRD, FIRST, FIRST]),
        (["甲段。", "乙段。", THIRD], ["乙段。", "甲段。", THIRD]),
        (["甲段。", "乙段。"], ["乙段。", "甲段。"]),
        ([FIRST + SECOND + THIRD], [FIRST + THIRD + SECOND]),
    ],
)
def test_what_changes_places_brings_and_takes_no_words(old: list[str], new: list[str]) -> None:
    operations = compare("\n".join(old), "\n".join(new))
    assert {o.kind for o in operations} == {"equal", "moved"} and counts(operations) == (0, 0)


def test_a_figure_that_stands_alone_on_a_line_is_no_paragraph_that_moves() -> None:
    moved = [gone for kind, gone, _ in changed("甲队\n12\n乙队\n15", "甲队\n15\n乙队\n12") if kind == "moved"]
    assert moved == ["乙队\n"]


@pytest.mark.parametrize("behind", ["", "\n末段。"])
def test_a_paragraph_edited_on_its_way_is_shown_as_both(behind: str) -> None:
    old, new = f"{FIRST}\n{SECOND}\n{THIRD}{behind}", f"{SECOND}\n{THIRD}\n{FIRST.replace('预算', '决算')}{behind}"
    told = [change for change in changed(old, new) if change[1] != "\n"]
    assert [kind for kind, _, _ in told] == ["moved", "replace", "moved"] and told[1][1:] == ("预算", "决算")
    assert summary(old, new, compare(old, new)) == "moved: 「第一段是关于」; 预算 → 决算; moved: 「金额的说明。」"


def test_line_ends_alone_are_not_counted_or_told() -> None:
    old, new = f"{FIRST}{SECOND}\n{THIRD}", f"{FIRST}\n{SECOND}{THIRD}"
    operations = compare(old, new)
    assert counts(operations, old) == (0, 0) and summary(old, new, operations) == ""
    assert counts(compare("甲。", "甲。\n乙。"), "甲。") == (3, 0)
    old = "全市新增病例共10例，据来自New York的消息称情况总体平稳。"
    new = old.replace("10例", " 10 例").replace("New York", "NewYork")
    operations = compare(old, new)
    assert counts(operations, old) == (7, 8) and summary(old, new, operations) == "New York → NewYork"


def test_long_texts_are_compared_by_what_stands_in_them_once() -> None:
    numbers = [f"{n}，" for n in range(9000)]
    edited = ["新的开头，", *numbers]
    edited[4000] = "改了，"
    _rebuilds("".join(numbers), "".join(edited))
    assert len(changed("".join(numbers), "".join(edited))) == 2


def test_a_paragraph_that_moved_is_neither_new_nor_gone() -> None:
    first, second = "第一段是关于预算金额的说明。", "第二段是关于开标时间的说明。"
    operations = compare(f"{first}\n{second}\n末段结束。", f"{second}\n{first}\n末段已经结束。")
    assert [o.kind for o in operations].count("moved") == 1
    assert counts(operations)[1] <= 1 + len("\n")


@given(st.text())
def test_pieces_are_the_whole_text(text: str) -> None:
    for cut in (sentences, clauses, words):
        assert "".join(cut(text)) == text


@given(st.integers(0, 10**9), st.integers(0, 99), st.sampled_from(["万元", "%", "亿元", "余万元", ""]))
def test_no_number_is_torn(whole: int, part: int, unit: str) -> None:
    number = f"{whole}.{part:02d}{unit}"
    assert number in words(f"总额为{number}，")
    assert changed(f"总额为{number}，比上年多。", f"总额为7{number}，比上年多。") == [("replace", number, f"7{number}")]


def test_a_change_is_told_in_one_line() -> None:
    old, new = "预算3.5亿元。", "预算35亿元。"
    assert summary(old, new, compare(old, new)) == "3.5亿元 → 35亿元"
    long_old, long_new = "甲" * 500, "乙" * 500
    told = summary(long_old, long_new, compare(long_old, long_new))
    assert "\n" not in told and len(told) <= 60
    assert summary("甲。", "甲。\n乙。", compare("甲。", "甲。\n乙。")) == "+「乙。」"


def test_blame_names_the_version_that_brought_a_paragraph() -> None:
    texts = ["甲段。\n乙段。", "甲段。\n乙段改。", "乙段改。\n甲段。\n丙段。", "乙段改。\n丙段。", "乙段改。\n甲段。"]
    assert blame(texts) == [("乙段改。", 2), ("甲段。", 5)]


def test_operations_join_to_one_where_they_touch() -> None:
    operations = compare("", "全文都是新的。\n两段。")
    assert operations == [Operation("insert", 0, 0, 0, 11, "全文都是新的。\n两段。")]


def test_words_before_a_line_end_leave_it_where_it_is() -> None:
    old, new = "一段的话。\n二段的话。\n三段。", "一段的话。\n二段的话。本文已更新。\n三段。"
    assert [(o.kind, o.text) for o in compare(old, new) if o.kind != "equal"] == [("insert", "本文已更新。")]
    assert [(o.kind, new[o.old_start : o.old_end]) for o in compare(new, old) if o.kind != "equal"] == [
        ("delete", "本文已更新。")
    ]
