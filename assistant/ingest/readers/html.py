"""HTML pages → `Story`: trafilatura finds the article among the rest of the page."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Any

from assistant.errors import ArticleError
from assistant.ingest.build import Fields, Story
from assistant.ingest.file import RawFile
from assistant.ingest.readers import jsonld, press_export
from assistant.ingest.readers.encoding import declared_charset, decode
from assistant.ingest.readers.html_dom import lines_of, paragraphs, paragraphs_of_html, parse_html, plain_paragraphs
from assistant.ingest.readers.html_left_out import left_out, shown_lines
from assistant.ingest.readers.html_metadata import page_fields, saved_address
from assistant.ingest.readers.html_notices import is_link_list, is_notice
from assistant.ingest.readers.html_prepare import prepare
from assistant.ingest.readers.names import headline

_ENOUGH = 200


def read(source: RawFile) -> Iterator[Story]:
    """The page's one article, or those of a press database's export. Raises `ArticleError` where there is none."""
    content = source.read()
    text = decode(content, source.label, declared_charset(content[:4096]))
    exported = _exported(text, source.label) if press_export.may_be_export(text) else []
    if exported:
        yield from exported
        return
    yield story_of(text, source.label, explained=source.explained)


def story_of(text: str, label: str, known: Fields | None = None, *, explained: bool = False) -> Story:
    """The article of a page, `explained` with what is left out of it. Raises `ArticleError`.

    `known` says what is certain about it from elsewhere.
    """
    root = parse_html(text, label)
    said, body = page_fields(root, saved_address(text))
    if not body and is_link_list(root):
        raise ArticleError(f"{label}: a list of links that holds no article; save the pages that it links to")
    fields = (known or Fields()).over(said)
    fields = replace(fields, title=headline(fields.title, fields.source))
    shown = shown_lines(root) if explained else None
    corrections = prepare(root, jsonld.walled_selectors(jsonld.articles_of(root)))
    texts = _best(_main_text(root), plain_or_html(body, label), lambda: _unguided(root))
    if not texts:
        raise ArticleError(f"{label}: no article found in this page; save the article's own page or its text")
    if not fields.published and is_notice(texts):
        raise ArticleError(
            f"{label}: the page asks for consent or a login and holds no article; open the article and save it again"
        )
    whole_text = "\n".join(texts)
    texts += [note for note in corrections if note not in whole_text]
    named = (fields.title, fields.source, fields.author)
    return Story(tuple(texts), fields, left_out=left_out(shown, texts, named) if shown else ())


def _exported(text: str, label: str) -> list[Story]:
    """The articles of an export; a page that only names one of its marks has no outlet and day where these stand."""
    body = parse_html(text, label).find(".//body")
    found = press_export.stories(lines_of(body)) if body is not None else []
    return found if all(story.fields.source and story.fields.published for story in found) else []


def plain_or_html(text: str, label: str) -> list[str]:
    """Paragraphs of a text that may or may not be HTML."""
    return paragraphs_of_html(text, label) if re.search(r"</?[a-z]+[ >]", text) else plain_paragraphs(text)


def _main_text(root: Any) -> list[str]:
    import trafilatura
    from lxml import etree

    page = etree.tostring(root, encoding="unicode", method="html")
    found: Any = trafilatura.bare_extraction(page, include_comments=False, include_tables=True, with_metadata=False)
    return paragraphs(found.body) if found is not None and found.body is not None else []


def _best(main: list[str], data: list[str], unguided: Callable[[], list[str]]) -> list[str]:
    """What trafilatura found, unless it found little or, falling back to all text, lost the paragraphs."""
    length = sum(map(len, main))
    if sum(map(len, data)) > 2 * length:
        return data
    if len(main) > 1 and length >= _ENOUGH:
        return main
    for other in (data, unguided()):
        if (len(other) > len(main) and 0.8 * length <= sum(map(len, other)) <= 1.25 * length) or (other and not main):
            return other
    return main


def _unguided(root: Any) -> list[str]:
    """All text of the page's most likely element that is not mostly links."""
    for path in (".//article", ".//main", ".//*[@role='main']", ".//*[@itemprop='articleBody']", ".//body"):
        for element in root.iterfind(path):
            for child in list(element.iter("p", "li", "div", "td")):
                linked = sum(len("".join(link.itertext())) for link in child.iter("a"))
                if linked and linked > 0.6 * len("".join(child.itertext()).strip()) and child.getparent() is not None:
                    child.clear(keep_tail=True)
            texts = paragraphs(element)
            if texts:
                return texts
    return paragraphs(root)
