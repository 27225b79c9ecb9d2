"""Measures how fast the assistant is; see `make bench`."""
