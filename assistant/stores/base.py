"""Store interface: what an index asks of a store, whatever engine is behind it."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from llama_index.core.schema import TextNode
from llama_index.core.vector_stores.types import BasePydanticVectorStore

from assistant.schema.articles import ArticleFilter
from assistant.text.unicode import fold


@dataclass(frozen=True, slots=True)
class Record:
    """What a store keeps of one article besides its paragraphs.

    `header` holds plain JSON values: title, source, via, path, url, author, language, published
    and modified (ISO or None), corrected, paragraphs (how many). `origin` is the source it was indexed from, `file` the
    file's path there and `digest`, `size` (bytes), `modified` (nanoseconds) that file's
    fingerprint; `story` is the hash of the article's words, the same for the same wire story;
    `same_as` is the id of the article that this one repeats (its own paragraphs are then not kept).
    """

    id: str
    header: Mapping[str, Any]
    origin: str = ""
    file: str = ""
    digest: str = ""
    size: int = 0
    modified: int = 0
    story: str = ""
    same_as: str | None = None

    @property
    def searched(self) -> str:
        """Title and outlet as the words of an `ArticleFilter` are looked for in them."""
        return fold(f"{self.header.get('title') or ''} {self.header.get('source') or ''}")


@dataclass(frozen=True, slots=True)
class Size:
    """How much a store holds."""

    articles: int
    paragraphs: int
    characters: int


@dataclass(frozen=True, slots=True)
class Fault:
    """What does not hold in a store, in one line, and the article concerned; None: the whole store is damaged."""

    message: str
    article_id: str | None = None


class Store(BasePydanticVectorStore):
    """A llama-index vector store that also keeps the articles' records.

    Nodes carry `article_id`, `published` (ISO or None) and `heading` in their metadata, their
    paragraph's number as `number`. Query modes: DEFAULT (dense), TEXT_SEARCH (BM25), HYBRID (both,
    fused by rank); each returned node's metadata holds `dense_score` and `bm25_score`, None where
    that side did not return it. Filters: `published` with >=, <=, ==; `article_id` with == and IN.
    A record with `same_as` keeps no paragraphs, and `listed`, `count`, `months` and `size` pass it over;
    `records` and `record` give it.
    Every method raises `IndexStoreError` with a remedy when the engine fails.
    """

    @abstractmethod
    def replace(self, items: Sequence[tuple[Record, Sequence[TextNode]]]) -> None:
        """Put articles in place of any with their ids; durable, and visible as a whole, on return."""

    @abstractmethod
    def remove(self, ids: Iterable[str]) -> None:
        """Remove articles with their paragraphs; unknown ids are passed over."""

    @abstractmethod
    def touch(self, records: Sequence[Record]) -> None:
        """Replace records (not paragraphs) of articles that are there."""

    @abstractmethod
    def records(self, origin: str | None = None) -> Iterator[Record]:
        """All records, or those of one origin, in no order; memory flat."""

    @abstractmethod
    def record(self, article_id: str) -> Record | None:
        """One record."""

    @abstractmethod
    def same_story(self, story: str) -> list[Record]:
        """The records that keep the paragraphs of this story, by id; several where they lie far apart in time."""

    @abstractmethod
    def listed(
        self, chosen: ArticleFilter, *, limit: int, offset: int = 0, after: Record | None = None
    ) -> list[Record]:
        """Records by date, oldest first, undated last, then by id; those behind `after`, which may be gone.

        By words and outlet a repeated story is chosen by its own record too, and then listed as the one that keeps
        its paragraphs.
        """

    @abstractmethod
    def count(self, chosen: ArticleFilter) -> int:
        """How many `listed` would return without a limit."""

    @abstractmethod
    def ids(self, chosen: ArticleFilter) -> list[str]:
        """The ids under which the paragraphs of the chosen articles are kept, each once.

        A repeated story is chosen by its own record too, its outlet say, and then told as the one that keeps
        its paragraphs.
        """

    @abstractmethod
    def outlets(self) -> list[tuple[str, int]]:
        """Outlets with their number of articles, those that they repeat too, most first."""

    @abstractmethod
    def months(self) -> list[tuple[str, int]]:
        """Months ("2023-03") with their number of articles, oldest first; undated left out."""

    @abstractmethod
    def nodes_of(self, article_id: str) -> list[TextNode]:
        """An article's paragraphs in reading order, without vectors."""

    @abstractmethod
    def holding(self, text: str) -> set[str]:
        """The articles with a paragraph that has every word of `text` in some form, and perhaps others: none of them is
        missing."""

    @abstractmethod
    def vectors_of(self, article_id: str) -> list[list[float]]:
        """The vectors of an article's paragraphs, in the order of `nodes_of`: a moved article keeps them."""

    @abstractmethod
    def faults(self) -> Iterator[Fault]:
        """What is wrong: the engine's own integrity check; paragraphs without a record (`remove` of
        their article id clears them) or not as many as the record's header says; vectors of
        another length or not finite; paragraphs that word search does not know. Reads only."""

    @abstractmethod
    def size(self) -> Size:
        """How much is stored; fast (kept or cached by generation)."""

    @abstractmethod
    def generation(self) -> int:
        """A number that changes with every write, whoever wrote; fast."""

    @abstractmethod
    def note(self, key: str) -> str | None:
        """A small named setting of the index; None where it was never set."""

    @abstractmethod
    def set_note(self, key: str, value: str) -> None:
        """Store the setting."""

    @abstractmethod
    def close(self) -> None:
        """Release what is open."""
