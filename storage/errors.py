"""What can go wrong between newstrail and its database file."""


class StorageError(Exception):
    """The database cannot be used; the message names the file, what is wrong and what to do."""


class QueryError(Exception):
    """A reader's own SQL cannot be run; the message is SQLite's."""
