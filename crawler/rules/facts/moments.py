"""Dates, times and deadlines, to ISO 8601; what is left out of a date stays out: --06-14, ---14 (RFC 6350, 4.3)."""

import re
from collections.abc import Iterator
from typing import NamedTuple

from crawler.rules.facts.numbers import chinese
from crawler.rules.facts.reading import Reading


class Moment(NamedTuple):
    """One date or time: its type, value, and place."""

    type: str
    value: str
    start: int
    end: int


_TO = r" ?[-~至到]{1,2} ?"
_NOT_DAY = "(?!均|内|线|元|游|后|历|以内|以上|之内|本|报|趋|益|常|产|化)"
_MOMENT = re.compile(
    rf"(?:(?P<year0>[0-9]{{4}})年?{_TO})?(?P<year>[0-9]{{4}}) ?(?:"
    r"年(?: ?(?P<month>[0-9]{1,2}) ?月份?(?: ?(?P<day>[0-9]{1,2}) ?[日号])?)?"
    r"|(?P<mark>[-/.])(?P<month2>[0-9]{1,2})(?P=mark)(?P<day2>[0-9]{1,2})(?![0-9]))"
    rf"|(?:(?P<month0>[0-9]{{1,2}})(?:{_TO}|、))?(?P<month3>[0-9]{{1,2}}) ?月份?"
    rf"(?: ?(?P<day3>[0-9]{{1,2}})(?: ?[日号]|(?={_TO}[0-9]{{1,2}} ?日)))?"
    rf"|(?:(?P<day0>[0-9]{{1,2}})(?:{_TO}|、))?(?P<day4>[0-9]{{1,2}}) ?日{_NOT_DAY}"
    r"|(?P<hour>[0-9]{1,2}):(?P<minute>[0-9]{2})(?::(?P<second>[0-9]{2}))?(?![0-9])"
    rf"|(?:(?P<hour0>[0-9]{{1,2}}){_TO})?(?P<hour2>[0-9]{{1,2}}) ?(?:时(?![代间期段候])|(?P<clock>点))"
    r"(?P<past> ?(?P<minute2>[0-9]{1,2}) ?分(?! ?之)(?: ?(?P<second2>[0-9]{1,2}) ?秒)?|半|[整许钟])?"
)
_NUMERAL = "零一二三四五六七八九十"
_CHINESE = re.compile(
    rf"(?P<year>[{_NUMERAL}]{{4}})年(?:(?P<month>[{_NUMERAL}]{{1,2}})月(?:(?P<day>[{_NUMERAL}]{{1,3}})[日号])?)?"
    rf"|(?P<month2>[{_NUMERAL}]{{1,2}})月(?!球|亮|饼)(?:(?P<day2>[{_NUMERAL}]{{1,3}})[日号])?"
    rf"|(?P<hour>[{_NUMERAL}]{{1,3}})[点时](?P<minute>(?P<half>半)|(?P<minutes>[{_NUMERAL}]{{1,3}})分)?"
)
_PART_OF_DAY = re.compile(r"(?:凌晨|清晨|早上|早晨|上午|中午|下午|傍晚|晚上|晚间|夜间|午后|今晨|[早晚]) ?\Z")
_SECOND_HALF = ("下午", "傍晚", "晚", "午后", "夜间")
_DUE = re.compile(
    r"(?:\([^()\n]{1,6}\))?(?:之前|以前|截止|止(?![损跌])|前(?![一二两三四五六七八九十0-9期后来往夕瞻列端景述半]))"
)
_FIRST_YEAR, _LAST_YEAR = 1900, 2100


def read_moment(reading: Reading, start: int, after_moment: bool) -> int:
    """Add the dates and times that begin at the digit at `start`; return where they end, `start` where there are none.

    `after_moment`: another date or time ends right there, so that a bare hour (3点) is one.
    """
    match = _MOMENT.match(reading.plain, start)
    if match is None:
        return start
    moments = list(_moments(reading.plain, match, after_moment))
    return _add(reading, moments, start, match.end()) if moments else start


def _moments(text: str, match: re.Match[str], after_moment: bool) -> Iterator[Moment]:
    if match["year"]:
        yield from _full(match)
    elif match["month3"]:
        yield from _month(match)
    elif match["day4"]:
        yield from _days(match)
    elif match["hour"]:
        yield from _time(match, match["hour"], match["minute"], match["second"], match.start(), match.end(), text)
    else:
        yield from _hours(text, match, after_moment)


def _full(match: re.Match[str]) -> Iterator[Moment]:
    year, month, day = match["year"], match["month"] or match["month2"], match["day"] or match["day2"]
    if not _FIRST_YEAR <= int(year) <= _LAST_YEAR or not _calendar(month, day):
        return
    if match["year0"]:
        yield Moment("date", match["year0"], match.start(), match.end("year0"))
    yield Moment(
        "date", "-".join([year, *(f"{int(p):02d}" for p in (month, day) if p)]), match.start("year"), match.end()
    )


def _month(match: re.Match[str]) -> Iterator[Moment]:
    month, day = match["month3"], match["day3"]
    if not _calendar(month, day):
        return
    if match["month0"] and _calendar(match["month0"], None):
        yield Moment("date", f"--{int(match['month0']):02d}", match.start(), match.end("month0"))
    value = f"--{int(month):02d}" + (f"-{int(day):02d}" if day else "")
    yield Moment("date", value, match.start("month3"), match.end())


def _days(match: re.Match[str]) -> Iterator[Moment]:
    for group, end in (("day0", match.end("day0")), ("day4", match.end())):
        if match[group] and _calendar(None, match[group]):
            yield Moment("date", f"---{int(match[group]):02d}", match.start(group), end)


def _hours(text: str, match: re.Match[str], after_moment: bool) -> Iterator[Moment]:
    start = match.start("hour0") if match["hour0"] else match.start("hour2")
    part = _PART_OF_DAY.search(text[max(0, start - 3) : start])
    if match["clock"] and not (match["past"] or part or after_moment):
        return
    if match["hour0"]:
        yield from _time(match, match["hour0"], None, None, match.start("hour0"), match.end("hour0"), text)
    minute = "30" if match["past"] == "半" else match["minute2"]
    yield from _time(match, match["hour2"], minute, match["second2"], match.start("hour2"), match.end(), text)


def _time(
    match: re.Match[str], hour: str, minute: str | None, second: str | None, start: int, end: int, text: str
) -> Iterator[Moment]:
    first, shifted = _part_of_day(text, start, int(hour))
    if shifted <= 24 and int(minute or 0) < 60 and int(second or 0) < 60:
        seconds = f":{int(second):02d}" if second else ""
        yield Moment("time", f"{shifted:02d}:{int(minute or 0):02d}{seconds}", first, end)


def _part_of_day(text: str, start: int, hour: int) -> tuple[int, int]:
    window = text[max(0, start - 3) : start]
    part = _PART_OF_DAY.search(window)
    if part is None:
        return start, hour
    late = part[0].startswith(_SECOND_HALF) and hour < 12
    return start - len(window) + part.start(), hour + 12 if late else hour


def _calendar(month: str | None, day: str | None) -> bool:
    return 1 <= int(month or 1) <= 12 and 1 <= int(day or 1) <= 31


def read_chinese_moment(reading: Reading, start: int) -> int:
    """The same for Chinese numerals at `start`: 二〇二〇年六月十四日, 凌晨一点."""
    match = _CHINESE.match(reading.plain, start)
    if match is None:
        return start
    moments = list(_chinese_moments(reading.plain, match))
    return _add(reading, moments, start, match.end()) if moments else start


def _chinese_moments(text: str, match: re.Match[str]) -> Iterator[Moment]:
    numbers = {k: chinese(v) for k, v in match.groupdict().items() if v and k not in ("half", "minute")}
    if any(v is None for v in numbers.values()):
        return
    if match["hour"]:
        if _PART_OF_DAY.search(text[max(0, match.start() - 3) : match.start()]) or match["minute"]:
            minute = "30" if match["half"] else str(numbers.get("minutes", 0))
            yield from _time(match, str(numbers["hour"]), minute, None, match.start(), match.end(), text)
        return
    month, day = numbers.get("month", numbers.get("month2")), numbers.get("day", numbers.get("day2"))
    year = numbers.get("year")
    if not _calendar(str(month or 1), str(day or 1)) or (year is not None and not _FIRST_YEAR <= year <= _LAST_YEAR):
        return
    head = "--" if year is None else f"{year}" + ("-" if month else "")
    value = head + "-".join(f"{p:02d}" for p in (month, day) if p)
    yield Moment("date", value, match.start(), match.end())


def _add(reading: Reading, moments: list[Moment], start: int, end: int) -> int:
    due = _DUE.match(reading.plain, end) is not None
    for moment in moments:
        reading.add("deadline" if due else moment.type, moment.start, moment.end, moment.value)
    if due:
        _due_too(reading, min(m.start for m in moments), len(moments))
    return end


def _due_too(reading: Reading, start: int, added: int) -> None:
    """The date before a time that is a deadline is one."""
    if len(reading.found) <= added:
        return
    before = reading.found[-added - 1]
    if before.fact.type == "date" and not reading.plain[before.end : start].strip():
        fact = type(before.fact)("deadline", before.fact.text, before.fact.role, before.fact.value)
        reading.found[-added - 1] = before._replace(fact=fact)
