"""Text cut where a reader would: sentences, clauses, words; no number, amount, Latin or Chinese word is torn."""

import re
from functools import lru_cache
from typing import Any

_IN_SENTENCE = r"[^。！？!?；;.\n]*(?:\.(?!\s|\Z)[^。！？!?；;.\n]*)*"
_SENTENCE = re.compile(_IN_SENTENCE + r"(?:[。！？!?；;.]+[”’」』）)]*\n*|\n+|\Z)")
_LATIN = r"A-Za-z\u00c0-\u024f\u0300-\u036f"  # with the marks that combine with a letter
UNITS = """
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
_UNIT = rf"(?!{'|'.join(_NOT_UNITS)})(?:{'|'.join(sorted(UNITS, key=len, reverse=True))})"
# A number with its sign, currency and unit: 15077余万元, -3.5%, 2022-02-14, $1,234.5亿, 12个百分点, 3.2元/吨, 5G, 20km.
_NUMBER = (
    rf"(?:(?<![\d{_LATIN}%％‰元])[-+−])?[$¥￥€£]?\d+(?:[.,:：/．-]\d+)*"
    rf"(?:[%％‰]|[{_LATIN}][{_LATIN}\d]*|[余多来]?[十百千万亿]*[余多]?(?:{_UNIT})?(?:/{_UNIT})?)"
)
_WORD = rf"[{_LATIN}][{_LATIN}\d]*(?:['’&_-][{_LATIN}\d]+)*"
_HAN = r"[\u3400-\u9fff\U00020000-\U0003ffff]"
_JOINED = r"(?:\u200d.|[\ufe0e\ufe0f\U0001f3fb-\U0001f3ff])"  # what makes one sign of several
_PIECE = re.compile(rf"({_HAN}+)|({_WORD}|{_NUMBER}|(?:(?!{_HAN})[^\W\d_])+|.{_JOINED}*)", re.DOTALL)
_NUMERALS = "〇零一二三四五六七八九十百千万亿两壹贰叁肆伍陆柒捌玖拾佰仟"
_NUMERAL_HEADS = frozenset(f"{_NUMERALS}百千第")
_NUMERAL = re.compile(rf"(?:第|[百千万]分之)?[{_NUMERALS}余多点]+")
_REST_OF_NUMBER = re.compile(rf"[{_NUMERALS}余多点]*(?:{'|'.join(UNITS)})?整?")
_DIGITS = re.compile(_NUMBER)
_MEASURED = rf"(?:季度|{_UNIT})"
_CHINESE_NUMBER = re.compile(
    rf"(?:第|[百千万]分之)?[{_NUMERALS}]+(?:[余多点][{_NUMERALS}]*)?{_MEASURED}整?|(?:[百千万]分之|第)?[{_NUMERALS}]{{2,}}整?"
)
_NO_NUMBERS = frozenset("千万 万一 一一 十分 百度 一起 一点 一时 一度 一批 一家 一名 一年 三三 百年 千年 万年".split())
_ENDS_CLAUSE = r"，、：；\s的了在是和与"
_CLAUSE = re.compile(rf"[^{_ENDS_CLAUSE}]*(?:[{_ENDS_CLAUSE}]+|\Z)")


def sentences(text: str) -> list[str]:
    """Sentences with their marks and the line ends behind them; joined, they are the text.

    >>> sentences("增长3.5%。他说：“好。”完")
    ['增长3.5%。', '他说：“好。”', '完']
    """
    return [match[0] for match in _SENTENCE.finditer(text) if match[0]]


def clauses(text: str) -> list[str]:
    """Pieces of a sentence too long to be cut into words at once; joined, they are the text.

    Where it has no marks they end behind particles, which hardly ever begin or go through a word.

    >>> clauses("山西的煤，陕西的气")
    ['山西的', '煤，', '陕西的', '气']
    """
    return [match[0] for match in _CLAUSE.finditer(text) if match[0]]


def words(text: str) -> list[str]:
    """Words, numbers with their units, and single marks; joined, they are the text.

    >>> words("山西增长15077余万元，GDP升3.5%")
    ['山西', '增长', '15077余万元', '，', 'GDP', '升', '3.5%']
    """
    cut = _segmenter().cut
    found: list[str] = []
    for han, other in _PIECE.findall(text):
        if other:
            found.append(other)
        elif len(han) == 1:
            found.append(han)
        else:
            found += cut(han)
    return found


def is_numeral(piece: str) -> bool:
    """Whether a word is a number in Chinese numerals, or the head of one."""
    return piece[0] in _NUMERAL_HEADS and _NUMERAL.fullmatch(piece) is not None


def is_rest_of_number(piece: str) -> bool:
    """Whether a word behind a Chinese numeral belongs to it: more of it, its unit, or both."""
    return _REST_OF_NUMBER.fullmatch(piece) is not None


def numbers(text: str) -> list[str]:
    """The numbers of a text, whole: those in digits, then those in Chinese numerals with a unit or of some length.

    >>> numbers("第三季度增长3.5%，三成以上，共一百二十万元，四川")
    ['3.5%', '第三季度', '三成', '一百二十万元']
    """
    found = _DIGITS.findall(text)
    return [*found, *(n for n in _CHINESE_NUMBER.findall(_DIGITS.sub(" ", text)) if n not in _NO_NUMBERS)]


def is_bare_one(number: str) -> bool:
    """Whether a number is 一 with a measure word, which often is no more than an article."""
    return len(number) == 2 and number[0] == "一"


def unit_of(number: str) -> str:
    """What stands behind a number's digits or numerals.

    >>> unit_of("1.5亿元"), unit_of("十五家")
    ('元', '家')
    """
    return re.sub(rf"[\d.,+−{_NUMERALS}余多点-]", "", number)


def tagged(text: str) -> list[tuple[str, str]]:
    """Words and their parts of speech, as the segmenter tags them: `ns` a place, `nt` an institution, `nr` a person."""
    found: list[tuple[str, str]] = _segmenter().tag(text)
    return found


@lru_cache(maxsize=1)
def _segmenter() -> Any:
    import rjieba  # its dictionary takes a tenth of a second to load; only a diff needs it

    return rjieba
