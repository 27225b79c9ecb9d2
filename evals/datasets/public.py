"""Public question sets → cases and articles.

A set is `<name>.<half>.jsonl`, one question a line, with either its own paragraphs in the row or
the name of a corpus file that is searched as a whole. The sets' own paragraph ids are kept, so
that gold ids and citations can be compared as they are.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field, StrictBool, model_validator

from assistant.errors import UsageError
from assistant.schema.answers import Turn
from assistant.schema.articles import Article, Paragraph
from assistant.util.validation import Day
from evals.datasets.rows import Text, read_rows
from evals.schema import Case

SETS = ("squad2", "clapnq", "followup_mtrag", "followup_canard", "temporal_timeqa")

# Sets whose answers are spans cut from running text ("in 1993,"). They have no flag for long
# answers, and nobody answers with a clause of the article word for word, so that a longer span
# is a reference text to be recalled.
_SPAN_SETS = frozenset({"followup_canard"})
_LONGEST_SHORT_SPAN = 6
_LEADING_PREPOSITION = re.compile(r"^(?:in|on|at|by|to|from|with|for|of)\s+", re.IGNORECASE)

_REMEDY = "give the folder that holds the question sets"


class _Open(BaseModel):
    """Keys that a public set has besides those that are read here are passed over."""

    model_config = ConfigDict(extra="ignore", frozen=True)


class _Turn(_Open):
    role: Literal["user", "assistant"]
    text: Text


class _ParagraphRow(_Open):
    id: Text
    text: Text


class _CandidateRow(_ParagraphRow):
    """A paragraph with its article's title, outlet and day."""

    title: Text
    source: Text | None = None
    published: Day | None = Field(None, alias="date")


class _ArticleRow(_Open):
    """A line of a corpus file."""

    id: Text
    title: Text
    source: Text | None = None
    published: Day | None = Field(None, alias="date")
    paragraphs: tuple[_ParagraphRow, ...]


class _QuestionRow(_Open):
    """A line of a question set. `answer_is_long_form` None: not told."""

    id: Text
    question: Text
    category: Text
    history: tuple[_Turn, ...] | None = None
    paragraphs: tuple[_CandidateRow, ...] | None = None
    corpus: Text | None = None
    answers: tuple[Text, ...]
    gold_paragraph_ids: tuple[Text, ...]
    unanswerable: StrictBool
    answer_is_long_form: StrictBool | None = None
    standalone_rewrite: Text | None = None
    other_answer: tuple[Text, ...] | None = None

    @model_validator(mode="after")
    def _agrees_with_itself(self) -> _QuestionRow:
        if self.unanswerable and self.answers:
            raise ValueError("unanswerable, yet with answers; remove one of the two")
        if not self.unanswerable and not self.answers:
            raise ValueError("answers is empty; give one, or set unanswerable to true")
        if self.paragraphs == ():
            raise ValueError("paragraphs is empty; give at least one, or null to search the corpus")
        # A data file must not name files elsewhere.
        if self.corpus is not None and Path(self.corpus).name != self.corpus:
            raise ValueError(f"corpus {self.corpus!r}: give the name of a file beside this one")
        return self


@dataclass(frozen=True, slots=True)
class EvalSet:
    """A question set. `articles` is the corpus all cases share, None where there is none;
    `candidates` gives, by case id, the articles that this case alone is to be answered from."""

    name: str
    cases: list[Case]
    articles: list[Article] | None
    candidates: Mapping[str, tuple[Article, ...]] = field(default_factory=dict)


def load_set(name: str, folder: Path, half: str = "dev") -> EvalSet:
    """The set `name` of `folder`. Raises `UsageError`, with file and line for a bad row."""
    if name not in SETS:
        raise UsageError(f"question set {name!r}: not known; choose one of {', '.join(SETS)}")
    path = folder / f"{name}.{half}.jsonl"
    rows = list(read_rows(path, _QuestionRow, _REMEDY))
    if not rows:
        raise UsageError(f"{path}: no questions in it; {_REMEDY}")
    articles = _corpus(rows, folder)
    shared = frozenset(_paragraph_ids(articles or ()))
    cases: list[Case] = []
    candidates: dict[str, tuple[Article, ...]] = {}
    seen: set[str] = set()
    for place, row in rows:
        if row.id in seen:
            raise UsageError(f"{place}: id {row.id!r} was used before; ids must be unique")
        seen.add(row.id)
        own = _candidates(row, place)
        if own:
            candidates[row.id] = own
        elif articles is None:
            raise UsageError(f"{place}: has neither paragraphs nor a corpus to search; add one of them")
        known = frozenset(_paragraph_ids(own)) if own else shared
        for identifier in row.gold_paragraph_ids:
            if identifier not in known:
                raise UsageError(f"{place}: gold paragraph {identifier!r} is not among the paragraphs searched")
        cases.append(_case(row, spans=name in _SPAN_SETS))
    return EvalSet(name, cases, articles, candidates)


def _corpus(rows: Sequence[tuple[str, _QuestionRow]], folder: Path) -> list[Article] | None:
    names: dict[str, str] = {}
    for place, row in rows:
        if row.corpus is not None:
            names.setdefault(row.corpus, place)
    if not names:
        return None
    if len(names) > 1:
        raise UsageError(f"{list(names.values())[1]}: names a second corpus; a set has one corpus file")
    name, asked = names.popitem()
    articles: list[Article] = []
    known: set[str] = set()
    for place, told in read_rows(folder / name, _ArticleRow, _REMEDY):
        article = Article(told.id, told.title, told.source, told.published, _paragraphs(told.paragraphs))
        for identifier in (article.id, *_paragraph_ids((article,))):
            if identifier in known:
                raise UsageError(f"{place}: id {identifier!r} was used before; ids must be unique")
            known.add(identifier)
        articles.append(article)
    if not articles:
        raise UsageError(f"{folder / name}: no articles in it; it is the corpus of {asked.rpartition(':')[0]}")
    return articles


def _candidates(row: _QuestionRow, place: str) -> tuple[Article, ...]:
    """A row's own paragraphs, as one article a title; in CLAPNQ each is one sentence of a page."""
    pages: dict[str, list[_CandidateRow]] = {}
    for paragraph in row.paragraphs or ():
        pages.setdefault(paragraph.title, []).append(paragraph)
    articles = tuple(
        Article(
            row.id if len(pages) == 1 else f"{row.id}/{position}",
            title,
            items[0].source,
            items[0].published,
            _paragraphs(items),
        )
        for position, (title, items) in enumerate(pages.items(), 1)
    )
    ids = list(_paragraph_ids(articles))
    if len(set(ids)) != len(ids):
        raise UsageError(f"{place}: two paragraphs have the same id; ids must be unique")
    return articles


def _case(row: _QuestionRow, *, spans: bool) -> Case:
    answers, long_form = row.answers, bool(row.answer_is_long_form)
    if spans and answers and row.answer_is_long_form is None:
        long_form = min(len(answer.split()) for answer in answers) > _LONGEST_SHORT_SPAN
        answers = answers if long_form else _bare_spans(answers)
    return Case(
        id=row.id,
        question=row.question,
        category=row.category,
        history=tuple(Turn(turn.role, turn.text) for turn in row.history or ()),
        # The alternatives say the same thing: one point, stated by any of the gold paragraphs.
        answers=(answers,) if answers else (),
        gold=(row.gold_paragraph_ids,) if answers else (),
        unanswerable=row.unanswerable,
        long_form=long_form,
        standalone=row.standalone_rewrite,
        other_answers=row.other_answer or (),
    )


def _bare_spans(answers: tuple[str, ...]) -> tuple[str, ...]:
    """The spans, and each again without what its sentence put around it: "in 1993," → "1993"."""
    bare = (_LEADING_PREPOSITION.sub("", answer.strip(" ,;:.")) for answer in answers)
    return tuple(dict.fromkeys((*answers, *filter(None, bare))))


def _paragraphs(rows: Sequence[_ParagraphRow]) -> tuple[Paragraph, ...]:
    return tuple(Paragraph(id=row.id, number=number, text=row.text) for number, row in enumerate(rows, 1))


def _paragraph_ids(articles: Collection[Article]) -> Iterator[str]:
    return (paragraph.id for article in articles for paragraph in article.paragraphs)
