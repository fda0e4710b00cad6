"""What procurement notices say: their kind, and what the labels in them call things."""

import re
from typing import NamedTuple

from crawler.rules.facts.alternation import any_of
from crawler.rules.facts.codes import is_credit_code
from crawler.rules.facts.organizations import normal
from crawler.rules.facts.reading import Found, Reading

KINDS = {
    "更正": "更正 变更 澄清 订正", "终止": "终止 中止 取消采购", "废标": "废标 流标", "采购意向": "采购意向 意向公开",
    "资格预审": "资格预审", "单一来源": "单一来源", "磋商": "磋商", "谈判": "谈判", "询价": "询价",
    "中标": "中标(成交) 中标", "成交": "成交", "合同": "合同", "验收": "验收", "投诉处理": "投诉处理", "招标": "招标",
}  # fmt: skip
_KIND = {word: kind for kind, words in KINDS.items() for word in words.split()}
_NOTICE = re.compile(
    rf"(?P<kind>{'|'.join(re.escape(w) for w in sorted(_KIND, key=len, reverse=True))})"
    r"(?=[^，。；!?]{0,12}(?:公告|公示|公开|公布|通知|结果|决定|文件|报告|意向|书|告知|$))"
)
_IS_NOTICE = re.compile("公告|公示|采购意向|意向公开|通知书|决定书|处理决定")
_FIRST = ("更正", "终止", "废标")  # of another notice: 招标公告的更正公告

_LABELS = {
    "项目编号": "采购项目编号 招标项目编号 项目编号 招标编号 采购编号 采购项目编码 项目编码",
    "包号": "采购包号 标包号 包号 标段号 包组号",
    "统一社会信用代码": "统一社会信用代码 社会信用代码",
    "采购人": "采购人名称 采购人单位 采购人 采购单位名称 采购单位 招标人名称 招标人 采购方",
    "代理机构": "采购代理机构全称 采购代理机构名称 采购代理机构 招标代理机构 代理机构名称 代理机构",
    "供应商": "中标供应商名称 成交供应商名称 中标(成交)供应商 中标供应商 成交供应商 供应商名称 供应商"
    " 中标单位 中标人名称 中标人 成交人 成交单位 中标候选人",
    "预算金额": "采购预算金额 预算总金额 预算金额 采购预算 项目预算 预算价",
    "最高限价": "最高限价 最高投标限价 招标控制价 拦标价",
    "中标金额": "中标(成交)金额 中标金额 成交金额 总中标金额 中标价 成交价 中标总金额 中标总价"
    " 成交总金额 成交总价 合同金额 合同总金额",
    "首次公告日期": "首次公告日期 首次公告时间 原公告日期 原公告时间 原公告发布日期 首次公告发布时间",
    "截止": "截止时间 截止日期 截止日 报名截止 提交截止 截标时间 有效期至",
    "开标时间": "开标时间 开启时间 开标日期 响应文件开启时间",
    "": "名称 地址 联系方式 联系人 项目名称 项目联系人 供应商地址 采购方式 采购需求 项目概况 备注 电话",
}  # fmt: skip
_ROLE = {word: role for role, words in _LABELS.items() for word in words.split()}
_ORGANIZATIONS = ("采购人", "代理机构", "供应商")
_AMOUNTS = ("预算金额", "最高限价", "中标金额")
_MOMENTS = ("首次公告日期", "截止", "开标时间")
_IDENTIFIERS = ("项目编号", "包号", "统一社会信用代码")
FITTING = {"amount": _AMOUNTS, "organization": _ORGANIZATIONS, "identifier": _IDENTIFIERS}
_SECTION = "信息|情况"
_LABEL = re.compile(
    rf"(?P<label>{any_of(_ROLE)}|名 {{1,6}}称)"
    rf"(?:(?P<section>{_SECTION})|)(?:/[^:\n ]{{1,8}}|)(?: ?\((?P<paren>[^()\n]{{1,14}})\)|)"
    r"(?:(?P<separator> ?[:为是]| )|) ?"
)
_IDENTIFIER = re.compile(
    r"(?:[\u4e00-\u9fff]{1,8}(?=[\[〔(A-Za-z0-9-]))?[A-Za-z0-9][A-Za-z0-9\-_/\[\]〔〕().#]{2,60}(?: ?[0-9]{1,6}号|号)?"
    r"|[\u4e00-\u9fff]{1,8}[\[〔(][0-9]{4}[\]〕)][A-Za-z0-9\-]{1,30}号?"
)
_PACKAGE = re.compile(r"第? ?(?P<number>[A-Za-z]?[0-9]{1,3}|[一二三四五六七八九十]{1,2})(?: ?包)?(?![0-9A-Za-z年月.])")
_NAMED_PACKAGE = re.compile(
    r"第(?P<number>[0-9]{1,3}|[一二三四五六七八九十]{1,2})(?:采购)?(?:包|标段)(?![含括装])|包(?<![\u4e00-\u9fff0-9]包)(?P<after>[0-9]{1,3}|[一二三四五六七八九十])(?![0-9])"
)
_ORGANIZATION = re.compile(r"[^，。；;、:\n ]{2,60}")
_HAN_NUMBERS = {c: str(i) for i, c in enumerate("一二三四五六七八九十", 1)}


class Label(NamedTuple):
    """A label: what it calls its value, the unit that it says in brackets, where the value begins and must end."""

    role: str
    unit: str | None
    start: int
    value: int
    limit: int
    separated: bool


def read_notice(reading: Reading, title_length: int) -> None:
    """Add the kind of procurement notice that the title says, if it says one."""
    title = reading.plain[:title_length]
    if not _IS_NOTICE.search(title):
        return
    kinds = list(_NOTICE.finditer(title))
    if kinds:
        chosen = next((k for k in kinds if _KIND[k["kind"]] in _FIRST), kinds[-1])
        taken = bytes(reading.taken[chosen.start("kind") : chosen.end("kind")])
        reading.add("notice", *chosen.span("kind"), _KIND[chosen["kind"]])
        reading.taken[chosen.start("kind") : chosen.end("kind")] = taken


def labels(reading: Reading) -> list[Label]:
    """Every label of the text, in order."""
    found: list[Label] = []
    section = ""
    for match in _LABEL.finditer(reading.plain):
        role = _ROLE.get(match["label"], "")
        separated = bool(match["separator"] and match["separator"].strip()) or _in_cell(reading.plain, match)
        if match["section"]:
            section, role = role, ""
        elif role == "" and match["label"].startswith("名") and section:
            role, section = section, ""
        if found and found[-1].limit > match.start():
            found[-1] = found[-1]._replace(limit=match.start())
        line_end = reading.plain.find("\n", match.end(), match.end() + 120)
        limit = line_end if line_end >= 0 else min(len(reading.plain), match.end() + 120)
        found.append(Label(role, match["paren"], match.start(), match.end(), limit, separated))
    return found


def _in_cell(text: str, match: re.Match[str]) -> bool:
    """Whether the label fills a table's cell: at a line's start or after a space, and before one."""
    before = text[match.start() - 1 : match.start()] if match.start() else ""
    return match["separator"] == " " and before in ("", " ", "\n")


def read_labelled(reading: Reading, found: list[Label]) -> None:
    """Add what labels say is an identifier or an organization."""
    for label in found:
        if label.role in _IDENTIFIERS:
            _read_identifier(reading, label)
        elif label.role in _ORGANIZATIONS and label.separated:
            _read_organization(reading, label)
    for match in _NAMED_PACKAGE.finditer(reading.plain):
        if not reading.is_taken(*match.span()):
            reading.add("identifier", *match.span(), _package(match["number"] or match["after"]), role="包号")


def _read_identifier(reading: Reading, label: Label) -> None:
    pattern = _PACKAGE if label.role == "包号" else _IDENTIFIER
    match = pattern.match(reading.plain, label.value, label.limit)
    if match is None or not label.separated or reading.is_taken(*match.span()):
        return
    text = match[0].rstrip(".-_/([〔")
    while text.endswith((")", "]")) and text.count(text[-1]) > text.count({")": "(", "]": "["}[text[-1]]):
        text = text[:-1]
    end = label.value + len(text)
    if label.role == "包号":
        reading.add("identifier", label.value, end, _package(match["number"]), role=label.role)
    elif label.role == "统一社会信用代码":
        reading.add("identifier", label.value, end, text if is_credit_code(text) else None, role=label.role)
    elif any(c.isdigit() for c in text):
        reading.add("identifier", label.value, end, project_number(text), role=label.role)


def project_number(text: str) -> str:
    """A 项目编号 in one form: half-width, capitals, square brackets, no spaces.

    >>> project_number("粤财采〔2022〕gz－01 号")
    '粤财采[2022]GZ-01号'
    """
    half = "".join(chr(ord(c) - 0xFEE0) if 0xFF01 <= ord(c) <= 0xFF5E else c for c in text)
    return "".join(half.split()).upper().translate(str.maketrans("〔【（(﹝〕】）)﹞—–", "[[[[[]]]]]--"))


def _package(text: str) -> str:
    return _HAN_NUMBERS.get(text) or text.upper().lstrip("0") or "0"


def _read_organization(reading: Reading, label: Label) -> None:
    match = _ORGANIZATION.match(reading.plain, label.value, label.limit)
    if match is None:
        return
    text = match[0]
    if sum("\u4e00" <= c <= "\u9fff" for c in text) < 2 or reading.is_taken(*match.span()):
        return
    reading.add("organization", *match.span(), normal(text), role=label.role)


def assign_roles(reading: Reading, found: list[Label]) -> None:
    """Give amounts, dates and times the role of the label before them; `reading.found` is in the order of the text."""
    index = 0
    for label in found:
        if label.role not in _AMOUNTS + _MOMENTS:
            continue
        while index < len(reading.found) and reading.found[index].start < label.value:
            index += 1
        _assign(reading, label, index)


def _assign(reading: Reading, label: Label, index: int) -> None:
    given: set[str] = set()
    place = label.value
    for i in range(index, min(index + 4, len(reading.found))):
        found = reading.found[i]
        if found.start >= label.limit or found.start - place > 8 or found.fact.type in given:
            return
        given.add(found.fact.type)
        place = found.end
        if (changed := _with_role(found, label)) is None:
            return
        reading.found[i] = changed
        if label.role in _AMOUNTS:
            return


def _with_role(found: Found, label: Label) -> Found | None:
    fact = found.fact
    if label.role in _AMOUNTS and fact.type in ("amount", "number"):
        return found._replace(
            fact=type(fact)(fact.type, fact.text, label.role, fact.value, fact.unit, fact.approximate)
        )
    if label.role in _MOMENTS and fact.type in ("date", "time", "deadline"):
        kind = "deadline" if label.role == "截止" else fact.type
        return found._replace(fact=type(fact)(kind, fact.text, label.role, fact.value, fact.unit, fact.approximate))
    return None


def column_role(heading: str) -> str | None:
    """What a table's column or a cell with this heading holds, if it is something that procurement speaks of."""
    role = _ROLE.get(re.sub(r"[(（/].*", "", "".join(heading.split())))
    return role or None
