"""Pages saved whole by a browser (.mhtml, .mht): a mail whose first part is the page."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from assistant.errors import ArticleError
from assistant.ingest.build import Fields, Story
from assistant.ingest.file import RawFile
from assistant.ingest.limits import MAX_CONTAINER_BYTES
from assistant.ingest.readers import eml, html


def read(source: RawFile) -> Iterator[Story]:
    """The page's article. The day on which the page was saved is not taken for its date. Raises `ArticleError`."""
    message = eml.parse(source.read(MAX_CONTAINER_BYTES), source.label)
    for part in eml.parts(message, source.label):
        if part.get_content_type() in ("text/html", "application/xhtml+xml"):
            address = eml.header(message, "Snapshot-Content-Location") or eml.header(part, "Content-Location")
            story = html.story_of(eml.body_text(part, source.label), source.label, explained=source.explained)
            said = story.fields.over(Fields(title=eml.header(message, "Subject"), url=address))
            yield replace(story, fields=said)
            return
    raise ArticleError(f"{source.label}: holds no page; save it again from the browser")
