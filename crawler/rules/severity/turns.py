"""Words that turn a statement or name somebody, in a stretch of words that an edit changed.

Facts know more of them and where they stand; this is a second look, at nothing but what went and what came.
"""

import re
from collections import Counter

from crawler.rules.diff.words import tagged

_NOT = "不 未 没有 没 无 非 否 勿 莫 负 并非 尚未 绝非 从未".split()
_NOT_NOT = """
    不断 不仅 不少 不过 不久 不但 不管 不论 不妨 不料 不禁 不愧 不止 不光 不单 不只 不乏 不时 不动产 不锈钢 不良 不得不
    不等 不错 不免 未来 未知 未免 未央 未婚 未成年 无锡 无论 无疑 无人机 无线 无偿 无形 无限 无数 无比 无缝 无奈 无穷
    无非 无机 无障碍 没收 没落 非常 非洲 非法 是否 能否 可否 莫斯科 负责 负担 负债 负荷
    抱负 肩负 担负 差不多 了不起 不可抗力 前所未有 不同凡响 不遗余力
""".split()
_WAYS = {
    "up": "增长 增加 增多 上升 回升 攀升 激增 上涨 大涨 收涨 领涨 涨停 涨幅 涨 升值 扭亏 盈利 预增 增持 上调 调升 调高"
    " 高于 超过 升至",
    "down": "下降 减少 下滑 回落 锐减 骤降 下跌 大跌 收跌 领跌 跌停 跌幅 跌 贬值 亏损 预减 减持 下调 调降 调低"
    " 低于 不足 降至",
    "in": "净买入 净流入 买入 流入",
    "out": "净卖出 净流出 卖出 流出",
    "year": "同比",
    "period": "环比",
}
_WAYS_EN = {
    "up": "rose rise rises risen increase increases increased up gain gains gained grew grow growth higher climb"
    " climbed jump jumped surge surged soared profit profits",
    "down": "fell fall falls fallen decrease decreases decreased down drop drops dropped decline declined lower slid"
    " slump slumped plunge plunged sank loss losses",
}
_WAY_EN = {word: way for way, listed in _WAYS_EN.items() for word in listed.split()}
# What a figure is of: 每亩, 每公顷, a ton or a litre. One in another's place makes another figure of it.
_MEASURES = (
    "亩 公顷 平方米 平方公里 立方米 斤 公斤 千克 克 吨 升 桶 盎司 米 公里 千米 人 户 家 天 日 周 月 季度 季 年 小时"
    " 分钟 股 手 美元 欧元 港元 日元 英镑 元 万元 亿元"
).split()
_MEASURE = re.compile(rf"(?:每|/)?({'|'.join(sorted(_MEASURES, key=len, reverse=True))})")
_WAY = {word: way for way, listed in _WAYS.items() for word in listed.split()}
# Where one of a pair took the other's place; either may come or go alone without turning anything.
_OPPOSITES = [
    tuple(pair.split("/"))
    for pair in """
    提高/降低 提升/降低 扩大/缩小 加快/放缓 加速/放缓 升/降 增/减 高/低 多/少 大/小 进/出 买/卖 有/无 上/下 前/后 左/右
    东/西 南/北 支持/反对 赞成/反对 同意/拒绝 同意/反对 批准/驳回 成功/失败 胜/负 赢/输 胜诉/败诉 有罪/无罪 合法/违法
    合法/非法 允许/禁止 可以/不可 开始/结束 上市/退市 上涨/持平 下跌/持平 盈余/赤字 顺差/逆差 通过/否决 进口/出口
    国内/国外 境内/境外 男/女 生/死 受伤/死亡 公开/保密
    利好/利空 看涨/看跌 看好/看淡 乐观/悲观 宽松/收紧 原告/被告 上诉/撤诉 就任/离任 上任/卸任 收购/出售
    加息/降息 高位/低位 最高/最低
""".split()
]
_WHEN = re.compile(
    r"(?:周|星期|礼拜)[一二三四五六日天]|[今昨明前后][天日年晚早]|去年|[上下本这][周月]|[上下]半年|[上下中]午|凌晨|早晨|清晨|傍晚|晚间|[上中下]旬|年[初中底末]|月[初中底末]"
)
_LATIN_NAME = re.compile(r"[A-Z][A-Za-z\u00c0-\u024f'’-]+")
_HAN = re.compile(r"[\u4e00-\u9fff]")
_PLACES = ("ns", "nt")  # places and institutions; what is tagged nr or nz alone may be a common word
_NAMES = ("nr", "nz", *_PLACES)


def _any_of(found: list[str]) -> str:
    return "|".join(sorted(found, key=len, reverse=True))


_TURN = re.compile(
    rf"(?:{_any_of(_NOT_NOT)})|不同(?!意)|(?P<way>{_any_of(list(_WAY))})|(?P<no>{_any_of(_NOT)})|\b(?P<not>not?|never|n't)\b"
    rf"|\b(?P<way_en>{'|'.join(_WAY_EN)})\b"
)


def differ(gone: str, come: str) -> bool:
    """Whether the words that went and those that came say opposite things: a negation, a direction, a day.

    >>> differ("", "不"), differ("增长", "下降"), differ("增长", "上升"), differ("不断", "")
    (True, True, False, False)
    >>> differ("每亩", "每公顷"), differ("rose", "fell"), differ("updated", "upheld")
    (True, True, False)
    """
    if _turns(gone) != _turns(come):
        return True
    if gone and come:
        return _are_opposite(gone, come) or _are_other_days(gone, come) or _are_other_measures(gone, come)
    return False


def _turns(text: str) -> Counter[str]:
    return Counter(_way(m) for m in _TURN.finditer(text.casefold()) if m.lastgroup)


def _way(match: re.Match[str]) -> str:
    return _WAY[match[0]] if match["way"] else _WAY_EN[match[0]] if match["way_en"] else "no"


def _are_opposite(gone: str, come: str) -> bool:
    return any((a in gone and b in come) or (b in gone and a in come) for a, b in _OPPOSITES if len(a) > 1) or any(
        gone.replace(a, b) == come or gone.replace(b, a) == come
        for a, b in _OPPOSITES
        if len(a) == 1 and (a in gone or b in gone)
    )


def _are_other_measures(gone: str, come: str) -> bool:
    before, after = _MEASURE.fullmatch(gone.strip()), _MEASURE.fullmatch(come.strip())
    return before is not None and after is not None and before[1] != after[1]


def _are_other_days(gone: str, come: str) -> bool:
    before, after = _WHEN.findall(gone), _WHEN.findall(come)
    return bool(before and after) and before != after


def names_differ(gone: str, come: str) -> bool:
    """Whether a name of a place or an institution came or went, or any name took another's place.

    >>> names_differ("山西", "陕西"), names_differ("近日", "日前")
    (True, False)
    """
    before, after = _names(gone, _NAMES), _names(come, _NAMES)
    if before == after:
        return False
    return bool(before and after) or _names(gone, _PLACES) != _names(come, _PLACES)


def _names(text: str, tags: tuple[str, ...]) -> Counter[str]:
    found = Counter(word for word, tag in tagged(text) if tag.startswith(tags) and len(word) > 1) if text else Counter()
    return found + Counter(_LATIN_NAME.findall(text))
