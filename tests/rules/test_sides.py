"""Side by side: nothing is lost on either side."""

from hypothesis import given, settings
from hypothesis import strategies as st

from crawler.rules.diff.sides import rows

LINES = st.lists(
    st.sampled_from(["甲公司中标。", "金额15077余万元。", "下浮3.5%。", "", "a b", "乙方。丙方。", "完。"]), max_size=7
)
TEXTS = st.one_of(st.text(alphabet="一二三。\n 3.5%", max_size=30), LINES.map("\n".join))


@settings(deadline=None)  # the first comparison loads a dictionary
@given(TEXTS, TEXTS)
def test_each_side_is_its_text(old: str, new: str) -> None:
    found = rows(old, new)
    assert "".join(piece.text for row in found for piece in row.left) == old
    assert "".join(piece.text for row in found for piece in row.right) == new
    assert all({piece.kind for piece in row.left} <= {"equal", "delete", "moved"} for row in found)
    assert all({piece.kind for piece in row.right} <= {"equal", "insert", "moved"} for row in found)


@settings(deadline=None)  # the first comparison loads a dictionary
@given(TEXTS)
def test_equal_texts_have_a_row_for_each_line(text: str) -> None:
    found = rows(text, text)
    assert not any(row.is_changed for row in found)
    assert len(found) == len(text.splitlines())


def test_a_moved_paragraph_is_on_both_sides() -> None:
    first, second, third = "江州市前三季度采购额增长。", "南屏市的合同融资利率下浮。", "平川县的园区帮工人找下家。"
    found = rows("\n".join([first, second, third]), "\n".join([second, third, first]))
    moved = [[piece.text.strip() for piece in side if piece.kind == "moved"] for row in found for side in row]
    assert [text for side in moved for text in side] == [first, first]
