"""Bundles of invented news with questions, read from JSON and checked before anything runs.

A bundle is one file: one to three `articles` and the `items` that are asked about them. An item is
answerable, with a good answer for each article that states one, or it is not, with what a careless
reader would answer.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Annotated

from pydantic import Field, StringConstraints, ValidationError, model_validator

from assistant.errors import UsageError
from assistant.util.validation import Strict, fault
from evals.datasets.facts import Message
from evals.datasets.rows import Text

# A bundle's and an article's name become a folder's and a file's.
_Name = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9][A-Za-z0-9_-]*$")]


class BundleArticle(Strict):
    """An article; its paragraphs are counted from 1."""

    id: _Name
    title: Text
    source: Text
    published: date
    paragraphs: tuple[Text, ...] = Field(min_length=1)


class BundleQuote(Strict):
    """The exact characters of a paragraph that state an answer."""

    paragraph: int = Field(ge=1)
    text: Text


class GoldAnswer(Strict):
    """A good answer from one article. `points` lists what a right answer must say, each with its wordings."""

    article: str
    text: Text
    quotes: tuple[BundleQuote, ...] = Field(min_length=1)
    points: tuple[tuple[Text, ...], ...] = ()


class Statement(Strict):
    """A sentence about one article."""

    article: str
    text: Text


class Item(Strict):
    """One question. `supported` and `unsupported` are sentences that an article does and does not state."""

    type: Text
    question: Text
    answerable: bool
    history: tuple[Message, ...] | None = None
    standalone: Text | None = None
    answers: tuple[GoldAnswer, ...] = ()
    supported: tuple[Statement, ...] = ()
    unsupported: tuple[Statement, ...] = ()
    tempting: Text | None = None
    rejects: tuple[Text, ...] = ()

    @property
    def asked(self) -> str:
        """The question as it is put without the conversation."""
        return self.standalone or self.question

    @model_validator(mode="after")
    def _is_one_or_the_other(self) -> Item:
        if self.answerable and not self.answers:
            raise ValueError("answerable, but without answers; add one, or set answerable to false")
        if not self.answerable and self.answers:
            raise ValueError("has answers, but is not answerable; remove them, or set answerable to true")
        return self


class Bundle(Strict):
    """Articles and questions about them; `name` is the file's."""

    name: _Name
    articles: tuple[BundleArticle, ...] = Field(min_length=1)
    items: tuple[Item, ...] = Field(min_length=1)

    def article(self, article_id: str) -> BundleArticle:
        """The article of that id. Raises KeyError where there is none."""
        return {article.id: article for article in self.articles}[article_id]


def load_bundles(path: Path) -> list[Bundle]:
    """The bundles of a folder's `.json` files, by name, or of one file.

    Raises `UsageError` "file: item 3: what is wrong; how to mend it".
    """
    if not path.exists():
        raise UsageError(f"{path}: no such file or folder; name a bundle or a folder of bundles")
    files = sorted(path.glob("*.json")) if path.is_dir() else [path]
    if not files:
        raise UsageError(f"{path}: no .json file in this folder; add a bundle, or name another folder")
    return [load_bundle(file) for file in files]


def load_bundle(file: Path) -> Bundle:
    """One bundle. Raises `UsageError`, see `load_bundles`."""
    try:
        record = _Content.model_validate_json(file.read_bytes())
        bundle = Bundle(name=file.stem, articles=record.articles, items=record.items)
    except OSError as error:
        raise UsageError(f"{file}: cannot be read ({error.strerror}); name a bundle") from error
    except ValidationError as error:
        raise UsageError(f"{file}: {fault(error)}; mend the file") from error
    for told in _faults(bundle):
        raise UsageError(f"{file}: {told}")
    return bundle


class _Content(Strict):
    articles: tuple[BundleArticle, ...] = Field(min_length=1)
    items: tuple[Item, ...] = Field(min_length=1)


def _faults(bundle: Bundle) -> Iterator[str]:
    """What the items say of articles that are not so."""
    known = {article.id: article for article in bundle.articles}
    if len(known) < len(bundle.articles):
        yield "two articles have the same id; give each its own"
    for number, item in enumerate(bundle.items, start=1):
        named = [told.article for told in item.answers]
        named += [told.article for told in (*item.supported, *item.unsupported)]
        for article in named:
            if article not in known:
                yield f"item {number}: article {article!r} is not in the bundle; correct the id"
        for answer in item.answers:
            paragraphs = known[answer.article].paragraphs
            for quote in answer.quotes:
                if quote.paragraph > len(paragraphs) or quote.text not in paragraphs[quote.paragraph - 1]:
                    yield (
                        f"item {number}: the quote {quote.text[:60]!r} is not in paragraph {quote.paragraph}"
                        f" of article {answer.article!r}; copy its exact characters"
                    )
            if any(not point for point in answer.points):
                yield f"item {number}: a point of the answer has no wording; list at least one"
