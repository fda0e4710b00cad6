"""Commands run in processes that need not be started from nothing: forked from one that has all of it imported.

What a command does, it does as ever: in a process, a folder, an environment and streams of its own. Only the third of
a second in which Python reads newstrail's and Scrapy's modules is not spent anew for each of many hundreds.
Where a `Trail` is `cold`, and where a test starts a program by itself, each starts as from a shell.
"""

import multiprocessing
import os
import runpy
import subprocess
import sys
import tempfile
from collections.abc import Mapping
from pathlib import Path

from crawler.cli import COMMANDS

_context = multiprocessing.get_context("forkserver")
_context.set_forkserver_preload(["scrapy.cmdline", "crawler.runner", *{module for module, _ in COMMANDS.values()}])


def run(
    module: str, arguments: tuple[str, ...], folder: Path, environment: Mapping[str, str], timeout: float
) -> "subprocess.CompletedProcess[str]":
    """Run `python -m MODULE …` there: returncode, stdout, stderr. Raises `TimeoutExpired` after so many seconds."""
    command = [sys.executable, "-m", module, *arguments]
    with tempfile.TemporaryDirectory() as streams:
        out, err = Path(streams) / "out", Path(streams) / "err"
        process = _context.Process(target=_main, args=(module, arguments, folder, dict(environment), out, err))
        process.start()
        try:
            process.join(timeout)
            if process.exitcode is None:
                raise subprocess.TimeoutExpired(command, timeout)
            said = [path.read_text(encoding="utf-8") for path in (out, err)]
            return subprocess.CompletedProcess(command, process.exitcode, *said)
        finally:
            process.kill()
            process.join()
            process.close()


def _main(
    module: str, arguments: tuple[str, ...], folder: Path, environment: dict[str, str], out: Path, err: Path
) -> None:
    os.chdir(folder)
    os.environ.clear()
    os.environ.update(environment)
    for number, path in ((1, out), (2, err)):
        file = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND)
        os.dup2(file, number)
        os.close(file)
    sys.stdout = open(1, "w", encoding="utf-8", closefd=False)  # noqa: SIM115
    sys.stderr = open(2, "w", encoding="utf-8", errors="backslashreplace", buffering=1, closefd=False)  # noqa: SIM115
    tempfile.tempdir = None  # as the environment has it
    sys.argv = [module, *arguments]
    runpy.run_module(module, run_name="__main__", alter_sys=True)
