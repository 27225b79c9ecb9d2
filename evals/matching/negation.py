"""Whether a run of tokens is denied by the clause it stands in: rules after NegEx (Chapman et al. 2001).

English only, and approximate: a denial is looked for to the left within the clause ("did not sign
two statements"), and right after the run where the run is the subject ("Two statements were not
signed"). Errors are possible both ways in long sentences.
"""

from __future__ import annotations

from collections.abc import Sequence

from evals.matching.tokens import Token, vocabulary

_CUES = vocabulary(
    "not never no none neither nor without nobody nothing deny denied denie denying refuse refused fail"
    " failed unable unlike false untrue incorrect"
)
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
    ("no", "later", "than"),
    ("no", "fewer", "than"),
    ("no", "less", "than"),
    ("not", "less", "than"),
    ("not", "fewer", "than"),
    ("no", "other", "than"),
    ("not", "fail", "to"),
    ("never", "fail", "to"),
    ("never", "failed", "to"),
    ("not", "deny"),
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
            if _cue_length(tokens, at) and not skipping:
                return not _is_interjection(tokens, at)
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
    for phrase in _PHRASES:
        if _is_phrase(tokens, at, phrase):
            return len(phrase)
    return int(tokens[at].key in _CUES and not _is_affirming(tokens, at))


def _is_affirming(tokens: Sequence[Token], at: int) -> bool:
    return any(_is_phrase(tokens, at, phrase) for phrase in _AFFIRMING)


def _is_phrase(tokens: Sequence[Token], at: int, phrase: tuple[str, ...]) -> bool:
    piece = tokens[at : at + len(phrase)]
    return tuple(token.key for token in piece) == phrase and not any(token.breaks for token in piece[1:])


def _inside_phrase(tokens: Sequence[Token], at: int) -> bool:
    return any(_is_phrase(tokens, at, phrase) for phrase in _PHRASES)


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
