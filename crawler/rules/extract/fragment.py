"""An article's body as an endpoint gives it: all of it is the article's, save what is hidden, sold or counted."""

from typing import Any

from crawler.rules import page
from crawler.rules.extract import cleaning, layout
from crawler.rules.extract.survey import survey


def read(markup: str) -> dict[str, Any]:
    """`body_text`, one paragraph a line, and what the body holds besides words: images, tables, links, attachments."""
    if "<" not in markup and "&" not in markup:
        return {"body_text": page.fragment_text(markup)}
    root = page.tree(f"<div>{markup}</div>")
    if root is None:
        return {"body_text": ""}
    found = survey(root)
    cleaning.mark_lines(found.items)
    weight = cleaning.tally(found)
    cleaning.spare_lines(found, weight)
    cleaning.mark_boxes(found, found.boxes, None, weight)
    kept = tuple(i for i, item in enumerate(found.items) if item.is_kept())
    if not any(found.items[i].text for i in kept) and any(item.text for item in found.items):
        kept = tuple(range(len(found.items)))  # nothing but what looks like a template's: it is the article
    block = layout.Block(found, (root,), kept, None)
    return {"body_text": block.text} | layout.media_of(block)
