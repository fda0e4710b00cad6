"""Where an article's own heading stands on its page."""

from collections.abc import Iterator

from crawler.rules.survey import Survey

Span = tuple[int, int]
_MOST_TITLE = 150  # characters
_MOST_ITEMS = 20  # of a heading


def title_span(found: Survey, titles: list[str]) -> Span | None:
    """The items of the article's own heading: what the page's `titles` say, else its last `<h1>`; None for none."""
    said = ["".join(title.split()) for title in titles]
    spans = [found.spans[h] for h in found.headings if h in found.spans]
    spans = [span for span in spans if span[1] - span[0] <= _MOST_ITEMS and words(found, span)]
    best: tuple[int, int, Span] | None = None
    for rank, span in [(1, s) for s in spans] + [(0, (i, i + 1)) for i in _short_lines(found)]:
        said_there = "".join(words(found, span).split())
        matches = any(t.startswith(said_there) for t in said) if rank == 0 else any(said_there in t for t in said)
        if matches and len(said_there) >= (2 if rank else 4) and (best is None or (len(said_there), rank) > best[:2]):
            best = (len(said_there), rank, span)
    if best:
        return best[2]
    apart = [(box.start, box.end) for box in found.boxes if "apart" in box.kinds or "talk" in box.kinds]
    free = [span for span in spans if not any(start <= span[0] and span[1] <= end for start, end in apart)]
    return free[-1] if free else None


def _short_lines(found: Survey) -> Iterator[int]:
    for i, item in enumerate(found.items):
        if item.text and 4 <= len(item.text) <= _MOST_TITLE and not item.noise:
            yield i


def words(found: Survey, span: Span) -> str:
    """The words of a span of items, on one line."""
    return " ".join(item.text for item in found.items[span[0] : span[1]] if item.text)
