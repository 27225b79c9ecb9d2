"""Bundles → cases, and their articles as files that the product's own readers take."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from pathlib import Path

from assistant.errors import UsageError
from assistant.ingest.discover import list_files
from assistant.schema.articles import Article
from evals.datasets.bundles import Bundle, GoldAnswer, Item
from evals.schema import Case, GoldQuote

BOTH, LATEST = "both", "latest"
Points = tuple[tuple[str, ...], ...]


def cases_of(bundles: Sequence[Bundle]) -> list[Case]:
    """The items of all bundles as cases, in order; an id is the bundle's name and the item's number.

    Raises `UsageError` where an answer has no points, by which it could be judged.
    """
    return [_case(bundle, number, item) for bundle in bundles for number, item in enumerate(bundle.items, start=1)]


def article_id(bundle: str, article: str) -> str:
    """The product's id of an article that `write_articles` has written."""
    return f"{bundle}/{article}"


def paragraph_id(bundle: str, article: str, number: int) -> str:
    """The product's id of its paragraph `number`, from 1."""
    return f"{article_id(bundle, article)}#p{number}"


def write_articles(bundle: Bundle, folder: Path) -> None:
    """Write each article as one JSON file below `folder`, in a folder of the bundle's name."""
    below = folder / bundle.name
    below.mkdir(parents=True, exist_ok=True)
    for article in bundle.articles:
        record = article.model_dump(mode="json", include={"title", "source", "published", "paragraphs"})
        (below / f"{article.id}.json").write_text(json.dumps(record, ensure_ascii=False), encoding="utf-8")


def read_articles(folder: Path) -> dict[str, Article]:
    """The articles below a folder that `write_articles` has filled, by id. Raises `UsageError`, `ArticleError`."""
    found: dict[str, Article] = {}
    for file in list_files(folder):
        for article in file.articles():
            if not isinstance(article, Article):
                raise UsageError(article.message)
            found[article.id] = article
    return found


def check_articles(bundles: Sequence[Bundle], found: Mapping[str, Article]) -> None:
    """Raise `UsageError` where an article was not read as the bundle has it.

    Its paragraphs would be counted otherwise, and right citations held to be wrong ones.
    """
    for bundle in bundles:
        for article in bundle.articles:
            read = found.get(article_id(bundle.name, article.id))
            same = read is not None and (
                (read.title, read.source, read.published) == (article.title, article.source, article.published)
                and [(each.number, each.text) for each in read.paragraphs] == list(enumerate(article.paragraphs, 1))
            )
            if not same:
                raise UsageError(
                    f"bundle {bundle.name!r}: article {article.id!r} is not read as it is written there; take"
                    " out invisible characters, double spaces and line breaks"
                )


def _case(bundle: Bundle, number: int, item: Item) -> Case:
    identifier = f"{bundle.name}-{number:02}"
    if any(not answer.points for answer in item.answers):
        raise UsageError(
            f"bundle {bundle.name!r}, item {number}: an answer without points cannot be matched;"
            " list the points that a right answer makes, each with its acceptable wordings"
        )
    counted, others = _counted(item)
    points, gold = _points(bundle, item, counted)
    other_values = [wording for answer in others for point in answer.points for wording in point]
    confusable = len(bundle.articles) > 1 and item.answerable
    return Case(
        id=identifier,
        question=item.question,
        category=item.type,
        history=tuple(message.as_turn() for message in item.history or ()),
        answers=points,
        rejects=item.rejects,
        gold=gold,
        unanswerable=not item.answerable,
        standalone=item.standalone,
        # Of a single article nothing can be taken for another's.
        other_answers=tuple(dict.fromkeys((*other_values, *(item.rejects if confusable else ())))),
        alternatives=() if item.type == BOTH else tuple(answer.points for answer in counted[1:]),
        quotes=tuple(
            GoldQuote(paragraph_id(bundle.name, answer.article, quote.paragraph), quote.text)
            for answer in counted
            for quote in answer.quotes
        ),
        references=tuple(answer.text for answer in item.answers),
        by_figure=True,
        halved=False,
    )


def _counted(item: Item) -> tuple[Sequence[GoldAnswer], Sequence[GoldAnswer]]:
    """The answers that count: of a question for the latest the first listed, the newest; and the others."""
    return (item.answers[:1], item.answers[1:]) if item.type == LATEST else (item.answers, ())


def _points(bundle: Bundle, item: Item, counted: Sequence[GoldAnswer]) -> tuple[Points, Points]:
    """The points that must be made, and for each the paragraphs that state it.

    For `both` they are those of every answer. Else those of the first, of which any answer's
    paragraphs are gold: an answer from another article makes other points of the same question.
    """
    paragraphs = {
        answer.article: [paragraph_id(bundle.name, answer.article, quote.paragraph) for quote in answer.quotes]
        for answer in counted
    }
    gold: dict[tuple[str, ...], list[str]] = {}
    for answer in counted if item.type == BOTH else counted[:1]:
        for point in answer.points:
            stated = (
                paragraphs[answer.article] if item.type == BOTH else [p for own in paragraphs.values() for p in own]
            )
            gold.setdefault(point, []).extend(stated)
    return tuple(gold), tuple(tuple(dict.fromkeys(ids)) for ids in gold.values())
