"""A stretch of a text in pieces: paragraphs, sentences, clauses of a long sentence, words."""

from itertools import accumulate

from crawler.rules.diff import words

PARAGRAPHS, SENTENCES, CLAUSES, WORDS = range(4)
_CUTS = {SENTENCES: words.sentences, CLAUSES: words.clauses, WORDS: words.words}


class Pieces:
    """What stands between two offsets of a text, cut at one level.

    `contents` are the pieces without the line ends behind them; `offsets` say where in the text each begins,
    and where the last one ends.
    """

    __slots__ = ("contents", "offsets", "source")

    def __init__(self, source: str, start: int, end: int, level: int) -> None:
        self.source = source
        if level == PARAGRAPHS:
            self.contents = source[start:end].split("\n")
            lengths = [len(paragraph) + 1 for paragraph in self.contents]
            lengths[-1] -= 1
            if not self.contents[-1]:
                del self.contents[-1], lengths[-1]
        else:
            pieces = _CUTS[level](source[start:end])
            lengths = list(map(len, pieces))
            self.contents = [p.rstrip("\n") or p for p in pieces] if level == SENTENCES else pieces
        self.offsets = list(accumulate(lengths, initial=start))

    def __len__(self) -> int:
        return len(self.contents)

    def text(self, start: int, end: int) -> str:
        """The pieces from one number to another, as they stand in the text."""
        return self.source[self.offsets[start] : self.offsets[end]]
