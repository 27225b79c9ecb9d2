"""Sentence splitter of a draft in Markdown or plain text."""

from __future__ import annotations

from dataclasses import dataclass

from markdown_it import MarkdownIt
from markdown_it.token import Token

from assistant.errors import UsageError
from assistant.text.sentences import split_sentences
from assistant.text.unicode import one_line


@dataclass(frozen=True, slots=True)
class DraftedSentence:
    """A sentence of a draft; `line` is where its paragraph begins, from 1; `before` the sentence before it there."""

    text: str
    line: int
    before: str = ""


def sentences_of(text: str, where: str, *, markdown: bool) -> list[DraftedSentence]:
    """Every sentence in its order, of headings and lists too, not of code. Raises `UsageError` where there is none."""
    blocks = _markdown(text) if markdown else _plain(text)
    found = [sentence for block, line in blocks for sentence in _split(one_line(block), line)]
    if not found:
        raise UsageError(f"{where} has no sentence to check; give a draft as Markdown or plain text")
    return found


def _split(block: str, line: int) -> list[DraftedSentence]:
    texts = [text for start, end in split_sentences(block) if any(map(str.isalnum, text := block[start:end]))]
    return [DraftedSentence(text, line, before) for text, before in zip(texts, ["", *texts], strict=False)]


def _plain(text: str) -> list[tuple[str, int]]:
    """Paragraphs, divided by blank lines."""
    blocks: list[tuple[list[str], int]] = []
    open_block = False
    for number, line in enumerate(text.split("\n"), 1):
        if not line.strip():
            open_block = False
        elif open_block:
            blocks[-1][0].append(line)
        else:
            blocks.append(([line], number))
            open_block = True
    return [(" ".join(lines), number) for lines, number in blocks]


def _markdown(text: str) -> list[tuple[str, int]]:
    """The inline text of each block, without marks, as CommonMark has it; tables' cells too."""
    tokens = MarkdownIt("commonmark").enable("table").parse(text)
    line = 1
    blocks = []
    for token in tokens:
        line = token.map[0] + 1 if token.map else line
        if token.type == "inline":
            blocks.append((_shown(token.children or []), line))
    return blocks


def _shown(tokens: list[Token]) -> str:
    kept = {"text": None, "code_inline": None, "softbreak": " ", "hardbreak": " "}
    return "".join(token.content or kept[token.type] or "" for token in tokens if token.type in kept)
