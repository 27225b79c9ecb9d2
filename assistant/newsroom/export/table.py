"""Table of a fact check, one row for each sentence and source."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from assistant.newsroom.export.fact_check import CheckedAnswer, CheckedSentence, FactCheck, Source
from assistant.newsroom.export.spreadsheet import to_spreadsheet
from assistant.newsroom.provenance.independence import named

COLUMNS = (
    "question as_of sentence reason quote outlet via also author published url title article_id paragraph paragraph_id "
    "sha256 before text after state outlets independent accessed carriers byline reckoned"
).split()


def to_csv(check: FactCheck) -> str:
    """CSV; a refusal has one row, with its reason, and so has what of a question is not answered."""
    return to_spreadsheet(COLUMNS, _all_rows(check))


def _all_rows(check: FactCheck) -> Iterator[dict[str, Any]]:
    accessed = check.accessed.isoformat(timespec="seconds")
    for answer in check.answers:
        for row in _rows(answer):
            yield {**row, "accessed": accessed}


def _rows(answer: CheckedAnswer) -> list[dict[str, Any]]:
    rows = [_row(sentence, source) for sentence in answer.sentences for source in sentence.sources or [None]]
    rows += [{"reason": line} for line in answer.missing]
    return [{"question": answer.question, "as_of": answer.as_of, **row} for row in rows or [{"reason": answer.reason}]]


def _row(sentence: CheckedSentence, source: Source | None) -> dict[str, Any]:
    told = {"sentence": sentence.text, "byline": sentence.byline, "reckoned": "yes" if sentence.reckoned else None}
    return told | (_cells(source) if source else {})


def _cells(source: Source) -> dict[str, Any]:
    return {
        "quote": source.quote,
        "outlet": source.outlet,
        "via": source.via,
        "also": source.also,
        "author": source.author,
        "published": source.published,
        "url": source.url,
        "title": source.title,
        "article_id": source.article_id,
        "paragraph": source.paragraph,
        "paragraph_id": source.paragraph_id,
        "sha256": source.sha256,
        "before": source.before,
        "text": source.text,
        "after": source.after,
        "state": source.state,
        "outlets": source.carriage.outlets if source.carriage else None,
        "independent": source.carriage.independent if source.carriage else None,
        "carriers": named(source.carriage) if source.carriage else None,
    }
