"""Drafts → what a model would have written, over the numbered paragraphs of its articles."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Annotated

from pydantic import Field, model_validator

from assistant.errors import UsageError
from assistant.retrieval.numbered import NumberedContext
from assistant.schema.articles import Article
from assistant.settings import PROJECT
from assistant.util.validation import Strict
from evals.datasets.bundle_cases import article_id, check_articles, read_articles, write_articles
from evals.datasets.bundles import load_bundle
from evals.datasets.news import BUNDLES
from evals.datasets.rows import Text, read_rows
from evals.judgements.items import whole_report

SEEDS = "seeds"
DRAFTS = Path(__file__).parent / "drafts.jsonl"
# More than the articles of any set have: they are read whole.
_TOKENS = 1_000_000

# An article's id in its set, and the paragraph's number from 1.
Place = tuple[Text, Annotated[int, Field(ge=1)]]


class WrittenSentence(Strict):
    """A sentence; `cites` are the paragraphs that together state it, of a `planted` error what it falsifies.

    `written` is what the draft cites where it is something else; `lead` the line that its list stands under.
    """

    text: Text
    cites: Annotated[tuple[Place, ...], Field(min_length=1)]
    planted: Text | None = None
    written: tuple[Place, ...] | None = None
    lead: Text | None = None

    @property
    def claim(self) -> str:
        """What it says, with what it stands under."""
        return f"{self.lead} {self.text}" if self.lead else self.text


class WrittenDraft(Strict):
    """An answer to `question` over the articles of `set`: the two in seeds/, or a bundle's.

    `missing` is what it says is not stated ("": nothing is); `unanswerable`: that is all that it should say.
    """

    id: Text
    set: Text
    question: Text
    history: tuple[tuple[Text, Text], ...] | None = None
    sentences: tuple[WrittenSentence, ...] = ()
    missing: tuple[str, ...] = ()
    unanswerable: bool = False

    @model_validator(mode="after")
    def _is_either(self) -> WrittenDraft:
        if self.unanswerable and (self.sentences or not self.missing):
            raise ValueError("unanswerable, so it has no sentences and says what is missing")
        if not self.unanswerable and not self.sentences:
            raise ValueError("has no sentence; write one, or set unanswerable")
        return self

    @property
    def planted(self) -> bool:
        """Whether an error is planted in it."""
        return any(sentence.planted for sentence in self.sentences)


def load_drafts(path: Path = DRAFTS) -> list[WrittenDraft]:
    """The drafts of a JSONL file. Raises `UsageError` with file and line."""
    drafts: dict[str, WrittenDraft] = {}
    for place, draft in read_rows(path, WrittenDraft, "name a file of drafts"):
        if draft.id in drafts:
            raise UsageError(f"{place}: the id {draft.id!r} is there twice; give each its own")
        drafts[draft.id] = draft
    return list(drafts.values())


class ArticleSets:
    """The articles of every set, read by the product's own readers; each set once."""

    def __init__(self, bundles: Path = BUNDLES, seeds: Path = PROJECT / "seeds") -> None:
        self._bundles = bundles
        self._seeds = seeds
        self._sets: dict[str, Mapping[str, Article]] = {}

    def context(self, draft: WrittenDraft) -> NumberedContext:
        """The paragraphs of all articles of its set, whole and numbered. Raises `UsageError`."""
        articles = self._articles(draft).values()
        return NumberedContext.of((each for one in articles for each in whole_report(one).passages), _TOKENS)

    def paragraphs(self, draft: WrittenDraft, places: Sequence[Place]) -> list[str]:
        """The ids of these paragraphs. Raises `UsageError` for one that is not there."""
        articles = self._articles(draft)
        found = []
        for article, number in places:
            paragraphs = articles[article].paragraphs if article in articles else ()
            if number > len(paragraphs):
                raise UsageError(f"draft {draft.id}: {draft.set} has no paragraph {number} of {article!r}; correct it")
            found.append(paragraphs[number - 1].id)
        return found

    def _articles(self, draft: WrittenDraft) -> Mapping[str, Article]:
        if draft.set not in self._sets:
            self._sets[draft.set] = read_articles(self._seeds) if draft.set == SEEDS else self._bundle(draft)
        return self._sets[draft.set]

    def _bundle(self, draft: WrittenDraft) -> Mapping[str, Article]:
        file = self._bundles / f"{draft.set}.json"
        if not file.is_file():
            raise UsageError(f"draft {draft.id}: there is no bundle {draft.set!r} in {self._bundles}; correct the set")
        bundle = load_bundle(file)
        with tempfile.TemporaryDirectory() as scratch:
            write_articles(bundle, Path(scratch))
            found = read_articles(Path(scratch))
        check_articles([bundle], found)
        return {article.id: found[article_id(bundle.name, article.id)] for article in bundle.articles}


def as_written(draft: WrittenDraft, sets: ArticleSets) -> str:
    """The text that a model would have sent: a sentence a line, its numbers before the full stop."""
    numbers = {passage.paragraph.id: number for number, passage in sets.context(draft).passages}
    return "\n".join(_lines(draft, sets, numbers))


def _lines(draft: WrittenDraft, sets: ArticleSets, numbers: Mapping[str, int]) -> Iterator[str]:
    lead = None
    for sentence in draft.sentences:
        if sentence.lead and sentence.lead != lead:
            yield sentence.lead
        lead = sentence.lead
        places = sentence.cites if sentence.written is None else sentence.written
        marks = "".join(f"[{numbers[one]}]" for one in sets.paragraphs(draft, places))
        body, stop = (sentence.text[:-1], ".") if sentence.text.endswith(".") else (sentence.text, "")
        yield f"{'- ' if lead else ''}{body}{' ' if marks else ''}{marks}{stop}"
    yield from (f"NOT STATED: {what}" if what else "NOT STATED" for what in draft.missing)
