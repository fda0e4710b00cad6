"""What changed between two texts, as a reader would mark it: paragraphs aligned first, then sentences, then words."""

from collections import defaultdict, deque
from collections.abc import Sequence
from dataclasses import dataclass

from crawler.rules.diff.steps import Kind, steps
from crawler.rules.text import comparison_form

_SHOWN, _ELIDED = 3, 24


@dataclass(frozen=True, slots=True)
class Operation:
    """One step from the old text to the new. Offsets are code points; `text` is what comes in by it."""

    kind: Kind
    old_start: int
    old_end: int
    new_start: int
    new_end: int
    text: str = ""


def compare(old: str, new: str) -> list[Operation]:
    """Operations in the order of the new text; `apply` rebuilds it from the old one and them.

    `moved` is a paragraph or a sentence that stands elsewhere in the old text. Time is bounded by the texts' length.

    >>> [(o.kind, o.text) for o in compare("交易额达15077余万元。", "交易额达15077.38万元。") if o.kind != "equal"]
    [('replace', '15077.38万元')]
    """
    return [
        Operation(*step, new[step[3] : step[4]] if step[0] in ("insert", "replace") else "") for step in steps(old, new)
    ]


def apply(old: str, operations: Sequence[Operation]) -> str:
    """The new text."""
    return "".join(o.text or old[o.old_start : o.old_end] for o in operations if o.kind != "delete")


def counts(operations: Sequence[Operation], old: str = "") -> tuple[int, int]:
    """(characters added, characters removed). What moved is neither, nor is white space that makes no difference;
    of what went that is known where the old text is given."""
    told = [o for o in operations if o.kind not in ("equal", "moved") and not _is_blank(o, old)]
    return sum(len(o.text) for o in told), sum(o.old_end - o.old_start for o in told)


def _is_blank(operation: Operation, old: str) -> bool:
    """Whether only white space came or went that articles are compared without (see `text.comparison_form`)."""
    gone, come = old[operation.old_start : operation.old_end], operation.text
    if len(gone) != operation.old_end - operation.old_start or "".join(gone.split()) != "".join(come.split()):
        return False
    return comparison_form(gone) == comparison_form(come)


def summary(old: str, new: str, operations: Sequence[Operation], limit: int = 60) -> str:
    """The first few changes in one line of at most `limit` characters.

    >>> summary("增长3.5%。", "增长35%。", compare("增长3.5%。", "增长35%。"))
    '3.5% → 35%'
    """
    told = [line for o in operations if o.kind != "equal" and (line := _told(old, o, max(_ELIDED, limit // 5)))]
    more = ["…"] if len(told) > _SHOWN else []
    return _elided("; ".join(told[:_SHOWN] + more), limit)


def _told(old: str, operation: Operation, length: int) -> str:
    before, after = _elided(old[operation.old_start : operation.old_end], length), _elided(operation.text, length)
    if operation.kind != "moved" and _is_blank(operation, old):
        return ""
    if operation.kind == "moved":
        return f"moved: 「{before}」" if any(map(str.isalnum, before)) else ""
    if before and after:
        return f"{before} → {after}"
    return f"+「{after}」" if after else f"−「{before}」" if before else ""


def _elided(text: str, limit: int) -> str:
    line = " ".join(text[: 4 * limit].split())
    return line if len(line) <= limit else f"{line[: limit - 1]}…"


def blame(versions: Sequence[str]) -> list[tuple[str, int]]:
    """(paragraph, number of the version that brought it in its present form) for the last of these texts."""
    known: list[tuple[str, int]] = []
    for number, text in enumerate(versions, 1):
        origins: dict[str, deque[int]] = defaultdict(deque)
        for paragraph, origin in known:
            origins[_form(paragraph)].append(origin)
        known = []
        for paragraph in text.split("\n"):
            same = origins[_form(paragraph)]
            known.append((paragraph, same.popleft() if same else number))
    return known


def _form(paragraph: str) -> str:
    return "".join(paragraph.split())
