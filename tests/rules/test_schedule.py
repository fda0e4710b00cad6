"""When a source is read next, on clocks that jump and in zones that change."""

from collections import Counter
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from crawler.config.cron import triggers
from crawler.rules.schedule import Entry, next_run, replan

BERLIN, LORD_HOWE = ZoneInfo("Europe/Berlin"), ZoneInfo("Australia/Lord_Howe")
ZONES = [BERLIN, LORD_HOWE, ZoneInfo("America/New_York"), ZoneInfo("Asia/Shanghai")]
GRACE = timedelta(seconds=30)
MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)
LINES = [
    "30 2 * * *", "0 2 * * *", "45 1 * * *", "*/5 8-20 * * 1-5", "*/20 * * * *", "15 * * * *", "0 */2 * * *",
    "30 1,2,3 * * *", "0 12 1 * *", "7 3 * * sun", "0 0 13 * 5",
]  # fmt: skip


def at(text: str, zone: ZoneInfo | None = None) -> datetime:
    moment = datetime.fromisoformat(text)
    return moment.replace(tzinfo=zone) if zone else moment.astimezone(UTC)


def runs(rule: str, zone: ZoneInfo, start: str, hours: float) -> list[str]:
    """The runs of so many hours from a local time on, as UTC."""
    moment = at(start, zone).astimezone(UTC)
    end, found = moment + timedelta(hours=hours), []
    while (moment := next_run(rule, zone, moment, moment)) < end:
        found.append(f"{moment:%d %H:%M}")
    return found


@pytest.mark.parametrize(
    ("rule", "zone", "start", "hours", "expected"),
    [
        # Berlin, 27 October 2024: 02:00 to 03:00 comes twice, first at 00:00 UTC.
        ("30 2 * * *", BERLIN, "2024-10-26 12:00", 48, ["27 00:30", "28 01:30"]),
        ("0 3 * * *", BERLIN, "2024-10-26 12:00", 24, ["27 02:00"]),
        ("30 * * * *", BERLIN, "2024-10-27 01:00", 4, ["26 23:30", "27 00:30", "27 01:30", "27 02:30"]),
        ("0 */2 * * *", BERLIN, "2024-10-26 23:30", 6, ["26 22:00", "27 00:00", "27 03:00"]),
        # 31 March 2024: 02:00 to 03:00 does not come; it is 01:00 UTC.
        ("30 2 * * *", BERLIN, "2024-03-30 12:00", 47, ["31 01:00", "01 00:30"]),
        ("0,15,30 2 * * *", BERLIN, "2024-03-30 12:00", 23, ["31 01:00"]),
        ("30 2,3 * * *", BERLIN, "2024-03-30 12:00", 23, ["31 01:00", "31 01:30"]),
        ("0 3 * * *", BERLIN, "2024-03-30 12:00", 23, ["31 01:00"]),
        ("30 * * * *", BERLIN, "2024-03-31 01:00", 2, ["31 00:30", "31 01:30"]),
        # Lord Howe, by half an hour: 7 April 2024 from 02:00 back to 01:30 (15:00 UTC), 6 October from 02:00 to 02:30.
        ("45 1 * * *", LORD_HOWE, "2024-04-06 12:00", 24, ["06 14:45"]),
        ("15 2 * * *", LORD_HOWE, "2024-10-05 12:00", 24, ["05 15:30"]),
        ("*/10 1 * * *", LORD_HOWE, "2024-04-07 01:25", 2, ["06 14:30", "06 14:40", "06 14:50"]),
        # Days of the week as crontab counts them; two narrowed days are either of them.
        ("0 12 * * 1-5", ZoneInfo("UTC"), "2024-11-22 11:00", 80, ["22 12:00", "25 12:00"]),
        ("0 12 * * 7", ZoneInfo("UTC"), "2024-11-22 11:00", 72, ["24 12:00"]),
        ("0 0 23 * 1", ZoneInfo("UTC"), "2024-11-22 11:00", 96, ["23 00:00", "25 00:00"]),
        ("every 5m", BERLIN, "2024-10-27 01:50", 0.5, [f"{h} {m}" for h, m in []] or
            ["26 23:55", "27 00:00", "27 00:05", "27 00:10", "27 00:15"]),
    ],
)  # fmt: skip
def test_times_of_day_that_come_twice_or_not_at_all(
    rule: str, zone: ZoneInfo, start: str, hours: float, expected: list[str]
) -> None:
    assert runs(rule, zone, start, hours) == expected


def test_a_line_that_never_comes_is_refused() -> None:
    for line in ("0 0 31 2 *", "* * * *", "0 8 * * 8", "0 8 * * mo", "61 * * * *"):
        with pytest.raises(ValueError):
            triggers(line)


@given(
    st.sampled_from(LINES), st.sampled_from(ZONES),
    st.datetimes(datetime(2024, 1, 1), datetime(2025, 12, 31), timezones=st.just(UTC)),
)  # fmt: skip
def test_no_local_time_runs_twice_and_none_is_left_out(line: str, zone: ZoneInfo, start: datetime) -> None:
    """Day by day: what runs is what the line names on the wall; once, unless it leaves the hour open."""
    moment, end, walls = start, start + 3 * DAY, Counter[datetime]()
    while (after := next_run(line, zone, moment, moment)) < end:
        assert after > moment
        walls[after.astimezone(zone).replace(tzinfo=None, fold=0)] += 1
        moment = after
    named, wall = set(), start.astimezone(zone).replace(tzinfo=UTC)
    while (wall := min(t.get_next_fire_time(None, wall + timedelta(microseconds=1)) for t in triggers(line))) < (
        (end - timedelta(seconds=1)).astimezone(zone).replace(tzinfo=UTC)
    ):
        named.add(wall.replace(tzinfo=None))
    there = {w for w in named if _exists(w, zone)}
    starred = line.split()[1] == "*"
    turned = zone.utcoffset(start.astimezone(zone)) != zone.utcoffset(end.astimezone(zone))
    assert there <= walls.keys() or turned  # at the ends of the stretch a repeated hour can lie outside
    assert all(count == 1 for count in walls.values()) or (starred and turned)
    assert walls.keys() <= there or turned


def _exists(wall: datetime, zone: ZoneInfo) -> bool:
    moment = wall.replace(tzinfo=zone).astimezone(UTC).astimezone(zone)
    return moment.replace(tzinfo=None, fold=0) == wall


# ── Clocks that jump, machines that sleep ───────────────────────────────────────────────────────────────────────


class Machine:
    """The daemon's loop on a clock of its own: a look at the schedule every 5 seconds, a run at each plan's second."""

    def __init__(self, rules: dict[str, str], zone: ZoneInfo, now: datetime) -> None:
        self.rules, self.zone, self.now = rules, zone, now
        self.plans: dict[str, datetime | None] = dict.fromkeys(rules)
        self.ran: list[tuple[float, str]] = []  # (real seconds, key)
        self.real = 0.0
        self.doubtful = True

    def on(self, seconds: float) -> "Machine":
        """Let so many seconds pass."""
        for _ in range(int(seconds / 5)):
            entries = [Entry(key, rule, self.zone, self.plans[key]) for key, rule in self.rules.items()]
            self.plans |= {key: plan.at for key, plan in replan(entries, self.now, GRACE, self.doubtful).items()}
            self.doubtful = False
            for key, planned in self.plans.items():
                if planned is not None and planned <= self.now:
                    self.ran.append((self.real, key))
                    self.plans[key] = next_run(self.rules[key], self.zone, planned, self.now)
            self.now += timedelta(seconds=5)
            self.real += 5
        return self

    def jump(self, by: timedelta) -> "Machine":
        """The clock is set, or the machine slept."""
        self.now += by
        self.doubtful = True
        return self

    def since(self, real: float) -> Counter[str]:
        return Counter(key for when, key in self.ran if when >= real)

    def gaps(self, key: str) -> Iterator[float]:
        times = [when for when, name in self.ran if name == key]
        return (b - a for a, b in pairwise(times))


def machine(rules: dict[str, str], now: str = "2024-11-22T10:00:00+00:00") -> Machine:
    return Machine(rules, BERLIN, at(now))


RULES = {f"s{n}": f"every {n}m" for n in range(15, 25)}


def test_steps_do_not_drift() -> None:
    planned = now = at("2024-11-22T10:00:00+00:00")
    for number in range(1, 1000):
        now = planned + timedelta(seconds=number % 290, milliseconds=137)  # as late as may be
        planned = next_run("every 5m", BERLIN, planned, now)
        assert planned == at("2024-11-22T10:00:00+00:00") + number * 5 * MINUTE


@pytest.mark.parametrize("pause", [HOUR, 3 * DAY, 400 * DAY])
def test_after_a_pause_each_runs_once_and_they_are_spread(pause: timedelta) -> None:
    clock = machine(RULES).on(3600).jump(pause)
    began = clock.real
    clock.on(600)
    assert clock.since(began) == dict.fromkeys(RULES, 1)
    when = sorted(real for real, _ in clock.ran if real >= began)
    assert when[-1] - when[0] >= 480 and max(b - a for a, b in pairwise(when)) <= 120
    assert max(Counter(when).values()) == 1
    clock.on(3 * 3600)
    assert all(gap >= 14 * 60 for key in RULES for gap in list(clock.gaps(key))[-8:])


def test_a_clock_set_back_brings_neither_silence_nor_double_runs() -> None:
    rules = {**RULES, "open": "*/10 * * * *", "daily": "30 11 * * *"}  # 10:30 UTC
    clock = machine(rules).on(3600).jump(-HOUR)
    before = clock.real
    assert clock.since(0)["daily"] == 2  # at first sight, and by its rule
    clock.on(3600)
    assert all(8 * 60 <= gap <= 49 * 60 for key in rules if key != "daily" for gap in clock.gaps(key) if gap)
    assert all(clock.since(before)[key] >= 1 for key in RULES) and clock.since(before)["open"] in (5, 6, 7)
    assert clock.since(before)["daily"] == 0
    assert clock.on(2 * 86400).since(before)["daily"] == 2


def test_a_clock_that_was_years_ahead_is_forgotten() -> None:
    clock = machine({"a": "every 5m", "b": "30 11 * * *"}, "2031-01-01T00:00:00+00:00").on(86400).jump(-2000 * DAY)
    began = clock.real
    clock.on(86400)
    assert clock.since(began)["a"] in (287, 288) and clock.since(began)["b"] == 1


@settings(deadline=None, max_examples=30)
@given(
    st.lists(st.tuples(st.integers(60, 7200), st.integers(-7200, 7200) | st.just(3 * 86400)), max_size=4),
    st.sampled_from(["every 5m", "every 45m", "every 10m to 1h", "*/10 * * * *", "0 3 * * *"]),
)
def test_whatever_clocks_do_there_is_no_burst_and_no_silence(jumps: list[tuple[int, int]], rule: str) -> None:
    """A jump costs at most one short gap (to be made up for) and one of a step more."""
    clock = machine({f"s{n}": rule for n in range(4)})
    for after, by in jumps:
        clock.on(after).jump(timedelta(seconds=by))
    clock.on(4 * 3600)
    step = {"every 5m": 300, "every 45m": 2700, "every 10m to 1h": 3600, "*/10 * * * *": 600}.get(rule, 86400)
    for key in clock.rules:
        gaps = list(clock.gaps(key))
        assert all(gap <= 2 * step * (1 + len(jumps)) for gap in gaps), gaps
        assert sum(gap > step + 5 for gap in gaps) <= len(jumps), gaps
        assert sum(gap < step - 10 for gap in gaps) <= 2 * len(jumps) + 1, gaps
