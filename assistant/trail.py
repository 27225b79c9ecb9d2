"""How an answer came about, as plain JSON values: `--explain` and the page show it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict
from typing import Any

from assistant.gate import SentenceSignals, Verdict, Written
from assistant.schema import Passage, passage_to_dict

SHOWN = "shown"
NOT_SUPPORTED = "not stated by the paragraph"
UNLIKELY = "unlikely to answer the question"
REPEATED = "says the same as a sentence shown"
BETTER = "another report answers better"


class Trail:
    """Collects what happened, part by part of a question."""

    def __init__(self) -> None:
        self._parts: list[dict[str, Any]] = []

    def part(self, question: str) -> None:
        """A question, or a part of one, is taken up."""
        self._parts.append({"question": question, "passages": [], "reports": [], "sentences": []})

    def retrieved(self, passages: Sequence[Passage]) -> None:
        """What retrieval found, with both scores."""
        self._parts[-1]["passages"] = [passage_to_dict(passage) for passage in passages]

    def judged(self, verdict: Verdict) -> None:
        """The gate's signals and verdict on one report."""
        first = verdict.report.passages[0]
        self._parts[-1]["reports"].append(
            {
                "article_id": first.article_id,
                "title": first.title,
                "source": first.source,
                "published": first.published.isoformat() if first.published else None,
                "paragraphs": [passage.paragraph.number for passage in verdict.report.passages],
                "probability": round(verdict.probability, 4),
                "signals": {name: round(value, 4) for name, value in asdict(verdict.signals).items()},
            }
        )

    def checked(
        self, written: Written, *, confidence: float | None = None, signals: SentenceSignals | None = None
    ) -> dict[str, Any]:
        """A draft sentence and its check; the entry's "outcome" is set when it is known."""
        entry: dict[str, Any] = {
            "draft": written.draft,
            "quotation": written.verbatim or written.quoted,
            "evidence": [
                {
                    "paragraph_id": part.passage.paragraph.id,
                    "quote": part.quote.text,
                    "support": round(part.support, 4),
                    "problems": list(part.problems),
                }
                for part in written.shown
            ],
            "confidence": None if confidence is None else round(confidence, 4),
            "signals": {name: round(value, 4) for name, value in asdict(signals).items()} if signals else {},
            "outcome": NOT_SUPPORTED,
        }
        self._parts[-1]["sentences"].append(entry)
        return entry

    def to_dict(self, threshold: float) -> dict[str, Any]:
        """The whole record."""
        return {"threshold": threshold, "parts": self._parts}
