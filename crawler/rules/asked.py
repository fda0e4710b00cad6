"""What a page asks of whoever keeps it: `noarchive` and `noindex`, in its head or in `X-Robots-Tag`.

https://developers.google.com/search/docs/crawling-indexing/robots-meta-tag describes both; `none` asks for `noindex`.
Here it asks for both: who wants to stand nowhere does not want to be shown elsewhere.
"""

import re
from collections.abc import Iterator, Sequence

from crawler.rules import page

NOARCHIVE, NOINDEX = "noarchive", "noindex"
_MEANS = {NOARCHIVE: (NOARCHIVE,), "nocache": (NOARCHIVE,), NOINDEX: (NOINDEX,), "none": (NOARCHIVE, NOINDEX)}
_WORDS = re.compile(r"[Nn][Oo](?:[Aa]rchive|ARCHIVE|[Ii]ndex|INDEX|[Cc]ache|CACHE|[Nn]e|NE)")
_HEAD_ENDS = re.compile(r"</head\b|<body\b", re.IGNORECASE)
_LONGEST_HEAD = 65_536  # characters; a head without an end is read so far
_VALUED = ("unavailable_after", "max-snippet", "max-image-preview", "max-video-preview")  # a colon follows them


def asked(tags: Sequence[str], markup: str, agent: str) -> tuple[str, ...]:
    """What a page asks of this user agent, sorted. `tags`: the values of its `X-Robots-Tag` headers; `markup`: its
    HTML, empty where it is none; `agent`: the whole `User-Agent`.

    >>> asked([], '<head><meta name="robots" content="NOINDEX, follow"></head>', "newsdesk/1.0")
    ('noindex',)
    >>> asked(["otherbot: none", "newsdesk: noarchive"], "", "newsdesk/1.0 (+https://a.example)")
    ('noarchive',)
    """
    name = re.split(r"[/\s]", agent.strip(), maxsplit=1)[0].lower()
    words = [word for tag in tags for word in _of_header(tag.lower(), name)] + list(_of_head(markup, name))
    return tuple(sorted({meaning for word in words for meaning in _MEANS.get(word, ())}))


def _of_header(tag: str, name: str) -> Iterator[str]:
    """The directives of a header that are for `name` or for all; behind an agent's name they are for that one only."""
    whom = ""
    for piece in tag.split(","):
        before, colon, after = piece.partition(":")
        if colon and before.strip() not in _VALUED:
            whom, piece = before.strip(), after  # noqa: PLW2901
        if whom in ("", name, "robots"):
            yield piece.strip()


def _of_head(markup: str, name: str) -> Iterator[str]:
    end = _HEAD_ENDS.search(markup, 0, _LONGEST_HEAD)
    head = markup[: end.start() if end else _LONGEST_HEAD]
    if not _WORDS.search(head):  # most pages ask for nothing
        return
    root = page.tree(head)
    for meta in root.iter("meta") if root is not None else ():
        if (meta.get("name") or "").strip().lower() in ("robots", name):
            yield from (word.strip() for word in (meta.get("content") or "").lower().split(","))
