"""Layout analysis of PDF pages: printed lines → paragraphs."""

from __future__ import annotations

import itertools
import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from statistics import median

from assistant.ingest.headings import carries_content
from assistant.text.sentences import ends_a_sentence

_PAGE_NUMBER = re.compile(
    r"\W*(?:page|p\.|seite|стр\.?|第)?\s*(?:\d{1,4}|[ivxl]{1,6})(?:\s*(?:of|/|von|из|页|頁)?\s*\d{0,4})?\W*", re.I
)
_ADDRESS = re.compile(r"(?:https?|file)://\S+")
# What browsers print above and below a page: address and number, day and time with the title.
_BROWSER = re.compile(
    r"(?:https?|file)://\S+(?:\s+\d+(?:\s*/\s*\d+)?)?|"
    r"\d{1,4}[./-]\d{1,2}[./-]\d{2,4},?\s+\d{1,2}:\d\d(?:\s?[AP]M)?(?:\s.{0,200})?",
    re.I,
)
# "See BRIDGE, Page A4", "Continued from Page A1": begins as a sentence and ends in a page's number, with no full stop.
_JUMP = re.compile(r"\W*[A-Z][^.\n]{0,50}\b(?i:page|pg|p\.|seite|página|pagina|стр\.?)\s?[A-Z]?-?\d{1,3}[^\w.]{0,3}")
_FEWEST_ROWS, _CELL = 4, 15
_HYPHEN = re.compile(r"(?<=[^\W\d_])[-\u2010\u00ad]$")
_NO_SPACE = re.compile(r"[\u3000-\u30ff\u3400-\u9fff\uff00-\uffef]")
_EDGE_LINES = 3
_SMALL, _LARGE = 0.75, 1.15
_WIDE_GAP = 1.35
_INDENT = (0.5, 5.0)
_SHORT_LINE = 0.75


@dataclass(frozen=True, slots=True)
class Line:
    """A line of print: `x`, `y` of its beginning and its `size`, in points; y grows upwards."""

    text: str
    x: float
    y: float
    size: float
    page: int


def in_reading_order(rows: Sequence[Sequence[Line]]) -> list[Line]:
    """The lines of a page. Columns of prose that the file stores row by row are read one after the other.

    What stands side by side in a table of figures is short, and stays one line.
    """
    parted = [at for at, row in enumerate(rows) if len(row) > 1 and all(len(line.text) >= _CELL for line in row)]
    seen = Counter(round(line.x / 3) for at in parted for line in rows[at])
    starts = sorted(start for start, count in seen.items() if count >= max(_FEWEST_ROWS, 0.6 * len(parted)))
    if len(starts) < 2:
        return [_one_line(row) for row in rows]
    begin, end = parted[0], parted[-1] + 1
    inside = [line for row in rows[begin:end] for line in row]
    # The last rows of a column that is longer than the others.
    while end < len(rows) and len(rows[end]) == 1 and round(rows[end][0].x / 3) in starts:
        inside.append(rows[end][0])
        end += 1
    columns: list[list[Line]] = [[] for _ in starts]
    for line in inside:
        column = max((at for at, start in enumerate(starts) if start <= round(line.x / 3) + 1), default=0)
        columns[column].append(line)
    above, below = (map(_one_line, part) for part in (rows[:begin], rows[end:]))
    return [*above, *(line for column in columns for line in column), *below]


def _one_line(row: Sequence[Line]) -> Line:
    return row[0] if len(row) == 1 else replace(row[0], text=" ".join(line.text for line in row))


def printed_address(pages: Sequence[Sequence[Line]]) -> str | None:
    """The address that a browser prints at the edge of its pages."""
    found = (_ADDRESS.search(line.text) for page in pages for line in _edges(page) if _BROWSER.fullmatch(line.text))
    return next((match[0] for match in found if match and not match[0].endswith(("…", "..."))), None)


def without_running_heads(pages: Sequence[Sequence[Line]]) -> list[list[Line]]:
    """The pages without page numbers, addresses, pointers to other pages and what stands at the edge of several."""
    edges = [_edges(page) for page in pages]
    seen = Counter(key for page in edges for key in {_shape(line.text) for line in page})
    often = {key for key, count in seen.items() if count >= max(2, len(pages) * 0.3)}
    kept = []
    for page, edge in zip(pages, edges, strict=True):
        gone = {
            id(line)
            for line in edge
            if _PAGE_NUMBER.fullmatch(line.text)
            or _BROWSER.fullmatch(line.text)
            or _JUMP.fullmatch(line.text)
            or _shape(line.text) in often
        }
        kept.append([line for line in page if id(line) not in gone])
    return kept


def paragraphs_of(lines: Sequence[Line], body: float) -> list[str]:
    """The paragraphs of the running text; `body` is its size. Small print is left out, and labels in larger print."""
    known = Counter(word for line in lines for word in re.findall(r"[\w'’-]+", line.text.lower()))
    texts = []
    for group in _groups(lines):
        size = group[0].size
        heading = size > _LARGE * body and not (len(group) > 4 and _ended(group[-1]))
        text = _joined([line.text for line in group], known)
        if size >= _SMALL * body and (not heading or carries_content(text)):
            texts.append(text)
    return texts


def _ended(line: Line) -> bool:
    return ends_a_sentence(line.text, also=":")


def _edges(page: Sequence[Line]) -> list[Line]:
    """The highest and the lowest lines of a page, however they are ordered in the file."""
    ordered = sorted(page, key=lambda line: -line.y)
    return ordered[:_EDGE_LINES] + ordered[_EDGE_LINES:][-_EDGE_LINES:]


def _shape(text: str) -> str:
    return re.sub(r"\d+", "#", " ".join(text.lower().split()))


def _groups(lines: Sequence[Line]) -> Iterator[list[Line]]:
    pitch = _pitch(lines)
    indented = _indented(lines) if _uses_indents(lines) else None
    widest = _widest(lines)
    group: list[Line] = []
    for line in lines:
        if group and _begins(group[-1], line, pitch, indented, widest):
            yield group
            group = []
        group.append(line)
    if group:
        yield group


def _begins(last: Line, line: Line, pitch: float, indented: set[int] | None, widest: float) -> bool:
    """True where `line` begins a new paragraph; `indented` are the ids of the lines that are set in."""
    if abs(line.size - last.size) > 0.12 * max(line.size, last.size):
        return True
    down = last.y - line.y
    ended = _ended(last)
    if line.page != last.page or down < -0.5 * line.size or down > 8 * max(pitch, line.size):
        # Over to the next column or page.
        return id(line) in indented if indented is not None else ended and not line.text[:1].islower()
    if pitch and down > _WIDE_GAP * pitch:
        return True
    if indented is not None:
        return id(line) in indented
    # Without gaps and indents, a last line is known by being short.
    return not pitch and ended and len(last.text) < _SHORT_LINE * widest


def _indented(lines: Sequence[Line]) -> set[int]:
    """The ids of the lines that stand right of the margin of their column."""
    margins: dict[int, Counter[int]] = {}
    for line in lines:
        margins.setdefault(line.page, Counter())[round(line.x)] += 1
    found = set()
    for line in lines:
        common = margins[line.page]
        begin, end = round(line.x - _INDENT[1] * line.size), round(line.x - _INDENT[0] * line.size)
        if any(common[x] > 1 for x in range(begin, end)):
            found.add(id(line))
    return found


def _pitch(lines: Sequence[Line]) -> float:
    """The usual distance of two lines; 0 where the file has no places or only single lines."""
    steps = [
        above.y - below.y
        for above, below in itertools.pairwise(lines)
        if above.page == below.page and above.size == below.size and 0 < above.y - below.y < 4 * above.size
    ]
    if len(steps) < 2:
        return 0
    usual = median(steps)
    near = [step for step in steps if step <= 1.1 * min(steps)]
    # Where every paragraph is one or two lines long, the usual step is the gap between them.
    usual = median(near) if len(near) >= 0.2 * len(steps) else usual
    wide = sum(step > _WIDE_GAP * usual for step in steps)
    return usual if wide or _uses_indents(lines) else 0


def _uses_indents(lines: Sequence[Line]) -> bool:
    """True where first lines are set in: a step to the right after most steps back to the margin."""
    steps = [
        (below.x - above.x) / max(above.size, 1)
        for above, below in itertools.pairwise(lines)
        if above.page == below.page and 0 < above.y - below.y < 4 * above.size
    ]
    inward = sum(_INDENT[0] < step < _INDENT[1] for step in steps)
    return inward >= 2 and inward >= 0.02 * len(steps)


def _widest(lines: Sequence[Line]) -> float:
    lengths = sorted(len(line.text) for line in lines)
    return lengths[int(len(lengths) * 0.9)] if lengths else 0


def _joined(lines: Sequence[str], known: Counter[str]) -> str:
    text = lines[0]
    for line in lines[1:]:
        if _HYPHEN.search(text) and line[:1].islower():
            text = _unhyphenated(text, line, known)
        elif _NO_SPACE.match(text[-1:]) and _NO_SPACE.match(line[:1]):
            text += line
        else:
            text += " " + line
    return text.replace("\u00ad", "")


def _unhyphenated(text: str, line: str, known: Counter[str]) -> str:
    """The halves of a word as one; with its hyphen where the document writes it so elsewhere ("state-owned")."""
    first, second = re.search(r"[\w'’-]*$", text[:-1]), re.match(r"[\w'’-]*", line)
    before, after = (first[0] if first else "").lower(), (second[0] if second else "").lower()
    if known[f"{before}-{after}"] > known[before + after]:
        return text[:-1] + "-" + line
    return text[:-1] + line
