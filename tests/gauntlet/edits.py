# ruff: noqa: E501 (lines as sites and newsrooms write them)
"""What a newsroom does to an article: each kind of edit, and how it must be recorded.

A kind makes a plan: what the page is at each of the next rounds, and the rows of `changes` that must come of it.
"""

import random
import re
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import timedelta

from tests.gauntlet.articles import Article, Block, differing

Random = random.Random
Make = Callable[[Random, Article], Article | None]
ANY = frozenset({"minor", "material"})


@dataclass(frozen=True)
class Expected:
    """A row of `changes`; any of `severities` will do."""

    kind: str
    fields: tuple[str, ...]
    severities: frozenset[str | None]
    disclosure: str | None = None


@dataclass(frozen=True)
class Plan:
    """`states`: the article at each round, None while it is gone. `amid`: a kind of noise that must come with it."""

    kind: str
    states: tuple[Article | None, ...]
    expected: tuple[Expected, ...]
    amid: str | None = None


@dataclass(frozen=True)
class Edit:
    """One kind."""

    name: str
    make: Make
    severities: frozenset[str | None]
    then: str = "stays"  # or how it goes on: returns, alternates, removed, restored, restored edited
    amid: str | None = None
    disclosure: str | None = None

    def plan(self, rng: Random, article: Article, gone: bool, shown: frozenset[str]) -> Plan | None:
        """The plan for an article of a page that shows these fields; None where this kind cannot befall it."""
        if gone != self.then.startswith("restored"):
            return None
        if self.then == "removed":
            removed = Expected("removed", (), frozenset({"material"}))
            return Plan(self.name, (None, None), (removed,))
        if self.then == "restored":
            return Plan(self.name, (article,), (Expected("restored", (), frozenset({None})),))
        new = self.make(rng, article)
        if new is None or not differing(article, new, shown):
            return None
        if "modified_at" in shown and new.modified == article.modified and rng.random() < 0.7:
            new = replace(new, modified=article.modified + timedelta(minutes=rng.randint(1, 90)))
        kind = "restored" if self.then == "restored edited" else "edited"
        fields = tuple(sorted(differing(article, new, shown)))
        severities = (
            self.severities | {"minor"}
            if "modified_at" in fields and self.severities == {"cosmetic"}
            else self.severities
        )
        expected = Expected(kind, fields, severities, self.disclosure)
        if self.then == "returns":
            return Plan(self.name, (new, article, article), (expected, expected), self.amid)
        if self.then == "alternates":
            return Plan(self.name, (new, article, new, article, new), (expected,), self.amid)
        return Plan(self.name, (new,), (expected,), self.amid)


KINDS: dict[str, Edit] = {}


def edit(name: str, *severities: str | None, **more: str) -> Callable[[Make], Make]:
    """Register a kind of edit."""

    def register(make: Make) -> Make:
        assert name not in KINDS, name
        KINDS[name] = Edit(name, make, frozenset(severities), **more)
        return make

    return register


# Words within a block


def _replaced(article: Article, number: int, block: Block) -> Article:
    return replace(article, blocks=(*article.blocks[:number], block, *article.blocks[number + 1 :]))


def _texts(article: Article, kinds: str = "p quote") -> list[tuple[int, str]]:
    return [(n, block[1]) for n, block in enumerate(article.blocks) if block[0] in kinds.split()]


def _sub(
    rng: Random, article: Article, pattern: str, put: str | Callable[[re.Match[str]], str], kinds: str = "p quote"
) -> Article | None:
    """One match of the pattern, in one block's text, replaced."""
    found = [(n, m) for n, text in _texts(article, kinds) for m in re.finditer(pattern, text)]
    if not found:
        return None
    number, match = rng.choice(found)
    words = put(match) if callable(put) else match.expand(put)
    kind, text = article.blocks[number][:2]
    return _replaced(article, number, (kind, text[: match.start()] + words + text[match.end() :]))


def _pairs(rng: Random, article: Article, words: str, kinds: str = "p quote") -> Article | None:
    """One of the pairs `old→new`, apart by |, that fits."""
    pairs = [pair.split("→") for pair in words.split("|")]
    rng.shuffle(pairs)
    made = (_sub(rng, article, re.escape(old), new.replace("\\", r"\\"), kinds) for old, new in pairs)
    return next((a for a in made if a), None)


def _small(article: Article, characters: int, share: float = 0.1) -> bool:
    return characters <= share * len(article.text)


@edit("one character: 山西 → 陕西", "material")
def _province(rng: Random, a: Article) -> Article | None:
    return _pairs(rng, a, "山西→陕西|陕西→山西")


@edit("one character: a slip of the pen", "minor")
def _slip(rng: Random, a: Article) -> Article | None:
    return _pairs(
        rng,
        a,
        "做好→作好|进一步→进一歩|推动→推进|看见→看到|原有的→原来的|提醒→提示|工作落地→工作着地|出现一次→出现一回|旁听了→旁听|逐渐→渐渐|据了解→据悉|公告如下→公布如下|通知如下→通告如下|多取决→多决定|放量→增量|观察→观望|coffee capsules→coffee capsule|盘面上→盘面",
    )


@edit("one digit", "material")
def _digit(rng: Random, a: Article) -> Article | None:
    return _sub(rng, a, r"(?<=[0-9])[0-9]", lambda m: str((int(m[0]) + rng.randint(1, 9)) % 10))


@edit("decimal point dropped: 3.5% → 35%", "material")
def _point(rng: Random, a: Article) -> Article | None:
    return _sub(rng, a, r"([0-9])\.(?=[0-9])", r"\1")


@edit("negation dropped", "material")
def _yes(rng: Random, a: Article) -> Article | None:
    return _pairs(
        rng,
        a,
        "不会→会|不接受→接受|不受影响→受影响|基本不受→基本受|不增加→增加|没有受重伤→受重伤|没有拆除→拆除了|没有结束→结束|未能归还→归还|未被列入→被列入|was not our→was our|不再受理→再受理",
    )


@edit("negation added", "material")
def _no(rng: Random, a: Article) -> Article | None:
    return _pairs(
        rng,
        a,
        "适合在→不适合在|可以在公告→不可以在公告|将予以通报→将不予以通报|能让稻田→不能让稻田|今天恢复→今天未恢复|将与农技→将不与农技|正式对外→没有正式对外|通过了→没有通过|should→should not|will employ→will not employ|要做好→不要做好|将继续抓好→将不继续抓好",
    )


@edit("direction: 增长 → 下降", "material")
def _direction(rng: Random, a: Article) -> Article | None:
    return _pairs(rng, a, "增长→下降|上涨→下跌|净买入→净卖出|亏损→盈利|下降37→上升37|下降→增长|下跌→上涨|净卖出→净买入")


@edit("余 refined: 15077余万元 → 15077.38万元", "material")
def _refined(rng: Random, a: Article) -> Article | None:
    return _sub(
        rng,
        a,
        r"([0-9]+)余(?=[万人])",
        lambda m: f"{m[1]}.{rng.randint(11, 99)}" if "15077" in m[0] else f"{int(m[1]) + rng.randint(1, 9)}",
    )


@edit("approximation dropped", *ANY)
def _exact(rng: Random, a: Article) -> Article | None:
    return _sub(rng, a, r"(?:近|约|超过|about )(?=[0-9])", "")


@edit("unit: 万 → 亿", "material")
def _unit(rng: Random, a: Article) -> Article | None:
    return _sub(rng, a, r"(?<=[0-9])(?:万|亿)", lambda m: "亿" if m[0] == "万" else "万")


@edit("a date", "material")
def _date(rng: Random, a: Article) -> Article | None:
    return _sub(rng, a, r"([0-9]+)月([0-9]+)日", lambda m: f"{m[1]}月{int(m[2]) % 28 + 1}日")


@edit("a person's name", "material")
def _person(rng: Random, a: Article) -> Article | None:
    return _pairs(
        rng,
        a,
        "周建国表示→周建军表示|林晓燕认为→林小燕认为|郭晓峰说→郭晓锋说|刘志远在说明会上表示→刘志元在说明会上表示|范文清说→范文青说|said Laurent Dubois→said Laurent Dupont|马丽、→马莉、|周建国同时指出→周建军同时指出",
    )


@edit("an organization's name", "material")
def _organization(rng: Random, a: Article) -> Article | None:
    return _pairs(
        rng,
        a,
        "江州数智科技有限公司→江州数志科技有限公司|江州市第一人民医院→江州市第二人民医院|江州市中级人民法院→江北市中级人民法院|江州大学→江洲大学|江州市统计局→江洲市统计局|报送市应急管理局→报送市公安局|江州市公共资源交易中心→江洲市公共资源交易中心",
    )


@edit("hedge dropped: 拟, 预计", *ANY)
def _hedge(rng: Random, a: Article) -> Article | None:
    return _pairs(rng, a, "公司拟投资→公司投资|预计2026→2026|预计明年→明年|is expected to open→is to open")


@edit("words of a subheading", "minor")
def _subheading(rng: Random, a: Article) -> Article | None:
    return (
        _pairs(
            rng, a, "项目基本情况→项目概况|联系方式→联系办法|山里的灯→大山里的灯|申请人的资格要求→申请人资格条件", "h"
        )
        if len(a.text) > 150
        else None
    )


@edit("a number in a list", "material")
def _item(rng: Random, a: Article) -> Article | None:
    places = [
        (n, i)
        for n, block in enumerate(a.blocks)
        if block[0] == "list"
        for i, item in enumerate(block[1])
        if re.search(r"[0-9]", item)
    ]
    if not places:
        return None
    n, i = rng.choice(places)
    items = list(a.blocks[n][1])
    items[i] = re.sub(r"[0-9]", lambda m: str((int(m[0]) + 3) % 10), items[i], count=1)
    return _replaced(a, n, ("list", tuple(items)))


# Marks only


@edit("punctuation only", "cosmetic")
def _punctuation(rng: Random, a: Article) -> Article | None:
    return _sub(rng, a, r"(?<=[\u4e00-\u9fff])[，；](?=[\u4e00-\u9fff])", lambda m: "；" if m[0] == "，" else "，")


@edit("full-width digits", "cosmetic")
def _wide(rng: Random, a: Article) -> Article | None:
    return _sub(rng, a, r"(?<![0-9.])[0-9]{2,}(?![0-9.])", lambda m: "".join(chr(ord(c) + 0xFEE0) for c in m[0]))


@edit("quotation marks", "cosmetic")
def _quotes(rng: Random, a: Article) -> Article | None:
    return _sub(rng, a, "“([^“”]*)”", r"「\1」", "p quote h")


# Whole paragraphs


@edit("two paragraphs swapped", "minor")
def _swapped(rng: Random, a: Article) -> Article | None:
    places = [n for n, _ in _texts(a, "p") if n]
    if len(places) < 2:
        return None
    i, j = sorted(rng.sample(places, 2))
    blocks = list(a.blocks)
    blocks[i], blocks[j] = blocks[j], blocks[i]
    return replace(a, blocks=tuple(blocks))


def _inserted(rng: Random, a: Article, text: str, end: bool = False) -> Article:
    at = len(a.blocks) if end else rng.randint(1, len(a.blocks))
    return replace(a, blocks=(*a.blocks[:at], ("p", text), *a.blocks[at:]))


@edit("a notice of correction at the end", "material", disclosure="notice")
def _notice(rng: Random, a: Article) -> Article | None:
    if re.search("更正|订正|勘误|本文已更新", a.text):
        return None
    return _inserted(
        rng,
        a,
        rng.choice(
            [
                "更正：本文早前的版本误述了有关部门的名称，特此更正。",
                "（本文已更新）",
                "【订正】此前报道中的一处表述有误，现予订正。",
                "勘误：上文人名有误，向读者致歉。",
            ]
        ),
        end=True,
    )


@edit("a paragraph added, plain", "minor")
def _added(rng: Random, a: Article) -> Article | None:
    text = rng.choice(["有关部门将及时向社会公布进展。", "本报将继续关注此事。", "现场气氛十分热烈。"])
    return _inserted(rng, a, text) if _small(a, len(text)) and text not in a.text else None


@edit("a paragraph added, with figures", "material")
def _added_figures(rng: Random, a: Article) -> Article | None:
    return _inserted(
        rng,
        a,
        f"截至发稿时，已有{rng.randint(20, 99)}家单位作出回应，涉及金额{rng.randint(2, 9)}.{rng.randint(1, 9)}亿元。",
    )


@edit("a paragraph removed", "material")
def _dropped(rng: Random, a: Article) -> Article | None:
    places = [n for n, text in _texts(a, "p") if n and re.search(r"[0-9]", text) and len(text) < 0.5 * len(a.text)]
    if not places:
        return None
    n = rng.choice(places)
    return replace(a, blocks=a.blocks[:n] + a.blocks[n + 1 :])


@edit("a sentence added to a paragraph", "minor")
def _sentence(rng: Random, a: Article) -> Article | None:
    text = rng.choice(["这让很多人感到欣慰。", "现场响起了掌声。", "大家对此充满期待。"])
    return _sub(rng, a, r"。$", "。" + text, "p") if _small(a, len(text)) and text not in a.text else None


_OTHER = (
    "清晨的菜市场里人声鼎沸，摊主们一边摆货一边招呼熟客，空气里都是泥土和青菜的味道。",
    "为了赶在雨季之前完工，施工队把夜班增加到了三组，工地上的灯一直亮到天明。",
    "老人们喜欢坐在桥头下棋，输赢都不放在心上，图的是有人说说话。",
    "图书馆的自习室座无虚席，窗外的银杏叶落了满地，管理员每天要扫上两回。",
    "志愿者把热水和面包送到每一位旅客手中，候车厅里渐渐安静下来。",
)


@edit("a heavy rewrite", "material")
def _rewritten(rng: Random, a: Article) -> Article | None:
    places = [n for n, _ in _texts(a, "p")]
    if len(places) < 3 or any(text in a.text for text in _OTHER):
        return None
    blocks = list(a.blocks)
    for n, text in zip(rng.sample(places, (len(places) * 3 + 4) // 5), _OTHER * 3, strict=False):
        blocks[n] = ("p", f"{text}")
    return replace(a, blocks=tuple(blocks))


@edit("the whole article replaced", "material")
def _whole(rng: Random, a: Article) -> Article | None:
    if any(text in a.text for text in _OTHER):
        return None
    texts = rng.sample(_OTHER, 4)
    return replace(
        a, title="小城一日：" + rng.choice(["人来人往", "灯火可亲", "寻常巷陌"]), blocks=tuple(("p", t) for t in texts)
    )


@edit("the body shrinks by 70 % for good", "material")
def _shrunk(rng: Random, a: Article) -> Article | None:
    if len(a.text) < 300:
        return None
    kept: list[Block] = []
    for block in a.blocks:
        if sum(len(str(b[1:])) for b in (*kept, block)) > 0.3 * len(a.text):
            break
        kept.append(block)
    return replace(a, blocks=tuple(kept)) if kept and len(replace(a, blocks=tuple(kept)).text) > 40 else None


# Beside the words


@edit("only the title", "material")
def _title(rng: Random, a: Article) -> Article | None:
    new = re.sub(
        "增长|市民|多了|恢复|关于|中标|公开招标|拟投资|领涨|三十年|最低气温|invest|主犯|鸣枪|取得",
        lambda m: {"增长": "提高", "市民": "居民", "多了": "添了", "恢复": "重新开始", "invest": "spend"}.get(
            m[0], m[0] + "（更新）"
        ),
        a.title,
        count=1,
    )
    return replace(a, title=new) if new != a.title else None


@edit("only the title's punctuation", "cosmetic")
def _title_marks(rng: Random, a: Article) -> Article | None:
    return replace(a, title=a.title + "！") if not a.title.endswith("！") else None


@edit("only the time", "minor")
def _time(rng: Random, a: Article) -> Article | None:
    return replace(a, published=a.published + timedelta(hours=rng.randint(1, 30), minutes=rng.randint(1, 59)))


@edit("only the modified time", "minor")
def _modified(rng: Random, a: Article) -> Article | None:
    return replace(a, modified=a.modified + timedelta(hours=rng.randint(1, 30)))


@edit("outlet changed", "minor")
def _outlet(rng: Random, a: Article) -> Article | None:
    return replace(a, outlet=rng.choice([o for o in ("江北晨报", "华东商报", "新江网", "中国江州网") if o != a.outlet]))


@edit("byline changed", "minor")
def _byline(rng: Random, a: Article) -> Article | None:
    return (
        replace(a, author=rng.choice([n for n in ("胡晓明", "田甜", "方志伟", "曹颖") if n != a.author]))
        if a.author
        else None
    )


@edit("byline dropped", "minor")
def _no_byline(rng: Random, a: Article) -> Article | None:
    return replace(a, author=None) if a.author else None


def _one(rng: Random, a: Article, kind: str) -> int | None:
    places = [n for n, block in enumerate(a.blocks) if block[0] == kind]
    return rng.choice(places) if places else None


@edit("a table's cell", "material")
def _cell(rng: Random, a: Article) -> Article | None:
    n = _one(rng, a, "table")
    if n is None:
        return None
    rows = [list(row) for row in a.blocks[n][1]]
    row = rng.choice(rows[1:])
    column = rng.randrange(1, len(row))
    digits = re.sub(r"[0-9]", lambda m: str((int(m[0]) + rng.randint(1, 9)) % 10), row[column], count=1)
    row[column] = digits if digits != row[column] else row[column][:-1] + "部"
    return _replaced(a, n, ("table", tuple(map(tuple, rows))))


@edit("a table's row added", "material")
def _row(rng: Random, a: Article) -> Article | None:
    n = _one(rng, a, "table")
    if n is None:
        return None
    rows = a.blocks[n][1]
    row = (
        str(len(rows)),
        *rng.sample(["江北实业股份有限公司", "备用电源", "专家咨询服务", "基础软件"], len(rows[0]) - 2),
        f"{rng.randint(60, 90)}.{rng.randint(10, 99)}",
    )
    return _replaced(a, n, ("table", (*rows, row)))


@edit("an attachment replaced", *ANY)
def _attachment(rng: Random, a: Article) -> Article | None:
    n = _one(rng, a, "file")
    return (
        _replaced(
            a, n, ("file", re.sub(r"(\w+)\.(\w+)$", rf"gz{rng.randrange(10**4)}.\2", a.blocks[n][1]), a.blocks[n][2])
        )
        if n is not None
        else None
    )


@edit("an attachment added", *ANY)
def _attachment_added(rng: Random, a: Article) -> Article | None:
    block = ("file", f"/upload/files/2024/bc{rng.randrange(10**5)}.pdf", "补充文件.pdf")
    return replace(a, blocks=(*a.blocks, block)) if "补充文件" not in a.text and len(a.text) > 150 else None


@edit("an image replaced", "material")
def _image(rng: Random, a: Article) -> Article | None:
    n = _one(rng, a, "img")
    url = f"http://img.jz.example/2024/1123/xin{rng.randrange(10**5)}.jpg"
    return _replaced(a, n, ("img", url, a.blocks[n][2])) if n is not None else None


@edit("an image added", "material")
def _image_added(rng: Random, a: Article) -> Article | None:
    at = rng.randint(1, len(a.blocks))
    block = ("img", f"http://img.jz.example/2024/1123/jia{rng.randrange(10**5)}.jpg", "")
    return replace(a, blocks=(*a.blocks[:at], block, *a.blocks[at:]))


@edit("an image removed", "material")
def _image_removed(rng: Random, a: Article) -> Article | None:
    places = [n for n, block in enumerate(a.blocks) if block[0] == "img" and not block[2]]
    if not places:
        return None
    n = rng.choice(places)
    return replace(a, blocks=a.blocks[:n] + a.blocks[n + 1 :])


@edit("the images' order", "cosmetic")
def _image_order(rng: Random, a: Article) -> Article | None:
    places = [n for n, block in enumerate(a.blocks) if block[0] == "img"]
    if len(places) < 2:
        return None
    i, j = rng.sample(places, 2)
    swapped = _replaced(a, i, ("img", a.blocks[j][1], a.blocks[i][2]))
    return _replaced(swapped, j, ("img", a.blocks[i][1], a.blocks[j][2]))


@edit("a link's goal", "minor")
def _link(rng: Random, a: Article) -> Article | None:
    n = _one(rng, a, "linked")
    return (
        _replaced(
            a, n, (*a.blocks[n][:2], f"http://news.jz.example/2024/1123/{rng.randrange(10**5)}.html", *a.blocks[n][3:])
        )
        if n is not None
        else None
    )


# Together, and over several rounds


@edit("title and body together", "material")
def _both(rng: Random, a: Article) -> Article | None:
    new = _digit(rng, a)
    return new and _title(rng, new)


@edit("one digit, amid a new template", "material", amid="new template")
def _digit_dressed(rng: Random, a: Article) -> Article | None:
    return _digit(rng, a)


@edit("A → B → A for good", "material", then="returns")
def _returns(rng: Random, a: Article) -> Article | None:
    return _digit(rng, a)


@edit("A/B variants: one edit, then variants", "material", then="alternates")
def _alternates(rng: Random, a: Article) -> Article | None:
    return _digit(rng, a)


@edit("removed", "material", then="removed")
def _removed(rng: Random, a: Article) -> Article | None:
    return a


@edit("restored", None, then="restored")
def _restored(rng: Random, a: Article) -> Article | None:
    return a


@edit("restored with an edit", None, then="restored edited")
def _restored_edited(rng: Random, a: Article) -> Article | None:
    return _digit(rng, a)
