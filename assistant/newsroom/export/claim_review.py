"""ClaimReview export (https://schema.org/ClaimReview): JSON-LD, one a sentence."""

from __future__ import annotations

import json
from typing import Any

from assistant.newsroom.export.fact_check import CheckedSentence, FactCheck, Source
from assistant.schema.articles import iso_day

_STATED = "Stated in the cited report; checked by a program"
_RECKONED = "Follows from the cited report, which does not print the figure; checked by a program"


def to_claim_review(check: FactCheck) -> str:
    """A JSON-LD graph; a refusal claims nothing and is not in it, nor is a sentence that cites nothing."""
    reviews = [
        _review(answer.question, sentence, check)
        for answer in check.answers
        for sentence in answer.sentences
        if sentence.sources
    ]
    return json.dumps({"@context": "https://schema.org", "@graph": reviews}, ensure_ascii=False, indent=2) + "\n"


def _review(question: str, sentence: CheckedSentence, check: FactCheck) -> dict[str, Any]:
    return {
        "@type": "ClaimReview",
        "name": question,
        "claimReviewed": sentence.text,
        "datePublished": check.accessed.isoformat(timespec="seconds"),
        "author": {"@type": "Organization", "name": "news-assistant"},
        "reviewRating": {"@type": "Rating", "alternateName": _RECKONED if sentence.reckoned else _STATED},
        "itemReviewed": {"@type": "Claim", "appearance": [_article(source) for source in sentence.sources]},
    }


def _article(source: Source) -> dict[str, Any]:
    known = {
        "@type": "NewsArticle",
        "identifier": source.article_id,
        "headline": source.title,
        "publisher": {"@type": "Organization", "name": source.outlet} if source.outlet else None,
        "author": {"@type": "Person", "name": source.author} if source.author else None,
        "datePublished": iso_day(source.published),
        "url": source.url,
        "hasPart": {
            "@type": "Quotation",
            "identifier": [
                source.paragraph_id,
                {"@type": "PropertyValue", "propertyID": "SHA-256", "value": source.sha256},
            ],
            "position": source.paragraph,
            "text": source.quote,
        },
    }
    return {name: value for name, value in known.items() if value is not None}
