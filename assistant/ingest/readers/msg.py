"""Outlook's messages (.msg, [MS-OXMSG]) → the articles of a mail, by python-oxmsg."""

from __future__ import annotations

import io
from collections.abc import Iterator
from email.message import EmailMessage
from email.utils import format_datetime

from assistant.errors import ArticleError
from assistant.ingest import magic
from assistant.ingest.build import Problem, Story
from assistant.ingest.file import RawFile
from assistant.ingest.limits import MAX_CONTAINER_BYTES
from assistant.ingest.readers import eml


def read(source: RawFile) -> Iterator[Story | Problem]:
    """The message's text, read as any mail's. Raises `ArticleError`."""
    from oxmsg import Message

    content = source.read(MAX_CONTAINER_BYTES)
    if not content.startswith(magic.OLE):
        raise ArticleError(
            f"{source.label}: is no Outlook message; give it the suffix that fits it, or save it as .eml"
        )
    found = Message.load(io.BytesIO(content))
    mail = EmailMessage()
    headers = {"Subject": found.subject, "From": found.sender}
    if found.sent_date:
        headers["Date"] = format_datetime(found.sent_date)
    for name, value in headers.items():
        if value and value.strip():
            mail[name] = " ".join(value.split())
    mail.set_content(found.body or "")
    if found.html_body:
        mail.add_alternative(found.html_body, subtype="html")
    yield from eml.stories(mail, source.label)
    for attachment in found.attachments:
        name = " ".join((attachment.file_name or "without a name").split())[:100]
        if not (attachment.mime_type or "").startswith("image/"):
            yield Problem(f"{source.label}: its attachment {name!r} is not read; save it beside the mail")
