"""Where on a page the article stands, and what the page says around it, without anybody's selectors."""

import copy
import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import lxml.html
from lxml import etree
from lxml.html import HtmlElement

from crawler.rules import page

_APART = frozenset("header footer nav aside form script style noscript template".split())
_PARAGRAPHS = frozenset("p blockquote pre center table ul ol h2 h3 h4 h5 h6 figure".split())
_SCORED = frozenset("p blockquote pre center table div section article main td".split())
_HEADINGS = frozenset(("h1", "small", "time"))
_META = {
    "title": ("og:title", "twitter:title"),
    "published_at": ("article:published_time", "pubdate", "publishdate", "og:published_time"),
    "modified_at": ("article:modified_time", "og:updated_time", "lastmod"),
    "author": ("author", "article:author"),
}
_JSON_LD = {"headline": "title", "datePublished": "published_at", "dateModified": "modified_at"}
_DATE_NEAR = re.compile(r"\d{4}\s*[-/.年]\s*\d{1,2}\s*[-/.月]\s*\d{1,2}")
_OUTLET_NEAR = re.compile(r"(?:文章)?来源[：:]\s*([^\s|｜，,；;（()）]{2,30})")
_BETWEEN_LINKS = re.compile(r"[\s|｜·/>»-]+")
_SHORTEST_BODY = 20  # characters, on a page that shows no title and date; else it may be "loading …"


@dataclass(frozen=True)
class Block:
    """The part of a page that holds the article's body."""

    nodes: tuple[HtmlElement, ...]
    apart: frozenset[HtmlElement]  # within the nodes, yet not of the body: heading, date line, back-links
    html: str
    text: str


def block_of(nodes: list[HtmlElement]) -> Block | None:
    """The block that these nodes are, as they stand; None where they hold no words."""
    words = page.text(*nodes)
    markup = "\n".join(lxml.html.tostring(n, encoding="unicode", with_tail=False) for n in nodes)
    return Block(tuple(nodes), frozenset(), markup, words) if words else None


def article_block(root: HtmlElement) -> Block | None:
    """The block with the most words outside links: declared by the page, else found by counting."""
    declared = root.xpath('//*[@itemprop="articleBody"]')
    container = declared[0] if len(declared) == 1 else _densest(root)
    if container is None:
        return None
    block = _trimmed(container)
    if len(block.text) >= _SHORTEST_BODY or (block.text and {"title", "published_at"} <= around(root, block).keys()):
        return block
    return None


def _trimmed(container: HtmlElement) -> Block:
    """The inside of a container, less what stands apart in it."""
    children = list(container)
    body_starts = max((i + 1 for i, child in enumerate(children) if child.tag == "h1"), default=0)
    body_ends = len(children)
    while body_ends > body_starts and _stands_apart(children[body_ends - 1]):
        body_ends -= 1
    inside = copy.deepcopy(container)
    inside.tail = None
    if body_starts:
        inside.text = None
    apart = set()
    for position, (child, twin) in enumerate(zip(children, list(inside), strict=True)):
        if position < body_starts - 1:
            inside.remove(twin)  # with the words behind it; those behind the heading are the body's
        elif position < body_starts or position >= body_ends or child.tag in _HEADINGS or child.tag in _APART:
            twin.drop_tree()
        else:
            continue
        apart.add(child)
    markup = (inside.text or "") + "".join(lxml.html.tostring(n, encoding="unicode") for n in inside)
    return Block((container,), frozenset(apart), markup.strip(), page.text(inside))


def _stands_apart(node: HtmlElement) -> bool:
    """Whether an element at the body's end is none of it: a heading, a date line, links and nothing else."""
    return not isinstance(node.tag, str) or node.tag in _HEADINGS or node.tag in _APART or _only_links(node)


def _densest(root: HtmlElement) -> HtmlElement | None:
    scores: dict[HtmlElement, int] = {}
    walk = etree.iterwalk(root, events=("start",))
    for _, node in walk:
        if node.tag in _APART or page.is_hidden(node):
            walk.skip_subtree()
        elif node.tag in _SCORED:
            parent = node.getparent() if node.tag in _PARAGRAPHS else node
            if parent is not None:
                scores[parent] = scores.get(parent, 0) + _own_words(node)
    best = max(scores, key=lambda node: scores[node], default=None)
    return best if best is not None and scores[best] > 0 else None


def _is_apart(node: HtmlElement) -> bool:
    return any(n.tag in _APART or page.is_hidden(n) for n in (node, *node.iterancestors()))


def _own_words(node: HtmlElement) -> int:
    """Characters that are the node's own: all of a paragraph's but those in links, only the direct ones of a box."""
    if node.tag in _PARAGRAPHS:
        linked = sum(len("".join(a.itertext()).strip()) for a in node.iter("a"))
        return max(0, len("".join(node.itertext()).strip()) - 2 * linked)
    direct = [node.text or "", *(child.tail or "" for child in node)]
    return sum(len(piece.strip()) for piece in direct)


def _only_links(node: HtmlElement) -> bool:
    words, linked = _letters(node), sum(len(_letters(link)) for link in node.iter("a"))
    return linked > 0 and len(words) == linked


def _letters(node: HtmlElement) -> str:
    return _BETWEEN_LINKS.sub("", "".join(node.itertext()))


def metadata(root: HtmlElement) -> Iterator[tuple[str, str]]:
    """What a page states of its article in JSON-LD and `<meta>`."""
    seen = set()
    for name, value in (*_json_ld(root), *_meta(root)):
        if name not in seen and value.strip():
            seen.add(name)
            yield name, value


def _meta(root: HtmlElement) -> Iterator[tuple[str, str]]:
    said = {(m.get("property") or m.get("name") or "").lower(): m.get("content") or "" for m in root.iter("meta")}
    for field, names in _META.items():
        if field != "title" or said.get("og:type") == "article":
            yield from ((field, said[name]) for name in names if said.get(name))


def _json_ld(root: HtmlElement) -> Iterator[tuple[str, str]]:
    for script in root.iter("script"):
        if (script.get("type") or "").lower() != "application/ld+json":
            continue
        try:
            data = json.loads(script.text or "")
        except (ValueError, RecursionError):
            continue
        for thing in _things(data):
            yield from ((field, thing[key]) for key, field in _JSON_LD.items() if isinstance(thing.get(key), str))
            yield from _names(thing)


def _things(data: Any) -> Iterator[dict[str, Any]]:
    graph = data.get("@graph", data) if isinstance(data, dict) else data
    for thing in graph if isinstance(graph, list) else [graph]:
        if isinstance(thing, dict) and ("headline" in thing or "datePublished" in thing):
            yield thing


def _names(thing: dict[str, Any]) -> Iterator[tuple[str, str]]:
    for key, field in (("author", "author"), ("publisher", "outlet")):
        people = thing.get(key)
        people = people if isinstance(people, list) else [people]
        names = [p.get("name") if isinstance(p, dict) else p for p in people]
        if words := "、".join(n for n in names if isinstance(n, str)):
            yield field, words


def around(root: HtmlElement, block: Block) -> dict[str, str]:
    """Title, time and outlet that stand on the page beside the body."""
    found = {}
    if title := _title(root):
        found["title"] = title
    lines = [line for line in _lines_outside(root, block) if len(line) < 200]
    if when := next((line for line in lines if _DATE_NEAR.search(line)), None):
        found["published_at"] = when
    if named := next((match[1] for line in lines if (match := _OUTLET_NEAR.search(line))), None):
        found["outlet"] = named
    elif tag := _tag(root):
        found["outlet"] = tag
    return found


def _title(root: HtmlElement) -> str | None:
    headings = [" ".join(page.text(h).split()) for h in root.iter("h1") if not _is_apart(h)]
    headings = [h for h in headings if h]
    return headings[-1] if headings else root.xpath('string(//meta[@property="og:title"]/@content)') or None


def _lines_outside(root: HtmlElement, block: Block) -> Iterator[str]:
    walk = etree.iterwalk(root, events=("start",))
    for _, node in walk:
        if node.tag in page.SILENT or page.is_hidden(node):
            walk.skip_subtree()
            continue
        if node in block.nodes:
            walk.skip_subtree()
            for child in block.apart:
                yield from _lines(child)
            continue
        yield from _direct_lines(node)


def _lines(node: HtmlElement) -> Iterator[str]:
    for inner in node.iter(etree.Element):
        yield from _direct_lines(inner)


def _direct_lines(node: HtmlElement) -> Iterator[str]:
    if node.tag == "time" and node.get("datetime"):
        yield node.get("datetime", "")
    for piece in (node.text, *(child.tail for child in node)):
        if piece and piece.strip():
            yield " ".join(piece.split())


def _tag(root: HtmlElement) -> str | None:
    """The outlet as the first site tags it: `tags: <em>每日经济新闻新闻</em>` is 每日经济新闻."""
    for small in root.iter("small"):
        names = [" ".join(page.text(em).split()) for em in small.iter("em")]
        if (small.text or "").strip().startswith("tags") and names:
            return " ".join(names).removesuffix("新闻") or None
    return None
