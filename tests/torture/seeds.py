"""What fuzzing begins with: whole answers of each kind, and the pieces that they are made of."""

import json
import random
import re
from collections.abc import Sequence

from crawler.demo import pages
from crawler.demo.articles import first_articles
from tests.corpus import FOLDER, posts
from tests.origin import FAULTS
from tests.rules.pages import ARTICLES, TEMPLATES, Draw
from tests.torture import targets

BASE = "http://a.example"
LONGEST = 65_536  # bytes of an input
_RSS = """<?xml version="1.0" encoding="utf-8"?><rss version="2.0"><channel><title>要闻</title><item><title>采购</title>
<link>http://a.example/yaowen/2024/11/22/NW1.html</link><pubDate>Fri, 22 Nov 2024 09:30:00 +0800</pubDate>
<description><![CDATA[<p>预算3.5亿元</p>]]></description></item></channel></rss>"""
_ATOM = """<?xml version='1.0'?><feed xmlns="http://www.w3.org/2005/Atom"><title>要闻</title><entry><id>urn:1</id>
<link href="/yaowen/2024/11/22/NW1.html"/><updated>2024-11-22T09:30:00Z</updated></entry></feed>"""
_SITEMAP = """<?xml version="1.0"?><!DOCTYPE u [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;">]><urlset><url>
<loc>http://a.example/yaowen/2024/11/22/NW1.html</loc><lastmod>2024-11-22</lastmod></url>&b;</urlset>"""
_ROBOTS = """User-agent: *
Disallow: /admin/*.html$
Allow: /
Crawl-delay: 2.5
Sitemap: http://a.example/sitemap.xml
User-agent: newsdesk
Disallow:
Request-rate: 1/5m 0400-0845
"""
_CONFIG = """
title = "h1::text"
body = "xpath://div[@id='body']"
never_fetch = ["/video/", "^http://b"]
confirm_after = "1h30m"
requests_per_day = 20
[daemon]
crawls = 2
longest_crawl = "1h"
[web]
address = "[::1]:8400"
url = "https://news.example.org"
[retention]
checks = "90d"
[[notify]]
name = "desk"
webhook = "https://hooks.example/x"
secret = "s"
words = ["采购"]
[[source]]
key = "b"
site = "a"
cron = "*/5 8-20 * * 1-5"
"""
TOKENS: dict[str, tuple[str, ...]] = {
    "page": (
        "<p>", "</p>", "<div class='body'>", "</div>", "<h1>", "</h1>", "<table><tr><td>", "</td></tr></table>", "<br>",
        "<script>", "</script>", "<!--", "-->", "<base href='http://['>", "<a href='/yaowen/2024/11/22/NW2.html'>",
        "<a href='//[::1/x'>", "<a href='//a.example:99999/yaowen/2024/11/22/NW3.html'>", "http://a.example:", "//",
        "<img src='data:image/png;base64,AAAA'>", "<meta charset=gb2312>", "<title>", "</title>",
        "<script type='application/ld+json'>", "&#xD800;", "&#0;", "&amp;amp;", "&#" + "9" * 5000, "&nbsp;", "\u3000",
        "<![CDATA[", "]]>", "<?xml version='1.0'?>", "<small>", "来源：", "作者：", "责任编辑：", "（完）", "（来源：",
        "页面不存在", "验证码", "请登录", "javascript:", "display:none", "%00", "%", "../", "?", "#", "<ul></ul>",
        "<meta property='article:published_time' content='", "<time datetime='", "<link rel='canonical' href='",
    ),
    "json": (
        '{"text":"', '"}', '"content":', '"title":', '"showTime":', '"source":', "null", "NaN", "1e999", "-", "[", "]",
        "{", "}", "\\ud800", "\\u0000", '"code":404', '"msg":"不存在"', "9" * 30, '"authors":["', "true", ",", ":",
    ),
    "words": (
        "预算3.5亿元", "15077.38万元", "2024年11月22日", "0000-00-00", "9999-12-31", "2024-02-30", "+99:99",
        "第NW1号", "（600000.SH）", "记者", "更正：", "\u202e", "\u200b", "\x00", "\ufffd", "\ufeff", "１２３", "百三",
        "\u0301", "\U0001f468\u200d\U0001f469", "江州市财政局", "云杉有限公司", "李明", "。", "，", "\n", " ", "\u00a0",
    ),
    "robots": ("User-agent: ", "*", "$", "Disallow: ", "Allow: ", "Crawl-delay: ", "1e309", "#", "\r\n", "\n", "%2f"),
    "config": (
        "[site.b]\n", "[[source]]\n", "key = ", '"', "'''", "\n", "(?P<code>", "(?:", ")", "{code}", "{category!z}",
        "{code:>9}", "http://[", "://", "inf", "nan", "9" * 40, "1979-05-27T07:32:00Z", "xpath:", "::text", "10m",
        "\\u0000", "[", "]", "{", "}", "a = ", ".", "/", "Asia/Shanghai", "../etc", "*/5 * * * *", "{9,}",
    ),
    "search": ("OR ", "AND ", "NOT ", "-", "(", ")", "\"", "“", "source:", "since:", "changed:", "*", "^", "采购"),
    "time": ("昨天", "2d", "1h", "3小时前", "2024-11-22", "09:30", "+08:00", "in ", " ago", "9" * 12, "T", "一月"),
    "reference": ("http://", "a.example", "/", "?", "&", "#", "infoCode=", ":", "@", "[", "]", "%2f", "9" * 30, "NW1"),
    "headers": (
        "charset=", "unicode_escape", "uu", ":99999/", "utf-7", "utf-16", "text/html", ";", "=", ":", ",", "120",
        "Fri, 22 Nov 2024",
        " 08:00:00 GMT", "noarchive", "newsdesk:", "http://", "//", "\\", "@", "[", "]", "%", "9" * 400, "-0800", "\t",
    ),
}  # fmt: skip
_OF = {
    "listing": ("page",), "share": ("page", "words"), "feed": ("page",), "endpoint": ("json", "page", "words"),
    "edit": ("words",), "robots": ("robots",), "config": ("config",), "search": ("search", "words"),
    "time": ("time",), "reference": ("reference",), "headers": ("headers", "time"),
}  # fmt: skip


def tokens(target: str) -> list[bytes]:
    """Pieces that the target's inputs are made of."""
    return [token.encode("utf-8") for kind in _OF[target] for token in TOKENS[kind]]


def seeds(target: str) -> list[bytes]:
    """Whole inputs of the target; those of pages with the byte in front that says their type."""
    articles = first_articles()
    faults = [answer.body for name, make in FAULTS.items() if name != "endless" and (answer := make()).body]
    if target == "listing":
        real = sorted(FOLDER.glob("site/category/*.html"))
        made = [pages.listing("yaowen", "要闻", articles, number) for number in (0, 1)]
        return _typed([*made, *(file.read_bytes() for file in real), *faults])
    if target == "endpoint":
        bodies = [post.body for post in posts()] if FOLDER.is_dir() else []
        real = [json.dumps({"text": body}, ensure_ascii=False).encode() for body in bodies]
        return _typed([pages.endpoint(article, 1) for article in articles] + real + faults)
    if target == "share":
        dressed = [make(ARTICLES[name], Draw()) for make in TEMPLATES.values() for name in ("plain", "flash")]
        made = [pages.share(0), *(pages.post(article, BASE, 0) for article in articles[:3])]
        return _typed([*(page.encode() for page in dressed), *made, *faults])
    if target == "feed":
        return _typed([text.encode() for text in (_RSS, _ATOM, _SITEMAP)])
    if target == "edit":
        texts = ["\n".join(article.lines) for article in ARTICLES.values()]
        return [f"{a}\n===\n{b}".encode() for a, b in zip(texts, [*texts[1:], texts[0]], strict=True)]
    return [text.encode() for text in _PLAIN[target]]


_PLAIN = {
    "robots": (_ROBOTS,),
    "config": (targets.TOML, targets.TOML.replace("[[source]]", f"{_CONFIG.strip()}\n[[source]]", 1)),
    "search": ("采购 OR 越来越 -中标 source:yaowen since:7d", '"预算 3.5" (年底 OR 完成) NOT changed:yes', "预算*"),
    "time": ("2024-11-20 08:00", "昨天", "2d", "yesterday 10pm", "1732267800", "22 Nov 2024 09:30 GMT"),
    "reference": ("NW1", "1", "http://a.example/share?infoCode=NW1", "http://a.example/yaowen/2024/11/22/NW1.html"),
    "headers": (
        "120\nFri, 22 Nov 2024 09:31:00 GMT\ntext/html; charset=gbk", "newsdesk: noarchive\nunavailable_after: 1 Jan",
        "http://b.example/user/login?from=/1\n/404.html\nhttp://[::1]/\nhttp://a.example:99999/", "image/png\nblock",
    ),
}  # fmt: skip


def _typed(bodies: Sequence[bytes]) -> list[bytes]:
    return [b"\x00" + body[:20_000] for body in bodies]


def mutated(seed: bytes, pieces: Sequence[bytes], chance: random.Random) -> bytes:
    """A seed with pieces put in, taken out, exchanged, or repeated until the input is as long as it may be."""
    data = seed
    for _ in range(chance.choice((1, 1, 2, 4, 8))):
        at = chance.randrange(len(data) + 1)
        to = min(len(data), at + chance.choice((0, 1, 4, 20, 200)))
        data = data[:at] + _piece(data, pieces, chance) + data[to:]
    return data[:LONGEST]


def _piece(data: bytes, pieces: Sequence[bytes], chance: random.Random) -> bytes:
    kind = chance.randrange(8)
    if kind == 0:
        return chance.randbytes(chance.randrange(1, 6))
    at = chance.randrange(len(data) + 1)
    some = data[at : at + chance.randrange(1, 40)] if kind == 1 else b"".join(chance.choices(pieces, k=kind % 3 + 1))
    often = chance.choice((2, 50, LONGEST)) if kind in (1, 7) else 1
    if len(re.findall(rb"<\w", some)) > some.count(b"</"):
        often = min(often, 200)  # elements in each other are bounded before anything is parsed
    return (some * often)[:LONGEST]
