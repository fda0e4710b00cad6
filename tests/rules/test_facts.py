"""Facts are found as a reader finds them, in sentences and real posts whose facts are written out by hand."""

import html
import re
import tomllib
from collections import Counter
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from crawler.items import Fact, FactChange
from crawler.rules import facts
from tests.corpus import FOLDER, needs_corpus, posts

CASES = tomllib.loads(Path(__file__).with_name("facts.toml").read_text(encoding="utf-8"))
_LINE_ENDS = re.compile(r"<br ?/?>|</p>|</center>|\n")
FEWEST = 10  # rows of a type from which its own precision and recall are asserted


def expected(rows: str) -> list[Fact]:
    return [_row(line) for line in rows.strip().splitlines()]


def _row(line: str) -> Fact:
    parts = [part.strip() for part in line.split("|")] + [""] * 6
    kind, text, value, unit, approximate, role = (part.replace("¦", "|") for part in parts[:6])
    plain = text.strip("《》“”") if kind == "name" else text
    return Fact(kind, text, role or None, value or plain, unit or None, approximate == "~")


def text_of(body: str) -> str:
    """A corpus body's paragraphs, one a line, without its hidden ones."""
    body = re.sub(r'<p style="display:none.*?</p>', "", body)
    lines = (html.unescape(re.sub(r"<[^>]*>", "", line)) for line in _LINE_ENDS.split(body))
    return "\n".join(line.strip() for line in lines if line.strip())


def all_cases() -> list[tuple[str, list[Fact], list[Fact]]]:
    """(name, expected, found) of every sentence and of every post that is there."""
    found = [
        (case["text"][:20], expected(case["rows"]), list(_found(case)))
        for case in CASES["case"] + CASES.get("later", [])
    ]
    bodies = {p.code: p for p in posts() if p.title} if FOLDER.is_dir() else {}
    for case in CASES.get("post", []):
        if post := bodies.get(case["code"]):
            of_post = facts.find(post.title, text_of(post.body), post.body)
            found.append((post.code, expected(case["rows"]), list(of_post)))
    return found


def _found(case: dict[str, Any]) -> tuple[Fact, ...]:
    return facts.find(case.get("title", ""), case["text"], case.get("html", ""), case.get("tables", ()))


def score(cases: list[tuple[str, list[Fact], list[Fact]]]) -> dict[str, tuple[int, int, int]]:
    """Type -> (expected, found, right); right is equal in every column."""
    totals: dict[str, list[int]] = {}
    for _, want, got in cases:
        right = Counter(want) & Counter(got)
        for column, rows in enumerate((Counter(want), Counter(got), right)):
            for fact, count in rows.items():
                for kind in (fact.type, "all"):
                    totals.setdefault(kind, [0, 0, 0])[column] += count
    return {kind: (a, b, c) for kind, (a, b, c) in sorted(totals.items())}


def table(scores: dict[str, tuple[int, int, int]]) -> str:
    lines = [f"{'type':14}{'expected':>9}{'found':>7}{'right':>7}{'precision':>11}{'recall':>8}"]
    for kind, (want, got, right) in scores.items():
        lines.append(f"{kind:14}{want:9}{got:7}{right:7}{right / max(got, 1):11.3f}{right / max(want, 1):8.3f}")
    return "\n".join(lines)


def differences(cases: list[tuple[str, list[Fact], list[Fact]]]) -> str:
    lines = []
    for name, want, got in cases:
        missed, wrong = Counter(want) - Counter(got), Counter(got) - Counter(want)
        lines += [f"{name}: missed {f}" for f in missed] + [f"{name}: wrong {f}" for f in wrong]
    return "\n".join(lines)


def test_precision_and_recall() -> None:
    cases = all_cases()
    scores = score(cases)
    print("\n" + table(scores))
    assert len(CASES["case"]) + len(CASES["later"]) >= 60
    low = [k for k, (want, got, right) in scores.items() if want >= FEWEST and right < 0.97 * max(want, got)]
    assert not low, f"{low}\n{differences(cases)}"


@needs_corpus
def test_the_posts_are_those_of_the_corpus() -> None:
    assert {case["code"] for case in CASES["post"]} <= {post.code for post in posts()}


@given(st.text())
def test_any_text_has_facts_or_none(text: str) -> None:
    for fact in facts.find(text[:10], text, text):
        assert fact.text in f"{text[:10]}\n{text}"
    assert facts.changes(facts.find("", text), facts.find("", text)) == []


pieces = st.lists(
    st.sampled_from(
        "1.5亿元 15077余万元 -3.5% 三成 百分之三点五 2020年6月14日 14:30 下午2时30分 6月14日前 一 两家 第2包"
        " 项目编号： 采购人： 单位：万元 ( ) 〔2020〕50号 财政局 有限公司 某某 广州 记者 王伟 表示 《 》 “ ” 不 未来 或"
        " 增长 涨 600519.SH （600519） 、 ， 。 : - 至 1 23 万 亿 点 \n \u3000 91350100M000100Y43 摄".split(" ")
    ),
    max_size=30,
).map("".join)


@example("〔2020〕50号", [])
@given(pieces, st.lists(st.lists(st.lists(pieces, max_size=3), max_size=3), max_size=2))
def test_every_fact_stands_in_the_text(text: str, tables: list[list[list[str]]]) -> None:
    lines = [text, *(" ".join(row) for table in tables for row in table)]
    body = "\n".join(lines)
    for fact in facts.find("标题", body, "", tables):
        assert fact.text in body
        if fact.type in ("amount", "percent", "points", "multiple", "count", "number"):
            assert fact.value == format(Decimal(fact.value or ""), "f")


@given(st.integers(1, 99_999_999_999), st.sampled_from("元 美元 港元".split()))
def test_an_amount_survives_rewriting(cents: int, unit: str) -> None:
    value = Decimal(cents) / 100
    written = {
        f"{value}{unit}", f"{value:,}{unit}", f"{format(value / 10**4, 'f')}万{unit}",
        f"{format(value / 10**8, 'f')}亿{unit}",
        f"{value}{unit}".translate({ord(str(d)): chr(0xFF10 + d) for d in range(10)}),
    }  # fmt: skip
    if cents % 100 == 0:
        written |= {f"{chinese(cents // 100)}{unit}"}
        if cents // 100 >= 10**8 and cents // 100 % 10**4 == 0 and cents // 100 % 10**8:
            written |= {f"{cents // 10**10}亿{cents // 100 % 10**8 // 10**4}万{unit}"}
    found = {(f.type, f.value, f.unit) for w in written for f in facts.find("", f"预算为{w}。")}
    assert found == {("amount", min(v for _, v, _ in found), unit)}
    assert all(facts.number(w) == value for w in written)


def chinese(number: int) -> str:
    """Chinese numerals as they are read out."""
    for size, name in ((10**8, "亿"), (10**4, "万")):
        if number >= size:
            head, tail = divmod(number, size)
            zero = "零" if 0 < tail < size // 10 else ""
            return chinese(head) + name + zero + (chinese(tail) if tail else "")
    digits, written = "零一二三四五六七八九", ""
    for place, name in ((1000, "千"), (100, "百"), (10, "十"), (1, "")):
        digit = number // place % 10
        if digit:
            written += digits[digit] + name
        elif written and number % place and not written.endswith("零"):
            written += "零"
    return written


def money(text: str) -> Fact:
    [fact] = facts.find("", text)
    return fact


@pytest.mark.parametrize(
    ("old", "new", "refined"),
    [
        ("15077余万元", "15077.38万元", True),
        ("15077余万元", "15177.38万元", False),
        ("100余个", "132个", True),
        ("3000多人", "3421人", True),
        ("约8000吨", "8120吨", True),
        ("约8000吨", "9120吨", False),
        ("近60亿元", "59.3亿元", True),
        ("近60亿元", "61亿元", False),
        ("超2%", "2.13%", True),
        ("超2%", "1.93%", False),
        ("逾500家", "512家", True),
        ("不足3家", "2.9家", True),
        ("不足3家", "3.1家", False),
        ("300%以上", "312%", True),
        ("15077.38万元", "15078万元", False),
        ("6月14日", "2020年6月14日", True),
        ("6月14日", "2020年6月15日", False),
        ("2021年", "2021年9月", True),
    ],
)
def test_a_refinement_is_no_contradiction(old: str, new: str, refined: bool) -> None:
    before, after = money(old), money(new)
    [change] = facts.changes([before], [after])
    assert (change.old_text, change.new_text) == (old, new)
    assert facts.is_refinement(before, after) is refined


def became(old: str, new: str) -> list[tuple[str, str | None, str | None]]:
    return [(c.type, c.old_text, c.new_text) for c in facts.changes(facts.find("", old), facts.find("", new))]


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        ("交易额达15077余万元。", "交易额达15077.38万元。", [("amount", "15077余万元", "15077.38万元")]),
        ("费率为3.5%。", "费率为35%。", [("percent", "3.5%", "35%")]),
        ("营收增长3%。", "营收下降3%。", [("direction", "增长", "下降")]),
        ("公司减持股份。", "公司不减持股份。", [("negation", None, "不")]),
        ("甲5例，乙6例。", "乙6例，甲5例。", []),
        ("甲5例，乙6例，丙7例。", "甲5例，丙7例。", [("count", "6例", None)]),
        ("甲5例，乙6例，丙7例。", "甲5例，乙9例，丙7例，丁1例。", [("count", "6例", "9例"), ("count", None, "1例")]),
        ("共100万元。", "共100万美元。", [("amount", "100万元", "100万美元")]),
        ("共100万元。", "共1,000,000元。", [("amount", "100万元", "1,000,000元")]),
        ("2020年6月14日", "2020-06-14", [("date", "2020年6月14日", "2020-06-14")]),
        ("财政局发布。", "广州市税务局发布。", [("organization", None, "广州市税务局")]),
    ],
)
def test_what_became_of_facts(old: str, new: str, expected: list[tuple[str, str | None, str | None]]) -> None:
    assert became(old, new) == expected


def test_a_change_says_both_values_in_the_base_unit() -> None:
    old, new = facts.find("", "预算金额：15077余万元"), facts.find("", "预算金额：15077.38万元")
    assert facts.changes(old, new) == [
        FactChange("amount", "预算金额", "15077余万元", "15077.38万元", "150770000", "150773800", "元")
    ]


fact_lists = st.lists(
    st.builds(
        Fact, st.sampled_from(["amount", "date", "name"]), st.sampled_from("abc"), st.sampled_from([None, "预算金额"]),
        st.sampled_from(["1", "2", "30", None]), st.sampled_from([None, "元", "美元"]), st.booleans(),
    ),
    max_size=12,
)  # fmt: skip


@given(fact_lists, fact_lists)
def test_changes_account_for_every_unequal_fact(old: list[Fact], new: list[Fact]) -> None:
    found = facts.changes(old, new)
    gone, come = Counter(old) - Counter(new), Counter(new) - Counter(old)
    assert Counter(c.old_text for c in found if c.old_text) == Counter(f.text for f in gone.elements())
    assert Counter(c.new_text for c in found if c.new_text) == Counter(f.text for f in come.elements())


def test_a_correction_names_the_project_it_corrects() -> None:
    body = "一、项目基本情况\n采购项目编号：粤财采〔2022〕gz－０１\n首次公告日期：2022年5月6日"
    original = facts.find("某某设备采购项目公开招标公告", body.replace("gz－０１", "GZ-01"))
    correction = facts.find("某某设备采购项目更正公告", body)
    assert facts.corrected_project(original) is None
    assert facts.corrected_project(correction) in facts.project_numbers(original)


@pytest.mark.parametrize(
    ("title", "kind"),
    [
        ("某某项目采购意向公开", "采购意向"), ("某某项目资格预审公告", "资格预审"), ("某某项目公开招标公告", "招标"),
        ("某某项目竞争性磋商公告", "磋商"), ("某某项目竞争性谈判公告", "谈判"), ("某某项目询价公告", "询价"),
        ("某某项目单一来源采购公示", "单一来源"), ("某某招标项目更正公告", "更正"),
        ("关于某某项目招标文件的澄清公告", "更正"),
        ("某某项目中标（成交）结果公告", "中标"), ("某某项目竞争性磋商成交结果公告", "成交"),
        ("某某项目废标公告", "废标"),
        ("某某项目招标终止公告", "终止"), ("某某项目政府采购合同公告", "合同"), ("某某项目履约验收公告", "验收"),
        ("财政部门投诉处理结果公告", "投诉处理"), ("某某公司中标3亿元项目", None), ("招标市场回暖", None),
    ],
)  # fmt: skip
def test_the_kind_of_notice(title: str, kind: str | None) -> None:
    assert [f.value for f in facts.find(title, "") if f.type == "notice"] == ([kind] if kind else [])


def test_a_credit_code_with_a_wrong_check_digit_has_no_value() -> None:
    values = [
        f.value for f in facts.find("", "统一社会信用代码：91350100M000100Y43\n统一社会信用代码：91350100M000100Y44")
    ]
    assert values == ["91350100M000100Y43", None]


if __name__ == "__main__":
    print(differences(all_cases()))
    print(table(score(all_cases())))
