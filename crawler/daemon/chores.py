"""What the daemon does besides crawling, now and then."""

from collections.abc import Callable
from datetime import datetime
from typing import NamedTuple

from sqlite_utils import Database

from crawler.config import Config


class Chore(NamedTuple):
    """Something done every so many seconds, in a thread, never twice at once; the first time soon after the start."""

    name: str
    seconds: float
    do: Callable[[Database, Config, datetime], None]


CHORES: tuple[Chore, ...] = ()
