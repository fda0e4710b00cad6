"""Whether a permanent redirect is an article's move or its whole site's."""

import re
from collections import Counter

import msgspec

from crawler.items import Look

_FEWEST, _SHARE = 3, 0.5  # articles of a run, and their part of its looks, that make a move the site's


class Moves:
    """The moves of one run. A site that moves is one notice, not a change of each of its articles."""

    def __init__(self) -> None:
        self._looks: Counter[str] = Counter()  # by site
        self._held: dict[tuple[str, str], list[Look]] = {}  # by site and address
        self._moved: dict[tuple[str, str], str] = {}  # and how that is told

    def judged(self, look: Look) -> list[Look]:
        """The looks that need wait no longer, this one or ones before it: those whose move is their site's are
        marked. One that moved waits until the run shows which it is."""
        self._looks[look.site] += 1
        if look.moved_to is None:
            return [look]
        address = look.moved_to.replace(look.code, "{code}")
        key = look.site, re.sub(r"\d+", "#", address)  # a path may carry the article's date
        held = self._held.setdefault(key, [])
        held.append(look)
        if key not in self._moved and not (len(held) >= _FEWEST and len(held) >= _SHARE * self._looks[look.site]):
            return []
        self._moved.setdefault(key, address)
        return [msgspec.structs.replace(moved, site_moved=True) for moved in self._held.pop(key)]

    def rest(self) -> list[Look]:
        """What still waits when the run ends: articles that moved by themselves."""
        held, self._held = self._held, {}
        return [look for looks in held.values() for look in looks]

    @property
    def notice(self) -> str | None:
        """What is to be said of the site; None where it stayed."""
        return (
            f"the site has moved: its articles answer at {', '.join(sorted(self._moved.values()))}"
            if self._moved
            else None
        )
