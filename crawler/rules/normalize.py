"""A look's fields in the form that is kept."""

import re
from typing import Any
from zoneinfo import ZoneInfo

from crawler.items import MEDIA, Fields
from crawler.rules import dates, text

# What pages write before a name; with a mark behind it, so that no name is cut.
_LABELS = {
    "outlet": re.compile(
        r"^[（(【\[]?(?:(?:文章|稿件|信息|新闻|本文|内容|资料)?(?:来源|出处|稿源)(?:于|自)?\s?[：:丨|/]"
        r"|(?:来自|转自|Source)\s?[：:])\s*",
        re.IGNORECASE,
    ),
    "author": re.compile(
        r"^(?:(?:(?:文章|本文|原文)?(?:作者|撰文|撰稿人?|供稿)|(?:本报)?记者|文)\s?[：:丨|/／]"
        r"|(?:Author|Written by|By)\s?[：:]|(?:Written )?by\s)\s*",
        re.IGNORECASE,
    ),
}
_BRACKETS = (("【", "】"), ("[", "]"), ("（", "）"), ("(", ")"))
_LONGEST_NAME = 500  # characters of a title or a name; more is no title


def normalize(fields: Fields, zone: ZoneInfo) -> tuple[Fields, list[str]]:
    """The fields as they are kept, and remarks on what could not be understood; `zone` is the site's."""
    kept = Fields(places=dict(fields.places))
    remarks = [_name(fields, kept, name) for name in ("title", "outlet", "author")]
    remarks += [_time(fields, kept, name, zone) for name in ("published_at", "modified_at")]
    if fields.body_html is not None:
        kept.body_html = text.storable(fields.body_html)
        kept.body_text = text.kept(fields.body_text or "")
        for name in MEDIA:
            setattr(kept, name, _storable(getattr(fields, name)))
    return kept, [remark for remark in remarks if remark]


def _name(fields: Fields, kept: Fields, name: str) -> str | None:
    words = unlabelled(name, text.one_line(getattr(fields, name) or ""))
    if name == "outlet":
        words = single(words)
    if words:
        setattr(kept, name, words)
    else:
        kept.places.pop(name, None)
    if len(words) > _LONGEST_NAME:
        return f"{name} of {len(words)} characters"
    return None


def unlabelled(name: str, words: str) -> str:
    """An outlet or an author without the label that a page writes before it.

    >>> unlabelled("outlet", "文章来源： 江州日报"), unlabelled("author", "by 许文"), unlabelled("author", "文翔")
    ('江州日报', '许文', '文翔')
    >>> unlabelled("author", "沈冰洁】"), unlabelled("author", "李明（实习）")
    ('沈冰洁', '李明（实习）')
    """
    label = _LABELS.get(name)
    return _unbracketed(label.sub("", words, count=1)) if label else words


def _unbracketed(name: str) -> str:
    """A name less a bracket at its end or start whose other half was cut off."""
    for opening, closing in _BRACKETS:
        if name.endswith(closing) and opening not in name:
            name = name[:-1].rstrip()
        elif name.startswith(opening) and closing not in name:
            name = name[1:].lstrip()
    return name


def _storable(value: Any) -> Any:
    """A list of strings, or of such lists, as it is kept."""
    return text.kept(value) if isinstance(value, str) else [_storable(inner) for inner in value]


def single(outlet: str) -> str:
    """An outlet's name that a template wrote twice, or with the 新闻 of its tag behind its own, once.

    >>> single("每日经济新闻新闻"), single("江州日报江州日报"), single("中国新闻社")
    ('每日经济新闻', '江州日报', '中国新闻社')
    """
    while outlet.endswith("新闻新闻"):
        outlet = outlet.removesuffix("新闻")
    half = len(outlet) // 2
    return outlet[:half] if half >= 3 and outlet[:half] == outlet[half:] else outlet


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
