"""A small bundle as JSON, and answers to a bundle's questions as the product would give them."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from evals.datasets.bundle_cases import paragraph_id
from evals.datasets.bundles import Bundle, GoldAnswer
from evals.schema import Case, Result

SMALL: dict[str, Any] = {
    "articles": [
        {
            "id": "a1",
            "title": "Lamp of Skerry relit",
            "source": "Coast Weekly",
            "published": "2021-03-04",
            "paragraphs": [
                "The lamp of Skerry was lit again on Monday by Ada Brown.",
                "It had been dark for nine years, the harbour office said.",
            ],
        },
        {
            "id": "a2",
            "title": "Lamp of Skerry dark again",
            "source": "Coast Weekly",
            "published": "2022-05-06",
            "paragraphs": ["The lamp of Skerry has failed, its keeper Tom Reed said on Friday."],
        },
    ],
    "items": [
        {
            "type": "who",
            "question": "Who lit the lamp again?",
            "history": None,
            "answerable": True,
            "answers": [
                {
                    "article": "a1",
                    "text": "Ada Brown lit the lamp of Skerry again.",
                    "quotes": [{"paragraph": 1, "text": "lit again on Monday by Ada Brown"}],
                    "points": [["Ada Brown", "Brown"]],
                }
            ],
            "supported": [{"article": "a1", "text": "On Monday Ada Brown lit the lamp."}],
            "unsupported": [{"article": "a1", "text": "Tom Reed lit the lamp again."}],
            "rejects": ["Tom Reed lit"],
        },
        {
            "type": "both",
            "question": "Who kept the lamp in 2021 and who in 2022?",
            "answerable": True,
            "answers": [
                {
                    "article": "a1",
                    "text": "In 2021 it was Ada Brown.",
                    "quotes": [{"paragraph": 1, "text": "by Ada Brown"}],
                    "points": [["Ada Brown"]],
                },
                {
                    "article": "a2",
                    "text": "In 2022 it was Tom Reed.",
                    "quotes": [{"paragraph": 1, "text": "its keeper Tom Reed"}],
                    "points": [["Tom Reed"], ["Ada Brown"]],
                },
            ],
            "rejects": ["Reed in 2021"],
        },
        {
            "type": "latest",
            "question": "How does the lamp stand now?",
            "answerable": True,
            "answers": [
                {
                    "article": "a2",
                    "text": "The lamp has failed.",
                    "quotes": [{"paragraph": 1, "text": "has failed"}],
                    "points": [["failed", "dark"]],
                },
                {
                    "article": "a1",
                    "text": "In March 2021 the lamp was lit again.",
                    "quotes": [{"paragraph": 1, "text": "was lit again"}],
                    "points": [["lit again"]],
                },
            ],
            "rejects": ["still burning"],
        },
        {
            "type": "number",
            "question": "How many years was it dark?",
            "answerable": True,
            "answers": [
                {
                    "article": "a1",
                    "text": "It was dark for nine years.",
                    "quotes": [{"paragraph": 2, "text": "dark for nine years"}],
                    "points": [["nine"]],
                },
                {
                    "article": "a2",
                    "text": "It has failed.",
                    "quotes": [{"paragraph": 1, "text": "has failed"}],
                    "points": [["failed"], ["Friday"]],
                },
            ],
            "rejects": [],
        },
        {
            "type": "follow_up_outside",
            "question": "And what did he earn?",
            "history": [
                {"role": "user", "content": "Who is the keeper?"},
                {"role": "assistant", "content": "Tom Reed."},
            ],
            "standalone": "What did Tom Reed earn?",
            "answerable": False,
            "tempting": "Tom Reed earned nine pounds.",
            "rejects": ["nine pounds"],
        },
    ],
}


def small(**changes: Any) -> dict[str, Any]:
    """A copy that a test may spoil."""
    copy: dict[str, Any] = json.loads(json.dumps(SMALL))
    return copy | changes


def write_bundle(folder: Path, record: dict[str, Any], name: str = "s-01") -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / f"{name}.json"
    path.write_text(json.dumps(record, ensure_ascii=False), encoding="utf-8")
    return path


def given(case: Case, bundle: Bundle, answers: Sequence[GoldAnswer], **changes: Any) -> Result:
    """A result that shows these answers, a sentence each, with their first quotes as citations."""
    citations, rows = [], []
    for number, answer in enumerate(answers, start=1):
        quote = answer.quotes[0]
        text = bundle.article(answer.article).paragraphs[quote.paragraph - 1]
        start = text.index(quote.text)
        citations.append(
            {
                "number": number,
                "paragraph_id": paragraph_id(bundle.name, answer.article, quote.paragraph),
                "text": text,
                "quote": quote.text,
                "start": start,
                "end": start + len(quote.text),
            }
        )
        rows.append({"text": answer.text, "citations": [number], "support": 1.0, "quoted": False, "byline": None})
    answer_json: dict[str, Any] = {
        "answer": " ".join(f"{row['text']} [{row['citations'][0]}]" for row in rows) or "The articles do not say.",
        "refused": not rows,
        "refusal_reason": None,
        "confidence": 0.9,
        "sentences": rows,
        "citations": citations,
        "timings_ms": {"total": 1000},
    }
    return Result(case, {**answer_json, **changes})
