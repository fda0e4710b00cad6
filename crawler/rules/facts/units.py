"""Units: what a word after a number makes of it."""

import re
from typing import NamedTuple

from crawler.rules.facts.numbers import SCALES


class Unit(NamedTuple):
    """The type of fact that a unit makes, its normal form, and what to multiply with to get there."""

    type: str
    unit: str
    factor: int = 1


_CURRENCIES = {
    "元": "元 人民币元 元人民币 人民币 块钱",
    "美元": "美元 美金", "欧元": "欧元", "港元": "港元 港币", "日元": "日元", "英镑": "英镑", "韩元": "韩元",
    "澳元": "澳元", "加元": "加元", "瑞士法郎": "瑞士法郎", "卢布": "卢布", "卢比": "卢比", "新台币": "新台币 台币",
    "新加坡元": "新加坡元 新元", "泰铢": "泰铢", "澳门元": "澳门元", "林吉特": "林吉特",
}  # fmt: skip
PREFIXES = {
    "人民币": "元", "RMB": "元", "CNY": "元", "¥": "元", "US$": "美元", "USD": "美元", "HK$": "港元", "HKD": "港元",
    "$": "美元", "€": "欧元", "EUR": "欧元", "£": "英镑", "GBP": "英镑", "JPY": "日元",
}  # fmt: skip
# Measure words that follow Arabic and Chinese numerals alike.
_MEASURES = """
    人次 架次 班次 车次 批次 例次 人份 剂次 标准箱 个工作日 日历天 工作日 个交易日 交易日 个月 个小时 小时 分钟 秒钟
    周岁 个 件 家 起 例 吨 万吨 户 人 名 台 辆 位 项 条 只 趟 架 艘 次 股 笔 套 份 批 张 篇 部 座 所 间 栋 幢 处 场
    期 款 种 类 层 岁 天 周 年 米 公里 千米 平方米 平方公里 立方米 公顷 亩 公斤 千克 毫克 微克 克 毫米 厘米 毫升 升
    千瓦时 千瓦 兆瓦时 兆瓦 吉瓦时 吉瓦 万千瓦 度电 桶 盎司 斤 株 头 枚 颗 瓶 盒 箱 袋 列 支 册 幅 届 轮 组 支队 双
    秒 粒 剂 床 英里 英尺 海里 克拉 摄氏度 车 票 席 杯 环 强 校 省份 城市 级
""".split()
_ARABIC_ONLY = "点 手 单 日 门 首 度 对 本 卷 集 ℃ °C 分 公分 国 省 市 县 区 镇 村".split()
_LATIN = "km kg cm mm nm m g t mg ml L kW MW GW kWh MWh GWh KW GB TB MB Hz GHz MHz W Wh mAh TEU ha km2 m2 m3".split()
# Words that begin with a unit's character where no unit stands.
_NOT_UNITS = """
    人民(?!币) 人才 人员 人大 人口 人工 人类 人气 人文 人机 人社 人寿 人选 人力 人体 人物 名义 名单 名称 名列 名副
    名校 名人 家长 家庭 家电 家居 家具 家园 家族 家用 例外 例如 起诉 起草 起来 起步 起点 起飞 项目 户籍 户口 户外
    户型 个人 个别 个体 个性 批准 批评 批复 批发 批量 股东 股份 股权 股票 股价 股市 股指 股息 股本 股债 次日 次数
    次新 次要 次于 台湾 台风 台州 台账 台北 台商 台山 台海 米兰 米其 克服 克拉玛 克强 克里 克隆 年轻 年级 年报 年薪
    年会 年货 年化 年终奖 年龄 周边 周末 周期 周转 周年 周一 周二 周三 周四 周五 周六 周日 周刊 周围 周口 天津 天然
    天气 天猫 天地 天合 天齐 天府 天河 份额 份子 期货 期间 期权 期限 期待 期望 期末 期初 期指 场所 场景 场馆 场内
    场外 场地 场均 部分 部门 部署 部长 部队 部委 所以 所有 所得 所在 所属 所谓 所需 所持 所示 间接 间隔 处理 处罚
    处于 处置 处分 处长 种植 种子 种业 类似 类别 类型 层面 层次 款项 条件 条例 条款 条约 只有 只是 只能 只要 只需
    位于 位置 位列 位居 位次 位一体 张家 张江 张掖 套利 套期 套餐 座谈 升级 升值 升至 升幅 升温 升高 升学 升降 升旗
    升息 斤斤 头部 头寸 头条 头衔 箱体 袋鼠 列车 列为 列入 列支 支持 支付 支出 支撑 支援 支行 支部 支架 双方 双双
    双边 双碳 双重 双向 双创 双减 秒杀 秒钟后 轮胎 轮动 轮值 组织 组合 组成 组建 组委 组长 车型 车企 车辆 车主 车间
    车牌 票据 票房 票价 票面 席位 席卷 席间 环比 环境 环保 环节 环球 环卫 强化 强劲 强调 强势 强制 强度 校园 校长
    点评 点击 点位 点名 点亮 点燃 手机 手续 手段 手册 手术 手中 手动 手足 单位 单日 单价 单一 单个 单独 单季 单月
    单元 单笔 日本 日报 日常 日均 日前 日游 日线 日趋 日益 日渐 日程 日产 门店 门诊 门槛 门票 首次 首个 首家 首日
    首席 首批 首季 度假 度过 对于 对应 对外 对比 对口 对手 对接 对此 对方 本报 本科 本次 本身 本土 本地 本金 本周
    本月 本年 本人 本级 集团 集中 集合 集成 集采 分别 分析 分布 分行 分期 分类 分红 分会 分公司 分歧 分之 分局 分拆
    分化 级别 国际 国家 国内 国企 国有 国外 国资 国债 国产 国民 国道 国药 省级 省内 省外 省委 省市 省政 省直 市场
    市值 市级 市区 市盈 市民 市政 市委 市净 市占 县级 县域 县委 区域 区间 区块 区委 区别 镇静 镇江 村民 村委 村镇
    亩产 元首 元旦 元宵 元素 元件 元器件 元老 元年 元月 元宇宙 成立 成为 成果 成功 成员 成交 成本 成绩 成都 成长 成份
    成分 成品 成熟 成套 成人 成效 成型 倍增 倍受 倍感 倍特
""".split()  # fmt: skip

UNITS: dict[str, Unit] = {
    **{word: Unit("count", word) for word in (*_MEASURES, *_ARABIC_ONLY, *_LATIN)},
    **{word: Unit("amount", name) for name, words in _CURRENCIES.items() for word in words.split()},
    "%": Unit("percent", "%"), "‰": Unit("percent", "‰"), "‱": Unit("percent", "‱"), "成": Unit("percent", "%", 10),
    "个百分点": Unit("points", "个百分点"), "百分点": Unit("points", "个百分点"),
    **dict.fromkeys("个基点 基点 bp BP bps BPs".split(), Unit("points", "基点")),
    "倍": Unit("multiple", "倍"),
}  # fmt: skip
DURATIONS = set(
    "日 天 周 年 个月 个小时 小时 分钟 秒 个工作日 工作日 个交易日 交易日".split()
)  # 近三年: the last three


_SCALED = re.compile(rf"(?P<scale>{'|'.join(sorted(SCALES, key=len, reverse=True))})?(?P<unit>.+)")


def unit_named(text: str | None) -> tuple[int, Unit] | None:
    """What a unit's name says: (scale, unit); None where it names no unit.

    >>> unit_named("万元")
    (10000, Unit(type='amount', unit='元', factor=1))
    """
    match = _SCALED.fullmatch(text or "")
    unit = UNITS.get(match["unit"]) if match else None
    return (SCALES.get(match["scale"] or "", 1), unit) if match and unit else None


def _by_first_character(words: list[str]) -> str:
    """The units as one pattern, the words that are none ruled out at their first character."""
    branches = []
    for first in sorted({word[0] for word in words}):
        others = "|".join(w[1:] for w in _NOT_UNITS if w[0] == first)
        rest = "|".join(re.escape(w[1:]) for w in sorted(words, key=len, reverse=True) if w[0] == first)
        branches.append(re.escape(first) + (f"(?!{others})" if others else "") + (f"(?:{rest})" if rest else ""))
    return "|".join(branches)


_LATIN_UNITS = [w for w in UNITS if w[0].isascii() and w[0].isalpha()]
_HAN_UNITS = [w for w in UNITS if w not in _LATIN_UNITS]
_WHOLE = r"(?![A-Za-z0-9])"  # the unit g does not stand in 5G, nor km in 5kmx
AFTER_ARABIC = rf"(?:{_by_first_character(_HAN_UNITS)}|(?:{_by_first_character(_LATIN_UNITS)}){_WHOLE})"
AFTER_CHINESE = f"(?:{_by_first_character([w for w in _HAN_UNITS if w not in _ARABIC_ONLY] + ['日', '点'])})"
PER = (
    "(?:平方米|立方米|平方公里|千瓦时|小时|公斤|千克|公里|分钟|人次|盎司|标准箱|年度"
    r"|[吨年月日天股份人户克亩桶盒瓶支剂袋箱斤度台辆套件个升米秒票晚]|(?:kg|km|t|h|W|Wh)(?![A-Za-z0-9]))"
)
