"""What the judge alone is asked: questions and sentences of bundles, each with the right judgement.

`answered`: is the question answered in this article? `stated`: does the article state this sentence?
`right`: is this sentence the answer to the question, by the article? `contradictions`: as `stated`,
of single paragraphs, with pairs of sentences of which the paragraph states one and contradicts the other.
"""

from __future__ import annotations

import tempfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from pydantic import Field

from assistant.errors import UsageError
from assistant.retrieval.context import ArticleContext
from assistant.retrieval.passages import passages_of
from assistant.schema.articles import Article, Paragraph, Passage
from assistant.settings import PROJECT
from assistant.util.validation import Strict
from evals.datasets.bundle_cases import article_id, check_articles, read_articles, write_articles
from evals.datasets.bundles import Bundle, Item
from evals.datasets.rows import Text, read_rows

ANSWERED, STATED, RIGHT, CONTRADICTIONS = "answered", "stated", "right", "contradictions"
TASKS = (ANSWERED, STATED, RIGHT, CONTRADICTIONS)
CONTRADICTIONS_FILE = PROJECT / "evals" / "news" / "contradictions.jsonl"


@dataclass(frozen=True, slots=True)
class Ask:
    """One judgement to be made. `group` is what it belongs to: a question's id, or the row of a contradiction.

    `kind` tells where the sentence comes from: "answer", "supported", "unsupported", "tempting", a
    kind of contradiction, or for `answered` the question's type.
    """

    task: str
    group: str
    kind: str
    article: str
    question: str
    sentence: str
    label: bool
    report: ArticleContext


class Contradiction(Strict):
    """A paragraph with a sentence that it states and one that it contradicts."""

    id: Text
    kind: Text
    paragraph: Text
    title: Text
    source: Text
    published: date
    contradicted: Text
    stated: Text
    origin: Text = Field(alias="from")


def bundle_asks(bundles: Sequence[Bundle], tasks: Sequence[str] = TASKS) -> list[Ask]:
    """Everything of these tasks that is asked of bundles, an article at a time: the engine reads each once.

    Raises `UsageError` where an article is not read as it stands in its bundle.
    """
    with tempfile.TemporaryDirectory() as scratch:
        for bundle in bundles:
            write_articles(bundle, Path(scratch))
        articles = read_articles(Path(scratch))
    check_articles(bundles, articles)
    return [
        ask
        for bundle in bundles
        for article in bundle.articles
        for ask in _of_article(bundle, article.id, whole_report(articles[article_id(bundle.name, article.id)]))
        if ask.task in tasks
    ]


def contradiction_asks(rows: Sequence[Contradiction]) -> list[Ask]:
    """The two sentences of each row."""
    return [
        Ask(CONTRADICTIONS, row.id, row.kind, row.id, "", sentence, label, report)
        for row in rows
        for report in [_paragraph_report(row)]
        for sentence, label in ((row.stated, True), (row.contradicted, False))
    ]


def load_contradictions(path: Path = CONTRADICTIONS_FILE) -> list[Contradiction]:
    """The rows of a JSONL file. Raises `UsageError` with file and line."""
    rows = [row for _, row in read_rows(path, Contradiction, "name a file of contradictions")]
    if not rows:
        raise UsageError(f"{path}: holds no contradictions; add one JSON object a line")
    return rows


def whole_report(article: Article) -> ArticleContext:
    """The article as the judge reads it."""
    return ArticleContext(tuple(passages_of(article)), rank=0, whole=True)


def _of_article(bundle: Bundle, article: str, report: ArticleContext) -> Iterator[Ask]:
    for number, item in enumerate(bundle.items, start=1):
        group = f"{bundle.name}-{number:02}"
        here = article_id(bundle.name, article)
        answers = any(answer.article == article for answer in item.answers)
        yield Ask(ANSWERED, group, item.type, here, item.asked, "", answers, report)
        for kind, sentence, label in _sentences(item, article):
            yield Ask(STATED, group, kind, here, "", sentence, label, report)
        for kind, sentence, label in _sentences(item, article, tempting=True):
            if kind != "supported":
                yield Ask(RIGHT, group, kind, here, item.asked, sentence, label, report)


def _sentences(item: Item, article: str, *, tempting: bool = False) -> Iterator[tuple[str, str, bool]]:
    """(kind, sentence, is it so) of one article; a `tempting` answer is wrong by every article."""
    for kind, told, label in (
        ("answer", item.answers, True),
        ("supported", item.supported, True),
        ("unsupported", item.unsupported, False),
    ):
        for each in told:
            if each.article == article:
                yield kind, each.text, label
    if tempting and item.tempting:
        yield "tempting", item.tempting, False


def _paragraph_report(row: Contradiction) -> ArticleContext:
    # Not kept on disk: it is asked twice and never again.
    paragraph = Paragraph(f"{row.id}#p1", 1, row.paragraph)
    return ArticleContext((Passage(paragraph, row.id, row.title, row.source, row.published),), rank=0)
