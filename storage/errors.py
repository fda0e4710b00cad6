"""What can go wrong between newstrail and its database file."""


class StorageError(Exception):
    """The database cannot be used; the message names the file, what is wrong and what to do."""


class QueryError(Exception):
    """A reader's own SQL cannot be run; the message is SQLite's."""


class CursorError(ValueError):
    """A place in the stream of changes that this record does not have; the message says what was asked and what is."""
