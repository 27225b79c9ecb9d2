"""Pages saved whole by a browser (.mhtml, .mht): a mail whose first part is the page."""

from __future__ import annotations

from collections.abc import Iterator

from assistant.articles import mail, page
from assistant.articles.limits import MAX_CONTAINER_BYTES
from assistant.articles.source import Source
from assistant.articles.story import Fields, Story
from assistant.errors import ArticleError


def read(source: Source) -> Iterator[Story]:
    """The page's article. The day on which the page was saved is not taken for its date. Raises `ArticleError`."""
    message = mail.parse(source.read(MAX_CONTAINER_BYTES), source.label)
    for part in mail.parts(message, source.label):
        if part.get_content_type() in ("text/html", "application/xhtml+xml"):
            address = mail.header(message, "Snapshot-Content-Location") or mail.header(part, "Content-Location")
            story = page.story_of(mail.body_text(part, source.label), source.label)
            said = story.fields.over(Fields(title=mail.header(message, "Subject"), url=address))
            yield Story(story.texts, said)
            return
    raise ArticleError(f"{source.label}: holds no page; save it again from the browser")
