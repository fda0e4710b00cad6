# ruff: noqa: E501 (lines as sites and newsrooms write them)
"""The sites' page templates, as such sites are built: an `Article` and a `Page` in, HTML out."""

import json
from collections.abc import Callable
from dataclasses import dataclass, field
from html import escape

from tests.gauntlet.articles import Article
from tests.gauntlet.page import Page, Style, body

Render = Callable[[Article, Page], str]
_HOT = "江州地铁三号线试运行|冬季护肤的十个误区|周末好去处|房价地图更新|这些路段今晚封闭".split("|")


@dataclass(frozen=True)
class Template:
    """A way to lay out a page. `shows`: metadata that stands on it. `selectors`: for sites that are configured so."""

    name: str
    render: Render
    shows: frozenset[str]
    selectors: dict[str, str]
    precision: str = "minute"
    encoding: str = "utf-8"
    languages: frozenset[str] = field(default=frozenset({"zh", "en"}))


def _links(words: list[str], page: Page, item: str = '<li><a href="{}">{}</a></li>') -> str:
    return "".join(item.format(f"/hot/{i}.html{page.session}", word) for i, word in enumerate(words))


_PORTAL = Style(
    p='<p cms-style="font-L">{}</p>',
    h='<p cms-style="font-L strong-Bold"><strong>{}</strong></p>',
    img='<div class="img_wrapper"><img src="{src}" alt="" data-link=""></div>',
    caption='<span class="img_descr">{}</span>',
    file='<p cms-style="font-L">附件：<a href="{href}" target="_blank">{name}</a></p>',
    indent="\u3000\u3000",
)


def portal(a: Article, page: Page) -> str:
    """A big portal: path, date and source over the text, hot lists beside it."""
    n = page.name
    author = f'<span class="{n("author")}">作者：{escape(a.author)}</span>' if a.author else ""
    side = f"""<div class="{n("right")}"><div class="{n("blk-hot")}"><h2>新闻热榜</h2><ul>{_links(_HOT, page)}</ul></div>
{page.at("side")}</div>"""
    main = f"""<div class="{n("left")}">
<div class="{n("article")}" id="{n("artibody")}">
{page.at("lead")}
{body(a.blocks, _PORTAL, page)}
{page.at("tail")}
</div>
{page.at("after")}
<div class="{n("article-bottom")}"><span>责任编辑：赵敏</span><div class="{n("keywords")}"><label>关键字：</label><a href="/tag/jz">江州</a></div></div>
</div>"""
    if page.dress:
        main = (
            f'<div class="{n("grid")}">{side}<div class="{n("col")}"><div class="{n("inner")}">{main}</div></div></div>'
        )
    else:
        main = main + side
    crumbs = "&nbsp;&gt;&nbsp;".join(f'<a href="/{i}/">{c}</a>' for i, c in enumerate(page.crumbs[:-1]))
    return f"""<!DOCTYPE html>
<html>
<head><meta charset="utf-8"><title>{escape(a.title)}_江州网</title>
<meta name="keywords" content="江州,新闻"><meta property="og:type" content="news">
{page.at("head")}
<link rel="stylesheet" href="/css/article.css"></head>
<body>
<div class="{n("top-nav")}"><a href="/">江州网首页</a> <a href="/news/">新闻</a> <a href="/finance/">财经</a> <a href="/sports/">体育</a>{page.at("top")}</div>
<div class="{n("path")}">{crumbs}&nbsp;&gt;&nbsp;{page.crumbs[-1]}</div>
<h1 class="{n("main-title")}">{page.words(escape(a.title))}</h1>
<div class="{n("top-bar")}" id="{n("top_bar")}"><div class="{n("date-source")}">
<span class="{n("date")}">{a.published:%Y年%m月%d日 %H:%M}</span>
<span class="{n("source")}">来源：{escape(page.outlet(a.outlet))}</span> {author}
{page.at("info")}</div></div>
{main}
<div class="{n("footer")}"><p>Copyright &copy; 1998-{page.year} 江州网 版权所有　举报电话：0555-12345</p>{page.at("foot")}</div>
</body></html>"""


_WECHAT = Style(
    p='<section style="line-height: 1.75em;margin-bottom: 16px;"><span style="font-size: 15px;letter-spacing: 1px;">{}</span></section>',
    h='<section style="text-align: center;"><strong><span style="color: rgb(0, 82, 255);">{}</span></strong></section>',
    quote='<blockquote class="js_blockquote_wrap"><section><span style="font-size: 14px;">{}</span></section></blockquote>',
    img='<section style="text-align: center;"><img class="rich_pages wxw-img" data-galleryid="" data-ratio="0.66" data-src="{src}" data-type="jpeg" data-w="1080" style=""></section>',
    caption='<section style="text-align: center;"><span style="font-size: 12px;color: rgb(136, 136, 136);">{}</span></section>',
    file='<section><span style="font-size: 15px;">附件：<a href="{href}">{name}</a></span></section>',
)


def wechat(a: Article, page: Page) -> str:
    """A public account's article: sections and spans; the content is shown by a script. Its ids outlast its dresses."""
    n = page.name
    meta = f'<meta name="author" content="{escape(a.author)}" />' if a.author else ""
    author = f'<span class="{n("rich_media_meta rich_media_meta_text")}">{escape(a.author)}</span>' if a.author else ""
    content = f"""<div class="{n("rich_media_content")}" id="js_content" style="visibility: hidden; opacity: 0; ">
{page.at("lead")}{body(a.blocks, _WECHAT, page)}{page.at("tail")}
</div>"""
    if page.dress:
        content = f'<div class="{n("wrap")}"><div>{content}</div></div>'
    return f"""<!DOCTYPE html>
<html class="">
<head>
<meta http-equiv="Content-Type" content="text/html; charset=utf-8">
<meta property="og:title" content="{escape(a.title)}" /><meta property="og:type" content="article" />
{meta}{page.at("head")}
<title></title>
</head>
<body id="activity-detail" class="zh_CN mm_appmsg">
{page.at("top")}
<div id="js_article" class="{n("rich_media")}"><div class="{n("rich_media_inner")}"><div id="page-content" class="{n("rich_media_area_primary")}">
<h1 class="{n("rich_media_title")}" id="activity-name">
{page.words(escape(a.title))}
</h1>
<div id="meta_content" class="{n("rich_media_meta_list")}">
{author}
<span class="{n("rich_media_meta rich_media_meta_nickname")}" id="profileBt"><a href="javascript:void(0);" class="{n("wx_tap_link")}" id="js_name">{escape(page.outlet(a.outlet))}</a></span>
<em id="publish_time" class="{n("rich_media_meta rich_media_meta_text")}">{a.published:%Y-%m-%d %H:%M}</em>
{page.at("info")}
</div>
{content}
{page.at("after")}
<div class="{n("rich_media_tool")}" id="js_toobar3"><a id="js_view_source" href="#">阅读原文</a></div>
</div>{page.at("side")}</div></div>
<div id="js_pc_qr_code" class="{n("qr_code_pc_outer")}"><p>微信扫一扫<br>关注该公众号</p></div>
{page.at("foot")}
<script type="text/javascript">var biz = "MzA3"; var sn = "8f1a"; var msg_title = {json.dumps(a.title, ensure_ascii=False)}; var ct = "{int(a.published.timestamp())}";</script>
</body></html>"""


_GOV = Style(
    p='<p style="text-indent: 2em; line-height: 150%;">{}</p>',
    h="<p><strong>{}</strong></p>",
    img='<p style="text-align: center;"><img src="{src}" border="0"/></p>',
    caption='<p style="text-align: center;"><span style="font-family: 楷体;">{}</span></p>',
    file='<p>附件：<a href="{href}" title="点击下载" class="bizDownload">{name}</a></p>',
    cell='<p style="text-align: center;">{}</p>',
)


def government(a: Article, page: Page) -> str:
    """A notice of a procurement site: title in an h2, tables, attachments, the portals' prescribed meta elements."""
    n = page.name
    main = f"""<div class="{n("vF_detail_content_container")}"><div class="{n("vF_detail_content")}" id="{n("content")}">
{page.at("lead")}{body(a.blocks, _GOV, page)}{page.at("tail")}
</div></div>{page.at("after")}"""
    if page.dress:
        main = f'<div class="{n("outer")}"><div class="{n("shadow")}"><div>{main}</div></div></div>'
    return f"""<!DOCTYPE html PUBLIC "-//W3C//DTD XHTML 1.0 Transitional//EN" "http://www.w3.org/TR/xhtml1/DTD/xhtml1-transitional.dtd">
<html xmlns="http://www.w3.org/1999/xhtml"><head>
<meta http-equiv="Content-Type" content="text/html; charset=utf-8" />
<title>{escape(a.title)}</title>
<meta name="SiteName" content="江州政府采购网" /><meta name="ColumnName" content="采购公告" />
<meta name="ArticleTitle" content="{escape(a.title)}" />
<meta name="PubDate" content="{a.published:%Y-%m-%d %H:%M}" />
<meta name="ContentSource" content="{escape(page.outlet(a.outlet))}" />
{page.at("head")}</head>
<body>
<div class="{n("header")}"><a href="/"><img src="/images/logo.png" alt="江州政府采购网" /></a>{page.at("top")}</div>
<div class="{n("nav")}"><ul><li><a href="/">首页</a></li><li><a href="/zcfg/">政采法规</a></li><li><a href="/cggg/">采购公告</a></li></ul></div>
<div class="{n("vF_deail_location")}">当前位置：{" &raquo; ".join(f'<a href="/c{i}/">{c}</a>' for i, c in enumerate(page.crumbs))}</div>
<div class="{n("vF_detail_main")}">
<div class="{n("vF_detail_header")}"><h2 class="{n("tc")}">{page.words(escape(a.title))}</h2>
<p class="{n("tc")}"><span id="{n("pubTime")}">{a.published:%Y年%m月%d日 %H:%M}</span>　来源：<span id="{n("sourceName")}">{escape(page.outlet(a.outlet))}</span>　【<a href="javascript:window.print()">打印</a>】【<a href="javascript:;">关闭</a>】{page.at("info")}</p></div>
{main}
</div>
<div class="{n("vF_sidebar")}"><h3>相关公告</h3><ul>{_links(["某局办公设备更正公告", "某校食堂服务成交公告"], page)}</ul>{page.at("side")}</div>
<div class="{n("footer")}"><p>版权所有 &copy; {page.year} 江州市财政局　皖ICP备05012345号</p>{page.at("foot")}</div>
</body></html>"""


_WORDPRESS = Style(
    img='<figure class="wp-block-image size-large"><img loading="lazy" decoding="async" width="1024" height="683" src="{src}" alt="" class="wp-image-812"></figure>',
    caption='<p class="wp-element-caption">{}</p>',
    h='<h2 class="wp-block-heading">{}</h2>',
    quote='<blockquote class="wp-block-quote is-layout-flow"><p>{}</p></blockquote>',
    file='<div class="wp-block-file">附件：<a href="{href}">{name}</a></div>',
)


def wordpress(a: Article, page: Page) -> str:
    """A blog's default theme, with widgets, related posts and comments."""
    n = page.name
    by = (
        f'<span class="{n("byline")}"> by <span class="{n("author vcard")}"><a class="{n("url fn n")}" href="/author/a/">{escape(a.author)}</a></span></span>'
        if a.author
        else ""
    )
    aside = f"""<aside id="{n("secondary")}" class="{n("widget-area")}"><section class="{n("widget widget_recent_entries")}"><h2 class="widget-title">近期文章</h2><ul>{_links(_HOT[:3], page)}</ul></section>{page.at("side")}</aside>"""
    article = f"""<article id="post-812" class="{n("post-812 post type-post status-publish format-standard hentry category-news")}">
<header class="{n("entry-header")}"><h1 class="{n("entry-title")}">{page.words(escape(a.title))}</h1>
<div class="{n("entry-meta")}"><span class="{n("posted-on")}">发布于 <a href="#" rel="bookmark"><time class="{n("entry-date published")}" datetime="{a.published:%Y-%m-%dT%H:%M:%S+08:00}">{a.published:%Y年%m月%d日}</time></a></span>{by}{page.at("info")}</div></header>
<div class="{n("entry-content")}">
{page.at("lead")}{body(a.blocks, _WORDPRESS, page)}
{page.at("tail")}
</div>
<footer class="{n("entry-footer")}"><span class="cat-links">分类：<a href="/category/news/" rel="category tag">新闻</a></span></footer>
</article>"""
    main = f'<div id="{n("primary")}" class="{n("content-area")}"><main id="{n("main")}" class="{n("site-main")}">{article}{page.at("after")}<div id="comments" class="{n("comments-area")}"><h3 id="reply-title">发表评论</h3><form action="/wp-comments-post.php" method="post"><textarea name="comment"></textarea></form></div></main></div>'
    inside = aside + f'<div class="{n("shell")}">{main}</div>' if page.dress else main + aside
    return f"""<!DOCTYPE html>
<html lang="zh-CN"><head><meta charset="UTF-8"><title>{escape(a.title)} &#8211; 江州观察</title>
<meta property="og:type" content="article" /><meta property="og:title" content="{escape(a.title)}" />
<meta property="article:published_time" content="{a.published:%Y-%m-%dT%H:%M:%S+08:00}" />
<meta property="article:modified_time" content="{a.modified:%Y-%m-%dT%H:%M:%S+08:00}" />
<meta name="generator" content="WordPress 6.7" />
{page.at("head")}</head>
<body class="post-template-default single single-post postid-812 wp-embed-responsive">
<div id="page" class="{n("site")}"><header id="masthead" class="{n("site-header")}"><p class="site-title"><a href="/" rel="home">江州观察</a></p><nav><a href="/about/">关于</a></nav>{page.at("top")}</header>
<div id="content" class="{n("site-content")}">{inside}</div>
<footer id="colophon"><div class="site-info">&copy; {page.year} 江州观察 自豪地采用WordPress</div>{page.at("foot")}</footer></div>
</body></html>"""


_SOUP = Style(
    p="{}",
    h="<b>{}</b>",
    quote="{}",
    img='<center><img src="{src}" onload="resize(this)"></center>',
    caption="<center>{}</center>",
    file='附件：<a href="{href}">{name}</a>',
    between="<br />\n<br />\n",
    indent="&nbsp;&nbsp;&nbsp;&nbsp;",
)


def soup(a: Article, page: Page) -> str:
    """A small portal of long ago: divs, fonts, and lines apart by br."""
    n = page.name
    author = f"&nbsp;&nbsp;作者：{escape(a.author)}" if a.author else ""
    text = f'<div id="{n("zoom")}" class="{n("content")}">{page.at("lead")}{body(a.blocks, _SOUP, page)}<br />{page.at("tail")}</div>'
    if page.dress:
        text = f'<div class="{n("box2")}"><div class="{n("box3")}">{text}</div></div>'
    return f"""<html><head><meta http-equiv="Content-Type" content="text/html; charset=utf-8">
<title>{escape(a.title)} - 江州热线</title>{page.at("head")}</head>
<body><div id="{n("top")}"><a href="/">首页</a> | <a href="/news">新闻</a> | <a href="/bbs">论坛</a>{page.at("top")}</div>
<div class="{n("wz")}">您的位置：{" - ".join(page.crumbs)}</div>
<div class="{n("main")}"><div class="{n("title")}"><font size="5"><b>{page.words(escape(a.title))}</b></font></div>
<div class="{n("info")}">发布时间：{a.published:%Y-%m-%d %H:%M:%S}&nbsp;&nbsp;来源：{escape(page.outlet(a.outlet))}{author}&nbsp;&nbsp;字号：[<a href="#">大</a> <a href="#">中</a> <a href="#">小</a>]{page.at("info")}</div>
{text}
{page.at("after")}
<div class="{n("pages")}">上一篇：<a href="/9.html">全市冬季征兵工作启动</a><br>下一篇：没有了</div></div>
<div class="{n("sidebar")}"><b>热点新闻</b><br>{_links(_HOT[1:], page, '· <a href="{}">{}</a><br>')}{page.at("side")}</div>
<div id="{n("bottom")}">江州热线 版权所有 2003-{page.year}{page.at("foot")}</div></body></html>"""


_TABLES = Style(
    p="<P>{}</P>",
    h="<P><B>{}</B></P>",
    quote="<P><FONT color=#333333>{}</FONT></P>",
    img='<P align=center><IMG src="{src}" border=0></P>',
    caption="<P align=center><FONT size=2>{}</FONT></P>",
    file='<P>附件：<A href="{href}">{name}</A></P>',
    indent="\u3000\u3000",
)


def tables(a: Article, page: Page) -> str:
    """A newspaper's old site: tables in tables, GBK."""
    n = page.name
    author = f"　作者：{escape(a.author)}" if a.author else ""
    inner = f"""<TABLE width="100%" border=0 cellPadding=5><TBODY><TR><TD class="{n("black14")}" id="{n("ozoom")}">
{page.at("lead")}{body(a.blocks, _TABLES, page)}{page.at("tail")}
</TD></TR></TBODY></TABLE>"""
    if page.dress:
        inner = f"<TABLE><TR><TD><TABLE><TR><TD>{inner}</TD></TR></TABLE></TD></TR></TABLE>"
    return f"""<HTML><HEAD><TITLE>{escape(a.title)}</TITLE>
<META http-equiv=Content-Type content="text/html; charset=gb2312">{page.at("head")}</HEAD>
<BODY bgColor=#ffffff leftMargin=0 topMargin=0>
<TABLE width=960 align=center border=0><TR><TD><A href="/"><IMG src="/images/banner.gif" width=960></A></TD></TR><TR><TD>{page.at("top")}</TD></TR>
<TR><TD class="{n("nav")}">当前位置：{" &gt;&gt; ".join(page.crumbs)}</TD></TR></TABLE>
<TABLE width=960 align=center border=0><TR><TD width=690 vAlign=top>
<TABLE width="100%" border=0><TR><TD align=center class="{n("bt")}"><STRONG>{page.words(escape(a.title))}</STRONG></TD></TR>
<TR><TD align=center class="{n("sj")}">{a.published:%Y年%m月%d日 %H:%M}　来源：{escape(page.outlet(a.outlet))}{author}{page.at("info")}</TD></TR></TABLE>
{inner}
{page.at("after")}
</TD><TD width=260 vAlign=top><TABLE><TR><TD>热门文章</TD></TR>{_links(_HOT[:4], page, '<TR><TD><A href="{}">{}</A></TD></TR>')}</TABLE>{page.at("side")}</TD></TR></TABLE>
<TABLE width=960 align=center><TR><TD align=center>江州日报社 版权所有 &copy; 2001-{page.year}{page.at("foot")}</TD></TR></TABLE>
</BODY></HTML>"""


_MODERN = Style(
    p='<div data-component="text-block" class="sc-eb7bd5f6-0"><p class="sc-9a00e533-0">{}</p></div>',
    h='<div data-component="subheadline-block"><h2 class="sc-f98b1ad2-0">{}</h2></div>',
    quote='<div data-component="text-block"><blockquote class="sc-77e0-0">{}</blockquote></div>',
    img='<figure data-component="image-block"><picture><source type="image/webp" srcset="{src}.webp 640w"><img src="{src}" alt="" loading="eager"></picture></figure>',
    caption='<p class="sc-caption-0">{}</p>',
    file='<div data-component="text-block"><p>附件：<a href="{href}">{name}</a></p></div>',
)


def modern(a: Article, page: Page) -> str:
    """A site made by a JavaScript framework: hashed classes and a full JSON-LD."""
    n = page.name
    data = {
        "@context": "https://schema.org",
        "@type": "NewsArticle",
        "headline": a.title,
        "datePublished": f"{a.published:%Y-%m-%dT%H:%M:%S+08:00}",
        "dateModified": f"{a.modified:%Y-%m-%dT%H:%M:%S+08:00}",
        "publisher": {
            "@type": "NewsMediaOrganization",
            "name": page.outlet(a.outlet),
            "logo": {"@type": "ImageObject", "url": "/logo.png"},
        },
        "image": [page.image(url) for url in a.images[:1]],
    }
    if a.author:
        data["author"] = [{"@type": "Person", "name": a.author}]
    by = (
        f'<div class="{n("sc-byline")}" data-testid="byline-contributors"><span>{escape(a.author)}</span></div>'
        if a.author
        else ""
    )
    aside = f'<aside class="{n("sc-rail")}" aria-label="更多"><h2>最多人看</h2><ol>{_links(_HOT[2:], page)}</ol>{page.at("side")}</aside>'
    article = f"""<article class="{n("sc-art")}"><div data-component="headline-block"><h1 class="{n("sc-518485e5-0")}">{page.words(escape(a.title))}</h1></div>
<div data-component="byline-block"><time datetime="{a.published:%Y-%m-%dT%H:%M:%S+08:00}">{a.published:%Y年%-m月%-d日}</time>{by}{page.at("info")}</div>
{page.at("lead")}{body(a.blocks, _MODERN, page)}{page.at("tail")}
</article>"""
    main = f'<main id="main-content">{article}{page.at("after")}</main>{aside}'
    if page.dress:
        main = f'{aside}<div class="{n("g")}"><main id="main-content"><div><div>{article}</div></div>{page.at("after")}</main></div>'
    return f"""<!DOCTYPE html><html lang="zh"><head><meta charSet="utf-8"/><title>{escape(a.title)} - 江州新闻</title>
<meta property="og:title" content="{escape(a.title)}"/><meta property="og:type" content="article"/><meta property="og:site_name" content="江州新闻"/>
<script type="application/ld+json">{json.dumps(data, ensure_ascii=False)}</script>
{page.at("head")}</head><body><div id="__next"><header role="banner"><nav><a href="/">江州新闻</a><a href="/world">国际</a></nav>{page.at("top")}</header>
{main}
<footer role="contentinfo"><p>&copy; {page.year} 江州新闻 对外部网站内容不负责任</p>{page.at("foot")}</footer></div>
<script id="__NEXT_DATA__" type="application/json">{{"props":{{"id":"812"}}}}</script></body></html>"""


_PAPER = Style(
    p='<p style="text-indent: 2em;">\n\t{}</p>',
    h='<p style="text-indent: 2em;">\n\t<strong>{}</strong></p>',
    img='<p style="text-align: center;">\n\t<img alt="" src="{src}" style="width: 600px;" /></p>',
    caption='<p class="desc" style="text-align: center;">\n\t{}</p>',
    file='<p style="text-indent: 2em;">\n\t附件：<a href="{href}" target="_blank">{name}</a></p>',
)


def paper(a: Article, page: Page) -> str:
    """A party newspaper's site: channel line, text, the editors' names in brackets under it, a share bar."""
    n = page.name
    author = f'<div class="{n("author cf")}">作者：{escape(a.author)}</div>' if a.author else ""
    text = f"""<div class="{n("rm_txt_con cf")}" id="{n("rm_txt_zw")}">
{page.at("lead")}{body(a.blocks, _PAPER, page)}
{page.at("tail")}
<div class="{n("edit cf")}">(责编：周红、罗永)</div></div>"""
    if page.dress:
        text = f'<section class="{n("s1")}"><div class="{n("s2")}">{text}</div></section>'
    return f"""<!DOCTYPE html><html><head><meta http-equiv="content-type" content="text/html;charset=UTF-8"/>
<meta name="publishdate" content="{a.published:%Y-%m-%d}"/><meta name="source" content="来源：{escape(page.outlet(a.outlet))}"/>
<title>{escape(a.title)}--江州--人民之声网</title>{page.at("head")}</head>
<body><div class="{n("pc_path")}"><a href="/">人民之声网</a>&gt;&gt;<a href="/jz/">江州</a></div>{page.at("top")}
<div class="{n("layout rm_txt cf")}"><div class="{n("col col-1 fl")}">
<h1>{page.words(escape(a.title))}</h1>{author}
<div class="{n("channel cf")}"><div class="{n("col-1-1 fl")}">{a.published:%Y年%m月%d日%H:%M} | 来源：<a href="http://www.jz.example/" target="_blank">{escape(page.outlet(a.outlet))}</a></div><div class="{n("col-1-2 fr")}">小字号{page.at("info")}</div></div>
{text}
<div class="{n("rm_share")}"><span>分享让更多人看到</span></div>
{page.at("after")}
</div><div class="{n("col col-2 fr")}"><h3>热门排行</h3><ul>{_links(_HOT, page)}</ul>{page.at("side")}</div></div>
<div class="{n("footer")}"><p>人 民 之 声 网 版 权 所 有 ，未 经 书 面 授 权 禁 止 使 用</p><p>Copyright &copy; 1997-{page.year} by www.jz.example. all rights reserved</p>{page.at("foot")}</div></body></html>"""


def _shows(words: str) -> frozenset[str]:
    return frozenset(words.split())


_FULL = _shows("outlet author published_at")
TEMPLATES = (
    Template("portal", portal, _FULL, {
        "title": "h1.main-title", "body": "#artibody", "published_at": ".date-source .date",
        "outlet": ".date-source .source", "author": ".date-source .author"}),
    Template("wechat", wechat, _FULL, {
        "title": "#activity-name", "body": "#js_content", "published_at": "#publish_time",
        "outlet": "#js_name", "author": "xpath://meta[@name='author']/@content"}),
    Template("government", government, _shows("outlet published_at"), {
        "title": ".vF_detail_header h2", "body": ".vF_detail_content", "published_at": "#pubTime", "outlet": "#sourceName"}),
    Template("wordpress", wordpress, _shows("author published_at modified_at"), {
        "title": "h1.entry-title", "body": ".entry-content", "published_at": "time.published::attr(datetime)",
        "author": ".author.vcard a"}),
    Template("soup", soup, _FULL, {
        "title": "div.title", "body": "#zoom", "published_at": "div.info"}),
    Template("tables", tables, _FULL, {
        "title": "td.bt", "body": "#ozoom", "published_at": "td.sj"}, encoding="gb18030"),
    Template("modern", modern, _shows("outlet author published_at modified_at"), {
        "title": "h1", "body": "xpath://article/div[@data-component='text-block' or @data-component='subheadline-block']"
        "|//article/figure|//article/p[@class='sc-caption-0']|//article/ul|//article/table",
        "published_at": "article time::attr(datetime)", "author": "[data-testid=byline-contributors] span"}),
    Template("paper", paper, _FULL, {
        "title": ".rm_txt h1", "body": "#rm_txt_zw", "published_at": ".col-1-1", "outlet": ".col-1-1 a", "author": ".author"}),
)  # fmt: skip
