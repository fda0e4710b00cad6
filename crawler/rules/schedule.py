"""When a source is read next: by its rule and its last plan, whatever clocks and time zones do.

A rule is as in the table `schedule`: `every 5m`, `every 5m to 1h` (without more to go by, the longer), or a crontab
line, which is meant in the site's zone. Times are aware; those that are returned are whole seconds in UTC.
"""

from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from typing import NamedTuple
from zoneinfo import ZoneInfo

from crawler.config import seconds
from crawler.config.cron import every_hour, triggers

_SECOND, _DAY = timedelta(seconds=1), timedelta(days=1)
_EARLY = timedelta(seconds=60)  # a plan so little ahead of the clock has just been run, by a clock that was set back
_SPREAD = 600.0  # seconds over which what was missed is made up for, at most
_LONGEST_WAIT = timedelta(hours=25)  # that a host can ask for; docs/operations.md
MISSED = "made up for: its time passed while nothing ran"


class Entry(NamedTuple):
    """A source's place in the schedule. `put_off`: the plan is not the rule's own, but later than that on purpose."""

    key: str
    rule: str
    zone: ZoneInfo
    planned: datetime | None
    put_off: bool = False


class Plan(NamedTuple):
    """When a source is read next; `reason` where the rule alone does not say so."""

    at: datetime
    reason: str | None = None


def next_run(rule: str, zone: ZoneInfo, planned: datetime | None, now: datetime) -> datetime:
    """The run after the one that was planned for `planned` and has been made by `now` (None: there was none).

    Steps of `every` are exact: they count from the plan, not from when it was carried out. What was missed is skipped.
    """
    if planned is None:
        return _whole(now)
    if (step := _step(rule)) is None:
        return _after(rule, zone, _made(rule, planned, now))
    if planned > now + _SECOND:  # the clock was set back
        return _whole(now + step)
    return _whole(planned + step * max(1, (now - planned) // step + 1))


def replan(entries: Iterable[Entry], now: datetime, grace: timedelta, doubtful: bool) -> dict[str, Plan]:
    """New plans for those that need one: the new, at once; the missed by more than `grace`, once each, the longest
    overdue first, spread over ten minutes or their own step; and, where the clock is `doubtful` (at the start, and when
    it was set), those whose plan is farther off than their rule can mean."""
    plans, missed = {}, []
    for entry in entries:
        if entry.planned is None:
            plans[entry.key] = Plan(_whole(now))
        elif entry.planned < now - grace:
            missed.append(entry)
        elif doubtful and entry.planned > _farthest(entry, now) + _SECOND:
            plans[entry.key] = Plan(next_run(entry.rule, entry.zone, now, now))
    return plans | catch_up(missed, now)


def catch_up(missed: Iterable[Entry], now: datetime) -> dict[str, Plan]:
    """One run for each, spread; one whose rule has a run of its own before its turn waits for that."""
    ordered = sorted(missed, key=lambda entry: (entry.planned or now, entry.key))
    return {entry.key: _turn(entry, number / len(ordered), now) for number, entry in enumerate(ordered)}


def _turn(entry: Entry, share: float, now: datetime) -> Plan:
    own = next_run(entry.rule, entry.zone, now, now)
    step = (next_run(entry.rule, entry.zone, own, own) - own).total_seconds()
    turn = now + timedelta(seconds=share * min(_SPREAD, step))
    return Plan(own) if own <= turn else Plan(_whole(turn), MISSED)


def _farthest(entry: Entry, now: datetime) -> datetime:
    """The farthest off that a plan can be; a rule of fixed hours may have had its next run already."""
    if entry.put_off:
        return now + _LONGEST_WAIT
    following = next_run(entry.rule, entry.zone, now, now)
    if _step(entry.rule) or every_hour(entry.rule):
        return following
    return _after(entry.rule, entry.zone, following)


def _step(rule: str) -> timedelta | None:
    """The step of an `every …` rule; None for a crontab line."""
    return timedelta(seconds=seconds(rule.rpartition(" ")[2])) if rule.startswith("every ") else None


def _made(rule: str, planned: datetime, now: datetime) -> datetime:
    """Up to when a crontab line's runs are made. Set back by an hour or so, a clock shows the same hours again: a line
    that leaves the hour open goes on, any other has had them."""
    return max(planned, now) if planned - now <= (_EARLY if every_hour(rule) else _DAY) else now


def _after(line: str, zone: ZoneInfo, moment: datetime) -> datetime:
    """The first run of a crontab line after a moment.

    A time of day that comes twice is the first of the two, one that does not come is when the gap ends; a line that
    leaves the hour open goes by real time: the second time counts as well, and the gap took none.
    """
    after = moment.astimezone(UTC)
    fixed, offset = not every_hour(line), _offset(zone, after)
    start = after + offset + timedelta(microseconds=1)
    if fixed and (shown := _shown_already(zone, after)):
        start = max(start, shown)
    while True:
        wall = _matching(line, start)
        turn = _turn_of_offset(zone, after, wall - offset)
        if turn is None:
            return wall - offset
        before, behind = turn + offset, turn + _offset(zone, turn)
        if fixed and wall < behind:  # in the gap
            return turn
        after, offset, start = turn, _offset(zone, turn), max(before, behind) if fixed else behind


def _matching(line: str, wall: datetime) -> datetime:
    """The first time on the wall, from this one on, that a line names."""
    times: list[datetime | None] = [trigger.get_next_fire_time(None, wall) for trigger in triggers(line)]
    return min(time for time in times if time is not None)


def _offset(zone: ZoneInfo, moment: datetime) -> timedelta:
    return moment.astimezone(zone).utcoffset() or timedelta()


def _shown_already(zone: ZoneInfo, moment: datetime) -> datetime | None:
    """Up to where clocks on the wall had come when they were last set back, if that was within a day."""
    turn = _turn_of_offset(zone, moment - _DAY, moment)
    if turn is None:
        return None
    return turn + _offset(zone, turn - _SECOND)


def _turn_of_offset(zone: ZoneInfo, after: datetime, until: datetime) -> datetime | None:
    """The first moment after `after`, up to `until`, at which the zone's offset is another; to the second."""
    offset, low = _offset(zone, after), after
    while low < until:
        high = min(low + _DAY, until)
        if _offset(zone, high) != offset:
            return _first(zone, offset, low, high)
        low = high
    return None


def _first(zone: ZoneInfo, offset: timedelta, low: datetime, high: datetime) -> datetime:
    while high - low > _SECOND:
        middle = low + (high - low) / 2
        low, high = (middle, high) if _offset(zone, middle) == offset else (low, middle)
    return _whole(high)


def _whole(moment: datetime) -> datetime:
    return moment.astimezone(UTC).replace(microsecond=0)
