"""News agencies' XML: NITF 3, NewsML-G2 and NewsML 1 (https://iptc.org/standards/)."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

from assistant.errors import ArticleError
from assistant.ingest.build import Fields, Problem, Story
from assistant.ingest.dates import parse_published
from assistant.ingest.readers.html_dom import paragraphs, paragraphs_of_html
from assistant.ingest.readers.html_elements import local_name
from assistant.ingest.readers.names import person

ROOTS = frozenset({"nitf", "newsml", "newsitem", "newsmessage", "packageitem"})


def read(root: Any, label: str) -> Iterator[Story | Problem]:
    """An article for each item that has text. Raises `ArticleError` where none has."""
    name = local_name(root)
    if name == "nitf":
        yield _required(_nitf(root, Fields(), None), label)
        return
    items = [root] if name == "newsitem" else list(_all(root, "newsitem"))
    found = 0
    for number, item in enumerate(items, start=1):
        key = None if name == "newsitem" else item.get("guid") or _identifier(item) or str(number)
        story = _version_1(item, key, label) if name == "newsml" else _g2(item, key, label)
        if story:
            found += 1
            yield story
        elif len(items) > 1 and not _is_picture(item):
            yield Problem(f"{label}: item {number}: has no text; remove it")
    if not found:
        raise ArticleError(f"{label}: holds no item with text; remove it")


def _required(story: Story | None, label: str) -> Story:
    if story is None:
        raise ArticleError(f"{label}: no paragraph of text found; remove the file or add the story's text")
    return story


def _nitf(root: Any, known: Fields, key: str | None) -> Story | None:
    content = _first(root, "body.content")
    blocks = [block for block in content if local_name(block) == "block"] if content is not None else []
    # The New York Times repeats the lead in a block of its own.
    full = next((block for block in blocks if (block.get("class") or "") in ("full_text", "fulltext")), None)
    body = full if full is not None else content
    texts = paragraphs(body) if body is not None else []
    if not texts:
        return None
    issued = _attribute(root, "date.issue", "norm") or _attribute(root, "story.date", "norm")
    issued = issued or _attribute(root, "pubdata", "date.publication") or _text(root, "story.date")
    source = (
        _attribute(root, "pubdata", "name") or _text(root, "distributor") or _attribute(root, "doc.copyright", "holder")
    )
    fields = Fields(
        title=_text(root, "hl1") or _text(root, "hedline") or _text(root, "title"),
        source=source,
        published=parse_published(issued),
        author=person(_text(root, "byline")),
        url=_attribute(root, "pubdata", "ex-ref"),
        language=root.get("{http://www.w3.org/XML/1998/namespace}lang"),
    )
    return Story(tuple(texts), fields.over(known), key)


def _g2(item: Any, key: str | None, label: str) -> Story | None:
    meta = Fields(
        title=_text(item, "headline") or _text(item, "slugline"),
        source=_text(item, "creditline") or _named(item, "infosource") or _named(item, "provider"),
        published=_day(item, "firstpublished", "contentcreated", "firstcreated", "versioncreated"),
        modified=_day(item, "contentmodified", "versioncreated"),
        author=person(_text(item, "by")) or _named(item, "creator"),
        url=next((link.get("href") for link in _all(item, "link") if "canonical" in (link.get("rel") or "")), None),
        language=_attribute(item, "language", "tag") or item.get("{http://www.w3.org/XML/1998/namespace}lang"),
    )
    for holder in _all(item, "inlinexml"):
        inner = next((child for child in holder if local_name(child)), None)
        if inner is not None and local_name(inner) == "nitf":
            story = _nitf(inner, Fields(), key)
            if story:
                return replace(story, fields=meta.over(story.fields))
        texts = paragraphs(holder)
        if texts:
            return Story(tuple(texts), meta, key)
    for holder in _all(item, "inlinedata"):
        texts = paragraphs_of_html("".join(holder.itertext()), label)
        if texts:
            return Story(tuple(texts), meta, key)
    return None


def _version_1(item: Any, key: str | None, label: str) -> Story | None:
    meta = Fields(
        title=_text(item, "headline"),
        source=_text(item, "creditline") or _attribute(item, "provider", "formalname") or _named(item, "party"),
        published=_day(item, "dateandtime", "firstcreated", "thisrevisioncreated", "dateid"),
        modified=_day(item, "thisrevisioncreated"),
        author=person(_text(item, "byline")),
        language=_attribute(item, "language", "formalname"),
    )
    for holder in _all(item, "datacontent"):
        nested = next(_all(holder, "nitf"), None)
        story = _nitf(nested, meta, key) if nested is not None else None
        if story:
            return replace(story, fields=meta.over(story.fields))
        has_markup = any(local_name(child) for child in holder)
        texts = paragraphs(holder) if has_markup else paragraphs_of_html("".join(holder.itertext()), label)
        if texts:
            return Story(tuple(texts), meta, key)
    return None


def _all(root: Any, name: str) -> Iterator[Any]:
    return (element for element in root.iter() if local_name(element) == name)


def _first(root: Any, name: str) -> Any:
    return next(_all(root, name), None)


def _text(root: Any, name: str) -> str | None:
    for element in _all(root, name):
        text = " ".join(" ".join(element.itertext()).split())
        if text:
            return text
    return None


def _attribute(root: Any, element: str, name: str) -> str | None:
    for found in _all(root, element):
        for key, value in found.attrib.items():
            if str(key).lower() == name and str(value).strip():
                return str(value)
    return None


def _named(item: Any, element: str) -> str | None:
    """A party's name, where it is given in words and not only as a code."""
    for found in _all(item, element):
        name = _text(found, "name") or found.get("literal") or found.get("FormalName")
        if name:
            return str(name)
    return None


def _day(item: Any, *names: str) -> Any:
    return next(filter(None, (parse_published(_text(item, name)) for name in names)), None)


def _identifier(item: Any) -> str | None:
    return _text(item, "newsitemid") or _text(item, "publicidentifier")


def _is_picture(item: Any) -> bool:
    kinds = " ".join(
        str(_attribute(item, name, key) or "") for name, key in (("itemclass", "qcode"), ("mediatype", "formalname"))
    )
    return any(kind in kinds.lower() for kind in ("picture", "photo", "graphic", "video", "audio"))
