"""Comparison of two answers to one question: does the later one say the same, more, or something else."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from enum import StrEnum

from assistant.newsroom.answers.file import SavedAnswer, SavedCitation, SavedSentence
from assistant.retrieval.context import ArticleContext, group
from assistant.schema.articles import Paragraph, Passage
from assistant.verification.exact import unstated_figures
from assistant.verification.judge import Judge
from assistant.verification.verifier import STATED

# P(right) below which an answer does not hold by another report; chosen by hand, `python -m evals.changes` measures it.
_RIGHT = 0.5


class Difference(StrEnum):
    """How a later answer stands to an earlier one."""

    SAME = "the same"
    MORE = "changed"
    OTHERWISE = "contradicts"


def compare(judge: Judge, earlier: SavedAnswer, later: SavedAnswer) -> Difference:
    """How `later` stands to `earlier`; neither is a refusal. Raises `ModelError`.

    It says otherwise where the earlier answer is not right by a report that the later one cites, or where it has a
    figure that the report has not, and what is told of the report one that the earlier sources have not; it says more
    where the earlier one's sources do not state it.
    """
    question, said = earlier.question, _told(earlier.sentences)
    old = _passages(earlier.citations)
    for report in group(_passages(later.citations)):
        told = _told(_sentences_of(later, report))
        if _has_another_figure(said, question, report.passages) and _has_another_figure(told, question, old):
            return Difference.OTHERWISE
        if judge.right(question, said, report) < _RIGHT:
            return Difference.OTHERWISE
    stated = all(_is_stated(judge, sentence.text, group(old)) for sentence in later.sentences)
    return Difference.SAME if stated else Difference.MORE


def _told(sentences: Iterable[SavedSentence]) -> str:
    return " ".join(sentence.text for sentence in sentences)


def _sentences_of(answer: SavedAnswer, report: ArticleContext) -> list[SavedSentence]:
    """Those that cite a report."""
    article = report.passages[0].article_id
    numbers = {citation.number for citation in answer.citations if citation.article_id == article}
    return [sentence for sentence in answer.sentences if numbers & set(sentence.citations)]


def _is_stated(judge: Judge, sentence: str, reports: Sequence[ArticleContext]) -> bool:
    return any(judge.stated(sentence, report) >= STATED for report in reports)


def _has_another_figure(text: str, question: str, passages: Sequence[Passage]) -> bool:
    """Whether a figure of `text` stands neither in the passages nor in the question, which brings some along."""
    return bool(unstated_figures(text, passages, question))


def _passages(citations: Sequence[SavedCitation]) -> list[Passage]:
    """The cited paragraphs as they were cited, once each."""
    found = {
        citation.paragraph_id: Passage(
            Paragraph(citation.paragraph_id, citation.paragraph, citation.text),
            citation.article_id,
            citation.title,
            citation.source,
            citation.published,
            citation.via,
        )
        for citation in citations
    }
    return list(found.values())
