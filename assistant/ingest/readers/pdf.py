"""PDF files → `Story`, by pypdf."""

from __future__ import annotations

import io
import re
from collections import Counter
from collections.abc import Iterator
from typing import Any

from assistant.errors import ArticleError
from assistant.ingest.build import Fields, Problem, Story
from assistant.ingest.file import RawFile
from assistant.ingest.limits import MAX_CONTAINER_BYTES, MAX_PAGES
from assistant.ingest.readers.pdf_layout import (
    Line,
    in_reading_order,
    paragraphs_of,
    printed_address,
    without_running_heads,
)

_NO_TITLE = re.compile(
    r"untitled|microsoft word|\.(?:docx?|indd|qxd|pdf|pages|rtf|html?)$|^(?:page|document|layout|slide)?\s*\d*$", re.I
)
_TITLE_SCALE = 1.2
# A scan may bear a stamp or a page number as text.
_PAGE_CHARS = 25
_LIGATURES = str.maketrans({"ﬀ": "ff", "ﬁ": "fi", "ﬂ": "fl", "ﬃ": "ffi", "ﬄ": "ffl", "ﬅ": "st", "ﬆ": "st"})
# The width of a letter in the usual print, in its height; what begins further right may be another column or cell.
_LETTER, _COLUMN_GAP = 0.45, 0.5


def read(source: RawFile) -> Iterator[Story | Problem]:
    """The document's text; pages that are pictures of text are named. The day it was made is not the article's.

    Raises `ArticleError`.
    """
    from pypdf import PdfReader
    from pypdf.errors import PyPdfError

    content = source.read(MAX_CONTAINER_BYTES)
    if not content.strip():
        raise ArticleError(f"{source.label}: is empty; remove it or save it again")
    if b"%PDF" not in content[:2048]:
        raise ArticleError(f"{source.label}: is not a PDF file; give it the suffix that fits it")
    try:
        reader = PdfReader(io.BytesIO(content))
        if reader.is_encrypted and not _opens(reader):
            raise ArticleError(f"{source.label}: is encrypted; save a copy without the password")
        count = len(reader.pages)
        if count > MAX_PAGES:
            raise ArticleError(
                f"{source.label}: has {count:,} pages, of which at most {MAX_PAGES:,} are read; split it"
            )
        pages = [in_reading_order(_rows(page, number)) for number, page in enumerate(reader.pages)]
        scanned = [number for number, (page, lines) in enumerate(zip(reader.pages, pages, strict=True), start=1)
                   if sum(len(line.text) for line in lines) < _PAGE_CHARS and _has_picture(page)]  # fmt: skip
        info = (
            {key: str(reader.metadata.get(f"/{key}") or "") for key in ("Title", "Author")} if reader.metadata else {}
        )
    except PyPdfError as error:
        reason = " ".join(str(error).split())[:200]
        raise ArticleError(f"{source.label}: is damaged ({reason}); save it again from its source") from error
    if len(scanned) == count:
        raise ArticleError(
            f"{source.label}: holds no text, only pictures of it; run text recognition (OCR) on it first"
        )
    yield _story(pages, info, source.label)
    if scanned:
        named = ", ".join(map(str, scanned[:20])) + (" and more" if len(scanned) > 20 else "")
        yield Problem(f"{source.label}: pages that are only pictures are not read ({named}); run OCR on the file first")


def _has_picture(page: Any) -> bool:
    """True where the page shows an image (PDF 32000-1, 8.10 and 8.9)."""
    try:
        resources = page.get("/Resources", {}).get_object()
        objects = resources.get("/XObject", {}).get_object()
        return any(objects[name].get_object().get("/Subtype") in ("/Image", "/Form") for name in objects)
    except (AttributeError, KeyError, TypeError):
        return False


def _opens(reader: Any) -> bool:
    """True where the empty password opens it, as every viewer tries."""
    from pypdf.errors import DependencyError

    try:
        return bool(reader.decrypt(""))
    except (DependencyError, NotImplementedError):
        return False


def _story(pages: list[list[Line]], info: dict[str, str], label: str) -> Story:
    lines = [line for page in without_running_heads(pages) for line in page]
    if not lines:
        raise ArticleError(f"{label}: holds no text, only pictures of it; run text recognition (OCR) on it first")
    sizes = Counter[float]()
    for line in lines:
        sizes[line.size] += len(line.text)
    body = sizes.most_common(1)[0][0]
    title, begin = _title(lines, body)
    texts = paragraphs_of(lines[begin:], body)
    written = info.get("Title", "").strip()
    author = info.get("Author", "").strip()
    return Story(
        tuple(texts),
        Fields(
            title=title or (None if _NO_TITLE.search(written) else written),
            author=author if " " in author else None,
            url=printed_address(pages),
        ),
    )


def _title(lines: list[Line], body: float) -> tuple[str | None, int]:
    """The largest print at the top of the first page, and the number of the line after it."""
    first = [line for line in lines if line.page == lines[0].page][:12]
    largest = max(line.size for line in first)
    if largest < _TITLE_SCALE * body:
        return None, 0
    begin = next(at for at, line in enumerate(first) if line.size == largest)
    end = begin
    while end < len(first) and first[end].size == largest:
        end += 1
    # What stands above the headline is the paper's name or a rubric.
    return " ".join(line.text for line in first[begin:end])[:300], end


def _rows(page: Any, number: int) -> list[list[Line]]:
    """The page's rows of print in the file's order, each of what stands side by side in it."""
    rows: list[list[Line]] = []
    row: list[Line] = []
    pieces: list[str] = []
    place: tuple[float, float, float] | None = None
    right = 0.0

    def finish(*, of_row: bool) -> None:
        nonlocal place, row, right
        # Some fonts' maps name ﬃ where only its last two letters are shown: three f stand in no word so.
        text = re.sub("f(?=[ﬃﬄ])", "", " ".join("".join(pieces).split())).translate(_LIGATURES)
        pieces.clear()
        if text and place and place[2] > 1:
            row.append(Line(text, *place, page=number))
        place, right = None, 0.0
        if of_row and row:
            rows.append(row)
            row = []

    def visit(text: str, cm: list[float], tm: list[float], _font: Any, size: float) -> None:
        nonlocal place, right
        for at, part in enumerate(text.split("\n")):
            if at:
                finish(of_row=True)
            if part.strip():
                here = _place(cm, tm, size)
                if place and abs(here[1] - place[1]) > 0.6 * max(here[2], place[2]):
                    finish(of_row=True)
                elif place and part[:1].isspace() and here[0] > right + _COLUMN_GAP * here[2]:
                    finish(of_row=False)
                place = place or here
                right = max(right, here[0] + _LETTER * here[2] * len(part.strip()))
            pieces.append(part)

    page.extract_text(visitor_text=visit)
    finish(of_row=True)
    return rows


def _place(cm: list[float], tm: list[float], size: float) -> tuple[float, float, float]:
    """x, y and height of print in points, from the text's and the page's matrices."""
    x = tm[4] * cm[0] + tm[5] * cm[2] + cm[4]
    y = tm[4] * cm[1] + tm[5] * cm[3] + cm[5]
    up = (tm[2] * cm[0] + tm[3] * cm[2], tm[2] * cm[1] + tm[3] * cm[3])
    scale = (up[0] ** 2 + up[1] ** 2) ** 0.5
    return x, y, round(abs(float(size)) * scale, 1)
