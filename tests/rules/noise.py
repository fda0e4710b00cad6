# ruff: noqa: E501
"""What changes around an article while it does not: kind -> the places where it stands, and its markup for a number."""

from collections.abc import Callable

from tests.rules.pages import PNG

Make = Callable[[int], str]

NOISE: dict[str, tuple[str, Make]] = {
    # advertisements
    "adsense": ("inside after aside", lambda n: f'<ins class="adsbygoogle" data-ad-slot="{n}"></ins><script>push({n})</script>'),
    "ad box": ("inside before after aside top", lambda n: f'<div class="ad-box" id="ad_{n}"><a href="http://ad.example.com/{n}"><img src="http://ad.example.com/{n}.gif"></a><p>云舟汽车限时优惠{n}元，机会难得，欢迎到店。</p></div>'),
    "ad marker": ("inside after", lambda n: f'<div class="gg{n % 9}"><span>广告</span><a href="/go?{n}">第{n}期理财，年化{n % 9}%</a></div>'),
    "headed ad": ("inside after aside", lambda n: f"<div><p>广告</p><p>云舟汽车，第{n}代，今日上市。</p></div>"),
    "lone ad word": ("inside", lambda n: "<p>广告</p>" if n % 2 else "<p>Advertisement</p>"),
    "ad frame": ("inside aside", lambda n: f'<iframe src="//ad.example.com/{n}" width="300"></iframe>'),
    "sponsor": ("after aside", lambda n: f'<section class="sponsored-content"><h3>赞助内容</h3><p>第{n}号酒庄的秋天，值得一去。</p></section>'),
    "promo": ("inside after", lambda n: f'<div class="promo"><p>云舟会员{n}折，立即加入，畅读全站。</p></div>'),
    # hidden
    "hidden text": ("inside before after", lambda n: f'<p style="display:none">校验{n}，请勿转载。</p>'),
    "hidden class": ("inside after", lambda n: f'<div class="hidden">第{n}号隐藏文字，不应读到。</div>'),
    "hidden attribute": ("inside top", lambda n: f"<div hidden><p>草稿{n}，不应读到。</p></div>"),
    "tiny text": ("inside", lambda n: f'<span style="font-size:0px">x{n}防采集文字，来自本站。</span>'),
    "template": ("inside bottom", lambda n: f"<template><p>模板{n}，不应读到。</p></template><noscript>请打开脚本{n}。</noscript>"),
    "comment": ("inside after", lambda n: f"<!-- rendered in {n} ms by node {n % 9} -->"),
    "screen reader": ("inside under_title", lambda n: f'<span class="sr-only">跳到第{n}节</span>'),
    "style": ("head inside", lambda n: f"<style>.a{n}{{color:#fff}}</style>"),
    "token": ("head before", lambda n: f'<meta name="csrf-token" content="{n}"><input type="hidden" name="csrf" value="{n}">'),
    # counters and times
    "reads": ("under_title after", lambda n: f'<span class="read">阅读 {n}</span>'),
    "views": ("under_title after bottom", lambda n: f"<div>浏览量：{n / 10:.1f}万</div>"),
    "times read": ("under_title after", lambda n: f"<span>{n:,}次阅读</span>"),
    "clicks": ("after", lambda n: f"<p>点击数：{n}</p>"),
    "comment count": ("under_title after", lambda n: f'<a href="#comments">评论({n})</a>'),
    "likes": ("after inside", lambda n: f'<div class="like-btn"><i class="icon"></i>点赞 {n}</div>'),
    "relative time": ("under_title after", lambda n: f"<span>{n % 59 + 1}分钟前</span>"),
    "yesterday": ("under_title", lambda n: f"<span>昨天 12:{n % 60:02d}</span>"),
    "word count": ("under_title before", lambda n: "<div>本文共1234字</div>"),
    "clock": ("top", lambda n: f'<div class="clock">今天是2026年11月{n % 28 + 1}日 星期三 {n % 24:02d}:{n % 60:02d}:07</div>'),
    "weather": ("top aside", lambda n: f'<div id="tianqi">江州 多云 {n % 30}℃～{n % 30 + 8}℃ 东北风{n % 5}级，空气质量良。</div>'),
    "quotes": ("top aside inside", lambda n: f'<div class="stock-quote">上证指数 3,0{n % 100:02d}.34 +0.{n % 10}%，深证成指 10,2{n % 100:02d}.11 -0.{n % 7}%</div>'),
    "online": ("bottom top", lambda n: f'<div class="visit-counter">当前在线{n}人，今日访问{n * 3}次。</div>'),
    # bars
    "share bar": ("under_title after before", lambda n: f'<div class="share-box" data-n="{n}">分享到：<a href="#">微信</a> <a href="#">微博</a> <a href="#">QQ空间</a></div>'),
    "share line": ("after", lambda n: "<div>分享到：微信 微博 QQ空间</div>"),
    "font size": ("under_title", lambda n: "<span>字号：大 中 小</span>"),
    "tools": ("under_title after", lambda n: '<div class="toolbar"><a href="javascript:;">收藏</a> <a href="javascript:;">打印</a> <a href="javascript:;">举报</a></div>'),
    "breadcrumb": ("before top", lambda n: '<div class="crumbs"><a href="/">首页</a> &gt; <a href="/c">财经</a> &gt; 正文</div>'),
    "plain breadcrumb": ("top", lambda n: "<div>首页 &gt; 财经 &gt; 正文</div>"),
    "previous and next": ("after", lambda n: f'<div><p>上一篇：<a href="/{n}">江州第{n}届灯会开幕</a></p><p>下一篇：<a href="/{n + 1}">江州迎来降雨</a></p></div>'),
    "back links": ("after", lambda n: '<p><a href="/list">返回列表</a>｜<a href="/">返回首页</a></p>'),
    "tags": ("after", lambda n: f'<div class="tag-list">标签：<a href="/t/1">江州</a> <a href="/t/{n}">第{n}期</a></div>'),
    "pager": ("after", lambda n: f'<div class="pagination"><a href="?p=1">1</a> <a href="?p=2">2</a> 共{n % 9 + 2}页</div>'),
    # lists
    "related": ("after aside inside", lambda n: f'<div class="related-news"><h3>相关阅读</h3><ul><li><a href="/r{n}">江州第{n}号公报发布</a></li><li><a href="/s{n}">又一条消息，来自{n}</a></li></ul></div>'),
    "unnamed related": ("after aside", lambda n: f'<div><h4>相关推荐</h4><ul><li><a href="/r{n}">江州第{n}号公报发布，涉及民生</a></li><li><a href="/s{n}">又一条消息</a></li></ul></div>'),
    "hot list": ("aside after", lambda n: f'<div class="hot-list"><h3>热门推荐</h3><ol><li><a href="/h{n}">第{n}热</a><p>江州第{n}热的摘要，有许多读者在看，值得一读。</p></li></ol></div>'),
    "guess": ("after aside", lambda n: f'<div class="guess"><h2>猜你喜欢</h2><a href="/g{n}">江州夜市第{n}家店</a></div>'),
    "comments": ("after", lambda n: f'<div id="comments" class="comment-list"><h3>网友评论（{n}）</h3><div class="item"><b>网友{n}</b><p>我在江州住了{n % 40}年，这条新闻说的事情我都知道，希望早日落实，也希望大家一起努力，把家乡建设好。</p><span>{n % 59}分钟前</span></div></div>'),
    "unnamed comments": ("after", lambda n: f"<div><h3>网友评论</h3><div><b>网友{n}</b><p>我在江州住了{n % 40}年，说得有理，支持一下。</p></div></div>"),
    "sidebar summary": ("aside", lambda n: f'<div class="sidebar"><h3>今日头条</h3><p>江州市第{n}次会议召开，会议强调，要抓好落实，推动各项工作再上新台阶，确保完成全年任务。</p></div>'),
    # legal, prompts
    "copyright": ("after bottom", lambda n: f'<div class="copyright">云舟网版权所有，未经书面授权，不得转载，违者必究。{2000 + n % 26}</div>'),
    "disclaimer": ("after", lambda n: '<div class="disclaimer">免责声明：本文仅代表作者个人观点，与云舟网无关，请读者自行核实。</div>'),
    "plain disclaimer": ("after", lambda n: "<p>免责声明：本文仅代表作者个人观点，与云舟网无关，请读者自行核实。</p>"),
    "qr code": ("after aside", lambda n: f'<div class="qrcode"><img src="/qr.png?t={n}"><p>扫码下载云舟客户端</p></div>'),
    "author card": ("after", lambda n: f'<div class="author-card"><img src="/avatar.jpg"><p>李明，江州日报记者，已发表{n}篇文章，关注财经与科技。</p></div>'),
    "login": ("after inside", lambda n: '<div class="login-tip">登录后查看更多精彩内容</div>'),
    "subscribe": ("after", lambda n: '<form class="newsletter"><p>订阅我们的早报，每天五分钟，读懂江州。</p><input name="mail"></form>'),
    "editor": ("after", lambda n: f"<div>责任编辑：{'张王李赵'[n % 4]}三</div>"),
    "loading": ("after inside", lambda n: "<div>正在加载...</div>"),
    "cookie banner": ("top bottom", lambda n: f'<div id="cookie-consent"><p>本站使用Cookie改善您的体验，继续浏览即表示同意，详见隐私政策第{n % 9}条。</p><button>同意</button></div>'),
    "app prompt": ("after before", lambda n: '<div class="open-app">打开云舟新闻APP，查看更多精彩图片</div>'),
    # attributes and pixels
    "pixel": ("after bottom inside", lambda n: f'<img src="https://stat.example.com/p.gif?{n}" width="1" height="1">'),
    "placeholder": ("after", lambda n: f'<div class="widget-ad-{n}"><img src="data:image/gif;base64,R0lGODlhAQABAAAAACH5BAEKAAEALAAAAAABAAEAAAICTAEAOw=="></div>'),
    "data image in an ad": ("after", lambda n: f'<div class="adv"><img src="data:image/png;base64,{PNG}"></div>'),
    # of other sites
    "emoji likes": ("after under_title", lambda n: f'<div class="x9">👍 {n}</div>'),
    "visitor": ("after bottom", lambda n: f'<p>您是第 {n} 位访问者</p>'),
    "took part": ("after", lambda n: f'<p>已有 <em>{n}</em> 人参与评论</p>'),
    "updated ago": ("under_title after", lambda n: f'<span>更新于 {n%59+1} 分钟前</span>'),
    "reading now": ("top", lambda n: '<div class="fix">正在阅读：某某标题</div>'),
    "poll": ("after inside", lambda n: f'<div class="vote-box"><p>你怎么看？</p><label>支持 {n}</label><label>反对 {n//2}</label></div>'),
    "audio": ("before", lambda n: f'<div class="audio"><span>听新闻</span><span>00:{n%60:02d} / 03:21</span></div>'),
    "live chart": ("inside", lambda n: f'<p><img src="https://webquotepic.eastmoney.com/GetPic.aspx?nid=1.600160&imageType=r&t={n}"></p>'),
    "inline quote": ("inside", lambda n: f'<div class="hq-widget"><span>澜川电气</span><span>{n%90}.{n%99:02d}</span><span>+{n%9}.1%</span></div>'),
    "expand": ("after", lambda n: '<div class="unfold">展开全文</div>'),
    "video recs": ("after aside", lambda n: f'<div class="video-list"><h3>热门视频</h3><a href="/v{n}"><img src="/v{n}.jpg">江州航拍第{n}集</a></div>'),
    "recommend p": ("inside", lambda n: f'<p><strong>推荐阅读：</strong><a href="/{n}">江州第{n}条新闻来了</a></p>'),
    "links after heading": ("after", lambda n: f'<p>相关链接：</p><p><a href="/{n}">江州第{n}条新闻来了</a></p><p><a href="/{n}b">江州第{n}条旧闻</a></p>'),
    "page time": ("bottom", lambda n: f'<div>Processed in 0.0{n} second(s), {n%9} queries</div>'),
    "keyworded": ("after", lambda n: f'<p>关键词：<a href="/k">江州</a>、<a href="/k{n}">储能</a></p>'),
    "wechat follow": ("after", lambda n: '<p>关注江州日报微信公众号</p><p><img src="/images/qrcode_jz.jpg"></p>'),
    "english ad": ("inside", lambda n: f'<div class="advertisement"><span>ADVERTISEMENT</span><p>Buy {n} now, pay later.</p></div>'),
    "random wrapper comment": ("after", lambda n: f'<div class="_{n}x"><h4>热门评论</h4><div><p>说得真好，我们江州人民都很支持，已经转发给{n}位朋友了。</p></div></div>'),
    "moving id ad": ("inside", lambda n: f'<div id="div-gpt-ad-{n}-0" style="height:250px"><p>今日特价{n}元，买到就是赚到。</p></div>'),
    "hidden opacity": ("inside", lambda n: f'<p style="opacity:0">水印{n}，来自云舟。</p>'),
    "aria": ("inside", lambda n: f'<div aria-hidden="true">第{n}个装饰文字，读屏不读。</div>'),
    "float": ("bottom", lambda n: f'<div class="float-bar"><span>评论 {n}</span><span>收藏</span><span>分享</span></div>'),
    "lead sentence noise": ("after", lambda n: f'<div class="zz">本月已有{n}人订阅江州早报。</div>'),
}  # fmt: skip

PLACES = {"under_title": "under title"}


def drawn(number: int, kinds: list[tuple[str, int]]) -> dict[str, list[str]]:
    """Place -> markup, of these kinds of noise, each at one of its places."""
    pieces: dict[str, list[str]] = {}
    for kind, where in kinds:
        places, make = NOISE[kind]
        options = places.split()
        place = options[where % len(options)]
        pieces.setdefault(PLACES.get(place, place), []).append(make(number))
    return pieces
