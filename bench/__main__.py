"""`python -m bench`: measures newstrail's crawls beside a bare Scrapy spider and its rules beside trafilatura, and
prints what came of it."""

import argparse
import sys
import tempfile
from pathlib import Path

from bench import report, rules, searching
from bench.contenders import CONCURRENCY, one_round, warm_up
from bench.measure import BrokenError
from bench.origin import Origin
from crawler.cli.output import print_table


def main() -> int:
    """Measure and print; 0 whatever the figures are, 1 where something measured did not work."""
    parser = argparse.ArgumentParser(prog="python -m bench", description=main.__doc__)
    parser.add_argument("--articles", type=int, default=2000, help="on the replica, some 12 KB each (default: 2000)")
    parser.add_argument("--rounds", type=int, default=3, help="how often each crawl is measured (default: 3)")
    parser.add_argument("--rules", action="store_true", help="measure only what each rule costs on a page")
    parser.add_argument("--search", type=int, metavar="N", help="measure only search, over N articles")
    parser.add_argument("--words", type=Path, metavar="FOLDER", help="texts (*.md) to take the words of --search from")
    options = parser.parse_args()
    if options.articles < 1 or options.rounds < 1 or (options.search or 1) < 1:
        parser.error("--articles, --rounds and --search are at least 1")
    try:
        print(*report.machine(), sep="\n")
        if options.search:
            _search(options.search, options.words)
            return 0
        _rules(options.rounds)
        if not options.rules:
            _crawls(options.articles, options.rounds)
    except BrokenError as error:
        print(f"bench: {error}", file=sys.stderr)
        return 1
    return 0


def _rules(rounds: int) -> None:
    print(f"each rule on {rules.PAGES} new pages a round; medians of {rounds} rounds, CPU time\n", flush=True)
    _tell("measuring the rules")
    print_table(rules.table(rules.measure(rounds)))
    print()


def _search(count: int, words_from: Path | None) -> None:
    print(f"{count} articles of 900 characters\n", flush=True)
    with tempfile.TemporaryDirectory(prefix="newstrail-bench-") as folder:
        print_table(searching.measure(Path(folder), count, words_from, _tell))


def _crawls(articles: int, rounds: int) -> None:
    print(f"{articles} articles, {CONCURRENCY} requests at once, no delay; medians of {rounds} rounds\n", flush=True)
    with Origin(articles) as origin:
        _tell("warming up")
        with tempfile.TemporaryDirectory(prefix="newstrail-bench-") as folder:
            warm_up(Path(folder), origin)
        measured = [_round(origin, number, rounds) for number in range(rounds)]
    print_table(report.speeds(measured))
    print()
    print_table(report.ratios(measured))
    print("", *report.notes(measured), sep="\n")


def _round(origin: Origin, number: int, rounds: int) -> report.Round:
    runs: report.Round = {}
    with tempfile.TemporaryDirectory(prefix="newstrail-bench-") as folder:
        for run in one_round(Path(folder), origin, number):
            _tell(f"round {number + 1} of {rounds}: {run.name}, {run.pages / run.crawl:.0f} pages/s")
            runs[run.name] = run
    return runs


def _tell(progress: str) -> None:
    print(progress, file=sys.stderr, flush=True)


if __name__ == "__main__":
    sys.exit(main())
