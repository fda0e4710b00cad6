"""One walk over a text's numerals: what begins at each is a date, a time or a quantity."""

import re

from crawler.rules.facts.codes import read_phone
from crawler.rules.facts.moments import read_chinese_moment, read_moment
from crawler.rules.facts.quantities import ARABIC, CHINESE, read_arabic, read_chinese
from crawler.rules.facts.reading import Found, Reading

_DIGIT = re.compile("[0-9]")
_NUMERAL = re.compile("[零一二两三四五六七八九十百千万亿壹贰叁肆伍陆柒捌玖拾]")
_CODE = re.compile(r"[A-Za-z][-_]?\Z|[A-Za-z][0-9]{0,4}\.\Z")
_LATIN = re.compile(r"-?[A-Za-z]")
_MARKER = re.compile(
    r"(?:(?<=\n)|(?<=[。；;:：\n]))[0-9]{1,2}(?:[)]|[.](?![0-9]))|(?<=\n)[0-9]{1,2}[、.](?![0-9])|(?<=\()[0-9]{1,2}(?=\))"
)
_AFTER_MARKER = frozenset("0123456789).、")
_DIGITS = re.compile("[0-9]+ ?")
_MOMENT_GOES_ON = frozenset("年月日号时点:-/.~至到、")
_TO = re.compile(r" ?[-~至到]{1,2} ?\Z")
_INHERITED = frozenset("amount percent points multiple count".split())


def read_numbers(reading: Reading) -> None:
    """Add every date, time and quantity."""
    _read_arabic_numerals(reading)
    _read_chinese_numerals(reading)


def _read_arabic_numerals(reading: Reading) -> None:
    text, place, last = reading.plain, 0, 0
    while match := _DIGIT.search(text, place):
        start = match.start()
        if reading.taken[start]:
            place = start + 1
            continue
        if _is_code(text, start) or (text[start + 1 : start + 2] in _AFTER_MARKER and _MARKER.match(text, start)):
            place = _past(text, start)
            continue
        before = len(reading.found)
        place = _read_one(reading, start, last == start)
        if place > start and len(reading.found) > before:
            _spread(reading, before)
            last = place
        place = max(place, start + 1)


def _is_code(text: str, start: int) -> bool:
    before = text[start - 1] if start else ""
    return (
        before.isascii()
        and (before.isalpha() or before in "-_.")
        and _CODE.search(text, max(0, start - 6), start) is not None
    )


def _past(text: str, start: int) -> int:
    end = start
    while end < len(text) and (text[end].isascii() and (text[end].isalnum() or text[end] in "-_.")):
        end += 1
    return max(end, start + 1)


def _read_one(reading: Reading, start: int, after_moment: bool) -> int:
    text = reading.plain
    after = _DIGITS.match(text, start)
    follows = text[after.end() : after.end() + 1] if after else ""
    if follows in _MOMENT_GOES_ON and (end := read_moment(reading, start, after_moment)) > start:
        return end
    if (follows == "-" or text[start] == "1") and (end := read_phone(reading, start)) > start:
        return end
    match = ARABIC.match(text, start)
    if match is None:
        return start + 1
    end = match.end("number")
    if not match["unit"] and not match["scale"] and _LATIN.match(text, end):
        return _past(text, start)
    ends_range = after_moment or (text[start - 1 : start] == "-" and reading.taken[max(0, start - 2)] == 1)
    return read_arabic(reading, start, match, ends_range)


def _spread(reading: Reading, index: int) -> None:
    """Give the bare number before a quantity that ends its range the range's unit and scale: 10-15亿元."""
    if index == 0:
        return
    first, second = reading.found[index - 1], reading.found[index]
    between = reading.plain[first.end : second.start]
    if first.fact.type != "number" or second.fact.type not in _INHERITED or not _TO.fullmatch(between):
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
        end = read_chinese_moment(reading, start) if not match["formal"] else start
        if end > start:
            place = end
            continue
        if not reading.is_taken(start, match.end()):
            read_chinese(reading, match)
        place = match.end()
