"""What happens on the replica between crawls, and what a tracker must have recorded of it.

Round 1 puts the articles up; each later one is applied after a crawl and before the next.
"""

from collections.abc import Callable
from dataclasses import dataclass

from crawler.demo.articles import first_articles, later_articles
from crawler.demo.site import Replica


@dataclass(frozen=True)
class Step:
    """One thing that happens: `apply` does it, `sentence` tells it.

    `kind` is the kind of change that must be recorded for each of `codes`, None where none must be; `fields` are
    those of an edit, or of a return with another content.
    """

    sentence: str
    apply: Callable[[Replica], None]
    kind: str | None = None
    codes: tuple[str, ...] = ()
    fields: tuple[str, ...] = ()


@dataclass(frozen=True)
class Round:
    """The steps between one crawl and the next."""

    title: str
    steps: tuple[Step, ...]

    def apply(self, replica: Replica) -> None:
        """Let all of it happen."""
        for step in self.steps:
            step.apply(replica)

    @property
    def expected(self) -> dict[str, tuple[str, ...]]:
        """Kind of change -> the codes that it must be recorded for by the next crawl, and no others."""
        found: dict[str, tuple[str, ...]] = {}
        for step in self.steps:
            if step.kind:
                found[step.kind] = found.get(step.kind, ()) + step.codes
        return found

    @property
    def counts(self) -> dict[str, int]:
        """Kind of change -> how many."""
        return {kind: len(codes) for kind, codes in self.expected.items()}


def rounds() -> list[Round]:
    """The script, in order."""
    return [_opening(), _corrections(), _returns()]


def _opening() -> Round:
    articles = first_articles()

    def publish(replica: Replica) -> None:
        for article in articles:
            replica.publish(article)

    codes = tuple(article.code for article in articles)
    return Round("A first look", (Step(f"The site has {len(codes)} articles.", publish, "first_seen", codes),))


def _corrections() -> Round:
    return Round(
        "Corrections, and two articles gone",
        (
            _edit("A figure is made exact: “8642余万元” becomes “8642.17万元”.", "NW202411222276090107",
                  body_html=("采购8642余万元", "采购8642.17万元")),
            _edit("A decimal point goes: “下浮3.5%” becomes “下浮35%”, in headline and text.", "NW202411222276085533",
                  title=("3.5%", "35%"), body_html=("下浮3.5%", "下浮35%")),
            _edit("A headline is softened: “股价暴跌 大股东质押告急” becomes “股价回落 大股东回应质押”.",
                  "NW202411222276091288", title=("股价暴跌 大股东质押告急", "股价回落 大股东回应质押")),
            _edit("A paragraph is added: “公司同时披露……”.", "NW202411212276073655",
                  body_html=('\n<p class="em_media">', f'\n{_ADDED}\n<p class="em_media">')),
            _edit("A typo is mended: “接近尾生” becomes “接近尾声”.", "NW202411202276056677",
                  body_html=("接近尾生", "接近尾声")),
            _remove("The report on “金梭纺织” is taken down.", "NW202411202276041366"),
            _remove("The report on a penalty in “青枫县” is taken down.", "NW202411202276055209"),
            Step("The whole site gets a new template; no word changes.", _redress),
        ),
    )  # fmt: skip


def _returns() -> Round:
    unlisted, new = "NW202411182275981165", later_articles()[0]
    return Round(
        "Two come back, one goes",
        (
            Step("The report on “金梭纺织” is back, word for word.",
                 lambda replica: replica.restore("NW202411202276041366"), "restored", ("NW202411202276041366",)),
            Step("The report from “青枫县” is back; “青枫县宏顺家具厂” is now “某家具厂”.", _restore_reworded,
                 "restored", ("NW202411202276055209",), ("body",)),
            _remove("The report on lay-offs in “平川县” is taken down.", "NW202411192275995586"),
            Step("A new article appears: “临浦区档案数字化项目因评审错误重新评审”.",
                 lambda replica: replica.publish(new), "first_seen", (new.code,)),
            _edit("A headline changes that only the post page tells: “平川县办公用纸采购首设碳足迹要求”.",
                  "NW202411202276050318", title=("平川县把“碳足迹”写进采购需求", "平川县办公用纸采购首设碳足迹要求")),
            Step("An old article leaves its listing and stays where it is.", lambda replica: replica.unlist(unlisted)),
        ),
    )  # fmt: skip


_ADDED = (
    "<p>公司同时披露，前三季度相控阵天线产品研发支出为4180万元，样品已交付2家境内客户，"
    "预计最早于2025年二季度形成收入。</p>"
)


def _edit(sentence: str, code: str, **words: tuple[str, str]) -> Step:
    """An edit that replaces words in fields: `title=(old, new)`."""

    def apply(replica: Replica) -> None:
        article = replica.article(code)
        replica.edit(code, **{field: _swap(getattr(article, field), *pair) for field, pair in words.items()})

    return Step(sentence, apply, "edited", (code,), tuple(field.removesuffix("_html") for field in words))


def _remove(sentence: str, code: str) -> Step:
    return Step(sentence, lambda replica: replica.remove(code), "removed", (code,))


def _redress(replica: Replica) -> None:
    replica.template += 1


def _restore_reworded(replica: Replica) -> None:
    code = "NW202411202276055209"
    body = _swap(replica.article(code).body_html, "青枫县宏顺家具厂", "某家具厂")
    replica.restore(code, body_html=body)


def _swap(text: str, old: str, new: str) -> str:
    """`text` with `old`, which must stand in it once, replaced."""
    if text.count(old) != 1:
        raise ValueError(f"{old!r} stands {text.count(old)} times in {text[:40]!r}…")
    return text.replace(old, new)
