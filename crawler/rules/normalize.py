"""A look's fields in the form that is kept."""

from zoneinfo import ZoneInfo

from crawler.items import Fields
from crawler.rules import dates, text

_LONGEST_NAME = 500  # characters of a title or a name; more is no title


def normalize(fields: Fields, zone: ZoneInfo) -> tuple[Fields, list[str]]:
    """The fields as they are kept, and remarks on what could not be understood; `zone` is the site's."""
    kept = Fields(places=dict(fields.places))
    remarks = [_name(fields, kept, name) for name in ("title", "outlet", "author")]
    remarks += [_time(fields, kept, name, zone) for name in ("published_at", "modified_at")]
    if fields.body_html is not None:
        kept.body_html = text.storable(fields.body_html)
        kept.body_text = text.kept(fields.body_text or "")
    return kept, [remark for remark in remarks if remark]


def _name(fields: Fields, kept: Fields, name: str) -> str | None:
    words = text.one_line(getattr(fields, name) or "")
    if words:
        setattr(kept, name, words)
    else:
        kept.places.pop(name, None)
    if len(words) > _LONGEST_NAME:
        return f"{name} of {len(words)} characters"
    return None


def _time(fields: Fields, kept: Fields, name: str, zone: ZoneInfo) -> str | None:
    written = getattr(fields, name)
    if written is None:
        return None
    found = dates.published(written, zone)
    if found is None:
        kept.places.pop(name, None)
        return f"{name} not understood: {written.strip()[:60]!r}"
    setattr(kept, name, found[0])
    if name == "published_at":
        kept.published_precision = found[1]
    return None
