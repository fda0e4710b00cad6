"""Organizations, known by the endings of their names."""

import re
from typing import NamedTuple

from crawler.rules.facts.alternation import any_of, any_there
from crawler.rules.facts.reading import Found, Reading

_BUREAUS = """
    财政 税务 统计 公安 农业农村 农业 教育 监管 管理 监督 产权 气象 审计 民政 司法 水务 水利 林业 交通 运输 文旅 旅游
    卫生 卫健 健康 规划 建设 住建 城管 环保 环境 商务 科技 人社 保障 医保 应急 海事 地震 能源 粮食 铁路 邮政 民航
    烟草 药监 药品 市监 体育 档案 信访 外汇 移民 航天 航空 测绘 勘测 发改 改革 工信 信息化 经信 招商 促进 调查 安全
    督察 出版 电影 版权 公路 海洋 渔业 畜牧 园林 绿化 房管 国资 金融 事务 监狱 戒毒 消防 执法 采购 交易 资源 土地
    国土 供电 电力 水文 扶贫 振兴 储备 勘查 地质 质监 检疫 防控 征收 稽查 缉私
""".split()
_MINISTRIES = """
    财政 商务 教育 公安 外交 国防 科技 科学技术 工信 信息化 民政 司法 人社 社会保障 自然资源 生态环境 环保 住建
    城乡建设 交通 交通运输 水利 农业农村 农业 文旅 旅游 文化和旅游 退役军人事务 应急管理 应急 安全 铁道 卫生 宣传
    组织 统战 武装 能源 劳工 内政 贸易 经济 财务 采购 外事 作战 总
""".split()
_COMMITTEES = """
    卫健 卫生健康 发改 发展改革 国资 住建 经信 经贸 教 科 市 省 区 县 州 地 纪 监 团 党工 工 农 建 编 政法 网信 体 村
    居 管
""".split()
_YARDS = """
    法 检察 医 卫生 科学 研究 设计 学 国务 工程 养老 福利 剧 规划 勘察 疗养 博物 书 画 中科 社科 工程 技师 分 党校
    行政学
""".split()
_CENTRES = """
    研究 疾控 控制 服务 交易 采购 检测 检验 监测 管理 指挥 信息 会展 会议 新闻 救援 急救 培训 评估 技术 创新 发展
    推广 保障 结算 登记 考试 文化 体育 调度 预警 气象 评审 鉴定 质量 标准 资源 促进 合作 交流 医学 医疗 健康 防控
    储备 运营 测试 仲裁 艺术 台网 统计 预报 外汇 认证 清算 核算 会计 审核 调解 卫生 发射 航天 飞行 预防 实验 数值
    教育 就业 咨询 测评 计量
""".split()
_OFFICES = """
    财政 教育 公安 司法 民政 水利 商务 交通运输 农业农村 自然资源 生态环境 科技 科学技术 城乡建设 住建 信息化 工信
    文旅 旅游 社会保障 人社 应急管理 应急 办公 审计 环保 林业 国土资源 文化
""".split()
_PAPERS = "日 晚 时 早 商 证券 采购 经济 工人 青年 科技 教育 参考 导 华尔街日".split()
_COMPANIES = """
    石油 电力 航空 保险 烟草 铁路 科技 能源 地产 汽车 电网 燃气 水务 证券 信托 基金 制药 电信 通信 传媒 物业 医药
    半导体 技术 期货
""".split()


_BRIGADES = frozenset("消防救援 消防 交警 公安 执法 救援 海警 武警".split())
# Whole names that need nothing before them.
_NAMES = """
    国务院 央行 美联储 上交所 深交所 北交所 港交所 证监会 银保监会 银监会 保监会 国资委 发改委 卫健委 国家统计局
    外管局 全国人大 全国政协 最高人民法院 最高人民检察院 最高检 最高法 世卫组织 世界卫生组织 国新办 国台办 中办 国办
    中宣部 中组部 欧盟委员会 欧洲央行 英国央行 日本央行 新华社 中新社 路透社 法新社 彭博社 美联社 塔斯社 中科院
    社科院 中国科学院 中国工程院 财政部 商务部 教育部 公安部 外交部 国防部 科技部 工信部 民政部 司法部 人社部
    自然资源部 生态环境部 住建部 交通运输部 水利部 农业农村部 文旅部 应急管理部 应急部 审计署 海关总署 广电总局
    环保部 环境保护部 国土资源部 科学技术部 国铁集团 国网 南网 市科协 水利部 卫生部 铁道部 国家卫健委 国家发改委
    中央纪委 国家监委 国安部 世贸组织 联合国 国际货币基金组织 世界银行 欧佩克 国际能源署 中证协 中基协 中汽协 乘联会
""".split()
_ANY: frozenset[str] = frozenset()
# How a name ends: the last characters -> what must stand before them (nothing in particular where empty), and what must
# not follow.
_ENDINGS: dict[str, tuple[frozenset[str], str]] = {
    "局": (frozenset(f"{stem}{grade}" for stem in _BUREAUS for grade in ("", "总", "分", "支")), "面部势长限域外"),
    "部": (frozenset(_MINISTRIES), "分门署长队位级属委件落"),
    "委": (frozenset(_COMMITTEES), "员托派任会屈婉"),
    "院": (frozenset(_YARDS), "长士校内前外线"),
    "中心": (frozenset(_CENTRES), "城区镇地思任位议"),
    "厅": (frozenset(_OFFICES), "长级局"),
    "报": (frozenset(_PAPERS), "告道名表价送销到"),
    "公司": (frozenset(("控股", "总", "分", *_COMPANIES)), ""),
    **dict.fromkeys(
        "委员会 管委会 村委会 居委会 联合会 协会 商会 基金会 合作社 指挥部 领导小组 专员办 办公室 交易所 研究所"
        " 事务所 出版社 电视台 通讯社 博物馆 图书馆 派出所 供销社 俱乐部 税务所 街道办 街道办事处 总署".split(),
        (_ANY, ""),
    ),
    "实验室": (frozenset("重点 国家 联合 中心".split()), ""),
    "总队": (_BRIGADES, "长员"), "支队": (_BRIGADES, "长员"), "大队": (_BRIGADES, "长员"),
    "大学": (_ANY, "生城排路毕本"), "中学": (_ANY, "生"), "小学": (_ANY, "生"), "海关": (_ANY, "总数统"),
    "银行": (_ANY, "间业股板账卡存贷理利汇承本体类们"),
    "分行": (_ANY, "业为动情政程驶"), "支行": (_ANY, "业为动情政程驶"),
    "证券": (_ANY, "市板业及化基报时投代法欺从交"),
    "政府": (_ANY, "采工部债网性投购补间官引产职机决支财信服层系"),
}  # fmt: skip
# The same stems by their last character, the longest first.
_STEMS = {
    ending: {
        last: sorted((s for s in stems if s[-1] == last), key=len, reverse=True) for last in {s[-1] for s in stems}
    }
    for ending, (stems, _) in _ENDINGS.items()
}
_COMPANIES_WHOLE = ("有限公司", "有限责任公司", "有限合伙", "集团", "集团公司", "集团总公司")
_COMPANY_GOES_ON = re.compile(r"(?:[(][\u4e00-\u9fff]{2,8}[)])?(?:控股)?(?:股份)?有限|总?公司")
_FREE_ENDINGS = [word for word, asks in _ENDINGS.items() if asks == (_ANY, "")]
# The other endings, already without the places where the character before or the one behind shows that none is there.
_ASKING_ENDINGS = "|".join(
    word + (f"(?<=[{''.join(sorted(_STEMS[word]))}]{word})" if stems else "") + (f"(?![{never}])" if never else "")
    for word, (stems, never) in _ENDINGS.items()
    if stems or never
)
_ANCHOR = re.compile(f"{any_of([*_NAMES, *_FREE_ENDINGS, *_COMPANIES_WHOLE])}|{_ASKING_ENDINGS}")
_WHOLE_NAMES = frozenset(_NAMES)
_NOT_IN_NAMES = re.compile(r"[^\u4e00-\u9fffA-Za-z0-9·()&]")
_NOT_FIRST = frozenset("0123456789)·&")
_LONGEST = 30  # characters of a name before its ending
# Where a name begins: after one of these, unless it is part of one of the words beside them.
_SAFE = """
    和改革 和信息化 和社会保障 和城乡 和旅游 和计划 和草原 和体育 和技术 和安全 和文化 和科技 感染的肺炎 和谐 和平
    和田 和县 和林 和硕 和邦 和胜 和记 与应用 与信息 与技术 与管理 与发展 与控制 与健康 与评估 与合作 对外 对口 经济
    经贸 经营 经信 经开 经纬 神经 财经 在线 华为 无为 为民 数据 向阳 方向 将军 将乐 当代 当阳 同济 大同 同仁 同方
    合同 胡同 协同 以岭 以色列 于都 于洪 高等 中等 初等 平等 大使 给水 供给 补给 自由 从化 并购 合并 就业 再生 基因
    如皋 如东 随州 随县 传说 说唱 称多 到家 受托 被服 为农 于田 及第 至诚 至善 是德 据点 根据地 和利时 和辉 和顺
    和而泰 和晶 和仁 中和 祥和 太和 泰和 仁和 颐和 永和 人和 呼和浩特 对冲 经办 请示 将台 及时 使馆 把关 让胡路 国家
    进出口 出入境 出版 发明 公共资源 报告 通信 召集
""".split()
_CUTS = """
    的 了 与 和 及 对 由 从 向 被 据 经 在 是 为 把 将 给 让 并 或 称 于 至 到 以 等 因 受 使 请 按 随 同 跟 叫 说 赴
    往 系 即 这 那 也 曾 已 就 又 则 但 若 日前 近日 今日 昨日 今天 昨天 目前 此前 当日 今年 去年 明年 当年 近年 同时
    届时 此时 记者 根据 按照 来自 位于 包括 以及 通过 获悉 联合 会同 授权 宣布 表示 显示 发布 公布 收购 持有 旗下
    隶属 委托 参加 前往 去 送 过 收治 收住 收入 转运 飞赴 抓紧 缓解 现有 帮助 集中 看望 慰问 定名 改建 建成 再建 新建
    改造 一座 一所 一个 这家 我 运载 专门 发动 推动 负责 主管 采购人 代理机构 供应商 名称 加入 致函 所属 下属 出任
    担任 走访 成立 组建 设立 选举 聘请 起诉 举报 支持 指导 要求 责令 建议 决定 批准 毕业 就读 任职 就职 来源 原任
    其中 控股股东 子公司 分别 共同 发起 关联方 关于 作为 介绍 股东 转让 出售 增资 入股 投资 认购 获得 收到 接到
    中标人 中标单位 成交供应商 招标人 起草 主办 承办 协办 牵头 配合 送往 送至 转入 转至 转往 抵达 访问 进入 离开 走进
    联系 咨询 一家 多家 两家 三家 几家 部分 有关 相关 上述 各级 多个 各 该 本 某 每 全资 现任 时任 曾任 历任 兼任
    转任 升任 调任 前 后 则由 均 也由 专家 消息 监制 协议 合作方 单位 印发 通报 通知 强调 提出 指出 认为 透露 采访
    报道 披露 公告 与会 代表 主席 总裁 董事长 总经理 行长 校长 院长 局长 部长 书记 主任 教授 研究员 副 考入 提供 交给
    交由 责成 督促 引入 包含 涉及 分布 针对 连续 不断 当前 当地 名为 参股 实控人
    实际控制人 受让方 出让方 竞得 拟向 买方 卖方 购买 采购 启动 出席 打造 建设 调研 考察 转发 截至 截止 中间价 贷款
    借款 授信 存款
""".split()
_DIGIT_CUTS = [f"{digit}{unit}" for digit in range(10) for unit in "日号时分年月名家个次人例"]
_HOLDS = "控股(?!集团|股份|有限|国际|公司|[(])"
_SAFE_WORDS = frozenset(_SAFE)
_CUT = re.compile(rf"{_HOLDS}|\((?![\u4e00-\u9fff]{{2,8}}[)])|{any_there([*_SAFE, *_CUTS, *_DIGIT_CUTS])}")
# Names that begin in the middle of a run of characters mostly begin with one of these.
_PLACES = """
    北京 天津 上海 重庆 河北 山西 辽宁 吉林 黑龙江 江苏 浙江 安徽 福建 江西 山东 河南 湖北 湖南 广东 海南 四川 贵州
    云南 陕西 甘肃 青海 台湾 内蒙古 广西 西藏 宁夏 新疆 香港 澳门 广州 深圳 武汉 杭州 南京 成都 西安 郑州 济南 青岛
    沈阳 长春 哈尔滨 石家庄 太原 合肥 福州 厦门 南昌 长沙 南宁 海口 贵阳 昆明 兰州 西宁 银川 乌鲁木齐 呼和浩特 拉萨
    大连 宁波 苏州 无锡 温州 中国 全国 国家 美国 英国 日本 德国 法国 韩国 俄罗斯 欧洲 加拿大 澳大利亚 印度
""".split()
_PLACE_WORDS = frozenset(_PLACES)
_PLACE = re.compile(any_of(_PLACES))
# With nothing but this before its ending a word is no name: 各级医院, 多家银行.
_GENERIC_WORDS = """
    商业 国有 投资 中央 外资 地方 城市 农村 中小 大型 定点 三甲 公立 方舱 民营 基层 综合 专科 县级 市级 省级 上市
    龙头 重点 高校 家 内 外 大 小 中 主 人民 人 第 两 三 多 党 政 社 类 全 各地 一 所 医 大医 科学 研究 国际 银行
    集团 行 董事 县区 住 出 入 国内 民办 中小微 股份制 城商 农商 私立 高等 地市 省市 全市 全省 全国 市县 各省 控股 省
    市 区 县 镇 乡 州
""".split()
_GENERIC = frozenset(["", *_GENERIC_WORDS, *(f"{grade}级" for grade in "一二三四五六")])
_GENERIC_LAST = ("定点", "公立", "专科", "民营", "方舱", "各大", "当地", "上")
_EVERY = frozenset("全 各 市县 全市 全省 各地".split())
_ALONE = frozenset(
    "市委 省委 区委 县委 市政府 省政府 区政府 县政府 州政府 镇政府 乡政府 市纪委 省纪委 团市委 团省委".split()
)
_GOES_ON = re.compile(r"大学|银行|医院|公司|集团|科学院|委员会|政府|[局部院委]")
_UNDER = re.compile(
    r"(?:医院|学院|研究院|研究所|分行|支行|公司|中心|实验室|出版社|办公厅|办公室|分局|政府|委员会|宣传部|组织部|统战部|政法委)\Z"
)
_OF_A_PLACE = re.compile(r"[\u4e00-\u9fff]{0,12}[省市区县州]")
_NOT_AFTER_NAMES = frozenset("门分署")
_LONG_BUT_BARE = ("委员", "管委", "村委", "居委", "联合", "指挥", "领导", "办公")


class Ending(NamedTuple):
    """How a name ends, and where: a whole `name`, a `company`, or another `ending`."""

    kind: str
    start: int
    end: int


def read_organizations(reading: Reading) -> None:
    """Add every organization whose name ends as such names do."""
    last: Found | None = None
    for anchor in _ANCHOR.finditer(reading.plain):
        if reading.taken[anchor.start()] or (ending := _ending(reading.plain, anchor)) is None:
            continue
        start, joined = _named(reading, ending, last)
        if start < 0:
            continue
        if joined and reading.found and reading.found[-1] is last:
            reading.found.pop()
        reading.add("organization", start, ending.end, normal(reading.plain[start : ending.end]))
        last = reading.found[-1]


def normal(name: str) -> str:
    """A name without spaces and with half-width brackets.

    >>> normal("某某（集团）有限公司")
    '某某(集团)有限公司'
    """
    return "".join(name.split()).replace("（", "(").replace("）", ")")


def _ending(text: str, anchor: re.Match[str]) -> Ending | None:
    word, (start, end) = anchor[0], anchor.span()
    if (known := _ENDINGS.get(word)) is None:
        return _whole_ending(text, word, start, end)
    if not known[0]:
        return Ending("ending", start, end)
    for stem in _STEMS[word].get(text[start - 1 : start], ()):
        if text.endswith(stem, 0, start):
            return Ending("ending", start - len(stem), end)
    return None


def _whole_ending(text: str, word: str, start: int, end: int) -> Ending | None:
    if word in _WHOLE_NAMES:
        return None if text[end : end + 1] in _NOT_AFTER_NAMES else Ending("name", start, end)
    return None if word == "集团" and _COMPANY_GOES_ON.match(text, end) else Ending("company", start, end)


def _named(reading: Reading, ending: Ending, last: Found | None) -> tuple[int, bool]:
    """Where the name with this ending begins (-1: it is none), and whether it takes in the one just before."""
    floor = max(0, ending.start - _LONGEST, last.end if last else 0)
    first = _beginning(reading, floor, ending)
    stem, whole = reading.plain[first : ending.start], reading.plain[first : ending.end]
    if last is not None and last.end == first and _joins(last, whole):
        return last.start, True
    if ending.kind == "name":
        return first if stem in _PLACE_WORDS or _OF_A_PLACE.fullmatch(stem) else ending.start, False
    if whole in _ALONE or not _is_generic(ending, stem, whole):
        return first, False
    return -1, False


def _joins(last: Found, whole: str) -> bool:
    return (
        len(whole) <= 14
        and last.end - last.start <= _LONGEST
        and _GOES_ON.search(last.fact.text[-3:]) is not None
        and _UNDER.search(whole[-5:]) is not None
    )


def _is_generic(ending: Ending, stem: str, whole: str) -> bool:
    if ending.kind == "company":
        return len(stem) < 2
    word = whole[len(stem) :]
    if len(word) > 2 and not word.startswith(_LONG_BUT_BARE):
        return len(whole) < 4 or (not stem and word.endswith(("中心", "公司"))) or stem in _EVERY
    return stem in _GENERIC or stem.endswith(_GENERIC_LAST)


def _beginning(reading: Reading, floor: int, ending: Ending) -> int:
    """Where the name with this ending begins, not before `floor`."""
    end = ending.start
    window = reading.plain[floor:end]
    run = _NOT_IN_NAMES.search(window[::-1])
    first = len(window) - run.start() if run else 0
    for cut in _CUT.finditer(reading.plain, floor + first, ending.end):
        if cut[0] not in _SAFE_WORDS and cut.end() <= end:
            first = cut.end() - floor
    first += reading.taken[floor + first : end].rfind(b"\x01") + 1
    while first < len(window) and (window[first] in _NOT_FIRST):
        first += 1
    if window.count("(", first) < window.count(")", first):
        first = window.rfind(")") + 1
    place = _PLACE.search(window, first)
    if place and not _PLACE.match(window, first):
        first = place.start()
    return floor + first
