"""Small charts as plain numbers: what a template draws as SVG, and the same in words and as a table.

Everything is in the units of the drawing's `viewBox`, whose y grows downwards.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from math import ceil, floor, log10

WIDTH, HEIGHT = 360, 150
_LEFT, _RIGHT, _TOP, _BOTTOM = 46, 4, 10, 24  # room for what is written beside the drawing
_SPARK_WIDTH, _SPARK_HEIGHT = 120, 28
_STEPS = (1, 2, 2.5, 5, 10)
_LABELS = 7  # fit below a chart


@dataclass(frozen=True)
class Mark:
    """One bar or dot and what it says; `said` None: nothing is known there."""

    x: float
    y: float
    width: float
    height: float
    label: str
    said: str | None


@dataclass(frozen=True)
class Chart:
    """`marks` in order; `lines`: (y, what it is) of the axis; `below`: (x, what is there) of the other."""

    marks: list[Mark]
    lines: list[tuple[float, str]]
    below: list[tuple[float, str]]
    width: float = WIDTH
    height: float = HEIGHT

    def under(self, texts: Sequence[str], every: int) -> "Chart":
        """The same with these texts where marks begin, at every so many of them."""
        step = (WIDTH - _LEFT - _RIGHT) / max(1, len(texts))
        below = [(round(_LEFT + i * step, 2), text) for i, text in enumerate(texts) if i % every == 0]
        return replace(self, below=below)

    @property
    def base(self) -> float:
        """Where the bars stand."""
        return self.height - _BOTTOM

    @property
    def rows(self) -> list[tuple[str, str]]:
        """The numbers, for a table."""
        return [(mark.label, mark.said or "–") for mark in self.marks]


def bars(
    values: Sequence[float | None],
    labels: Sequence[str],
    said: Callable[[float], str],
    every: int = 0,
    least: float = 0,
) -> Chart:
    """Bars from zero to `least` or more; None is a gap. `said` writes a value; every so many bars have their label
    below, 0: as fit.

    An axis of whole numbers has no line between two of them."""
    top = nice(max([least, *(value for value in values if value is not None)]))
    step, room = (WIDTH - _LEFT - _RIGHT) / max(1, len(values)), HEIGHT - _TOP - _BOTTOM
    marks = []
    for index, (value, label) in enumerate(zip(values, labels, strict=True)):
        height = room * (value or 0) / top
        x, width = _LEFT + index * step + step * 0.12, step * 0.76
        told = None if value is None else said(value)
        marks.append(Mark(round(x, 2), round(HEIGHT - _BOTTOM - height, 2), round(width, 2), round(height, 2),
                          label, told))  # fmt: skip
    lines = [(round(HEIGHT - _BOTTOM - room * part, 2), said(top * part)) for part in (0, 0.5, 1)]
    if all(value is None or isinstance(value, int) for value in values) and top % 2:
        del lines[1]
    return Chart(marks, lines, _below(labels, step, every))


def dots(values: Sequence[float], labels: Sequence[str], said: Callable[[float], str]) -> Chart:
    """Dots on an axis of which each line is ten times the one below it; the values are above zero."""
    low, high = floor(log10(min(values))), ceil(log10(max(values)))
    high = max(high, low + 1)
    step, room = (WIDTH - _LEFT - _RIGHT) / len(values), HEIGHT - _TOP - _BOTTOM

    def y(exponent: float) -> float:
        return round(HEIGHT - _BOTTOM - room * (exponent - low) / (high - low), 2)

    marks = [
        Mark(round(_LEFT + (index + 0.5) * step, 2), y(log10(value)), 0, 0, label, said(value))
        for index, (value, label) in enumerate(zip(values, labels, strict=True))
    ]
    return Chart(marks, [(y(n), said(10.0**n)) for n in range(low, high + 1)], _below(labels, step, 0))


def spark(values: Sequence[float | None], labels: Sequence[str], said: Callable[[float], str]) -> Chart:
    """Bars without axes, as high as a line of text."""
    top, step = max((value or 0 for value in values), default=0) or 1, _SPARK_WIDTH / max(1, len(values))
    marks = []
    for index, (value, label) in enumerate(zip(values, labels, strict=True)):
        height = round(_SPARK_HEIGHT * (value or 0) / top, 2)
        told = None if value is None else said(value)
        marks.append(Mark(round(index * step, 2), round(_SPARK_HEIGHT - height, 2), round(step * 0.8, 2), height,
                          label, told))  # fmt: skip
    return Chart(marks, [], [], _SPARK_WIDTH, _SPARK_HEIGHT)


def nice(most: float) -> float:
    """The end of an axis from zero that holds `most`: a round number, never zero.

    >>> [nice(n) for n in (0, 0.031, 1, 7, 23, 101)]
    [1, 0.05, 1, 10, 25, 200]
    """
    if most <= 0:
        return 1
    size = 10.0 ** floor(log10(most))
    top = next(step for step in _STEPS if step * size >= most * 0.999999) * size
    return int(top) if top >= 1 and top == int(top) else round(top, 12)


def _below(labels: Sequence[str], step: float, every: int) -> list[tuple[float, str]]:
    every = every or ceil(len(labels) / _LABELS)
    return [(round(_LEFT + (i + 0.5) * step, 2), label) for i, label in enumerate(labels) if i % every == 0]
