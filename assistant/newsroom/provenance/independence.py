"""Source independence: how many outlets carry a statement, and how many of these did not copy it.

Two reports are one source where they are of one outlet, where one holds the other's text in good part, by the
containment of their shingles (Broder 1997, "On the resemblance and containment of documents"), where both take it from
the same agency, or where one names the other's outlet.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from assistant.errors import ArticleError
from assistant.ingest.boilerplate import is_agency, sign_off
from assistant.library.dedup import near_in_time
from assistant.library.fingerprint import body_of, tokens
from assistant.newsroom.evidence.base import EvidenceBase
from assistant.newsroom.evidence.nearness import near_ids
from assistant.retrieval.passages import passages_of, quotable
from assistant.schema.articles import Article, Passage, outlets_of
from assistant.util.progress import Progress
from assistant.verification.reckoning import has_other_figure
from assistant.verification.verifier import STATED

PASSAGES = 60
"""How many passages a base is to find at once for `carriers`: of a story that many carry, most of their reports."""

_WORDS = 5
# The share of the shorter text's shingles from which it is a copy. Two reporters who quote the same words share
# some; cuts and a paragraph of one's own leave more.
_COPY = 0.3
# So few shingles are a phrase, and no text that can be told to be copied.
_LEAST = 8
_UNKNOWN = "unknown outlet"
_SENTENCE_START = re.compile(r"(?:^|[.!?:]\W*\s)\W*$")

Shingles = frozenset[tuple[str, ...]]


@dataclass(frozen=True, slots=True)
class Carriage:
    """The outlets that carry a statement, those of one source together: `agency` is the one they take it from."""

    groups: tuple[Group, ...]

    @property
    def outlets(self) -> int:
        """How many carry it, each outlet once."""
        return sum(len(group.outlets) for group in self.groups)

    @property
    def independent(self) -> int:
        """How many sources there are."""
        return len(self.groups)


@dataclass(frozen=True, slots=True)
class Group:
    """Reports that are one source."""

    outlets: tuple[str, ...]
    articles: tuple[str, ...]
    agency: str | None


def named(carriage: Carriage) -> str:
    """ "Post, Mail (agency IANS); Times": the outlets, one source's together."""
    return "; ".join(
        ", ".join(group.outlets) + (f" (agency {group.agency})" if group.agency else "") for group in carriage.groups
    )


def in_words(carriage: Carriage) -> str:
    """ "3 outlets carry it, from 2 independent sources: Post, Mail (agency IANS); Times."."""
    if carriage.outlets < 2:
        return "No other outlet carries it."
    if carriage.independent == 1:
        told = "all from one source"
    elif carriage.independent == carriage.outlets:
        told = "each independently"
    else:
        told = f"from {carriage.independent} independent sources"
    return f"{carriage.outlets} outlets carry it, {told}: {named(carriage)}."


def containment(one: Shingles, other: Shingles) -> float:
    """The share of the smaller set that the larger holds, in [0, 1]; 0 where it has too few shingles to tell."""
    smaller = min(len(one), len(other))
    return len(one & other) / smaller if smaller >= _LEAST else 0.0


def shingles(article: Article) -> Shingles:
    """Runs of five words of its text, without dateline and sign-off."""
    words = [token for text in body_of(article.paragraphs) for token in tokens(text)]
    return frozenset(tuple(words[start : start + _WORDS]) for start in range(len(words) - _WORDS + 1))


def agency_of(article: Article) -> str | None:
    """The agency that an article is from: its outlet, the one it cites, or the one named where a sign-off stands."""
    named = [article.via, article.source, sign_off(article.paragraphs[-1].text) if article.paragraphs else None]
    # What a report says it cites need not be on a list of agencies.
    return next((name for name in named if name and (name == article.via or is_agency(name))), None)


def names(article: Article, outlet: str) -> bool:
    """Whether a text names an outlet, as it is written; one word in capitals that begins a sentence is no name."""
    name = outlet.removeprefix("The ")
    form = re.compile(rf"(?<!\w){re.escape(name)}(?!\w)")
    found = [match for text in body_of(article.paragraphs) for match in form.finditer(text)]
    return any(" " in name or not _SENTENCE_START.search(match.string[: match.start()]) for match in found)


def group(articles: Sequence[Article]) -> Carriage:
    """Reports of one statement, those of one source together, in the order in which they first come."""
    reports = [_Report.of(article) for article in articles]
    groups: list[list[int]] = []
    for place, report in enumerate(reports):
        # It may join what was apart before: a text that two others each hold a half of.
        joined = [own for own in groups if any(report.is_one_source_with(reports[other]) for other in own)]
        merged = sorted([number for own in joined for number in own] + [place])
        groups = [own for own in groups if own not in joined] + [merged]
    return Carriage(tuple(_group([reports[place] for place in own]) for own in sorted(groups)))


def carriers(base: EvidenceBase, article: Article, claim: str, progress: Progress) -> Carriage:
    """Who carries `claim`, which stands in `article`: the same text, and reports of that week that state it.

    Of the passages that the base finds the articles are judged, so it is to find many. Raises `ModelError`.
    """
    return group([carrier for carrier in each_carrier(base, article, claim, progress) if carrier])


def each_carrier(base: EvidenceBase, article: Article, claim: str, progress: Progress) -> Iterator[Article | None]:
    """`article` and the others that `carriers` counts, one by one; None for one that was judged and does not carry it.

    Before each the language model is asked once at most, and only of what comes near the claim.
    """
    yield article
    passages = base.search(claim)
    near = set(near_ids(claim, passages))
    contexts = base.contexts(passages)
    own = shingles(article)
    for done, context in enumerate(contexts, 1):
        other = _article(base, context.passages[0])
        progress(done, len(contexts))
        if other is None or other.id == article.id or not near_in_time(article.published, other.published):
            continue
        if has_other_figure(claim, passages_of(other)):
            # Whatever a judge says, and however much is copied: 17 injured are not 14.
            yield None
        elif containment(own, shingles(other)) >= _COPY:
            yield other
        elif other.id in near:
            yield other if base.judge.stated(claim, context) >= STATED else None


def first_sentence(article: Article, number: int | None = None) -> str:
    """What its paragraph `number`, or the whole article, states first; "" where there is no text."""
    for paragraph in article.paragraphs:
        placed = Passage(paragraph, article.id, article.title, article.source, article.published)
        for start, end in quotable(placed) if number in (None, paragraph.number) else ():
            return paragraph.text[start:end]
    return ""


def _article(base: EvidenceBase, passage: Passage) -> Article | None:
    try:
        return base.index.article(passage.article_id)
    except ArticleError:
        # Removed while it was read.
        return None


def _key(agency: str | None) -> str | None:
    return agency.casefold().removesuffix(" news agency") if agency else None


@dataclass(frozen=True, slots=True)
class _Report:
    """An article with what tells its source; `outlets` are those that carry it, none where that is not known."""

    article: Article
    text: Shingles
    agency: str | None
    outlets: tuple[str, ...]

    @classmethod
    def of(cls, article: Article) -> _Report:
        return cls(article, shingles(article), agency_of(article), outlets_of([article]))

    def is_one_source_with(self, other: _Report) -> bool:
        same_agency = self.agency is not None and _key(self.agency) == _key(other.agency)
        same_outlet = not {one.casefold() for one in self.outlets}.isdisjoint(one.casefold() for one in other.outlets)
        return (
            same_agency
            or same_outlet
            or containment(self.text, other.text) >= _COPY
            or any(names(self.article, outlet) for outlet in other.outlets)
            or any(names(other.article, outlet) for outlet in self.outlets)
        )


def _group(reports: Sequence[_Report]) -> Group:
    articles = [report.article for report in reports]
    agency = next((report.agency for report in reports if report.agency), None)
    return Group(outlets_of(articles, _UNKNOWN), tuple(article.id for article in articles), agency)
