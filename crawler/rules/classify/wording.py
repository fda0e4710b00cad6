"""What firewalls, servers and publishers write where an article should stand: tables of patterns, by outcome."""

import re
from collections.abc import Mapping

_Patterns = Mapping[str, tuple[str, ...]]

# “对不起，您访问的文章不存在或已被删除”, in its parts.
_SORRY = (
    r"(?:(?:提示(?:信息)?|(?:非常|很|十分|真是?)?(?:对不起|抱歉|遗憾)|不好意思|哎呀|啊哦|oops|sorry)"
    r"[呀了啦]?[\s,，。.!！:：~…]*)?"
)
_WHOSE = (
    r"(?:(?:您|你)?(?:所|想?要|正在|当前)?(?:访问|查看|浏览|请求|寻找|找|打开|指定|阅读)的"
    r"|您的|你的|当前|该|此|本|这[个篇条])?(?:相关)?"
)
_WHAT = (
    r"(?:页面?|网页|文章|内容|新闻|资讯|信息|帖子|稿件|链接|网址|地址|文档|公告|资源|栏目|记录|快讯|文件|目录|頁面|網頁)"
    r"(?:页面?|内容|地址|链接)?"
)
_GONE = (
    r"(?:不存在|删除|刪除|下线|下架|失效|撤下|撤稿|撤回|找不到|未找到|没有?找到|没有了?|丢失|丢了|过期|移除|走丢|不见|消失"
    r"|飞走|无法(?:查看|访问|显示))"
)
_ENDS = r"(?=$|[\s,，。.!！、;；?？…了或请\d])"
_BY_WHOM = (
    r"(?:已经|已被|已|不|暂|可能|并|似乎|被|由|正在审核或){0,3}"
    r"(?:因[^，。]{1,8}?)?(?:[^，。]{0,8}(?:自行|者|员|方|人|经))?"
)
_NOT_SEEN = r"(?:没有?找到|未(?:能)?找到|找不到|无法找到|不存在)"
_REST = (
    r"(?:了|啦|[,，。.!！、~;；:：…\s]*"
    r"(?:(?:或|可能|请|已|\d+|返回|您可以|去|看看|无法|也许|将|正在|即将|点击|系统).{0,40})?)"
)
_IS_GONE = f"{_SORRY}{_WHOSE}{_WHAT}{_BY_WHOM}{_GONE}{_REST}"

# A title's part or a line that is one of these from end to end.
_WHOLE: _Patterns = {
    "soft_404": (
        _IS_GONE,
        f"{_SORRY}{_NOT_SEEN}(?:了)?{_WHOSE}{_WHAT}{_REST}",
        r"(?:错误|error|http)?[\s:：]*404[\s:：,，.|–—-]*"
        rf"(?:错误(?:页面?)?|error|页面?|(?:page )?not found|{_IS_GONE})?",
        r"(?:the |this )?(?:requested |page |article |story |content |file |url |document )+(?:you .{0,40} )?"
        r"(?:(?:was|is|could|can|has|does)(?: ?n[o'’]t)? ?(?:been|be|exist)? ?)?"
        r"(?:not )?(?:found|exist|removed|deleted|available|no longer .{1,30})(?: on this server)?",
        r"not found|(?:error |http )?410(?: gone)?",
    ),
    "blocked": (
        r"just a moment|attention required|access (?:to this page has been )?denied|forbidden|captcha|blocked",
        r"(?:error ?|http ?)?(?:403|405|418|429)"
        r"(?:[ -]*(?:forbidden|错误|禁止访问|too many requests|access denied|not allowed))?",
        r"(?:the |your )?request (?:was |has been )?(?:blocked|rejected|denied)|too many requests",
        r"(?:error:? )?the request could not be satisfied",
        r"(?:security|human|robot|bot) (?:check|verification|challenge)|ddos[ -]guard|pardon our interruption",
        r"(?:please )?(?:verify|verifying|confirm) (?:that )?you are (?:a )?(?:human|not a robot)",
        r"are you a (?:robot|human)",
        r"\w{0,8}?(?:安全|访问|人机|滑动|滑块|拼图|行为|真人|流量)(?:验证|驗證|校验|检测|检查)(?:中心?|页面?|码)?",
        r"(?:请?(?:输入|填写)|图片|图形)?验证码(?:页面?)?|访问出错|无权访问|(?:禁止|拒绝|限制)访问",
        r"(?:您的)?(?:访问|请求|操作)(?:太|过于|过|已?被)?(?:频繁|拦截|限制|受限|拒绝|异常|阻断|禁止)(?:提示|页面?)?",
        r"(?:系统|服务器?|网络)(?:繁忙|忙)(?:提示)?|网站防火墙|异常(?:访问|流量)(?:检测|提示)?",
        r"您的(?:请求|访问)?(?:ip)?.{0,10}(?:拦截|禁止|封禁).{0,12}",
    ),
    "login": (
        r"(?:用户|会员|账号|帐号|微信|QQ|统一|欢迎|请先?|扫码|手机|快速|个人|安全|内网|系统)?(?:登录|登陆|登入)"
        r"(?:页面?|中心|系统|界面|窗口|[与或/]?注册)?",
        r"sina visitor system|(?:统一)?身份认证(?:平台|系统|中心)?|通行证",
        r"(?:登录|登陆)后(?:查看|阅读|浏览|继续|访问).{0,10}",
        r"(?:please )?(?:log|sign)[ -]?in(?: to .{1,30}| required| or register)?",
    ),
    "error": (
        r"(?:系统|网站|站点|服务器?|本站)(?:正在)?(?:升级|例行)?维护(?:中|公告|通知)?(?:[,，]?请.{0,14})?",
        r"(?:正在|例行|升级){0,2}维护(?:中|公告|通知)(?:[,，]?请.{0,14})?",
        r"(?:网站|站点|系统)(?:已)?(?:关闭|暂停|升级)(?:中|服务)?",
        r"(?:site )?(?:under |down for |scheduled )?maintenance|be right back",
        r"(?:error ?|http ?(?:status )?)?50[0-9](?:[ –-]*(?:internal server error|bad gateway|gateway time-?out|错误"
        r"|error|service (?:temporarily )?unavailable))?",
        r"internal server error|bad gateway|gateway time-?out|service (?:temporarily )?unavailable",
        r"(?:error establishing a )?database (?:connection|error)|运行时错误",
        r"(?:数据库|服务器?|系统|程序)(?:连接)?(?:错误|出错|异常|失败|内部错误)",
    ),
}
# What a page without an article says somewhere in it.
_SAID: _Patterns = {
    "blocked": (
        r"(?:访问|操作|请求|刷新|点击|浏览)(?:次数)?(?:太|过于|过|得太)?(?:频繁|快)|被识别为|恶意(?:请求|访问|攻击)",
        r"(?:访问|请求|流量|网络|行为|环境)(?:出现|存在|有)?了?异常(?!链接|情况|波动)|(?:访问|请求|操作)受限|异常(?:的)?(?:访问|流量|请求|活动)",
        r"(?:完成|进行|通过|点击|拖动|滑动|按住).{0,14}(?:验证|滑块|拼图)",
        r"请.{0,6}输入.{0,10}验证码|验证码.{0,10}(?:继续|确认)",
        r"(?:系统|服务器?)(?:繁|太)?忙|(?:网站|应用)防火墙|(?:禁止|拒绝|限制)访问|无权访问|没有.{0,4}访问权限",
        r"(?:请求|访问|操作|ip|地址).{0,24}(?:拦截|屏蔽|封禁|黑名单|阻断|限制|禁止|拒绝)|(?:不是|非|是否为?)机器人",
        r"checking (?:if the site connection|your browser)|unusual (?:traffic|activity)",
        r"enable (?:javascript|js) and cookies",
        r"(?:verify|confirm|prove) (?:that )?you(?:'re| are) (?:a )?(?:human|not)|not a robot",
        r"request (?:blocked|could not be)|rate limit|too many requests",
        r"access to this (?:site|service) has been limited",
        r"(?:been|was|is) (?:blocked|rejected|denied)|access (?:is )?denied|you don.t have permission|403 forbidden",
    ),
    "login": (
        r"(?:请|需要?|必须|应)(?:您|你|用户)?(?:先|重新)?(?:登录|登陆|登入)|(?:尚?未|没有|还没)(?:登录|登陆)",
        r"(?:登录|登陆|登入)(?:之?后|才)(?:能|可|即可|可以|方可|才能)?(?:继续)?(?:查看|阅读|浏览|访问|使用|操作|观看)",
        r"登录(?:已|状态)?(?:过期|失效|超时)|(?:please|need to|must|have to) (?:log|sign) ?in",
        r"(?:log|sign) ?in to (?:continue|read|view)",
    ),
    "soft_404": (
        rf"{_WHAT}[^，。！\n]{{0,10}}{_GONE}{_ENDS}|{_NOT_SEEN}[^，。！\n]{{0,12}}{_WHAT}",
        r"已被.{0,8}(?:删除|移除)|404 not found",
        r"(?:page|article|story|content|url|resource)\b.{0,40}"
        r"(?:not (?:be )?found|no longer|does(?:n.t| not) exist|removed|deleted)",
    ),
    "error": (
        r"(?:系统|网站|站点|服务器?).{0,6}(?:维护|升级中|错误|异常)|数据库.{0,8}(?:错误|失败)",
        r"under maintenance|internal server error|temporarily unavailable|database (?:connection|error)",
        r"fatal error|stack ?trace|exception report|http status 5",
    ),
}


def _any(patterns: tuple[str, ...]) -> str:
    return "|".join(patterns)


WHOLE = re.compile("|".join(f"(?P<{kind}>{_any(patterns)})" for kind, patterns in _WHOLE.items()), re.IGNORECASE)
SAID = {kind: re.compile(_any(patterns), re.IGNORECASE) for kind, patterns in _SAID.items()}
# A word or a sign of every notice above, in lower case: a page without any needs no further look.
HINT = re.compile(
    "频繁|异常|[验驗]|忙|拦截|屏蔽|黑名单|封禁|阻断|防火墙|禁止|拒绝|限制|受限|权|机器人|恶意|识别为|过快|太快|登[录陆入]|身份"
    "|存在|[删刪]除|下线|下架|失效|撤|不到|找到|丢|过期|移除|不见|消失|没有|飞走|维护|升级|错误|出错|失败|关闭|暂停|通行证"
    "|40[345]|41[08]|429|50[0-9]|moment|attention|denied|forbidden|block|reject|many requests|captcha|human|robot"
    "|unusual|cookies|rate limit|permission|interruption|log ?in|sign ?in|found|no longer|exist|removed|deleted"
    "|available|maintenance|error|trace|gateway|right back|security|ddos"
    "|verif|visitor|check|limited|satisfied|status|无法|违规|安全|检测|校验|运行时"
)
# How a page that shows the beginning of an article says that the rest is for others.
WALL = re.compile(
    r"^[^，。,.：:]{0,12}(?:登[录陆入]|注册|付费|购买|订阅|会员|支付|解锁).{0,10}(?:查看|阅读|浏览|解锁|继续).{0,6}(?:全文|剩余|余下|完整|全部内容)"
    r"|^.{0,6}(?:剩余|余下|其余).{0,12}(?:付费|会员|登[录陆入]|订阅).{0,10}$"
    r"|^本文(?:为|是|系).{0,6}(?:付费|会员|订阅)(?:专享|专属|可读)?(?:内容|文章)"
    r"|^(?:.{0,60}[.!?] )?(?:please )?(?:subscribe|log ?in|sign ?in|register|become a \w+)(?: now)? to "
    r"(?:continue|keep|finish|read|unlock)\b"
    r"|^this (?:article|story|content) is (?:only )?(?:available |reserved )?(?:only )?(?:for|to) (?:our )?(?:paid )?"
    r"(?:subscribers|members)",
    re.IGNORECASE,
)
# Of scripts of checks for humans; ordinary pages carry such scripts too, beside their words.
CHALLENGES = (
    "acw_sc__v", "__jsl_clearance", "('_')+('_')+('j')", "_cf_chl_opt", "waf_captcha", "TencentCaptcha", "$_ts=",
    "$_ts[", "awsWafCookie", "gokuProps", "_Incapsula_Resource", "captcha-delivery.com", "px-captcha", "initGeetest",
    "_guard/", "AliyunCaptcha", "aliyun_waf", "yunsuo_session", "safedog", "wzws_", "sec_defend", "TTGCaptcha",
    "bm-verify",
    "KPSDK",
)  # fmt: skip
# Signs of an article: in the markup, and in the words around it.
ARTICLE_MARKUP = re.compile(
    r"""og:type["']?\s+content=["']?article|["']@type["']\s*:\s*["'](?:News|Report|Blog)?\w{0,20}Article"""
    r"""|article:published_time|itemprop=["']?(?:datePublished|articleBody)|name=["']?publishdate""",
    re.IGNORECASE,
)
ARTICLE_WORDS = re.compile(
    r"(?:19|20)\d\d[-/.年]\s?\d{1,2}[-/.月]\s?\d{1,2}日?\s{0,3}\d{1,2}[:：时]\d{2}"
    r"|来源[:：]|责任编辑|责编|作者[:：]|记者[:：\s]|编辑[:：]|发布时间|发表于"
)
# What only a firewall tells its reader, with the time of its refusal.
TECHNICAL = re.compile(
    r"(?:您|你)的?(?:当前)?\s?IP|\bIP[:：]\s?\d|客户端\s?IP|client ip|ray id|访问时间|协助.{0,4}验证"
    r"|(?:请求|事件|拦截|错误)\s*(?:ID|编号)|request ?id|event ?id|incident|reference #|trace ?id",
    re.IGNORECASE,
)
# How a notice speaks, and news do not: to its reader, or as a server does.
ADDRESS = re.compile(
    r"您|你|当前(?:环境|请求|访问|网络)|即可继续|稍[后候後]|重试|刷新|\d秒|抱歉|对不起|對不起"
    r"|(?<![申邀聘提恳报])请(?!求)|sorry|please|\byour?\b|try again|go back|ray id"
    r"|(?:请求|事件)\s?ID|fatal error|stack ?trace|exception report|http status",
    re.IGNORECASE,
)
# What stands around the fields of a login form.
LOGIN_FORM = re.compile(
    r"登[录陆入]|注册|[账帐]号|用户名?|会员|密码|手机号?码?|邮箱|验证码|忘记|找回|记住我?|自动|下次|扫码|二维码|微信|QQ|微博|支付宝"
    r"|第三方|还?没有|立即|获取|短信|其他|方式|同意|隐私|政策|协议|条款|阅读|[我已并请的或与和到了]|欢迎|看不清|换一[张个]"
    r"|user ?name|password|e-?mail|log ?in|sign ?(?:in|up)|register|remember me|forgot|account",
    re.IGNORECASE,
)
