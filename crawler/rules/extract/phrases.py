"""Lines that are a template's: counters, tools, headings of lists, credits. A line is only ever judged as a whole.

Words are taken out of a line until nothing is left; what leaves something is the article's.
"""

from functools import lru_cache

from crawler.rules.extract import patterns


@lru_cache(maxsize=4096)
def leftover(line: str, head: bool = False) -> str:
    """What is left of a line without counters, relative times, tools and editors' names; `head` takes out date,
    outlet and author as well. A line with much left is not read to its end.

    >>> leftover("2024-11-22 09:30 来源：江州日报 作者：李明 阅读 1234", head=True), leftover("分享到此结束")
    ('', '此结束')
    """
    unit, rest, at = (patterns.HEAD_UNIT if head else patterns.UNIT), "", 0
    while at < len(line) and len(rest) <= patterns.MUCH:
        match = unit.match(line, at)
        if match is None or match.end() == at:
            match = patterns.CHUNK.match(line, at)
            rest += match[0] if match else ""
        at = match.end() if match else len(line)
    return rest


@lru_cache(maxsize=512)
def without_counters(line: str) -> str:
    """A line less counters, relative times and tools."""
    for pattern in (patterns.COUNT, patterns.AGO, patterns.LENGTH, patterns.TOOL_LETTERS, patterns.TOOLS):
        line = pattern.sub(" | ", line)
    return line


@lru_cache(maxsize=512)
def is_tools(line: str) -> bool:
    """Whether a line is made of nothing but the words of buttons.

    >>> is_tools("收藏 分享"), is_tools("100人参与")
    (True, False)
    """
    return not patterns.AROUND.sub("", patterns.TOOLS.sub("", patterns.TOOL_LETTERS.sub("", line)))


def without_editors(line: str) -> str:
    """A line less the editors' names."""
    return patterns.CREDIT.sub(" | ", line)


@lru_cache(maxsize=4096)
def is_noise(line: str) -> bool:
    """Whether a line is a template's, wherever it stands.

    >>> [is_noise(line) for line in ("浏览量：1.2万", "3分钟前", "字号：大 中 小", "首页 > 财经 > 正文", "广告")]
    [True, True, True, True, True]
    >>> [is_noise(line) for line in ("（完）", "2024年阅读量为1234万次，同比增长。", "分享到此结束", "大")]
    [False, False, False, False]
    """
    if len(line) > patterns.LONGEST or len(line) < 2:
        return False
    if line.count(" ") > len(line) // 4:
        line = patterns.SPREAD.sub("", line)
    if (
        patterns.WHOLE.fullmatch(line)
        or patterns.NEIGHBOUR.fullmatch(line)
        or not leftover(line)
        or counts_downloads(line)
    ):
        return True
    if any(word in line and pattern.fullmatch(line) for word, pattern in patterns.TOLD_BY):
        return True
    return (
        patterns.CRUMBS.fullmatch(line) is not None if not patterns.ARROWS.isdisjoint(line) or "位置" in line else False
    )


@lru_cache(maxsize=2048)
def is_byline(line: str) -> bool:
    """Whether a line says when, where and by whom, and nothing else; beside a date a name needs no label.

    >>> is_byline("2024-11-22 09:30:00 江州日报"), is_byline("2024-11-22江州大雨")
    (True, False)
    """
    if len(line) > patterns.LONGEST:
        return False
    if not patterns.SENTENCE.search(line) and patterns.DATE.search(line) and patterns.SOURCE.search(line):
        return True  # whatever else is said there, such as where the writer was
    rest = leftover(line, head=True)
    return not rest or (len(rest) <= patterns.MUCH and _stands_beside_time(line, rest))


def _stands_beside_time(line: str, rest: str) -> bool:
    """Whether what is left of a line is a name apart from the time in it."""
    if patterns.DATE.search(line):
        return patterns.OUTLET_NAME.fullmatch(rest) is not None or (
            not patterns.SENTENCE.search(line) and rest in patterns.APART.split(line)
        )
    return patterns.AGO.search(line) is not None and patterns.OUTLET_NAME.fullmatch(rest) is not None


@lru_cache(maxsize=2048)
def is_byline_under_heading(line: str) -> bool:
    """Whether a line right under an article's heading says who and when: names, and a time apart from them.

    >>> bylines = ("程远 3分钟前", "程远 · 刚刚", "程远 11-20", "程远 昨天 08:12", "Jane Doe 2 hours ago")
    >>> others = ("3天前的一场大雨", "The vote passed 12-3", "程远", "11月20日，大雨。")
    >>> [is_byline_under_heading(line) for line in (*bylines, *others)]
    [True, True, True, True, True, False, False, False, False]
    """
    if len(line) > patterns.LONGEST_UNDER_HEADING or patterns.SENTENCE.search(line):
        return False
    rest = without_counters(patterns.DATE.sub(" | ", line))
    parts = [part for part in patterns.FOUND_APART.split(rest) if part]
    names = [part for part in parts if not patterns.MOMENT.fullmatch(part)]
    stands_apart = set(patterns.FOUND_APART.split(line)).issuperset(names)
    is_timed = rest != line or len(names) < len(parts)
    return (
        is_timed
        and stands_apart
        and len(names) <= patterns.MOST_NAMES
        and all(map(patterns.NAME_BESIDE.fullmatch, names))
    )


def without_moments(line: str, mark: str) -> str:
    """A line with `mark` for each date, time of day and relative time in it."""
    return patterns.ANY_MOMENT.sub(mark, line)


def is_update(line: str) -> bool:
    """Whether a line says when an article was changed, and nothing else.

    >>> is_update("最后更新：2024-11-20 10:00"), is_update("更新：发布会已结束。")
    (True, False)
    >>> is_update("2024-11-20 更新：2024-11-21")
    False
    """
    return (
        len(line) <= patterns.LONGEST
        and not patterns.AROUND.sub("", patterns.UPDATED.sub("", line, count=1))
        and line != ""
    )


def is_clock(line: str) -> bool:
    """Whether a line behind an article tells the time of day at the site's, not the article's.

    >>> is_clock("GMT+8, 2024-11-20 15:22"), is_clock("2024-11-20 15:22")
    (True, False)
    """
    return patterns.CLOCK.search(line) is not None


def counts_downloads(text: str) -> bool:
    """Whether words behind a file's name are but a parenthesis that counts its downloads.

    >>> counts_downloads("(120 KB, 下载次数: 10)"), counts_downloads("（2024年修订）")
    (True, False)
    """
    return len(text) <= patterns.LONGEST and patterns.FILE_COUNTS.fullmatch(text) is not None


def is_quote(line: str) -> bool:
    """Whether the words of a link are a name and how it trades right now.

    >>> is_quote("江州电气 251.96 +2.40%"), is_quote("江州电气(300999) -0.6%"), is_quote("利润增长 2.4%")
    (True, True, False)
    """
    return line.endswith("%") and patterns.QUOTE.fullmatch(line) is not None


def heads_files(line: str) -> bool:
    """Whether a line introduces attached files.

    >>> heads_files("附件下载："), heads_files("附件：办法.docx"), heads_files("附件一并公布。")
    (True, True, False)
    """
    return patterns.FILES_LABEL.fullmatch(line) is not None


@lru_cache(maxsize=2048)
def is_tail(line: str) -> bool:
    """Whether a line after an article's last paragraph is the template's."""
    if len(line) > 3 * patterns.LONGEST:
        return False
    if patterns.DISCLAIMER.match(line):
        return not is_correction(line)
    if len(line) > patterns.LONGEST:
        return False
    return patterns.TAGS.fullmatch(line) is not None or (
        patterns.CREDIT.search(line) is not None and not leftover(line, head=True)
    )


def is_imprint(line: str) -> bool:
    """Whether a line says who keeps a site or how many take it; an article may say so as well, so that this only
    weighs a box down."""
    if len(line) > patterns.LONGEST:
        return False
    return any(word in line for word in patterns.IMPRINT) or patterns.READERSHIP.fullmatch(line) is not None


@lru_cache(maxsize=2048)
def heads_a_list(line: str) -> bool:
    """Whether a line is the heading of what a template adds: related stories, comments, advertisements."""
    return len(line) <= 40 and bool(patterns.HEADS.fullmatch(line))


def leads_links(line: str) -> int:
    """How many characters of a line introduce links that are the template's; 0 for none."""
    match = patterns.PREFIXES.match(line)
    return match.end() if match else 0


def is_correction(line: str) -> bool:
    """Whether a line begins a notice on the article by its editors."""
    return bool(patterns.CORRECTION.match(line))
