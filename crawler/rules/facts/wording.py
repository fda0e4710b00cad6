"""Words that turn a statement: its direction, its negation, its hedges."""

import re

from crawler.rules.facts.alternation import any_of
from crawler.rules.facts.reading import Reading

_RISE = "上涨 大涨 收涨 领涨 微涨 暴涨 飙涨 累涨 普涨 续涨 齐涨 涨停 涨幅 涨价 涨至 涨"
_DIRECTIONS = {
    "growth up": "正增长 增长 增加 增多 上升 提升 提高 回升 攀升 递增 激增 大增 增幅 增至 升至 升高 走高 上行",
    "growth down": "下降 减少 下滑 下行 回落 降低 降幅 锐减 骤降 递减 降至 减至 缩减 大幅减 走低 负增长",
    "price up": _RISE + " 升值 走强",
    "price down": _RISE.replace("上涨", "下跌").replace("涨", "跌") + " 贬值 走弱",
    "profit up": "盈利 预盈 预增",
    "profit down": "亏损 预亏 预减 首亏 续亏",
    "profit turned to gain": "扭亏为盈 扭亏",
    "profit turned to loss": "由盈转亏 转亏",
    "holding up": "增持 回购",
    "holding down": "减持",
    "flow in": "净买入 净流入 净买 净申购 净投放",
    "flow out": "净卖出 净流出 净卖 净赎回 净回笼",
    "trade buy": "买入 加仓",
    "trade sell": "卖出 减仓",
    "compared with a year ago": "同比",
    "compared with the period before": "环比",
    "rating up": "上调 调升 调高",
    "rating down": "下调 调降 调低",
    "balance surplus": "顺差",
    "balance deficit": "逆差",
}
_SIDE = {word: side for side, words in _DIRECTIONS.items() for word in words.split()}
_NEGATIONS = "并非 绝非 而非 没有 尚未 未 不 无 没 勿"
_NEGATION_VALUE = {"尚未": "未", "没": "没有", "绝非": "并非", "而非": "并非"}
_HEDGES = "可能 预计 有望 或许 也许 大概率 估计 拟 或"
# Words in which no statement is turned, though they hold such a word.
_OTHER = """
    增长点 增长极 增长股 高涨 涨潮 涨落 跌宕 跌打 增加值 提升机 下行车道 上行列车 盈利能力 盈利模式 盈利水平 增持评级
    提高班 下滑道 逆回购 正回购 回购利率 不断 不仅 不少 不过 不同 不久 不锈钢 不但 不管 不论 不妨 不料 不禁 不愧 不止
    不光 不单 不只 不乏 不时 不动产 不良 不法 不俗 不菲 不得不 不足 不等 不错 不一 不倒翁 不义 不朽 不解之 不丹 不日
    不约而同 不可抗力 不翼而飞 不遗余力 不容忽视 不惜 不失为 不由 不胜 不免 差不多 了不起 对不起 来不及 莫不 无不
    不无 巴不得 恨不得 不屑 不亦 不明觉厉 不二 不忘初心 不知不觉 迫不及待 不甘 未来 未央 未知 未免 未婚 未成年 未名
    未遂 未卜 未雨绸缪 前所未有 方兴未艾 意犹未尽 供不应求 不可或缺 络绎不绝 层出不穷 坚持不懈 坚定不移 必不可少
    密不可分 势不可挡 不可磨灭 不可多得 不言而喻 不谋而合 不计其数 不胜枚举 不相上下 不折不扣 不出所料 不亦乐乎 不孕
    不粘 不干胶 不倒 不动声色 不定期 无时无刻 无家可归 无处不在 无所不 目不转睛 义不容辞 刻不容缓 迫不得已 马不停蹄
    川流不息 美不胜收 爱不释手 参差不齐 生生不息 百折不挠 锲而不舍 无息 无锡 无论 无疑 无人机 无人驾驶 无人车 无人售
    无线 无偿 无形 无限 无数 无比 无缝 无奈 无穷 无非 无机 无忧 无棣 无为 无极 无菌 无烟 无障碍 无纸化 无创 无症状
    无核 无与伦比 无花果 无微不至 无私 无愧 无情 无辜 无公害 无害化 无抵押 无损 无痛 无牌 无糖 无影 无稽 无聊 南无
    有无 无独有偶 史无前例 独一无二 从无到有 互通有无 一览无余 无可奈何 无刷 无尘 无铅 无土 无氟 无源 无骨 没收 没落
    没药 淹没 出没 沉没 埋没 吞没 覆没 神出鬼没 模拟 虚拟 拟合 拟态 草拟 比拟 拟人 拟订 拟定 尽可能 可能性 尽可能地
    或者 或是 或缺 抑或 未可 间或 不惑
""".split()
_TURNED = {"不可能": "不", "从未": "未"}
_MAY = frozenset(
    "将能会成迎达为被再超因致遭受仍需破涨跌升降创面推获引持现"
)  # after these 或 is a hedge; else it joins two things
_KINDS: dict[str, tuple[str, str] | None] = {
    **{word: ("direction", side) for word, side in _SIDE.items()},
    **{word: ("hedge", word) for word in _HEDGES.split()},
    **{word: ("negation", (_NEGATION_VALUE | _TURNED).get(word, word)) for word in (*_NEGATIONS.split(), *_TURNED)},
    **dict.fromkeys(_OTHER),
}
_WORD = re.compile(any_of(_KINDS))


def read_wording(reading: Reading) -> None:
    """Add directions, negations and hedges, where no other fact stands."""
    for match in _WORD.finditer(reading.plain):
        kind = _KINDS[match[0]]
        start, end = match.span()
        if (
            kind is None
            or reading.is_taken(start, end)
            or (match[0] == "或" and reading.plain[end : end + 1] not in _MAY)
        ):
            continue
        reading.add(kind[0], start, end, kind[1])
