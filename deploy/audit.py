"""Asks pip-audit for known faults of what constraints.txt pins. `python -m deploy.audit`, with pip-audit's options.

Leaves with 1 where it finds one. Where the data cannot be had it says so, and is no failure: nothing was looked at.
"""

import json
import subprocess
import sys
from pathlib import Path

PINS = Path(__file__).parents[1] / "constraints.txt"
COMMAND = [sys.executable, "-m", "pip_audit", "--require-hashes", "--disable-pip", "--progress-spinner=off"]


def main() -> int:
    command = [*COMMAND, "--format=json", f"--requirement={PINS}", *sys.argv[1:]]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode > 1:  # it was asked for what it does not have
        sys.stderr.write(done.stderr)
        return done.returncode
    code, said = verdict(done.stdout)
    print(said or f"Nothing was audited: {reason(done.stderr)}")
    return code


def verdict(answer: str) -> tuple[int, str]:
    """(exit code, what to say) of pip-audit's answer; nothing to say where it came to none.

    A package that its data does not know is told apart from one without faults: a mirror may know none.

    >>> verdict('{"dependencies": [{"name": "a", "version": "1", "vulns": []}, {"name": "b", "skip_reason": ""}]}')
    (0, '1 package has no known fault; 1 could not be looked up: b')
    >>> verdict('{"dependencies": [{"name": "b", "skip_reason": ""}]}')
    (0, 'Nothing was audited: none of the 1 packages could be looked up here')
    """
    try:
        packages = json.loads(answer)["dependencies"]
    except ValueError:
        return 0, ""
    unknown = [package["name"] for package in packages if "skip_reason" in package]
    faults = [
        f"{package['name']} {package['version']}: {fault['id']}"
        + (f", mended in {', '.join(fault['fix_versions'])}" if fault["fix_versions"] else "")
        for package in packages
        for fault in package.get("vulns", ())
    ]
    if faults:
        return 1, "\n".join(faults)
    if len(unknown) == len(packages):
        return 0, f"Nothing was audited: none of the {len(packages)} packages could be looked up here"
    known = len(packages) - len(unknown)
    counted = f"{known} package{' has' if known == 1 else 's have'} no known fault"
    return 0, counted + (f"; {len(unknown)} could not be looked up: {', '.join(unknown)}" if unknown else "")


def reason(errors: str) -> str:
    """Why pip-audit came to no answer: the last line of what it said."""
    lines = errors.strip().splitlines()
    return lines[-1] if lines else "pip-audit said nothing"


if __name__ == "__main__":
    sys.exit(main())
