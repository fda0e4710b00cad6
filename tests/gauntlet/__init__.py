"""The gauntlet: a crowd of pages that make noise, among which real edits must be told apart.

Black box: the program crawls an origin on loopback, and what it recorded is read from its database by SQL.
`python -m tests.gauntlet --help` says what can be chosen.
"""
