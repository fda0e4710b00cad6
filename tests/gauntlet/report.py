"""The table by kind, and a line for each miss."""

from collections.abc import Iterator

from tests.gauntlet.account import Result
from tests.gauntlet.run import Gauntlet, first_reading


def _rows(result: Result) -> Iterator[str]:
    yield f"{'noise':<52}{'alone':>7}{'amid':>7}{'changes':>9}{'rate':>9}"
    for name in sorted({*result.served, *result.mixed, *result.recorded}):
        alone, amid, recorded = result.served[name], result.mixed[name], result.recorded[name]
        yield f"{_wide(name, 52)}{alone:>7}{amid:>7}{recorded:>9}{recorded / max(1, alone + amid):>9.1%}"
    yield f"{_wide('all looks at noise', 52)}{result.looks:>7}{'':>7}{result.false:>9}{result.noise_rate:>9.2%}"
    yield ""
    yield f"{'edit':<52}{'made':>7}{'right':>7}{'rate':>9}"
    for name, made in sorted(result.made.items()):
        yield f"{_wide(name, 52)}{made:>7}{result.right[name]:>7}{result.right[name] / made:>9.1%}"
    made, right = sum(result.made.values()), sum(result.right.values())
    yield f"{_wide('all edits', 52)}{made:>7}{right:>7}{result.edit_rate:>9.2%}"


def _wide(words: str, width: int) -> str:
    """Padded as a terminal shows it: a Chinese character takes two columns."""
    taken = sum(2 if ord(c) > 0x2E7F else 1 for c in words)
    return words + " " * max(1, width - taken)


def report(gauntlet: Gauntlet, result: Result | None = None) -> str:
    """The account of a whole run, or of one act of it."""
    result = result or gauntlet.result
    lines = ["misses:", *map(str, result.misses), ""] if result.misses else []
    if gauntlet.unread:
        lines += [f"never read: {', '.join(gauntlet.unread)}", ""]
    wrong = first_reading(gauntlet)
    lines += ["first readings that differ from what was published, by site:"] if wrong else []
    lines += [
        f"  {site}: " + ", ".join(f"{name} {n}" for name, n in counted.items()) for site, counted in wrong.items()
    ]
    by_template = sorted(result.by_template.items(), key=lambda item: -item[1])
    lines += ["", "misses by site: " + ", ".join(f"{what} {site} {n}" for (what, site), n in by_template)]
    lines += ["", *_rows(result), ""]
    passed = result.passed and not gauntlet.unread
    lines.append(
        f"noise recorded: {result.noise_rate:.2%}, at most 0.50%; edits right: {result.edit_rate:.2%}, at least 99.50%"
    )
    lines.append("passed" if passed else "MISSED")
    return "\n".join(lines)
