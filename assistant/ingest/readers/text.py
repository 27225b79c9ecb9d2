"""Plain text and Markdown files → articles.

The paragraphs are the file's own characters, so that `text[offset:offset + len(paragraph.text)]` holds.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from assistant.errors import ArticleError
from assistant.ingest.blocks import Block, LeftOut, Reason
from assistant.ingest.build import Fields, Reading, build, reading_from
from assistant.ingest.dateline import parse_date_field
from assistant.ingest.dates import parse_published
from assistant.ingest.head import is_head_line, label_of
from assistant.ingest.headings import carries_content
from assistant.ingest.ids import safe_key
from assistant.ingest.kicker import is_kicker
from assistant.ingest.limits import MAX_FRONT_MATTER_CHARS, MAX_FRONT_MATTER_DEPTH, MAX_LINES
from assistant.ingest.readers import press_export
from assistant.ingest.readers.line_blocks import blocks_of, whole_lines
from assistant.ingest.speakers import with_speakers
from assistant.text import unicode
from assistant.text.sentences import ends_a_clause

_YAML = re.compile(r"\s*---[^\S\n]*\n(?P<written>.*?)\n(?:---|\.\.\.)[^\S\n]*(?:\n|$)", re.S)
_TOML = re.compile(r"\s*\+\+\+[^\S\n]*\n(?P<written>.*?)\n\+\+\+[^\S\n]*(?:\n|$)", re.S)
_YAML_RULE = re.compile(r"^-{3,}\s*$", re.M)
_HEADING = re.compile(r"(?P<mark>#{1,6}\s+)(?P<title>\S.*)$")
_UNDERLINED = re.compile(r"(?P<title>\S.*)\n[^\S\n]*(?:=+|-{2,})[^\S\n]*$")
# Lines that are markup and nothing else: pictures, shortcodes (Hugo, Jekyll), attributes, link targets, contents.
_MARKUP_LINE = re.compile(
    r"^[^\S\n]*(?:\[?!\[[^\]\n]*\]\([^)\n]*\)(?:\]\([^)\n]*\))?|!\[\[[^\]\n]*\]\]|\{\{[^\n]*\}\}|\{%[^\n]*%\}|\{:[^}\n]*\}|"
    r"\[TOC\]|\[\[_?TOC_?\]\]|\[[^\]^\n][^\]\n]*\]:[^\S\n]*<?(?:https?:|/|#)\S*[^\n]*|</?[a-z][^<>\n]*>)[^\S\n]*$",
    re.M | re.I,
)
_MARKUP_BEGINS = ("![", "{", "[", "<")
_WIKI_LINK = re.compile(r"\[\[(?:[^\]|\n]*\|)?([^\]|\n]*)\]\]")
_LINK = re.compile(r"\[([^\]\n]*)\]\([^)\n]*\)")
_DOCUMENT_RULE = re.compile(r"^[^\S\n]*([_=*#-])\1{9,}[^\S\n]*$", re.M)
_TEXT_LABELS = frozenset({"full text", "text", "body", "volltext", "texte intégral", "texto completo"})
_LABELLED = re.compile(r"(?P<label>[A-Z][A-Za-z ]{1,40}):\s*(?P<value>\S.*)", re.S)


def read_articles(text: str, *, article_id: str, path: str) -> Iterator[Reading]:
    """The articles in a file's content, decoded: one, or those of a press database's export.

    Raises `ArticleError` when the front matter is broken or no paragraph is left.
    """
    if text.count("\n") > MAX_LINES:
        raise ArticleError(f"{path}: more than {MAX_LINES:,} lines, not a news article; split the file")
    stories = press_export.stories(whole_lines(text)) if press_export.may_be_export(text) else []
    if stories:
        for story in stories:
            own_id = f"{article_id}/{safe_key(story.key)}" if story.key else article_id
            yield reading_from(story, article_id=own_id, path=path)
        return
    documents = _documents(text)
    if not documents:
        yield _read_article(text, article_id=article_id, path=path)
        return
    for number, document in enumerate(documents, start=1):
        yield build(document.fields, document.story, article_id=f"{article_id}/{number}", path=path)


def _read_article(text: str, *, article_id: str, path: str) -> Reading:
    fields, begin = _front_matter(text, path)
    written, skipped = parse_date_field(text[begin:][:200])
    begin += skipped
    shown, markup = _without_markup(text, begin)
    blocks = [(at, text[at : at + len(block)]) for at, block in blocks_of(shown, begin)]
    title, blocks, labels = _headings(blocks)

    def joined(name: Block, said: Block) -> str | None:
        # What stands between them was taken out: a comment, a mere label.
        apart = text[name[0] + len(name[1]) : said[0]].strip()
        return None if apart else text[name[0] : said[0] + len(said[1])]

    blocks = with_speakers(blocks, joined)
    fields = fields.over(Fields(title=title, published=written))
    return build(fields, blocks, article_id=article_id, path=path, markup=[*markup, *labels])


def _headings(blocks: list[Block]) -> tuple[str | None, list[Block], list[LeftOut]]:
    """(the title in the first heading, the blocks without the marks of headings, headings that are mere labels)."""
    title, story, labels = None, list[Block](), list[LeftOut]()
    for at, text in blocks:
        match = (_HEADING.match(text) if "\n" not in text else None) or _UNDERLINED.fullmatch(text)
        if match is None:
            story.append((at, text))
            continue
        heading = match["title"].rstrip("#").rstrip()
        if is_kicker(heading):
            labels.append(LeftOut(at, text, Reason.LABEL))
            continue
        if title is None and not any(not is_head_line(above) for _, above in story) and len(blocks) > 1:
            title = heading.strip("*_ ")
        elif carries_content(heading):
            story.append((at + match.start("title"), heading))
        else:
            labels.append(LeftOut(at, text, Reason.SUB_HEADING))
    return title, story, labels


def _without_markup(text: str, begin: int) -> tuple[str, list[LeftOut]]:
    """The text with spaces for comments and for lines that are only markup, and these."""
    markup: list[LeftOut] = []
    pieces, end = list[str](), begin
    for start, stop in _comments(text, begin):
        pieces += [text[end:start], " " * (stop - start)]
        markup.append(LeftOut(start, text[start:stop], Reason.COMMENT))
        end = stop
    shown = text[:begin] + "".join(pieces) + text[end:] if pieces else text
    if not any(mark in shown for mark in _MARKUP_BEGINS):
        return shown, markup

    def blank(match: re.Match[str]) -> str:
        if match.start() < begin:
            return match[0]
        markup.append(LeftOut(match.start(), match[0].strip(), Reason.MARKUP))
        return " " * len(match[0])

    return _MARKUP_LINE.sub(blank, shown), markup


def _comments(text: str, begin: int) -> Iterator[tuple[int, int]]:
    while (start := text.find("<!--", begin)) >= 0 and (stop := text.find("-->", start + 4)) >= 0:
        yield start, stop + 3
        begin = stop + 3


@dataclass(slots=True)
class _Document:
    fields: Fields
    story: list[Block]


def _documents(text: str) -> list[_Document]:
    """The articles of an export that parts them by rules and labels what it knows of each; none for other texts."""
    rules = [match.span() for match in _DOCUMENT_RULE.finditer(text)]
    if not rules:
        return []
    begins = [0, *(end for _, end in rules)]
    ends = [*(start for start, _ in rules), len(text)]
    found = [_document(text[:end], begin) for begin, end in zip(begins, ends, strict=True) if text[begin:end].strip()]
    whole = [document for document in found if document]
    # What stands before the first rule and after the last may be a list of contents or a notice.
    return whole if len(whole) > 1 or (whole and len(found) == 1) else []


def _document(text: str, begin: int) -> _Document | None:
    """One article of such an export: labelled lines around the text, which has a label of its own."""
    values: dict[str, str] = {}
    story: list[Block] = []
    first, in_text = None, False
    for at, block in blocks_of(text, begin):
        match = _LABELLED.fullmatch(block)
        label = " ".join(match["label"].lower().split()) if match else ""
        if match and label in _TEXT_LABELS:
            in_text = True
            story.append((at + match.start("value"), match["value"]))
        elif match and (not in_text or label in values or label_of(block.partition("\n")[0])[0]):
            in_text = False
            name = label_of(block.partition("\n")[0])[0] or label
            values.setdefault(name, " ".join(match["value"].split()))
        elif in_text:
            story.append((at, block))
        else:
            first = first or block
    if not story or "published" not in values:
        return None
    title = values.get("title") or (first if first and not ends_a_clause(first) else None)
    return _Document(
        Fields(
            title=title,
            source=(values.get("source") or "").split(";")[0].strip() or None,
            published=parse_published(values["published"]),
            author=values.get("author"),
            url=values.get("url"),
        ),
        story,
    )


def _front_matter(text: str, path: str) -> tuple[Fields, int]:
    """The fields and where the story begins. A block between rules that holds no fields is text."""
    opening = text.lstrip()[:3]
    if opening not in ("---", "+++"):
        return Fields(), 0
    match = (_YAML if opening == "---" else _TOML).match(text)
    if match is None or len(match[0]) > MAX_FRONT_MATTER_CHARS:
        return Fields(), 0
    found = _yaml(match["written"], path) if opening == "---" else _toml(match["written"], path)
    named = found.items() if isinstance(found, dict) else ()
    values = {key: value for key, value in named if isinstance(key, str) and not key.isdigit()}
    if not values:
        return Fields(), match.end() if not match[0].strip("-+\n ") else 0
    return _fields(values), match.end()


def _toml(written: str, path: str) -> Any:
    import tomllib

    try:
        return tomllib.loads(written)
    except (ValueError, RecursionError) as error:
        raise _broken(path, error) from error


def _yaml(written: str, path: str) -> Any:
    import yaml

    try:
        _check_yaml(written)
        text = _YAML_RULE.split(written, 1)[0]
        if yaml.__with_libyaml__:
            return yaml.load(text, Loader=yaml.CBaseLoader)
        return yaml.load(text, Loader=yaml.BaseLoader)
    # ValueError: half a character
    except (yaml.YAMLError, ValueError, LookupError, AttributeError, TypeError) as error:
        raise _broken(path, error) from error


def _broken(path: str, error: Exception) -> ArticleError:
    return ArticleError(f"{path}: front matter cannot be read ({' '.join(str(error).split())}); mend or remove it")


def _check_yaml(text: str) -> None:
    """Raises `yaml.YAMLError` for what can be made to expand or to nest without end, `ValueError` for half a
    character (a surrogate)."""
    import yaml

    depth = 0
    for event in yaml.parse(text, Loader=getattr(yaml, "CSafeLoader", yaml.SafeLoader)):
        if isinstance(event, yaml.AliasEvent):
            raise yaml.YAMLError("it has a reference (*), which is not read")
        if isinstance(event, yaml.ScalarEvent):
            event.value.encode()
        depth += isinstance(event, yaml.CollectionStartEvent) - isinstance(event, yaml.CollectionEndEvent)
        if depth > MAX_FRONT_MATTER_DEPTH:
            raise yaml.YAMLError("it nests too deeply")


def _fields(values: Mapping[str, Any]) -> Fields:
    """The fields by the names that rows of JSON and tables have, too. A date that is no whole day gives none."""
    from assistant.ingest.readers.fields import fields_of

    named = {name: _plain(value) for name, value in values.items() if not _is_of_the_note(name)}
    return fields_of(named)


def _is_of_the_note(name: str) -> bool:
    """True for the day when a program wrote the file, which is not the article's."""
    return name.lower().replace("-", "_").startswith(("created", "date_created", "timestamp", "time", "feed"))


def _plain(value: Any) -> Any:
    """A value without the markup of links: "[[Mara Lind]]" is a name."""
    if isinstance(value, list):
        return [_plain(item) for item in value]
    if isinstance(value, Mapping):
        return {key: _plain(item) for key, item in value.items()}
    if not isinstance(value, str):
        return value if isinstance(value, int | float | bool) or value is None else str(value)
    return unicode.one_line(_LINK.sub(r"\1", _WIKI_LINK.sub(r"\1", value)))
