"""Readers of file formats, one module each: `read(source)` yields `Story` and `Problem` values."""
