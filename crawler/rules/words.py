"""Text cut where a reader would: paragraphs, sentences, words; no number, amount, Latin or Chinese word is torn."""

import re
from collections.abc import Iterator
from functools import lru_cache
from typing import Any

_IN_SENTENCE = r"[^。！？!?；;.\n]*(?:\.(?!\s|\Z)[^。！？!?；;.\n]*)*"
_SENTENCE = re.compile(_IN_SENTENCE + r"(?:[。！？!?；;.]+[”’」』）)]*\n*|\n+|\Z)")
_LATIN = r"A-Za-z\u00c0-\u024f"
_UNITS = """
    个百分点 百分点 个基点 基点 人民币 美元 欧元 港元 日元 英镑 元 股 倍 成 点
    人次 人 名 户 家 件 例 起 项 个 批 台 辆 架 艘 次 号 岁
    吨 公斤 千克 克 公里 千米 平方米 平方公里 立方米 米 公顷 亩 千瓦时 千瓦 ℃ °C 度
    年代 年度 年 个月 月份 月 日 周 天 小时 分钟 时 分 秒
""".split()
# A character that is a unit after a number, unless one of these words begins with it there.
_NOT_UNITS = """
    人民 人才 人员 人大 人均 人口 名义 名单 名称 家长 家庭 家电 家居 例如 例外 起诉 起草 起来 项目 户籍 户口
    个人 个别 个体 批准 批评 批复 成立 成为 成果 成功 成员 成交 成本 成绩 成都 成长 成份 股东 股份 股权 股票 股价
    点评 次日 台湾 台风 元旦 元首 米兰 克服 度假 年轻 月球 日本 日报 日常 号召 号码 周边 周末 周期 天津 天然 天气
    时间 时代 时候 分别 分析 分布 分行
""".split()
_UNIT = rf"(?!{'|'.join(_NOT_UNITS)})(?:{'|'.join(sorted(_UNITS, key=len, reverse=True))})"
# A number with its sign, currency and unit: 15077余万元, -3.5%, 2022-02-14, $1,234.5亿, 12个百分点, 3.2元/吨, 5G, 20km.
_NUMBER = (
    rf"(?:(?<![\d{_LATIN}%％‰元])[-+−])?[$¥￥€£]?\d+(?:[.,:：/．-]\d+)*"
    rf"(?:[%％‰]|[{_LATIN}][{_LATIN}\d]*|[余多来]?[十百千万亿]*[余多]?(?:{_UNIT})?(?:/{_UNIT})?)"
)
_WORD = rf"[{_LATIN}][{_LATIN}\d]*(?:['’&_-][{_LATIN}\d]+)*"
_HAN = r"[\u3400-\u9fff\U00020000-\U0003ffff]"
_PIECE = re.compile(rf"({_HAN}+)|{_WORD}|{_NUMBER}|(?:(?!{_HAN})[^\W\d_])+|.", re.DOTALL)


def paragraphs(text: str) -> list[str]:
    r"""Paragraphs, each with the line end behind it; joined, they are the text.

    >>> paragraphs("一段。\n二段。")
    ['一段。\n', '二段。']
    """
    return re.findall(r"[^\n]*\n|[^\n]+", text)


def sentences(text: str) -> list[str]:
    """Sentences with their marks and the line ends behind them; joined, they are the text.

    >>> sentences("增长3.5%。他说：“好。”完")
    ['增长3.5%。', '他说：“好。”', '完']
    """
    return [match[0] for match in _SENTENCE.finditer(text) if match[0]]


def words(text: str) -> list[str]:
    """Words, numbers with their units, and single marks; joined, they are the text.

    >>> words("山西增长15077余万元，GDP升3.5%")
    ['山西', '增长', '15077余万元', '，', 'GDP', '升', '3.5%']
    """
    return list(_words(text))


def _words(text: str) -> Iterator[str]:
    cut = _segmenter().cut if len(text) > 1 else None
    for match in _PIECE.finditer(text):
        piece = match[0]
        if match[1] and len(piece) > 1 and cut:
            yield from cut(piece)
        else:
            yield piece


@lru_cache(maxsize=1)
def _segmenter() -> Any:
    import rjieba  # its dictionary takes a tenth of a second to load; only a diff needs it

    return rjieba
