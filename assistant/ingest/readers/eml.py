"""Mails (.eml) → `Story`: a newsletter, an agency's service, an article that somebody sent."""

from __future__ import annotations

import re
from collections.abc import Iterator
from email import policy
from email.message import EmailMessage, Message
from email.parser import BytesParser
from email.utils import parseaddr
from pathlib import PurePosixPath
from typing import Any

from assistant.errors import ArticleError
from assistant.ingest.build import Fields, Problem, Story
from assistant.ingest.file import RawFile
from assistant.ingest.formats import FORMATS
from assistant.ingest.limits import MAX_BYTES, MAX_CONTAINER_BYTES, MAX_MAIL_PARTS
from assistant.ingest.pubdate import parse_published
from assistant.ingest.readers import html as page
from assistant.ingest.readers.encoding import codec, decode
from assistant.ingest.readers.html_dom import plain_paragraphs

_REPLY = re.compile(r"(?:re|fw|fwd|aw|wg|tr|rv)\s*:\s*", re.I)
_NOBODY = re.compile(r"\b(?:no-?reply|do-?not-?reply|newsletters?|news|info|alerts?|mailer|notifications?)\b", re.I)
_LINKS_ONLY = re.compile(r"\W*(?:https?://\S+\W*)+$")
_PAGE_LINKS = re.compile(
    r"\W*(?:view (?:this (?:e-?mail )?)?(?:in|on) (?:your |a )?(?:web )?browser|unsubscribe|manage "
    r"(?:your )?(?:preferences|subscription)"
    r"|you (?:are receiving|received) this|forward (?:this )?to a friend|update your preferences)",
    re.I,
)
_SHORT = 0.3


def read(source: RawFile) -> Iterator[Story | Problem]:
    """The mail's text as one article; attachments that hold articles are named, not opened. Raises `ArticleError`."""
    message = parse(source.read(MAX_CONTAINER_BYTES), source.label)
    fields = _headers(message)
    plain = html = ""
    attached = []
    for part in parts(message, source.label):
        name = part.get_filename() or ""
        if part.get_content_disposition() == "attachment" or (name and part.get_content_maintype() != "text"):
            attached += [name] if PurePosixPath(name).suffix.lower() in FORMATS else []
        elif part.get_content_type() == "text/plain" and not plain.strip():
            plain = body_text(part, source.label)
        elif part.get_content_type() == "text/html" and not html.strip():
            html = body_text(part, source.label)
    yield _story(plain, html, fields, source.label)
    for name in attached:
        yield Problem(
            f"{source.label}: its attachment {' '.join(name.split())[:100]!r} is not read; save it beside the mail"
        )


def parse(content: bytes, label: str) -> EmailMessage:
    """The message. Raises `ArticleError` for what has no headers of a mail."""
    message = BytesParser(policy=policy.default).parsebytes(content)
    if not any(name in message for name in ("From", "Subject", "Date", "Content-Type", "MIME-Version")):
        raise ArticleError(f"{label}: is no mail, for it has no headers; save it again from the mail program")
    return message


def parts(message: Message, label: str) -> Iterator[Any]:
    """Its parts that hold no parts, in order, without those of a mail within the mail's attachments."""
    waiting: list[Any] = [message]
    seen = 0
    while waiting:
        part = waiting.pop(0)
        seen += 1
        if seen > MAX_MAIL_PARTS:
            raise ArticleError(f"{label}: more than {MAX_MAIL_PARTS:,} parts, no news article; save the text alone")
        if part.is_multipart():
            inner = part.get_payload()
            waiting[:0] = inner if isinstance(inner, list) else []
        else:
            yield part


def header(message: Message, name: str) -> str | None:
    """A header's value on one line, or None where it is missing or cannot be read."""
    try:
        value = message.get(name)
    except (ValueError, IndexError, AttributeError, TypeError, LookupError):
        return None
    return " ".join(str(value).split()) or None if value is not None else None


def body_text(part: Message, label: str) -> str:
    """A text part, decoded by its charset where that fits. Raises `ArticleError` for a binary one."""
    payload = part.get_payload(decode=True)
    if not isinstance(payload, bytes) or not payload.strip():
        return ""
    if len(payload) > MAX_BYTES:
        raise ArticleError(
            f"{label}: its text is larger than {MAX_BYTES // 2**20} MiB, no news article; save the text alone"
        )
    charset = part.get_content_charset()
    return decode(payload, label, charset if codec(charset) else None)


def _headers(message: Message) -> Fields:
    subject = header(message, "Subject") or ""
    while match := _REPLY.match(subject):
        subject = subject[match.end() :]
    name, address = parseaddr(header(message, "From") or "")
    domain = address.rpartition("@")[2]
    sender = name.strip(" \"'") if name and not _NOBODY.fullmatch(name.strip()) else domain
    archived = (header(message, "Archived-At") or "").strip("<> ")
    return Fields(
        title=subject,
        source=sender or None,
        published=parse_published(header(message, "Date")),
        url=archived or None,
        language=header(message, "Content-Language"),
    )


def _story(plain: str, html: str, fields: Fields, label: str) -> Story:
    texts = [text for text in map(_own_words, plain_paragraphs(_without_signature(plain))) if text]
    if html.strip():
        try:
            found = page.story_of(html, label, fields)
        except ArticleError:
            if not texts:
                raise
        else:
            # A plain part that only says "see the HTML version" is no text.
            if sum(map(len, texts)) < _SHORT * sum(map(len, found.texts)):
                kept = tuple(text for text in found.texts if not _PAGE_LINKS.match(text))
                return Story(kept, fields.over(Fields(language=found.fields.language)))
    return Story(tuple(texts), fields)


def _own_words(paragraph: str) -> str:
    """A paragraph without quoted lines, lone links and the mail's own machinery."""
    lines = [line for line in paragraph.split("\n") if not line.startswith(">") and not _LINKS_ONLY.match(line)]
    text = "\n".join(lines).strip()
    return "" if _PAGE_LINKS.match(text) else text


def _without_signature(text: str) -> str:
    return re.split(r"(?m)^-- ?$", text.replace("\r\n", "\n"), maxsplit=1)[0]
