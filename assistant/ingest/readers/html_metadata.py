"""What a page says about itself: JSON-LD, meta tags, OpenGraph, Dublin Core, `time` elements."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import Any

from assistant.ingest.build import Fields
from assistant.ingest.pubdate import parse_published

_ARTICLE = re.compile(
    r"(?:News|Reportage|Opinion|Analysis|Background|Review|Blog|Social|Live|Scholarly|Tech)?\w*(?:Article|Posting)$"
)
_META = {
    "title": "og:title twitter:title dc.title dcterms.title headline citation_title parsely-title sailthru.title",
    "source": "og:site_name application-name dc.publisher dcterms.publisher citation_journal_title publisher",
    "published": "article:published_time og:article:published_time datepublished dc.date.issued dcterms.issued "
    "dcterms.created "
    "dc.date citation_publication_date parsely-pub-date sailthru.date pubdate publishdate publish-date "
    "date ptime article.published",
    "author": "author article:author dc.creator dcterms.creator citation_author parsely-author byl sailthru.author",
    "url": "og:url citation_public_url",
    "language": "og:locale content-language dc.language dcterms.language language",
}
_NAMES = {name: names.split() for name, names in _META.items()}
_MOST_JSON = 2_000_000
_MOST_NODES = 2_000


def page_fields(root: Any) -> tuple[Fields, str]:
    """The fields a page names of itself, and the article's text where its JSON-LD holds it, else ""."""
    linked, body = _linked_data(root)
    return linked.over(_meta(root)).over(_elements(root)), body


def _meta(root: Any) -> Fields:
    found: dict[str, str] = {}
    for element in root.iter("meta"):
        name = element.get("property") or element.get("name") or element.get("itemprop") or element.get("http-equiv")
        content = (element.get("content") or "").strip()
        if name and content:
            found.setdefault(name.strip().lower(), content)

    def first(name: str) -> str | None:
        return next((found[key] for key in _NAMES[name] if key in found), None)

    days = (parse_published(found[key]) for key in _NAMES["published"] if key in found)
    author = first("author")
    return Fields(
        title=first("title"),
        source=first("source"),
        published=next(filter(None, days), None),
        author=None if author and "://" in author else author,
        url=first("url"),
        language=first("language"),
    )


def _elements(root: Any) -> Fields:
    title = _headline(root)
    link = next(
        (link.get("href") for link in root.iter("link") if (link.get("rel") or "").lower() == "canonical"), None
    )
    times = [element for element in root.iter("time") if element.get("datetime")]
    marked = [
        t for t in times if t.get("pubdate") is not None or "publish" in f"{t.get('itemprop')} {t.get('class')}".lower()
    ]
    # Of several times without a mark, some belong to other stories.
    day = parse_published((marked or times)[0].get("datetime")) if marked or len(times) == 1 else None
    return Fields(title=title, published=day, url=link, language=root.get("lang") or root.get("xml:lang"))


def _headline(root: Any) -> str:
    """The page's own headline. A site's name is often an `h1` as well, which `title` does not begin with."""
    written = " ".join(next((" ".join(element.itertext()) for element in root.iter("title")), "").split())
    found = [(element, " ".join(" ".join(element.itertext()).split())) for element in root.iter("h1")]
    heads = [(element, text) for element, text in found if text]
    begins = next((text for _, text in heads if written.lower().startswith(text.lower())), "")
    within = (
        text for element, text in heads if any(above.tag in ("article", "main") for above in element.iterancestors())
    )
    return begins or next(within, "") or (heads[0][1] if heads and (len(heads) == 1 or not written) else written)


def _linked_data(root: Any) -> tuple[Fields, str]:
    for script in root.iter("script"):
        if (script.get("type") or "").split(";")[0].strip().lower() != "application/ld+json":
            continue
        try:
            data = json.loads((script.text or "")[:_MOST_JSON].strip().rstrip(";"), strict=False)
        except (ValueError, RecursionError):
            continue
        for node in _nodes(data):
            kinds = node.get("@type")
            if any(_ARTICLE.match(str(kind)) for kind in (kinds if isinstance(kinds, list) else [kinds])):
                return _article(node)
    return Fields(), ""


def _nodes(data: Any) -> Iterator[dict[str, Any]]:
    waiting, seen = [data], 0
    while waiting and seen < _MOST_NODES:
        node, seen = waiting.pop(0), seen + 1
        if isinstance(node, list):
            waiting[:0] = node[:_MOST_NODES]
        elif isinstance(node, dict):
            yield node
            waiting.extend(node[key] for key in ("@graph", "mainEntity", "mainEntityOfPage") if key in node)


def _article(node: dict[str, Any]) -> tuple[Fields, str]:
    body = node.get("articleBody")
    page = node.get("mainEntityOfPage")
    fields = Fields(
        title=_name(node.get("headline")) or _name(node.get("name")),
        source=_name(node.get("publisher")),
        published=parse_published(_text(node.get("datePublished")) or _text(node.get("dateCreated"))),
        author=_name(node.get("author")) or _name(node.get("creator")),
        url=_text(node.get("url")) or _text(page) or (_text(page.get("@id")) if isinstance(page, dict) else None),
        language=_text(node.get("inLanguage")),
    )
    return fields, body if isinstance(body, str) else ""


def _text(value: Any) -> str | None:
    return value if isinstance(value, str) and value.strip() else None


def _name(value: Any) -> str | None:
    """A name, the `name` of a thing, or those of several, joined by commas."""
    if isinstance(value, list):
        return ", ".join(filter(None, map(_name, value[:20]))) or None
    if isinstance(value, dict):
        return _text(value.get("name"))
    # An author given as an address names nobody.
    return None if isinstance(value, str) and "://" in value else _text(value)
