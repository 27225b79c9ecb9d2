"""JSON-LD of a page (https://schema.org/NewsArticle): the article's own node among those of the page."""

from __future__ import annotations

import html
import json
import re
from collections.abc import Iterator, Mapping
from typing import Any
from urllib.parse import urlsplit

from assistant.ingest.build import Fields
from assistant.ingest.dates import parse_published
from assistant.ingest.readers.names import person

_ARTICLE = re.compile(
    r"(?:News|Reportage|Opinion|Analysis|Background|Review|Blog|Social|Live|Scholarly|Tech)?\w*(?:Article|Posting)$"
)
# Content systems wrap the data in marks for browsers that knew no scripts, and leave a comma after the last value.
_BEFORE = ("<!--", "//", "<![CDATA[", "/*", "*/")
_AFTER = ("-->", "//", "]]>", "/*", "*/", ";")
_STRING_OR_COMMA = re.compile(r'"(?:[^"\\]|\\.)*(?:"|\\?\Z)|,(?=\s{0,1000}[}\]])', re.S)
_WORD = re.compile(r"\w+")
_ANOTHER_HEADLINE = 0.3
_CLOCK = re.compile(r"T(\d\d:\d\d)(?::\d\d(?:\.\d+)?)?(Z|[+-]00:?00)?")
_MOST_JSON = 2_000_000
_MOST_NODES = 2_000
_MOST_UPDATES = 5_000

Node = Mapping[str, Any]


def articles_of(root: Any) -> list[Node]:
    """The nodes of articles in a page's scripts, in order; references to other nodes are followed."""
    nodes = [node for script in root.iter("script") for node in _nodes(_data(script))]
    named = {str(node["@id"]): node for node in nodes if "@id" in node and len(node) > 1}
    return [_resolved(node, named) for node in nodes if any(_ARTICLE.match(kind) for kind in _kinds(node))]


def own_article(nodes: list[Node], address: str | None, titles: list[str]) -> Node | None:
    """The node of this page's article: the one with its address, else with its headline, else the first.

    One that names another address and another headline is another story's.
    """
    known = [set(_WORD.findall(title.casefold())) for title in titles if title]

    def score(node: Node) -> tuple[bool, float]:
        words = set(_WORD.findall((_name(node.get("headline")) or "").casefold()))
        alike = max((len(words & title) / max(len(words), len(title), 1) for title in known), default=0.0)
        return bool(address) and _same_address(_address(node), address or ""), alike

    best = max(nodes, key=score, default=None)
    if best is None or not (known and address and _address(best)):
        return best
    return best if score(best) > (False, _ANOTHER_HEADLINE) else None


def fields_of(node: Node) -> Fields:
    """What an article's node says of it."""
    return Fields(
        title=_name(node.get("headline")) or _name(node.get("name")),
        source=_name(node.get("publisher")),
        published=parse_published(published_text(node)),
        modified=parse_published(_text(node.get("dateModified"))),
        author=_people(node.get("author")) or _people(node.get("creator")),
        url=_address(node),
        language=_text(node.get("inLanguage")),
    )


def published_text(node: Node) -> str | None:
    """The day of publication as it is written there."""
    return _text(node.get("datePublished")) or _text(node.get("dateCreated"))


def body_of(node: Node) -> str:
    """The article's text where its node holds it; of a live blog its updates, each under its time and headline."""
    body = node.get("articleBody")
    updates = node.get("liveBlogUpdate")
    listed = updates if isinstance(updates, list) else [updates] if isinstance(updates, Mapping) else []
    parts = [body] if isinstance(body, str) and body.strip() else []
    for update in listed[:_MOST_UPDATES]:
        if not isinstance(update, Mapping):
            continue
        clock = _CLOCK.search(_text(update.get("datePublished")) or "")
        time = f"{clock[1]}{' UTC' if clock[2] else ''}" if clock else ""
        parts.append("\n\n".join(filter(None, (" ".join(filter(None, (time, _name(update.get("headline"))))),
                                               _text(update.get("articleBody"))))))  # fmt: skip
    return "\n\n".join(filter(None, parts))


def walled_selectors(nodes: list[Node]) -> set[str]:
    """Class names that pages give for the part of the text that is behind a paywall: it is text, not the wall."""
    found = set()
    for node in nodes:
        for part in node["hasPart"] if isinstance(node.get("hasPart"), list) else [node.get("hasPart")]:
            if isinstance(part, Mapping):
                selectors = part.get("cssSelector")
                for selector in selectors if isinstance(selectors, list) else [selectors]:
                    found |= set(re.findall(r"\.([\w-]+)", selector)) if isinstance(selector, str) else set()
    return found


def _data(script: Any) -> Any:
    if (script.get("type") or "").split(";")[0].strip().lower() != "application/ld+json":
        return None
    text = _unwrapped((script.text or "")[:_MOST_JSON])
    try:
        return json.loads(text, strict=False)
    except (ValueError, RecursionError):
        pass
    try:
        return json.loads(_STRING_OR_COMMA.sub(lambda m: "" if m[0] == "," else m[0], text), strict=False)
    except (ValueError, RecursionError):
        return None


def _unwrapped(text: str) -> str:
    text = text.strip()
    while mark := next((mark for mark in _BEFORE if text.startswith(mark)), None):
        text = text[len(mark) :].lstrip()
    while mark := next((mark for mark in _AFTER if text.endswith(mark)), None):
        text = text[: -len(mark)].rstrip()
    return text


def _nodes(data: Any) -> Iterator[dict[str, Any]]:
    waiting, seen = [data], 0
    while waiting and seen < _MOST_NODES:
        node, seen = waiting.pop(0), seen + 1
        if isinstance(node, list):
            waiting[:0] = node[:_MOST_NODES]
        elif isinstance(node, dict):
            yield node
            waiting.extend(node[key] for key in ("@graph", "mainEntity", "mainEntityOfPage") if key in node)


def _resolved(node: dict[str, Any], named: Mapping[str, Node]) -> Node:
    """The node with what it refers to by `@id` in place of the references, one level down."""

    def followed(value: Any) -> Any:
        if isinstance(value, list):
            return [followed(item) if isinstance(item, Mapping) else item for item in value[:20]]
        if isinstance(value, Mapping) and "name" not in value and "@id" in value:
            return named.get(str(value["@id"]), value)
        return value

    return node | {key: followed(node[key]) for key in ("author", "creator", "publisher") if key in node}


def _kinds(node: Node) -> list[str]:
    kinds = node.get("@type")
    return [str(kind).rpartition("/")[2] for kind in (kinds if isinstance(kinds, list) else [kinds])]


def _address(node: Node) -> str | None:
    page = node.get("mainEntityOfPage")
    return _text(node.get("url")) or _text(page) or (_text(page.get("@id")) if isinstance(page, Mapping) else None)


def _same_address(one: str | None, other: str) -> bool:
    try:
        first, second = urlsplit(one or ""), urlsplit(other)
    except ValueError:
        return False
    return first.path.rstrip("/") == second.path.rstrip("/") != "" and (
        not first.netloc or first.netloc.removeprefix("www.") == second.netloc.removeprefix("www.")
    )


def _text(value: Any) -> str | None:
    return html.unescape(value) if isinstance(value, str) and value.strip() else None


def _people(value: Any) -> str | None:
    listed = value if isinstance(value, list) else [value]
    return ", ".join(dict.fromkeys(filter(None, (person(_name(item)) for item in listed[:20])))) or None


def _name(value: Any) -> str | None:
    """A name, the `name` of a thing (or its given and family name), or those of several, joined by commas."""
    if isinstance(value, list):
        return ", ".join(dict.fromkeys(filter(None, map(_name, value[:20])))) or None
    if isinstance(value, Mapping):
        given = " ".join(filter(None, (_text(value.get("givenName")), _text(value.get("familyName")))))
        return _name(value.get("name")) or given or None
    # An author given as an address names nobody.
    return None if isinstance(value, str) and "://" in value else _text(value)
