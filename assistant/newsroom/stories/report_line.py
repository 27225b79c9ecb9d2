"""One-line summary of a report, shown only where the report states it; else the report's own words."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from assistant.generation.generator import DraftGenerator, Written
from assistant.query.query import Query
from assistant.retrieval.context import ArticleContext
from assistant.verification.evidence import Evidence, EvidenceFinder
from assistant.verification.judge import Judge
from assistant.verification.verifier import SURELY_STATED, problems_of


@dataclass(frozen=True, slots=True)
class Line:
    """What a report says, and the places that say so.

    `stated` is P(the report states it) in [0, 1], 1 for a quotation; `quoted`: the text is the report's own.
    """

    text: str
    context: ArticleContext
    evidence: tuple[Evidence, ...]
    stated: float
    quoted: bool = False


def news_of(title: str) -> Query:
    """What a report tells, asked by its own title."""
    return Query.of(f"What happened: {title}?")


class LineWriter:
    """Asks each generator in turn, until what it writes is stated."""

    def __init__(self, generators: Sequence[DraftGenerator], judge: Judge, finder: EvidenceFinder) -> None:
        self._generators = generators
        self._judge = judge
        self._finder = finder

    def write(self, query: Query, context: ArticleContext) -> Line | None:
        """The report's answer to the question; None where nothing in it has to do with the question.

        Raises `ModelError`.
        """
        drafts = [""]
        for generator in self._generators:
            *_, draft = generator.write(query.text, context)
            if not isinstance(draft, Written) or draft.text in drafts:
                continue
            drafts.append(draft.text)
            if line := self._checked(query, drafts[-1], context):
                return line
        return self.quoted(query, context, drafts[-1])

    def quoted(self, query: Query, context: ArticleContext, draft: str = "") -> Line | None:
        """The report's sentence nearest to question and draft, without a model; None where none has to do with it."""
        evidence = self._finder.find(f"{query.text} {draft}", context.passages)[:1]
        if not evidence or not self._finder.is_related(query.text, evidence):
            return None
        quoted = self._finder.with_antecedent(evidence[0])
        return Line(quoted.quote.text.strip(), context, (quoted,), 1.0, quoted=True)

    def _checked(self, query: Query, draft: str, context: ArticleContext) -> Line | None:
        evidence = self._finder.find(draft, context.passages)
        problems = problems_of(draft, evidence, context, question=query.text, figures_from=query.figures_from)
        if problems or not self._finder.is_related(query.text, evidence):
            return None
        stated = self._judge.stated(draft, context)
        return Line(draft, context, evidence, stated) if stated >= SURELY_STATED else None
