"""The revisit policy and others in the simulator: `python bench/revisit_table.py --sim PATH` prints a table.

Means over seeds 11 to 15 with 95 % intervals (Student's t, 4 degrees of freedom). Needs numpy, and the simulator,
which is not part of this repository.
"""

import argparse
import json
import statistics
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from pathlib import Path

ADAPTER = f"{Path(__file__).with_name('revisit_adapter.py')}:Newstrail"
SEEDS = range(11, 16)
T = 2.776  # of Student's distribution: 95 %, 4 degrees of freedom
RULES = ("newstrail", "newsdiffs", "diffengine", "diffengine_fix", "uniform", "chogm")
ROWS = [
    *[(rule, rule, "powerlaw", budget, ()) for budget in (2, 5, 10) for rule in RULES],
    ("newstrail, lane .3", "newstrail", "powerlaw", 10, ("--set", "lane=0.3")),
    ("newstrail, noise", "newstrail", "powerlaw", 5, ("--noise", "0.02")),
    *[(rule, rule, "flat", budget, ()) for budget in (2, 5) for rule in ("newstrail", "newsdiffs", "uniform")],
]
FIGURES = ("cap", "cap24", "del24")


def run(simulator: Path, rule: str, family: str, budget: int, more: tuple[str, ...], seed: int) -> dict[str, float]:
    policy = ADAPTER if rule == "newstrail" else rule
    command = [sys.executable, str(simulator), "--policy", policy, "--family", family, "--budget", str(budget)]
    done = subprocess.run([*command, "--seed", str(seed), *more], capture_output=True, text=True, check=True)
    found: dict[str, float] = json.loads(done.stdout)
    return found


def cell(values: list[float]) -> str:
    spread = T * statistics.stdev(values) / len(values) ** 0.5
    return f"{statistics.mean(values):.3f} ± {spread:.3f}".replace("0.", ".")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--sim", type=Path, required=True, help="the simulator's sim.py")
    simulator = parser.parse_args().sim
    if not simulator.is_file():
        sys.exit(f"{simulator}: there is no simulator")
    print(f"| rule | family | budget | {' | '.join(FIGURES)} |\n|---|---|---|{'---|' * len(FIGURES)}", flush=True)
    with ThreadPoolExecutor() as pool:
        for name, rule, family, budget, more in ROWS:
            runs = list(pool.map(partial(run, simulator, rule, family, budget, more), SEEDS))
            cells = " | ".join(cell([found[figure] for found in runs]) for figure in FIGURES)
            print(f"| {name} | {family} | {budget} | {cells} |", flush=True)


if __name__ == "__main__":
    main()
