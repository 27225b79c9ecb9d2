"""Rich Text Format (.rtf) → `Story`, by striprtf: exports of Nexis and Factiva, or one article."""

from __future__ import annotations

from collections.abc import Iterator

from assistant.errors import ArticleError
from assistant.ingest import magic
from assistant.ingest.build import Story
from assistant.ingest.file import RawFile
from assistant.ingest.readers import press_export


def read(source: RawFile) -> Iterator[Story]:
    """The articles of an export, else the document's text, a paragraph a line. Raises `ArticleError`."""
    from striprtf.striprtf import rtf_to_text

    content = source.read()
    if not content.strip():
        raise ArticleError(f"{source.label}: is empty; remove it or save it again")
    if not content.lstrip().startswith(magic.RTF):
        raise ArticleError(f"{source.label}: is no RTF document; give it the suffix that fits it")
    text: str = rtf_to_text(content.decode("latin-1"), errors="replace")  # type: ignore[no-untyped-call]
    lines = [line.strip(" |\t") for line in text.replace("\r", "\n").split("\n")]
    lines = [line for line in lines if line]
    if not lines:
        raise ArticleError(f"{source.label}: holds no text; remove it or save it again")
    yield from press_export.stories(lines) or [Story(tuple(lines))]
