# ruff: noqa: E501 - tables of pages and lines
"""What is read of a page holds still: the article's words, all of them and no others, whatever stands around them."""

import contextlib
import json
import random
import re
from dataclasses import replace

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from crawler.items import Fields, Layout
from crawler.rules import extract, normalize
from crawler.rules.dates import published
from crawler.rules.extract import learn, media
from tests.rules.noise import NOISE, drawn
from tests.rules.pages import ARTICLES, TEMPLATES, Article, Draw, p, raw
from tests.rules.test_pure import SHANGHAI

KINDS = [(kind, place, at) for kind, (places, _) in NOISE.items() for at, place in enumerate(places.split())]


def read(markup: str, layout: Layout | None = None) -> Fields:
    return extract.from_page(markup, "share", {}, layout)


def expected(article: Article, fields: Fields) -> dict[str, object]:
    """What of the fields is not what the article says."""
    told = {
        "body_text": "\n".join(article.lines),
        "title": article.title,
        "outlet": article.outlet,
        "author": article.author,
        "images": list(article.images),
        "tables": [[list(row) for row in table] for table in article.tables],
        "links": list(article.links),
        "attachments": list(article.attachments),
    }
    wrong = {name: getattr(fields, name) for name, value in told.items() if getattr(fields, name) != value}
    when = published(fields.published_at or "", SHANGHAI)
    if when is None or when[0] != published(article.published, SHANGHAI)[0]:  # type: ignore[index]
        wrong["published_at"] = fields.published_at
    return wrong


@pytest.mark.parametrize("template", TEMPLATES)
@pytest.mark.parametrize("article", ARTICLES)
def test_an_article_is_the_same_in_every_template(template: str, article: str) -> None:
    assert not expected(ARTICLES[article], read(TEMPLATES[template](ARTICLES[article], Draw())))


@pytest.mark.parametrize(("kind", "place", "at"), KINDS, ids=[f"{kind} {place}" for kind, place, _ in KINDS])
def test_noise_is_not_read(kind: str, place: str, at: int) -> None:
    for number, (template, page) in enumerate(TEMPLATES.items()):
        for name, article in list(ARTICLES.items())[number % 2 :: 2]:
            draw = Draw(number + 70, drawn(number + 70, [(kind, at)]))
            assert not expected(article, read(page(article, draw))), (template, name)


@settings(max_examples=60, deadline=None)
@example("thepaper", "flash", 100, [(kind, 1) for kind in ("ad box", "views", "share bar", "lead sentence noise")])
@example("soup", "flash", 16, [("relative time", 1), ("lead sentence noise", 0), ("expand", 1)])
@given(
    st.sampled_from(list(TEMPLATES)),
    st.sampled_from(list(ARTICLES)),
    st.integers(1, 99_999),
    st.lists(st.tuples(st.sampled_from(list(NOISE)), st.integers(0, 3)), max_size=12, unique_by=lambda kind: kind[0]),
)
def test_any_noise_at_once_is_not_read(template: str, article: str, number: int, kinds: list[tuple[str, int]]) -> None:
    markup = TEMPLATES[template](ARTICLES[article], Draw(number, drawn(number, kinds)))
    assert not expected(ARTICLES[article], read(markup))


@pytest.mark.parametrize("template", TEMPLATES)
def test_attributes_in_another_order_and_white_space_are_nothing(template: str) -> None:
    def turned(tag: re.Match[str]) -> str:
        attributes = re.findall(r'[\w:-]+="[^"]*"', tag[2])
        return f"<{tag[1]} {' '.join(reversed(attributes))}>" if len(attributes) > 1 else tag[0]

    article = ARTICLES["long"]
    markup = TEMPLATES[template](article, Draw(3))
    assert not expected(article, read(re.sub(r"<(\w+) ([^<>]*)>", turned, markup)))
    assert not expected(article, read(re.sub(r"(</(?:p|div|section|td|tr)>)", r"\1\n    ", markup)))


BODY = [p("江州市11月22日公布，三季度用电量38.5亿千瓦时。"), p("其中工业用电占62.1%，同比增长4.2%。"), p("（完）")]
# Boxes and lines that look like a template's and are the article's.
CONTENT = [
    *("阅读量为1234万次的视频并不属实。", "分享到此结束。", "3天前的一场大雨", "评论员文章", "广告法将修订", "（完）", "100%", "12月"),
    *("关注民生，情系百姓。", "上证指数报3012.34点，涨0.5%。", "举报电话：0599-8812345", "责任编辑部迁址", "2024年11月22日"),
    *("Support for the bill grew to 52% on Friday.", "The vote passed 12-3", "更正：前文“23时”应为“23时30分”。", "图/江州网 李明"),
]  # fmt: skip
BOXES = [
    '<div class="correction">更正：数字应为38.6亿。</div>', '<div class="update"><p>更新：发布会已结束。</p></div>',
    '<div class="notice">编者注：本文单位为千瓦时。</div>', '<div class="shadow">阴影里的正文，也要读到。</div>',
    '<div class="headline-text">带标题样式的正文，也要读到。</div>', '<div class="gadget">小工具一样的正文，也要读到。</div>',
    '<p class="share-text">“分享使人快乐，共享使人富足。”他在会上对记者这样说。</p>', "<pre>原文如此，空格照旧。</pre>",
    '<aside class="editor-note"><p>编者按：本报今起推出系列报道。</p></aside>', "<h3>用电大户是谁</h3>",
    "<figure><img src='/a.jpg'><figcaption>图为江州电厂。</figcaption></figure>", "<dl><dt>工业</dt><dd>占62.1%。</dd></dl>",
    '<div class="quote"><p>“价格战不会持续太久。”</p></div>', '<p><span class="stock">澜川电气</span>报15.80元，涨2.1%。</p>',
]  # fmt: skip


@pytest.mark.parametrize("extra", [*(f"<p>{line}</p>" for line in CONTENT), *BOXES])
@pytest.mark.parametrize("at", [1, 2, 3])
def test_the_articles_own_words_stay(extra: str, at: int) -> None:
    words = re.sub(r"\s+", "", re.sub(r"<[^>]+>", "", extra))
    pieces = (*BODY[:at], raw(extra), *BODY[at:])
    for template in ("portal", "soup", "modern"):
        article = replace(ARTICLES["flash"], pieces=pieces)
        text = read(TEMPLATES[template](article, Draw())).body_text or ""
        assert words in "".join(text.split()), template
        assert len("".join(text.split())) == len(words) + sum(len("".join(piece.lines)) for piece in BODY)


def test_a_box_that_has_a_sidebar_is_none() -> None:
    body = "".join(piece.html for piece in BODY)
    side = '<div class="sidebar"><p>热榜第1名是江州灯会，已有1万人参加，欢迎前往。</p></div>'
    markup = f'<h1>江州公布用电量</h1><div class="layout-with-sidebar">{side}<div class="x">{body}</div></div><div><p>本站由江州报业承建，欢迎投稿。</p></div>'
    assert read(f"<div class=page>{markup}</div>").body_text == "\n".join(piece.lines[0] for piece in BODY)


def test_most_of_the_words_are_never_dropped_for_a_class() -> None:
    body = "".join(piece.html for piece in BODY) * 4
    for name in ("ad-article", "share-content", "sidebar-main", "related-story", "comment", "hidden"):
        text = read(f'<h1>江州公布用电量</h1><div class="{name}">{body}</div><div>联系我们</div>').body_text
        assert text and text.count("38.5亿") == 4, name


EDITS = [
    ("增长4.2%", "下降4.2%"), ("38.5亿", "38.6亿"), ("38.5亿", "3.85亿"), ("（完）</p>", "（完）</p><p>本文已更新。</p>"),
    ("江州市", "漳州市"), ("<p>其中", "<p>不过，其中"), ("<p>（完）</p>", ""),
]  # fmt: skip


@pytest.mark.parametrize(("old", "new"), EDITS)
@pytest.mark.parametrize("template", TEMPLATES)
def test_a_small_edit_is_seen_amid_noise(template: str, old: str, new: str) -> None:
    article = replace(ARTICLES["flash"], pieces=tuple(BODY))
    edited = replace(article, pieces=tuple(raw(piece.html.replace(old, new)) for piece in BODY))
    noise = [(kind, n) for n, kind in enumerate(random.Random(old).sample(list(NOISE), 8))]
    before, after = (read(TEMPLATES[template](a, Draw(9, drawn(9, noise)))) for a in (article, edited))
    words = "".join(piece.html for piece in BODY).replace(old, new)
    assert (
        (after.body_text or "").split() == re.sub(r"<[^>]+>", "\n", words).split() != (before.body_text or "").split()
    )


BYLINES = [
    ("<div>2024-11-22 09:30 来源：江州日报 作者：李明 阅读 1234</div>", "2024-11-22 09:30", "江州日报", "李明"),
    (
        "<div>发布时间：2024年11月22日 09:30　信息来源：市财政局　字号：[大 中 小]</div>",
        "2024年11月22日 09:30",
        "市财政局",
        None,
    ),
    ("<div><span>江州日报</span> <span>2024-11-22 09:30:05</span></div>", "2024-11-22 09:30:05", "江州日报", None),
    ("<p>来源：江州日报 | 记者 李明 王芳</p><p>3分钟前</p>", None, "江州日报", "李明、王芳"),
    ("<p>文/李明 责任编辑：张三</p>", None, None, "李明"),
    ("<p>By Jane Doe</p><p>Published November 22, 2024 at 9:30 PM</p>", "2024-11-22 21:30", None, "Jane Doe"),
    ("<div>昨天 12:30</div>", None, None, None),
    ("<div>刚刚 · 江州日报</div>", None, "江州日报", None),
    ('<time datetime="2024-11-22T09:30:00+08:00">2小时前</time>', "2024-11-22T09:30:00+08:00", None, None),
    ("<p>责任编辑：张三 审核：李四</p>", None, None, "张三"),
    ("<div>2024-11-22 09:30 &nbsp; 江州日报 &nbsp; 李明 &nbsp; 人气：12</div>", "2024-11-22 09:30", "江州日报", "李明"),
    (
        "<div>2024年11月22日 09:30</div><div>江州日报 李明</div><div>阅读 1.2W</div>",
        "2024年11月22日 09:30",
        "江州日报",
        "李明",
    ),
    ('<div data-testid="byline"><b>Jane Doe</b><i>Business reporter</i></div>', None, None, "Jane Doe"),
    (
        '<div><time class="entry-date updated" datetime="2024-11-22T09:30:00Z">Nov 22, 2024</time></div>',
        "2024-11-22T09:30:00Z",
        None,
        None,
    ),
]


@pytest.mark.parametrize(("byline", "when", "outlet", "author"), BYLINES)
def test_the_line_under_the_heading_is_metadata(
    byline: str, when: str | None, outlet: str | None, author: str | None
) -> None:
    body = "".join(piece.html for piece in BODY)
    for markup in (
        f'<div class="topbar">2026年11月25日 星期三</div><h1>江州公布用电量</h1>{byline}<div>{body}</div>',
        f'<div class="top clock">2026-11-25 10:20:30</div><div><h1>江州公布用电量</h1>{byline}{body}</div>',
    ):
        fields = read(markup)
        assert (fields.published_at, fields.outlet, fields.author) == (when, outlet, author)
        assert (fields.body_text or "").split("\n") == [piece.lines[0] for piece in BODY]


SAME_IMAGES = [
    ("http://img1.example.com/a.jpg", "https://img2.example.com/a.jpg?t=1700000000", "//img.example.com/a.jpg!w640"),
    ("https://i0.wp.com/www.example.com/a.jpg?ssl=1&w=300", "http://www.example.com/a-300x200.jpg"),
    (
        "https://p.example.com/proxy?url=http%3A%2F%2Fwww.example.com%2Fb.png&w=9",
        "https://www.example.com/b.png?token=9f",
    ),
    ("https://www.example.com/b.jpg?x-oss-process=image/resize,w_640", "https://www.example.com/b.jpg.webp"),
    ("https://i.example.com/news/480/c/a.jpg", "https://i.example.com/news/800/c/a.jpg.webp"),
    ("/u/w/640/h/480/c.jpg", "/u/c.jpg@2x", "/u/c@2x.jpg"),
    (
        "https://mmbiz.qpic.cn/mmbiz_jpg/Ab3/640?wx_fmt=jpeg&tp=webp",
        "https://mmbiz.qpic.cn/mmbiz_jpg/Ab3/0?wx_fmt=jpeg",
    ),
]


@pytest.mark.parametrize("same", SAME_IMAGES)
def test_an_image_is_one_whatever_serves_it(same: tuple[str, ...]) -> None:
    assert len({media.image_name(url) for url in same}) == 1


def test_other_images_are_others() -> None:
    urls = ["/a.jpg", "/b.jpg", "/a.png", "/i?id=1", "/i?id=2", "//a.example.com/a.jpg", "//b.example.com/a.jpg"]
    assert len({media.image_name(url) for url in urls}) == len(urls)


IMAGES = [
    ('<img src="/blank.gif" data-src="/a.jpg">', ["/a.jpg"]),
    ('<img src="/loading.gif" srcset="/a.jpg 1x, /a@2x.jpg 2x">', ["/a.jpg"]),
    ('<img src="https://webquoteklinepic.eastmoney.com/GetPic.aspx?nid=106.NIO&imageType=k&token=28">', []),
    ('<img src="https://stat.example.com/p.gif" width="1" height="1">', []),
    ('<img src="data:image/gif;base64,R0lGODlhAQABAAAAACH5BAEKAAEALAAAAAABAAEAAAICTAEAOw==">', []),
    (f'<img src="data:image/png;base64,{"QUJD" * 40}">', ["data:sha256:"]),
    ('<div class="ad-slot"><img src="/ad.jpg"></div><a class="share" href="#"><img src="/wx.png"></a>', []),
    ("<noscript><img src='/a.jpg'></noscript><img data-original='/a.jpg' src='data:,'>", ["/a.jpg"]),
]


@pytest.mark.parametrize(("markup", "names"), IMAGES)
def test_which_images_are_the_articles(markup: str, names: list[str]) -> None:
    pieces = (*BODY[:1], raw(f"<p>{markup}</p>"), *BODY[1:])
    found = read(TEMPLATES["portal"](replace(ARTICLES["flash"], pieces=pieces), Draw())).images
    assert [name[:12] for name in found] == names if names == ["data:sha256:"] else found == names


LINKS = [
    ('<a href="https://example.org/x?id=1&utm_source=wx&spm=a1.b2#top">甲</a>', ["example.org/x?id=1"], []),
    ('<a href="http://example.org/x;jsessionid=9F?PHPSESSID=1">甲</a>', ["example.org/x"], []),
    ('<a href="javascript:void(0)">甲</a><a href="#n">乙</a><a href="mailto:a@example.org">丙</a>', [], []),
    ('<a class="keytip" href="http://quote.eastmoney.com/unify/r/1.600160">澜川</a>', [], []),
    ('<a href="/d/a.PDF?token=3">甲</a><a href="/get?f=1" download>乙</a>', [], ["/d/a.PDF", "/get?f=1"]),
    ('<a href="/down.jsp?name=a.docx">甲</a>', [], ["/down.jsp?name=a.docx"]),
    ('<a href="https://example.org/empty"></a>', [], []),
]


@pytest.mark.parametrize(("markup", "links", "attachments"), LINKS)
def test_where_an_article_leads(markup: str, links: list[str], attachments: list[str]) -> None:
    pieces = (*BODY[:1], raw(f"<p>据介绍，{markup}等已经公布。</p>"), *BODY[1:])
    fields = read(TEMPLATES["portal"](replace(ARTICLES["flash"], pieces=pieces), Draw()))
    assert (fields.links, fields.attachments) == (links, attachments)


def test_a_content_endpoint_gives_the_article_and_little_else() -> None:
    body = (
        '<p style="display:none">隐</p><p>正文一，<span class="keytip">澜川</span>涨2.1%。</p><!-- x --><div class="ad-1">买车</div>'
        '<p><img src="http://img1.example.com/a.jpg?t=1"></p><table><tr><td>甲</td><td>1.5</td></tr></table><p>（文章来源：某报）</p>'
    )
    fields = extract.from_json(json.dumps({"text": body}), "content")
    assert fields.body_text == "正文一，澜川涨2.1%。\n甲 1.5\n（文章来源：某报）"
    assert (fields.images, fields.tables) == (["img.example.com/a.jpg"], [[["甲", "1.5"]]])


def test_selectors_decide_where_the_body_is_and_noise_in_it_is_still_none() -> None:
    body = "".join(piece.html for piece in BODY)
    noise = '<div class="ad-box"><p>买车，优惠999元。</p></div><p>阅读 1234</p><p hidden>隐</p>'
    markup = f'<h1>题</h1><p>别处的话，说得很长很长，比正文还要长，一直说到底，还要说，再说一句。</p><div id="b">{noise}{body}</div>'
    fields = extract.from_page(markup, "share", {"body": "#b"})
    assert fields.body_text == "\n".join(piece.lines[0] for piece in BODY)


def pages(template: str, numbers: range, noise: int = 5) -> list[tuple[Article, str]]:
    """Different articles of one site, each amid its own noise."""
    made = []
    for number in numbers:
        pieces = tuple(
            p(f"第{number}号项目第{n}段：预算{number}.{n}亿元，由市级财政安排。") for n in range(1, 3 + number % 9)
        )
        article = replace(ARTICLES["plain"], title=f"江州第{number}号项目公示", pieces=pieces)
        kinds = [(kind, number) for kind in random.Random(number).sample(list(NOISE), noise)]
        made.append((article, TEMPLATES[template](article, Draw(number, drawn(number, kinds)))))
    return made


@pytest.mark.parametrize("template", TEMPLATES)
def test_a_learned_layout_reads_the_same(template: str) -> None:
    layout = learn.learn([markup for _, markup in pages(template, range(1, 9))], "share")
    assert (layout is None) == (template in ("soup", "modern", "bare", "thepaper")), (
        "no element there has a name that lasts"
    )
    for article, markup in pages(template, range(20, 26)):
        assert not expected(article, read(markup, layout))
        assert read(markup, layout).body_text == read(markup).body_text
    for article in ARTICLES.values():
        assert not expected(article, read(TEMPLATES[template](article, Draw(5)), layout))
    for other, page in TEMPLATES.items():  # the site's next template
        assert not expected(ARTICLES["long"], read(page(ARTICLES["long"], Draw(5)), layout)), other


STRANGE = '<div class="zz-{n} xq">{body}<div class="xk">江州号外 每晚八点，不见不散，等你来。</div></div>'


def strange(number: int, paragraphs: int, hidden_gain: str = "") -> str:
    body = "".join(f"<p>第{number}号项目第{n}段：预算{number}.{n}亿元。</p>" for n in range(paragraphs))
    lure = "<div class='yy'><p>编辑部的话：我们每天为您挑选好稿，感谢您的阅读与支持，也请推荐给亲友，谢谢。</p></div>"
    return f"<body><h1>江州第{number}号项目</h1><div class='wrap'>{STRANGE.format(n=number, body=body)}{hidden_gain}</div>{lure}</body>"


def test_learning_finds_what_one_page_cannot_tell() -> None:
    layout = learn.learn([strange(n, 4 + n % 5) for n in range(1, 8)], "post")
    assert layout == Layout("div.xq", ("div.xk = 江州号外 每晚八点，不见不散，等你来。",))
    assert read(strange(30, 1), layout).body_text == "第30号项目第0段：预算30.0亿元。"
    changed = strange(31, 3).replace("每晚八点", "每晚九点")
    assert "每晚九点" in (read(changed, layout).body_text or ""), "other words in that place are not the template's"
    twice = strange(32, 3) + strange(33, 3)
    assert read(twice, layout) == read(twice), "not there exactly once: as if nothing was learned"


def test_nothing_is_learned_from_too_little() -> None:
    assert learn.learn([strange(1, 5)] * 5, "post") is None
    assert learn.learn([strange(1, 5), strange(2, 5)], "post") is None
    assert learn.learn(["", "{}", "<html></html>", "<p>短</p>"], "post") is None


# One page of a plain site; what is put in its places is what each case is about.
LINES = ["江州市11月22日公布，三季度用电量38.5亿千瓦时。", "其中工业用电占62.1%，同比增长4.2%。", "专家认为，四季度用电仍将平稳增长，供应有保障。"]  # fmt: skip
PARAGRAPHS = [f"<p>{line}</p>" for line in LINES]
STATED = '<script type="application/ld+json">{"headline":"江州公布用电量","datePublished":"2024-11-22T09:30:00+08:00"}</script>'


def plain(
    body: str = "".join(PARAGRAPHS), head: str = "", title: str = "<h1>江州公布用电量</h1>", after: str = "",
    info: str = "<div>2024-11-22 09:30 来源：江州日报</div>",
) -> str:  # fmt: skip
    menu, foot = (
        '<div class="nav"><a href="/">首页</a></div>',
        "<div>人 民 之 声 网 版 权 所 有 ，未 经 书 面 授 权 禁 止 使 用</div>",
    )
    return (
        f"<html><head><title>江州公布用电量_江州网</title>{head}</head><body>{menu}"
        f'{title}{info}<div class="x">{body}</div>{after}{foot}</body></html>'
    )


TITLES = [
    ("<h1>江州公布用电量</h1>", "江州公布用电量"), ("<h1>江州公布前三季度用电量</h1>", "江州公布前三季度用电量"),
    ("<h1>江州公布用电量（更新）</h1>", "江州公布用电量（更新）"), ("<div>江州公布三季度的用电量</div>", "江州公布三季度的用电量"),
    ("", "江州公布用电量"),
]  # fmt: skip


@pytest.mark.parametrize(("heading", "title"), TITLES)
def test_the_title_is_the_one_that_readers_see(heading: str, title: str) -> None:
    assert read(plain(title=heading, head=STATED)).title == title
    stale = read(plain(title=heading, head=STATED.replace("用电量", "用电的数量")))
    assert stale.title == title or not heading


TIMES = [
    ("2024-11-22 09:30", "2024-11-22T09:30:00+08:00"), ("2024年11月22日", "2024-11-22T09:30:00+08:00"),
    ("2024-11-22 10:45", "2024-11-22 10:45"), ("2024-11-25", "2024-11-25"), ("3小时前", "2024-11-22T09:30:00+08:00"),
]  # fmt: skip


@pytest.mark.parametrize(("shown", "read_as"), TIMES)
def test_of_two_times_the_more_precise_or_the_visible_one_counts(shown: str, read_as: str) -> None:
    assert read(plain(info=f"<div>{shown} 来源：江州日报</div>", head=STATED)).published_at == read_as
    clock = '<div class="y">2026-11-25 10:00</div>'
    assert read(plain(info=f"<div>{shown}</div>", head=STATED, after=clock)).published_at == read_as
    lead = "<div>会议将于2024年12月5日在江州举行，会期三天</div>"
    assert read(plain(info=f"{lead}<div>{shown}</div>", head=STATED)).published_at == read_as
    day = '<meta name="publishdate" content="2024-11-22">'
    assert read(plain(head=day)).published_at == "2024-11-22 09:30"


KEPT = [
    ("<h3>评论</h3>", 1), ("<p>100人参与</p>", 1), ("<p>100人参与</p>", 2), ("<h3>行情</h3>", 1),
    ('<h2 class="sc-f98b1ad2-0">山里的灯</h2>', 1), ('<div data-component="subheadline-block"><h2 class="sc-1ad2-0">山里的灯</h2></div>', 2),
    ('<p><a href="/doc/2024.html">《江州市供用电管理办法》全文</a></p>', 3),
]  # fmt: skip
NOT_KEPT = [
    ("<p>100人参与</p>", 3), ('<p class="read">100人参与</p>', 1), ("<p>广告</p>", 1), ('<p><a href="/">江州新闻网首页入口</a></p>', 3),
    ('<div class="market"><h3>行情</h3><table><tr><td>江汽</td><td>5</td></tr><tr><td>江银</td><td>6</td></tr></table></div>', 3),
    ('<p><a href="/a.html">江州地铁三号线开始试运行</a></p><p><a href="/b.html">冬季护肤的十个误区要知道</a></p>', 3),
    ('<p><a href="http://www.example.com/a/1.html">http://www.example.com/a/1.html</a></p>', 3),
]  # fmt: skip


@pytest.mark.parametrize(
    ("extra", "at", "stays"), [*((*case, True) for case in KEPT), *((*case, False) for case in NOT_KEPT)]
)
def test_a_line_is_judged_by_what_stands_around_it(extra: str, at: int, stays: bool) -> None:
    words = [line for piece in re.split(r"<[^>]+>", extra) if (line := piece.strip())] if stays else []
    body = "".join([*PARAGRAPHS[:at], extra, *PARAGRAPHS[at:]])
    assert (read(plain(body)).body_text or "").split("\n") == [*LINES[:at], *words, *LINES[at:]]


FURNITURE = [
    "", '<div class="share">分享让更多人看到</div>', '<div class="y">小字号</div>',
    '<div class="comment-list"><h3>网友评论</h3><p>我在江州住了三十年，这条新闻说的事情我都知道，希望早日落实，也希望大家一起努力，把家乡建设好。</p></div>',
    '<div class="footer"><p>江州网由江州日报社主办，未经授权不得转载，违者必究。</p></div>',
]  # fmt: skip


@pytest.mark.parametrize("after", FURNITURE)
@pytest.mark.parametrize("heading", ["<h1>江州公布用电量</h1>", "<div>江州公布用电量</div>"])
def test_an_emptied_page_has_no_body(heading: str, after: str) -> None:
    assert "body" not in read(plain("", title=heading, after=after)).places
    assert "body" not in read(plain("", after=after), Layout("div.x", ())).places


def test_an_emptied_box_of_a_learned_layout_is_no_reason_to_read_another() -> None:
    lure = f'<div class="y">{"".join(PARAGRAPHS)}</div>'
    assert "body" not in read(plain("", after=lure), Layout("div.x", ())).places


WRAPPED = [
    ("预\n\t算3.5亿元，\r\n\u3000本文已\n更新。", "预算3.5亿元， 本文已更新。"), ("预 算，\n\u3000\u3000执 行。", "预 算， 执 行。"),
    ("the\nbudget of 预\n算 is\n3.5亿。", "the budget of 预算 is 3.5亿。"), ("한글\n띄어쓰기입니다。", "한글 띄어쓰기입니다。"),
]  # fmt: skip


@pytest.mark.parametrize(("source", "shown"), WRAPPED)
def test_a_line_break_between_wide_characters_is_nothing(source: str, shown: str) -> None:
    assert read(plain(f"<p>{source}</p>{PARAGRAPHS[0]}")).body_text == f"{shown}\n{LINES[0]}"
    assert (extract.from_json(json.dumps({"text": f"<p>{source}</p>"}), "content").body_text) == shown


def test_cells_stay_apart_and_hold_whatever_their_source_wraps_them_in() -> None:
    for cell in ("<td>{}</td>", "<td>\n{}\n</td>\n", '<td><div style="a">\n{}</div></td>', "<td><p>{}</p></td>"):
        rows = "".join(f"<tr>{cell.format(a)}{cell.format(b)}</tr>" for a, b in (("预\n算", "甲"), ("决算", "乙")))
        fields = read(plain(f"{''.join(PARAGRAPHS)}<table>{rows}</table>"))
        assert fields.tables == [[["预算", "甲"], ["决算", "乙"]]]
        assert (fields.body_text or "").endswith("预算 甲\n决算 乙")


def test_relative_and_whole_addresses_are_one() -> None:
    body = (
        "".join(PARAGRAPHS)
        + '<p>见<a href="{0}b/c.html">报告</a>，<a href="{0}d/e.pdf;jsessionid=AB12?v=1">附件</a><img src="{0}i/a.jpg"></p>'
    )
    for base, head in (("../", ""), ("/", ""), ("https://www.example.com/", ""), ("", '<base href="/">')):
        fields = extract.from_page(
            plain(body.format(base), head=head), "share", {}, None, "http://www.example.com/n/1.html"
        )
        assert (fields.images, fields.links) == (["www.example.com/i/a.jpg"], ["www.example.com/b/c.html"])
        assert fields.attachments == ["www.example.com/d/e.pdf?v=1"]


BEHIND = [
    '<p class="adv"><a href="/x">【推广】买车</a></p>',
    '<div class="related-news"><p>相关阅读：</p><a href="/x">江州地铁</a></div>',
]


@pytest.mark.parametrize("box", BEHIND)
def test_an_image_at_the_bodys_end_stays_whatever_box_stands_beside_it(box: str) -> None:
    image = '<p><img src="/a.jpg"></p>'
    for end in (image, image + box, box + image):
        assert read(plain("".join(PARAGRAPHS) + end)).images == ["/a.jpg"]


def test_paragraphs_that_count_themselves_are_one_body() -> None:
    paragraphs = [f'<div data-testid="paragraph-{n}" class="p">{line}</div>' for n, line in enumerate(LINES)]
    assert (read(plain("".join(paragraphs[:2]))).body_text or "").split("\n") == LINES[:2]


@pytest.mark.parametrize("count", [1, 3])
def test_a_short_article_keeps_its_own_box(count: int) -> None:
    column = "".join(
        f"<li>08:{n:02}<p>江州公布第{n}号消息，市场人士表示影响有限，后续仍需观察。</p></li>" for n in range(9)
    )
    markup = f"""<div id="article_content"><div class="left"><div id="artibody">{"".join(PARAGRAPHS[:count])}</div></div>
    <div class="right"><h2>7X24小时</h2><ul>{column}</ul></div></div>"""
    assert (read(plain("", after=markup)).body_text or "").split("\n") == LINES[:count]


@pytest.mark.parametrize("notice", ["该文章已被删除", "This article has been removed", "抱歉，您访问的内容不存在"])
def test_a_body_that_says_it_is_gone_is_none(notice: str) -> None:
    column = f'<div class="y"><p>{LINES[0]}</p></div>' * 5
    assert "body" not in read(plain(f"<p>{notice}</p>", after=column), Layout("div.x", ())).places
    assert "body" in read(plain(f"<p>{notice}，记者为此采访了平台负责人。</p>{PARAGRAPHS[0]}")).places


HEADED = [
    ("江州市统计局", '<div align=center><font size=4 color=red><strong>江州公布前三季度用电量</strong></font></div>'),
    ("江州市统计局-江州公布前三季度用电量", "<h3>江州公布前三季度用电量</h3>"),
    ("江州网_江州公布前三季度用电量", '<div class="n">江州公布前三季度用电量</div>'),
]  # fmt: skip


@pytest.mark.parametrize(("title", "heading"), HEADED)
def test_a_title_that_is_the_sites_first_of_all_is_not_the_articles(title: str, heading: str) -> None:
    bar = '<div>2026年7月6日 星期五 | <a href="/">首 页</a> | <a href="/z">统计数据</a></div>'
    page = plain(title=bar + heading, info="<div>[ 来源：江州日报 更新时间：2024-11-22 ]</div>")
    fields = read(page.replace("江州公布用电量_江州网", title))
    assert (fields.title, fields.published_at, fields.modified_at) == ("江州公布前三季度用电量", None, "2024-11-22")


def test_paragraphs_in_boxes_of_one_make_are_one_body() -> None:
    box = '<div data-component="text-block"><div class="sc-9a00e533-0">{}</div></div>'
    blocks = [box.format(line) for line in LINES]
    figure = '<figure><img src="/a.jpg"></figure>'
    for n in (1, 2, 3):
        for extra, word in (("", []), (box.format("（本文已更新）"), ["（本文已更新）"])):
            markup = f"<article>{''.join(blocks[:n])}{extra}{figure}</article>"
            fields = read(plain("", after=markup))
            assert (fields.body_text or "").split("\n") == [*LINES[:n], *word]
            assert fields.images == ["/a.jpg"]


NAMES = [
    ("outlet", "文章来源：江州日报", "江州日报"), ("outlet", "来源: 江州日报", "江州日报"), ("outlet", "Source: The Post", "The Post"),
    ("outlet", "来源江州", "来源江州"), ("author", "作者：Ana Gómez", "Ana Gómez"), ("author", "by 许文", "许文"),
    ("author", "文/李明", "李明"), ("author", "文翔", "文翔"), ("author", "By Jane Doe", "Jane Doe"), ("author", "Byron Katie", "Byron Katie"),
]  # fmt: skip


@pytest.mark.parametrize(("name", "written", "kept"), NAMES)
def test_a_label_is_no_part_of_a_name(name: str, written: str, kept: str) -> None:
    fields, _ = normalize.normalize(Fields(places={name: "share"}, **{name: written}), SHANGHAI)
    assert getattr(fields, name) == kept


def test_neighbouring_names_do_not_run_together() -> None:
    info = '<div class="author"><span>李明</span><span>江州日报</span></div><div>2024-11-22 09:30</div>'
    assert read(plain(info=info)).author == "李明"
    assert read(plain(info="<div>2024-11-22 09:30 作者：Ana Go\u0301mez</div>")).author == "Ana Gómez"


def test_learning_takes_no_words_away() -> None:
    """The other pages' box is not where all of a page's words stand."""
    made = [strange(n, 4 + n % 5) for n in range(1, 8)]
    aside = "<p>第9号项目的补充说明，由市级财政另行安排，共计0.7亿元，分三年实施，并向社会公布。</p>" * 3
    odd = (
        strange(9, 2)
        .replace('<div class="xk">', f'</div><div class="yk">{aside}')
        .replace("</div></div>", "</div></div>", 1)
    )
    layout = learn.learn([*made, odd], "post")
    assert "另行安排" in (read(odd, layout).body_text or "") or "另行安排" not in (read(odd).body_text or "")


HOSTILE = {
    "nested": "<div>" * 200_000 + "江州市公布用电量，同比增长4.2%。",
    "nested and named": '<div class="share ad-box comment">' * 100_000 + "江州市公布用电量，同比增长4.2%。" * 9,
    "nested tables": "<table><tr><td>" * 60_000 + "江州市公布用电量，同比增长4.2%。",
    "unclosed": "<p>江州市公布用电量，同比增长4.2%。" * 40_000,
    "unclosed spans": '<span class="read">阅' * 60_000,
    "attributes": "<div " + " ".join(f'a{n}="{n}"' for n in range(20_000)) + ">江州市公布用电量，同比增长4.2%。</div>",
    "long class": f'<div class="{"ad-" * 100_000}">江州市公布用电量，同比增长4.2%。</div>',
    "long text": "<p>" + "江" * 400_000 + "</p>",
    "digits": "<p>" + "1" * 300_000 + "</p>",
    "dates": "<div>" + "2024-11-2 " * 30_000 + "</div>",
    "brackets": "<div>" + "（" * 200_000 + "</div>",
    "many headings": "<div>广告<h3>相关阅读</h3>" * 30_000,
    "headings": "<h1>题" * 40_000,
    "headings in boxes": '<div class="comment"><h1>题</h1></div>' * 20_000,
    "images between counters": "<p>江州市公布用电量，同比增长4.2%。</p>"
    + ("<p>100人参与</p>" + "<img src=/a.jpg>" * 20) * 500,
    "boxes of one make": '<div a="b"><p>江州市公布用电量，同比增长4.2%。</p></div>' * 5000,
    "line breaks": "<p>" + "江 \n" * 80_000 + "</p>",
    "links": '<a href="/x">相关阅读：</a>' * 40_000,
    "articles": "<article class=comment><p>江州市公布用电量，同比增长。" * 40_000,
    "style": f'<p style="{"display :" * 40_000}">江州市公布用电量，同比增长。</p>',
    "short lines": "<br>阅读 1 2 3 来源：" * 40_000,
}


@pytest.mark.parametrize("kind", HOSTILE)
def test_hostile_pages_end(kind: str) -> None:
    with contextlib.suppress(extract.ExtractionError):  # what no parser should be given
        read(HOSTILE[kind])


def test_an_outlets_name_written_twice_is_one() -> None:
    for name in ("每日经济新闻", "每日经济新闻新闻", "每日经济新闻每日经济新闻"):
        kept, _ = normalize.normalize(Fields(outlet=name, places={"outlet": "post"}), SHANGHAI)
        assert kept.outlet == "每日经济新闻"


def behind(heading: str, within: str = "", after: str = "") -> str:
    """A page with a byline under its heading, something more in its body's box, and something behind it."""
    body = "".join(piece.html for piece in BODY[:2])
    return (
        f"<html><head><title>江州公布用电量</title></head><body><div class=a><h1>江州公布用电量</h1>{heading}"
        f"<div class=x>{body}{within}</div>{after}</div></body></html>"
    )


WORDS = "\n".join(piece.lines[0] for piece in BODY[:2])


@pytest.mark.parametrize("when", ["3分钟前", "刚刚", "11-20", "昨天 08:12", "2小时前", "2024-11-20 09:00"])
@pytest.mark.parametrize("dot", ["", "<i>·</i>"])
def test_a_name_beside_a_moment_under_the_heading_is_no_body(when: str, dot: str) -> None:
    line = f'<div class="k"><a class="item-a">程远</a><span class="when">{dot}{when}</span></div>'
    for markup in (behind(line), behind(line).replace("<div class=x>", "")):
        assert read(markup).body_text == WORDS
    learned = Layout("div.a", ("span.when = ·#", "span.when = #"))
    assert read(behind(line), learned).body_text == WORDS


def test_a_learned_part_may_count_higher() -> None:
    tools = '<div class="t"><b>鼓掌</b><b>{}</b></div>'
    for number in ("9", "1234"):
        assert read(behind("", tools.format(number)), Layout("div.x", ("div.t = 鼓掌##",))).body_text == WORDS


COUNTERS = (
    '<p class="n"><a href="javascript:void(0)">分享让更多人看到</a> <span>1234</span></p>', "<div>已有 120 人点赞</div>",
    "<div>1234人已读</div>", "<p>本文阅读量：1234　评论（0）</p>", "<p>在线时间 1234 小时</p>", "<p>(120 KB, 下载次数: 10)</p>",
    "<div>(责编：)</div>", "<div>【责任编辑:】</div>", "<div>【责任编辑:沈冰洁】</div>", "<p>最后更新：2024-11-20 10:00</p>",
    '<figure data-role="richLink"><aside><a href="/x/1"><span>Read more</span> <h3>Storm warnings</h3></a></aside></figure>',
    "<div>本新闻共被浏览 12 次</div>", '<div class="article-operate">+1 43 好文章，需要你的鼓励</div>', "<p>未经正式授权严禁转载本文，侵权必究。</p>",
    '<div class="stock-card"><a href="/q/1"><b>江州电气</b><i>251.96</i><i>+2.40%</i></a></div>', "<p>“特别声明：以上内容由用户上传，本站仅提供存储。</p>",
    '<div data-component="links-block"><ul><li><a href="/1">Floods hit Wales</a></li></ul></div>',
    '<div class="x-also-read"><h3>Also read</h3><li><a href="/1">Oil steadies</a></li></div>',
    '<figure><div><a href="/1">Floods hit Wales</a><span>Read more</span></div></figure>',
)  # fmt: skip


@pytest.mark.parametrize("line", COUNTERS)
def test_a_counter_or_credit_in_the_box_is_no_body(line: str) -> None:
    assert read(behind("<div>2024-11-20 09:00</div>", line)).body_text == WORDS


def test_a_file_is_read_without_its_counter_and_its_icon() -> None:
    icon = '<img src="static/image/filetype/pdf.gif">'
    line = f'<p>{icon}<a href="/a.pdf">办法（试行）.pdf</a> <em>(120 KB, 下载次数: {{}})</em>（2024年修订）</p>'
    once, again = (read(behind("", line.format(number))) for number in (10, 11))
    assert once.body_text == again.body_text == f"{WORDS}\n办法（试行）.pdf （2024年修订）"
    assert (once.images, once.attachments) == ([], ["/a.pdf"])


@pytest.mark.parametrize(
    "after",
    [
        '<div class="fj"><b>附件：</b><a href="/a.docx">1.办法</a> <a href="/b.pdf">2.说明</a></div>',
        '<div>责任编辑：李明</div><div>附件下载：</div><div>·<a href="/a.docx">办法</a></div><div>·<a href="/b.pdf">说明</a></div>',
        '<ul><li><a href="/a.docx">办法</a></li><li><a href="/b.pdf">说明</a></li></ul>',
    ],
)
def test_files_behind_the_body_are_its_attachments(after: str) -> None:
    fields = read(behind("<div>2024-11-20 09:00</div>", after=after))
    assert (fields.attachments, fields.body_text) == (["/a.docx", "/b.pdf"], WORDS)


def test_what_a_footer_says_is_no_byline() -> None:
    for line in ("Powered by Discuz! X3.4", "Hosted by Acme Ltd", "GMT+8, 2024-11-20 15:22", "Designed by Jane Doe"):
        fields = read(behind("", after=f"<div>{line}</div>"))
        assert (fields.author, fields.published_at, fields.body_text) == (None, None, WORDS), line
    fields = read(behind("<div>November 20, 2024 9:05 PM by Jane Doe</div>"))
    assert (fields.author, fields.published_at) == ("Jane Doe", "2024-11-20 21:05")


def test_editors_and_updates_are_read_from_within_the_box() -> None:
    assert read(behind("", "<div>【责任编辑:沈冰洁】</div>")).author == "沈冰洁"
    fields = read(behind("<div>2024-11-20 09:00</div>", "<p>最后更新：2024-11-20 10:00</p>"))
    assert (fields.published_at, fields.modified_at) == ("2024-11-20 09:00", "2024-11-20 10:00")


@pytest.mark.parametrize("name", ["file", "zoomfile", "data-file", "original", "lazyload", "data-lazyload"])
def test_a_lazy_image_is_what_it_will_show(name: str) -> None:
    line = f'<p><img src="/common/x.gif" {name}="https://img.example.com/a.jpg"></p><p>（完）</p>'
    assert read(behind("", line)).images == ["img.example.com/a.jpg"]


def test_a_part_of_a_links_words_is_not_learned() -> None:
    page = """<html><body><h1>第{n}号项目公示</h1><div class="text"><p>江州市公布第{n}号项目，预算{n}3.5亿元。</p>
    <p>据<a href="/d"><b class="who">江州电气</b>第{n}号公告</a>，资金由市级财政安排，逾期不候。</p></div></body></html>"""
    layout = learn.learn([page.format(n=n) for n in range(10, 16)], "share")
    assert layout is not None and not layout.apart


def test_who_wrote_it_is_no_part_of_a_template() -> None:
    page = """<html><body><h1>第{n}号项目公示</h1><div class="text"><div class="from">来源：江州日报</div>
    <p>江州市公布第{n}号项目，预算{n}3.5亿元。</p><p>资金由市级财政安排，第{n}季度前完成，逾期不候。</p>
    <div class="edit cf">(责编：周红、罗永)</div></div></body></html>"""
    pages = [page.format(n=n) for n in range(10, 16)]
    layout = learn.learn(pages, "share")
    assert layout is not None and not layout.apart
    for markup in pages:
        plain, learned = read(markup), read(markup, layout)
        assert learned == plain
        assert (learned.outlet, learned.author) == ("江州日报", "周红、罗永")
