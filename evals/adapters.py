"""Public question sets → cases and articles.

A set is `<name>.<half>.jsonl`, one question a line, with either its own paragraphs in the row or
the name of a corpus file that is searched as a whole. The sets' own paragraph ids are kept, so
that gold ids and citations can be compared as they are.
"""

from __future__ import annotations

import json
import re
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Any

from assistant.errors import UsageError
from assistant.schema.answers import Turn
from assistant.schema.articles import Article, Paragraph
from evals.schema import Case

SETS = ("squad2", "clapnq", "followup_mtrag", "followup_canard", "temporal_timeqa")

# Sets whose answers are spans cut from running text ("in 1993,"). They have no flag for long
# answers, and nobody answers with a clause of the article word for word, so that a longer span
# is a reference text to be recalled.
_SPAN_SETS = frozenset({"followup_canard"})
_LONGEST_SHORT_SPAN = 6
_LEADING_PREPOSITION = re.compile(r"^(?:in|on|at|by|to|from|with|for|of)\s+", re.IGNORECASE)

_Row = Mapping[str, Any]


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
    rows = list(_rows(path))
    if not rows:
        raise UsageError(f"{path}: no questions in it; give the folder that holds the question sets")
    articles = _corpus(rows, folder)
    shared = frozenset(_paragraph_ids(articles or ()))
    cases: list[Case] = []
    candidates: dict[str, tuple[Article, ...]] = {}
    seen: set[str] = set()
    for place, row in rows:
        own = _candidates(row, place)
        if own:
            candidates[_text(row, "id", place)] = own
        elif articles is None:
            raise UsageError(f"{place}: has neither paragraphs nor a corpus to search; add one of them")
        case = _case(row, place, frozenset(_paragraph_ids(own)) if own else shared, spans=name in _SPAN_SETS)
        if case.id in seen:
            raise UsageError(f"{place}: id {case.id!r} was used before; ids must be unique")
        seen.add(case.id)
        cases.append(case)
    return EvalSet(name, cases, articles, candidates)


def _corpus(rows: list[tuple[str, _Row]], folder: Path) -> list[Article] | None:
    names: dict[str, str] = {}
    for place, row in rows:
        if row.get("corpus") is not None:
            names.setdefault(_text(row, "corpus", place), place)
    if not names:
        return None
    if len(names) > 1:
        raise UsageError(f"{list(names.values())[1]}: names a second corpus; a set has one corpus file")
    name, place = names.popitem()
    if Path(name).name != name:  # a data file must not name files elsewhere
        raise UsageError(f"{place}: corpus {name!r}: give the name of a file beside this one")
    articles: list[Article] = []
    known: set[str] = set()
    for place, row in _rows(folder / name):
        article = Article(
            id=_text(row, "id", place),
            title=_text(row, "title", place),
            source=_optional_text(row, "source", place),
            published=_day(row, place),
            paragraphs=tuple(
                _paragraph(item, number, place) for number, item in enumerate(_objects(row, "paragraphs", place), 1)
            ),
        )
        for identifier in (article.id, *_paragraph_ids((article,))):
            if identifier in known:
                raise UsageError(f"{place}: id {identifier!r} was used before; ids must be unique")
            known.add(identifier)
        articles.append(article)
    if not articles:
        raise UsageError(f"{folder / name}: no articles in it; it is the corpus of {place.rpartition(':')[0]}")
    return articles


def _candidates(row: _Row, place: str) -> tuple[Article, ...]:
    """A row's own paragraphs, as one article a title; in CLAPNQ each is one sentence of a page."""
    if row.get("paragraphs") is None:
        return ()
    pages: dict[str, list[_Row]] = {}
    for item in _objects(row, "paragraphs", place):
        pages.setdefault(_text(item, "title", place), []).append(item)
    if not pages:
        raise UsageError(f"{place}: paragraphs is empty; give at least one, or null to search the corpus")
    base = _text(row, "id", place)
    articles = tuple(
        Article(
            id=base if len(pages) == 1 else f"{base}/{position}",
            title=title,
            source=_optional_text(items[0], "source", place),
            published=_day(items[0], place),
            paragraphs=tuple(_paragraph(item, number, place) for number, item in enumerate(items, 1)),
        )
        for position, (title, items) in enumerate(pages.items(), 1)
    )
    ids = list(_paragraph_ids(articles))
    if len(set(ids)) != len(ids):
        raise UsageError(f"{place}: two paragraphs have the same id; ids must be unique")
    return articles


def _case(row: _Row, place: str, known: Collection[str], *, spans: bool) -> Case:
    answers = _texts(row, "answers", place)
    gold = _texts(row, "gold_paragraph_ids", place)
    unanswerable = _flag(row, "unanswerable", place)
    if unanswerable and answers:
        raise UsageError(f"{place}: unanswerable, yet with answers; remove one of the two")
    if not unanswerable and not answers:
        raise UsageError(f"{place}: answers is empty; give one, or set unanswerable to true")
    for identifier in gold:
        if identifier not in known:
            raise UsageError(f"{place}: gold paragraph {identifier!r} is not among the paragraphs searched")
    long_form = _flag(row, "answer_is_long_form", place, default=False)
    if spans and answers and "answer_is_long_form" not in row:
        long_form = min(len(answer.split()) for answer in answers) > _LONGEST_SHORT_SPAN
        answers = answers if long_form else _bare_spans(answers)
    return Case(
        id=_text(row, "id", place),
        question=_text(row, "question", place),
        category=_text(row, "category", place),
        history=_history(row, place),
        # The alternatives say the same thing: one point, stated by any of the gold paragraphs.
        answers=(answers,) if answers else (),
        gold=(gold,) if answers else (),
        unanswerable=unanswerable,
        long_form=long_form,
        standalone=_optional_text(row, "standalone_rewrite", place),
        other_answers=_texts(row, "other_answer", place, required=False),
    )


def _bare_spans(answers: tuple[str, ...]) -> tuple[str, ...]:
    """The spans, and each again without what its sentence put around it: "in 1993," → "1993"."""
    bare = (_LEADING_PREPOSITION.sub("", answer.strip(" ,;:.")) for answer in answers)
    return tuple(dict.fromkeys((*answers, *filter(None, bare))))


def _paragraph(item: _Row, number: int, place: str) -> Paragraph:
    return Paragraph(id=_text(item, "id", place), number=number, text=_text(item, "text", place))


def _paragraph_ids(articles: Collection[Article]) -> Iterator[str]:
    return (paragraph.id for article in articles for paragraph in article.paragraphs)


def _history(row: _Row, place: str) -> tuple[Turn, ...]:
    if row.get("history") is None:
        return ()
    turns = []
    for item in _objects(row, "history", place):
        role = _text(item, "role", place)
        if role not in ("user", "assistant"):
            raise UsageError(f"{place}: history role {role!r}: use user or assistant")
        turns.append(Turn(role, _text(item, "text", place)))
    return tuple(turns)


def _rows(path: Path) -> Iterator[tuple[str, _Row]]:
    """("file:line", row) of each line that is not blank."""
    try:
        content = path.read_text(encoding="utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        reason = error.strerror if isinstance(error, OSError) else "not UTF-8"
        raise UsageError(f"{path}: cannot be read ({reason}); give the folder that holds the question sets") from error
    # split("\n"): splitlines() would also break at a U+2028 inside a JSON text
    for number, line in enumerate(content.split("\n"), 1):
        if not line.strip():
            continue
        place = f"{path}:{number}"
        try:
            row = json.loads(line)
        except ValueError as error:
            raise UsageError(f"{place}: not JSON ({error}); write one object a line") from error
        if not isinstance(row, dict):
            raise UsageError(f"{place}: a {type(row).__name__}; write one JSON object a line")
        yield place, row


def _text(row: _Row, key: str, place: str) -> str:
    value = row.get(key)
    if not isinstance(value, str) or not value.strip():
        raise UsageError(f"{place}: {key} must be a text that is not blank, got {_shown(value)}")
    return value


def _optional_text(row: _Row, key: str, place: str) -> str | None:
    return None if row.get(key) is None else _text(row, key, place)


def _texts(row: _Row, key: str, place: str, *, required: bool = True) -> tuple[str, ...]:
    value = row.get(key)
    if value is None and not required:
        return ()
    if not isinstance(value, list) or not all(isinstance(item, str) and item.strip() for item in value):
        raise UsageError(f"{place}: {key} must be a list of texts that are not blank, got {_shown(value)}")
    return tuple(value)


def _objects(row: _Row, key: str, place: str) -> list[_Row]:
    value = row.get(key)
    if not isinstance(value, list) or not all(isinstance(item, dict) for item in value):
        raise UsageError(f"{place}: {key} must be a list of objects, got {_shown(value)}")
    return value


def _flag(row: _Row, key: str, place: str, *, default: bool | None = None) -> bool:
    value = row.get(key, default)
    if not isinstance(value, bool):
        raise UsageError(f"{place}: {key} must be true or false, got {_shown(value)}")
    return value


def _day(row: _Row, place: str) -> date | None:
    value = _optional_text(row, "date", place)
    try:
        return date.fromisoformat(value) if value else None
    except ValueError as error:
        raise UsageError(f"{place}: date {value!r}: write it as YYYY-MM-DD, or null") from error


def _shown(value: object) -> str:
    text = repr(value)
    return text if len(text) <= 60 else f"{text[:57]}..."
