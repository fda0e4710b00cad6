"""The front page: the stream of changes, with filters, and what is new since it was opened."""

from typing import Any

from datasette.utils.asgi import Request, Response
from sqlite_utils import Database

from crawler import lookup
from crawler.errors import UsageError
from crawler.web import page, passages
from storage import history, marks

_A_PAGE = 40  # changes
_KINDS = ("edited", "removed", "restored", "moved", "first_seen")
_FIELDS = (
    "title", "body", "outlet", "author", "published_at", "modified_at", "images", "tables", "links", "attachments",
)  # fmt: skip
_DISCLOSURES = ("notice", "updated_time", "none", "unknown")
# Filter -> what it may be; what is of no table is looked up in the record.
CHOICES = {
    "kind": _KINDS, "field": _FIELDS, "min_severity": history.SEVERITIES, "disclosure": _DISCLOSURES,
    "verdict": marks.VERDICTS,
}  # fmt: skip


def filters(datasette: Any, request: Request) -> dict[str, Any]:
    """The filters of `storage.history.changes` that a request's arguments ask for; raises `UsageError`."""
    found: dict[str, Any] = {name: request.args.get(name) or None for name in (*CHOICES, "source", "outlet", "words")}
    for name, allowed in CHOICES.items():
        if found[name] is not None and found[name] not in allowed:
            raise UsageError(f"{name}={found[name]}: must be one of {', '.join(allowed)}")
    if since := request.args.get("since"):
        found["since"] = lookup.moment(since, lookup.zone_of(datasette.newstrail.settings))
    return found


async def today(datasette: Any, request: Request) -> Response:
    """`/`: the newest changes."""
    asked = filters(datasette, request)
    context = await page.read(datasette, _stream, datasette.newstrail.showing, asked)
    return await page.page(datasette, request, "today.html", {**context, "asked": asked, "choices": CHOICES})


def _stream(db: Database, showing: Any, asked: dict[str, Any]) -> dict[str, Any]:
    found = passages.of_changes(db, history.changes(db, limit=_A_PAGE, **asked), showing)
    return {"changes": found, "newest": max((change["id"] for change in found), default=0)}


ROUTES = [(r"/$", page.view(today))]
