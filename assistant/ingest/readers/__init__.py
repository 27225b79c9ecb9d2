"""One reader a format: `read(source)` yields `Story` and `Problem` values."""
