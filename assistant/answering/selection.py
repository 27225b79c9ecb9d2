"""Selection of articles to write from and of claims to show: enough, once each, dates side by side."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from assistant.answering.confidence import Label, label, log_odds
from assistant.answering.names_asked import other_lacks_asked_name
from assistant.query.query import Query
from assistant.retrieval.context import ArticleContext
from assistant.schema.trace import ApartOutcome
from assistant.text.numbers import western_digits
from assistant.verification.verifier import Claim

# Log-odds by which a second article may be behind the best one. Chosen by hand: by one of them a judge differs with
# the processor (docs/measured.md).
_BEHIND = 3.0
# P(answered) from which an article is written from, however sure the judge is of another (docs/measured.md).
_AS_LIKELY_AS_NOT = 0.5
# A quotation needs more: the sentence nearest to an unanswered question is always a tempting one (docs/measured.md).
_QUOTED = 0.7
# A report within a year of a time may speak of it as "next month" and "last year".
_NEARBY = timedelta(days=366)


@dataclass(frozen=True, slots=True)
class Candidate:
    """An article and the judge's probability that it answers the question."""

    context: ArticleContext
    answered: float


def worth_writing(query: Query, candidates: Sequence[Candidate], threshold: float) -> list[Candidate]:
    """The articles to write from, as they are shown: those likely to answer, and those about as likely as the best."""
    able = [candidate for candidate in candidates if candidate.answered >= threshold]
    best = max((log_odds(candidate.answered) for candidate in able), default=0.0)
    kept = [one for one in able if one.answered >= _AS_LIKELY_AS_NOT or log_odds(one.answered) >= best - _BEHIND]
    return in_order(query, kept)


def in_order(query: Query, candidates: Sequence[Candidate]) -> list[Candidate]:
    """By date, oldest first, where the present is asked for newest first; undated last."""

    def key(candidate: Candidate) -> tuple[bool, int]:
        day = candidate.context.published
        ordinal = day.toordinal() if day else 0
        return day is None, -ordinal if query.newest else ordinal

    return sorted(candidates, key=key)


def select(query: Query, claims: Sequence[Claim], threshold: float) -> list[ApartOutcome]:
    """What becomes of each claim, in their order.

    Shown is what is likely enough, of each article the likeliest; where the latest is asked for, of the newest report
    alone; where a past time is asked for and a report of that time answers, what is quoted beside it from one of years
    before or after names that year. Beside the likeliest nothing is shown of a report that lacks a name which it has
    and the question too. A follow-up without a time of its own is answered by the report that the answer before it
    cites, where that is likely right.
    """
    outcomes = [_alone(claim, threshold) for claim in claims]

    def left() -> list[Claim]:
        return [claim for claim, what in zip(claims, outcomes, strict=True) if what is ApartOutcome.SHOWN]

    def set_aside(what: ApartOutcome, concerns: Callable[[Claim], bool]) -> None:
        for place, claim in enumerate(claims):
            if outcomes[place] is ApartOutcome.SHOWN and concerns(claim):
                outcomes[place] = what

    if not query.present and any(_is_within(query, claim.context.published) for claim in left()):
        set_aside(ApartOutcome.OTHER_TIME, lambda claim: _is_of_another_time(query, claim))
    likeliest = {_article(claim): claim for claim in sorted(left(), key=lambda claim: claim.confidence)}
    set_aside(ApartOutcome.LIKELIER, lambda claim: claim is not likeliest[_article(claim)])
    newest = max((claim.context.published for claim in left() if claim.context.published), default=None)
    if query.newest and newest is not None:
        # An older report, however sure, takes nothing from the newest.
        set_aside(ApartOutcome.OLDER, lambda claim: claim.context.published != newest)
    if likely := left():
        at_least = max(log_odds(claim.confidence) for claim in likely) - _BEHIND
        set_aside(ApartOutcome.BETTER, lambda claim: log_odds(claim.confidence) < at_least)
        followed = _followed(query, left())
        if followed:
            set_aside(ApartOutcome.OTHER_REPORT, lambda claim: _leads_away(query, claim, followed))
        first = max(left(), key=lambda claim: claim.confidence).context
        if len(query.periods) <= 1:
            # Of two times each report may tell of its own.
            set_aside(ApartOutcome.OTHER_NAME, lambda claim: other_lacks_asked_name(query.text, first, claim.context))
    return outcomes


def _alone(claim: Claim, threshold: float) -> ApartOutcome:
    """What becomes of a claim whatever else there is."""
    if claim.problems:
        return ApartOutcome.NOT_STATED
    needed = max(threshold, _QUOTED) if claim.quoted else threshold
    return ApartOutcome.SHOWN if claim.confidence >= needed else ApartOutcome.UNLIKELY


def _followed(query: Query, claims: Sequence[Claim]) -> ArticleContext | None:
    """The report that a follow-up stays with; None where it names a time, or that report gives no likely answer."""
    if query.periods or query.present:
        return None
    own = [claim for claim in claims if _article(claim) in query.cited_before and label(claim.confidence) is Label.HIGH]
    return max(own, key=lambda claim: claim.confidence).context if own else None


def _leads_away(query: Query, claim: Claim, followed: ArticleContext) -> bool:
    """Whether a claim is of another report than was cited, and the question has no name that this one alone has."""
    is_other = _article(claim) not in query.cited_before
    return is_other and not other_lacks_asked_name(query.text, claim.context, followed)


def _is_within(query: Query, day: date | None, leeway: timedelta = timedelta()) -> bool:
    """Whether a day lies in one of the times that the question names."""
    return day is not None and any(
        period.since - day <= leeway and day - period.until <= leeway for period in query.periods
    )


def _is_of_another_time(query: Query, claim: Claim) -> bool:
    """True where neither the report's day nor what is quoted of it has to do with the times that are asked for."""
    day = claim.context.published
    if day is None or _is_within(query, day, _NEARBY):
        return False
    years = {str(year) for period in query.periods for year in (period.since.year, period.until.year)}
    quoted = [western_digits(part.passage.paragraph.text) for part in claim.evidence]
    return not any(year in text for text in quoted for year in years)


def _article(claim: Claim) -> str:
    return claim.context.passages[0].article_id
