# ruff: noqa: E501 (lines as sites and newsrooms write them)
"""What changes on a page while its article does not: each kind of noise is one function.

A kind works on the page before it is filled in (`page`), on its markup (`markup`), on an endpoint's JSON (`data`) or
on the whole answer (`answer`). `ways`: where it can occur, in a page's HTML or in an endpoint's JSON.
"""

import html
import random
import re
import unicodedata
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from tests.gauntlet.page import Page

BOTH, HTML, JSON = frozenset({"html", "json"}), frozenset({"html"}), frozenset({"json"})


@dataclass(frozen=True)
class Noise:
    """One kind. `selectors`: whether it can be where selectors are; a fault's answer is no article at all."""

    name: str
    stage: str
    ways: frozenset[str]
    apply: Callable[..., Any]
    selectors: bool = True

    @property
    def fault(self) -> bool:
        return self.stage == "fault"


KINDS: dict[str, Noise] = {}


def noise(name: str, stage: str = "page", ways: frozenset[str] = HTML, selectors: bool = True) -> Callable[..., Any]:
    """Register a kind."""

    def register(apply: Callable[..., Any]) -> Callable[..., Any]:
        assert name not in KINDS, name
        KINDS[name] = Noise(name, stage, ways, apply, selectors)
        return apply

    return register


Random = random.Random
_GOODS = "无糖酸奶限时特惠|XX新能源汽车 试驾有礼|江州银行大额存单 3.15%起|英语一对一 首课免费|老酒收藏 价高者得|本地装修 8.8折".split(
    "|"
)
_HOT = (
    "全市中小学放假安排公布|江州大桥明起限行|一男子拾金不昧获表彰|猪肉价格回落|养老金又有新消息|专家：今冬流感高发|"
    "油价今晚下调0.17元|河西新区再添一所小学|机场快线票价听证|消防提醒：电动车别进楼|十大名菜评选|夜游江州攻略"
).split("|")


def _place(rng: Random, page: Page) -> int:
    """A gap in the body, among the first few blocks."""
    return rng.randrange(0, 3)


def _some(rng: Random, words: list[str], few: int = 3, many: int = 6) -> list[str]:
    return rng.sample(words, rng.randint(few, many))


def _list(rng: Random, words: list[str]) -> str:
    return "".join(f'<li><a href="/n/{rng.randrange(10**6)}.html">{word}</a></li>' for word in words)


# Advertisements


@noise("ad in the text: ins and script", ways=BOTH)
def _ins(rng: Random, page: Page) -> None:
    page.gap(
        _place(rng, page),
        f'<ins class="adsbygoogle" style="display:block" data-ad-client="ca-pub-{rng.randrange(10**9)}" '
        f'data-ad-slot="{rng.randrange(10**6)}"></ins><script>(adsbygoogle = window.adsbygoogle || []).push({{}});</script>',
    )


@noise("ad in the text: box of words", ways=BOTH)
def _ad_words(rng: Random, page: Page) -> None:
    goods = rng.choice(_GOODS)
    page.gap(
        _place(rng, page),
        f'<div class="ad-box ad_{rng.randrange(99)}"><span class="ad-label">广告</span>'
        f'<a href="http://ad.example/c?id={rng.randrange(10**6)}" rel="nofollow sponsored">{goods}</a></div>',
    )


@noise("ad in the text: paragraph of class adv", ways=BOTH)
def _ad_paragraph(rng: Random, page: Page) -> None:
    page.gap(
        _place(rng, page),
        f'<p class="adv"><a href="http://ad.example/{rng.randrange(999)}">【推广】{rng.choice(_GOODS)}</a></p>',
    )


@noise("ad in the text: image in a link", ways=BOTH)
def _ad_image(rng: Random, page: Page) -> None:
    page.gap(
        _place(rng, page),
        f'<div class="advert"><a href="http://ad.example/c/{rng.randrange(999)}" target="_blank">'
        f'<img src="http://ad.example/banner/{rng.randrange(10**6)}.gif" width="640" height="90" alt="广告"></a></div>',
    )


@noise("ad in the text: iframe", ways=BOTH)
def _ad_frame(rng: Random, page: Page) -> None:
    page.gap(
        _place(rng, page),
        f'<iframe src="https://pos.example/s?hei=90&amp;di={rng.randrange(10**7)}" width="640" height="90"></iframe>',
    )


@noise("ad beside the text")
def _ad_side(rng: Random, page: Page) -> None:
    page.put(
        "side",
        f'<div class="sidebar-ad"><a href="http://ad.example/{rng.randrange(999)}"><img src="http://ad.example/s/{rng.randrange(999)}.jpg"></a><p>{rng.choice(_GOODS)}</p></div>',
    )


@noise("ad under the text: native feed")
def _ad_feed(rng: Random, page: Page) -> None:
    items = "".join(
        f'<div class="feed-item"><h4>{goods}，点击了解更多优惠信息</h4><span>广告</span></div>'
        for goods in _some(rng, _GOODS, 2, 4)
    )
    page.put("after", f'<div class="ad-feed" id="taboola-below-article">{items}</div>')


@noise("ad over the page: banner")
def _ad_banner(rng: Random, page: Page) -> None:
    page.put(
        "top",
        f'<div class="top-banner" id="ad_{rng.randrange(99)}"><a href="http://ad.example/">{rng.choice(_GOODS)}</a></div>',
    )


# Times and counters


@noise("clock in the header")
def _clock(rng: Random, page: Page) -> None:
    page.put(
        "top",
        f'<span class="today">今天是2024年{rng.randint(11, 12)}月{rng.randint(1, 28)}日 星期{rng.choice("一二三四五六日")} {rng.randint(0, 23):02}:{rng.randint(0, 59):02}:{rng.randint(0, 59):02}</span>',
    )


@noise("relative time beside the date")
def _ago(rng: Random, page: Page) -> None:
    page.put(
        "info",
        f'<span class="ago">{rng.choice([f"{rng.randint(1, 59)}分钟前", f"{rng.randint(1, 23)}小时前", "刚刚", "昨天", f"{rng.randint(2, 6)}天前"])}</span>',
    )


@noise("counter: 阅读 beside the date")
def _reads(rng: Random, page: Page) -> None:
    page.put("info", f'<span class="read">阅读 {rng.randint(1, 99999)}</span>')


@noise("counter: 次浏览 beside the date")
def _views(rng: Random, page: Page) -> None:
    page.put("info", f"<span>{rng.randint(1, 99999):,}次浏览</span>")


@noise("counter: bare words beside the date")
def _clicks(rng: Random, page: Page) -> None:
    page.put("info", f"　{rng.choice(['点击数', '浏览次数', '点击量', '阅读次数'])}：{rng.randint(1, 9999)}")


@noise("counter: comments beside the date")
def _comments_count(rng: Random, page: Page) -> None:
    page.put(
        "info",
        rng.choice(
            [
                f'<a href="#comment">评论({rng.randint(0, 999)})</a>',
                f'<a href="#comment"><span>{rng.randint(0, 999)}</span>条评论</a>',
                f"<em>{rng.randint(2, 99)}人参与</em>",
            ]
        ),
    )


@noise("counter: 阅读 and 点赞 at the body's end")
def _likes(rng: Random, page: Page) -> None:
    page.put(
        "tail",
        f'<div class="read-like"><span>阅读 {rng.choice([str(rng.randint(1, 9999)), f"{rng.randint(1, 9)}.{rng.randint(0, 9)}万", "10万+"])}</span> <span>点赞 {rng.randint(0, 999)}</span> <span>在看 {rng.randint(0, 99)}</span></div>',
    )


@noise("counter: paragraph at the body's end", ways=BOTH)
def _reads_paragraph(rng: Random, page: Page) -> None:
    page.put("tail", f"<p>{rng.choice(['阅读量', '浏览量', '阅读', '浏览次数'])}：{rng.randint(1, 99999)}</p>")


@noise("counter: shares under the text")
def _shares(rng: Random, page: Page) -> None:
    page.put(
        "after",
        f'<div class="share-bar"><span>分享到</span><a href="#">微博 {rng.randint(0, 999)}</a><a href="#">微信</a><span class="cnt">转发 {rng.randint(0, 99)}</span><span>收藏 {rng.randint(0, 99)}</span></div>',
    )


# Lists and widgets


@noise("hot list beside the text")
def _hot(rng: Random, page: Page) -> None:
    page.put("side", f'<div class="hot"><h3>24小时热文</h3><ol>{_list(rng, _some(rng, _HOT))}</ol></div>')


@noise("recommended under the text")
def _recommended(rng: Random, page: Page) -> None:
    items = "".join(
        f'<div class="rec-item"><a href="/r/{rng.randrange(999)}"><h4>{word}</h4></a><p>{word}，记者从有关部门了解到，相关工作正在推进当中，具体情况以官方发布为准。</p></div>'
        for word in _some(rng, _HOT)
    )
    page.put("after", f'<div class="recommend"><h3>为你推荐</h3>{items}</div>')


@noise("related list at the body's end", ways=BOTH)
def _related(rng: Random, page: Page) -> None:
    page.put("tail", f'<div class="related-news"><p>相关阅读：</p><ul>{_list(rng, _some(rng, _HOT, 2, 4))}</ul></div>')


@noise("related link between paragraphs", ways=BOTH)
def _related_inline(rng: Random, page: Page) -> None:
    page.gap(
        _place(rng, page),
        f'<div class="inline-related"><span>推荐阅读</span> <a href="/n/{rng.randrange(9999)}.html">{rng.choice(_HOT)}</a></div>',
    )


@noise("stock widget between paragraphs", ways=BOTH)
def _stocks(rng: Random, page: Page) -> None:
    page.gap(
        _place(rng, page),
        f'<div class="stock-widget quote" data-code="sh000001"><a href="http://quote.example/sh000001">上证指数</a> <span class="price">{rng.uniform(3000, 3400):.2f}</span> <span class="rate">{rng.uniform(-2, 2):+.2f}%</span></div>',
    )


@noise("stock widget beside the text")
def _stocks_side(rng: Random, page: Page) -> None:
    rows = "".join(
        f"<tr><td>{name}</td><td>{rng.uniform(5, 50):.2f}</td><td>{rng.uniform(-5, 5):+.2f}%</td></tr>"
        for name in ("江汽集团", "江州银行")
    )
    page.put("side", f'<div class="market"><h3>行情</h3><table>{rows}</table></div>')


@noise("live chart image", ways=BOTH)
def _chart(rng: Random, page: Page) -> None:
    page.gap(_place(rng, page), rng.choice([
        f'<p style="text-align:center"><img src="http://webquoteklinepic.eastmoney.com/GetPic.aspx?nid=1.600418&amp;imageType=k&amp;token=28dfeb41d35cc81d84b4664d7c23c49f&amp;rand={rng.random():.6f}" alt="" /></p>',
        f'<p><img src="http://image.sinajs.cn/newchart/min/n/sh600418.gif?{rng.randrange(10**12)}" alt=""></p>',
    ]))  # fmt: skip


@noise("weather in the header")
def _weather(rng: Random, page: Page) -> None:
    page.put(
        "top",
        f'<div class="weather">江州 {rng.choice("晴 多云 小雨 阴".split())} {rng.randint(-3, 8)}℃~{rng.randint(9, 18)}℃ 空气质量 {rng.randint(20, 180)}</div>',
    )


@noise("login state")
def _login_state(rng: Random, page: Page) -> None:
    page.put(
        "top",
        rng.choice(
            [
                '<div class="user"><a href="/login">登录</a> | <a href="/reg">注册</a></div>',
                f'<div class="user">你好，游客{rng.randrange(9999)} <a href="/logout">退出</a></div>',
            ]
        ),
    )


@noise("comment list under the text")
def _comment_list(rng: Random, page: Page) -> None:
    said = "说得好！|期待早日建成|支持|这个数据准不准？|已转发给家里人看，希望后续有进一步的消息公布出来。|沙发".split(
        "|"
    )
    items = "".join(
        f'<li class="comment"><b>网友{rng.randrange(9999)}</b> <span class="time">{rng.randint(1, 59)}分钟前</span><p>{word}</p></li>'
        for word in _some(rng, said, 2, 5)
    )
    page.put("after", f'<div class="comment-list" id="comment"><h3>网友评论</h3><ul>{items}</ul></div>')


@noise("tag cloud")
def _tags(rng: Random, page: Page) -> None:
    page.put(
        "side",
        '<div class="tagcloud">'
        + "".join(
            f'<a href="/t/{w}" style="font-size:{rng.randint(9, 22)}pt">{w}</a> '
            for w in _some(rng, "经济 民生 教育 医疗 交通 旅游 房产 汽车".split())
        )
        + "</div>",
    )


@noise("QR code and app box at the body's end")
def _app(rng: Random, page: Page) -> None:
    page.put(
        "tail",
        f'<div class="app-download"><img src="/qr/{rng.randrange(99)}.png" alt="二维码"><p>{rng.choice(["扫码下载江州新闻客户端", "打开APP，阅读体验更佳", "长按识别二维码关注我们"])}</p></div>',
    )


@noise("copyright year and breadcrumb")
def _year(rng: Random, page: Page) -> None:
    page.year = rng.choice([2024, 2025, 2026])
    page.crumbs = rng.choice(
        [("首页", "新闻", "正文"), ("首页", "江州", "要闻", "正文"), ("江州网", "新闻中心", "本地")]
    )


@noise("back-links under the text")
def _back(rng: Random, page: Page) -> None:
    page.put(
        "after",
        rng.choice(
            [
                '<p><a href="javascript:history.back()">返回上一页</a>｜<a href="/">返回首页</a></p>',
                '<p class="next">上一篇：<a href="/p/1.html">市委召开专题会议</a>　下一篇：<a href="/p/2.html">好人榜发布</a></p>',
            ]
        ),
    )


@noise("session ids in the frame's links")
def _session(rng: Random, page: Page) -> None:
    page.session = (
        f";jsessionid={rng.randrange(16**8):08X}?spm={rng.randrange(999)}.{rng.randrange(999)}&amp;utm_source=home"
    )


@noise("outlet's name doubled")
def _doubled(rng: Random, page: Page) -> None:
    page.outlet = lambda outlet: outlet + ("新闻" if outlet.endswith("新闻") else "")


# What is not seen


@noise("csrf token, nonce and script data")
def _token(rng: Random, page: Page) -> None:
    page.put(
        "head",
        f'<meta name="csrf-token" content="{rng.randrange(16**16):x}"><script nonce="{rng.randrange(16**8):x}">window.__ts={rng.randrange(10**10)};</script>',
    )
    page.put(
        "foot",
        f'<input type="hidden" name="_token" value="{rng.randrange(16**12):x}"><script>var pv = {rng.randrange(9999)}; document.write("浏览 " + pv);</script>',
    )


@noise("script in the text", ways=BOTH)
def _script(rng: Random, page: Page) -> None:
    page.gap(
        _place(rng, page),
        f"<script>document.write('<p>广告 {rng.randrange(999)}</p>'); var t = {rng.randrange(10**9)};</script><style>.a{rng.randrange(99)}{{color:red}}</style>",
    )


@noise("comment marks in the text", ways=BOTH)
def _marks(rng: Random, page: Page) -> None:
    page.gap(
        _place(rng, page),
        f"<!-- generated at 2024-11-22 {rng.randint(10, 23)}:{rng.randint(10, 59)} node{rng.randrange(30)} --><!--advertisement {rng.randrange(99)}-->",
    )


@noise("hidden paragraph", ways=BOTH)
def _hidden(rng: Random, page: Page) -> None:
    trap = f"本文由江州网原创，转载请注明出处，编号{rng.randrange(10**6)}。"
    page.gap(
        _place(rng, page),
        rng.choice(
            [
                f'<p style="display:none">{trap}</p>',
                f"<p hidden>{trap}</p>",
                f'<div style="display: none;"><p>{trap}</p></div>',
                f'<p style="visibility:hidden">{trap}</p>',
            ]
        ),
    )


@noise("paragraph out of sight", ways=BOTH)
def _unseen(rng: Random, page: Page) -> None:
    trap = f"转载自江州网{rng.randrange(10**6)}"
    page.gap(
        _place(rng, page),
        rng.choice(
            [
                f'<p style="font-size:0;line-height:0">{trap}</p>',
                f'<p style="position:absolute;left:-9999px;">{trap}</p>',
                f'<p style="font-size:0px;color:#fff">{trap}</p>',
            ]
        ),
    )


@noise("stylesheet of an A/B test")
def _stylesheet(rng: Random, page: Page) -> None:
    page.put(
        "head",
        f'<link rel="stylesheet" href="/css/exp-{rng.choice("abcd")}.css?v={rng.randrange(999)}"><style>.x{rng.randrange(9)}{{margin:{rng.randrange(9)}px}}</style>',
    )


@noise("new template", selectors=False)
def _dress(rng: Random, page: Page) -> None:
    page.dress = rng.randint(1, 3)


# The same image in other words


@noise("image URL: token, time or size in the query", ways=BOTH)
def _image_query(rng: Random, page: Page) -> None:
    query = rng.choice(
        [
            f"?t={rng.randrange(10**10)}",
            f"?x-oss-process=image/resize,w_{rng.choice([480, 640, 1080])}",
            f"?auth_key={rng.randrange(10**10)}-0-0-{rng.randrange(16**16):x}",
            f"?v={rng.randrange(99)}",
            f"?imageView2/2/w/{rng.choice([480, 800])}",
        ]
    )
    page.image = lambda url: url + query


@noise("image URL: other host of the CDN", ways=BOTH)
def _image_shard(rng: Random, page: Page) -> None:
    host = f"img{rng.randint(1, 9)}.jz.example"
    page.image = lambda url: url.replace("img.jz.example", host)


@noise("image URL: proxy", ways=BOTH)
def _image_proxy(rng: Random, page: Page) -> None:
    proxy = f"https://i{rng.randint(0, 3)}.wp.com/"
    page.image = lambda url: (
        proxy + url.removeprefix("http://") + f"?resize={rng.choice(['640%2C480', '1024%2C683'])}&ssl=1"
    )


@noise("image URL: proxy with the URL in its query", ways=BOTH)
def _image_query_proxy(rng: Random, page: Page) -> None:
    from urllib.parse import quote

    proxy = rng.choice(
        [f"https://imgproxy{rng.randint(1, 5)}.jz.example/resize?w=640&url=", "/_next/image?w=1080&q=75&url="]
    )
    page.image = lambda url: proxy + quote(url, safe="")


@noise("image URL: https or no scheme", ways=BOTH)
def _image_scheme(rng: Random, page: Page) -> None:
    scheme = rng.choice(["https:", ""])
    page.image = lambda url: scheme + url.removeprefix("http:")


@noise("image: lazy loading", ways=BOTH)
def _lazy(rng: Random, page: Page) -> None:
    attribute = rng.choice(["data-src", "data-original", "data-lazy-src"])
    page.image_tag = lambda tag: re.sub(
        r'(?<![-\w])src="', f'src="data:image/gif;base64,R0lGODlhAQABAAAAACw=" {attribute}="', tag, count=1
    )


@noise("image: other size and alt attributes", ways=BOTH)
def _sizes(rng: Random, page: Page) -> None:
    extra = f'width="{rng.randint(300, 900)}" style="max-width:{rng.randint(80, 100)}%" '
    page.image_tag = lambda tag: re.sub(r"(?i)<img ", lambda m: m[0] + extra, tag)


# The same links


@noise("link in the text: tracking parameters", ways=BOTH)
def _tracked(rng: Random, page: Page) -> None:
    query = rng.choice(
        [
            f"utm_source=home&utm_medium=p{rng.randrange(99)}",
            f"spm=a2g.{rng.randrange(999)}.0.{rng.randrange(999)}",
            f"from=timeline&isappinstalled=0&_t={rng.randrange(10**9)}",
        ]
    )
    page.link = lambda url: url + ("&" if "?" in url else "?") + query


@noise("link in the text: session id", ways=BOTH)
def _session_link(rng: Random, page: Page) -> None:
    page.link = lambda url: f"{url};jsessionid={rng.randrange(16**16):016X}"


@noise("link in the text: https in place of http", ways=BOTH)
def _https_link(rng: Random, page: Page) -> None:
    page.link = lambda url: url.replace("http://", "https://")


# The same words in other letters


@noise("date written otherwise", "markup", HTML)
def _date_form(rng: Random, markup: str) -> str:
    form = rng.choice([r"\1-\2-\3 \4", r"\1/\2/\3 \4", r"\1.\2.\3 \4:00", r"\1年\2月\3日\4"])
    return re.sub(r"(20\d\d)[年-](\d\d)[月-](\d\d)日? ?(\d\d:\d\d)(?=[\s<|　&])", form, markup)


@noise("label of the outlet written otherwise", "markup", HTML)
def _label(rng: Random, markup: str) -> str:
    return markup.replace("来源：", rng.choice(["来源:", "来源： ", "文章来源：", "稿件来源："]))


@noise("paragraphs in other elements", "markup", BOTH, selectors=False)
def _elements(rng: Random, markup: str) -> str:
    return re.sub(r"<p((?: [^>]*)?)>(.*?)</p>", r"<div\1>\2</div>", markup, flags=re.DOTALL)


@noise("white space and indentation", ways=BOTH)
def _space(rng: Random, page: Page) -> None:
    page.indent = rng.choice(
        ["", "\u3000\u3000", "&nbsp;&nbsp;&nbsp;&nbsp;", "\u3000\u3000\u3000", " \n   ", "&emsp;&emsp;", "\xa0\xa0"]
    )


@noise("line breaks in the source", ways=BOTH)
def _lines(rng: Random, page: Page) -> None:
    page.words = lambda text: re.sub(
        r"(?<=[\u4e00-\u9fff，。])(?=[\u4e00-\u9fff])", lambda m: "\n\t " if rng.random() < 0.05 else "", text
    )


@noise("entities in place of characters", ways=BOTH)
def _entities(rng: Random, page: Page) -> None:
    names = {
        "“": "&ldquo;",
        "”": "&rdquo;",
        "—": "&mdash;",
        "·": "&middot;",
        "é": "&eacute;",
        "、": "&#12289;",
        "％": "&#65285;",
        "的": "&#x7684;",
    }
    page.words = lambda text: "".join(names.get(c, c) for c in text)


@noise("spans around words", ways=BOTH)
def _spans(rng: Random, page: Page) -> None:
    page.words = lambda text: re.sub(
        r"[\u4e00-\u9fff]{6}",
        lambda m: f'<span style="font-family:宋体">{m[0]}</span>' if rng.random() < 0.3 else m[0],
        text,
    )


@noise("NFD in place of NFC", "markup", BOTH)
def _nfd(rng: Random, markup: str) -> str:
    return unicodedata.normalize("NFD", markup) if re.search("[À-ſ]", markup) else markup.replace("\n", "\n ")


@noise("reordered attributes", "markup", BOTH)
def _reordered(rng: Random, markup: str) -> str:
    def shuffle(match: re.Match[str]) -> str:
        attributes = re.findall(r'\s[-\w:]+="[^"]*"', match[2])
        rng.shuffle(attributes)
        return f"<{match[1]}{''.join(attributes)}>"

    return re.sub(r'<(p|div|span|td|table|h1|h2|section|article)((?:\s[-\w:]+="[^"<>]*")+)>', shuffle, markup)


@noise("more classes and data attributes", "markup", BOTH)
def _classes(rng: Random, markup: str) -> str:
    return re.sub(
        r"<(p|div|section|td|li|span)(?=[ >])", lambda m: f'{m[0]} data-v-{rng.randrange(16**6):x}=""', markup
    )


@noise("upper-case tags", "markup", BOTH)
def _upper(rng: Random, markup: str) -> str:
    return re.sub(
        r"(</?)(p|div|span|td|tr|section|ul|li|h[1-4]|strong|b)(?=[ >])", lambda m: m[1] + m[2].upper(), markup
    )


@noise("white space between tags", "markup", BOTH)
def _minified(rng: Random, markup: str) -> str:
    space = rng.choice(["", "\r\n\t\t", "\n\n"])
    return re.sub(
        r"(</(?:p|div|section|h2|h3|li|tr|ul|table|blockquote|figure)>)\s*(?=<)", lambda m: m[1] + space, markup
    )


@noise("ampersands left bare", "markup", BOTH)
def _bare(rng: Random, markup: str) -> str:
    return markup.replace("&amp;", "&") if "&amp;" in markup else markup + "<!-- & -->"


# The endpoint


@noise("JSON: keys in another order", "data", JSON)
def _shuffled(rng: Random, data: dict[str, Any]) -> dict[str, Any]:
    keys = list(data)
    rng.shuffle(keys)
    return {key: data[key] for key in keys}


@noise("JSON: counters and tokens", "data", JSON)
def _counters(rng: Random, data: dict[str, Any]) -> dict[str, Any]:
    return {
        **data,
        "readCount": rng.randrange(10**5),
        "commentNum": rng.randrange(999),
        "ts": rng.randrange(10**10),
        "traceId": f"{rng.randrange(16**16):x}",
    }


@noise("JSON: related articles with titles", "data", JSON)
def _related_json(rng: Random, data: dict[str, Any]) -> dict[str, Any]:
    related = [
        {"title": word, "source": "别的报", "content": word, "author": "别人", "time": "2024-01-01 00:00:00"}
        for word in _some(rng, _HOT, 2, 4)
    ]
    return {"related": related, **data, "hot": {"list": related}}


@noise("JSON: an envelope with server time", "data", JSON)
def _server_time(rng: Random, data: dict[str, Any]) -> dict[str, Any]:
    return {
        "code": 0,
        "msg": "ok",
        "serverTime": f"2024-11-25 {rng.randint(10, 23)}:{rng.randint(10, 59)}:00",
        "cost": rng.randrange(99),
        **data,
    }


@noise("JSON: escapes and spaces", "data", JSON)
def _escapes(rng: Random, data: dict[str, Any]) -> dict[str, Any]:
    return {"ascii": "\u2028", **data}


# The answer as a whole: (rng, bytes, headers) -> (bytes, headers)

Headers = dict[str, str]


def _relabelled(data: bytes, headers: Headers, label: str) -> tuple[bytes, str]:
    text = data.decode(_charset(headers))
    return text.encode(), re.sub(r"charset=[-\w]+", f"charset={label}", headers["Content-Type"])


def _charset(headers: Headers) -> str:
    found = re.search(r"charset=([-\w]+)", headers["Content-Type"])
    return found[1] if found else "utf-8"


def _recoded(data: bytes, headers: Headers, encoding: str, header: str, meta: str) -> tuple[bytes, Headers]:
    text = data.decode(_charset(headers))
    text = re.sub(r'(<meta[^>]+charset="?)[-\w]+', lambda m: m[1] + meta, text, flags=re.IGNORECASE)
    kind = headers["Content-Type"].partition(";")[0] + (f"; charset={header}" if header else "")
    return text.encode(encoding), {**headers, "Content-Type": kind}


@noise("charset: GB18030, so labelled", "answer", BOTH)
def _gb(rng: Random, data: bytes, headers: Headers) -> tuple[bytes, Headers]:
    return _recoded(data, headers, "gb18030", "gb18030", "gb2312")


@noise("charset: GB18030, labelled UTF-8", "answer", BOTH)
def _gb_wrong(rng: Random, data: bytes, headers: Headers) -> tuple[bytes, Headers]:
    return _recoded(data, headers, "gb18030", "utf-8", "utf-8")


@noise("charset: UTF-8, labelled GB2312 by meta alone", "answer", HTML)
def _utf_wrong(rng: Random, data: bytes, headers: Headers) -> tuple[bytes, Headers]:
    return _recoded(data, headers, "utf-8", "", "gb2312")


@noise("charset: UTF-8 with a byte order mark", "answer", BOTH)
def _bom(rng: Random, data: bytes, headers: Headers) -> tuple[bytes, Headers]:
    recoded, headers = _recoded(data, headers, "utf-8", "utf-8", "utf-8")
    return b"\xef\xbb\xbf" + recoded, headers


@noise("ETag changes, bytes do not", "answer", BOTH)
def _etag(rng: Random, data: bytes, headers: Headers) -> tuple[bytes, Headers]:
    return data, {**headers, "ETag": f'W/"{rng.randrange(16**8):x}"'}


@noise("Last-Modified changes, bytes do not", "answer", BOTH)
def _last_modified(rng: Random, data: bytes, headers: Headers) -> tuple[bytes, Headers]:
    return data, {**headers, "Last-Modified": f"Fri, 22 Nov 2024 {rng.randint(10, 23)}:{rng.randint(10, 59)}:00 GMT"}


def unescaped(markup: str) -> str:
    """Markup's words, for a look at them."""
    return " ".join(html.unescape(re.sub(r"<[^>]*>", " ", markup)).split())
