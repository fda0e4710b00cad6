"""Two versions compared: on one page, inline or side by side, and as a picture."""

from itertools import groupby
from typing import Any

from datasette.utils.asgi import Request, Response
from sqlite_utils import Database

from crawler import lookup
from crawler.derived import fact_changes
from crawler.errors import NotFoundError, UsageError
from crawler.items import MEDIA
from crawler.rules.diff import sides
from crawler.rules.diff.marked import Paragraph, folded, is_changed, marked, paragraphs
from crawler.web import page, passages
from crawler.web.article import known, named, numbered
from crawler.web.picture import picture
from crawler.web.showing import Showing
from storage import reading, redactions

_VIEWS = ("inline", "side")
_LONGEST = 50_000  # characters on one page
_ALONE = 2  # unchanged paragraphs in a row that are not worth folding


async def diff(datasette: Any, request: Request) -> Response:
    """`/article/N/diff/M/K`: version M against version K; `view=side`: side by side."""
    view = request.args.get("view") or "inline"
    if view not in _VIEWS:
        raise UsageError(f"view={view[:40]}: must be one of {', '.join(_VIEWS)}")
    about, old, new, change = await page.read(datasette, _pair, datasette, request)
    showing = datasette.newstrail.showing
    is_side = view == "side" and showing.whole_texts
    texts = [passages.shown(version["body_text"], showing) for version in (old, new)]
    found: list[Any] = sides.rows(*texts) if is_side else _paragraphs(*texts, is_whole=showing.whole_texts)
    rows, left_out = _bounded(found)
    context = {
        "left_out": left_out,
        **_around(about, old, new, change, showing),
        "view": "side" if is_side else "inline",
        "groups": _groups(rows, is_side),
        "media": [(name, passages.media(old[name], new[name], showing)) for name in MEDIA if old[name] != new[name]],
        "canonical": f"{page.place(datasette, request)}{datasette.urls.path(request.path)}",
    }
    return await page.page(datasette, request, "diff.html", context)


async def drawn(datasette: Any, request: Request) -> Response:
    """`/article/N/diff/M/K.svg`: the changed passages as a picture."""
    about, old, new, change = await page.read(datasette, _pair, datasette, request)
    showing = datasette.newstrail.showing
    texts = [passages.shown(version["body_text"], showing) for version in (old, new)]
    changed = [folded(paragraph) for paragraph in paragraphs(*texts) if is_changed(paragraph)]
    zone = lookup.zone_of(datasette.newstrail.settings, about["site"])
    told = _around(about, old, new, change, showing)
    seen = [lookup.local(at, zone) for at in told["window"]]
    where = f"{about['outlet'] or about['site']} · {seen[0]} – {seen[1]} ({zone})"
    drawing = picture(told["headline"], where, told["facts"], changed, page.link(about["url"]) or "")
    return Response(drawing, content_type="image/svg+xml; charset=utf-8")


def _pair(db: Database, datasette: Any, request: Request) -> tuple[dict[str, Any], ...]:
    """(article, version, version, the change between them or {}); raises `NotFoundError`."""
    number = numbered(request, "article")
    (about,) = passages.shown_in([known(db, number)], ("title", "outlet", "author"), datasette.newstrail.showing)
    if tombstone := redactions.of_article(db, number):
        raise NotFoundError(lookup.tombstone_line(datasette.newstrail.settings, tombstone))
    if datasette.newstrail.showing.is_public and about["noarchive"]:
        raise NotFoundError("the page asks that its text be shown nowhere else")
    first, second = (numbered(request, name) for name in ("old", "new"))
    old, new = (named(reading.version(db, number, wanted), wanted) for wanted in (first, second))
    if first == second:
        raise UsageError("a version differs from another one alone; name two")
    change = reading.change_between(db, old["id"], new["id"]) or {}
    return about, old, new, {**change, "facts": fact_changes(db, old["id"], new["id"])}


def _around(
    about: dict[str, Any], old: dict[str, Any], new: dict[str, Any], change: dict[str, Any], showing: Showing
) -> dict[str, Any]:
    """What stands around the texts: headline, facts, metadata, when."""
    titles = [passages.shown(version["title"] or "", showing) for version in (old, new)]
    earlier, later = sorted((old, new), key=lambda version: version["number"])
    return {
        "article": about,
        "old": old,
        "new": new,
        "change": change,
        "title": titles[1],
        "description": _description(about, passages.facts(change["facts"], showing)),
        "headline": marked(*titles),
        "facts": passages.facts(change["facts"], showing),
        "metadata": passages.metadata(old, new, showing),
        "window": (
            change.get("changed_after") or earlier["last_seen_at"],
            change.get("changed_by") or later["first_seen_at"],
        ),
    }


def _description(about: dict[str, Any], facts: list[tuple[str, str, str]]) -> str:
    """One line for those who are shown a link to the page."""
    told = [f"{old or '—'} → {new or '—'}" for _, old, new in facts[:3]]
    return " · ".join([about["outlet"] or about["site"], *told])


def _bounded(found: list[Any]) -> tuple[list[Any], int]:
    """The first rows, of no more than a page's characters, and how many are left out."""
    room = _LONGEST
    for at, row in enumerate(found):
        pieces = (*row.left, *row.right) if isinstance(row, sides.Row) else row
        room -= sum(len(piece.text) for piece in pieces) + 20
        if room < 0 and at:
            return found[:at], len(found) - at
    return found, 0


def _paragraphs(old: str, new: str, *, is_whole: bool) -> list[Paragraph]:
    """The paragraphs; where whole texts are not shown, the changed ones with little around them."""
    found = paragraphs(old, new)
    return found if is_whole else [folded(paragraph) for paragraph in found if is_changed(paragraph)]


def _groups(rows: list[Any], is_side: bool) -> list[tuple[bool, list[Any]]]:
    """(whether it is to be folded, rows) in order."""
    changed = (lambda row: row.is_changed) if is_side else is_changed
    found = [(bool(is_new), list(group)) for is_new, group in groupby(rows, key=changed)]
    return [(not is_new and len(group) > _ALONE, group) for is_new, group in found]


_PAIR = r"/article/(?P<article>\d+)/diff/(?P<old>\d+)/(?P<new>\d+)"
ROUTES = [(rf"{_PAIR}$", page.view(diff)), (rf"{_PAIR}\.svg$", page.view(drawn))]
