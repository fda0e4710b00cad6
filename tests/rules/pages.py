# ruff: noqa: E501
"""News pages built from parts: articles, the templates of seven kinds of site, and what changes around an article."""

import re
from collections.abc import Callable
from dataclasses import dataclass, field
from html import escape

PNG = (
    "iVBORw0KGgoAAAANSUhEUgAAAAoAAAAKCAYAAACNMs+9AAAAFUlEQVR42mP8z8BQz0AEYBxVSF+FABJADveWkH6oAAAAAElFTkSuQmCC"
    + "A" * 80
)


@dataclass(frozen=True)
class Piece:
    """A part of an article: its markup, and the lines that it is read as."""

    html: str
    lines: tuple[str, ...]


@dataclass(frozen=True)
class Article:
    """What a page must be read as, whatever dress it wears."""

    title: str
    published: str
    outlet: str
    author: str
    pieces: tuple[Piece, ...]
    images: tuple[str, ...] = ()
    tables: tuple[tuple[tuple[str, ...], ...], ...] = ()
    attachments: tuple[str, ...] = ()
    links: tuple[str, ...] = ()

    @property
    def lines(self) -> tuple[str, ...]:
        return tuple(line for piece in self.pieces for line in piece.lines)


def p(words: str) -> Piece:
    return Piece(f"<p>{escape(words, quote=False)}</p>", (words,))


def h(words: str) -> Piece:
    return Piece(f"<h2>{words}</h2>", (words,))


def raw(html: str, *lines: str) -> Piece:
    return Piece(html, lines)


TABLE = """<table border="1" cellspacing="0"><tbody><tr><td>包号</td><td>供应商</td><td>金额（万元）</td></tr>
<tr><td><p>1</p></td><td><p>江州云杉有限公司</p></td><td><p>1,507.38</p></td></tr><tr><td></td><td></td><td></td></tr>
<tr><td>2</td><td>江州白桦有限公司</td><td>98.5</td></tr></tbody></table>"""
ROWS = (("包号", "供应商", "金额（万元）"), ("1", "江州云杉有限公司", "1,507.38"), ("2", "江州白桦有限公司", "98.5"))

ARTICLES = {
    "flash": Article(
        "江州市公布三季度用电量", "2024-11-22 09:30", "江州日报", "李明",
        (p("江州市三季度用电量38.5亿千瓦时，同比增长4.2%。"),),
    ),
    "two lines": Article(
        "澜川电气：拟回购股份", "2024-11-22 14:02", "云舟财经", "王芳",
        (p("澜川电气11月22日公告，拟以1.2亿元回购股份，价格不超过15.8元/股。"), p("（完）")),
    ),
    "plain": Article(
        "江州市乡村产业振兴交出答卷", "2024-11-21 20:52", "江州日报", "李松华",
        (
            p("本报讯 日前，江州市财政局通报了2024年政府采购农副产品情况，全年成交额达15077.38万元，同比增长3.5%。"),
            p("统计显示，全市预算单位预留份额12530.78万元，完成比例为120.36%，年度交易额占全省的25.13%。"),
            p("3分钟前抵达现场的消防人员说，火势已得到控制；此前阅读量达1234万次的网帖并不属实。"),
            p("“分享到此结束。”主持人说。"),
            p("据悉，2025年江州市将进一步加大支持力度，评论认为，这有助于农民持续增收。"),
            p("（李松华）"),
        ),
    ),
    "long": Article(
        "江州储能产业调查：从4.2亿元订单说起", "2024-11-20 08:00", "江州日报", "陈立",
        (
            p("11月19日，澜川电气宣布拿下4.2亿元储能订单，这是江州企业今年以来最大的一单。"),
            raw(
                '<p style="text-align:center"><img src="https://img1.example.com/upload/2024/a.jpg?t=1700000000" alt=""></p>',
            ),
            raw('<p style="text-align:center">图为澜川电气生产线。</p>', "图为澜川电气生产线。"),
            h("订单从哪里来"),
            *(
                p(f"第{n}家受访企业负责人告诉记者，今年前三季度订单同比增长{n}.{n}%，其中海外占比超过{n + 20}%。")
                for n in range(1, 12)
            ),
            raw("<blockquote><p>价格战不会持续太久。</p></blockquote>", "价格战不会持续太久。"),
            h("产能怎么办"),
            raw("<ul><li>扩建二期厂房</li><li>与高校共建实验室</li></ul>", "扩建二期厂房", "与高校共建实验室"),
            raw(
                '<p>详见<a href="https://www.example.org/report?id=7&utm_source=wx">江州储能报告</a>，共120页。</p>',
                "详见江州储能报告，共120页。",
            ),
            p("截至发稿，公司股价报15.80元，涨2.1%。"),
        ),
        images=("img.example.com/upload/2024/a.jpg",),
        links=("www.example.org/report?id=7",),
    ),
    "notice": Article(
        "江州市财政局中标公告", "2024-11-22 16:00", "江州市财政局", "采购办",
        (
            p("一、项目编号：JZ2024-118"),
            p("二、项目名称：江州市中小学食堂设备采购"),
            p("三、中标信息"),
            raw(TABLE, "包号 供应商 金额（万元）", "1 江州云杉有限公司 1,507.38", "2 江州白桦有限公司 98.5"),
            p("四、公告期限：自本公告发布之日起1个工作日。"),
            p("五、联系方式：江州市财政局，0599-8812345"),
            raw('<p>附件：<a href="/files/P020241122.pdf">采购文件.pdf</a></p>', "附件：采购文件.pdf"),
            p("江州市财政局"),
            p("2024年11月22日"),
        ),
        tables=(ROWS,),
        attachments=("/files/P020241122.pdf",),
    ),
    "corrected": Article(
        "江州地铁2号线将延长运营", "2024-11-22 11:11", "江州日报", "赵敏",
        (
            p("江州地铁公司22日宣布，自12月1日起，2号线末班车时间延长至23时30分。"),
            p("公司称，调整后每日加开14列次，预计日均客流增加2.3万人次。"),
            raw(
                '<div class="editor-note">更正：本文早前版本误将“23时30分”写作“23时”，特此更正。</div>',
                "更正：本文早前版本误将“23时30分”写作“23时”，特此更正。",
            ),
        ),
    ),
}  # fmt: skip


@dataclass(frozen=True)
class Draw:
    """What stands around an article this time: pieces of markup by place, and numbers that move."""

    number: int = 0
    pieces: dict[str, list[str]] = field(default_factory=dict)

    def at(self, place: str) -> str:
        return "\n".join(self.pieces.get(place, ()))

    def between(self, pieces: tuple[Piece, ...], wrap: Callable[[str], str] = str) -> list[str]:
        """The article's pieces with what stands among them."""
        parts = [wrap(piece.html) for piece in pieces]
        for n, noise in enumerate(self.pieces.get("inside", ())):
            parts.insert(1 + (n + self.number) % max(1, len(parts)), noise)
        return parts


# --- templates: article and draw in, a page out ---------------------------------------------------------------------


def portal(a: Article, d: Draw) -> str:
    body = "\n\u3000\u3000".join(d.between(a.pieces))
    return f"""<!DOCTYPE html><html><head><meta charset="utf-8"><title>{a.title}_江州新闻_云舟网</title>
<meta name="keywords" content="江州"><script>var SINA_TEXT_PAGE_CONFIG={{t:{d.number}}};</script>{d.at("head")}</head>
<body class="index-page"><div class="top-banner" id="top_banner_ad">{d.at("top")}</div>
<div class="path-search" data-sudaclick="cnav_breadcrumbs_p"><div class="path"><div class="channel-path"><a href="/">云舟首页</a>
<span class="spliter">&gt;</span><a href="/news">江州新闻</a><span class="spliter">&gt;</span><span>正文</span></div></div></div>
<div class="main-content w1240"><h1 class="main-title">{a.title}</h1>
<div class="top-bar-wrap" id="top_bar_wrap"><div class="top-bar ani"><div class="date-source">
<span class="date">{a.published}</span> <span class="source ent-source">来源：{a.outlet}</span> <span class="author">作者：{a.author}</span></div>
<div class="page-tools"><span class="tool-comment">评论 {d.number % 900 + 1}</span>{d.at("under title")}</div></div></div>
<div class="article-content clearfix" id="article_content"><div class="article-content-left">
{d.at("before")}<div class="article" id="artibody">{body}</div>{d.at("after")}
</div><div class="article-content-right">{d.at("aside")}</div></div></div>
<div class="footer"><p>云舟公司 版权所有</p>{d.at("bottom")}</div></body></html>"""


def wechat(a: Article, d: Draw) -> str:
    body = "".join(d.between(a.pieces, lambda html: f"<section>{html}</section>"))
    return f"""<!DOCTYPE html><html><head><meta property="og:title" content="{a.title}"><meta property="og:type" content="article">
<title></title>{d.at("head")}</head><body id="activity-detail" class="zh_CN wx_wap_page mm_appmsg">{d.at("top")}
<div id="js_article" class="rich_media"><div class="rich_media_inner"><div id="page-content" class="rich_media_area_primary">
<div class="rich_media_area_primary_inner"><div id="img-content" class="rich_media_wrp">
<h1 class="rich_media_title " id="activity-name">{a.title}</h1>
<div id="meta_content" class="rich_media_meta_list"><span id="copyright_logo" class="wx_tap_link js_wx_tap_highlight rich_media_meta icon_appmsg_tag appmsg_title_tag weui-wa-hotarea">原创</span>
<span class="rich_media_meta rich_media_meta_text">作者：{a.author}</span>
<span class="rich_media_meta rich_media_meta_nickname" id="profileBt"><a href="javascript:void(0);" class="wx_tap_link" id="js_name">{a.outlet}</a></span>
<em id="publish_time" class="rich_media_meta rich_media_meta_text">{a.published}</em>{d.at("under title")}</div>{d.at("before")}
<div class="rich_media_content js_underline_content" id="js_content" style="visibility: hidden; opacity: 0; ">{body}</div>
{d.at("after")}<div class="rich_media_tool"><div class="rich_media_tool_meta">阅读 <span id="readNum3">{d.number}</span></div></div>
</div></div></div>{d.at("aside")}</div></div><div class="qr_code_pc"><p>微信扫一扫<br>关注该公众号</p></div>{d.at("bottom")}</body></html>"""


def government(a: Article, d: Draw) -> str:
    body = "".join(d.between(a.pieces))
    return f"""<html><head><title>{a.title}-{a.outlet}</title><meta name="ArticleTitle" content="{a.title}">
<meta name="PubDate" content="{a.published}"><meta name="ContentSource" content="{a.outlet}"><meta name="Author" content="{a.author}">
{d.at("head")}</head><body><div class="head"><div class="logo"><img src="/images/logo.png"></div>{d.at("top")}</div>
<div class="dqwz">您当前的位置：<a href="/">首页</a> &gt; <a href="/xxgk">信息公开</a> &gt; 正文</div>
<div class="con_left">{d.at("aside")}</div>
<div class="content"><div class="title">{a.title}</div>
<div class="xxly"><span>发布时间：{a.published}</span><span>信息来源：{a.outlet}</span><span>浏览次数：{d.number}</span>
<span>字体：【<a href="javascript:doZoom(18)">大</a> <a href="javascript:doZoom(16)">中</a> <a href="javascript:doZoom(14)">小</a>】</span>{d.at("under title")}</div>
{d.at("before")}<div class="view TRS_UEDITOR trs_paper_default"><div id="zoom">{body}</div></div>{d.at("after")}
<div class="print"><a href="javascript:window.print()">【打印本页】</a><a href="javascript:window.close()">【关闭窗口】</a></div></div>
<div class="foot"><p>主办：{a.outlet} 网站标识码：3500000001 闽ICP备05000001号</p>{d.at("bottom")}</div></body></html>"""


def wordpress(a: Article, d: Draw) -> str:
    body = "\n".join(d.between(a.pieces))
    return f"""<!DOCTYPE html><html lang="zh-CN"><head><meta charset="UTF-8"><title>{a.title} &#8211; 云舟博客</title>
<meta property="og:type" content="article"><meta property="og:title" content="{a.title}">
<script type="application/ld+json">{{"@context":"https://schema.org","@graph":[{{"@type":"NewsArticle","headline":"{a.title}",
"datePublished":"{a.published.replace(" ", "T")}:00+08:00","author":{{"@type":"Person","name":"{a.author}"}},
"publisher":{{"@type":"Organization","name":"{a.outlet}"}}}}]}}</script>{d.at("head")}</head>
<body class="post-template-default single single-post postid-{d.number} single-format-standard wp-embed-responsive">
<div id="page" class="site"><header id="masthead" class="site-header"><p class="site-title"><a href="/">云舟博客</a></p>
<nav class="main-navigation"><ul><li><a href="/a">新闻</a></li><li><a href="/b">财经</a></li></ul></nav>{d.at("top")}</header>
<div id="content" class="site-content"><div id="primary" class="content-area"><main id="main" class="site-main">
<article id="post-{d.number}" class="post-{d.number} post type-post status-publish format-standard hentry category-news tag-jiangzhou">
<header class="entry-header"><h1 class="entry-title">{a.title}</h1><div class="entry-meta"><span class="posted-on"><time class="entry-date published"
datetime="{a.published.replace(" ", "T")}:00+08:00">{a.published}</time></span> <span class="byline">作者：{a.author}</span>{d.at("under title")}</div></header>
{d.at("before")}<div class="entry-content">{body}</div>{d.at("after")}
<footer class="entry-footer"><span class="cat-links">分类：<a href="/n">新闻</a></span><span class="tags-links">标签：<a href="/t">江州</a></span></footer></article>
<nav class="navigation post-navigation"><div class="nav-links"><a href="/1">上一篇文章 江州晴</a><a href="/2">下一篇文章 江州雨</a></div></nav>
<div id="comments" class="comments-area"><h2 class="comments-title">《{a.title}》有{d.number % 7}条评论</h2><ol class="comment-list">
<li class="comment"><div class="comment-content"><p>说得好，第{d.number}次来看，希望江州越来越好，支持一下，也希望记者多写这样的稿子。</p></div></li></ol></div>
</main></div><aside id="secondary" class="widget-area">{d.at("aside")}</aside></div>
<footer id="colophon" class="site-footer">{d.at("bottom")}</footer></div></body></html>"""


def _broken(html: str) -> str:
    """Paragraphs as lines with `<br>` behind them; what is no plain paragraph stays."""
    return re.sub(r"<p(?: [^>]*)?>((?:(?!<table).)*?)</p>", "\u3000\u3000\\1<br /><br />\n", html, flags=re.S)


def soup(a: Article, d: Draw) -> str:
    pieces = tuple(
        Piece(piece.html if "<table" in piece.html else _broken(piece.html), piece.lines) for piece in a.pieces
    )
    body = "".join(d.between(pieces))
    return f"""<html><head><title>{a.title}</title>{d.at("head")}</head><body><div>{d.at("top")}</div>
<div><a href="/">首页</a> | <a href="/1">新闻</a> | <a href="/2">财经</a> | <a href="/3">体育</a></div>
<div><div><h1>{a.title}</h1><div>{a.published} 来源：{a.outlet} 作者：{a.author} 阅读 {d.number}</div>{d.at("under title")}
<div>{d.at("before")}</div><div>{body}</div><div>{d.at("after")}</div></div><div>{d.at("aside")}</div></div>
<div><a href="/about">关于我们</a> <a href="/contact">联系我们</a></div><div>{d.at("bottom")}</div></body></html>"""


def tables(a: Article, d: Draw) -> str:
    body = "".join(d.between(a.pieces, lambda html: html.replace("<p>", "<P>\u3000\u3000").replace("</p>", "</P>")))
    return f"""<HTML><HEAD><META http-equiv=Content-Type content="text/html; charset=gb2312"><TITLE>{a.title}</TITLE>{d.at("head")}</HEAD>
<BODY bgColor=#ffffff topMargin=0><TABLE width=780 align=center border=0><TR><TD height=60>{d.at("top")}</TD></TR>
<TR><TD bgcolor=#003399><a href="/">首页</a> <a href="/a">要闻</a> <a href="/b">经济</a></TD></TR></TABLE>
<TABLE width=780 align=center><TR><TD width=180 valign=top><TABLE><TR><TD>{d.at("aside")}</TD></TR></TABLE></TD>
<TD valign=top><TABLE width="100%"><TR><TD align=center><FONT size=5><B>{a.title}</B></FONT></TD></TR>
<TR><TD align=center><FONT size=2>{a.published}　　来源：{a.outlet}　　作者：{a.author}　　点击数：{d.number}</FONT>{d.at("under title")}</TD></TR>
<TR><TD>{d.at("before")}</TD></TR><TR><TD class=nr>{body}</TD></TR><TR><TD>{d.at("after")}</TD></TR>
<TR><TD align=right>【<A href="javascript:window.print()">打印</A>】【<A href="javascript:window.close()">关闭</A>】</TD></TR></TABLE></TD></TR></TABLE>
<TABLE width=780 align=center><TR><TD align=center>江州日报社 版权所有 Copyright 2001-2024<BR>{d.at("bottom")}</TD></TR></TABLE></BODY></HTML>"""


def modern(a: Article, d: Draw) -> str:
    body = "".join(d.between(a.pieces, lambda html: f'<div class="sc-{d.number % 97}x9f2 paragraph">{html}</div>'))
    return f"""<!doctype html><html data-theme="{d.number}"><head><title>{a.title} | Yunzhou</title>
<meta content="article" property="og:type"><meta content="{a.title}" property="og:title">
<meta content="{a.published.replace(" ", "T")}:00+08:00" property="article:published_time"><meta name="author" content="{a.author}">{d.at("head")}</head>
<body><div id="__next"><div class="css-{d.number}ab1 layout">{d.at("top")}<aside class="css-77{d.number} left">{d.at("aside")}</aside>
<main data-v-{d.number}><article itemscope itemtype="https://schema.org/NewsArticle"><div class="css-h1"><h1 itemprop="headline">{a.title}</h1></div>
<div class="css-by"><span>来源：{a.outlet}</span><span class="dot">·</span><span>{d.number % 50 + 1}小时前</span><button>关注</button>{d.at("under title")}</div>
{d.at("before")}<div class="css-body"><div itemprop="articleBody">{body}</div></div>{d.at("after")}</article></main>
<footer>{d.at("bottom")}</footer></div></div><script>window.__NEXT_DATA__={{"n":{d.number}}}</script></body></html>"""


def netease(a: Article, d: Draw) -> str:
    body = "".join(d.between(a.pieces))
    return f"""<!DOCTYPE HTML><html id="ne_wrap" data-publishtime="{a.published}"><head><title>{a.title}|储能_网易订阅</title><meta name="keywords" content="x"><meta name="author" content="网易"/>
<link rel="canonical" href="https://www.163.com/dy/article/J{d.number}.html">{d.at("head")}</head><body>
<div class="ntes_nav_wrap" id="js_N_NTES_wrap"><div class="ntes-nav"><a href="http://www.163.com/">网易首页</a><span>登录</span><div class="ntes-nav-select"><em>{d.number % 90}</em>条未读</div></div></div>
{d.at("top")}
<div class="wrapper clearfix" id="container" data-wemediaid="W1"><div class="post_main">
<div class="post_crumb"><a href="/">网易首页</a> &gt; <a href="/dy/">网易号</a> &gt; 正文 <a href="javascript:;">申请入驻</a></div>
<h1 class="post_title">{a.title}</h1>
<div class="post_info"><!-- x -->{a.published}:00　来源: <a href="/dy/media/T1.html">{a.outlet}</a>　作者：{a.author} <span class="ip">北京</span> <a href="#" target="_self" class="post_jubao">举报</a>{d.at("under title")}</div>
<div class="post_share"><em>0</em><span>分享至</span></div>
{d.at("before")}
<div id="content"><div class="post_body">{body}</div>
<div class="post_statement"><p>特别声明：以上内容(如有图片或视频亦包括在内)为自媒体平台“网易号”用户上传并发布，本平台仅提供信息存储服务。</p><p>Notice: The content above (including the pictures and videos if any) is uploaded and posted by a user of NetEase Hao.</p></div></div>
{d.at("after")}
<div class="post_next"><div class="post_next_name"><span class="name">相关推荐</span><span class="tab">热点推荐</span></div><div class="post_next_post"><p><a href="/1">江州夜市重开 摊主：生意比去年好</a></p><p>某某网 2024-11-{d.number % 20 + 1:02d} 10:{d.number % 60:02d}:00</p><span>{d.number % 99}跟贴</span></div></div>
<div class="tie-areas post_comment" id="tie"><p>网易跟贴 {d.number}人参与</p><p>网友跟贴审核中，文明上网理性发言，请遵守新闻评论服务协议</p></div></div>
<div class="post_side"><div class="mod_hot_rank"><div class="title">热点排行</div><ul><li><em>1</em><a href="/2">热点新闻第{d.number}条，标题很长很长</a><span>{d.number}</span></li></ul></div>{d.at("aside")}</div></div>
<div class="N-nav-bottom"><div class="ntes-foot-link"><a href="/a">About NetEase</a> - <a href="/b">公司简介</a></div><p>网易公司版权所有 &copy;1997-2024</p>{d.at("bottom")}</div></body></html>"""


def english(a: Article, d: Draw) -> str:
    body = "".join(d.between(a.pieces))
    return f"""<!doctype html><html lang="en"><head><title>{a.title} - The Yunzhou Post</title><meta property="og:title" content="{a.title}"><meta property="og:site_name" content="The Yunzhou Post">{d.at("head")}</head><body class="single">
<a class="skip-link" href="#main">Skip to main content</a><div class="site-top"><span>Friday, {d.number % 20 + 1} November 2026</span><a href="/subscribe">Subscribe for $1</a></div>{d.at("top")}
<div class="breadcrumbs"><a href="/">Home</a> / <a href="/news">News</a></div>
<div class="story-wrap"><div class="story-head"><h2 class="kicker">Economy</h2><h1>{a.title}</h1><div class="by">来源：{a.outlet} 作者：{a.author} | <span class="ts">{a.published}</span> | 3 min read</div>{d.at("under title")}</div>
{d.at("before")}<div class="story"><div class="story-inner">{body}</div></div>{d.at("after")}
<div class="more"><p>Read more: <a href="/x">Ten things about Jiangzhou you did not know</a></p><p>Our journalism needs your support. Become a member today and help us keep going for another {d.number} days.</p></div></div>
<div class="col2">{d.at("aside")}</div><div class="foot-wrap"><p>© 2026 The Yunzhou Post. All rights reserved.</p>{d.at("bottom")}</div></body></html>"""


def eastmoney(a: Article, d: Draw) -> str:
    body = "".join(d.between(a.pieces))
    return f"""<!DOCTYPE html><html><head><title>{a.title} _ 东方财富网</title>{d.at("head")}</head><body><div class="topAd"></div>{d.at("top")}
<div class="wrapper"><div class="nav_n">财经 | 焦点 | 股票 | 新股 | 期指</div><div class="hqline">上证 3012.{d.number % 99:02d} 深证 9800.{d.number % 99:02d}</div>
<div class="contentwrap"><div id="topbox"><div class="title">{a.title}</div><div class="tipInfo"><div class="infos"><div class="item">{a.published}</div><div class="item">来源：{a.outlet}</div><div class="item">作者：{a.author}</div><div class="item">浏览：{d.number}</div></div>{d.at("under title")}</div></div>
<div class="contentbox"><div class="abstract"></div>{d.at("before")}<div class="txtinfos" id="ContentBody"><!--文章主体-->{body}</div>
<div class="zwothers"><div class="zwother"><p class="res-edit">文章来源：{a.outlet} <span>责任编辑：{d.number % 100}</span></p><div class="statement">郑重声明：东方财富发布此内容旨在传播更多信息，与本站立场无关，不构成投资建议。据此操作，风险自担。</div></div></div>{d.at("after")}
<div class="readhot"><div class="title">大家都在看</div><ul><li><a href="/1">{d.number}亿资金流入储能板块，机构看好</a></li></ul></div></div></div><div class="rightside">{d.at("aside")}<div class="guba"><div>股吧热帖</div><p>今天{d.number}点能不能守住？看明天开盘，大家怎么看。</p></div></div></div><div class="pagefoot">{d.at("bottom")}<p>信息网络传播视听节目许可证：0908328号</p></div></body></html>"""


def bare(a: Article, d: Draw) -> str:
    body = "".join(d.between(a.pieces))
    return f"""<html><head><title>{a.title}</title>{d.at("head")}</head><body><div class="a1">{d.at("top")}</div><div class="a2"><div class="b1"><p>本周要闻：江州召开经济工作座谈会，部署第{d.number}项重点任务，力争全年目标实现。</p>{d.at("aside")}</div><div class="b2"><div class="c1"><h1>{a.title}</h1></div><div class="c2"><em>{a.published}</em> <em>来源：{a.outlet}</em> <em>作者：{a.author}</em>{d.at("under title")}</div>{d.at("before")}<div class="c3"><div class="d1"><div>{body}</div></div></div>{d.at("after")}</div></div><div class="a3">{d.at("bottom")}</div></body></html>"""


def thepaper(a: Article, d: Draw) -> str:
    body = "".join(d.between(a.pieces))
    return f"""<!DOCTYPE html><html><head><title>{a.title}_云舟号_澎湃新闻-The Paper</title>{d.at("head")}</head><body>
<div id="__next"><div class="index_headerWrap__7mjy2"><ul><li><a href="/">精选</a></li><li>要闻</li></ul><div>下载客户端</div></div>{d.at("top")}
<main class="ant-layout-content"><div class="index_wrapper__L_zqV"><div class="index_leftcontent__{d.number % 9}Av92">
<h1 class="index_title__B8mhI">{a.title}</h1>
<div class="index_left__LfzyH"><div>来源：{a.outlet}</div><div class="ant-space"><span>作者：{a.author}</span><span>{a.published}</span><span>来源：{a.outlet}</span></div>{d.at("under title")}</div>
<div class="index_fontSize">字号<span>超大</span><span>大</span><span>标准</span><span>小</span></div>
{d.at("before")}<div class="index_cententWrap__Jv8jK">{body}</div>
<div class="index_copyright__x"><span>责任编辑：{d.number % 50}号</span><span>图片编辑：李某</span></div>{d.at("after")}
<div class="index_praise__{d.number}">{d.number}</div><div class="index_comment_wrap"><h2>评论（{d.number}）</h2><div><textarea></textarea></div><div class="index_commentBox__a"><p>湃客用户{d.number}：江州加油，期待更好的明天，路还长，一起走下去。</p><span>{d.number % 23}小时前 ∙ 江州</span></div></div></div>
<div class="index_rightcontent__7">{d.at("aside")}<h3>澎湃热榜</h3><ul class="index_rank"><li><i>1</i><a href="/1">江州又上热榜第{d.number}次</a></li></ul></div></div></main>
<footer class="ant-layout-footer"><p>澎湃新闻 沪ICP备14003370号 互联网新闻信息服务许可证：31120170006</p>{d.at("bottom")}</footer></div></body></html>"""


def gbk_frames(a: Article, d: Draw) -> str:
    pieces = tuple(Piece(x.html if "<table" in x.html else _broken(x.html), x.lines) for x in a.pieces)
    body = "".join(d.between(pieces))
    return f"""<html><head><title>{a.title} - 江州政府网</title>{d.at("head")}</head><body><center><table width=900><tr><td colspan=2><script>document.write(new Date())</script>2026年11月{d.number % 28 + 1}日 星期三 欢迎光临江州政府网</td></tr>
<tr><td width=200>{d.at("aside")}<table><tr><td>·<a href="/1">领导之窗</a></td></tr><tr><td>·<a href="/2">政务公开</a></td></tr></table></td><td><div>{d.at("top")}<b>当前位置</b>：<a href="/">首页</a>&gt;&gt;<a href="/z">公告</a></div>
<div align=center style="font-size:24px">{a.title}</div><hr><div align=center>日期：{a.published}  来源：{a.outlet}  作者：{a.author}  【字体：<a>大</a> <a>中</a> <a>小</a>】 阅读：{d.number}次{d.at("under title")}</div><hr>
{d.at("before")}<div id="fontzoom" style="line-height:2">{body}</div>{d.at("after")}<div align=right>[<a href="javascript:print()">打印</a>] [<a href="javascript:close()">关闭</a>]</div></td></tr></table>
<p>主办单位：江州市人民政府办公室　承办：江州市大数据中心　您是第{d.number}位访问者</p>{d.at("bottom")}</center></body></html>"""


def amp(a: Article, d: Draw) -> str:
    body = "".join(d.between(a.pieces))
    return f"""<!doctype html><html ⚡ lang="zh"><head><meta charset="utf-8"><title>{a.title}</title><script type="application/ld+json">{{"@type":"NewsArticle","headline":"{a.title}","datePublished":"{a.published.replace(" ", "T")}:00+08:00","dateModified":"2024-11-23T00:00:00+08:00","author":[{{"@type":"Person","name":"{a.author}"}}],"publisher":{{"@type":"Organization","name":"{a.outlet}","logo":{{"@type":"ImageObject","url":"x"}}}}}}</script>{d.at("head")}</head>
<body>{d.at("top")}<amp-sidebar id="s"><ul><li><a href="/">首页</a></li></ul></amp-sidebar><header class="amp-header"><a href="/">云舟</a></header><amp-ad width="300" data-slot="{d.number}"><div placeholder>广告加载，请稍等片刻。</div></amp-ad>
<div class="amp-wp-article"><div class="amp-wp-article-header"><h1 class="amp-wp-title">{a.title}</h1><div class="amp-wp-meta amp-wp-byline"><span class="amp-wp-author">{a.author}</span></div><div class="amp-wp-meta amp-wp-posted-on"><time datetime="{a.published.replace(" ", "T")}:00+08:00">{d.number % 28 + 1}天前</time></div>{d.at("under title")}</div>
{d.at("before")}<div class="amp-wp-article-content">{body}</div>{d.at("after")}<div class="amp-wp-article-footer"><div class="amp-wp-meta">Categories: <a href="/c">新闻</a></div></div></div>{d.at("aside")}<footer class="amp-wp-footer"><p>云舟</p>{d.at("bottom")}</footer></body></html>"""


TEMPLATES: dict[str, Callable[[Article, Draw], str]] = {
    "portal": portal, "wechat": wechat, "government": government, "wordpress": wordpress, "soup": soup,
    "tables": tables, "modern": modern, "netease": netease, "english": english, "eastmoney": eastmoney, "bare": bare,
    "thepaper": thepaper, "gbk": gbk_frames, "amp": amp,
}  # fmt: skip
