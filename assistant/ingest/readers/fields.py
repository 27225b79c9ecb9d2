"""Mapping of a row's named values (JSON object, CSV line) → `Story`, by the names that exports commonly use."""

from __future__ import annotations

import html
import re
from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any
from urllib.parse import urlsplit

from assistant.ingest.build import Fields, Story
from assistant.ingest.dates import numeric_day, parse_published
from assistant.ingest.labels import field_of_column
from assistant.ingest.readers.html_dom import paragraphs_of_html, plain_paragraphs
from assistant.ingest.readers.names import headline, person, without_outlet_as_author

_NAMES = {
    "title": "title headline webtitle headline_main hed heading subject name book_title",
    "texts": "paragraphs highlights",
    "text": "text body content article bodytext body_text maintext main_text article_text articlebody "
    "article_body full_text fulltext "
    "content_text contenttext story news plain_text plaintext cleaned_text content_html html_content bodyhtml "
    "body_html html description summary abstract lead_paragraph snippet highlight selection",
    "published": "date published pubdate pub_date published_at publishedat date_published datepublished publish_date "
    "publication_date published_date date_publish first_publication_date webpublicationdate publish_time "
    "published_time publishdate publisheddate publicationdate datetime timestamp time issued day",
    # The day a row was made; where the row was kept by a reader of others' articles, that is the day of saving.
    "created": "created created_at date_created",
    "modified": "modified updated date_modified datemodified date_updated dateupdated modified_date updated_date "
    "updateddate lastmod last_mod last_modified lastmodified last_updated lastupdated modified_at updated_at updatedat "
    "last_modified_at lastmodifieddate webpublicationdateupdated modified_time updated_time",
    "source": "source publisher outlet publication source_name sourcename source_hostname site site_name sitename "
    "newspaper media feed_title feed origin source_domain domain_name domain hostname provider",
    "author": "author authors byline creator published_by by writer book_author",
    "url": "url link weburl web_url uri permalink href canonical_url source_url sourceurl article_url external_url",
    # Names under which others mean other things, so that no id is taken from them.
    "address": "canonical alternate resolved_url given_url source",
    "id": "id guid _id article_id articleid doc_id docid uuid uri uid slug",
    "language": "language lang language_code",
}
# Of a text that a reader of it has marked (Instapaper, Readwise), a time is when he did.
_MARKED = frozenset({"selection", "highlight", "highlights"})
_TIMES = frozenset({"timestamp", "time", "datetime"})
_KEYS = {field: names.split() for field, names in _NAMES.items()}
_KNOWN = frozenset(name for names in _KEYS.values() for name in names)
TEXT_NAMES = ("text", "body", "content", "article", "paragraphs")
# NewsAPI and its like cut the text and say so.
_CUT = re.compile(r"(?:…|\.\.\.)?\s?\[\+\d+ chars\]$")
_MARKUP = re.compile(r"</?(?:p|div|br|span|a|b|i|em|strong|ul|li|h[1-6]|blockquote|img)\b[^<>]*>", re.I)
# Wrappers that keep the article one level down: the Guardian's, Elasticsearch's, ActivityPub's, Hugo's.
_INNER = ("fields", "_source", "attributes", "article", "document", "doc", "object", "params")
# What services write in place of an article that was withdrawn.
_REMOVED = re.compile(r"\s*[\[(](?:removed|deleted|redacted)[\])]\s*$", re.I)
_ENTITY = re.compile(r"&(?:#\d{1,7}|#x[0-9a-f]{1,6}|[a-z][a-z0-9]{1,30});", re.I)
_ADDRESS = re.compile(r"[a-z][a-z0-9+.-]{1,20}:/", re.I)


def story_of(row: Mapping[str, Any], key: str | None, label: str, known: Fields | None = None) -> Story | None:
    """The article of a row, or None where it has no text. `key` stands for rows without an id of their own.

    Raises `ArticleError` for a text that is markup and cannot be read.
    """
    values = normalised(row)
    texts = _listed(values)
    exact = texts is not None
    if texts is None:
        written = next(filter(None, (_text(values.get(name)) for name in _KEYS["text"])), None)
        texts = _paragraphs(written, label) if written else []
    texts = [text for text in texts if not _REMOVED.match(text)]
    if not texts:
        return None
    return Story(tuple(texts), _fields(values).over(known or Fields()), key, exact)


def fields_of(row: Mapping[str, Any]) -> Fields:
    """What the row says of its article beside the text."""
    return _fields(normalised(row))


def _fields(values: Mapping[str, Any]) -> Fields:
    # Of highlights (Readwise) it is the service that they were made in.
    source = None if "highlights" in values else _first(values, "source", address=False)
    fields = Fields(
        title=headline(_first(values, "title"), source),
        source=source,
        published=_day(values),
        modified=_modified(values),
        author=person(_first(values, "author")),
        url=_origin(values) or _first(values, "url", address=True) or _first(values, "address", address=True),
        language=_first(values, "language"),
        written_day=next((values[name] for name in _KEYS["published"] if numeric_day(values.get(name))), None),
    )
    return without_outlet_as_author(fields)


def _origin(values: Mapping[str, Any]) -> str | None:
    """The article's own address where a service that kept it (Readwise Reader) gives its copy's address as `url`.

    Of an outlet's home page, which others call `source_url`, it is no address.
    """
    given, origin = (_text(values.get(name), address=True) for name in ("url", "source_url"))
    try:
        copy, page = urlsplit((given or "").strip()), urlsplit((origin or "").strip())
    except ValueError:
        return None
    is_page = page.scheme in ("http", "https") and (page.path.strip("/") or page.query)
    return page.geturl() if copy.netloc and is_page and copy.netloc.lower() != page.netloc.lower() else None


def own_id(row: Mapping[str, Any]) -> str | None:
    """The row's own id, or its address; None where it has neither."""
    values = normalised(row)
    return _first(values, "id") or _first(values, "url", address=True)


def normalised(row: Mapping[str, Any]) -> dict[str, Any]:
    """The row with plain lower-case names, and the values of a wrapped article beside them."""
    values = {_name(key): value for key, value in row.items()}
    for name in _INNER:
        inner = values.get(name)
        if isinstance(inner, Mapping):
            values = {_name(key): value for key, value in inner.items()} | {
                k: v for k, v in values.items() if k != name
            }
    for name in [name for name in values if name not in _KNOWN]:
        field = field_of_column(name)
        if field:
            values.setdefault("date" if field == "published" else field, values[name])
    return values


def has_text_column(names: list[str]) -> bool:
    """True where one of a table's column names is one that holds text."""
    known = {*_KEYS["text"], *_KEYS["texts"]}
    return any(_name(name) in known or field_of_column(name) == "text" for name in names)


def _name(key: object) -> str:
    return str(key).strip().lstrip("\ufeff").lower().replace("-", "_").replace(" ", "_")[:100]


def _first(values: Mapping[str, Any], field: str, *, address: bool | None = None) -> str | None:
    """The first value under one of the field's names; `address` says whether it has to be one, or must not."""
    for name in _KEYS[field]:
        found = _text(values.get(name), address=bool(address))
        if found and not _REMOVED.match(found) and address in (None, bool(_ADDRESS.match(found.strip()))):
            return unescaped(found)
    return None


def unescaped(text: str) -> str:
    """`text` with its HTML entities read: services write "&#8217;" into values that are no HTML."""
    return html.unescape(text) if _ENTITY.search(text) else text


def _text(value: Any, depth: int = 0, *, address: bool = False) -> str | None:
    """A value as text: a thing by its name (or its address), several joined by commas."""
    if isinstance(value, str):
        return value if value.strip() and value.strip().lower() not in ("null", "none", "nan", "n/a") else None
    if isinstance(value, bool) or value is None or depth > 2:
        return None
    if isinstance(value, int | float):
        return str(value)
    if isinstance(value, Mapping):
        # {"$oid": …} is MongoDB's id, {"main": …} the New York Times' headline.
        names = ["name", "title", "main", "value", "rendered", "content", "original", "$oid", "#text", "id", "url"]
        if address:
            names = ["href", *reversed(names)]
        return next(filter(None, (_text(value.get(name), depth + 1) for name in names)), None)
    if isinstance(value, list | tuple):
        found = [text for item in value[:20] if (text := _text(item, depth + 1, address=address))]
        return found[0] if address and found else ", ".join(found) or None
    return None


def _day(values: Mapping[str, Any]) -> date | None:
    if not _MARKED.isdisjoint(values):
        return _first_day(values, [name for name in _KEYS["published"] if name not in _TIMES])
    # A row that has a place for the day of publication, and another for the day it was made, means the latter by that.
    kept = any(name in values for name in _KEYS["published"])
    return _first_day(values, _KEYS["published"] if kept else _KEYS["created"])


def _modified(values: Mapping[str, Any]) -> date | None:
    """The day of the last change; not of a row that was made at another time than its article: it is the row's."""
    of_the_row = any(values.get(name) for name in _KEYS["created"]) and _first_day(values, _KEYS["published"])
    return None if of_the_row else _first_day(values, _KEYS["modified"])


def _first_day(values: Mapping[str, Any], names: Sequence[str]) -> date | None:
    for name in names:
        value = values.get(name)
        if isinstance(value, Mapping):
            value = value.get("$date", value.get("date"))
        day = parse_published(value) if isinstance(value, str | int | float) else None
        if day:
            return day
    return None


def _listed(values: Mapping[str, Any]) -> list[str] | None:
    """The paragraphs of a row that has them as a list of texts or of objects with a `text`."""
    for name in (*_KEYS["texts"], *TEXT_NAMES):
        listed = values.get(name)
        if isinstance(listed, list):
            items = [item.get("text", item.get("content")) if isinstance(item, Mapping) else item for item in listed]
            return [unescaped(item) for item in items if isinstance(item, str) and item.strip()]
    return None


def _paragraphs(written: str, label: str) -> list[str]:
    written = _CUT.sub("…", written.rstrip())
    return paragraphs_of_html(written, label) if _MARKUP.search(written) else plain_paragraphs(unescaped(written))
