"""Escaping of text for Markdown, so that it is shown as it stands."""

from __future__ import annotations

import re

from assistant.text.unicode import one_line

_SPECIAL = re.compile(r"[\\`*_{}\[\]()<>#|~!&$^@]|:(?=//)|(?<=www)\.", re.I)
_OPENING = re.compile(r"^(?:([-+=])|(\d{1,9})([.)]))")


def escape_markdown(text: str) -> str:
    """`text` on one line, which CommonMark and GitHub's dialect show as it stands: no links, images or HTML."""
    line = _SPECIAL.sub(r"\\\g<0>", one_line(text))
    return _OPENING.sub(lambda found: f"\\{found[1]}" if found[1] else f"{found[2]}\\{found[3]}", line)
