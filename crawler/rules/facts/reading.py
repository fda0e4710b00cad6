"""A text while its facts are read: what is written, and which of its characters belong to a fact already."""

import re
from typing import NamedTuple

from crawler.items import Fact

# One character for one character, so that a place in the one is the same place in the other.
_HALF_WIDTH = {code: code - 0xFEE0 for code in range(0xFF01, 0xFF5F) if code != ord("，")}
_PLAIN = (
    {chr(k): chr(v) for k, v in _HALF_WIDTH.items()}
    | dict.fromkeys("\t\u00a0\u2002\u2003\u3000", " ")
    | dict.fromkeys("—–−‐‑", "-")
    | {"～": "~", "￥": "¥", "﹪": "%", "〇": "零", "○": "零"}
)
_NOT_PLAIN = re.compile(f"[{''.join(_PLAIN)}]")


def half_width(text: str) -> str:
    """The text with half-width digits and marks, of the same length.

    >>> half_width("（１．５％）")
    '(1.5%)'
    """
    for character in set(_NOT_PLAIN.findall(text)):  # a few of them in a text: far faster than `str.translate`
        text = text.replace(character, _PLAIN[character])
    return text


class Found(NamedTuple):
    """A fact and where it stands."""

    start: int
    end: int
    fact: Fact


class Reading:
    """`plain` is `text` with half-width digits and marks, of the same length; `found` the facts so far, unordered."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.plain = half_width(text)
        self.taken = bytearray(len(text))
        self.found: list[Found] = []

    def take(self, start: int, end: int) -> None:
        """Keep what stands there from being read again."""
        self.taken[start:end] = b"\x01" * (end - start)

    def is_taken(self, start: int, end: int) -> bool:
        return b"\x01" in self.taken[start:end]

    def add(
        self,
        kind: str,
        start: int,
        end: int,
        value: str | None,
        *,
        unit: str | None = None,
        role: str | None = None,
        approximate: bool = False,
    ) -> None:
        """A fact from `start` to `end`, whose characters it takes."""
        self.found.append(Found(start, end, Fact(kind, self.text[start:end], role, value, unit, approximate)))
        self.taken[start:end] = b"\x01" * (end - start)
