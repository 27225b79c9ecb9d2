"""UTF-8 that was once read in an older encoding and saved that way: "CafÃ©", "РњРѕСЃС‚"."""

from __future__ import annotations


def mended(text: str) -> str:
    """`text` with such lines as they were meant, by ftfy (https://ftfy.readthedocs.io).

    Only lines that are so as a whole: where a line is right elsewhere, "CafÃ©" may be what it tells about.
    """
    if text.isascii():
        return text
    from ftfy import TextFixerConfig, fix_encoding
    from ftfy.badness import is_bad

    if not is_bad(text):
        return text
    config = TextFixerConfig(decode_inconsistent_utf8=False, replace_lossy_sequences=False, fix_c1_controls=False)
    lines = text.split("\n")
    return "\n".join(line if line.isascii() else fix_encoding(line, config) for line in lines)
