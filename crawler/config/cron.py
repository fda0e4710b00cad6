"""Crontab lines: five fields as crontab(5) means them, for the arithmetic of APScheduler's triggers."""

import re
from datetime import UTC, datetime
from functools import lru_cache
from typing import Any

_DAYS = ("sun", "mon", "tue", "wed", "thu", "fri", "sat")
_EVERY_HOUR = ("*", "*/1", "0-23")
_ANY_TIME = datetime(2024, 1, 1, tzinfo=UTC)


def every_hour(line: str) -> bool:
    """Whether a line leaves the hour open."""
    return line.split()[1] in _EVERY_HOUR


@lru_cache(maxsize=1024)
def triggers(line: str) -> tuple[Any, ...]:
    """APScheduler triggers whose earliest next time is the line's, on a calendar without a zone (as UTC).

    Two where both the day of the month and the day of the week are narrowed: then either of them will do. Raises
    `ValueError` for what is no line of five fields, and for one whose time never comes.
    """
    from apscheduler.triggers.cron import CronTrigger

    fields = line.split()
    if len(fields) != 5:
        raise ValueError(f"five fields are needed, there are {len(fields)}")
    minute, hour, day, month, weekday = fields
    either = not day.startswith("*") and not weekday.startswith("*")
    pairs = [(day, "*"), ("*", weekday)] if either else [(day, weekday)]
    found = tuple(
        CronTrigger(minute=minute, hour=hour, day=d, month=month.lower(), day_of_week=_weekdays(w), timezone=UTC)
        for d, w in pairs
    )
    if not any(trigger.get_next_fire_time(None, _ANY_TIME) for trigger in found):
        raise ValueError("its time never comes")
    return found


def _weekdays(field: str) -> str:
    """The field in names: crontab counts from Sunday, APScheduler from Monday, without a word of warning.

    >>> _weekdays("1-5"), _weekdays("6-7"), _weekdays("*"), _weekdays("sun,3")
    ('mon,tue,wed,thu,fri', 'sat,sun', '*', 'sun,wed')
    """
    if field == "*":
        return field
    return ",".join(_DAYS[number % 7] for part in field.lower().split(",") for number in _numbers(part))


def _numbers(part: str) -> range:
    match = re.fullmatch(r"(?:\*|(\w+)(?:-(\w+))?)(?:/([1-9]))?", part)
    if not match:
        raise ValueError(f"{part!r} is no day of the week")
    first = _number(match[1]) if match[1] else 0
    last = _number(match[2]) if match[2] else 6 if match[1] is None or match[3] else first
    return range(first, last + 7 * (last < first) + 1, int(match[3] or 1))


def _number(name: str) -> int:
    if re.fullmatch("[0-7]", name):
        return int(name)
    if name in _DAYS:
        return _DAYS.index(name)
    raise ValueError(f"{name!r} is no day of the week; there are 0 to 7, and sun to sat")
