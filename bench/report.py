"""From runs to tables: medians over the rounds, and ratios taken within each round."""

import os
import platform
import sqlite3
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path
from statistics import median

from bench.contenders import DEFAULTS, FIRST, NAMES, RECHECK, SAME, Run

MEMORY_LIMIT = 200  # MB
_KIB, _MB = 1024, 1_000_000
_HEADS = ("", "pages/s", "lowest–highest", "with start-up", "CPU ms/page", "MB parent", "MB child")
_RATIO_HEADS = ("", "pages/s", "lowest–highest", "with start-up", "CPU", "wanted", "")
Round = dict[str, Run]


@dataclass(frozen=True)
class Target:
    """One crawl's pages per second as a multiple of another's, and the least it is to be."""

    name: str
    of: str
    to: str
    wanted: float


TARGETS = (
    Target("first crawl / bare, newstrail's settings", FIRST, SAME, 0.8),
    Target("first crawl / bare, Scrapy's defaults", FIRST, DEFAULTS, 1.2),
    Target("unchanged recrawl / first crawl", RECHECK, FIRST, 1.3),
)


def machine() -> list[str]:
    """Two lines: what it runs on, and the versions that matter."""
    packages = ("newstrail", "Scrapy", "Twisted", "lxml", "sqlite-utils")
    versions = ", ".join(f"{name} {version(name)}" for name in packages)
    load = ", ".join(f"{value:.1f}" for value in os.getloadavg())
    return [
        f"{_processor()}, {os.cpu_count()} cores, {_system()}; load {load}",
        f"Python {platform.python_version()}, SQLite {sqlite3.sqlite_version}, {versions}",
    ]


def _system() -> str:
    return f"{platform.system()} {'.'.join(platform.release().split('.')[:2])}"


def _processor() -> str:
    try:
        lines = Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines()
    except OSError:
        lines = []
    names = (line.partition(":")[2].strip() for line in lines if line.startswith("model name"))
    return next(names, platform.processor() or platform.machine())


def speeds(rounds: Sequence[Round]) -> list[Sequence[str]]:
    """A line for each contender, the head first."""
    return [_HEADS, *(_speed(name, [one[name] for one in rounds]) for name in NAMES)]


def _speed(name: str, runs: Sequence[Run]) -> list[str]:
    rates = [run.pages / run.crawl for run in runs]
    return [
        name,
        f"{median(rates):.0f}",
        f"{min(rates):.0f}–{max(rates):.0f}",
        f"{median(run.pages / run.whole for run in runs):.0f}",
        f"{median(run.cpu / run.pages for run in runs) * 1000:.2f}",
        _peak(runs, 0),
        _peak(runs, 1),
    ]


def _peak(runs: Sequence[Run], process: int) -> str:
    peaks = [run.peaks[process] for run in runs if len(run.peaks) > process]
    return f"{max(peaks) * _KIB / _MB:.0f}" if peaks else "–"


def ratios(rounds: Sequence[Round]) -> list[Sequence[str]]:
    """A line for each target, the head first."""
    return [_RATIO_HEADS, *(_ratio(target, rounds) for target in TARGETS), *_memory(rounds)]


def _ratio(target: Target, rounds: Sequence[Round]) -> list[str]:
    found = _within(rounds, target, lambda run: run.pages / run.crawl)
    return [
        target.name,
        f"{median(found):.2f}",
        f"{min(found):.2f}–{max(found):.2f}",
        f"{median(_within(rounds, target, lambda run: run.pages / run.whole)):.2f}",
        f"{median(_within(rounds, target, lambda run: run.pages / run.cpu)):.2f}",
        f"≥ {target.wanted}",
        verdict(median(found) >= target.wanted),
    ]


def _within(rounds: Sequence[Round], target: Target, value: Callable[[Run], float]) -> list[float]:
    return [value(one[target.of]) / value(one[target.to]) for one in rounds]


def _memory(rounds: Sequence[Round]) -> list[list[str]]:
    """newstrail's two processes at their highest, even if that was not at one moment; nothing without /proc."""
    peaks = [sum(one[name].peaks) for one in rounds for name in (FIRST, RECHECK)]
    if not all(peaks):
        return []
    highest = max(peaks) * _KIB / _MB
    said = ["MB resident, parent and child", f"{highest:.0f}", f"{min(peaks) * _KIB / _MB:.0f}–{highest:.0f}", "", ""]
    return [[*said, f"≤ {MEMORY_LIMIT}", verdict(highest <= MEMORY_LIMIT)]]


def verdict(met: bool) -> str:
    """How a target is said to be met or not."""
    return "met" if met else "NOT MET"


def notes(rounds: Sequence[Round]) -> list[str]:
    """What the tables do not say of themselves."""
    recheck = [one[RECHECK] for one in rounds]
    unmodified = median(run.asked.articles.get("304", 0) for run in recheck)
    cost = median(one[FIRST].asked.cpu / one[FIRST].pages for one in rounds) * 1000
    return [
        "pages/s: articles a second, from the first request to the end of the process; with start-up: from its start.",
        f"CPU: of parent and child, without the replica's own, which took {cost:.2f} ms a page in a first crawl.",
        f"Ratios are taken within a round; above 1 is faster or cheaper. Recrawl: {unmodified:.0f} of"
        f" {recheck[0].pages} articles answered 304.",
    ]
