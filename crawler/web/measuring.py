"""Figures that are too dear to be counted for each reader: counted once for all, and again when they have aged."""

import asyncio
import logging
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any

_log = logging.getLogger("newstrail.web")
_TIMES = 50  # they may be so many times as old as it takes to count them
_PATIENCE = 1.0  # seconds that a reader waits for figures that were never counted, or are cheap
_OLD = 600  # or so old (seconds)


@dataclass
class Kept:
    """One set of figures: what it is (None: not counted yet), when it was counted (seconds of a steady clock), how long
    that took, and the count that is under way."""

    value: Any = None
    at: float = float("-inf")
    took: float = 0.0
    task: "asyncio.Task[None] | None" = None


async def measured(kept: Kept, count: Callable[[], Awaitable[Any]]) -> Any:
    """The figures, fresh enough: of a small record never older than a moment; of a large one readers get what was
    counted last while one count goes on behind them. None where that is the first and takes long."""
    age = time.monotonic() - kept.at
    begins = age > kept.took * _TIMES and (kept.task is None or kept.task.done())
    if begins:
        kept.task = asyncio.create_task(_count(kept, count))
    is_cheap = kept.value is not None and kept.took * _TIMES < _PATIENCE
    if kept.task and not kept.task.done() and (is_cheap or age > _OLD):
        await asyncio.wait([kept.task], timeout=_PATIENCE if is_cheap or begins else _PATIENCE / 20)
    return kept.value


async def _count(kept: Kept, count: Callable[[], Awaitable[Any]]) -> None:
    """Count; one that fails leaves the figures as they were, and the next reader's tries again."""
    began = time.monotonic()
    try:
        kept.value = await count()
    except Exception as error:
        _log.warning("figures of the sources: %s", error)
        return
    kept.at = time.monotonic()
    kept.took = kept.at - began
