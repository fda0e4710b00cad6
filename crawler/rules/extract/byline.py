"""Who wrote an article, who published it and when, from the lines around it."""

import re
import unicodedata

from crawler.rules.extract import patterns, phrases

_LONGEST = 200  # characters of a line that may tell
_TELLS = re.compile(r"\d{4}|[：:/／丨|]|记者|[Bb][Yy]\s|来源|来自|转自")
_SPLIT = re.compile(r"[\s、/,，]+|\band\b|&")
_MONTHS = "jan feb mar apr may jun jul aug sep oct nov dec".split()
_ENGLISH = re.compile(
    r"(?:(?P<month>[A-Za-z]{3,9})\.?\s(?P<day>\d{1,2})|(?P<day2>\d{1,2})(?:st|nd|rd|th)?\s(?P<month2>[A-Za-z]{3,9})\.?)"
    r"(?:st|nd|rd|th)?,?\s(?P<year>\d{4})(?:\D{0,8}(?P<hour>\d{1,2}):(?P<minute>\d{2})(?::(?P<second>\d{2}))?\s?(?P<half>[AaPp]\.?[Mm])?)?"
)


def read(line: str) -> dict[str, str]:
    """Fields that a line tells: published_at, modified_at, outlet, author.

    >>> read("2024-11-22 09:30 来源：江州日报 作者：李明 阅读 1234")
    {'published_at': '2024-11-22 09:30', 'outlet': '江州日报', 'author': '李明'}
    >>> read("By Jane Doe | Updated November 23, 2024 9:05 PM")
    {'modified_at': '2024-11-23 21:05', 'author': 'Jane Doe'}
    >>> read("作者：Ana Gómez"), read("记者 李明 王芳")
    ({'author': 'Ana Gómez'}, {'author': '李明、王芳'})
    >>> read("3分钟前 责任编辑：张三")
    {}
    """
    found: dict[str, str] = {}
    line = unicodedata.normalize("NFC", line[: _LONGEST + 1])
    if len(line) > _LONGEST or not _TELLS.search(line):
        return found
    rest = line
    if updated := patterns.UPDATED.search(rest):
        rest = rest[: updated.start()] + " " + rest[updated.end() :]
    if when := patterns.DATE.search(rest):
        found["published_at"] = plain_date(when[0].strip())
        rest = patterns.DATE.sub(" | ", rest)
    if updated:
        found["modified_at"] = plain_date(updated[1].strip())
    rest = phrases.without_counters(rest)
    if named := patterns.SOURCE.search(rest):
        found["outlet"] = named[1].strip(" ·•")
        rest = rest[: named.start()] + " | " + rest[named.end() :]
    if wrote := patterns.AUTHOR.search(phrases.without_editors(rest)):
        names = "、".join(name for name in _SPLIT.split(wrote["names"] or "") if name)
        found["author"] = names or wrote["latin"] or wrote["by"]
    return found


def outlet_beside_date(line: str) -> str | None:
    """The outlet that stands without a label in a line with a time and nothing else.

    >>> outlet_beside_date("2024-11-22 09:30 江州日报"), outlet_beside_date("江州日报")
    ('江州日报', None)
    """
    rest = phrases.leftover(line, head=True) if phrases.is_byline(line) else ""
    return rest if patterns.OUTLET_NAME.fullmatch(rest) else None


def names_beside_date(line: str) -> dict[str, str]:
    """Outlet and author that stand without labels, in this order, in a line with a time and little else.

    >>> names_beside_date("2024-11-22 09:30 江州日报 李明 人气：12"), names_beside_date("江州日报 李明")
    ({'outlet': '江州日报', 'author': '李明'}, {})
    """
    if len(line) > _LONGEST or not patterns.DATE.search(line):
        return {}
    rest = phrases.without_counters(patterns.DATE.sub(" | ", line))
    named = patterns.NAMES_APART.fullmatch(" ".join(part for part in patterns.APART.split(rest) if part))
    return apart(named) if named else {}


def apart(named: re.Match[str]) -> dict[str, str]:
    """Outlet and author of a match of `patterns.NAMES_APART`."""
    said = {"outlet": named["outlet"]}
    return said | {"author": "、".join(_SPLIT.split(named["author"]))} if named["author"] else said


def plain_date(text: str) -> str:
    """An English date as digits; others as they are.

    >>> plain_date("Nov. 22, 2024 at 12:05 a.m."), plain_date("22nd November 2024"), plain_date("2024年1月2日")
    ('2024-11-22 00:05', '2024-11-22', '2024年1月2日')
    """
    match = _ENGLISH.search(text)
    month = (match["month"] or match["month2"])[:3].lower() if match else ""
    if match is None or month not in _MONTHS:
        return text
    date = f"{match['year']}-{_MONTHS.index(month) + 1:02d}-{int(match['day'] or match['day2']):02d}"
    if match["hour"] is None:
        return date
    half, hour = (match["half"] or "").lower(), int(match["hour"])
    if half:
        hour = hour % 12 + (12 if half.startswith("p") else 0)
    return f"{date} {hour:02d}:{match['minute']}" + (f":{match['second']}" if match["second"] else "")
