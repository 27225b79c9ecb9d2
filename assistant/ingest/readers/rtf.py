"""Rich Text Format (.rtf) → `Story`, by striprtf: exports of Nexis and Factiva, or one article."""

from __future__ import annotations

import re
from collections.abc import Iterator

from assistant.errors import ArticleError
from assistant.ingest import magic
from assistant.ingest.build import Story
from assistant.ingest.file import RawFile
from assistant.ingest.readers import press_export

_TOKEN = re.compile(
    r"\\bin(?P<length>\d{1,9}) ?|\\(?P<word>[A-Za-z]{1,32})(?P<number>-?\d{1,10})? ?|\\.|[{}]|[^\\{}]+|\\", re.S
)
_PRINTED = frozenset(
    "par sect page line tab emdash endash emspace enspace qmspace bullet lquote rquote ldblquote rdblquote row cell "
    "nestcell u".split()
)


def read(source: RawFile) -> Iterator[Story]:
    """The articles of an export, else the document's text, a paragraph a line. Raises `ArticleError`."""
    from striprtf.striprtf import rtf_to_text

    content = source.read()
    if not content.strip():
        raise ArticleError(f"{source.label}: is empty; remove it or save it again")
    if not content.lstrip().startswith(magic.RTF):
        raise ArticleError(f"{source.label}: is no RTF document; give it the suffix that fits it")
    shown = without_hidden(content.decode("latin-1"))
    text: str = rtf_to_text(shown, errors="replace")  # type: ignore[no-untyped-call]
    lines = [line.strip(" |\t") for line in text.replace("\r", "\n").split("\n")]
    lines = [line for line in lines if line]
    if not lines:
        raise ArticleError(f"{source.label}: holds no text; remove it or save it again")
    yield from press_export.stories(lines) or [Story(tuple(lines))]


def without_hidden(document: str) -> str:
    r"""The document without text that is hidden (`\v`) or whose deletion is tracked (`\deleted`)."""
    if not re.search(r"\\(?:v|deleted)(?![A-Za-z])", document):
        return document
    kept: list[str] = []
    hidden: frozenset[str] = frozenset()
    outer: list[frozenset[str]] = []
    at = 0
    while match := _TOKEN.match(document, at):
        token, word = match[0], match["word"]
        at = match.end() + int(match["length"] or 0)
        if token == "{":
            outer.append(hidden)
        elif token == "}":
            hidden = outer.pop() if outer else frozenset()
        elif word == "plain":
            hidden = frozenset()
        elif word in ("v", "deleted"):
            hidden = hidden - {word} if match["number"] == "0" else hidden | {word}
        elif hidden and (word is None or word in _PRINTED):
            # What is no word is text or one character of it; "\\*" begins what is no text.
            token = token if token == "\\*" else ""
        kept += [token, document[match.end() : at]] if token else []
    return "".join(kept)
