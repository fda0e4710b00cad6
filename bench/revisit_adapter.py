"""The real revisit rules, worn as a policy of the simulator: docs/revisit.md says how to run it.

The simulator loads this file and stands in `sys.modules["sim"]`; nothing is decided here that the daemon does not
decide by the same functions.
"""

import sys
from pathlib import Path
from typing import Any

import numpy as np

sys.path.insert(0, str(Path(__file__).parents[1]))
from crawler.rules import revisit

sim: Any = sys.modules["sim"]
PATROLLED = 168.0  # hours of age


class Newstrail(sim.Policy):
    """Due by a time that is solved for, ranked by what a look is worth, gated by the price; a section is a source."""

    gate = 0.0
    lane = 0.1  # the share of the tokens that the patrol for removals gets: `patrol` in the configuration

    def init(self) -> None:
        """Nothing learned yet; a page that was just found has no due time."""
        count, sources = self.W.n, int(self.W.sec.max()) + 1 if self.W.n else 1
        self.price = revisit.FIRST_PRICE
        self.pages = [revisit.Page()] * count
        self.due = np.full(count, np.nan)
        self.edits = [[0.0] * revisit.BUCKETS for _ in range(sources)]
        self.hours = [[0.0] * revisit.BUCKETS for _ in range(sources)]
        self.found, self.source = self.W.disc.tolist(), self.W.sec.tolist()
        self.tokens_per_tick = self.B / 24 * sim.DT
        self.refit()

    def refit(self) -> None:
        """New profiles from what was learned."""
        pool = revisit.pooled(self.edits, self.hours)
        pairs = zip(self.edits, self.hours, strict=True)
        self.profiles = [revisit.profile(edits, hours, pool) for edits, hours in pairs]

    def tick(self, t: float) -> None:
        """Every three hours: the refit, and every tracked page's due time by it and by the price of now."""
        self.refit()
        low, high = np.searchsorted(self.W.disc, [t - sim.TRACK, t])
        for page in (np.flatnonzero(~self.W.known[low:high]) + low).tolist():
            self.plan(page)

    def plan(self, page: int) -> None:
        """When this page is due."""
        of, found = self.profiles[self.source[page]], self.found[page]
        self.due[page] = found + revisit.next_age(of, self.pages[page], self.last[page] - found, self.price)

    def score(self, sl: slice, t: float) -> Any:
        """Each page's worth; only those that are due are reckoned, and those under the price are planned again."""
        for page in (np.flatnonzero(np.isnan(self.due[sl])) + sl.start).tolist():
            self.plan(page)
        worth = np.full(sl.stop - sl.start, -np.inf)
        for page in (np.flatnonzero((self.due[sl] <= t) & ~self.W.known[sl]) + sl.start).tolist():
            of, found = self.profiles[self.source[page]], self.found[page]
            value = revisit.score(of, self.pages[page], self.last[page] - found, t - found)
            if value >= self.price:
                worth[page - sl.start] = value
            else:
                self.plan(page)
        eligible = float(np.isfinite(worth).sum())
        self.price = revisit.next_price(self.price, eligible, self.W.tok, self.tokens_per_tick)
        return worth

    def observe(self, ids: Any, changed: Any, t: float) -> None:
        """What looks found is learned, by page and by source."""
        for page, change in zip(ids.tolist(), changed.tolist(), strict=True):
            self.learn(page, change, t)
        super().observe(ids, changed, t)
        for page in ids.tolist():
            self.plan(page)

    def learn(self, page: int, change: bool, t: float) -> None:
        """What one look found."""
        source, found = self.source[page], self.found[page]
        of, last, age = self.profiles[source], self.last[page] - found, t - found
        belief, happened = revisit.learned(self.pages[page], of.expected(age) - of.expected(last), change)
        self.pages[page] = belief
        for bucket, edits, hours in revisit.spread(of, last, age, happened, belief.a / belief.b):
            self.edits[source][bucket] += edits
            self.hours[source][bucket] += hours

    def patrol(self, sl: slice, t: float) -> Any:
        """Pages under a week old, by how likely it is that they were taken down since their last look."""
        found, last = self.W.disc[sl], self.last[sl]
        values = [revisit.patrol_value(t - was, t - at) for was, at in zip(last.tolist(), found.tolist(), strict=True)]
        return np.where(t - found < PATROLLED, values, -np.inf)
