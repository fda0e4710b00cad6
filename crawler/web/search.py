"""Full-text search over titles and texts, with the passages that match."""

import re
from datetime import UTC, datetime
from typing import Any
from urllib.parse import urlencode

from datasette.utils.asgi import Request, Response
from sqlite_utils import Database

from crawler import lookup, searching
from crawler.rules import asking, snippets
from crawler.rules.asking import Question
from crawler.web import feeds, page, passages
from crawler.web.showing import Showing
from storage import reading

_A_PAGE = 20
_LAST = 50  # page


async def search(datasette: Any, request: Request) -> Response:
    """`/search?q=WORDS`; `order=best`: the best match first; `all=1`: texts that no longer stand, too; `page=N`."""
    asked = (request.args.get("q") or "").strip()
    number = min(page.number(request, "page") or 1, _LAST)
    context: dict[str, Any] = {"asked": asked, "found": None, "page": number, "older": None}
    if asked:
        question = asking.parse(asked)
        found, is_more = await page.read(datasette, _found, datasette, request, question, number)
        context |= {
            "found": found,
            "feed": _feed(datasette, asked, question),
            "older": page.address(request, page=number + 1) if is_more and number < _LAST else None,
        }
    return await page.page(datasette, request, "search.html", context)


def _feed(datasette: Any, asked: str, question: Question) -> str | None:
    """The address of the feed of a search, where there is one (see `feeds`)."""
    if not feeds.may_follow(question, datasette.newstrail.showing):
        return None
    return f"{datasette.urls.path('/feed.atom')}?{urlencode({'q': asked, 'kind': 'all'})}"


def _found(
    db: Database, datasette: Any, request: Request, question: Question, number: int
) -> tuple[list[dict[str, Any]], bool]:
    """(the hits of a page that this reader may know of, whether more pages follow)."""
    showing, zone = datasette.newstrail.showing, lookup.zone_of(datasette.newstrail.settings)
    known = {source["key"] for source in reading.sources(db)}
    for key in question.sources:
        if key not in known:
            datasette.newstrail.settings.source(key)  # names the near ones
    rows = searching.find(
        db, question, zone, datetime.now(UTC), all_versions=request.args.get("all") == "1",
        best=request.args.get("order") == "best", limit=_A_PAGE + 1, offset=(number - 1) * _A_PAGE,
    )  # fmt: skip
    sought = snippets.pattern(question.words)
    shown = [_shown(row, showing) for row in rows[:_A_PAGE] if _says_openly(row, sought, showing)]
    return shown, len(rows) > _A_PAGE


def _says_openly(row: dict[str, Any], sought: re.Pattern[str], showing: Showing) -> bool:
    """Whether what was searched for stands where this reader may read it: a hit tells of hidden words too."""
    if showing.numbers and not (showing.is_public and row["noarchive"]):
        return True
    texts = [row["title"] or "", "" if showing.is_public and row["noarchive"] else row["body_text"]]
    return any(snippets.spans(passages.shown(text, showing), sought) for text in texts)


def _shown(row: dict[str, Any], showing: Showing) -> dict[str, Any]:
    shows_text = showing.whole_texts and showing.numbers and not (showing.is_public and row["noarchive"])
    return {
        **row,
        "title_pieces": passages.shown_pieces(row["title_pieces"], showing),
        "snippet": passages.shown_pieces(row["snippet"], showing) if shows_text else [],
    }


ROUTES = [(r"/search$", page.view(search))]
