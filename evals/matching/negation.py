"""Whether a run of tokens is denied by the clause it stands in: rules after NegEx (Chapman et al. 2001).

English only, and approximate: a denial is looked for to the left within the clause ("did not sign
two statements"), and right after the run where the run is the subject ("Two statements were not
signed"). Twice denied is stated ("no one except"). Errors are possible both ways in long sentences.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from evals.matching.tokens import MONTHS, Token, is_year, vocabulary

_CUES = vocabulary("not never no none neither nor without nobody nothing unlike false untrue incorrect")
# verbs that deny what they govern: "denied the claims", "refused to sign"
_VERBS = vocabulary("deny denied denie denying refuse refused refusing")
# these do with an infinitive alone: "failed to pay", but "the bank failed on 10 March"
_WITH_TO = vocabulary("fail failed failing failure unable")
# these deny the names and numbers behind them alone: "everyone except Putin signed two statements"
_EXCEPTING = vocabulary("except excepting excluding")
_EXCEPTING_PHRASES = (
    ("exception", "of"),
    *((all_of, "but") for all_of in ("all", "anybody", "anyone", "anything", "everybody", "everyone", "everything")),
)
_LINKS = vocabulary("and or for in on of")
_PREPOSITIONS = vocabulary("about after against at before by during for from in of on over through to under until with")
_PHRASES = (
    ("rather", "than"),
    ("instead", "of"),
    ("no", "longer"),
    ("ruled", "out"),
    ("as", "opposed", "to"),
)
# what looks like a denial and is none
_AFFIRMING = (
    ("not", "only"),
    ("not", "just"),
    ("not", "merely"),
    ("not", "simply"),
    ("not", "solely"),
    ("no", "doubt"),
    ("no", "wonder"),
    ("without", "doubt"),
    ("no", "other", "than"),
    *(
        (no, compared, "than")
        for no in ("no", "not")
        for compared in ("more", "less", "fewer", "later", "earlier", "sooner", "greater", "higher", "lower")
    ),
)
# a denial before one of these does not reach what follows it
_NEW_CLAUSE = vocabulary(
    "but however although though while whereas because since when if as until unless before after yet instead so"
)
_PRONOUNS = vocabulary("he she it they we i you who which this that these those both there then")
_AUXILIARIES = vocabulary(
    "do does did is are was were be been has have had will would can could shall should may might must"
)
_STOPS = frozenset(".!?;:,()\n")
_DAY = re.compile(r"day\d\d?")
_DAYS = vocabulary("monday tuesday wednesday thursday friday saturday sunday today yesterday") | frozenset(MONTHS)


def is_negated(tokens: Sequence[Token], start: int, end: int) -> bool:
    """True when `tokens[start:end]` is denied."""
    return _denied_before(tokens, start) or _denied_after(tokens, start, end)


def has_negation(tokens: Sequence[Token]) -> bool:
    """True when any token denies; a wording or a question that does is taken as it stands."""
    return any(_cue_length(tokens, at) for at in range(len(tokens)))


def _denied_before(tokens: Sequence[Token], start: int) -> bool:
    at = start
    skipping = False
    while at >= 0:
        if at < start:
            if _is_affirming(tokens, at):
                return False
            if _cue_length(tokens, at) and not skipping and _reaches(tokens, at, start):
                return not (_is_interjection(tokens, at) or _is_denied_itself(tokens, at))
            if tokens[at].key in _NEW_CLAUSE and not skipping and not _inside_phrase(tokens, at):
                return False
            if tokens[at].key == "and" and not skipping and _begins_clause(tokens, at):
                return False
        if at > 0 and _STOPS & set(tokens[at].breaks):
            # "did not, in 2017, sign …": the denial reaches over a parenthesis right behind it
            if skipping and _opens_parenthesis(tokens, at):
                skipping = False
            elif not skipping and tokens[at].breaks == "," and _parenthesis_before(tokens, at):
                skipping = True
            else:
                return False
        at -= 1
    return False


def _parenthesis_before(tokens: Sequence[Token], at: int) -> bool:
    """True when the comma before `tokens[at]` closes a parenthesis that opened behind a denial."""
    for opening in range(at - 1, max(0, at - 9), -1):
        if tokens[opening].breaks:
            return _opens_parenthesis(tokens, opening)
    return False


def _opens_parenthesis(tokens: Sequence[Token], at: int) -> bool:
    return at > 1 and tokens[at].breaks == "," and tokens[at - 1].key in ("not", "never")


def _denied_after(tokens: Sequence[Token], start: int, end: int) -> bool:
    """True for "⟨run⟩ were not …", with at most one word between run and auxiliary."""
    for gap in (0, 1):
        aux = end + gap
        if aux + 1 >= len(tokens) or any(_STOPS & set(token.breaks) for token in tokens[end : aux + 2]):
            return False
        if gap and tokens[end].key in _PRONOUNS | _NEW_CLAUSE | {"and", "or"}:
            return False
        if tokens[aux].key in _AUXILIARIES and tokens[aux + 1].key in ("not", "never"):
            return not _is_affirming(tokens, aux + 1) and (start == 0 or tokens[start - 1].key not in _PRONOUNS)
    return False


def _cue_length(tokens: Sequence[Token], at: int) -> int:
    """How many tokens the denial at `at` takes; 0 when there is none."""
    if _is_affirming(tokens, at):
        return 0
    for phrase in (*_PHRASES, *_EXCEPTING_PHRASES):
        if _is_phrase(tokens, at, phrase):
            return len(phrase)
    if tokens[at].key in _WITH_TO:
        return 2 * (at + 1 < len(tokens) and tokens[at + 1].key == "to" and not tokens[at + 1].breaks)
    return int(tokens[at].key in _CUES | _VERBS | _EXCEPTING)


def _reaches(tokens: Sequence[Token], at: int, start: int) -> bool:
    """True when the denial at `at` is one of what stands at `start`."""
    between = tokens[at + _cue_length(tokens, at) : start]
    if _is_exception(tokens, at):
        return all(token.named or token.key[0].isdigit() or token.key in _LINKS for token in between)
    if tokens[at].key not in _VERBS:
        return True
    if any(token.key in ("that", "to") or (token.key.endswith("ing") and not token.named) for token in between):
        return True
    # "denied by Putin", "denied the claims on Tuesday"
    return not (between and between[0].key in _PREPOSITIONS) and not _is_adjunct_of_time(tokens, start)


def _is_exception(tokens: Sequence[Token], at: int) -> bool:
    return tokens[at].key in _EXCEPTING or any(_is_phrase(tokens, at, phrase) for phrase in _EXCEPTING_PHRASES)


def _is_denied_itself(tokens: Sequence[Token], at: int) -> bool:
    """True for "did not fail to", "no one except": twice denied is stated."""
    if _is_exception(tokens, at):
        return _denied_before(tokens, at)
    if tokens[at].key not in _VERBS | _WITH_TO:
        return False
    before = tokens[max(0, at - 2) : at]
    return (
        any(token.key in _CUES for token in before)
        and not any(token.key in ("and", "or", "but") for token in before)
        and not any(token.breaks for token in tokens[at - len(before) + 1 : at + 1])
    )


def _is_adjunct_of_time(tokens: Sequence[Token], start: int) -> bool:
    """True for "on Tuesday", "in 2017" at `start`, with or without the preposition, but not "in 2017 attack"."""
    end = start + (tokens[start].key in _PREPOSITIONS)
    begin = end
    while end < len(tokens) and _is_time(tokens[end]) and (end == begin or not tokens[end].breaks):
        end += 1
    if end == begin:
        return False
    return end == len(tokens) or bool(tokens[end].breaks) or tokens[end].key in _PREPOSITIONS | _NEW_CLAUSE | {"and"}


def _is_time(token: Token) -> bool:
    return (token.named and token.key in _DAYS) or is_year(token.key) or _DAY.fullmatch(token.key) is not None


def _is_affirming(tokens: Sequence[Token], at: int) -> bool:
    return any(_is_phrase(tokens, at, phrase) for phrase in _AFFIRMING)


def _is_phrase(tokens: Sequence[Token], at: int, phrase: tuple[str, ...]) -> bool:
    piece = tokens[at : at + len(phrase)]
    return tuple(token.key for token in piece) == phrase and not any(token.breaks for token in piece[1:])


def _inside_phrase(tokens: Sequence[Token], at: int) -> bool:
    """True where the word is no new clause's: "instead of", "all but"."""
    begun = at and any(_is_phrase(tokens, at - 1, phrase) for phrase in _EXCEPTING_PHRASES)
    return bool(begun) or any(_is_phrase(tokens, at, phrase) for phrase in _PHRASES)


def _is_interjection(tokens: Sequence[Token], at: int) -> bool:
    """ "No, they …" and "No they …" answer a question and deny nothing behind them."""
    if tokens[at].key != "no" or at + 1 >= len(tokens):
        return False
    opens = at == 0 or bool(set(".!?;:\n") & set(tokens[at].breaks))
    return opens and tokens[at + 1].key in _PRONOUNS


def _begins_clause(tokens: Sequence[Token], at: int) -> bool:
    """True when the "and" at `at` is followed by a new subject: a pronoun, or a first name."""
    if at + 1 >= len(tokens):
        return False
    following, previous = tokens[at + 1], tokens[at - 1] if at else None
    return following.key in _PRONOUNS or (following.named and not (previous and previous.named))
