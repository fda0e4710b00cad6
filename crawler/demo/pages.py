"""What the first site says and how it looks: an `Article`, and the bytes of each kind of page.

All functions take values and return text. `template` 0 is the site as it stands; any other number is another
dress of the same words: attributes, classes, wrappers, comments and white space differ, no word does.
"""

import json
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta, timezone
from html import escape
from typing import Literal
from urllib.parse import quote

ZONE = timezone(timedelta(hours=8), "Asia/Shanghai")
ENDPOINT_FIELDS = frozenset({"title", "time", "outlet"})
_INDENT = "\u3000" * 2
_TIME = "%Y-%m-%d %H:%M:%S"


@dataclass(frozen=True)
class Article:
    """One article of the site, with `body_html` as its content endpoint gives it."""

    code: str
    category: str  # with a space in it, two path segments and no place on its category page, as Jekyll has it
    title: str
    published: datetime  # aware
    outlet: str  # the tag on its post page is this and 新闻
    body_html: str
    endpoint_fields: frozenset[str] = ENDPOINT_FIELDS  # what the endpoint tells besides the body
    body_key: Literal["text", "content"] = "text"
    also_in: tuple[str, ...] = ()  # further categories that list the same code
    link: str | None = None  # the publisher's own page, linked from the post in place of the share page

    @property
    def tag(self) -> str:
        """The source's name on the site: the outlet and 新闻."""
        return f"{self.outlet}新闻"

    @property
    def categories(self) -> tuple[str, ...]:
        """Every category it is in."""
        return (self.category, *self.also_in)

    @property
    def local_time(self) -> str:
        """The time of publication as the site writes it: `2022-02-14 20:52:19`, in its own zone."""
        return self.published.astimezone(ZONE).strftime(_TIME)

    def post_path(self, category: str | None = None) -> str:
        """The path of its post page in that category (its own by default), not percent-encoded."""
        segments = (category or self.category).lower().replace(" ", "/")
        return f"/{segments}/{self.published.astimezone(ZONE):%Y/%m/%d}/{self.code}.html"


def dress(body_html: str, template: int) -> str:
    """An article's HTML in another template: the same words in other markup.

    >>> dress("<p>一</p><p>二</p>", 0)
    '<p>一</p><p>二</p>'
    """
    if not template:
        return body_html
    mark = f"t{template}"
    paragraph = rf'<p class="{mark}-para"><span class="{mark}">{_INDENT}\1</span></p>'
    dressed = re.sub(r"<p>(.*?)</p>", paragraph, body_html, flags=re.S)
    dressed = re.sub(r"<(table|img|center)\b", rf'<\1 data-layout="{mark}"', dressed)
    dressed = re.sub(r"(</p>|</table>|</center>)\s*", r"\1\n  ", dressed)
    slot = f'<!-- ad slot {mark} --><ins class="ad-{mark}" data-slot="{template * 7}"></ins>'
    dressed = dressed.replace("</p>", f"</p>{slot}", 1)
    inner = f"<!-- {mark} start -->{dressed}<!-- {mark} end -->"
    return f'<div id="ContentBody" class="Body {mark}">\n  {inner}\n</div>'


def rerender(body_html: str) -> str:
    """A body as the site's generator writes it: blocks on lines of their own, bare ampersands escaped."""
    lines = re.sub(r"(</p>|</table>|</center>|<!-- EM_StockImg_\w+ -->)\s*(?=<)", r"\1\n", body_html.strip())
    return re.sub(r"&(?!#?\w+;)", "&amp;", lines)


def endpoint(article: Article, template: int) -> bytes:
    """The JSON behind a share page."""
    extras = {
        "title": ("title", article.title),
        "time": ("showTime", article.local_time),
        "outlet": ("source", article.outlet),
    }
    answer: dict[str, str] = {article.body_key: dress(article.body_html, template)}
    answer |= dict(extras[name] for name in sorted(article.endpoint_fields))
    return json.dumps(answer, ensure_ascii=False).encode()


def post(article: Article, base: str, template: int) -> bytes:
    """The post page."""
    link = escape(article.link or f"{base}/html_News/NewsShare.html?infoCode={article.code}")
    site = base.removeprefix("http:")
    listing = f"{site}/category/{quote(article.category, safe='()')}.html"
    tags = " - ".join(f"<em>{escape(tag)}</em>" for tag in article.tag.split())
    return _page(
        article.title,
        f"""<small>(GMT+8, Asia/Shanghai, CST) {article.local_time}</small>
<h1>{escape(article.title, quote=False)}</h1>

{rerender(dress(article.body_html, template))}

<p><a href="{link}">{link}</a></p>

<p><a href="{listing}">返回{escape(article.tag)}</a>｜<a href="{site}/">返回首页</a></p>



  <small>tags: {tags}</small>
""",
        template,
    )


def listing(category: str, name: str, articles: Iterable[Article], template: int) -> bytes:
    """A category page; its heading is left out where nothing is listed."""
    items = "\n".join(
        f'    <li><a href="{escape(quote(article.post_path(category), safe="/()"))}">'
        f"{escape(article.title, quote=False)}</a></li>\n  "
        for article in articles
    )
    heading = f'<h2 id="{escape(name)}">{escape(name)}</h2>\n' if items else ""
    return _page(category, f"{heading}\n<ul>\n  \n{items}\n</ul>\n", template)


def home(sources: Mapping[str, str], template: int) -> bytes:
    """The front page: a link to each category."""
    items = "\n".join(
        f'<li><a href="/category/{quote(category, safe="()")}.html">{escape(name)}</a></li>'
        for category, name in sources.items()
    )
    return _page("首页", f"<ul>\n{items}\n</ul>\n", template)


def not_found() -> bytes:
    """The page that a 404 comes with."""
    return _page("404", "<h1>404</h1>\n<p>页面不存在或已被删除。</p>\n", 0)


def share(template: int) -> bytes:
    """The shell of every share page: a script in it fetches the article that the query string names."""
    return f"""<!DOCTYPE html>
<html>
<head>
  <meta charset="utf-8">
  <meta name="viewport" content="width=device-width,initial-scale=1">
  <title>资讯详情</title>
  <link rel="stylesheet" href="/css/share.css?v={template}">
</head>
<body class="share-{template}">
  <div id="news-title"></div>
  <div id="news-info"></div>
  <div id="news-content"></div>
  <script>
    var code = new URLSearchParams(location.search).get("infoCode");
    fetch("/NewsData/GetNewsText.do?id=" + encodeURIComponent(code))
      .then(function (answer) {{ return answer.json(); }})
      .then(function (news) {{
        document.getElementById("news-title").textContent = news.title || "";
        document.getElementById("news-info").textContent = (news.showTime || "") + " " + (news.source || "");
        document.getElementById("news-content").innerHTML = news.text || news.content;
      }});
  </script>
</body>
</html>
""".encode()


@dataclass(frozen=True)
class _Frame:
    """What stands around a page's section in one template."""

    head: str = ""
    before: str = """<div class="wrapper">
      <header><h1><a href="/">金融消息</a></h1></header>
      <section>"""
    after: str = """</section>
      <footer><p>&copy; 2021</p></footer>
    </div>"""


def _frame(template: int) -> _Frame:
    if not template:
        return _Frame()
    mark = f"t{template}"
    return _Frame(
        head=f"""<link rel="stylesheet" href="/css/{mark}.css">
    <style>.{mark} {{ line-height: 1.8 }}</style>
    """,
        before=f"""<nav class="{mark}-top"><a href="/">金融消息</a></nav>
    <div class="page {mark}">
      <!-- {mark} banner --><div class="banner" data-ad="{template * 13}"></div>
      <section class="{mark}-main">""",
        after=f"""</section>
      <footer class="{mark}-foot"><p>&copy; 2021</p></footer>
    </div>""",
    )


def _page(title: str, section: str, template: int) -> bytes:
    frame = _frame(template)
    name = escape(title)
    return f"""<!DOCTYPE html>
<html lang="zh-CN">
  <head>
    <meta charset="UTF-8">
    <meta name="viewport" content="width=device-width, initial-scale=1">
    <meta property="og:type" content="website" />
    <meta property="og:title" content="{name}">
    {frame.head}<title>{name} | 金融消息</title>
  </head>
  <body>
    {frame.before}

      {section}

      {frame.after}
  </body>
</html>
""".encode()
