"""The record as files that others read: a module for each form. `storage/export.py` has the rows."""
