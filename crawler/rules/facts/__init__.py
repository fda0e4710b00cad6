"""Facts: what a text states, as values that can be compared.

| type | unit | what |
|---|---|---|
| `amount` | 元, 美元, 欧元, 港元 …; 元/吨 | money; `value` in that unit: 15077.38万元 is 150773800 元 |
| `percent` | %, ‰ | a share or a rate; 三成 is 30 % |
| `points` | 个百分点, 基点 | a difference of rates |
| `multiple` | 倍 | a multiple |
| `count` | the measure word: 件, 家, 例, 吨, 吨/年, 个月 … | things counted or measured; 3万件 is 30000 件 |
| `number` | | any other number; 第四十九 is 49 |
| `date` | | 2020-06-14, 2020-06, 2020; without a year --06-14, without a month ---14 (RFC 6350) |
| `time` | | 14:30, 14:30:05; 24:00 is the end of the day |
| `deadline` | | a date or a time until which something may be done: 6月14日前, 截止时间 |
| `document` | | a document's number: 财办库〔2020〕50号 |
| `stock` | | a stock's code: 600519.SH, 00700.HK, NIO.US; from `data-code` too, after what the words state |
| `identifier` | | 项目编号, 包号, 统一社会信用代码 (no `value` where its check digit is wrong), 电话, as `role` says |
| `organization` | | a name that ends as organizations' names do |
| `name` | | a title or name in quotation marks, without them |
| `person` | | who wrote, photographed or spoke; `role` 记者, 通讯员, 作者, 摄 … |
| `direction` | | which way something goes: growth up, price down, flow in … |
| `negation` | | 不, 未, 没有, 无 … |
| `hedge` | | 或, 可能, 预计, 拟, 有望 … |
| `notice` | | the kind of procurement notice that the title says |

`approximate` marks what 余 多 近 约 超 逾 不足 左右 以上 and their like make inexact; they are part of `text`.
"""

from collections.abc import Iterable, Sequence
from decimal import Decimal
from operator import itemgetter

from crawler.items import Fact
from crawler.rules.facts.codes import coded_stocks, read_codes
from crawler.rules.facts.compare import changes, is_refinement
from crawler.rules.facts.names import read_names, read_people
from crawler.rules.facts.organizations import read_organizations
from crawler.rules.facts.procurement import assign_roles, labels, read_labelled, read_notice
from crawler.rules.facts.quantities import parsed
from crawler.rules.facts.reading import Reading
from crawler.rules.facts.scan import read_numbers
from crawler.rules.facts.tables import apply_units
from crawler.rules.facts.wording import read_wording

__all__ = ["changes", "corrected_project", "find", "is_refinement", "number", "project_numbers"]


def find(
    title: str, body_text: str, body_html: str = "", tables: Sequence[Sequence[Sequence[str]]] = ()
) -> tuple[Fact, ...]:
    """Every fact that a version states, in the order of the text, title first; stocks that only the markup names last.

    `body_text` has a paragraph or a table's row a line; `tables` are tables of rows of cells.

    >>> [(f.type, f.value, f.unit) for f in find("", "净利润4.3亿欧元，同比增长2.25倍。")][:2]
    [('amount', '430000000', '欧元'), ('direction', 'compared with a year ago', None)]
    """
    reading = Reading(f"{title}\n{body_text}")
    read_codes(reading)
    marked = labels(reading)
    read_labelled(reading, marked)
    read_names(reading)
    read_organizations(reading)
    read_numbers(reading)
    read_people(reading)
    read_wording(reading)
    read_notice(reading, len(title))
    reading.found.sort(key=itemgetter(0, 1))
    apply_units(reading, tables, marked)
    assign_roles(reading, marked)
    facts = [found.fact for found in reading.found]
    if "data-code" in body_html:
        facts += coded_stocks(body_html, {f.value for f in facts if f.type == "stock"})
    return tuple(facts)


def number(text: str) -> Decimal | None:
    """The value of one quantity in its base unit; None where the text is none.

    >>> number("1.5亿") == number("15000万") == number("150,000,000") == number("一亿五千万")
    True
    """
    return parsed(text)


def project_numbers(facts: Iterable[Fact]) -> set[str]:
    """Every 项目编号 that facts name, in its normal form."""
    return {f.value for f in facts if f.role == "项目编号" and f.value}


def corrected_project(facts: Sequence[Fact]) -> str | None:
    """The 项目编号 that a correction notice (更正公告) corrects; None for another kind of notice or with no number."""
    if not any(f.type == "notice" and f.value == "更正" for f in facts):
        return None
    return next((f.value for f in facts if f.role == "项目编号" and f.value), None)
