"""What is known of an article when: stretches of looks, the gaps between them, and a picture of both to scale."""

from collections.abc import Sequence

_KNOWN, _PARTLY, _UNKNOWN = "█", "▒", "░"
_UNITS = (("d", 86400), ("h", 3600), ("min", 60), ("s", 1))


def gaps(known: Sequence[tuple[float, float]], until: float) -> list[tuple[float, float]]:
    """What lies between stretches (from, to; in order and apart), and from the last one to `until`.

    >>> gaps([(0, 10), (40, 50)], 60)
    [(10, 40), (50, 60)]
    >>> gaps([], 60)
    []
    """
    begins = [begin for begin, _ in known[1:]] + [until]
    return [(end, begin) for (_, end), begin in zip(known, begins, strict=bool(known)) if begin > end]


def bar(known: Sequence[tuple[float, float]], until: float, width: int) -> str:
    """A line of `width` characters from the first stretch to `until`: █ known, ░ not known, ▒ some of both.

    >>> bar([(0, 30), (60, 90)], 120, 8)
    '██░░██░░'
    >>> bar([(0, 0), (55, 65)], 120, 8)
    '▒░░▒▒░░░'
    """
    if not known:
        return ""
    start = known[0][0]
    step = (until - start) / width
    return "".join(_cell(known, start + i * step, start + (i + 1) * step) for i in range(width))


def _cell(known: Sequence[tuple[float, float]], begin: float, end: float) -> str:
    inside = [
        (max(a, begin), min(b, end)) for a, b in known if (a < end and b > begin) or (begin <= a <= end and a == b)
    ]
    covered = sum(b - a for a, b in inside)
    if covered >= end - begin:
        return _KNOWN
    return _PARTLY if inside else _UNKNOWN


def duration(seconds: float) -> str:
    """A length of time in its two largest units.

    >>> [duration(s) for s in (0, 59, 60, 3700, 86400, 273600)]
    ['0 s', '59 s', '1 min', '1 h 1 min', '1 d', '3 d 4 h']
    """
    rest = int(seconds)
    parts: list[tuple[int, str]] = []
    for name, size in _UNITS:
        count, rest = divmod(rest, size)
        if count or parts:
            parts.append((count, name))
    return " ".join(f"{count} {name}" for count, name in parts[:2] if count) or "0 s"
