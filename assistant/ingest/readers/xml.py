"""XML files, by their root element: feeds, NITF and NewsML."""

from __future__ import annotations

from collections.abc import Iterator

from assistant.errors import ArticleError
from assistant.ingest.build import Problem, Story
from assistant.ingest.file import RawFile
from assistant.ingest.readers import feed, newsml
from assistant.ingest.readers.html_dom import parse_xml
from assistant.ingest.readers.html_elements import local_name

_FEEDS = frozenset({"rss", "feed", "rdf"})


def read(source: RawFile) -> Iterator[Story | Problem]:
    """The articles of a feed or a news document. Raises `ArticleError` for other XML."""
    content = source.read()
    if not content.strip():
        raise ArticleError(f"{source.label}: is empty; remove it or add articles")
    try:
        root = parse_xml(content, source.label)
    except ArticleError:
        # Feeds are often not well-formed, and feedparser reads them nevertheless.
        if not feed.looks_like_one(content):
            raise
        yield from feed.read(content, source.label)
        return
    name = local_name(root)
    if name in _FEEDS:
        yield from feed.read(content, source.label)
    elif name in newsml.ROOTS:
        yield from newsml.read(root, source.label)
    elif name == "opml":
        feeds = sum(1 for outline in root.iter() if outline.get("xmlUrl"))
        raise ArticleError(
            f"{source.label}: is a list of {feeds:,} feeds, not of articles, and nothing is fetched; "
            "save the articles from your feed reader, or remove the list"
        )
    elif name == "html":
        raise ArticleError(f"{source.label}: is an HTML page; give it the suffix .html")
    else:
        raise ArticleError(
            f"{source.label}: is XML of a kind that is not read (<{name[:40]}>); RSS, Atom, NITF and NewsML are"
        )
