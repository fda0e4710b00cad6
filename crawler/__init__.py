"""newstrail: a git log for the news."""

__version__ = "0.1.0"
