"""What can befall the database file, while it is used and between: one line, exit code 4, and nothing half written."""

import json
import os
import pty
import shutil
import sqlite3
import stat
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, contextmanager
from pathlib import Path

import httpx
import pytest
from sqlite_utils import Database

from crawler import config
from crawler.cli import run
from crawler.web.serve import serving
from storage.database import open_database, transaction, usable
from storage.errors import StorageError
from storage.migrations import migrations
from tests.conftest import Desk, article
from tests.crawling import ROOT
from tests.daemons import Running, until
from tests.origin import Replica

CRAWL = ["crawler", "crawl"]
SCRAPY = ["scrapy", "crawl", "category", "-a", "source=yaowen"]
VERSIONS = "SELECT count(*) AS n FROM versions"
# Root may write whatever permissions say, but for this.
OBEYS = ["setpriv", "--bounding-set=-dac_override,-dac_read_search"] if os.geteuid() == 0 else []


def start(trail: Desk, command: list[str], by: Sequence[str] = ()) -> "subprocess.Popen[str]":
    """Start `python -m COMMAND`, by another program."""
    environment = {**os.environ, "NEWSTRAIL_CONFIG": str(trail.toml)}
    return subprocess.Popen(
        [*by, sys.executable, "-m", *command], cwd=ROOT, env=environment, stdout=subprocess.PIPE,
        stderr=subprocess.PIPE, text=True,
    )  # fmt: skip


def ended(process: "subprocess.Popen[str]", code: int, *words: str) -> str:
    """Wait for its end: the code, and one line of ours with these words, if any. Its standard output."""
    stdout, stderr = process.communicate(timeout=100)
    assert process.returncode == code and "Traceback" not in stderr, stderr
    lines = [line for line in stderr.splitlines() if line.startswith("newstrail: ")]
    assert len(lines) == bool(words), stderr
    assert not [word for word in words if word not in lines[0]], lines
    return stdout


@contextmanager
def slow_desk(folder: Path) -> Iterator[Desk]:
    """A site whose crawl takes some seconds."""
    with Replica([article(f"NW{number}") for number in range(60)]) as site:
        trail = Desk(folder, site)
        trail.configure("delay = 0", "delay = 0.08")
        yield trail


@pytest.fixture
def slow(tmp_path: Path) -> Iterator[Desk]:
    with slow_desk(tmp_path) as trail:
        yield trail


def midway(trail: Desk) -> int:
    """Wait until a crawl has committed something; how many versions by then."""

    def committed() -> int:
        try:
            return int(trail.row(VERSIONS)["n"])
        except sqlite3.OperationalError:  # it is being made
            return 0

    return int(until(committed, "a version is committed"))


# ── Under a crawl ───────────────────────────────────────────────────────────────────────────────────────────────────


def remove(path: Path) -> None:
    path.unlink()


def replace(path: Path) -> None:
    other = path.with_name("other.db")
    open_database(other).close()
    other.replace(path)


def remove_log(path: Path) -> None:
    path.with_name(f"{path.name}-wal").unlink()


@pytest.mark.parametrize(
    ("command", "befalls"), [(CRAWL, remove), (SCRAPY, replace), (CRAWL, remove_log)], ids=lambda value: str(value)[:20]
)
def test_a_file_that_is_taken_away_under_a_crawl(
    slow: Desk, command: list[str], befalls: Callable[[Path], None]
) -> None:
    crawl = start(slow, command)
    before = midway(slow)
    befalls(slow.database)
    ended(crawl, 4, str(slow.database), "deleted or replaced", "backup")
    assert len(slow.site.log) < 60  # it did not crawl on for nothing
    assert slow.database.exists() == (befalls is not remove)  # none is made in its place
    if befalls is not remove:
        kept = slow.row(VERSIONS)["n"]
        assert before <= kept < 60 if befalls is remove_log else kept == 0  # and nothing of another file's log
        slow.assert_sound()


def test_a_daemon_makes_no_other_record_where_its_own_is_gone(trail: Desk) -> None:
    trail.configure('every = "5m"', 'every = "1s"')
    with Running(trail) as daemon:
        daemon.says("3 first_seen")
        kept = trail.database.rename(trail.folder / "kept.db")
        daemon.says("it is gone; restore a backup")
        assert not trail.database.exists()
        daemon.alive()
        assert daemon.stop() == 0
    assert "Traceback" not in daemon.log
    with closing(sqlite3.connect(kept)) as db:
        assert db.execute("PRAGMA integrity_check").fetchone() == ("ok",)


@contextmanager
def held(path: Path) -> Iterator[None]:
    """Another program writes, and does not come to an end."""
    with closing(sqlite3.connect(path, timeout=30, isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        yield
        other.execute("ROLLBACK")


def waits(trail: Desk) -> None:
    crawl = start(trail, CRAWL)
    midway(trail)
    with held(trail.database):
        time.sleep(10)
        assert crawl.poll() is None
    ended(crawl, 0)
    assert trail.row(VERSIONS) == {"n": 60}


def gives_up(trail: Desk) -> None:
    crawl = start(trail, SCRAPY)
    before = midway(trail)
    with held(trail.database):
        late = start(trail, CRAWL)  # one that begins now
        assert trail.rows("SELECT * FROM articles")  # reading goes on
        for process in (crawl, late):
            ended(process, 4, str(trail.database), "another program has held it for too long", "locked")
    assert before <= trail.row(VERSIONS)["n"] < 60
    assert trail.counts("SELECT outcome, count(*) FROM runs GROUP BY 1") == {"interrupted": 1}


def test_a_lock_of_ten_seconds_is_waited_out_and_one_without_end_is_not(tmp_path: Path) -> None:
    with ThreadPoolExecutor() as pool:
        for done in [pool.submit(locked, tmp_path / what.__name__, what) for what in (waits, gives_up)]:
            done.result()


def locked(folder: Path, what: Callable[[Desk], None]) -> None:
    folder.mkdir()
    with slow_desk(folder) as trail:
        what(trail)
        trail.assert_sound()


def test_a_full_disk_commits_all_of_a_transaction_or_nothing(tmp_path: Path) -> None:
    path = tmp_path / "newstrail.db"
    with closing(open_database(path)) as db:
        db.execute(f"PRAGMA max_page_count = {db.execute('PRAGMA page_count').fetchone()[0] + 20}")
        put = "INSERT INTO bodies (hash, codec, size, data) VALUES (?, 'raw', 9, randomblob(9000))"
        with usable(path), transaction(db):
            db.execute(put, ("first",))
        full = pytest.raises(StorageError, match="the disk is full; make room and run again")
        with full, usable(path), transaction(db):
            for number in range(50):
                db.execute(put, (str(number),))
        assert db.execute("SELECT hash FROM bodies").fetchall() == [("first",)]
        db.execute("PRAGMA max_page_count = 100000")
        with usable(path), transaction(db):
            db.execute(put, ("second",))
        assert db.execute("PRAGMA integrity_check").fetchone() == ("ok",)


PACKING = """
import os, sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from storage import responses
from storage.database import open_database, transaction

def pack(number):
    db = open_database(Path(sys.argv[1], f"{number}.db"))
    for _ in range(20):
        with transaction(db):
            for _ in range(20):
                responses.keep(db, "http://a.example/", "post", "2024-11-22T00:00:00Z", 200, {}, os.urandom(9000) * 9)
    return db.execute("SELECT count(*) FROM bodies").fetchone()[0]

print(list(ThreadPoolExecutor(4).map(pack, range(4))))
"""


def test_crawls_of_one_daemon_record_at_once(tmp_path: Path) -> None:
    command = [sys.executable, "-c", PACKING, str(tmp_path)]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=60, check=False)
    assert (done.returncode, done.stdout) == (0, "[400, 400, 400, 400]\n"), done.stderr


# ── Between crawls ──────────────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.skipif(bool(OBEYS) and shutil.which(OBEYS[0]) is None, reason="root, and no setpriv")
@pytest.mark.parametrize(("what", "command", "word"), [("file", CRAWL, "read-only"), ("folder", SCRAPY, "folder")])
def test_what_is_read_only_is_read_and_not_written(trail: Desk, what: str, command: list[str], word: str) -> None:
    trail.crawl()
    trail.site.clear_log()
    path, bits = {"file": (trail.database, 0o444), "folder": (trail.folder, 0o555)}[what]
    path.chmod(bits)
    try:
        crawl, reading = (start(trail, c, OBEYS) for c in (command, ["crawler", "changes", "--json"]))
        ended(crawl, 4, str(trail.database), word)
        assert len(json.loads(ended(reading, 0))) == 3
    finally:
        path.chmod(0o755)
    assert trail.site.log == []


def spoil(trail: Desk) -> None:
    """Overwrite the pages on which the versions stand."""
    with closing(sqlite3.connect(trail.database)) as db:
        db.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        pages = [row[0] for row in db.execute("SELECT pageno FROM dbstat WHERE name = 'versions'")]
    with trail.database.open("r+b") as file:
        for page in pages:
            file.seek((page - 1) * 4096)
            file.write(b"\xff" * 4096)


def test_a_damaged_page_is_told_of_by_whatever_meets_it(trail: Desk, capsys: pytest.CaptureFixture[str]) -> None:
    trail.crawl()
    spoil(trail)
    goal = trail.folder / "copy.db"
    before = trail.database.read_bytes()
    words = (str(trail.database), "damaged", "`newstrail verify` says")
    ended(start(trail, [*SCRAPY, "-a", "recheck=1"]), 4, *words)
    for command in (["crawl", "--recheck"], ["log", "NW1"], ["sql", "SELECT * FROM versions"], ["backup", str(goal)]):
        assert run(["--config", str(trail.toml), *command]) == 4, command
        (line,) = capsys.readouterr().err.splitlines()
        assert not [word for word in words if word not in line], line
    assert list(trail.folder.glob("*copy*")) == []
    assert trail.database.read_bytes()[4096:] == before[4096:]
    assert run(["--config", str(trail.toml), "verify"]) == 1
    told = capsys.readouterr()
    assert len(told.err.splitlines()) == 1
    assert "SQLite's integrity check says: " in told.out and "versions: it cannot be read on" in told.out


def test_a_page_says_that_its_record_is_damaged(trail: Desk) -> None:
    trail.crawl()
    spoil(trail)
    with serving(config.load(trail.toml)) as url:
        shown = httpx.get(f"{url}article/1")
    assert shown.status_code == 503 and "newstrail.db: the database is damaged" in shown.text
    assert str(trail.folder) not in shown.text


# ── Backups ─────────────────────────────────────────────────────────────────────────────────────────────────────────


def test_a_backup_of_a_crawl_in_its_midst_is_whole(slow: Desk, capsys: pytest.CaptureFixture[str]) -> None:
    crawl = start(slow, CRAWL)
    before = midway(slow)
    slow.database.chmod(0o640)
    goal = slow.folder / "copies" / "news.db"
    goal.parent.mkdir()
    assert run(["--config", str(slow.toml), "backup", str(goal), "--json"]) == 0
    assert crawl.poll() is None
    told = json.loads(capsys.readouterr().out)
    ended(crawl, 0)
    assert [path.name for path in goal.parent.iterdir()] == ["news.db"]
    assert stat.S_IMODE(goal.stat().st_mode) == 0o640
    assert (told["backup"], told["bytes"]) == (str(goal), goal.stat().st_size)
    assert slow.row("SELECT link FROM chain WHERE number = ?", told["links"]) == {"link": told["head"]}
    copied = Desk(goal.parent)
    toml = slow.toml.read_text(encoding="utf-8").replace("newstrail.db", "news.db").replace("delay = 0.08", "delay = 0")
    copied.toml.write_text(toml, encoding="utf-8")
    assert run(["--config", str(copied.toml), "verify"]) == 0
    copied.database = goal
    copied.assert_sound()
    assert before <= copied.row(VERSIONS)["n"] < 60
    assert copied.newstrail("crawl") and copied.row(VERSIONS) == {"n": 60}


def test_where_a_backup_is_not_written(trail: Desk, capsys: pytest.CaptureFixture[str]) -> None:
    open_database(trail.database).close()
    goal, log, text = trail.folder / "copy.db", trail.folder / "other.db-wal", trail.folder / "notes.txt"

    def backup(*words: str) -> tuple[int, str]:
        return run(["--config", str(trail.toml), "backup", *words]), capsys.readouterr().err

    assert backup(str(goal)) == (0, "")
    first = goal.read_bytes()
    log.write_bytes(b"of another program")
    text.write_text("my notes", encoding="utf-8")
    for words, said in (
        ([str(goal)], "--force"),
        ([str(trail.database), "--force"], "the database itself"),
        ([str(log)[:-4], "--force"], "other.db-wal"),
        ([str(text), "--force"], "no database"),
        ([str(trail.folder), "--force"], "no file"),
        ([str(trail.folder / "nowhere" / "copy.db")], "cannot be written"),
    ):
        code, line = backup(*words)
        assert code == 2 and said in line and line.count("\n") == 1, line
    assert goal.read_bytes() == first and text.read_text(encoding="utf-8") == "my notes"
    assert run(["--config", str(trail.toml), "pause", "yaowen"]) == 0
    assert backup(str(goal), "--force") == (0, "")
    assert goal.read_bytes() != first
    assert not list(trail.folder.glob("*.part*"))


def test_a_terminal_sees_how_far_a_backup_is(trail: Desk) -> None:
    trail.crawl()
    command = [sys.executable, "-m", "crawler", "--config", str(trail.toml), "backup", str(trail.folder / "copy.db")]
    ours, theirs = pty.openpty()
    environment = os.environ | {"TERM": "xterm", "COLUMNS": "80"}
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, stderr=theirs, env=environment) as running:
        os.close(theirs)
        shown = b"".join(iter(lambda: _read(ours), b"")).decode()
        os.close(ours)
    assert running.returncode == 0 and "copying" in shown and "checking" in shown


def _read(descriptor: int) -> bytes:
    try:
        return os.read(descriptor, 65536)
    except OSError:  # how Linux says that the other side is closed
        return b""


# ── Another schema ──────────────────────────────────────────────────────────────────────────────────────────────────


def newer(trail: Desk, *arguments: str, fails: bool = False) -> tuple[int, str, str]:
    """A command of a newstrail that has two steps more, in a process of its own: exit code, what it prints."""
    out, err = trail.folder / "out", trail.folder / "err"
    if (child := os.fork()) == 0:
        for path, number in ((out, 1), (err, 2)):
            os.dup2(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC), number)
        code = 99
        try:
            sys.stdout, sys.stderr = os.fdopen(1, "w"), os.fdopen(2, "w")
            add_steps(fails)
            code = run(["--config", str(trail.toml), *arguments])
            sys.stdout.flush()
            sys.stderr.flush()
        finally:
            os._exit(code)
    code = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
    told = out.read_text(encoding="utf-8"), err.read_text(encoding="utf-8")
    out.unlink()
    err.unlink()
    return code, *told


def add_steps(fails: bool) -> None:
    @migrations(name="m002_made_up")
    def remark(db: Database) -> None:
        db.execute("ALTER TABLE marks ADD COLUMN remark TEXT")
        db.execute("UPDATE marks SET remark = 'of before'")

    @migrations(name="m003_made_up")
    def table(db: Database) -> None:
        if fails:
            raise ValueError("made up")
        db.execute("CREATE TABLE made_up (id INTEGER PRIMARY KEY) STRICT")


def test_a_database_of_an_earlier_newstrail_is_migrated_when_asked_for_with_a_backup(trail: Desk) -> None:
    trail.crawl()
    trail.newstrail("mark", "1", "false")
    content = trail.rows("SELECT * FROM marks")
    for command in ("crawl", "changes", "daemon"):
        code, _, line = newer(trail, command)
        assert code == 4 and "schema 1, now 3); run `newstrail migrate`" in line and line.count("\n") == 1, line
    code, _, line = newer(trail, "migrate", fails=True)
    assert code == 4 and "it could not be brought up to date: made up; it is as it was" in line, line
    assert trail.rows("SELECT * FROM marks") == content and trail.row("PRAGMA user_version") == {"user_version": 1}
    (backup,) = trail.folder.glob("newstrail-schema1-*Z.db")
    backup.unlink()
    code, told, _ = newer(trail, "migrate", "--json")
    (backup,) = trail.folder.glob("newstrail-schema1-*Z.db")
    assert (code, json.loads(told)) == (0, {
        "database": str(trail.database), "schema_before": 1, "schema": 3, "steps": ["m002_made_up", "m003_made_up"],
        "backup": str(backup),
    })  # fmt: skip
    assert trail.rows("SELECT remark FROM marks") == [{"remark": "of before"}]
    trail.assert_sound()
    assert newer(trail, "migrate")[:2] == (0, f"{trail.database}: is up to date (schema 3)\n")
    done = trail.shell("newstrail", "crawl")  # this one is too old for it now
    assert done.returncode == 4 and "newer newstrail" in done.stderr
    backup.replace(trail.database)
    for beside in trail.folder.glob("newstrail.db-*"):
        beside.unlink()
    assert trail.rows("SELECT * FROM marks") == content
    assert "up to date (schema 1)" in trail.newstrail("migrate")
    trail.assert_sound()


def test_a_database_that_is_migrated_while_it_is_open_is_written_no_more(trail: Desk) -> None:
    with closing(open_database(trail.database)) as db:
        assert newer(trail, "migrate")[0] == 0
        with pytest.raises(StorageError, match="newer newstrail"), transaction(db):
            db.execute("DELETE FROM sources")


def test_a_migration_and_a_backup_need_a_database(trail: Desk, capsys: pytest.CaptureFixture[str]) -> None:
    for command in (["migrate"], ["backup", str(trail.folder / "copy.db")]):
        assert run(["--config", str(trail.toml), *command]) == 4
        assert "there is no database yet" in capsys.readouterr().err
    assert [path.name for path in trail.folder.iterdir()] == ["newstrail.toml"]
