"""One article: its versions in time, its text, what happened to it, and who said it elsewhere."""

from collections.abc import Callable, Iterable
from typing import Any

from datasette.utils.asgi import Request, Response
from sqlite_utils import Database

from crawler import lookup
from crawler.errors import NotFoundError, UsageError
from crawler.rules import standing
from crawler.rules.diff import blame
from crawler.web import page, passages
from crawler.web.showing import Showing
from crawler.web.timeline import timeline
from storage import clusters, coverage, facts, history, reading, redactions, relations, responses

_VERSIONS, _CHANGES, _FACTS, _MEMBERS = 200, 100, 200, 100  # shown at most
_BLAMED = 600_000  # characters of all versions together, over which no paragraph's origin is looked for
_NAMES = ("title", "outlet", "author")  # what of an article people write
_LISTS = ("images", "links", "attachments")
_LONGEST = 50_000  # characters of a text on one page
_LARGEST_RAW = 32 * 1024 * 1024  # bytes


async def article(datasette: Any, request: Request) -> Response:
    """`/article/N`: the article of that number; `?at=TIME` leads to the version that stood then."""
    number = numbered(request, "article")
    if at := request.args.get("at"):
        return await _standing(datasette, request, number, at)
    context = await page.read(datasette, _whole, datasette, number)
    return await page.page(datasette, request, "article.html", context)


async def find(datasette: Any, request: Request) -> Response:
    """`/article?code=CODE`: leads to the article that a code, a URL or a number means."""
    if not (reference := request.args.get("code") or ""):
        raise UsageError("code= must be an article's code, its URL or its number")
    try:
        found = await page.read(datasette, lambda db: lookup.article(datasette.newstrail.settings, db, reference))
    except NotFoundError as error:  # it names the candidates by their titles
        raise NotFoundError(passages.shown(str(error), datasette.newstrail.showing)) from None
    return Response.redirect(datasette.urls.path(f"/article/{found['id']}"))


async def version(datasette: Any, request: Request) -> Response:
    """`/article/N/version/M`: the text of one version; `?at=TIME`: with what is known of that time."""
    at = request.args.get("at")
    return await version_page(datasette, request, numbered(request, "article"), numbered(request, "version"), at)


async def version_page(
    datasette: Any, request: Request, number: int, wanted: int, at: str | None = None
) -> Response:  # fmt: skip
    """The page of a version of an article, each by its number, with what is known of a time `at`; raises
    `NotFoundError`."""
    whole_texts_only(datasette)
    context = await page.read(datasette, _version, datasette, number, wanted)
    if at:
        context["known"] = await page.read(datasette, _known_of, datasette, number, at, page.language(request))
    return await page.page(datasette, request, "version.html", context)


async def raw(datasette: Any, request: Request) -> Response:
    """`/raw/HASH`: the bytes of a kept response, as a file that nothing opens by itself."""
    if not datasette.newstrail.showing.everything:
        raise NotFoundError("raw responses are not shown here")
    digest = request.url_vars["hash"]
    size = await page.read(datasette, reading.size_of, digest)
    if size is not None and size > _LARGEST_RAW:
        raise UsageError(f"{size} bytes are too many for a page; newstrail export warc has them")
    body = await page.read(datasette, responses.body, digest)
    if body is None:
        was_kept = size is not None
        why = (
            f"the bytes of {digest} were pruned or redacted" if was_kept else f"no bytes were ever kept under {digest}"
        )
        return await page.refused(datasette, request, why, 410 if was_kept else 404)
    headers = {
        "Content-Disposition": f'attachment; filename="{digest}.bin"',
        "Content-Security-Policy": "sandbox; default-src 'none'",
    }
    made = Response("", headers=headers, content_type="application/octet-stream")
    made.body = body
    return made


def numbered(request: Request, name: str) -> int:
    """A number in the address; raises `NotFoundError` for one that no row can have."""
    text = request.url_vars[name]
    if len(text) > 18:
        raise NotFoundError(f"no {name} {text[:20]}… on record")
    return int(text)


def whole_texts_only(datasette: Any) -> None:
    """Raises `NotFoundError` where only changed passages are shown."""
    if not datasette.newstrail.showing.whole_texts:
        raise NotFoundError("whole texts are not shown here; the changed passages are on the article's page")


def known(db: Database, number: int) -> dict[str, Any]:
    """The article of that number; raises `NotFoundError`."""
    if (found := reading.article(db, number)) is None:
        raise NotFoundError(f"no article {number} on record")
    return found


def named(version: dict[str, Any] | None, number: int) -> dict[str, Any]:
    """A version; raises `NotFoundError` where there is none."""
    if version is None:
        raise NotFoundError(f"no version {number} of this article on record")
    return version


async def _standing(datasette: Any, request: Request, number: int, at: str) -> Response:
    whole_texts_only(datasette)
    about = await page.read(datasette, known, number)
    zone = lookup.zone_of(datasette.newstrail.settings, about["site"])
    moment = lookup.moment(at, zone)
    stood = await page.read(datasette, reading.standing_at, number, moment)
    if stood is None:
        first = lookup.local(about["first_seen_at"], zone)
        raise NotFoundError(f"not seen before {first} ({zone})")
    return Response.redirect(datasette.urls.path(f"/article/{number}/version/{stood}?at={moment}"))


def _known_of(db: Database, datasette: Any, number: int, at: str, t: Callable[[str], str]) -> tuple[str, str] | None:
    """(the time as UTC text, what is known of it)."""
    moment = lookup.moment(at, lookup.zone_of(datasette.newstrail.settings, known(db, number)["site"]))
    found = lookup.standing_at(db, number, reading.versions(db, number, -1), moment)
    return (moment, standing.told(found, t)) if found else None


def _whole(db: Database, datasette: Any, number: int) -> dict[str, Any]:
    ours = datasette.newstrail
    (about,) = passages.shown_in([known(db, number)], _NAMES, ours.showing)
    if tombstone := redactions.of_article(db, number):
        return {"article": about, "tombstone": lookup.tombstone_line(ours.settings, tombstone)}
    versions = reading.versions(db, number, _VERSIONS)
    changes = history.changes(db, article_id=number, limit=_CHANGES)
    stretches = coverage.stretches(db, number)
    latest = reading.version(db, number, about["version_count"]) if about["version_count"] else None
    shows_text = ours.showing.whole_texts and not (ours.showing.is_public and about["noarchive"])
    paragraphs, left_out = _readable(_origins(db, about, latest, versions), ours.showing) if latest else ([], 0)
    members = clusters.members(db, about["cluster_id"])[:_MEMBERS] if about["cluster_id"] else []
    return {
        "article": about,
        "heading": about["title"] or about["code"],
        "versions": versions,
        "line": timeline(versions, stretches, [change for change in changes if change["kind"] != "first_seen"]),
        "changes": passages.of_changes(db, changes, ours.showing),
        "paragraphs": paragraphs if shows_text else None,
        "left_out": left_out,
        "facts": _stated(db, latest, ours.showing) if shows_text and latest else [],
        "members": passages.shown_in((m for m in members if m["id"] != number), ("title", "outlet"), ours.showing),
        "relations": passages.shown_in(relations.relations_of(db, number), ("title",), ours.showing),
        "listed": passages.shown_in(reading.listed(db, number), ("title",), ours.showing),
        "responses": reading.kept(db, latest["id"]) if shows_text and latest else [],
    }


def _origins(
    db: Database, about: dict[str, Any], latest: dict[str, Any], versions: list[dict[str, Any]]
) -> list[tuple[str, int | None]]:
    """(paragraph, number of the version that brought it) of the latest text."""
    few = len(versions) == about["version_count"] and sum(v["characters"] for v in versions) <= _BLAMED
    if len(versions) < 2 or not few:
        return [(paragraph, None) for paragraph in latest["body_text"].split("\n")]
    texts = reading.texts(db, [v["id"] for v in versions])
    return [(text, number) for text, number in blame([texts[v["id"]]["body_text"] for v in versions])]


def _readable(
    paragraphs: Iterable[tuple[str, int | None]], showing: Showing
) -> tuple[list[tuple[str, int | None]], int]:
    """Paragraphs as this reader may see them, of no more than a page's characters, and how many more there are."""
    shown = [(passages.shown(text, showing), origin) for text, origin in paragraphs]
    kept, room = [], _LONGEST
    for text, origin in shown:
        kept.append((text[:room], origin))
        room -= len(text) + 20
        if room <= 0:
            break
    return kept, sum(len(text) for text, _ in shown) - sum(len(text) for text, _ in kept)


def _stated(db: Database, version: dict[str, Any], showing: Showing) -> list[dict[str, Any]]:
    return passages.shown_in(facts.facts_of(db, version["id"])[:_FACTS], ("text", "value"), showing)


def _version(db: Database, datasette: Any, number: int, wanted: int) -> dict[str, Any]:
    about = known(db, number)
    if tombstone := redactions.of_article(db, number):
        raise NotFoundError(lookup.tombstone_line(datasette.newstrail.settings, tombstone))
    showing = datasette.newstrail.showing
    if showing.is_public and about["noarchive"]:
        raise NotFoundError("the page asks that its text be shown nowhere else")
    (found,) = passages.shown_in([named(reading.version(db, number, wanted), wanted)], _NAMES, showing)
    found |= {name: [passages.shown(entry, showing) for entry in found[name]] for name in _LISTS}
    paragraphs, left_out = _readable(((text, None) for text in found["body_text"].split("\n")), showing)
    return {
        "article": about,
        "version": found,
        "paragraphs": [text for text, _ in paragraphs],
        "left_out": left_out,
        "facts": _stated(db, found, showing),
        "responses": reading.kept(db, found["id"]),
    }


_NUMBER = r"(?P<article>\d+)"
ROUTES = [
    (r"/article$", page.view(find)),
    (rf"/article/{_NUMBER}$", page.view(article)),
    (rf"/article/{_NUMBER}/version/(?P<version>\d+)$", page.view(version)),
    (r"/raw/(?P<hash>[0-9a-f]{64})$", page.view(raw)),
]
