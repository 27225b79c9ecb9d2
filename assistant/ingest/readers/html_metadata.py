"""Metadata of a page: JSON-LD, meta tags, OpenGraph, Dublin Core, `time` elements (HTML, 4.5.14)."""

from __future__ import annotations

import html
import re
from dataclasses import replace
from datetime import date, timedelta
from typing import Any
from urllib.parse import urlsplit

from assistant.ingest.build import Fields
from assistant.ingest.dates import parse_published
from assistant.ingest.readers import jsonld
from assistant.ingest.readers.names import person, without_outlet_as_author

_META = {
    "title": "og:title twitter:title dc.title dcterms.title headline citation_title parsely-title sailthru.title",
    "source": "og:site_name application-name dc.publisher dcterms.publisher citation_journal_title publisher",
    "published": "article:published_time og:article:published_time datepublished dc.date.issued dcterms.issued "
    "dcterms.created "
    "dc.date citation_publication_date parsely-pub-date sailthru.date pubdate publishdate publish-date "
    "date ptime article.published",
    "modified": "article:modified_time og:article:modified_time og:updated_time datemodified dcterms.modified "
    "dc.date.modified last-modified lastmod parsely-modified-date article.updated",
    "author": "author article:author dc.creator dcterms.creator citation_author parsely-author byl sailthru.author",
    "url": "og:url citation_public_url",
    "language": "og:locale content-language dc.language dcterms.language language",
}
_NAMES = {name: names.split() for name, names in _META.items()}
# A story's first paragraph is longer; what stands above it is title, byline and dates.
_LEAD_CHARS = 80
_UTC = re.compile(r"T\d\d:\d\d.*(?:Z|[+-]00:?00)\s*$")
_TITLE_PART = re.compile(r"\s+[|–—·:-]\s+")
_ARCHIVED = re.compile(r"https?://[^/]+/.*?(https?:/{1,2}[^/]+/.*)$")
_SAVED = re.compile(
    r"<!--\s*saved from url=\(\d{1,6}\)(\S{8,2000}?)\s*-->|Page saved with SingleFile\s+url:\s*(\S{8,2000})"
)
_MODIFIED = re.compile(
    r"modif|updat|aktualis|mis à jour|actuali[sz]|aggiornat|bijgewerkt|uppdater|opdater|oppdater|обновл|оновл|atuali",
    re.I,
)
_LABEL = re.compile(
    r"^[^\W\d_]+(?: [^\W\d_]+)?\s*:\s*|^(?:last )?(?:published|posted|updated|modified|veröffentlicht|publié le|"
    r"publicado el|aktualisiert(?: am)?|mis à jour le|actualizado el)\s+",
    re.I,
)
_DATE_CLASS = re.compile(
    r"(?:^|[\s_-])(?:date|datum|fecha|data|time|timestamp|published|pubdate|posted)(?:$|[\s_-])", re.I
)


def page_fields(root: Any, address: str | None = None) -> tuple[Fields, str]:
    """The fields a page names of itself, and the article's text where its JSON-LD holds it, else "".

    `address` is the page's where it is known from elsewhere and not from the page.
    """
    meta, elements = _meta(root), _elements(root)
    url = meta.url or elements.url or address
    nodes = jsonld.articles_of(root)
    node = jsonld.own_article(nodes, url, [title for title in (meta.title, elements.title) if title])
    linked = jsonld.fields_of(node) if node is not None else Fields()
    fields = linked.over(meta).over(elements).over(Fields(url=address))
    fields = fields.over(Fields(source=_outlet(root, fields)))
    if node is not None and _UTC.search(jsonld.published_text(node) or ""):
        fields = replace(fields, published=_local_day(fields.published, visible_days(root)))
    return without_outlet_as_author(fields), jsonld.body_of(node) if node is not None else ""


def saved_address(text: str) -> str | None:
    """The address that Internet Explorer, Chrome and SingleFile write into a comment of the page that they save."""
    match = _SAVED.search(text[:4000])
    return (match[1] or match[2]) if match else None


def visible_days(root: Any, *, of_changes: bool = False) -> list[date]:
    """The days that stand above the story's first paragraph, in `time` elements and those of a date's class.

    Those that the page calls updates are left out; with `of_changes` they are the only ones.
    """
    found: list[date] = []
    article = next(root.iter("article"), None)
    for element in (root if article is None else article).iter("p", "time", "span", "div", "li", "address"):
        if element.tag == "p" and len(_written(element)) >= _LEAD_CHARS:
            break
        mark = f"{element.get('class') or ''} {element.get('itemprop') or ''}"
        changed = bool(_MODIFIED.search(mark)) and "publi" not in mark.lower()
        if element.tag == "time":
            changed = changed or bool(_MODIFIED.search(_label_of(element)))
            day = parse_published(element.get("datetime")) or parse_published(_unlabelled(_written(element)))
        elif element.tag == "p" or changed or _DATE_CLASS.search(mark):
            changed = changed or bool(_MODIFIED.search(_written(element)))
            day = _day_alone(_written(element))
        else:
            continue
        found += [day] if day and changed is of_changes else []
    return found


def _day_alone(text: str) -> date | None:
    """The day of a line that says little else ("Published March 5, 2024, 11:30 PM EST")."""
    words = re.findall(r"[^\W\d_]{3,}", text)
    if len(text) >= _LEAD_CHARS or len(words) > 5 or not any(map(str.isdigit, text)):
        return None
    if _MODIFIED.search(text) and len(re.findall(r"\d{4}", text)) > 1:
        return None  # it holds the day of publication as well
    return parse_published(_unlabelled(text))


def _unlabelled(text: str) -> str:
    return _LABEL.sub("", text)


def _label_of(element: Any) -> str:
    """The last word or two in front of an element."""
    before = element.getprevious()
    text = (before.tail if before is not None else element.getparent().text) if element.getparent() is not None else ""
    return (text or "")[-30:]


def _written(element: Any) -> str:
    return " ".join(" ".join(element.itertext()).split())


def _local_day(day: date | None, visible: list[date]) -> date | None:
    """The day of a time given in UTC as the page itself shows it: late in the evening it is another one there."""
    return next((other for other in visible if day and abs(other - day) == timedelta(days=1)), day)


def _meta(root: Any) -> Fields:
    found: dict[str, str] = {}
    for element in root.iter("meta"):
        name = element.get("property") or element.get("name") or element.get("itemprop") or element.get("http-equiv")
        content = (element.get("content") or "").strip()
        if name and content:
            found.setdefault(name.strip().lower(), html.unescape(content))

    def first(name: str) -> str | None:
        return next((found[key] for key in _NAMES[name] if key in found), None)

    days = (parse_published(found[key]) for key in _NAMES["published"] if key in found)
    author = first("author")
    return Fields(
        title=first("title"),
        source=first("source"),
        published=next(filter(None, days), None),
        modified=parse_published(first("modified")),
        author=None if author and "://" in author else person(author),
        url=first("url") or found.get("savepage-url"),
        language=first("language"),
    )


def _elements(root: Any) -> Fields:
    title = _headline(root)
    link = next(
        (link.get("href") for link in root.iter("link") if (link.get("rel") or "").lower() == "canonical"), None
    )
    marked = (
        element.get("datetime") or element.get("content") or "".join(element.itertext())
        for element in root.iter("time", "span", "div", "p")
        if element.get("pubdate") is not None
        or "datepublished" in (element.get("itemprop") or "").lower()
        or (element.tag == "time" and "publish" in (element.get("class") or "").lower())
    )
    days = visible_days(root)
    times = [element for element in root.iter("time") if element.get("datetime")]
    # A story is published before it is updated. Of several times below its beginning, some belong to other stories.
    day = next(filter(None, map(parse_published, marked)), None) or min(days, default=None)
    if day is None and len(times) == 1 and not _MODIFIED.search(f"{_label_of(times[0])} {times[0].get('class')}"):
        day = parse_published(times[0].get("datetime"))
    changed = max(visible_days(root, of_changes=True), default=None)
    language = root.get("lang") or root.get("xml:lang")
    return Fields(
        title=title, published=day, url=link, language=language, modified=changed, author=_linked_author(root)
    )


def _linked_author(root: Any) -> str | None:
    """The names that an article's first links to an author's page, in one line, are."""
    article = next(root.iter("article", "main"), root)
    links = [link for link in article.iter("a") if "author" in (link.get("rel") or "").lower().split()]
    beside = [link for link in links if link.getparent() is links[0].getparent()]
    names = dict.fromkeys(" ".join("".join(link.itertext()).split()) for link in beside)
    return ", ".join(filter(None, map(person, names))) or None


def _outlet(root: Any, fields: Fields) -> str | None:
    """The outlet of a page that names none: the tail of its title where the address bears it out, else the host."""
    if fields.source or not fields.url:
        return None
    host = _host(fields.url)
    written = " ".join(next((" ".join(element.itertext()) for element in root.iter("title")), "").split())
    for part in reversed(_TITLE_PART.split(written)[1:]):
        words = [word.casefold() for word in re.findall(r"\w+", part)]
        # "Nordham Courier" is at courier.example, "The Daily Ivy" at thedailyivy.example.
        if "".join(words) in host.replace("-", "") or any(len(word) > 3 and word in host for word in words):
            return part
    return host or None


def _host(url: str) -> str:
    """The host of an address without "www."; of a page in a web archive, the host of the page itself."""
    archived = _ARCHIVED.match(url[:2000])
    try:
        found = urlsplit(re.sub(r":/+", "://", archived[1], count=1) if archived else url).hostname or ""
    except ValueError:
        return ""
    return found.removeprefix("www.") if "." in found else ""


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
