"""A page's tree made ready for extraction: what position and markup show to be no story is taken out, and
what an extractor would lose is put where it is kept."""

from __future__ import annotations

import copy
import re
from collections.abc import Iterator
from typing import Any

from lxml import etree

from assistant.ingest.correction import is_correction
from assistant.ingest.readers.html_dom import paragraphs
from assistant.ingest.readers.html_elements import drop
from assistant.ingest.readers.html_menus import take_out_menus
from assistant.text.dates import CLOCK

_HEADINGS = ("h2", "h3", "h4", "h5", "h6")
_CLOCK = re.compile(rf"\s*{CLOCK}(?:\s?[A-Z]{{2,4}})?\s*$", re.I)
_PICTURE = re.compile(
    r"(?:^|[\s_-])(?:image|img|photo|picture|figure|media|bild|foto|thumb(?:nail)?)(?:$|[\s_-])", re.I
)
_CAPTION = re.compile(
    r"(?:^|[\s_-])(?:caption|credits?|copyright|bildunterschrift|legende|pie-de-foto)(?:$|[\s_-])", re.I
)
_PICTURED = re.compile(f"{_PICTURE.pattern}|{_CAPTION.pattern}", re.I)
_CREDIT = re.compile(r"(?:©\s?)?[^\W\d_][\w.’'-]*(?: [^\W\d_][\w.’'-]*){0,3}\s?/\s?[^\W\d_][\w .’'-]{1,30}$")
_WALL = re.compile(
    r"(?:^|[\s_-])(?:paywall|regwall|subscri\w*|piano|barrier|meter(?:ed)?|abo|premium-box)(?:$|[\s_-])", re.I
)
_ASKS = re.compile(
    r"subscri|abonn|suscri|suscr[ií]b|assin|log ?in|sign ?in|regist|anmeld|iniciar|connect|accedi|inloggen|logga|"
    r"подпис|войти|登录|登錄|ログイン|購読|구독|로그인|اشترك",
    re.I,
)
_CORRECTION = re.compile(
    r"(?:^|[\s_-])(?:corrections?|corrected|errat(?:um|a)|clarifications?|amendments?|editors?-?note|korrektur|"
    r"berichtigung|rectificati[fe]|rectificacion|correccion|correction|rettelse|rattelse|correzione|fe-de-errat\w*)"
    r"(?:$|[\s_-])",
    re.I,
)
_MARKED = etree.XPath("//*[@class or @id or @role]")
_BELOW = etree.XPath("//footer/descendant-or-self::* | //aside/descendant-or-self::*")
_LABELLED = etree.XPath("//p[contains(., ':') or contains(., '：')]")
_EMPHASISED = etree.XPath("//p[count(*) = 1][em or i or small]")
_MAY_DATE = etree.XPath("//time | //span[@itemprop] | //div[@itemprop]")
# An extractor may find a text in the data.
_CODE = etree.XPath("//script[not(contains(@type, 'json'))]")
_BOXES = "div p aside footer section li"
_BOX_CHARS = 1_500
_WALL_CHARS = 600
_META_CHARS = 40
_CAPTION_CHARS = 400


def prepare(root: Any, walled: set[str]) -> list[str]:
    """Changes the tree in place; the corrections that stand in boxes, below the story or in its footer.

    `walled` are the class names of what the page itself calls text behind a paywall.
    """
    marked = _Marked(root)
    corrections = list(dict.fromkeys(_corrections(root, marked)))
    _take_out_pictures(root, marked)
    take_out_menus(root)
    _take_out_walls(marked, walled)
    if not _write_times(root):
        _take_out_date_lines(root)
    _take_out_code(root)
    return corrections


def _take_out_code(root: Any) -> None:
    """What holds no text and is half of many a page, so that an extractor need not copy it again and again."""
    for script in _CODE(root):
        drop(script)
    etree.strip_elements(root, "style", with_tail=False)


class _Marked:
    """The elements of a page that have a class, an id or a role, in order; each pattern is tried once a name."""

    def __init__(self, root: Any) -> None:
        self._elements = [(element, _mark(element)) for element in _MARKED(root)]
        self._marks = {mark for _, mark in self._elements}

    def matching(self, pattern: re.Pattern[str], tags: str) -> list[Any]:
        """Those of the elements named `tags` whose class, id or role the pattern finds."""
        found, names = {mark for mark in self._marks if pattern.search(mark)}, tags.split()
        return [element for element, mark in self._elements if mark in found and element.tag in names] if found else []


def _corrections(root: Any, marked: _Marked) -> Iterator[str]:
    named, below = set(marked.matching(_CORRECTION, _BOXES)), set(_BELOW(root))
    candidates = named | {element for element in below if element.tag in _BOXES.split()} | set(_LABELLED(root))
    for element in root.iter(*_BOXES.split()) if candidates else ():
        if element not in candidates:
            continue
        if element in named or element in below:
            texts = _blocks(element) if element in named or _may_hold_label(element) else []
        else:
            texts = [_written(element)]
        yield from (text for text in texts if element in named or is_correction(text))


def _may_hold_label(element: Any) -> bool:
    """False where no paragraph can begin with a label: no colon is written, nor put behind a sub-heading."""
    heading = next(element.iter("head", "hl2", *_HEADINGS), None)
    return heading is not None or any(":" in text or "：" in text for text in element.itertext())


def _take_out_pictures(root: Any, marked: _Marked) -> None:
    lines = [element for element in _EMPHASISED(root) if _is_credit(element)]
    sure = {*marked.matching(_CAPTION, "div span a li td"), *lines}
    for element in [*marked.matching(_PICTURED, "div span p a li td"), *lines]:
        if element.getparent() is None or not (element in sure or _is_picture(element)):
            continue
        if len(_written(element, _CAPTION_CHARS)) <= _CAPTION_CHARS:
            drop(element)


def _is_picture(element: Any) -> bool:
    """True for what its class calls a picture, where it shows one and holds no paragraph."""
    return (
        bool(_PICTURE.search(_mark(element)))
        and next(element.iter("img", "picture", "amp-img", "video", "amp-video"), None) is not None
        and next(element.iter("p"), None) is None
    )


def _is_credit(element: Any) -> bool:
    """True for a line between two paragraphs that is nothing but an emphasised "Name/Outlet"."""
    alone = not (element.text or "").strip() and not (element[0].tail or "").strip()
    return alone and element.getnext() is not None and bool(_CREDIT.match(_written(element)))


def _take_out_walls(marked: _Marked, walled: set[str]) -> None:
    """Boxes of a wall's class that are short, hold a line to log in or subscribe by, and are not called text."""
    for element in marked.matching(_WALL, "div section aside p form"):
        if not walled.isdisjoint((element.get("class") or "").split()) or element.getparent() is None:
            continue
        if len(_written(element, _WALL_CHARS)) <= _WALL_CHARS and any(map(_is_button, _blocks(element))):
            drop(element)


def _is_button(text: str) -> bool:
    return len(text) <= _META_CHARS and bool(_ASKS.search(text)) and not text.rstrip().endswith((".", "。", "।"))


def _write_times(root: Any) -> bool:
    """In a live blog, the time of each update before its heading or its first words; True where there are several."""
    article = next(root.iter("article", "main"), root)
    times = [element for element in article.iter("time") if _CLOCK.match(_written(element))]
    if len(times) < 2:
        return False
    for element in times:
        clock, parent = _written(element), element.getparent()
        if parent is None:
            continue
        near = [other for other in parent if other is not element]
        heading = next((other for other in near if other.tag in _HEADINGS), None)
        if heading is not None:
            line = etree.Element("p")
            line.text = f"{clock} {_written(heading)}"
            heading.addprevious(line)
            drop(heading)
            drop(element)
            continue
        following = next((other for other in element.itersiblings() if other.tag == "p"), None)
        if following is not None:
            following.text = f"{clock} {following.text or ''}"
            drop(element)
    return True


def _take_out_date_lines(root: Any) -> None:
    """Blocks that hold a `time` and hardly anything else, such as "Updated 8 March": the day is read elsewhere."""
    for element in _MAY_DATE(root):
        dated = "date" in (element.get("itemprop") or "").lower()
        if element.tag != "time" and not dated:
            continue
        block = element.getparent() if element.tag != "div" else element
        if dated and len(_written(element, _META_CHARS)) <= _META_CHARS:
            drop(element)
            continue
        while block is not None and block.tag in ("span", "a", "b", "strong", "em", "i"):
            block = block.getparent()
        if block is not None and element.tag == "time" and _stands_alone(element, block):
            drop(element)
            continue
        if block is None or block.tag not in ("p", "div", "li", "ul", "address") or block.getparent() is None:
            continue
        if any(True for _ in block.iter("p")) and block.tag != "p":
            continue
        inner = sum(len(_written(time)) for time in block.iter("time"))
        if len(_written(block)) - inner <= _META_CHARS and not re.search(r"[.!?]\s*$", _written(block)):
            drop(block)


def _stands_alone(element: Any, parent: Any) -> bool:
    """True for an element that is directly in an article or a section, with no text on either side of it."""
    if element.getparent() is not parent or parent.tag not in ("article", "section", "main", "body", "header"):
        return False
    before = element.getprevious()
    text = (parent.text if before is None else before.tail) or ""
    return not (text + (element.tail or "")).strip() and len(_written(element, _META_CHARS)) <= _META_CHARS


def _blocks(element: Any) -> list[str]:
    """The paragraphs of a short element, a footer too."""
    if len(_written(element, _BOX_CHARS)) > _BOX_CHARS:
        return []
    inner = copy.deepcopy(element)
    inner.tag = "div"
    return paragraphs(inner)


def _mark(element: Any) -> str:
    return f"{element.get('class') or ''} {element.get('id') or ''} {element.get('role') or ''}"[:500]


def _written(element: Any, most: int | None = None) -> str:
    pieces, length = [], 0
    for text in element.itertext():
        pieces.append(text)
        length += len(text)
        # Enough to know that it is longer; white space counts little.
        if most is not None and length > 20 * most:
            break
    return " ".join(" ".join(pieces).split())
