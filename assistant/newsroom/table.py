"""CSV (RFC 4180) with a header, one row for each sentence and source."""

from __future__ import annotations

import csv
import io

from assistant.newsroom.fact_check import CheckedAnswer, CheckedSentence, FactCheck, Source

COLUMNS = (
    "question as_of sentence reason quote outlet via also author published url title article_id paragraph paragraph_id "
    "sha256 before text after state accessed"
).split()
# A spreadsheet would calculate what begins so (https://owasp.org/www-community/attacks/CSV_Injection).
_FORMULA = ("=", "+", "-", "@", "\t", "\r")


def to_csv(check: FactCheck) -> str:
    """A refusal has one row, with its reason. A cell that a spreadsheet would calculate begins with an apostrophe."""
    out = io.StringIO()
    table = csv.DictWriter(out, COLUMNS, restval="")
    table.writeheader()
    accessed = check.accessed.isoformat(timespec="seconds")
    for answer in check.answers:
        for row in _rows(answer):
            table.writerow({name: _cell(value) for name, value in {**row, "accessed": accessed}.items()})
    return out.getvalue()


def _rows(answer: CheckedAnswer) -> list[dict[str, str]]:
    rows = [_row(sentence, source) for sentence in answer.sentences for source in sentence.sources]
    return [{"question": answer.question, **_told(answer), **row} for row in rows or [{}]]


def _told(answer: CheckedAnswer) -> dict[str, str]:
    return {"reason": answer.reason or "", "as_of": answer.as_of.isoformat() if answer.as_of else ""}


def _row(sentence: CheckedSentence, source: Source) -> dict[str, str]:
    return {
        "sentence": sentence.text,
        "quote": source.quote,
        "outlet": source.outlet or "",
        "via": source.via or "",
        "also": "; ".join(source.also),
        "author": source.author or "",
        "published": source.published.isoformat() if source.published else "",
        "url": source.url or "",
        "title": source.title,
        "article_id": source.article_id,
        "paragraph": str(source.paragraph),
        "paragraph_id": source.paragraph_id,
        "sha256": source.sha256,
        "before": source.before,
        "text": source.text,
        "after": source.after,
        "state": source.state,
    }


def _cell(value: str) -> str:
    return f"'{value}" if value.startswith(_FORMULA) else value
