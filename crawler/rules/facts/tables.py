"""Numbers in tables, whose unit stands above the table, at the head of the column, or beside the label."""

import re
from collections.abc import Iterator, Sequence
from decimal import Decimal
from typing import NamedTuple

from crawler.items import Fact
from crawler.rules.facts.numbers import plain
from crawler.rules.facts.procurement import FITTING, Label, column_role
from crawler.rules.facts.reading import Found, Reading, half_width
from crawler.rules.facts.units import Unit, unit_named

_ABOVE = re.compile(r"单位 ?: ?(?:人民币)?(?P<unit>[^\s,，、;。)]{1,8})")
_HEADING = re.compile(r"(?:[(/](?:单位:)?(?:人民币)?(?P<unit>[^()/:]{1,6})\)?)\Z")
_OF_ITS_OWN = re.compile("序号|编号|代码|数量|比例|占比|增速|增幅|年份|年度|日期|人数|户数|排名|增减|同比|%")
_FAR = 20_000  # characters between two rows; further on a row is not sought
_PROSE = re.compile("[。；，]")


class Cell(NamedTuple):
    """A cell in the text, with what its column's head says of it."""

    start: int
    end: int
    unit: tuple[int, Unit] | None
    role: str | None


def cells(text: str, tables: Sequence[Sequence[Sequence[str]]]) -> Iterator[Cell]:
    """The cells of `tables` whose rows stand in `text` as lines, in order."""
    place = 0
    for table in tables:
        head = [_words(cell) for cell in table[0]] if table else []
        above: tuple[int, Unit] | None = None
        for number, row in enumerate(table):
            words = [_words(cell) for cell in row]
            line = " ".join(w for w in words if w)
            if not line or (start := _find_row(text, place, line, " ".join(words).strip())) < 0:
                continue
            if number == 0:
                above = _said_above(text, start)
            place = start + len(line)
            if (said := _ABOVE.search(line)) and (named := unit_named(said["unit"])):
                above = named
                head = [] if number == 0 else head
                continue
            if not head or all(not w for w in head):
                head = words
            yield from _row(text, start, words, head, above)


def _find_row(text: str, place: int, *lines: str) -> int:
    """Where a line that begins with one of these forms of a row stands, not far behind `place`; -1 where none does."""
    begin = max(0, place - 1)
    found = [text.find(f"\n{line}", begin, place + len(line) + _FAR) + 1 for line in lines]
    return min((start for start in found if start), default=-1)


def _words(cell: str) -> str:
    return " ".join(half_width(cell).split())


def _said_above(text: str, start: int) -> tuple[int, Unit] | None:
    window = text[max(0, start - 60) : start]
    said = [m for m in _ABOVE.finditer(window) if window.count("\n", m.end()) <= 2]
    return unit_named(said[-1]["unit"]) if said else None


def _row(text: str, start: int, words: list[str], head: list[str], above: tuple[int, Unit] | None) -> Iterator[Cell]:
    for column, word in enumerate(words):
        if not word:
            continue
        place = text.find(word, start, start + sum(map(len, words)) + len(words))
        heading = head[column] if column < len(head) and head is not words else ""
        unit = _heading_unit(heading) or (_heading_unit(words[0]) if column else None) or _without(above, heading)
        yield Cell(place, place + len(word), unit, column_role(heading))
        start = place + len(word)


def _heading_unit(heading: str) -> tuple[int, Unit] | None:
    said = _HEADING.search(heading)
    return unit_named(said["unit"]) if said else None


def _without(above: tuple[int, Unit] | None, heading: str) -> tuple[int, Unit] | None:
    """The table's unit, save in columns of names and numbers of their own."""
    return None if _OF_ITS_OWN.search(heading) else above


def lines_under_unit(text: str) -> Iterator[tuple[int, int, tuple[int, Unit]]]:
    """The lines under “单位：万元” that look like a table's rows: (start, end, unit)."""
    for said in _ABOVE.finditer(text):
        unit = unit_named(said["unit"])
        place = text.find("\n", said.end())
        while unit and place >= 0:
            end = text.find("\n", place + 1)
            line = text[place + 1 : end if end >= 0 else len(text)]
            if not line.strip() or _PROSE.search(line) or _ABOVE.search(line) or " " not in line.strip():
                break
            yield place + 1, place + 1 + len(line), unit
            place = end


def apply_units(reading: Reading, tables: Sequence[Sequence[Sequence[str]]], labels: list[Label]) -> None:
    """Give the bare numbers of tables and of labels like 预算金额（万元） their unit and role.

    `reading.found` is in the order of the text.
    """
    known: dict[int, tuple[int, tuple[int, Unit] | None, str | None]] = {}
    under = list(lines_under_unit(reading.plain)) if not tables else []
    for cell in cells(reading.plain, tables):
        known[cell.start] = (cell.end, cell.unit, cell.role)
    for label in labels:
        if unit := unit_named(label.unit and label.unit.removeprefix("单位:").removeprefix("人民币")):
            end, own, role = known.get(label.value, (label.limit, None, None))
            known[label.value] = (end, own or unit, role)
    line = 0
    for i, found in enumerate(reading.found):
        while line < len(under) and under[line][1] <= found.start:
            line += 1
        if found.start in known:
            end, unit, role = known[found.start]
        elif line < len(under) and under[line][0] <= found.start and _alone(reading.plain, found):
            end, unit, role = found.end, under[line][2], None
        else:
            continue
        if found.end <= end:
            reading.found[i] = found._replace(fact=_with(found.fact, unit, role))


def _alone(text: str, found: Found) -> bool:
    before = text[found.start - 1 : found.start] if found.start else ""
    return before in (" ", "\n", "") and text[found.end : found.end + 1] in (" ", "\n", "")


def _with(fact: Fact, unit: tuple[int, Unit] | None, role: str | None) -> Fact:
    kind, value, name = fact.type, fact.value, fact.unit
    if kind == "number" and unit and value is not None:
        kind, name = unit[1].type, unit[1].unit
        value = plain(Decimal(value) * unit[0] * unit[1].factor)
    given = role if role in FITTING.get(kind, ()) else None
    return Fact(kind, fact.text, fact.role or given, value, name, fact.approximate)
