"""The record as pages: a plugin of ours on Datasette, read-only, from committed rows."""
