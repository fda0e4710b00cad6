"""The `newstrail` command. Commands are imported when they are used, errors end in one line and an exit code."""

import importlib
import os
import sqlite3
import sys
from typing import Any

import click

from crawler import __version__
from crawler.errors import DatabaseError, NewstrailError, UsageError, as_newstrail_error
from crawler.rules.text import printable
from storage.errors import CursorError, QueryError, StorageError
from storage.faults import in_plain_words

# Command -> (module that has it, what it does).
COMMANDS = {
    "init": ("crawler.cli.setup", "write a commented newstrail.toml"),
    "sources": ("crawler.cli.setup", "list what the configuration means"),
    "crawl": ("crawler.cli.crawling", "read listings, look at what is new or due, record changes"),
    "watch": ("crawler.cli.crawling", "track one article, outside any listing"),
    "daemon": ("crawler.cli.daemon", "run the schedule until stopped"),
    "demo": ("crawler.cli.demo", "see it work: a built-in news site is crawled, edited and crawled again"),
    "status": ("crawler.cli.status", "sources, last runs, what is due, what went wrong, how much of it is noise"),
    "next": ("crawler.cli.schedule", "what is looked at next, and why"),
    "changes": ("crawler.cli.reading", "the record, newest first"),
    "log": ("crawler.cli.reading", "one article's versions and what happened to it"),
    "coverage": ("crawler.cli.coverage", "when an article's text is known, and when it is not"),
    "notify": ("crawler.cli.notifying", "send what is due to who is to hear of it, or a test message"),
    "mark": ("crawler.cli.marking", "your verdict on a change: reviewed, or false"),
    "cluster": ("crawler.cli.cluster", "who else carries an article's story, and who changed what in it"),
    "search": ("crawler.cli.searching", "full-text search over titles and bodies, Chinese included"),
    "reindex": ("crawler.cli.searching", "make the full-text index anew"),
    "show": ("crawler.cli.reading", "one version of an article"),
    "diff": ("crawler.cli.comparing", "two versions of an article compared"),
    "blame": ("crawler.cli.comparing", "which version each paragraph came from"),
    "reextract": ("crawler.cli.reextract", "read the kept responses again by today's rules"),
    "pause": ("crawler.cli.keeping", "stop watching a source for a while"),
    "resume": ("crawler.cli.keeping", "watch it again"),
    "prune": ("crawler.cli.keeping", "drop old looks and the bytes of old responses"),
    "redact": ("crawler.cli.keeping", "take an article's words out of the record"),
    "web": ("crawler.cli.web", "the record as pages, for a browser on this machine"),
    "asof": ("crawler.cli.asof", "what each source's listing said at a time"),
    "verify": ("crawler.cli.verifying", "is the record what was recorded? Hashes, the chain, references, the index"),
    "backup": ("crawler.cli.backups", "a whole and checked copy of the database, also while a crawl runs"),
    "migrate": ("crawler.cli.backups", "bring a database of an earlier newstrail up to date, with a backup before"),
    "sql": ("crawler.cli.querying", "read-only SQL over the record"),
    "export": ("crawler.cli.exporting", "write the record as posts, lines, tables, raw responses or a feed"),
}

_FUNCTIONS = {"next": "upcoming"}  # of a command whose name is Python's own


class LazyGroup(click.Group):
    """A group that imports a command's module only when that command is asked for."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, name: str) -> click.Command | None:
        if name not in COMMANDS:
            return None
        command = getattr(importlib.import_module(COMMANDS[name][0]), _FUNCTIONS.get(name, name))
        assert isinstance(command, click.Command)
        return command

    def invoke(self, ctx: click.Context) -> Any:
        """Where the file failed under a reader, what is wrong with it."""
        try:
            return super().invoke(ctx)
        except sqlite3.DatabaseError as error:
            if isinstance(error, sqlite3.IntegrityError):
                raise
            raise StorageError(in_plain_words(_database(ctx.obj), error)) from error

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        with formatter.section("Commands"):
            formatter.write_dl([(name, what) for name, (_, what) in COMMANDS.items()])


@click.group(cls=LazyGroup, context_settings={"help_option_names": ["-h", "--help"]})
@click.option(
    "--config", "config_path", metavar="FILE", help="Configuration (default: $NEWSTRAIL_CONFIG, else ./newstrail.toml)."
)
@click.version_option(__version__, prog_name="newstrail")
@click.pass_context
def cli(ctx: click.Context, config_path: str | None) -> None:
    """A git log for the news: every version of every article, and exactly what changed."""
    ctx.obj = config_path


def main() -> None:
    """Entry point: runs the command and leaves with its exit code."""
    sys.exit(run(sys.argv[1:]))


def run(arguments: list[str]) -> int:
    """Run a command line; the exit code. Errors are one line on standard error."""
    try:
        _refuse_bytes(arguments)
        cli.main(arguments, prog_name="newstrail", standalone_mode=False)
        sys.stdout.flush()
    except NewstrailError as error:
        return _told(error)
    except StorageError as error:
        return _told(as_newstrail_error(error))
    except sqlite3.DatabaseError as error:
        return _told(DatabaseError(f"the database cannot be used: {error}"))
    except CursorError as error:
        return _told(UsageError(str(error)))
    except QueryError as error:
        return _told(UsageError(f"sql: {error}"))
    except click.exceptions.Exit as stop:
        return stop.exit_code
    except click.exceptions.NoArgsIsHelpError as error:
        click.echo(error.ctx.get_help())
        return UsageError.exit_code
    except click.ClickException as error:
        return _told(UsageError(error.format_message()))
    except (click.Abort, KeyboardInterrupt):
        return _told(NewstrailError("stopped"))
    except BrokenPipeError:  # the reader of a pipe has seen enough
        _print_no_more()
    except OSError as error:  # of a file that no command expects to fail, such as where its output goes
        _print_no_more()
        return _told(NewstrailError(f"{error.filename or 'the output'}: {error.strerror or error}"))
    return 0


def _print_no_more() -> None:
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def _refuse_bytes(arguments: list[str]) -> None:
    """What a terminal sent in another encoding is no text; neither SQLite nor a URL can hold it."""
    for argument in arguments:
        try:
            argument.encode()
        except UnicodeEncodeError:
            raise UsageError(f"{argument} is not UTF-8; write it in the terminal's encoding") from None


def _database(config_path: str | None) -> str:
    from crawler import config

    try:
        return str(config.load(config_path).database)
    except NewstrailError:  # a command that needs none has a database of its own
        return "the database"


def _told(error: NewstrailError) -> int:
    click.echo(f"newstrail: {printable(' '.join(str(error).split()))}", err=True)
    return error.exit_code
