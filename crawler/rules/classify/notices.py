"""Pages and messages that stand where an article should: checks for humans, logins, “not found”, maintenance.

A word proves nothing: articles are written about captchas, and titled “404教室”. What decides is that a title, a line
or a message is such a notice from end to end, or that a page says it and has no article beside it.
"""

import json
import re
from collections.abc import Iterable, Iterator
from typing import Any

from lxml.html import HtmlElement

from crawler.rules import page
from crawler.rules.classify import wording
from crawler.rules.text import unescaped

Notice = tuple[str, str]  # outcome, reason

# Lengths in units: a Chinese character, or three Latin letters.
_LONG = 350  # a page with more words than this is an article, whatever its title
_SHORT = 160  # a page with more words than this is judged by its title only
_BARE = 12  # a page with fewer words has none of its own
_BESIDE = 80  # words beside “this article was deleted” that its template may still show
_AROUND = 40  # words around a notice that do not speak to the reader
_LONGEST_TEXT = 6 * _LONG  # characters of a page's words that are looked at
_HEADLINE = 8  # words of a headline; a site's name is shorter
_LONGEST_WALL = 160  # characters
_LOGIN_LEFT = 40  # words of a login page that are not its form's

_RELOADS = re.compile(r"location(?:\.href)?\s*=|location\.(?:reload|replace|assign)\s*\(|\.submit\s*\(", re.IGNORECASE)
_ALERT = re.compile(r"(?:alert|layer\.msg|ShowMsg)\s*\(\s*(['\"])([^'\"\n]{2,120})\1", re.IGNORECASE)
_TITLE = re.compile(r"<title[^<>]{0,200}>([^<]{0,400})", re.IGNORECASE)
_TITLE_PARTS = re.compile(r"\s+[-|–—·:]\s+|[|_—–｜·»]+|(?<=[\u4e00-\u9fff])-|-(?=[\u4e00-\u9fff])")
_CLAUSES = re.compile(r"[,，。.!！?？;；\n]")
_EDGES = " \t\r\n\u3000.。,，!！?？…~～:：;；-–—|*#【】[]()（）“”\"'>›·×☹️😭"
_PASSWORD = re.compile(r"<input[^<>]{0,400}type\s*=\s*[\"']?password", re.IGNORECASE)
_HOLDS_MORE = re.compile(
    r"<(?:script|iframe|frame|img|a|embed|object|video|audio|canvas|svg|input|picture)\b", re.IGNORECASE
)
_APART = re.compile(r"<(script|style|!--|noscript|template|svg|SCRIPT|STYLE)")
_TOKEN = re.compile(r"<(/?[a-zA-Z]\w*+)?+[^<>]*+>([^<]+)")
_UNCOUNTED = ("a", "title", "option", "button", "textarea", "A", "TITLE", "OPTION")
_BESIDES = "//a|//nav|//footer|//button|//option|//label"  # no words of the page's own

_MESSAGE_KEYS = ("message", "msg", "error", "errmsg", "errormsg", "errormessage", "info", "reason", "desc",
                 "description", "detail", "tips", "tip", "resultmsg", "statusmsg", "retmsg")  # fmt: skip
_CODE_KEYS = ("code", "status", "errcode", "errorcode", "statuscode", "ret", "retcode", "resultcode")
_BODY_KEYS = ("text", "content", "body", "articlebody", "newstext", "html")
_CODES = {"401": "login", "403": "blocked", "429": "blocked"}
_NOT_FOUND_CODES = ("404", "410")
_LONGEST_MESSAGE = 4000  # characters of JSON
_LONGEST_BODY_GONE = 300  # characters of a body's HTML that says that the article is gone


def in_page(markup: str) -> Notice | None:
    """What a page says in an article's place, as (outcome, reason); None for a page that may be an article.

    A page without words, and with nothing that could hold or fetch some, is `empty`.

    >>> in_page("<title>安全验证</title><h1>请完成验证</h1>")
    ('blocked', 'titled “安全验证”')
    >>> in_page("<title>404教室</title><h1>404教室</h1><p>北京有一间404教室。</p>")
    """
    words = words_of_its_own(markup)
    units = _size(words)
    if units >= _LONG:
        return None
    title = _title(markup)
    titled = _titled(title) if wording.HINT.search(title.lower()) else None
    if units < _BARE and (found := _without_words(markup, bool(words), title)):
        return found
    if titled is None and (units >= _SHORT or not _hints(markup, words)):
        return None
    return _judged(markup, units, title, titled)


def in_json(text: str) -> Notice | None:
    """What an endpoint's message says in an article's place; None where there is a body, or nothing is said.

    A message “not found” is not told here: of an endpoint that is no soft 404 but its answer.

    >>> in_json('{"code": 429, "msg": "访问过于频繁"}')
    ('blocked', '429; 访问过于频繁')
    >>> in_json('{"text": "<p>访问过于频繁</p>"}')
    """
    if len(text) > _LONGEST_MESSAGE:
        return None
    try:
        flat = list(_flattened(json.loads(text)))
    except (ValueError, RecursionError):
        return None
    bodies = [value for key, value in flat if key.endswith(_BODY_KEYS) and value.strip()]
    if bodies:
        return _emptied(bodies[0]) if len(bodies) == 1 else None
    codes = [value for key, value in flat if key in _CODE_KEYS]
    messages = [value for key, value in flat if key in _MESSAGE_KEYS]
    kind = _kind_of_message(codes, messages)
    return (kind, "; ".join((*codes, *messages))[:200]) if kind else None


def _emptied(body: str) -> Notice | None:
    """A body in whose place only words stand that the article is gone."""
    said = " ".join(page.fragment_text(body).split()) if len(body) <= _LONGEST_BODY_GONE else ""
    return ("soft_404", f"its body says “{said}”") if len(said) > 3 and whole(said) == "soft_404" else None


def _kind_of_message(codes: list[str], messages: list[str]) -> str | None:
    said = " ".join(messages)
    if any(code in _NOT_FOUND_CODES for code in codes) or len(said) > 400:
        return None
    for code in codes:
        if code in _CODES:
            return _CODES[code]
    kinds = {kind for message in messages if (kind := whole(message))}
    for kind in ("blocked", "login", "error"):
        if kind in kinds or wording.SAID[kind].search(said):
            return kind
    return None


def _flattened(data: Any, depth: int = 0) -> Iterator[tuple[str, str]]:
    """Keys, without case, `_` and `-`, and their plain values, of an object and of those in it, three deep."""
    if not isinstance(data, dict):
        return
    for key, value in data.items():
        if isinstance(value, dict) and depth < 3:
            yield from _flattened(value, depth + 1)
        elif isinstance(value, str | int) and not isinstance(value, bool):
            yield re.sub(r"[_-]", "", str(key)).lower(), str(value)
        elif isinstance(value, list) and value:
            yield "text", "a list"  # that holds something: no bare message


def whole(words: str) -> str | None:
    """The outcome that a title's part or a line is a notice of, from end to end; None for any other words.

    >>> whole("404 Not Found"), whole("系统繁忙！"), whole("某银行系统繁忙")
    ('soft_404', 'blocked', None)
    """
    words = " ".join(words.split()).strip(_EDGES)
    if not 2 <= len(words) <= 90:
        return None
    match = wording.WHOLE.fullmatch(words)
    return match.lastgroup if match else None


def body_is_gone(body_text: str) -> bool:
    """Whether in a body's place only words stand that the article is gone, and what its box still shows with them.

    >>> body_is_gone("该文章已被删除"), body_is_gone("该文章已被删除，记者致电平台，对方未回应。")
    (True, False)
    """
    first, _, rest = body_text[:_LONGEST_BODY_GONE].partition("\n")
    return (
        len(first) > 3 and _size(rest) <= _BESIDE and len(body_text) < _LONGEST_BODY_GONE and whole(first) == "soft_404"
    )


def wall(markup: str) -> str | None:
    """The line of a page that says that its article goes on for subscribers, or for readers who log in; None for none.

    Pages with all of their article may say so as well: this only counts where the article lost most of its words.

    >>> wall("<p>某公司重组……</p><p>登录后查看全文</p>"), wall("<p>登录后发表评论</p><p>他说，登录后查看全文。</p>")
    ('登录后查看全文', None)
    """
    lines, _ = _shown(markup)
    return next((line for line in lines if len(line) <= _LONGEST_WALL and wording.WALL.search(line)), None)


def says_gone(markup: str) -> bool:
    """Whether a page says anywhere in its words that something is gone."""
    words = words_of_its_own(markup)
    return "404" in words or wording.SAID["soft_404"].search(words) is not None


def words_of_its_own(markup: str) -> str:
    """What a page says outside links, buttons, scripts and titles, up to the length that makes it an article."""
    words: list[str] = []
    size = 0
    for said in _said_outside_links(markup):
        words.append(said)
        size += len(said) if said.isascii() else 3 * len(said)
        if size >= 3 * _LONG:
            return "".join(words)
    return unescaped("".join(words))


def _said_outside_links(markup: str) -> Iterator[str]:
    for begin, end in _outside_scripts(markup):
        first = markup.find("<", begin, end)
        if said := markup[begin : first if first >= 0 else end].strip():
            yield said
        for match in _TOKEN.finditer(markup, begin, end):
            if match[1] not in _UNCOUNTED and (said := match[2].strip()):
                yield said


def _hints(markup: str, words: str) -> bool:
    """Whether anything on a page calls for a closer look at its words."""
    if wording.HINT.search(words.lower()) or _PASSWORD.search(markup):
        return True
    return _size(words) < _BARE and _ALERT.search(markup) is not None


def _outside_scripts(markup: str) -> Iterator[tuple[int, int]]:
    """Where a page's markup between its scripts, styles and comments begins and ends."""
    begin = 0
    while apart := _APART.search(markup, begin):
        yield begin, apart.start()
        end = "-->" if apart[1] == "!--" else f"</{apart[1]}"
        begin = markup.find(end, apart.end())
        if begin < 0:
            return
        begin += len("-->") if apart[1] == "!--" else 0
    yield begin, len(markup)


def _title(markup: str) -> str:
    match = _TITLE.search(markup[:50_000])
    return " ".join(unescaped(match[1]).split()) if match else ""


def _titled(title: str) -> str | None:
    return next(filter(None, map(whole, _TITLE_PARTS.split(title))), None)


def _without_words(markup: str, has_words: bool, title: str) -> Notice | None:
    """What a page without words of its own is."""
    if mark := next((mark for mark in wording.CHALLENGES if mark in markup), None):
        return "blocked", f"a script that checks the reader ({mark})"
    if "document.cookie" in markup and _RELOADS.search(markup) and len(markup) < 30_000:
        return "blocked", "nothing but a script that sets a cookie and loads the page again"
    if not has_words and not _HOLDS_MORE.search(markup) and not whole(title):
        return "empty", "no words on the page"
    return None


def _judged(markup: str, units: int, title: str, titled: str | None) -> Notice | None:
    """What a page is of which a word or its title says that it may be a notice."""
    lines, headline = _shown(markup)
    if units < _BARE:
        lines += [match[2] for match in _ALERT.finditer(markup[:50_000])]
    words = "\n".join(lines)
    has_article = _shows_article(markup, words)
    if (line := _line_of("soft_404", lines)) and units <= _size(line) + (_BESIDE if has_article else _SHORT):
        return "soft_404", f"says “{line[:80]}”"
    if has_article and not (wording.TECHNICAL.search(words) and units < _SHORT):
        return None
    speaks = bool(wording.ADDRESS.search(words) or wording.TECHNICAL.search(words))
    if titled and (speaks or units <= _AROUND):
        return titled, f"titled “{title[:80]}”"
    if units >= _SHORT:
        return None
    if not speaks:
        return _stands_alone(lines, units) or _login_form(markup, words)
    found = None if _is_headed(headline, words) else _said(words)
    return found or _login_form(markup, words)


def _is_headed(headline: str, words: str) -> bool:
    """Whether a headline that is no notice stands over more words than those of a notice."""
    if _size(headline) < _HEADLINE or wording.HINT.search(headline.lower()):
        return False
    others = [part for part in _CLAUSES.split(words) if part not in headline and not _said(part)]
    return sum(map(_size, others)) >= _BARE


def _line_of(kind: str, lines: Iterable[str]) -> str | None:
    """A line that is a notice of this kind from end to end; “404” alone is too little."""
    return next((line for line in lines if len(line) > 3 and whole(line) == kind), None)


def _said(words: str) -> Notice | None:
    """What words that speak to a reader say; the kind that proves least comes first."""
    found = ((kind, pattern.search(words)) for kind, pattern in wording.SAID.items())
    return next(((kind, f"says “{match[0].strip()[:80]}”") for kind, match in found if match), None)


def _stands_alone(lines: list[str], units: int) -> Notice | None:
    """A notice in a line of its own with little around it."""
    for kind in wording.SAID:
        if (line := _line_of(kind, lines)) and units <= _size(line) + _AROUND:
            return kind, f"says “{line[:80]}”"
    return None


def _login_form(markup: str, words: str) -> Notice | None:
    if _PASSWORD.search(markup) and _size(wording.LOGIN_FORM.sub("", words)) <= _LOGIN_LEFT:
        return "login", "a login form and little else"
    return None


def _shows_article(markup: str, words: str) -> bool:
    return bool(wording.ARTICLE_WORDS.search(words) or wording.ARTICLE_MARKUP.search(markup))


def _size(words: str) -> int:
    return len(words.encode("utf-8", "replace")) // 3


def _shown(markup: str) -> tuple[list[str], str]:
    """The visible lines of a page, without links, menus, buttons and its foot; and its headline."""
    root = page.tree(markup)
    if root is None:
        return [], ""
    for node in root.xpath(_BESIDES):
        if isinstance(node, HtmlElement):
            node.clear(keep_tail=True)
    headline = next(root.iter("h1"), None)
    lines = page.text(root)[:_LONGEST_TEXT].split("\n")
    return lines, "" if headline is None else page.text(headline)[:200]
