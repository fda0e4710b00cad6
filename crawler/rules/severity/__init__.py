"""How much an edit matters: `material`, `minor` or `cosmetic`."""

import re
import unicodedata
from collections import Counter
from collections.abc import Iterable, Sequence

from crawler.items import FactChange, Fields
from crawler.rules.diff import Operation, words
from crawler.rules.severity import turns
from crawler.rules.severity.disclosure import disclosure, is_told

__all__ = ["disclosure", "severity"]

_Edit = tuple[Operation, str]  # and the words that went by it
_REWRITTEN = 0.2  # of a text
_MATERIAL_FACTS = frozenset(
    "amount percent points multiple count number date time deadline document stock identifier organization name person"
    " direction negation notice".split()
)
_INEXACT = re.compile(r"[余多来约近超逾]|不足|不到|不超|左右|上下|以上|以下|以内|至少|至多|最[多少]|不[低少高多]于")
_GROUPED = re.compile(r"(?<=\d),(?=\d{3}(?!\d))")
# Points, signs and per cents that belong to no number; other marks and white space, but for signs that are read aloud.
_LOOSE = re.compile(r"[.:/](?:(?<!\d[.:/])|(?!\d))|[%‰](?<!\d[%‰])|-(?:(?<=[^\W\d]-)|(?!\d))")
_OVERRIDES = "\u202d\u202e"  # what is behind them is read in another order: 35 as 53
_MARKS = re.compile(rf"[^\w.:/%‰\-$¥€£₩+<>=±×÷°℃℉Ω§©®™{_OVERRIDES}]+")


def severity(
    fields: Sequence[str], old: Fields, new: Fields, operations: Sequence[Operation], facts: Sequence[FactChange]
) -> str:
    """How much an edit matters. `fields` are those that changed, `operations` the diff of the two body texts, `facts`
    what became of the facts. A figure, a name or a turn that the facts missed is found in the changed words as well.

    >>> from crawler.rules.diff import compare
    >>> old, new = Fields(body_text="费率为3.5%。"), Fields(body_text="费率为35%。")
    >>> severity(["body"], old, new, compare(old.body_text, new.body_text), [])
    'material'
    """
    edits = _real_edits(old.body_text or "", new.body_text or "", operations) if "body" in fields else []
    is_reworded = bool(edits) or ("title" in fields and _form(old.title or "") != _form(new.title or ""))
    # Without other words, a fact that hangs on quotation marks or on its place is no other fact.
    if is_reworded and any(map(_is_material, facts)):
        return "material"
    found = {_of_field(name, old, new, edits, operations) for name in fields}
    return next((grade for grade in ("material", "minor") if grade in found), "cosmetic")


def _of_field(name: str, old: Fields, new: Fields, edits: Sequence[_Edit], operations: Sequence[Operation]) -> str:
    if name == "body":
        has_moved = any(o.kind == "moved" for o in operations)
        grade = "minor" if has_moved else "cosmetic"
        return _of_words(edits, old.body_text or "", new.body_text or "") if edits else grade
    if name == "title":
        return "cosmetic" if _form(old.title or "") == _form(new.title or "") else "material"
    if name == "tables":
        return _of_tables(old.tables, new.tables)
    if name in ("images", "attachments", "links"):
        before, after = getattr(old, name), getattr(new, name)
        return "cosmetic" if sorted(before) == sorted(after) else "minor" if name == "links" else "material"
    return "minor"


def _of_tables(old: list[list[list[str]]], new: list[list[list[str]]]) -> str:
    before, after = ([[[_form(cell) for cell in row] for row in table] for table in tables] for tables in (old, new))
    if before == after:
        return "cosmetic"
    return "minor" if sorted(before) == sorted(after) else "material"


def _of_words(edits: Sequence[_Edit], old: str, new: str) -> str:
    if _is_rewritten(edits, old, new) or is_told(old, new):
        return "material"
    return "material" if any(_turns(o, gone, old, new) for o, gone in edits) else "minor"


def _real_edits(old: str, new: str, operations: Sequence[Operation]) -> list[_Edit]:
    """What came or went beside marks and white space."""
    edits = [(o, old[o.old_start : o.old_end]) for o in operations if o.kind not in ("equal", "moved")]
    if not edits or _is_cosmetic(edits, old, new):
        return []
    return [(o, gone) for o, gone in edits if _form(gone) != _form(o.text)]


def _is_cosmetic(edits: Sequence[_Edit], old: str, new: str) -> bool:
    """Whether what stands between the first change and the last one is the same but for marks."""
    if sorted(_form("".join(gone for _, gone in edits))) != sorted(_form("".join(o.text for o, _ in edits))):
        return False  # letters that are not the same cannot be in the same order
    first, last = edits[0][0], edits[-1][0]
    return _form(old[first.old_start : last.old_end]) == _form(new[first.new_start : last.new_end])


def _is_rewritten(edits: Iterable[_Edit], old: str, new: str) -> bool:
    """By what went of the old text, or by what went and came of both."""
    gone = come = 0
    for operation, text in edits:
        gone += len(text)
        come += len(operation.text)
    return gone >= _REWRITTEN * max(1, len(old)) or gone + come >= _REWRITTEN * max(1, len(old) + len(new))


def _is_material(change: FactChange) -> bool:
    if change.type not in _MATERIAL_FACTS:
        return False
    is_same = change.old_value is not None and change.old_value == change.new_value
    return not is_same or _is_inexact(change.old_text) != _is_inexact(change.new_text)


def _is_inexact(text: str | None) -> bool:
    return _INEXACT.search(text or "") is not None


def _form(text: str) -> str:
    """What is left of a text without punctuation, white space, full-width forms and thousands commas."""
    return _MARKS.sub("", _LOOSE.sub("", _plain(text)))


# ── What turns a statement, in the words that changed ───────────────────────────────────────────────────────────


def _turns(operation: Operation, gone: str, old: str, new: str) -> bool:
    come = operation.text
    if _bounds_number(gone, old, operation.old_end) or _bounds_number(come, new, operation.new_end):
        return True
    return any(differ(gone, come) for differ in (_numbers_differ, turns.differ, turns.names_differ))


def _bounds_number(stretch: str, text: str, end: int) -> bool:
    """Whether a stretch makes the number behind it inexact: 约, 超过."""
    return bool(stretch) and _INEXACT.fullmatch(stretch) is not None and text[end : end + 1].isdecimal()


def _numbers_differ(gone: str, come: str) -> bool:
    before, after = words.numbers(_plain(gone)), words.numbers(_plain(come))
    if Counter(before) == Counter(after):
        return False
    if len(before) == len(after) == 1:
        return not _is_same_quantity(before[0], after[0])
    return any(not words.is_bare_one(number) for number in (*before, *after)) or bool(before and after)


def _plain(text: str) -> str:
    return _GROUPED.sub("", unicodedata.normalize("NFKC", text).replace("−", "-"))


def _is_same_quantity(one: str, other: str) -> bool:
    """Whether two numbers are one in other words: 1.5亿元 and 15000万元, 15家 and 十五家."""
    from crawler.rules.facts import number

    if words.unit_of(one) != words.unit_of(other) or _is_inexact(one) != _is_inexact(other):
        return False
    value = number(one)
    return value is not None and value == number(other)
