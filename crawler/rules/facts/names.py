"""Quoted names, and people: who wrote, who spoke."""

import re

from crawler.rules.facts.alternation import any_of
from crawler.rules.facts.quantities import ARABIC
from crawler.rules.facts.reading import Reading

_QUOTED = re.compile(
    r"《(?P<book>[^《》\n]{1,60}(?:《[^《》\n]{1,40}》[^《》\n]{0,40})?)》"
    r"|“(?P<double>[^“”\n]{1,14})”|‘(?P<single>[^‘’\n]{1,14})’|「(?P<corner>[^「」\n]{1,14})」"
    r'|"(?P<straight>[^"\n]{1,14})"'
)
_SENTENCE = re.compile(r"[，。；:!?、,;%=<>]|[0-9]{4}年")
_SURNAMES = (
    "王李张刘陈杨赵黄周吴徐孙胡朱高林何郭马罗梁宋郑谢韩唐冯于董萧程曹袁邓许傅沈曾彭吕苏卢蒋蔡贾丁魏薛叶阎余潘杜戴"
    "夏钟汪田任姜范方石姚谭廖邹熊金陆郝孔白崔康毛邱秦江史顾侯邵孟龙万段雷钱汤尹黎易常武乔贺赖龚文庞樊兰殷施陶洪翟"
    "安颜倪严牛温芦季俞章鲁葛伍韦申尤毕聂丛焦向柳邢路岳齐沿梅莫庄辛管祝左涂谷祁时舒耿牟卜詹关苗凌费纪靳盛童欧甄项"
    "曲成游阳裴席卫查屈鲍位覃霍翁隋植甘景薄单包司柏宁柯阮桂闵解强柴华车冉房边辜吉饶刁瞿戚丘古米池滕晋苑邬臧畅宫束"
    "谌佟佘仇佴麻占练闻巩蔺敖冼訾阚褚荆桑濮寿蒲蔚井廉巫邰尚晏鄢丰匡仲衡贡钮窦干鞠隗原来缪符习"
)
_NAME = rf"(?:欧阳|司马|上官|诸葛|皇甫|[{_SURNAMES}])[\u4e00-\u9fff](?:[\u4e00-\u9fff]|某)?"
_FOREIGN = r"[\u4e00-\u9fff]{1,6}(?:·[\u4e00-\u9fff]{1,8}){1,3}"
_ROLE = re.compile("记者|通讯员|作者|责任编辑|责编|编辑|撰文|摄影|校对|实习生|联系人|名单")
_SAME_ROLE = {"责编": "责任编辑", "名单": "评审专家"}
_BYLINE = re.compile(
    rf"(?P<sep>[ :/]{{0,2}})"
    rf"(?P<names>{_NAME}(?:[ 、,]{{1,2}}{_NAME}){{0,4}})"
    r"(?=$|[\n ,，。;:()/】\]|]|通讯员|记者|摄|报道|文|电|从|在|获悉|采写)"
)
_PHOTOGRAPHER = re.compile(rf"(?P<names>{_NAME}) ?[/ ]?\Z")
_NOT_PHOTOGRAPHED = frozenset("像影氏取入制")
_ALONE = re.compile(rf"\n\((?P<names>{_NAME}(?:[ 、]{_NAME}){{0,3}})\)(?=\n|$)")
_SAYS = (
    "表示 指出 认为 介绍 透露 强调 坦言 直言 告诉 称 说 分析 解释 建议 呼吁 回应 补充 预测 判断 写道 提醒 提到".split()
)
_TITLES = """
    董事长 总经理 总裁 首席执行官 首席经济学家 经济学家 首席分析师 分析师 研究员 教授 院士 主任 局长 部长 市长 省长
    县长 区长 书记 主席 会长 秘书长 院长 校长 行长 所长 处长 科长 司长 厅长 发言人 负责人 创始人 专家 医生 律师 董事
    监事 经理 总监 总编辑 理事长 议员 总统 总理 首相 大使 博士 先生 女士 队长 站长 组长 代表 委员 董秘 店主 村民 居民
    市民 患者 消费者 投资者 司机 学生 老师 教练 导演 演员 作家 人 长 师 员
""".split()
_VERB = re.compile(any_of(_SAYS))
_NOT_VERB = frozenset("为谓呼号法明书")
_SPEAKS = (
    rf"(?P<name>{_FOREIGN}|[{_SURNAMES}](?:先生|女士)|{_NAME})"
    r"(?:\([^()\n]{1,12}\))?(?:[对向][^，。；,\n]{0,8}记者|近日|则|还|也|曾|进一步|今日|昨日|公开)?"
    r"(?:推文|发文|撰文|在[^，。；,\n]{2,12})?\Z"
)
_BEFORE_SPEAKER = any_of(["据", *_TITLES, *"\n ，。；;:！？!?、“”()"])
_SPEAKER = re.compile(f"(?P<before>{_BEFORE_SPEAKER}){_SPEAKS}")
_SPEAKER_FIRST = re.compile(f"(?P<before>{_BEFORE_SPEAKER}|){_SPEAKS}")  # where the stretch that is searched begins
_REACH = 24  # characters before a verb in which who speaks is sought
_LEAD = re.compile(rf"(?P<name>{_NAME}):")
_LINE_END = re.compile("\n")
# What begins with a surname and is no name.
_NOT_PEOPLE = """
    标题 来源 编者 快讯 导语 摘要 高管 高校 高层 高新 方面 方案 方才 马方 金融 黄金 文件 文章 关于 管理 成员 华为
    单位 时任 时间 向来 常委 常务 强调 安全 万科 任何 任务 包括 包含 来自 司法 司机 石油 江苏 江西 武汉 武装 温州
    苏州 宁波 宁夏 陕西 广东 海外 路透 白宫 白酒 钱包 项目 田园 梅花 游客 席位 卫生 查看 边界 房企 房产 车企 车主
    古代 米兰 康复 温馨 常见 常规 易方 盛美 齐心 成本 成立 成为 解释 安徽 杭州 郑州 徐州 关键 石家 兰州 池州 柳州
    华泰 安信 招商 兴业 广发 平安 海通 申万 方正 长江 华西 华创 万联 汇丰 高盛 花旗 摩根 瑞银 野村 钱江 温氏 宁德
    金山 金龙 于是 何时 何人 何况 余下 余额 万元 万人 许多 毕竟 易于 时期 时候 申请 申报 成功 景区 项下 关注 关系
    关闭 江湖 文化 文旅 武器 侯选 雷达 龙头 龙虎 石化 金属 金额 马来 马上 高级 高度 高端 高速 白银 常年 管控 管委
    管道 华夏 边境 路线 路径 谷歌 向上 向外 成交 成绩
""".split()
_NO_NAME = re.compile(
    rf"{'|'.join(_NOT_PEOPLE)}|国.|东.|中.|.公开|.[某氏]$"
    r"|..[市省县区局部院厅司行业股社方们者家等的是会报还也曾则都均对向又再并可所点]$|.[还也曾则都均方司某总等先女老的是会可所局]$"
)


def read_names(reading: Reading) -> None:
    """Add the names of works and things in quotation marks; what is a sentence there is no name."""
    for match in _QUOTED.finditer(reading.plain):
        inner = match[match.lastgroup or 0]
        if not reading.is_taken(*match.span()) and (match["book"] or _is_name(inner)):
            reading.add("name", *match.span(), " ".join(inner.split()))


def _is_name(text: str) -> bool:
    """Whether the words in quotation marks are a name: no sentence, no quantity."""
    quantity = ARABIC.search(text) if any("0" <= c <= "9" for c in text) else None
    return not _SENTENCE.search(text) and not (quantity and (quantity["unit"] or quantity["scale"]))


def read_people(reading: Reading) -> None:
    """Add those who wrote, photographed or spoke."""
    _read_bylines(reading)
    for verb in _VERB.finditer(reading.plain):
        if reading.plain[verb.end() : verb.end() + 1] not in _NOT_VERB:
            _read_speaker(reading, verb.start())
    starts = (0, *(match.end() for match in _LINE_END.finditer(reading.plain)))
    for match in filter(None, (_LEAD.match(reading.plain, start) for start in starts)):
        if len(match["name"]) == 3 and not _NO_NAME.search(match["name"]) and not reading.is_taken(*match.span("name")):
            reading.add("person", *match.span("name"), match["name"])


def _read_bylines(reading: Reading) -> None:
    text = reading.plain
    for role in _ROLE.finditer(text):
        match = _BYLINE.match(text, role.end())
        if match and (role[0] != "名单" or "专家" in text[max(0, role.start() - 24) : role.start()]):
            _add_people(reading, match["names"], match.start("names"), _SAME_ROLE.get(role[0], role[0]))
    place = text.find("摄")
    while place >= 0:
        window = text[max(0, place - 6) : place]
        match = _PHOTOGRAPHER.search(window)
        if match and text[place + 1 : place + 2] not in _NOT_PHOTOGRAPHED:
            _add_people(reading, match["names"], place - len(window) + match.start("names"), "摄")
        place = text.find("摄", place + 1)
    for match in _ALONE.finditer(text):
        _add_people(reading, match["names"], match.start("names"), None)


def _add_people(reading: Reading, names: str, offset: int, role: str | None) -> None:
    for name in re.finditer(_NAME, names):
        start, end = offset + name.start(), offset + name.end()
        if not _NO_NAME.search(name[0]) and not reading.is_taken(start, end):
            reading.add("person", start, end, name[0], role=role)


def _read_speaker(reading: Reading, verb: int) -> None:
    offset = max(0, verb - _REACH)
    window = reading.plain[offset:verb]
    match = _SPEAKER_FIRST.match(window) or _SPEAKER.search(window, 1)
    if match is None or (offset and not match["before"]) or _NO_NAME.search(match["name"]):
        return
    start, end = offset + match.start("name"), offset + match.end("name")
    if not reading.is_taken(start, end):
        reading.add("person", start, end, match["name"])
