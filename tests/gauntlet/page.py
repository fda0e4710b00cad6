"""A page while it is made: places where noise can stand, and how the body's blocks are written."""

from collections.abc import Callable
from dataclasses import dataclass, field
from html import escape

from tests.gauntlet.articles import Block

_DRESSES = ("{}", "m-{}", "{}_2025", "g3-{}__x")  # names of classes and ids, from template to template


def _same(value: str) -> str:
    return value


@dataclass
class Page:
    """What a template fills in around an article.

    `slots`: what stands at a named place (head, top, info, lead, tail, after, side, foot). `gaps`: what stands in the
    body behind its n-th block. `image`, `link` and `words` rewrite the URL of an image, the URL of a link or an
    attachment, and the markup of a text; `image_tag` a whole image.
    """

    slots: dict[str, str] = field(default_factory=dict)
    gaps: dict[int, str] = field(default_factory=dict)
    image: Callable[[str], str] = _same
    image_tag: Callable[[str], str] = _same
    words: Callable[[str], str] = _same
    link: Callable[[str], str] = _same
    indent: str | None = None
    dress: int = 0
    outlet: Callable[[str], str] = _same
    session: str = ""  # goes behind the links of the frame
    year: int = 2024
    crumbs: tuple[str, ...] = ("首页", "新闻", "正文")

    def put(self, slot: str, markup: str) -> None:
        self.slots[slot] = self.slots.get(slot, "") + markup + "\n"

    def gap(self, after: int, markup: str) -> None:
        self.gaps[after] = self.gaps.get(after, "") + markup + "\n"

    def at(self, slot: str) -> str:
        return self.slots.get(slot, "")

    def name(self, words: str) -> str:
        """A class or id in the dress that the page wears."""
        return " ".join(_DRESSES[self.dress].format(word) for word in words.split())


@dataclass(frozen=True)
class Style:
    """How a template writes each kind of block; `{}` is the content. `between` joins blocks."""

    p: str = "<p>{}</p>"
    h: str = "<h3>{}</h3>"
    quote: str = "<blockquote><p>{}</p></blockquote>"
    img: str = '<p><img src="{src}" alt=""></p>'
    caption: str = '<p class="caption">{}</p>'
    file: str = '<p>附件：<a href="{href}">{name}</a></p>'
    between: str = "\n"
    indent: str = ""
    cell: str = "{}"


def body(blocks: tuple[Block, ...], style: Style, page: Page) -> str:
    """The blocks as HTML, with what stands in the gaps between them."""
    written = []
    for number, block in enumerate(blocks):
        written.append(_block(block, style, page) + page.gaps.get(number, ""))
    return style.between.join(written)


def _block(block: Block, style: Style, page: Page) -> str:
    kind, *parts = block
    indent = style.indent if page.indent is None else page.indent

    def said(text: str) -> str:
        return page.words(escape(text, quote=False))

    if kind in ("p", "h", "quote"):
        return str(getattr(style, kind)).format((indent if kind == "p" else "") + said(parts[0]))
    if kind == "list":
        return "<ul>" + "".join(f"<li>{said(item)}</li>" for item in parts[0]) + "</ul>"
    if kind == "table":
        return _table(parts[0], style, said)
    if kind == "img":
        tag = page.image_tag(style.img.format(src=escape(page.image(parts[0]))))
        return tag + (style.caption.format(said(parts[1])) if parts[1] else "")
    if kind == "file":
        return style.file.format(href=escape(page.link(parts[0])), name=said(parts[1]))
    before, href, words, after = parts
    return style.p.format(
        f'{indent}{said(before)}<a href="{escape(page.link(href))}" target="_blank">{said(words)}</a>{said(after)}'
    )


def _table(rows: tuple[tuple[str, ...], ...], style: Style, said: Callable[[str], str]) -> str:
    lines = ("".join(f"<td>{style.cell.format(said(cell))}</td>" for cell in row) for row in rows)
    return (
        '<table border="1" cellspacing="0"><tbody>'
        + "".join(f"<tr>{line}</tr>\n" for line in lines)
        + "</tbody></table>"
    )
