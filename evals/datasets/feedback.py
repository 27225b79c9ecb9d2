"""Readers' verdicts → facts, and drafts of facts that a person must complete.

A fact is made only where nothing is left to judge: a thumbs up on an answer to the whole library,
which nobody has contradicted and which the scorers themselves find to state what it states. The
rest become drafts: lines that `evals.datasets.facts` refuses to load until their `to_complete` is removed.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from assistant.text.unicode import has_surrogates
from assistant.web.storage.feedback import Feedback
from evals.matching.answers import states

CATEGORY = "feedback"
_LONGEST_ANSWER = 2000
TO_COMPLETE = "to_complete"
_HOW = 'write what is right into answers and gold (or "unanswerable": true), then remove to_complete'

Record = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Facts:
    """Lines for a facts file, and lines for a person to complete."""

    facts: tuple[Record, ...]
    drafts: tuple[Record, ...]


def to_facts(feedback: Iterable[Feedback]) -> Facts:
    """One line for each answer that was judged, however many judged it, in order of the first verdict."""
    by_answer: dict[str, list[Feedback]] = {}
    for item in feedback:
        by_answer.setdefault(_id(item), []).append(item)
    facts, drafts = [], []
    record: Record
    why: str | None
    for name, verdicts in by_answer.items():
        said = {item.verdict for item in verdicts}
        if "down" in said:
            record, why = {}, "readers disagree about this answer" if "up" in said else "a reader says it is wrong"
        else:
            record, why = _fact(name, verdicts[-1])
        if why:
            drafts.append(_draft(name, verdicts, why))
        else:
            facts.append(record)
    return Facts(tuple(facts), tuple(drafts))


def to_lines(records: Sequence[Record]) -> str:
    """JSON lines, as `evals.datasets.facts.load_cases` reads them."""
    return "".join(f"{json.dumps(record, ensure_ascii=_has_surrogates(record))}\n" for record in records)


def _has_surrogates(record: Record) -> bool:
    return has_surrogates(json.dumps(record, ensure_ascii=False))


def _id(item: Feedback) -> str:
    """The same for the same question, conversation and answer, whoever judged it and how long it took."""
    told = [item.question, [[turn.role, turn.content] for turn in item.history], item.answer.get("answer")]
    return "feedback-" + hashlib.sha256(json.dumps([*told, dict(item.scope)]).encode()).hexdigest()[:12]


def _fact(name: str, item: Feedback) -> tuple[Record, str | None]:
    """The line, and why it is none yet."""
    answer = item.answer
    refused = answer.get("refused") is True
    record = {**_asked(name, item), "answers": [], "gold": [], "rejects": [], "unanswerable": refused}
    if item.settings.get("libraries") == "own":
        return (
            record,
            "it was asked of a user's own library, a fact is asked of the common one; name its paragraphs there",
        )
    if any(item.scope.values()):
        return record, "it was asked of some articles or dates only, a fact is asked of all"
    if refused:
        return record, None
    if len(str(answer.get("answer"))) > _LONGEST_ANSWER:
        return record, "it is too long to be matched; list the points a right answer makes"
    cited = {citation.get("number"): citation for citation in answer.get("citations") or ()}
    for sentence in answer.get("sentences") or ():
        sources = [cited[number] for number in sentence.get("citations") or () if number in cited]
        wordings = _wordings(str(sentence.get("text")), sources)
        if not sources:
            return record, "one of its sentences has no source"
        if not any(
            states(str(answer.get("answer")), wording, question=item.question, loose=True) for wording in wordings
        ):
            return record, "the scorers do not find its own words in it; choose shorter wordings"
        record["answers"].append(wordings)
        record["gold"].append(list(dict.fromkeys(source["paragraph_id"] for source in sources)))
    return record, None if record["answers"] else "it has no sentence"


def _asked(name: str, item: Feedback) -> Record:
    understood = str(item.answer.get("standalone_question") or "").strip() or item.question
    return {
        "id": name,
        "category": CATEGORY,
        "question": item.question,
        "history": [turn.to_dict() for turn in item.history] or None,
        "standalone": understood if understood != item.question else None,
    }


def _wordings(text: str, sources: Sequence[Mapping[str, Any]]) -> list[str]:
    """The sentence and the words it quotes."""
    quotes = (" ".join(str(source.get("quote", "")).split()) for source in sources)
    return [wording for wording in dict.fromkeys((text.strip(), *quotes)) if wording]


def _draft(name: str, verdicts: Sequence[Feedback], why: str) -> Record:
    item = verdicts[-1]
    answer = item.answer
    places = answer.get("citations") or answer.get("closest") or ()
    return {
        **_asked(name, item),
        "answers": [],
        "gold": [],
        "rejects": [],
        "unanswerable": False,
        TO_COMPLETE: {
            "how": _HOW,
            "why": why,
            "comments": [f"{one.verdict}: {one.comment}" for one in verdicts if one.comment],
            "answered": answer.get("answer"),
            "from": [{key: place.get(key) for key in ("paragraph_id", "quote", "text")} for place in places],
            "scope": dict(item.scope) or None,
            "model": answer.get("model"),
            "version": item.version,
        },
    }
