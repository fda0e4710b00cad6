# ruff: noqa: E501 - tables of words
"""By what an element's tag, class and id a template's parts are known: the tables, and one verdict for an element.

Names are split at `-`, `_` and humps, and compared whole: `shadow` and `header` are no `ad` and no `head`.
"""

import re
from functools import lru_cache
from typing import Literal

from lxml.html import HtmlElement

Kind = Literal["hidden", "ad", "noise", "talk", "meta", "count", "body"]


def _set(words: str) -> frozenset[str]:
    return frozenset(words.split())


# Never the article's, whatever is in it.
_AD = _set("""
    ad ads adv advert adverts advertise advertisement advertisements advertising adsense adsbygoogle adbox adwrap
    adslot adunit gg ggw ggao guanggao sponsor sponsors sponsored promo promos promotion dfp gpt taboola outbrain
    banner banners doubleclick""")
# What readers say: may be longer than the article.
_TALK = _set("""
    comment comments commentlist cmt cmts pinglun gentie reply replies disqus livere changyan respond liuyan guestbook discuss discussion sidebar sider
    related relatednews relates recommend recommends recommended recommendation recommendations recmd rec tuijian xgyd
    xgwz xiangguan guess hotnews hotlist ranking rankings rank ranklist paihang trending mostread popular""")
# The template's, unless most of the words are in it.
_NOISE = _set("""
    share shares sharebar sharebox sharing sns social socials bdsharebuttonbox bdshare jiathis addthis bshare fenxiang
    like likes likebtn praise zan dianzan fav favorite favorites favourite shoucang reward dashang donate appreciate
    digg vote hot relate nav navbar navi navigation menu breadcrumb breadcrumbs crumb crumbs mbx pagination pager
    pagebar paging prevnext prenext backtop totop gotop toolbar tools toolbox tool aside footer foot topbar header
    masthead tags taglist tagcloud keywords copyright copyrights disclaimer disclaim mianze shengming statement banquan qr qrcode
    ewm erweima authorcard authorbox login signin signup register subscribe subscription newsletter paywall regwall
    follow guanzhu counter readcount viewcount fontsize ticker marquee hq hangqing quotes weather tianqi clock loading
    spinner skeleton modal popup popover dialog toast cookie cookies gdpr consent appdownload downloadapp openapp
    operate operation jubao report feedback rating scores emoji mood xinqing""")
_PAIRS = tuple(
    frozenset(pair.split("+"))
    for pair in """
    author+card author+box author+bio author+profile about+author app+download download+app open+app font+size
    back+top go+top to+top prev+next post+nav site+info hot+list hot+news more+news stock+quote quote+box stock+bar
    stock+price stock+box market+quote live+quote today+date read+more side+bar call+action friend+link friend+links
    user+card also+read links+block link+list bottom+bar float+bar right+bar left+bar read+next up+next price+box index+bar""".split()
)
# Not of the body, but read for who wrote it and when, while it is short.
_META = _set("""
    meta postmeta byline author authors source laiyuan pubtime pubdate publish published date datetime time infobar
    dateline info jsname""")
_FIELDS = {
    "outlet": _set("source laiyuan sourcename jsname"),
    "author": _set("author authors byline authorname writer"),
}
_COUNT = _set("quote zdf view views read reads pv click clicks hit hits count counts num number visits likes comments")
_HIDDEN = _set(
    "hidden hide sr-only visually-hidden screen-reader-text d-none invisible displaynone dn is-hidden jammer"
)
_SHOWN_WIDE = re.compile(r":(?:block|flex|grid|inline)")
_WHAT_IS_IN_IT = _set("with has no without")  # `layout-with-sidebar` is no sidebar
# How publishers' systems name the box that holds a body: the whole class or id, less "-" and "_".
_BODY = _set("""
    jscontent artibody artibodytop artibodyctrl contentbody entrycontent postcontent articlecontent articlebody
    storybody storycontent storytext newscontent newsbody newstext newstxt trseditor ucapcontent detailcontent
    articletext articletxt postbody posttext articledetail textcontent contenttext contenttxt endtext richmediacontent
    articlemaincontent contentdetail newscontentbox bodycontent maincontentbody topiccontent vsbcontent
    vnewscontent articlecon arccontent fontzoom story storyinner articleinner zoom zoomcon cmscontent pagecontent""")
# A box of words that speak of the article itself: never dropped, and looked for beside the body.
NOTICE = _set("notice correction corrections editornote editorsnote erratum corrigendum gengzheng kanwu update updated")
_NOTICE_PAIRS = (frozenset(("editor", "note")), frozenset(("editors", "note")), frozenset(("editor", "s", "note")))
# The site's own links on words, not the author's.
AUTOMATIC = _set("keytip infokey em_stock_key_common emimageremark autolink hotword keyword innerlink stocklink")

_PART = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+|[\u4e00-\u9fff]+|\d+")
_STYLE_HIDDEN = re.compile(
    r"display\s{0,4}:\s{0,4}none|font-size\s{0,4}:\s{0,4}0(?:px|em|pt|%)?\s{0,4}(?:;|!|$)", re.IGNORECASE
)
_STYLE_UNSEEN = re.compile(
    r"visibility\s{0,4}:\s{0,4}hidden|opacity\s{0,4}:\s{0,4}0(?:\.0*)?\s{0,4}(?:;|!|$)"
    r"|text-indent\s{0,4}:\s{0,4}-\d{3}|left\s{0,4}:\s{0,4}-\d{4}",
    re.IGNORECASE,
)
_LONGEST = 300  # characters of a class or id that are looked at
_TURN = re.compile(r"(?<=[a-zA-Z])(?=\d)|(?<=\d)(?=[a-zA-Z])")
_HEX = re.compile(r"[\da-f]{4,}")
_UUID = re.compile(r"[\da-fA-F]{8}(?:-[\da-fA-F]{4}){3}-[\da-fA-F]{12}")
_SIZE = re.compile(r"\d+x\d+")


@lru_cache(maxsize=4096)
def tokens(names: str) -> frozenset[str]:
    """The words of a class or an id, in lower case.

    >>> sorted(tokens("adBox side_bar")), sorted(tokens("sc-f98b1ad2-0"))
    (['ad', 'adbox', 'bar', 'box', 'side', 'sidebar'], ['0', 'sc'])
    """
    found: set[str] = set()
    for name in names[:_LONGEST].split():
        written = [part for part in re.split(r"[-_]", name) if not _is_made(part)]
        found.update(part.lower() for words in written for part in _PART.findall(words))
        found.add(re.sub(r"\d", "", "".join(written).lower()))
    return frozenset(found)


def _is_made(part: str) -> bool:
    """Whether a build made a part of a name, such as the `f98b1ad2` of `sc-f98b1ad2-0`: its letters are no words."""
    turns = len(_TURN.findall(part))
    return turns > 2 or (turns == 2 and _HEX.fullmatch(part) is not None)


def _written(id_: str) -> str:
    """An id less what no person wrote of it: random letters and digits, such as `pe3ad` or those of a UUID.

    >>> _written("pe3ad"), _written("d1ad0e3c-1ad2-4bad-9c3f-ad12cd34ef56"), _written("ad-300x250"), _written("ad1")
    ('', '', 'ad-300x250', 'ad1')
    """
    if _UUID.search(id_):
        return ""
    parts = re.split(r"([-_])", id_)
    return "".join(part for part in parts if len(_TURN.findall(part)) < 2 or _SIZE.fullmatch(part))


@lru_cache(maxsize=4096)
def kinds(class_: str, id_: str) -> frozenset[Kind]:
    """What class and id say of an element.

    >>> sorted(kinds("ad-box", "")), sorted(kinds("shadow headline", "")), sorted(kinds("", "js_content"))
    (['ad'], [], ['body'])
    """
    class_, id_ = class_[:_LONGEST], id_[:_LONGEST]
    words = tokens(class_) | tokens(_written(id_))
    found: set[Kind] = set()
    if is_body_name(class_, id_):
        found.add("body")
    if not _HIDDEN.isdisjoint(class_.lower().split()) and not _SHOWN_WIDE.search(class_):
        found.add("hidden")
    tables: tuple[tuple[Kind, frozenset[str]], ...] = (
        ("ad", _AD), ("talk", _TALK), ("noise", _NOISE), ("meta", _META), ("count", _COUNT),
    )  # fmt: skip
    found.update(kind for kind, table in tables if not table.isdisjoint(words))
    if any(pair <= words for pair in _PAIRS):
        found.add("noise")
    if not _WHAT_IS_IN_IT.isdisjoint(words):
        found -= {"talk", "noise", "ad"}
    return frozenset(found)


def names(node: HtmlElement) -> str:
    """An element's classes, and what the builders of its page call the part that it is, where classes are made.

    >>> import lxml.html
    >>> names(lxml.html.fromstring('<div class="css-1x2y" data-component="byline-block">x</div>'))
    'css-1x2y byline-block'
    """
    component = node.get("data-component") or node.get("data-testid") or ""
    return f"{node.get('class') or ''} {component}".strip() if component else node.get("class") or ""


def field_named(class_: str, id_: str) -> str | None:
    """The field that class and id say an element shows."""
    words = tokens(class_) | tokens(id_)
    return next((name for name, table in _FIELDS.items() if not table.isdisjoint(words)), None)


def is_body_name(class_: str, id_: str) -> bool:
    """Whether a publisher's system names the box of a body so."""
    return any(re.sub(r"[-_]", "", name.lower()) in _BODY for name in f"{class_} {id_}".split()[:12])


def is_notice(class_: str, id_: str) -> bool:
    """Whether class and id name a notice of the editors on the article.

    >>> is_notice("editor-note", ""), is_notice("cookie-notice", ""), is_notice("update-time", "")
    (True, False, False)
    """
    words = tokens(class_) | tokens(id_)
    named = not NOTICE.isdisjoint(words) or any(pair <= words for pair in _NOTICE_PAIRS)
    return named and not (kinds(class_, id_) - {"body"})


def style_hides(style: str) -> Literal["never shown", "unseen"] | None:
    """Whether an inline style hides an element: for good, or as scripts do until a page has loaded."""
    style = style[:2000]
    if _STYLE_HIDDEN.search(style):
        return "never shown"
    return "unseen" if _STYLE_UNSEEN.search(style) else None
