"""One walk over a text's numerals: what begins at each is a date, a time or a quantity."""

import re
import string

from crawler.rules.facts.codes import read_phone
from crawler.rules.facts.moments import read_chinese_moment, read_moment
from crawler.rules.facts.quantities import ARABIC, CHINESE, read_arabic, read_chinese
from crawler.rules.facts.reading import Found, Reading

_NUMERAL = re.compile("[零一二两三四五六七八九十百千万亿壹贰叁肆伍陆柒捌玖拾]")
_BEFORE_CODE = frozenset("-_." + string.ascii_letters)
_CODE = re.compile(r"[A-Za-z][-_]?\Z|[A-Za-z][0-9]{0,4}\.\Z")
_LATIN = re.compile(r"-?[A-Za-z]")
_MARKER = re.compile(
    r"(?:(?<=\n)|(?<=[。；;:：\n]))[0-9]{1,2}(?:[)]|[.](?![0-9]))|(?<=\n)[0-9]{1,2}[、.](?![0-9])|(?<=\()[0-9]{1,2}(?=\))"
)
_AFTER_MARKER = frozenset("0123456789).、")
_DIGITS = re.compile("([0-9]+) ?")
_REST_OF_CODE = re.compile("[A-Za-z0-9_.-]*")
_MOMENT_GOES_ON = frozenset("年月日时点:-~至到、")
_MARKS_AFTER_YEAR = frozenset("/.")
_CHINESE_MOMENT_GOES_ON = frozenset("年月点时")
_PHONE_DIGITS = 11
_TO = re.compile(r" ?[-~至到]{1,2} ?\Z")
_INHERITED = frozenset("amount percent points multiple count".split())


def read_numbers(reading: Reading) -> None:
    """Add every date, time and quantity."""
    _read_arabic_numerals(reading)
    _read_chinese_numerals(reading)


def _read_arabic_numerals(reading: Reading) -> None:
    text, found, place, last = reading.plain, reading.found, 0, 0
    while match := _DIGITS.search(text, place):
        start = match.start()
        if reading.taken[start]:
            place = _behind_taken(reading, start)
            continue
        if (start and text[start - 1] in _BEFORE_CODE and _is_code(text, start)) or (
            text[start + 1 : start + 2] in _AFTER_MARKER and _MARKER.match(text, start)
        ):
            place = _past(text, start)
            continue
        before = len(found)
        place = _read_one(reading, match, last == start)
        if place > start and len(found) > before:
            if before and found[before - 1].fact.type == "number":
                _spread(reading, before)
            last = place
        if place <= start:
            place = start + 1


def _behind_taken(reading: Reading, start: int) -> int:
    free = reading.taken.find(0, start)
    return free if free >= 0 else len(reading.taken)


def _is_code(text: str, start: int) -> bool:
    return _CODE.search(text, max(0, start - 6), start) is not None


def _past(text: str, start: int) -> int:
    match = _REST_OF_CODE.match(text, start)
    return max(match.end() if match else start, start + 1)


def _read_one(reading: Reading, digits: re.Match[str], after_moment: bool) -> int:
    text, (start, behind), length = reading.plain, digits.span(), digits.end(1) - digits.start()
    follows = text[behind : behind + 1]
    is_moment = follows in _MOMENT_GOES_ON or (follows in _MARKS_AFTER_YEAR and length == 4)
    if is_moment and (end := read_moment(reading, start, after_moment)) > start:
        return end
    if (follows == "-" or length == _PHONE_DIGITS) and (end := read_phone(reading, start)) > start:
        return end
    match = ARABIC.match(text, start)
    if match is None:
        return start + 1
    if not (match["unit"] or match["scale"]) and _LATIN.match(text, match.end("number")):
        return _past(text, start)
    ends_range = after_moment or (text[start - 1 : start] == "-" and reading.taken[max(0, start - 2)] == 1)
    return read_arabic(reading, start, match, ends_range)


def _spread(reading: Reading, index: int) -> None:
    """Give the bare number before a quantity that ends its range the range's unit and scale: 10-15亿元."""
    first, second = reading.found[index - 1], reading.found[index]
    if second.fact.type not in _INHERITED or not _TO.fullmatch(reading.plain, first.end, second.start):
        return
    match = ARABIC.match(reading.plain, second.start)
    if match is None:
        return
    inner = Reading(first.fact.text + reading.text[match.end("number") : second.end])
    whole = ARABIC.match(inner.plain)
    if whole:
        read_arabic(inner, 0, whole, False)
        fact = inner.found[0].fact
        reading.found[index - 1] = Found(
            first.start,
            first.end,
            type(fact)(fact.type, first.fact.text, None, fact.value, fact.unit, second.fact.approximate),
        )


def _read_chinese_numerals(reading: Reading) -> None:
    place = 0
    text = reading.plain
    while first := _NUMERAL.search(text, place):
        start = first.start()
        match = None if reading.taken[start] else CHINESE.match(text, start)
        if match is None:
            place = start + 1
            continue
        is_moment = text[match.end("number") : match.end("number") + 1] in _CHINESE_MOMENT_GOES_ON
        end = read_chinese_moment(reading, start) if is_moment else start
        if end > start:
            place = end
            continue
        if not reading.is_taken(start, match.end()):
            read_chinese(reading, match)
        place = match.end()
