"""An answer with two sources and what the library holds of them; the texts are hard to write out."""

from __future__ import annotations

import json
from datetime import UTC, date, datetime
from typing import Any

from assistant.newsroom.answers.file import parse_answers
from assistant.newsroom.export.fact_check import FactCheck, fact_check
from assistant.schema.answers import Answer, Citation, Sentence
from assistant.schema.articles import Article, Paragraph

ACCESSED = datetime(2024, 5, 6, 7, 8, 9, tzinfo=UTC)
FERRY = Article(
    "ferry",
    "Ferry & bus: 50% of {Skar} waits }",
    "The Skar Post",
    date(2019, 5, 2),
    tuple(
        Paragraph(f"ferry#p{number}", number, text)
        for number, text in enumerate(
            ["<b>Spring</b> came.", "The ferry to Skar stops on Friday, *no* longer.", "A bus takes its place."], 1
        )
    ),
    url="https://skar.example/a_b?c=1&d=%20{x}",
    author="Åse Berg and Ola Dahl",
)
TIDE = Article("tide/1", "Tides", None, None, (Paragraph("tide/1#p1", 1, "=1+1 is the tide."),))


def citation(number: int, article: Article, paragraph: int, quote: str) -> Citation:
    stands = article.paragraphs[paragraph - 1]
    start = stands.text.index(quote)
    return Citation(
        number,
        article.id,
        article.title,
        article.source,
        None,
        article.published,
        paragraph,
        stands.id,
        stands.text,
        quote,
        start,
        start + len(quote),
    )


ANSWER = Answer(
    question="When does the ferry stop?",
    standalone_question="When does the ferry stop?",
    answer="On Friday [1]. The tide is two [2].",
    refused=False,
    refusal_reason=None,
    confidence=0.9,
    sentences=(Sentence("On Friday.", (1,), 0.9), Sentence("The tide is two.", (2,), None)),
    citations=(citation(1, FERRY, 2, "stops on Friday, *no* longer"), citation(2, TIDE, 1, "=1+1 is the tide.")),
    closest=(),
    model="embedded",
)
REFUSAL = Answer(
    "Who is <i>mayor</i>?", "Who is mayor?", "No.", True, "The articles do not say.", None, (), (), (), "m"
)


def saved(*answers: Answer) -> str:
    """As `--output` writes them."""
    return "".join(json.dumps(answer.to_dict()) + "\n" for answer in answers)


def check(*answers: Answer, articles: tuple[Article, ...] = (FERRY, TIDE)) -> FactCheck:
    held: dict[str, Any] = {article.id: article for article in articles}
    return fact_check(parse_answers(saved(*answers), "a.jsonl"), held.get, ACCESSED)
