"""RSS and Atom feeds, by feedparser."""

from __future__ import annotations

import io
import re
from collections.abc import Iterator, Mapping
from datetime import date
from typing import Any

from assistant.errors import ArticleError
from assistant.ingest.build import Fields, Problem, Story
from assistant.ingest.dates import parse_published
from assistant.ingest.readers.fields import unescaped
from assistant.ingest.readers.html_dom import paragraphs_of_html
from assistant.ingest.readers.names import headline, person, without_outlet_as_author
from assistant.text.unicode import levelled

_MOST_ENTRIES = 100_000
_CHARS_AROUND = 40
# WordPress's export holds its pictures and menus as entries too.
_NO_POSTS = frozenset({"attachment", "nav_menu_item", "revision", "custom_css", "wp_global_styles", "wp_template"})
_SHORTCODE = re.compile(r"\[/?(?:caption|gallery|embed|audio|video|playlist)(?:\s[^\[\]]{0,500})?\]")
_PARTING = re.compile(r"\s[|–—·:-]\s")
_MARKED = re.compile(r"<(?:p|div|br)\b", re.I)
_BLANK_LINE = re.compile(r"\n[^\S\n]*\n\s*")
_ROOT = re.compile(rb"<(?:rss|feed|rdf:RDF|channel)[\s>]", re.I)


def looks_like_one(content: bytes) -> bool:
    """True where a feed's root element stands near the beginning."""
    return bool(_ROOT.search(content[:4096]))


def read(content: bytes, label: str) -> Iterator[Story | Problem]:
    """An article for each entry that has text. Raises `ArticleError`."""
    import feedparser

    # A stream: a text could be taken for an address or a file's name.
    feed = feedparser.parse(io.BytesIO(content), sanitize_html=True, resolve_relative_uris=False)
    if not feed.entries:
        raise ArticleError(f"{label}: is a feed without an entry; remove it")
    channel = feed.feed
    known = Fields(source=_text(channel.get("title")), language=_text(channel.get("language")))
    for number, entry in enumerate(feed.entries[:_MOST_ENTRIES], start=1):
        kind, status = _text(entry.get("wp_post_type")), _text(entry.get("wp_status"))
        if kind in _NO_POSTS:
            continue
        if status not in (None, "publish"):
            yield Problem(
                f"{label}: entry {number}: is a post that is not published ({status}); publish it or leave it"
            )
            continue
        source = entry.get("source")
        outlet = _text(source.get("title")) if isinstance(source, Mapping) else None
        # Many a feed escapes its headlines twice.
        title = headline(unescaped(_text(entry.get("title")) or "") or None, outlet or known.source)
        texts = [text for text in _texts(entry, label) if not _repeats_title(text, title, outlet or known.source)]
        if not texts:
            yield Problem(f"{label}: entry {number}: has no text; save the article's page instead")
            continue
        fields = Fields(
            title=title,
            source=outlet,
            published=_day(entry, "published", "updated", "created"),
            modified=_day(entry, "updated") if entry.get("published") else None,
            author=person(_text(entry.get("author"))),
            url=_text(entry.get("link")),
        ).over(known)
        key = _text(entry.get("id")) or _text(entry.get("link")) or str(number)
        yield Story(tuple(texts), without_outlet_as_author(fields), key)


def _repeats_title(text: str, title: str | None, outlet: str | None) -> bool:
    """True for a line that is the headline alone, with the outlet's name, or between a few words and the outlet's name.

    So a service that lists others' stories writes its entries, and WordPress its last line ("The post … appeared
    first on …"). A post whose title is its text says something: it ends as a sentence does.
    """
    line, head, name = levelled(text), levelled(title or ""), levelled(outlet or "")
    # A channel may be a section: "Tornby Echo - Harbour".
    names = filter(None, (name, *map(levelled, _PARTING.split(outlet or ""))))
    if not head or head not in line:
        return False
    before, _, after = line.partition(head)
    if not before and after in ("", name):
        return not text.rstrip().endswith((".", "!", "?", "…", "。"))
    around = len(before) + len(after)
    return any(after.endswith(name) and around - len(name) <= _CHARS_AROUND for name in names)


def _texts(entry: Mapping[str, Any], label: str) -> list[str]:
    """The longest of what an entry gives as its content and its summary."""
    written = [_text(content.get("value")) for content in entry.get("content") or [] if isinstance(content, Mapping)]
    written.append(_text(entry.get("summary")))
    found = [paragraphs_of_html(_with_paragraphs(text), label) for text in written if text]
    return max(found, key=lambda texts: sum(map(len, texts)), default=[])


def _with_paragraphs(text: str) -> str:
    """WordPress keeps a post with a blank line between its paragraphs and marks them when it shows it (wpautop)."""
    text = _SHORTCODE.sub("", text)
    if _MARKED.search(text) or not _BLANK_LINE.search(text) or "<" not in text:
        return text
    return "".join(f"<p>{part}</p>" for part in _BLANK_LINE.split(text))


def _day(entry: Mapping[str, Any], *names: str) -> date | None:
    for name in names:
        day = parse_published(_text(entry.get(name)))
        parsed = entry.get(f"{name}_parsed")
        if day is None and parsed is not None:
            day = date(*parsed[:3])
        if day:
            return day
    return None


def _text(value: Any) -> str | None:
    return value if isinstance(value, str) and value.strip() else None
