"""The record on disk: one SQLite file. Takes and gives plain values; knows nothing of crawling."""
