"""From raw responses to an article's fields: the same rules for a page that has just come and for one that was kept."""

import hashlib
import json
from collections.abc import Collection, Mapping, Sequence

from crawler.config import Site
from crawler.items import METADATA, ROLES, Fields, LearnedLayout, Raw, Role
from crawler.rules import extract
from crawler.rules.decode import decode
from crawler.rules.normalize import normalize

Layouts = Mapping[str, LearnedLayout]  # by role
_CANNOT = (extract.ExtractionError, extract.NotFoundAnswer, extract.EmptyAnswer)


def extractor(site: Site, layouts: Layouts) -> str:
    """Name and version of the rules that read a site's pages: ours, its selectors, its learned layouts.

    >>> extractor(Site(listing="", article="(?P<code>.)", share="", timezone="UTC"), {})
    'newstrail/3'
    """
    parts = [extract.EXTRACTOR]
    if site.selectors:
        written = json.dumps(site.selectors, sort_keys=True).encode()
        parts.append(f"selectors:{hashlib.sha256(written).hexdigest()[:8]}")
    parts += [f"{role}:{layouts[role].number}" for role in sorted(layouts)]
    return " ".join(parts)


def fields_of(raw: Raw, site: Site, layouts: Layouts, markup: str | None = None) -> Fields:
    """What one response tells, not yet normalized. `markup`: its decoded body, where the caller has it.

    Raises the errors of `crawler.rules.extract`: `ExtractionError`, `NotFoundAnswer`, `EmptyAnswer`.
    """
    if markup is None:
        markup, _ = decode(raw.body, raw.header("Content-Type"))
    if raw.role == "content":
        return extract.from_json(markup, raw.role)
    learned = layouts.get(raw.role)
    return extract.from_page(markup, raw.role, site.selectors, learned.layout if learned else None, raw.url)


def reread(raws: Sequence[Raw], stored: Fields, gained: Collection[str], site: Site, layouts: Layouts) -> Fields | None:
    """A version's fields by today's rules, from the responses that it was read from; None where that of its body is
    not among them, or holds none.

    What came from no response that is kept and can be read (a listing's title, what a later look told: `gained`) stays
    as stored.
    """
    body_role = stored.places.get("body")
    fields, roles = Fields(places={}), set()
    for raw in sorted(raws, key=lambda raw: (raw.role != body_role, ROLES.index(raw.role))):
        try:
            extract.fill(fields, fields_of(raw, site, layouts))
        except _CANNOT:
            continue  # what it told stays as stored
        roles.add(raw.role)
    if fields.places.get("body") != body_role:
        return None
    extract.fill_outlet_from_body(fields)
    fresh, _ = normalize(fields, site.zone)
    for name in ("title", *METADATA):
        told_by = stored.places.get(name)
        if told_by is None or (told_by in roles and name not in gained and fresh.places.get(name)):
            continue
        if told_by not in roles or name in gained or getattr(stored, name) is None:
            _keep(fresh, stored, name, told_by)
    return fresh


def _keep(fresh: Fields, stored: Fields, name: str, told_by: Role) -> None:
    setattr(fresh, name, getattr(stored, name))
    fresh.places[name] = told_by
    if name == "published_at":
        fresh.published_precision = stored.published_precision
