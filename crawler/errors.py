"""The errors that reach a person: one line each, with the exit code of the command that meets it."""

from storage.errors import StorageError


class NewstrailError(Exception):
    """Something a person can act on. `exit_code` is what the command line leaves with."""

    exit_code = 1


class NotFoundError(NewstrailError):
    """The thing asked for is not in the record, or the check that was asked for failed."""


class UsageError(NewstrailError):
    """The command or its arguments cannot be understood."""

    exit_code = 2


class ConfigError(UsageError):
    """newstrail.toml is missing, broken, or says something that cannot be."""


class CrawlError(NewstrailError):
    """The crawl ended with errors; what was fetched is kept."""

    exit_code = 3


class DatabaseError(NewstrailError):
    """The database cannot be used: locked, full, corrupt, newer, not a database."""

    exit_code = 4


def as_newstrail_error(error: StorageError) -> NewstrailError:
    """Storage has errors of its own; to a person they are a database that cannot be used."""
    return DatabaseError(str(error))
