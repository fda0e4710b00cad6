# ruff: noqa: E501 - tables of words
"""The words that templates put around articles: counters, moments, tools, credits, headings of lists."""

import re

LONGEST = 120  # characters; a longer line is no template's
NUMBER = r"\d[\d,.]{0,12}\s{0,2}(?:万|亿|千|[kKwW](?![a-z]))?\+?"
COUNTED = r"(?:总)?(?:阅读|浏览|点击|播放|访问|转发|分享|评论|跟帖|点赞|收藏|围观|回复|推荐)(?:数|量|率|次数|人数)?|下载(?:次数|量|数)|人气|热度|在看|喜欢|赞|参与|阅读数"
VISITS = (
    r"(?:分享|转发)让更多人看到(?:\s{0,3}\d[\d,]{0,12}(?:万|[kKwW])?\+?)?|(?:积分|在线时间)\s?[：:]?\s?\d[\d,]{0,12}(?:\s?(?:小时|分钟|天))?(?![\d.])|\d[\d,]{0,12}万?\s?人次?已(?:读|阅|赞)"
    r"|(?:您是)?第\s?\d[\d,]{0,12}\s?位(?:访问者|访客|读者)|(?:本(?:文章?|页|稿|条?新闻|信息|公告)|此文|该文)?(?:已|共|累计){0,2}(?:被|有)\s?(?:浏览|阅读|查看|点击)了?\s?\d[\d,]{0,12}\s?次"
    r"|(?:已有|共有|当前|目前)?\s?(?:在线(?:人数)?\s?[：:]?\s?)?\d[\d,]{0,12}\s?人(?:参与(?:评论|讨论)|在线|在看|读过|赞过|喜欢|收藏|围观)|在线(?:人数)?\s?[：:]?\s?\d[\d,]{0,12}人?"
    r"|(?:今日|累计|总)?(?:访问|访客|来访)(?:量|次数|人数)?\s?[：:]\s?\d[\d,]{0,12}"
    r"|(?:Processed|Rendered|Generated) in \d[\d.]{0,8}\s?\w{1,10}(?:\(s\))?(?:,\s?\d{1,6} (?:queries|query))?|页面(?:执行|生成)(?:时间)?\s?[：:]?\s?\d[\d.]{0,8}\s?(?:秒|毫秒|ms|s)"
    r"|[👍♡♥❤👏💬👁🔥⭐☆★]\ufe0f?\s?\d[\d,.]{0,8}[万kKwW]?|\d{1,2}:\d{2}\s?/\s?\d{1,2}:\d{2}|(?:支持|反对|顶|踩|有用|没用|高兴|震惊|愤怒|难过|新奇|感动)\s?[（(]?\d[\d,]{0,8}(?!\d|[.%％])[)）]?"
)
COUNTED_EN = r"(?:page ?)?views?|reads?|comments?|likes?|shares?|hits?|claps?|retweets?|replies|reactions?"
DATE_WRITTEN = (
    r"\d{4}\s{0,2}(?:[-/.]|年)\s{0,2}\d{1,2}\s{0,2}(?:[-/.]|月)\s{0,2}\d{1,2}(?!\d)\s{0,2}日?"
    r"(?:\s{0,3}[（(]?(?:周|星期|礼拜)[一二三四五六日天][)）]?)?"
    r"(?:[T\s]{0,3}(?:凌晨|早上|上午|中午|下午|傍晚|晚上)?\s{0,2}\d{1,2}(?:[:：]|时|点)\d{1,2}(?:(?:[:：]|分)\d{1,2})?"
    r"[秒分]?(?:\.\d{1,6})?\s?(?:Z|UTC|GMT|[AP]M|[ap]m|[+-]\d{2}:?\d{2})?)?"
)
MONTH = r"(?:Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Sept|Oct|Nov|Dec)[a-z]{0,6}\.?"
CLOCK_EN = r"(?:,?\s{0,2}(?:at|@|\||·|-)?\s{0,2}\d{1,2}:\d{2}(?::\d{2})?\s?(?:[AaPp]\.?[Mm]\.?)?\s?(?:[A-Z]{2,4}\b)?)?"
DATE_EN = (
    rf"(?:(?:Mon|Tue|Wed|Thu|Fri|Sat|Sun)[a-z]{{0,6}}\.?,?\s)?(?:{MONTH}\s\d{{1,2}}(?:st|nd|rd|th)?,?\s\d{{4}}"
    rf"|\d{{1,2}}(?:st|nd|rd|th)?\s{MONTH},?\s\d{{4}}){CLOCK_EN}"
)
VALUE = r"[^\s|｜，,；;（()）丨/：:【】\[\]]{1,30}"
PLACES = (
    "北京|上海|天津|重庆|河北|山西|辽宁|吉林|黑龙江|江苏|浙江|安徽|福建|江西|山东|河南|湖北|湖南|广东|海南|四川|贵州|云南|陕西|甘肃|青海|台湾"
    "|内蒙古|广西|西藏|宁夏|新疆|香港|澳门"
)
LABELS = "昨天|今天|前天|刚刚|阅读|浏览|评论|点击|编辑|责编|来源|发布|时间|分享|字号|字体|打印|更新|原创|关注|收藏|举报|转发|点赞|本文|通讯员|摄影|图片"
NAMES = rf"{VALUE}(?:(?:\s{{1,3}}(?!{PLACES})(?![\u4e00-\u9fff]{{1,2}}[报网社台局])(?!{LABELS})[\u4e00-\u9fff]{{2,3}}|[、/]{VALUE})(?![\u4e00-\u9fff：:/]))*"
NAME_EN = r"[A-Z][\w.'’-]{0,20}(?:\s[A-Z][\w.'’-]{0,20}){0,3}"
NAMES_EN = rf"{NAME_EN}(?:(?:,| and| &)\s{NAME_EN}){{0,4}}"
BY_APART = r"(?:(?<![A-Za-z\d])(?<![A-Za-z\d][ .,!])|(?<=[AP]M )|(?<=[ap]m )|(?<=GMT ))"  # not the "by" of a sentence or of "Powered by"
EDITORS = (
    r"(?:本文|网络|值班|执行|新媒体|视觉|图文|文字|本期|见习|实习|微信)?(?:责任编辑|责编|编辑|校对|审核|审校|监制|主编|美编|排版|制图|编审|终审"
    r"|初审|复审|一审|二审|三审|一校|二校|三校|总监|统筹|策划|责任校对|值班主任|值班编委|运营)"
)
DATE = re.compile(rf"{DATE_WRITTEN}|{DATE_EN}")
UPDATED = re.compile(
    rf"(?:更新时间|更新于|最后更新|最近更新|修改时间|更新日期|更新|(?:Last )?(?:[Uu]pdated|[Mm]odified)(?: on| at)?)\s?[：:]?\s{{0,3}}({DATE_WRITTEN}|{DATE_EN})"
)
WHEN = re.compile(
    r"(?:发布|发表|发稿|更新|最后更新|最近更新|修改|成文|录入|刊发|上传|创建|编辑)?(?:时间|日期)[：:]?|(?:发布|发表|更新|修改)于|发布[：:]|最后更新|更新"
    r"|(?:Last )?(?:Published|Posted|Updated|Modified|First published)(?: on| at)?:?|\bDate:|\bOn\b",
    re.IGNORECASE,
)
SOURCE = re.compile(
    rf"(?:文章|稿件|信息|新闻|本文|内容|资料|稿源)?(?<!图片)(?<!数据)(?:来源|来自|出处|转自|稿源|Source)\s?(?:于|自)?\s?[：:丨]\s{{0,3}}[【\[]?({VALUE}(?:\s(?![\u4e00-\u9fff]{{1,8}}[：:])[A-Za-z\d]{{1,12}}[\u4e00-\u9fffA-Za-z]{{0,8}}(?![：:]))?)"
)
AUTHOR = re.compile(
    rf"(?:(?:文章|本文|原文)?(?:作者|撰文|撰稿人?|供稿|记\s?者|本报记者|通讯员)\s?[：:丨/|]\s{{0,3}}|(?<![\u4e00-\u9fff])(?:本报|本网|实习|见习|首席|全媒体)?记者\s{{1,3}}|(?<![\u4e00-\u9fff])文\s?[/／丨|：:]\s?)(?:(?P<latin>{NAMES_EN})|(?P<names>{NAMES}))"
    rf"|(?:(?:{BY_APART}(?:[Bb]y|BY)|(?<![A-Za-z])(?:Author:|(?:Written|Posted|Reported|Words|Story|Text) by))\s{{1,2}})(?P<by>{NAMES_EN})"
)
CREDIT = re.compile(
    rf"{EDITORS}\s{{0,2}}[：:丨/|]\s{{0,3}}(?:{NAMES})|(?:责任编辑|责编)\s{{1,3}}{VALUE}|(?:责任编辑|责编)\s{{0,2}}[：:]|\[\s?(?:责任编辑|责编)\s{VALUE}\]|(?:Edited|Editing) by:? {NAME_EN}"
)
EDITOR = re.compile(rf"(?:责任编辑|责编)(?:\s{{0,2}}[：:丨/|]\s{{0,3}}|\s{{1,3}})(?P<names>{NAMES})")
COUNT = re.compile(
    rf"{VISITS}|(?:本文|本页|此文|该文)?(?:{COUNTED})\s{{0,3}}[：:]?\s{{0,3}}[（(\[]?\s?{NUMBER}\s?[)）\]]?\s?(?:次|人|条|个|人次)?"
    rf"|(?:已有|已经有|共有)?\s?{NUMBER}\s{{0,2}}(?:次|人|条|个|人次|位|名)?(?:网友|读者|用户)?(?:已|在|觉得)?(?:{COUNTED})(?!的)(?:过|了)?"
    rf"|(?<![A-Za-z\d])(?:{COUNTED_EN})\s{{0,2}}[:：]?\s{{0,2}}[(]?{NUMBER}[)]?|{NUMBER}\s{{0,2}}(?:{COUNTED_EN})(?![A-Za-z])",
    re.IGNORECASE,
)
AGO = re.compile(
    r"\d{1,3}\s{0,2}(?:秒钟?|分钟|小时|天|周|个月)(?:之)?前|(?:今天|昨天|前天|昨日|今日)\s{0,2}\d{1,2}[:：]\d{2}(?:[:：]\d{2})?|刚刚(?:更新|发布)?|半小时前|(?:更新|发布|发表)于(?=\s{0,2}\d{1,3}\s?(?:秒|分|小时|天))|(?:Updated|Posted|Published)(?= \d{1,3} \w{1,8} ago)"
    r"|(?:昨天|前天|今天)(?=[\s|｜·]|$)|\b(?:an?|\d{1,3})\s?(?:seconds?|secs?|minutes?|mins?|hours?|hrs?|days?|weeks?|months?|[smhd])\s(?:ago)\b|\bjust now\b",
    re.IGNORECASE,
)
LENGTH = re.compile(
    r"(?:本文|全文|文章)?(?:共|约|总计|共计|约为|全长)\s{0,2}\d{1,7}\s{0,2}个?字(?:符|数)?|(?:全文|文章|本文)?字数\s?[：:]\s?\d{1,7}字?|(?:预计|大约|约|建议)?(?:阅读|需|需要|阅读时间|阅读时长|用时)+[：:]?\s{0,2}(?:约|需)?\s?\d{1,3}\s?分钟(?:阅读|读完)?|\d{1,3}[- ]min(?:ute)?s? read|\d{1,4} words\b|全文\s?\d{1,6}\s?字",
    re.IGNORECASE,
)
# Words of buttons and bars. Longer ones first, so that no rest of them is left.
TOOL_WORDS = (
    "分享到微信朋友圈 分享至微信 分享到 分享至 分享给 微信扫一扫 微信好友 微信朋友圈 新浪微博 腾讯微博 QQ空间 QQ好友 人人网 豆瓣 百度贴吧 微信 微博 朋友圈 QQ 好友"
    " 复制链接 复制网址 打印本页 打印此页 打印 关闭窗口 关闭本页 【关闭】 关闭 加入收藏 我要收藏 收藏本文 收藏 我要举报 举报 纠错 报错 字体大小 字号大小 调整字体 正文字号 字号 字体"
    " 返回顶部 回到顶部 回顶部 手机看新闻 手机阅读 扫一扫 转发 点赞 评论 在看 分享 大字 小字 听新闻 播报文章 语音播报 朗读 大字号 中字号 小字号 我要评论 我要纠错 复制 赏 打赏 赞赏 喜欢作者"
    " 一键复制 下载PDF 更多 参与 跟帖 海报 生成海报 钉钉 LinkedIn Facebook Twitter WhatsApp Pinterest Reddit Telegram Email Print Tweet Share Copy link Copy Save Comment Like Follow"
)
TOOLS = re.compile(
    "|".join(
        sorted(
            (re.escape(w) for w in [*TOOL_WORDS.split(), "Copy link", "Share this", "Share on"]), key=len, reverse=True
        )
    )
    + r"|(?<![\u4e00-\u9fffA-Za-z])[大中小特超](?![\u4e00-\u9fffA-Za-z])|(?<![A-Za-z])A[+-]*(?![A-Za-z])|T\|T"
)
TOOL_LETTERS = re.compile(r"大\s?中\s?小|小\s?中\s?大|特大")
ORIGINAL = re.compile(r"(?<![\u4e00-\u9fff])(?:原创|转载|独家|头条)(?![\u4e00-\u9fff])")
AROUND = re.compile(r"[\s|｜丨·•/／\-–—,，;；:：()（）\[\]【】<>《》»›+_…]+|GMT\+?\d?|CST|Asia/Shanghai")
# Lines that are a template's from end to end.
WHOLE = re.compile(
    r"(?:【|\[|\()?(?:广告|推广|赞助商?|广告位|AD|ADVERTISEMENT|Advertisement|Sponsored(?: [Cc]ontent)?|Promoted)(?:】|\]|\))?"
    r"|(?:正在|努力)?(?:加载|载入)(?:中|更多|评论)?[.。…]*|正在加载\S{0,6}|Loading\s?[.…]*|(?:点击)?(?:查看|阅读|展开|加载|显示)(?:全文|更多|原文|余下全文|剩余\S{0,6}|更多评论)(?:>{0,3}|»?|[.…]*)"
    r"|[【\[（(]?返回(?:首页|主页|列表|顶部|目录|搜索|上一页|上级|上一级|\S{0,8}(?:频道|列表|首页))[】\])）]?|(?:正在阅读|您正在(?:阅读|看)的?(?:是)?|当前阅读)\s?[：:].{0,110}|收起(?:全文)?|左右滑动\S{0,8}|上滑\S{0,8}|点击图片\S{0,8}|查看大图|\d{1,2}\s?秒后\S{0,8}|跳过(?:广告)?\s?\d{0,2}s?|关闭广告|广告\s?[×xX✕｜]\s?(?:推广|关闭)?"
    r"|更多\s?>{0,3}|更多精彩(?:内容)?\S{0,10}|(?:Read|Show|Load|View|See) (?:more|all|less)(?: \w+)?|(?:Continue|Keep) reading"
    r"|(?!.*。)(?:打开|下载|点击下载|立即下载|安装|立即打开|点击打开|前往)\S{0,14}(?:APP|App|app|客户端|应用)\S{0,16}|APP内(?:打开|查看|阅读)\S{0,8}"
    r"|(?!.*。)(?:欢迎|点击|请|敬请)?关注\S{0,14}(?:公众号|视频号|微信号|官方微信|官微|我们|蓝字)\S{0,12}|点击(?:上方|下方|↑*)?\S{0,4}蓝字\S{0,10}"
    r"|(?:请|您需要|请先|需要)?(?:先)?(?:登录|登陆)(?:/注册|\s?[|｜]\s?注册|或注册)?(?:后\S{0,14}|账号)?|(?:免费)?注册(?:会员|账号)?"
    r"|(?:Sign|Log) (?:in|up)(?: (?:to|for) .{0,60})?|Subscribe(?: (?:now|today|to|for) ?.{0,60})?|Already a (?:subscriber|member)\?.{0,40}|(?:Get|Sign up for) our .{0,40}newsletter.{0,40}"
    r"|(?:微信|支付宝)?(?:打赏|赞赏)(?:作者|支持|码)?|(?:喜欢|觉得不错)\S{0,10}(?:点个赞|点赞|在看)\S{0,10}"
    r"|今天是\s?(?:\d{4}年|\d{1,2}月|星期|周).{0,40}|csrf\S{0,10}[:=].{0,80}"
    r"|(?:(?:Copyright|COPYRIGHT|copyright)\s?(?:©|\(c\)|&copy;|by|\d{4}|20)|©).{0,110}|(?:违法和)?不良信息举报\S{0,4}\s?[：:].{0,60}"
    r"|(?:Support (?:our|independent|quality) journalism|Our journalism (?:needs|depends)|Become a (?:member|subscriber)|Donate (?:now|today))\b.{0,110}|All [Rr]ights [Rr]eserved\.?|Powered by [^。]{1,100}(?<![.。])"
)
# The same, but with anything before the word that tells; only looked at where the word is there.
TOLD_BY = (
    (
        "扫",
        re.compile(
            r"(?!.*。)(?:请|长按|微信|手机|打开微信|使用微信)?\S{0,4}扫(?:描)?(?:一扫)?\S{0,4}(?:二维码|码)?\S{0,4}(?:关注|下载|阅读|查看|打开|分享|观看|加入|添加|即可|进群|订阅)\S{0,24}|扫码\S{0,16}|长按\S{0,6}(?:二维码|识别|图片)\S{0,20}"
        ),
    ),
    ("长按", re.compile(r"长按\S{0,6}(?:二维码|识别|图片)\S{0,20}")),
    ("版权所有", re.compile(r"[^。]{0,40}版权所有[^。]{0,70}")),
    ("ICP", re.compile(r"\S{0,40}ICP[备证]\s?.{0,60}")),
    ("公网安备", re.compile(r"\S{0,40}公网安备\s?.{0,60}")),
    ("服务许可证", re.compile(r"\S{0,40}新闻信息服务许可证\s?.{0,60}")),
    ("节目许可证", re.compile(r"\S{0,40}视听节目许可证\s?.{0,60}")),
)
CRUMBS = re.compile(
    r"(?:当前位置|您的位置|您当前的位置|您现在的位置|您所在的位置|你的位置|所在位置|现在位置|位置)\s?(?:是)?\s?[：:].{0,100}"
    r"|(?:首页|主页|Home)\s?[>»›/→|]{1,2}\s?[^。]{1,80}|\S{1,10}(?:网|首页|频道)\s?[>»›]{1,2}\s?[^。]{1,80}"
    r"|[^>»›。]{1,20}(?:\s?[>»›]{1,2}\s?[^>»›。]{1,20}){0,4}\s?[>»›]{1,2}\s?(?:正文|内容|详情|新闻正文)"
)
NEIGHBOUR = re.compile(
    r"(?:[【\[<《]?(?:上一篇|下一篇|上一页|下一页|上一条|下一条|前一篇|后一篇|上篇|下篇|尾页)[】\]>》]?(?:文章)?\s?(?:[：:].{0,110})?"
    r"|(?:[←«‹]\s?)?(?:Previous|Next|Prev)(?: (?:post|article|story|page))?\s?(?:[：:].{0,110}|[→»›])?)(?:\s?(?:没有了|无))?"
)
PREFIXES = re.compile(
    r"(?:[【\[]?(?:上一篇|下一篇|上一页|下一页|相关阅读|相关新闻|相关文章|相关报道|相关链接|推荐阅读|延伸阅读|更多阅读|点击查看|点击进入|点击阅读|专题|热门推荐|猜你喜欢|标签|关键词|关键字|Tags?|Filed under"
    r"|Related|Read more|Read also|See also|Also read|Recommended|MORE|More)[】\]]?\s?[：:｜|]?)\s?",
    re.IGNORECASE,
)
TAGS = re.compile(
    r"(?:文章|本文)?(?:标签|关键词|关键字|Tags?|TAGS?|Filed under|Tagged(?: with)?|Topics)\s?[：:].{0,110}",
    re.IGNORECASE,
)
DISCLAIMER = re.compile(
    r"[【\[（(“\"]?(?:免责|版权|特别|郑重|转载)(?:声明|条款|提示)[】\]）)]?\s?[：:]|凡?本(?:网|站)(?:凡|所有)?注明|Disclaimer:"
    r"|未经[^。]{0,14}(?:授权|许可|同意)[^。]{0,16}(?:转载|复制|摘编)[^。]{0,12}[。！]?$"
)
IMPRINT = "主办： 主办单位： 承办： 承办单位： 技术支持 网站标识码 网站地图 联系我们 关于我们 法律声明 隐私政策".split()
READERSHIP = re.compile(
    rf"(?:本月|本周|今日|目前|累计)?已有\s?{NUMBER}\s?(?:人|位|名)?(?:网友|读者|用户)?(?:订阅|关注|加入|下载|安装)了?\S{{2,16}}"
)
HEADS = re.compile(
    r"[【\[]?(?:相关(?:阅读|新闻|文章|报道|推荐|链接|资讯|内容|话题|专题|稿件)|(?:推荐|更多|热门|精彩|今日|编辑|为您|为你|猜你|相关|热点|热文|精选|图片|视频|最新|本周|本月|24小时|48小时|一周|新闻|点击|阅读|大家都?在?|看过本文的人还看了|您可能|你可能|网友|全部|精彩)"
    r"(?:推荐|阅读|新闻|文章|资讯|热点|评论|看|喜欢|排行|排行榜|热榜|点评|导读|报道|精选|感兴趣(?:的\S{0,4})?|也喜欢|还看了|在看|在搜)|热门|热点|热榜|热搜榜?|排行榜?|延伸阅读|(?:发表|我要|全部|最新|热门)?评论(?:列表|区)?|网友评论|(?:精选|全部|热门)?留言(?:板|区)?|跟帖|我来说两句|热门(?:标签|视频|话题)"
    r"|猜你喜欢|大家都在看|关于作者|作者简介|(?:Related|Recommended|More|Popular|Latest|Trending|Featured|Top)(?: (?:articles?|stories|posts?|news|reading|coverage|content|topics|now|for you|from .{1,30}|in .{1,30}|on .{1,30}))|Most (?:read|popular|viewed|shared)"
    r"|You (?:may|might) also (?:like|enjoy)|Recommended(?: for you)?|(?:Also|Now) read|Read (?:next|also)|See also|Up next|Trending(?: now)?|Comments|Leave a (?:comment|reply)|Join the (?:conversation|discussion)|About the author|Share this(?: article| story| post)?:?|\d{0,6}\s?条?评论"
    r"|(?:实时|股市|股票|大盘|今日|最新|外汇|期货|市场)?行情(?:中心|数据|速递)?|大盘指数|Markets?(?: data| watch)?"
    r"|广告|推广|赞助|Advertisement|ADVERTISEMENT|Sponsored|(?:扫码|扫一扫)\S{0,10}|(?:免责|版权)声明)[】\]]?\s?(?:[（(]\d{0,7}[)）])?\s?[：:>»]{0,3}\s?(?:更多|换一换|换一批)?\s?>{0,3}",
    re.IGNORECASE,
)
CORRECTION = re.compile(
    r"[【\[（(]?(?:更正|订正|勘误|编者按|编者注|编注|本文已更新|本文更新|更新|致歉|Correction|Clarification|Editor['’]s note|Update)(?:说明|声明|启事|公告)?[】\]）)]?\s?[：:，,（(]",
    re.IGNORECASE,
)
MUCH = 16  # characters: more is no name
OUTLET_NAME = re.compile(r"\S{1,14}(?:报|网|社|新闻|财经|台|在线|客户端|周刊|杂志|时报|News|Times|Post)")
NAMES_APART = re.compile(
    r"(?P<outlet>[\u4e00-\u9fff]{1,12}(?:报|网|社|台|周刊|杂志))(?:\s(?:记者\s?)?(?P<author>[\u4e00-\u9fff]{2,4}(?:[\s、][\u4e00-\u9fff]{2,4}){0,3}))?"
)
APART = re.compile(r"[\s|｜丨·•]+")
SENTENCE = re.compile(r"[。！？；，]|[.!?]$")


def _either(*patterns: re.Pattern[str]) -> re.Pattern[str]:
    """One of these, the first before the later ones; whoever ignored case still does."""
    parts = [f"(?i:{p.pattern})" if p.flags & re.IGNORECASE else f"(?:{p.pattern})" for p in patterns]
    return re.compile("|".join(parts))


CHUNK = re.compile(r"\d+|[A-Za-z]+|[^\s\dA-Za-z|｜丨·•/，,；;：:()（）\[\]【】]+|.", re.DOTALL)
UNIT = _either(AROUND, COUNT, AGO, LENGTH, CREDIT, TOOL_LETTERS, TOOLS)
HEAD_UNIT = _either(
    AROUND, UPDATED, DATE, COUNT, AGO, LENGTH, SOURCE, CREDIT, AUTHOR, WHEN, TOOL_LETTERS, TOOLS, ORIGINAL
)
SPREAD = re.compile(r"(?<=[\u3000-\u9fff\uff00-\uff60])\s(?=[\u3000-\u9fff\uff00-\uff60])")  # 版 权 所 有
ARROWS = frozenset(">»›→/|")
MOMENT = re.compile(r"(?:0?[1-9]|1[0-2])(?:-(?:0[1-9]|[12]\d|3[01])|月\d{1,2}日)|[012]?\d[:：][0-5]\d(?:[:：][0-5]\d)?")
NAME_BESIDE = re.compile(r"[\u3400-\u9fff·]{2,10}|[A-Z][\w.'’-]{0,20}|@?\w{1,20}(?<!\d)")
MOST_NAMES = 4
LONGEST_UNDER_HEADING = 60
FOUND_APART = re.compile(r"[\s|｜丨·•/／,，、—–]+")
ANY_MOMENT = re.compile(
    rf"{AGO.pattern}|{DATE_WRITTEN}|(?<![\d-])\d{{1,2}}(?:-\d{{1,2}}(?![\d-])(?:\s\d{{1,2}}:\d{{2}})?|:\d{{2}}(?::\d{{2}})?(?![\d:]))",
    re.IGNORECASE,
)
CLOCK = re.compile(r"GMT\s?[+-]?\d|UTC\s?[+-]\d|Processed in|Powered by|(?:当前|现在|系统|北京)时间", re.IGNORECASE)
FILE_COUNTS = re.compile(
    r"\s*[(（][^()（）]{0,60}?下载(?:次数|量|数)?\s?[:：]?\s?\d[^()（）]{0,20}[)）]\s*|\s*[(（][^()（）]{0,60}?\d\s?(?:次下载|downloads?)[^()（）]{0,20}[)）]\s*",
    re.IGNORECASE,
)
GOES_ON = re.compile(
    r"\s(?:Read (?:more|now)|Continue reading|查看(?:详情|全文|更多)|阅读(?:全文|更多)|了解更多)\s?[>»›→]{0,3}$"
)
QUOTE = re.compile(
    r"[\w*.&\u4e00-\u9fff]{1,16}(?: [\w*.&]{1,16}){0,3}\s?(?:[（(]?[\dA-Za-z.]{2,10}[）)]?)?(?:\s?[$¥]?\d[\d,]{0,8}\.\d{1,4})?(?:\s?[+-]\d{1,5}\.\d{1,4})?"
    r"\s?[（(]?[+-]\d{1,3}\.\d{1,3}%"
)
FILES_LABEL = re.compile(
    r"[【\[]?(?:相关|公告|本文)?附件(?:下载|列表)?\d{0,2}[】\]]?\s?(?:[：:].{0,110})?|(?:Attachments?|Downloads?)\s?(?:[：:].{0,110})?",
    re.IGNORECASE,
)
