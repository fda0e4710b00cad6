"""An article's versions on a line of time, to scale: when each was seen, and when nobody looked."""

from collections.abc import Sequence
from typing import Any, NamedTuple

from crawler.rules.dates import from_utc_text
from crawler.rules.stretches import gaps

_NARROWEST = 0.4  # per cent of the line, so that a single look is seen


class Span(NamedTuple):
    """A stretch of the line: where it begins and how wide it is, in per cent; what it is."""

    x: float
    width: float
    what: dict[str, Any]


class TimeLine(NamedTuple):
    """`versions`, `known` (stretches of looks) and `unknown` (gaps between them) as spans, `marks` as spans without a
    width; from `begin` to `end` (UTC text)."""

    begin: str
    end: str
    versions: list[Span]
    known: list[Span]
    unknown: list[Span]
    marks: list[Span]


def timeline(
    versions: Sequence[dict[str, Any]], stretches: Sequence[dict[str, Any]], changes: Sequence[dict[str, Any]]
) -> TimeLine | None:
    """Of an article's versions, stretches of coverage and changes, each with its times as UTC text; None where it was
    never read."""
    if not versions:
        return None
    begin = versions[0]["first_seen_at"]
    end = max(
        [v["last_seen_at"] for v in versions] + [s["to_at"] for s in stretches] + [c["changed_by"] for c in changes]
    )
    start, whole = _seconds(begin), max(_seconds(end) - _seconds(begin), 1.0)

    def span(after: float, by: float, what: dict[str, Any]) -> Span:
        x = 100 * (after - start) / whole
        width = max(100 * (by - after) / whole, _NARROWEST)
        return Span(round(max(0.0, min(x, 100 - width)), 2), round(width, 2), what)

    known = [(_seconds(s["from_at"]), _seconds(s["to_at"])) for s in stretches]
    return TimeLine(
        begin,
        end,
        [span(_seconds(v["first_seen_at"]), _seconds(v["last_seen_at"]), v) for v in versions],
        [span(*times, stretch) for times, stretch in zip(known, stretches, strict=True)],
        [span(*gap, {"seconds": int(gap[1] - gap[0])}) for gap in (gaps(known, start + whole) if known else [])],
        [Span(round(100 * (_seconds(c["changed_by"]) - start) / whole, 2), 0, c) for c in changes],
    )


def _seconds(text: str) -> float:
    return from_utc_text(text).timestamp()
