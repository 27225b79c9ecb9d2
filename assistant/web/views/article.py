"""View of articles → HTML: one in full with highlighted words, a list of them, a timeline."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import pairwise

from markupsafe import Markup

from assistant.schema.articles import Article, Paragraph
from assistant.text.clipping import clip
from assistant.text.unicode import neutralise
from assistant.web.views.html import Child, Exact, join, link, tag
from assistant.web.views.labels import outlet, time_tag, title

_OTHERS = 50


def article_html(article: Article, highlights: Sequence[tuple[int, int, int]] = ()) -> str:
    """An article in full, as one line of HTML; paragraph n has the id "pn".

    `highlights` are (paragraph number, start, end) in characters of the paragraph's text; what is
    out of range is cut, what overlaps is joined.
    """
    head = tag(
        "header",
        tag("h2", tag("bdi", title(article.title)), class_="title"),
        tag("p", _byline(article), class_="byline"),
        _known("By", article.author),
        _known("Address", link(article.url, neutralise(article.url or ""))),
        _known("Also in", "; ".join(clip(other, 200) for other in article.also[:_OTHERS])),
        _known("File", clip(article.path, 500)),
    )
    body = [_paragraph(paragraph, _spans(paragraph, highlights)) for paragraph in article.paragraphs]
    page = tag(
        "article",
        head,
        tag("div", body, class_="paragraphs"),
        class_="source",
        lang=_language(article.language),
        data_article=Exact(article.id),
        aria_label=f"Source: {title(article.title)}",
    )
    return str(page)


def _byline(article: Article) -> Markup:
    changes: list[Child] = []
    if article.modified:
        changes += [" · updated ", time_tag(article.modified)]
    if article.corrected:
        changes.append(" · corrected")
    named = tag("bdi", outlet(article.source, article.via))
    return join([time_tag(article.published), *changes, " · ", named])


def _known(label: str, value: Child) -> Markup | None:
    shown = join(value)
    return tag("p", tag("span", f"{label}: ", class_="label"), tag("bdi", shown), class_="about") if shown else None


def _language(code: str | None) -> str | None:
    return code if code and code.isascii() and code.replace("-", "").isalnum() and len(code) <= 35 else None


def _spans(paragraph: Paragraph, highlights: Sequence[tuple[int, int, int]]) -> list[tuple[int, int]]:
    """The paragraph's highlights: inside the text, in order, none overlapping another."""
    length = len(paragraph.text)
    wanted = sorted(
        (max(0, start), min(end, length)) for number, start, end in highlights if number == paragraph.number
    )
    spans: list[tuple[int, int]] = []
    for start, end in wanted:
        if start >= end:
            continue
        if spans and start <= spans[-1][1]:
            spans[-1] = (spans[-1][0], max(end, spans[-1][1]))
        else:
            spans.append((start, end))
    return spans


def _paragraph(paragraph: Paragraph, spans: Sequence[tuple[int, int]]) -> Markup:
    return tag(
        "p",
        # Counted by a style sheet's generated text, the number would be copied with the words.
        tag("span", f"{paragraph.number}", class_="number", aria_hidden="true"),
        tag("span", _pieces(paragraph, spans), class_="text", dir="auto"),
        id=f"p{paragraph.number}",
        class_="paragraph cited" if spans else "paragraph",
        data_paragraph=paragraph.number,
        tabindex=-1,
    )


def _pieces(paragraph: Paragraph, spans: Sequence[tuple[int, int]]) -> Iterator[Markup]:
    """The text in pieces: a dateline, highlighted words and the rest; all characters, each once."""
    text = paragraph.text
    edges = {0, len(text), *(edge for span in spans for edge in span)}
    dateline = min(max(paragraph.dateline, 0), len(text))
    ordered = sorted(edges | {dateline})
    for start, end in pairwise(ordered):
        piece: Markup = join(text[start:end])
        if any(low <= start and end <= high for low, high in spans):
            piece = tag("mark", piece)
        yield tag("span", piece, class_="dateline") if end <= dateline else piece
