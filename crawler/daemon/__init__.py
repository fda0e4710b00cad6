"""The daemon: crawls each source when its time has come, until it is stopped. Its parts are imported when it has the
lock, so that one that comes too late is gone at once."""
