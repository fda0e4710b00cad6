"""Who is measured: newstrail's two crawls and the two bare spiders, each as a command on the replica."""

import json
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from bench.measure import BrokenError, Cost, run
from bench.origin import Asked, Origin
from crawler.demo.site import newstrail_toml

CONCURRENCY = 16  # requests at once, for all; more buys nothing on loopback
FIRST, RECHECK = "newstrail, first crawl", "newstrail, unchanged recrawl"
SAME, DEFAULTS = "bare Scrapy, newstrail's settings", "bare Scrapy, its own defaults"
NAMES = (FIRST, RECHECK, SAME, DEFAULTS)


@dataclass(frozen=True)
class Run:
    """One crawl, measured. `crawl` is from its first request to its end, `whole` from its start: seconds."""

    name: str
    pages: int
    crawl: float
    whole: float
    cpu: float
    peaks: tuple[int, ...]  # KiB
    asked: Asked


def _newstrail(folder: Path, origin: Origin, *options: str) -> tuple[Cost, dict[str, Any]]:
    toml = folder / "newstrail.toml"
    if not toml.exists():
        toml.write_text(newstrail_toml(origin.base, "newstrail.db", origin.sources, concurrency=CONCURRENCY))
    cost = run([sys.executable, "-m", "crawler", "crawl", "--json", *options], {"NEWSTRAIL_CONFIG": str(toml)})
    (summary,) = json.loads(cost.output)
    return cost, summary


def _bare(origin: Origin, settings: str) -> tuple[Cost, int]:
    options = ["--settings", settings, "--concurrency", str(CONCURRENCY)]
    cost = run([sys.executable, "-m", "bench.bare", origin.listing, *options], {})
    return cost, json.loads(cost.output)["articles"]


def _measured(name: str, origin: Origin, cost: Cost, pages: int) -> Run:
    """The run as measured; raises `BrokenError` where not every article was asked for once and read."""
    asked = origin.asked()
    if not pages == sum(asked.articles.values()) == origin.count:
        raise BrokenError(f"{name}: read {pages} of {origin.count} articles; the replica answered {asked.articles}")
    whole = cost.ended - cost.started
    return Run(name, pages, cost.ended - asked.first_at, whole, cost.cpu, tuple(cost.peaks), asked)


def _both_crawls(folder: Path, origin: Origin) -> Iterator[Run]:
    cost, summary = _newstrail(folder, origin)
    yield _measured(FIRST, origin, cost, summary["first_seen"])
    cost, summary = _newstrail(folder, origin, "--recheck")
    yield _measured(RECHECK, origin, cost, summary["unchanged"])


def _same(folder: Path, origin: Origin) -> Iterator[Run]:
    yield _measured(SAME, origin, *_bare(origin, "newstrail"))


def _defaults(folder: Path, origin: Origin) -> Iterator[Run]:
    yield _measured(DEFAULTS, origin, *_bare(origin, "scrapy"))


_CONTENDERS: tuple[Callable[[Path, Origin], Iterator[Run]], ...] = (_both_crawls, _same, _defaults)


def warm_up(folder: Path, origin: Origin) -> None:
    """A crawl that is not counted, so that the replica has made its pages and Python has compiled its modules."""
    list(_both_crawls(folder, origin))


def one_round(folder: Path, origin: Origin, number: int) -> Iterator[Run]:
    """Each once, one after the other; each round begins with another one."""
    first = number % len(_CONTENDERS)
    for contender in _CONTENDERS[first:] + _CONTENDERS[:first]:
        yield from contender(folder, origin)
