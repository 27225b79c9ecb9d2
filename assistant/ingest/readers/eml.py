"""Mails (.eml) → `Story`: a newsletter, an agency's service, a forwarded article."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from email import policy
from email.message import EmailMessage, Message
from email.parser import BytesParser
from email.utils import parseaddr
from typing import Any, NamedTuple

from assistant.errors import ArticleError
from assistant.ingest.build import Fields, Problem, Story
from assistant.ingest.dates import parse_published
from assistant.ingest.file import RawFile
from assistant.ingest.limits import MAX_BYTES, MAX_CONTAINER_BYTES, MAX_MAIL_PARTS
from assistant.ingest.readers import html as page
from assistant.ingest.readers.encoding import codec, decode
from assistant.ingest.readers.forwarded import forwarded
from assistant.ingest.readers.html_dom import paragraphs_of_html, plain_paragraphs

_REPLY = re.compile(r"(?:re|fw|fwd|aw|wg|tr|rv|sv|vs|rif|i|enc|res)\s*:\s*", re.I)
_NOBODY = re.compile(r"\b(?:no-?reply|do-?not-?reply|newsletters?|news|info|alerts?|mailer|notifications?)\b", re.I)
_NO_WORDS = re.compile(r"\W*(?:https?://\S+\W*)+$|-- ?$")
_PAGE_LINKS = re.compile(
    r"\W*(?:view (?:this (?:e-?mail )?)?(?:in|on) (?:your |a )?(?:web )?browser|unsubscribe|manage "
    r"(?:your )?(?:preferences|subscription)"
    r"|you (?:are receiving|received) this|forward (?:this )?to a friend|update your preferences)",
    re.I,
)
_PAGE_END = re.compile(r"</(?:body|html)\s*>", re.I)
_SHORT = 0.3
_SIGNATURE_LINES = 10
# Pictures, signatures and invitations that belong to the mail itself.
_NO_ATTACHMENT = ("image/", "application/pkcs7", "application/pgp", "text/calendar")


class _Contents(NamedTuple):
    plain: str
    html: str
    attached: list[str]
    mails: list[Any]


def read(source: RawFile) -> Iterator[Story | Problem]:
    """The mail's text and each mail attached to it, an article each; other attachments are named as not read.

    What was sent on is credited to whom it came from first. Raises `ArticleError`.
    """
    yield from stories(parse(source.read(MAX_CONTAINER_BYTES), source.label), source.label)


def stories(message: Any, label: str, key: str | None = None) -> Iterator[Story | Problem]:
    """The articles of one message; `key` stands for it in a file of several."""
    contents = _contents(message, label)
    found = list(_own(contents, _headers(message), label, required=not contents.mails))
    yield from (replace(story, key=_key(key, number) if number else key) for number, story in enumerate(found))
    for number, inner in enumerate(contents.mails, start=1):
        yield from stories(inner, label, _key(key, f"attached-{number}"))
    for name in contents.attached:
        yield Problem(f"{label}: its attachment {name!r} is not read; save it beside the mail")


def parse(content: bytes, label: str) -> EmailMessage:
    """The message. Raises `ArticleError` for what has no headers of a mail."""
    message = BytesParser(policy=policy.default).parsebytes(content)
    if not any(name in message for name in ("From", "Subject", "Date", "Content-Type", "MIME-Version")):
        raise ArticleError(f"{label}: is no mail, for it has no headers; save it again from the mail program")
    return message


def parts(message: Message, label: str) -> Iterator[Any]:
    """Its parts that hold no parts, in order; an attached mail is one part.

    Of alternatives of one kind the first that says something is given.
    """
    waiting: list[Any] = [message]
    seen = 0
    while waiting:
        part = waiting.pop(0)
        seen += 1
        if seen > MAX_MAIL_PARTS:
            raise ArticleError(f"{label}: more than {MAX_MAIL_PARTS:,} parts, no news article; save the text alone")
        if part.is_multipart() and part.get_content_type() != "message/rfc822":
            inner = part.get_payload()
            inner = inner if isinstance(inner, list) else []
            waiting[:0] = _one_of_a_kind(inner) if part.get_content_type() == "multipart/alternative" else inner
        else:
            yield part


def _one_of_a_kind(alternatives: Iterable[Any]) -> list[Any]:
    chosen: dict[str, Any] = {}
    for part in alternatives:
        kind = part.get_content_type()
        if kind not in chosen or not str(chosen[kind].get_payload()).strip():
            chosen[kind] = part
    return list(chosen.values())


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


def _contents(message: Message, label: str) -> _Contents:
    texts: dict[str, list[str]] = {"text/plain": [], "text/html": []}
    attached: list[str] = []
    mails: list[Any] = []
    for part in parts(message, label):
        name = " ".join((part.get_filename() or "").split())[:100]
        kind = part.get_content_type()
        if kind == "message/rfc822":
            inner = part.get_payload()
            mails += inner if isinstance(inner, list) else []
        elif kind in texts and part.get_content_disposition() != "attachment":
            texts[kind].append(body_text(part, label))
        elif name or part.get_content_disposition() == "attachment":
            attached += [] if kind.startswith(_NO_ATTACHMENT) else [name or kind]
    plain = "\n\n".join(filter(str.strip, texts["text/plain"]))
    return _Contents(plain, _one_page(texts["text/html"]), attached, mails)


def _one_page(pages: Sequence[str]) -> str:
    # A parser stops where the first page ends.
    return _PAGE_END.sub("", "\n".join(pages)) if len(pages) > 1 else "".join(pages)


def _headers(message: Message) -> Fields:
    name, address = parseaddr(header(message, "From") or "")
    archived = (header(message, "Archived-At") or "").strip("<> ")
    return Fields(
        title=_subject(header(message, "Subject") or ""),
        source=_sender(name, address),
        published=parse_published(header(message, "Date")),
        url=archived or None,
        language=header(message, "Content-Language"),
    )


def _subject(subject: str) -> str:
    while match := _REPLY.match(subject):
        subject = subject[match.end() :]
    return subject


def _sender(name: str, address: str) -> str | None:
    domain = address.rpartition("@")[2]
    return (name.strip(" \"'") if name and not _NOBODY.fullmatch(name.strip()) else domain) or None


def _own(contents: _Contents, fields: Fields, label: str, *, required: bool) -> Iterator[Story]:
    """What stands in the mail itself: what was sent on, and what its sender wrote above that; else the mail's text."""
    lines = contents.plain if contents.plain.strip() else "\n\n".join(paragraphs_of_html(contents.html, label))
    sent_on = forwarded(lines)
    if sent_on is None:
        story = _story(contents.plain, contents.html, fields, label)
        if required or story.texts:
            yield story
        return
    original = Fields(
        title=fields.title,
        source=_sender(*parseaddr(sent_on.sender)),
        published=sent_on.published,
    )
    yield Story(tuple(_texts(sent_on.text)), original)
    # "FYI" and "See below" are no text; a sentence is, and its sender's.
    note = [text for text in _texts(sent_on.note) if len(text.split()) > 3 and any(map(text.__contains__, ".!?。"))]
    if note:
        yield Story(tuple(note), fields)


def _story(plain: str, html: str, fields: Fields, label: str) -> Story:
    texts = _texts(plain)
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


def _texts(plain: str) -> list[str]:
    paragraphs = plain_paragraphs(_without_signature(plain))
    own = [text for text in map(_own_words, paragraphs) if text]
    # Some programs quote all of what they send on.
    return own or [text for text in map(_unquoted, paragraphs) if text]


def _own_words(paragraph: str) -> str:
    """A paragraph without quoted lines, lone links, rules and the mail's own machinery."""
    lines = [line for line in paragraph.split("\n") if not line.startswith(">") and not _NO_WORDS.match(line)]
    text = "\n".join(lines).strip()
    return "" if _PAGE_LINKS.match(text) else text


def _unquoted(paragraph: str) -> str:
    return _own_words("\n".join(line.lstrip("> ") for line in paragraph.split("\n")))


def _without_signature(text: str) -> str:
    lines = text.replace("\r\n", "\n").rstrip().split("\n")
    # With more below it such a line parts the items of a newsletter.
    begin = max((at for at, line in enumerate(lines) if line == "-- "), default=len(lines))
    return "\n".join(lines[:begin] if len(lines) - begin - 1 <= _SIGNATURE_LINES else lines)


def _key(key: str | None, part: object) -> str:
    return f"{key}-{part}" if key else str(part)
