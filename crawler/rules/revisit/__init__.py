"""When to look again."""

from crawler.rules.revisit.budget import *  # noqa
from crawler.rules.revisit.curve import *  # noqa
from crawler.rules.revisit.page import *  # noqa
