"""Each kind of edit has its severity, and what a publisher says of it is read."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crawler.items import MEDIA, METADATA, FactChange, Fields
from crawler.rules.diff import compare
from crawler.rules.severity import severity
from crawler.rules.severity.disclosure import disclosure

# A body of some length, so that an edit of a few words is no rewriting of it.
BODY = """据山西省能源局消息，今年第三季度山西煤炭产量同比增长3.5%，达到15077余万元，创三年来新高。
公司董事长李强在发布会上表示，公司将减持股份，预计年底前完成，有关部门正在研究进一步的措施。
2022年5月3日，财政部公布了采购意向，预算金额1,000万元，共有十五家企业报名，分析人士认为市场反应总体平稳。
-0.8%的跌幅之后，板块企稳，业内人士近日称“整体情况良好”，后续发展仍然值得关注，我们也将持续跟踪报道。
"""
COMPARED = ("title", "body_text", *MEDIA, *METADATA)


def graded(old: Fields, new: Fields, *facts: FactChange) -> str:
    changed = [name for name in COMPARED if getattr(old, name) != getattr(new, name)]
    fields = ["body" if name == "body_text" else name for name in changed]
    return severity(fields, old, new, compare(old.body_text or "", new.body_text or ""), list(facts))


# What goes, what comes in its place.
WORDS = {
    "material": [
        ("山西煤炭", "陕西煤炭"),
        ("山西省能源局", "陕西省能源局"),
        ("3.5%", "35%"),
        ("3.5%", "3.6%"),
        ("3.5%", "3.5"),
        ("3.5%", "３.６％"),
        ("-0.8%", "0.8%"),
        ("15077余万元", "15077.38万元"),
        ("15077余万元", "15077万元"),
        ("15077余万元", "15077余万美元"),
        ("15077余万元", "15077余亿元"),
        ("达到15077", "超过15077"),
        ("1,000万元", "10,000万元"),
        ("5月3日", "5月4日"),
        ("2022年", "2023年"),
        ("第三季度", "第四季度"),
        ("十五家", "十六家"),
        ("三年来", "两年来"),
        ("今年", "去年"),
        ("同比", "环比"),
        ("增长", "下降"),
        ("增长", "上升0.2个百分点，即增长"),
        ("减持", "增持"),
        ("将减持", "将不减持"),
        ("将减持", "未减持"),
        ("正在研究", "没有研究"),
        ("跌幅", "涨幅"),
        ("李强", "李克"),
        ("董事长李强", "董事长王晓锋"),
        ("财政部", "商务部"),
        ("公司将", "Honeywell公司将"),
        ("，创三年来新高", ""),
        ("情况良好", "情况不好"),
        ("跟踪报道。\n", "跟踪报道。\n更正：此前报道有误，特此说明。\n"),
        ("跟踪报道。\n", "跟踪报道。\n（本文已更新）\n"),
        ("跟踪报道。\n", "跟踪报道。\n勘误\n"),
        ("跟踪报道。\n", "跟踪报道。\n特此订正。\n"),
    ],
    "minor": [
        ("近日称", "日前称"),
        ("称“", "表示“"),
        ("预计年底前", "年底前"),
        ("有关部门", "相关部门"),
        ("进一步的", ""),
        ("总体平稳", "总体较为平稳"),
        ("仍然值得关注", "依然值得关注"),
        ("，我们也将持续跟踪报道", ""),
        ("研究", "不断研究"),
        ("公布了", "公布"),
        ("十五家", "15家"),
        ("1,000万元", "0.1亿元"),
        ("有关部门正在", "有关部门一直"),
        ("情况良好", "形势良好"),
        ("跟踪报道。\n", "跟踪报道。\n敬请留意。\n"),
        ("跟踪报道。\n", "跟踪报道。\n各供应商可依法申请更正。\n"),
        ("跟踪报道", "追踪报道"),
        ("公布了采购意向", "公开了采购意向"),
        ("进一步的措施", "进一步的\u202e措施"),
    ],
    "cosmetic": [
        ("消息，", "消息,"),
        ("“整体情况良好”", "「整体情况良好」"),
        ("“整体情况良好”", "整体情况良好"),
        ("3.5%", "３.５％"),
        ("1,000万元", "1000万元"),
        ("1,000万元", "1，000万元"),
        ("新高。", "新高！"),
        ("新高。", "新高"),
        ("平稳。\n", "平稳。"),
        ("平稳。\n-0.8", "平稳。-0.8"),
        ("消息，今年", "消息。今年"),
        ("2022年", "２０２２年"),
        ("进一步的措施", "进一步的\u200b措施"),
    ],
}


@pytest.mark.parametrize(
    ("gone", "come", "expected"),
    [(gone, come, grade) for grade, edits in WORDS.items() for gone, come in edits],
)
def test_words_of_a_body(gone: str, come: str, expected: str) -> None:
    assert graded(Fields(body_text=BODY), Fields(body_text=BODY.replace(gone, come, 1))) == expected


def _paragraphs(*order: int) -> str:
    lines = BODY.strip().split("\n")
    return "\n".join(lines[n] for n in order)


TABLE = [["项目", "金额"], ["甲", "12"], ["乙", "15"]]
WHOLE = Fields(
    title="山西煤炭产量增长", body_text=BODY, images=["a.jpg", "b.jpg"], tables=[TABLE], links=["http://a.example/1"],
    attachments=["http://a.example/1.pdf"], author="张三", outlet="某报", published_at="2022-05-03T00:00:00Z",
)  # fmt: skip


@pytest.mark.parametrize(
    ("changed", "expected"),
    [
        ({"title": "陕西煤炭产量增长"}, "material"),
        ({"title": "山西煤炭产量大幅增长"}, "material"),
        ({"title": "山西煤炭，产量增长！"}, "cosmetic"),
        ({"title": None}, "material"),
        ({"images": ["a.jpg", "c.jpg"]}, "material"),
        ({"images": ["a.jpg"]}, "material"),
        ({"images": ["b.jpg", "a.jpg"]}, "cosmetic"),
        ({"tables": [[*TABLE[:2], ["乙", "16"]]]}, "material"),
        ({"tables": [[*TABLE[:2], ["丙", "15"]]]}, "material"),
        ({"tables": []}, "material"),
        ({"tables": [[["项目：", "金额"], *TABLE[1:]]]}, "cosmetic"),
        ({"attachments": ["http://a.example/2.pdf"]}, "material"),
        ({"attachments": []}, "material"),
        ({"links": []}, "minor"),
        ({"author": "李四"}, "minor"),
        ({"author": None, "outlet": "另一报"}, "minor"),
        ({"published_at": "2022-05-04T00:00:00Z"}, "minor"),
        ({"body_text": _paragraphs(1, 0, 2, 3)}, "minor"),
        ({"body_text": _paragraphs(0, 1, 3, 2)}, "minor"),
        ({"body_text": _paragraphs(3, 0, 1, 2)}, "minor"),
        ({"body_text": _paragraphs(0, 2, 3)}, "material"),
        ({"body_text": "甲乙丙。" * 30}, "material"),
        ({"body_text": BODY.replace("\n", "")}, "cosmetic"),
        ({"body_text": BODY.replace("，", ","), "images": ["b.jpg", "a.jpg"]}, "cosmetic"),
        ({"body_text": BODY.replace("，", ","), "author": "李四"}, "minor"),
        ({"body_text": BODY.replace("新高", "新低"), "images": ["b.jpg", "a.jpg"]}, "material"),
    ],
)
def test_fields(changed: dict[str, object], expected: str) -> None:
    new = Fields(**{name: getattr(WHOLE, name) for name in Fields.__struct_fields__} | changed)
    assert graded(WHOLE, new) == expected


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        (FactChange("organization", old_text="甲局", new_text="乙局", old_value="甲局", new_value="乙局"), "material"),
        (FactChange("negation", old_text="不", old_value="不"), "material"),
        (FactChange("hedge", old_text="拟", old_value="拟"), "minor"),
        (FactChange("direction", old_text="增加", new_text="增长", old_value="up", new_value="up"), "minor"),
        (FactChange("amount", old_text="1.5亿元", new_text="15000万元", old_value="1", new_value="1"), "minor"),
        (FactChange("amount", old_text="15余万元", new_text="15万元", old_value="1", new_value="1"), "material"),
    ],
)  # fmt: skip
def test_what_became_of_a_fact(change: FactChange, expected: str) -> None:
    new = Fields(body_text=BODY.replace("近日称", "日前称"))
    assert graded(Fields(body_text=BODY), new, change) == expected


@given(st.text(), st.text())
def test_any_two_bodies_have_a_grade(old: str, new: str) -> None:
    assert graded(Fields(body_text=old), Fields(body_text=new)) in ("cosmetic", "minor", "material")
    assert severity(["body"], Fields(body_text=old), Fields(body_text=old), compare(old, old), []) == "cosmetic"


@pytest.mark.parametrize("sign", ["“", "(", "，", "·", "　", "。"])
@given(at=st.integers(0, len(BODY)))
def test_a_mark_anywhere_but_in_a_number_is_cosmetic(sign: str, at: int) -> None:
    if not (BODY[at - 1 : at].isdigit() or BODY[at : at + 1].isdigit()):
        assert graded(Fields(body_text=BODY), Fields(body_text=BODY[:at] + sign + BODY[at:])) == "cosmetic"


TIME, LATER = "2022-05-03T00:00:00Z", "2022-05-04T00:00:00Z"


@pytest.mark.parametrize(
    "notice",
    [
        "更正：此前报道有误。", "（本文已更新）", "编者按：本文已于5月3日更新。", "特此更正。",
        "【勘误】", "订正说明", "本报昨日稿件现予更正。",
        "此前报道中的数据有误，我们表示歉意。", "报道已作修改。", "更新于2022年5月3日", "文章标题已修改。", "【更新】",
        "Correction: an earlier figure was wrong.", "This article has been updated.",
        "An earlier version of this story misstated the figure.", "Editor’s note: the headline was corrected.",
    ],
)  # fmt: skip
def test_a_notice_is_told_once(notice: str) -> None:
    told = f"{BODY}{notice}\n"
    assert disclosure(BODY, told, TIME, TIME) == "notice"
    assert disclosure(told, told.replace("3.5%", "35%"), TIME, TIME) == "none"
    assert disclosure(told, BODY, TIME, TIME) == "none"
    assert graded(Fields(body_text=BODY * 3), Fields(body_text=f"{BODY * 3}{notice}\n")) == "material"


@pytest.mark.parametrize(
    "words",
    [
        "发布采购更正公告。", "供应商可以要求更正。", "法院责令其限期更正。", "他予以更正。",
        "“更正”一词不当。", "更正事项见附件。", "警方纠正违法行为。",
        "公司更新设备。", "系统版本更新。", "The company updated its guidance.", "He made a correction.",
        "此前市场预期有误差。", "双方修改合同。",
    ],
)  # fmt: skip
def test_ordinary_words_are_no_notice(words: str) -> None:
    assert disclosure(BODY, f"{BODY}{words}\n", TIME, TIME) == "none"


def test_figures_that_change_places_are_changed_but_not_those_of_moved_paragraphs() -> None:
    old = f"{BODY}甲队有12人，乙队有15人。"
    assert graded(Fields(body_text=old), Fields(body_text=f"{BODY}甲队有15人，乙队有12人。")) == "material"
    assert (
        graded(
            Fields(body_text=f"{BODY}甲队有12人。\n乙队有15人。"), Fields(body_text=f"{BODY}乙队有15人。\n甲队有12人。")
        )
        == "minor"
    )


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        (None, None, "unknown"),
        (TIME, TIME, "none"),
        (TIME, LATER, "updated_time"),
        (None, TIME, "updated_time"),
        (TIME, None, "unknown"),
    ],
)
def test_a_time_of_modification_tells(old: str | None, new: str | None, expected: str) -> None:
    assert disclosure(BODY, BODY.replace("3.5%", "35%"), old, new) == expected


@pytest.mark.parametrize("unit", ["更正", "本文已", "此前报道", "1", "(", "不", "更新于", "version ", "一", "增长 "])
def test_repetition_without_end_is_read(unit: str) -> None:
    long = unit * (100_000 // len(unit))
    assert graded(Fields(body_text=BODY), Fields(body_text=long)) == "material"
    assert disclosure(long, long + "。", None, None) in ("unknown", "notice")


@pytest.mark.parametrize(
    ("old", "new", "grade"),
    [
        ("今年每亩增收的部分按规定分配。", "今年每公顷增收的部分按规定分配。", "material"),
        ("Shares rose on Monday in thin trade.", "Shares fell on Monday in thin trade.", "material"),
        ("It reported a profit for the quarter.", "It reported a loss for the quarter.", "material"),
        ("The minister spoke on Monday in thin rain.", "The minister talked on Monday in thin rain.", "minor"),
    ],
)
def test_measures_and_english_directions(old: str, new: str, grade: str) -> None:
    text = f"{BODY}{{}}\n{BODY}"
    assert graded(Fields(body_text=text.format(old)), Fields(body_text=text.format(new))) == grade
