"""Times as publishers write them, to UTC."""

import re
from datetime import UTC, datetime, timedelta, timezone
from email.utils import parsedate_to_datetime
from functools import lru_cache
from zoneinfo import ZoneInfo

UTC_FORMAT = "%Y-%m-%dT%H:%M:%SZ"
_DATE = re.compile(
    r"(?<!\d)(?P<year>\d{4})\s*(?:[-/.]|年)\s*(?P<month>\d{1,2})\s*(?:[-/.]|月)\s*(?P<day>\d{1,2})(?!\d)\s*日?"
    r"(?:\s*[（(]?(?:周|星期|礼拜)[一二三四五六日天][)）]?)?"
    r"(?:\s*[T ]?\s*(?P<half>凌晨|早上|上午|中午|下午|傍晚|晚上)?\s*(?P<hour>\d{1,2})(?::|时|点)(?P<minute>\d{2})分?"
    r"(?:(?::)?(?P<second>\d{2})秒?(?:[.,]\d+)?)?"
    r"\s*(?P<offset>Z|UTC|GMT|[+-]\d{2}:?\d{2})?(?![\d:]))?"
)
_CLOCK, _CLOCK_SECONDS = re.compile(r"\d:\d\d"), re.compile(r"\d:\d\d:\d\d")
_EARLY = re.compile(r"(?<![\d+-])0\d{2,3}(?![\d:])")  # a year before 1000, which mail's rules take for one of ours
_EPOCH = re.compile(r"1\d{9}(?:\d{3})?")
_LONGEST = 400  # characters of a text in which a date is sought; a pattern with so many spaces in it would crawl
_SECOND_HALF = ("下午", "傍晚", "晚上")
_FIRST_YEAR, _LAST_YEAR = 1900, 2200


def utc_text(moment: datetime) -> str:
    """An aware datetime as the record writes it.

    >>> utc_text(datetime(2022, 2, 14, 20, 52, 19, tzinfo=ZoneInfo("Asia/Shanghai")))
    '2022-02-14T12:52:19Z'
    """
    return moment.astimezone(UTC).isoformat(timespec="seconds")[:19] + "Z"


def from_utc_text(text: str) -> datetime:
    """The aware datetime of a time in the record."""
    return datetime.fromisoformat(text)


def later(text: str, seconds: float) -> str:
    """A time of the record, so many seconds later."""
    return utc_text(from_utc_text(text) + timedelta(seconds=seconds))


@lru_cache(maxsize=256)
def published(text: str, zone: ZoneInfo) -> tuple[str, str] | None:
    """The first date in a text: (UTC text, precision `second`, `minute` or `day`); None where there is none.

    A time without an offset is in `zone`; a date without a time is that day's midnight in `zone`.

    >>> published("(GMT+8, Asia/Shanghai, CST) 2022-02-14 20:52:19", ZoneInfo("Asia/Shanghai"))
    ('2022-02-14T12:52:19Z', 'second')
    >>> published("2022年2月14日", ZoneInfo("Asia/Shanghai"))
    ('2022-02-13T16:00:00Z', 'day')
    >>> published("30 February", ZoneInfo("Asia/Shanghai"))
    """
    text = " ".join(text[: 10 * _LONGEST].split())[:_LONGEST]
    if _EPOCH.fullmatch(text):
        return utc_text(datetime.fromtimestamp(int(text[:10]), UTC)), "second"
    for match in _DATE.finditer(text):
        if (found := _moment(match, zone)) is not None:
            return found
    return _rfc5322(text, zone)


def _moment(match: re.Match[str], zone: ZoneInfo) -> tuple[str, str] | None:
    part = match.groupdict()
    if not _FIRST_YEAR <= int(part["year"]) <= _LAST_YEAR:
        return None
    hour = int(part["hour"] or 0)
    if part["half"] in _SECOND_HALF and hour < 12:
        hour += 12
    try:
        moment = datetime(
            int(part["year"]), int(part["month"]), int(part["day"]),
            hour, int(part["minute"] or 0), int(part["second"] or 0),
            tzinfo=_offset(part["offset"]) or zone,
        )  # fmt: skip
    except ValueError:
        return None
    precision = "second" if part["second"] else "minute" if part["hour"] else "day"
    return utc_text(moment), precision


def _offset(text: str | None) -> timezone | None:
    if text is None:
        return None
    if text[0] not in "+-":
        return UTC
    minutes = int(text[1:3]) * 60 + int(text[-2:])
    return timezone(timedelta(minutes=minutes if text[0] == "+" else -minutes))


def _rfc5322(text: str, zone: ZoneInfo) -> tuple[str, str] | None:
    """English dates, as in mail and feeds; without an offset they are in `zone`."""
    try:
        moment = parsedate_to_datetime(text)
    except (ValueError, OverflowError):
        return None
    if not _FIRST_YEAR <= moment.year <= _LAST_YEAR or _EARLY.search(text) or not _CLOCK.search(text):
        return None
    precision = "second" if _CLOCK_SECONDS.search(text) else "minute"
    return utc_text(moment if moment.tzinfo else moment.replace(tzinfo=zone)), precision
