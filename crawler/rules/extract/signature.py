"""What tells an element of a template from all others: tag, id and lasting classes, of it and of what it stands in.

Written as CSS, each step an ancestor somewhere above the next: `section.main div.text`.
"""

import re
from collections.abc import Iterable

from lxml.html import HtmlElement

from crawler.rules import page
from crawler.rules.extract import phrases

_STEP = re.compile(r"(?P<tag>[a-z][a-z\d]*)(?P<names>(?:[#.][^\s#.]+)*)")
_CHANGING = re.compile(
    r"\d{3,}|^(?:css|sc|svelte|emotion|style)-|__?(?=[A-Za-z]*\d)[A-Za-z\d]{5,}$|__(?=[a-z]*[A-Z])(?=[A-Z]*[a-z])[A-Za-z]{5}$"
    r"|^(?=.*\d)(?=.*[A-Za-z])[A-Za-z\d_-]{6,}$"
)
_NUMBERS = re.compile(r"[\d#]+")
_WORD = re.compile(r"\w")
_LONGEST_MOMENT = 40
_CLIMB = 12  # ancestors that are looked at


def lasting(names: Iterable[str]) -> list[str]:
    """Classes or ids that a person wrote; made ones such as `css-1x2y3z` change with each build.

    >>> lasting(["article-text", "css-1x2y3z", "p20241122", "t_f"])
    ['article-text', 't_f']
    """
    return [name for name in names if not _CHANGING.search(name) and not re.search(r"[#.\s]", name)]


def step(node: HtmlElement) -> str | None:
    """The signature of one element; None where nothing lasting names it.

    >>> import lxml.html
    >>> step(lxml.html.fromstring('<div class="b a css-1x2y3z" id="main"></div>'))
    'div#main.a.b'
    """
    ids = lasting([node.get("id") or ""] if node.get("id") else [])
    classes = sorted(set(lasting((node.get("class") or "").split())))
    if not ids and not classes:
        return None
    return str(node.tag) + "".join(f"#{i}" for i in ids) + "".join(f".{c}" for c in classes)


def matches(node: HtmlElement, pattern: str) -> bool:
    """Whether an element is of a signature: it may have more classes, and they may stand in any order."""
    *above, last = pattern.split()
    if not _is_of(node, last):
        return False
    ancestor, left = node.getparent(), _CLIMB
    while above and ancestor is not None and left:
        if _is_of(ancestor, above[-1]):
            above.pop()
        ancestor, left = ancestor.getparent(), left - 1
    return not above


def _is_of(node: HtmlElement, pattern: str) -> bool:
    match = _STEP.fullmatch(pattern)
    if match is None or node.tag != match["tag"]:
        return False
    names = re.findall(r"[#.][^#.]+", match["names"])
    classes = (node.get("class") or "").split()
    return all(name[1:] == node.get("id") if name[0] == "#" else name[1:] in classes for name in names)


def only(root: HtmlElement, pattern: str) -> HtmlElement | None:
    """The element of this signature, if there is exactly one and it is shown."""
    match = _STEP.match(pattern.rsplit(maxsplit=1)[-1]) if pattern.strip() else None
    found = []
    for node in root.iter(match["tag"]) if match else ():
        if matches(node, pattern):
            found.append(node)
            if len(found) > 1:
                return None
    return found[0] if found else None


def words_of(node: HtmlElement) -> str:
    """An element's words as signatures compare them: one line, every number, date and relative time as `#`.

    >>> import lxml.html
    >>> words_of(lxml.html.fromstring("<p>阅读 <b>1234</b></p>"))
    '阅读 #'
    """
    return masked(" ".join(page.text(node).split()))


def masked(words: str) -> str:
    """Words with every number and every moment as `#`; what is masked stays as it is.

    >>> [masked(words) for words in ("3分钟前", "·刚刚", "昨天 08:12", "11-20", "赞 12", "####")]
    ['#', '·#', '#', '#', '赞 #', '#']
    """
    return _NUMBERS.sub("#", phrases.without_moments(words, "#"))


def is_moment(node: HtmlElement) -> bool:
    """Whether a part of a line says a moment and nothing else: it belongs to the name beside it.

    >>> import lxml.html
    >>> [is_moment(lxml.html.fromstring(f"<b>{words}</b>")) for words in ("·3分钟前", "阅读 12")]
    [True, False]
    """
    words = page.text(node) if node.tag not in page.BLOCKS else ""
    return (
        len(words) <= _LONGEST_MOMENT
        and "#" in (said := phrases.without_moments(words, "#"))
        and not _WORD.search(said)
    )


def inside(body: HtmlElement, patterns: Iterable[str]) -> frozenset[HtmlElement]:
    """The elements under `body` that are of one of these signatures and say the words behind its ` = `."""
    wanted: dict[str, list[tuple[str, str]]] = {}
    for pattern in patterns:
        sign, _, words = pattern.partition(" = ")
        if match := _STEP.match(sign):
            wanted.setdefault(match["tag"], []).append((sign, masked(words)))
    nodes = body.iter(*wanted) if wanted else ()
    return frozenset(
        n for n in nodes if any(_is_of(n, s) and words_of(n) == w for s, w in wanted[str(n.tag)]) and not is_moment(n)
    )
