"""Times as a person types them, to UTC text: a time, a date, `2d` ago, 昨天."""

import re
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from crawler.config import seconds
from crawler.errors import UsageError
from crawler.rules import dates

_LONGEST = 60  # characters of a time
_DAYS_BACK = {"今天": 0, "today": 0, "昨天": 1, "yesterday": 1, "前天": 2}


def moment(text: str, zone: ZoneInfo, now: datetime) -> str:
    """UTC text of a time as a person writes it: a time, a date, `2d` ago, 昨天. Raises `UsageError`."""
    if len(text) > _LONGEST:
        raise _none(text)
    if text in _DAYS_BACK:
        day = now.astimezone(zone) - timedelta(days=_DAYS_BACK[text])
        return dates.utc_text(day.replace(hour=0, minute=0, second=0, microsecond=0))
    try:
        return dates.utc_text(now - timedelta(seconds=seconds(text)))
    except ValueError as error:
        if re.fullmatch(r"(?:\d+[smhdw])+", text):
            raise UsageError(f"{text!r} is not {error}") from None
    if found := dates.published(text, zone):
        return found[0]
    if not re.search(r"[^\W\d]", text):  # figures alone that are no date; a guess would take 12 for a day to come
        raise _none(text)
    return _by_dateparser(text, zone, now)


def _by_dateparser(text: str, zone: ZoneInfo, now: datetime) -> str:
    import dateparser

    settings: Any = {
        "TIMEZONE": str(zone),
        "RETURN_AS_TIMEZONE_AWARE": True,
        "RELATIVE_BASE": now.astimezone(zone).replace(tzinfo=None),
    }
    try:
        found = dateparser.parse(text, languages=["zh", "en"], settings=settings)
        if found is not None:
            return dates.utc_text(found)
    except OverflowError:  # before the year 1
        pass
    raise _none(text)


def _none(text: str) -> UsageError:
    return UsageError(f"{text[:_LONGEST]!r} is not a time; write 2024-11-20, '2024-11-20 08:00', 2d, 昨天 or yesterday")
