"""Whether a text states a short answer: a run of whole tokens, not denied by its clause.

A wording matches where its tokens follow one another in the text, within one sentence, after
`evals.matching.normalise`. So "2017" is found in "4 July 2017" and not in "12017"; "Xi" not in "Xinhua".

Wordings of five content tokens or more, which the public sets take from running text, also match
by the token F1 of SQuAD (Rajpurkar et al. 2016) over the best stretch of one sentence: 0.8 or
more, with every number, date and name of the wording present, names in the wording's order. Short
wordings never match in part, and rejects never do.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence

from evals.matching.negation import has_negation, is_negated
from evals.matching.normalise import tokens
from evals.matching.tokens import Token, vocabulary

LOOSE_F1 = 0.8
LOOSE_MIN_TOKENS = 5
_SENTENCE_ENDS = frozenset(".!?\n")
_FUNCTION_WORDS = vocabulary(
    "and or of in on at to for from by with as that this which who is are was were be been has have had"
    " it its their his her they he she"
)

Span = tuple[int, int]


def states(
    text: str, wording: str, *, question: str = "", loose: bool = False, denied: bool = False, by_figure: bool = False
) -> bool:
    """True when `text` states `wording`, anywhere and not denied.

    `question`: where it denies something itself ("Who did not come?"), denials in the text are
    not held against the wording; nor are they where it may be `denied`. `loose` allows the F1 match of
    long wordings, `by_figure` "38.4" for 38.4 million.
    """
    words = tokens(text)
    if next(spans(words, wording, question=question, denied=denied, by_figure=by_figure), None) is not None:
        return True
    return loose and _states_loosely(words, wording, question=question)


def first_stated(
    text: str,
    wordings: Sequence[str],
    *,
    question: str = "",
    loose: bool = False,
    references: Sequence[str] = (),
    by_figure: bool = False,
) -> str | None:
    """The first of `wordings` that `text` states, or None.

    `references`: good answers. Where each of them has the wordings in a denial only ("he had no torch",
    "58 instead of 66"), `text` may deny them as well.
    """

    def stated_in(said: str, denied: bool) -> str | None:
        return next(
            (
                wording
                for wording in wordings
                if states(said, wording, question=question, loose=loose, denied=denied, by_figure=by_figure)
            ),
            None,
        )

    denied = bool(references) and not any(stated_in(reference, False) for reference in references)
    return stated_in(text, denied)


def stated_rejects(
    text: str, rejects: Sequence[str], *, question: str = "", allowed: Sequence[str] = (), by_figure: bool = False
) -> list[str]:
    """The `rejects` that `text` states other than inside a longer stretch that is an `allowed` wording.

    "Glasgow" is not held against "University of Glasgow" where the latter is right.
    """
    words = tokens(text)
    free = [span for wording in allowed for span in spans(words, wording, question=question, by_figure=by_figure)]
    return [
        reject
        for reject in rejects
        if any(
            not any(a <= start and end <= b and b - a > end - start for a, b in free)
            for start, end in spans(words, reject, question=question, by_figure=by_figure)
        )
    ]


def spans(
    words: Sequence[Token], wording: str, *, question: str = "", denied: bool = False, by_figure: bool = False
) -> Iterator[Span]:
    """The (start, end) of each place where `words` state `wording`, in order; see `states`."""
    wanted = tokens(wording)
    if not wanted:
        return
    as_it_stands = denied or has_negation(wanted) or has_negation(tokens(question))
    for start in range(len(words) - len(wanted) + 1):
        end = start + len(wanted)
        if (
            all(
                word.answers_to(want.key, by_figure=by_figure)
                for word, want in zip(words[start:end], wanted, strict=True)
            )
            and not _crosses_sentence(words[start:end])
            and (as_it_stands or not is_negated(words, start, end))
        ):
            yield start, end


def _crosses_sentence(words: Sequence[Token]) -> bool:
    return any(_SENTENCE_ENDS & set(word.breaks) for word in words[1:])


def _states_loosely(words: Sequence[Token], wording: str, *, question: str) -> bool:
    wanted = _content(tokens(wording))
    if len(wanted) < LOOSE_MIN_TOKENS:
        return False
    must = [token.key for token in wanted if token.key[0].isdigit() or token.key.startswith("day")]
    # the first word may be capital only because it begins the wording
    names = [token.key for place, token in enumerate(wanted) if token.named and place]
    as_it_stands = has_negation(wanted) or has_negation(tokens(question))
    for sentence in _sentences(words):
        content = [place for place in range(*sentence) if words[place].key not in _FUNCTION_WORDS]
        for size in range(max(1, int(len(wanted) * 0.6)), int(len(wanted) * 1.5) + 1):
            for first in range(max(1, len(content) - size + 1)):
                places = content[first : first + size]
                stretch = [words[place] for place in places]
                if (
                    token_f1([t.key for t in stretch], [t.key for t in wanted]) >= LOOSE_F1
                    and all(any(t.answers_to(key) for t in stretch) for key in must)
                    and _in_order([t.key for t in stretch], names)
                    and (as_it_stands or not _denied(words, places))
                ):
                    return True
    return False


def token_f1(answer: Sequence[str], reference: Sequence[str]) -> float:
    """SQuAD's token F1 in [0, 1]: harmonic mean of the shares of tokens in common, with counts."""
    common = sum((Counter(answer) & Counter(reference)).values())
    return 2 * common / (len(answer) + len(reference)) if common else 0.0


def content_keys(text: str) -> list[str]:
    """The keys of `text`'s tokens without function words, in order."""
    return [token.key for token in _content(tokens(text))]


def _content(words: Sequence[Token]) -> list[Token]:
    return [token for token in words if token.key not in _FUNCTION_WORDS]


def _sentences(words: Sequence[Token]) -> Iterator[Span]:
    start = 0
    for place in range(1, len(words)):
        if _SENTENCE_ENDS & set(words[place].breaks):
            yield start, place
            start = place
    if words:
        yield start, len(words)


def _in_order(keys: Sequence[str], names: Sequence[str]) -> bool:
    remaining = iter(keys)
    return all(any(key == name for key in remaining) for name in names)


def _denied(words: Sequence[Token], places: Sequence[int]) -> bool:
    inside = [words[place] for place in range(places[0], places[-1] + 1)]
    return has_negation(inside) or is_negated(words, places[0], places[-1] + 1)
