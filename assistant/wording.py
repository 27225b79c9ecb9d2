"""Whether the model's own words may be shown, or the article's instead.

A sentence can hold nothing but words of its quote and say something else: "50,000 fled after the
act" where they fled before and after. Or it puts another museum's name before what its quote says of
one. What strays in its words or their order is not shown; the quote, which states what it states, is.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from difflib import SequenceMatcher
from itertools import takewhile

from assistant.articles.dateline import MONTHS
from assistant.articles.speakers import attributed
from assistant.present import as_quotation
from assistant.sentences import split_sentences
from assistant.support import Evidence, placing
from assistant.words import content_words, fold, stems, words

_OUT_OF_ORDER = 0.2
_PRONOUN = re.compile(r"\b(?:he|him|his|she|her|hers|it|its|they|them|their|this|these)\b", re.I)
_DAYS_AND_MONTHS = {*MONTHS, *"monday tuesday wednesday thursday friday saturday sunday".split()}
_HE_SAID = re.compile(
    r"\b(?:he|she|they)\s+(?:also\s+|further\s+|then\s+)?(?:said|says|add(?:ed|s)|not(?:ed|es)|stress(?:ed|es)|stated|"
    r"explained|warned|told|argued|insisted|remarked|emphasi[sz]ed|concluded|continued|wrote)\b",
    re.I,
)
# What is so now and then, about, or perhaps.
_MAY_BE = re.compile(
    r"\b(?:may|might|could|possibly|perhaps|probably|reportedly|allegedly|apparently|supposedly|likely|rumou?red|"
    r"[Uu]sually|[Oo]ften|[Ss]ometimes|[Gg]enerally|[Mm]ostly|[Rr]arely|[Aa]lmost|[Nn]early|estimated|"
    r"[Aa]t (?:least|most)|up to (?=\d)(?!(?:19|20)\d\d\b)|"
    r"(?:[Mm]ore|[Ff]ewer|[Ll]ess) than|(?:[Ii]n|[Ff]or|[Oo]f) (?:most|many|some|several))\b"
)
# A speech that goes on in the next paragraph is not closed.
_SPEECH = re.compile(r"[“\"][^”\"]*[”\"]?")


def is_close(sentence: str, question: str, evidence: Sequence[Evidence]) -> bool:
    """True where all that the sentence claims is quoted, and most of it in the order of the quote.

    A name that neither the quote nor the title has must be what the sentence begins with and stand for
    one of the quote's pronouns; for the one of "he added" only where the sentence, too, says who speaks:
    "Members have duties, he added" makes no member of him. A bare "Australia" claims what the question
    asks, which its quote need not state: it has to have a word of the question. What may be so is not
    told as being so, and what two sentences say is not told as one.
    """
    quoted = [word.stem for part in evidence for word in content_words(part.quote.text)]
    around = {stem for part in evidence for stem in placing(part.passage) | _named(part.passage.title)}
    claimed = [word.stem for word in content_words(sentence)]
    said = [stem for stem in claimed if stem in quoted]
    blocks = SequenceMatcher(None, said, quoted, autojunk=False).get_matching_blocks()
    # Of three words one may stand elsewhere ("visited Moscow", "visiting …"); of two, that turns them round.
    allowed = max(1.0, _OUT_OF_ORDER * len(said)) if len(said) > 2 else 0
    in_order = len(said) - sum(block.size for block in blocks) <= allowed
    claims = bool({*claimed} & {word.stem for word in content_words(question)})
    return (
        in_order
        and claims
        and _names_hold(sentence, claimed, {*quoted, *around}, evidence)
        and all(_is_told_alike(sentence, question, part) for part in evidence)
    )


def _named(title: str) -> set[str]:
    return {word.stem for word in words(title) if word.is_capitalised}


def _names_hold(sentence: str, claimed: Sequence[str], known: set[str], evidence: Sequence[Evidence]) -> bool:
    """True where what is not quoted is the sentence's subject, for which the quote has a pronoun."""
    subject = list(takewhile(lambda stem: stem not in known, claimed))
    if not set(claimed[len(subject) :]) <= known:
        return False
    speaks = bool(attributed(sentence, claim=True))
    return not subject or any(_has_pronoun(part.quote.text, speaks) for part in evidence)


def _is_told_alike(sentence: str, question: str, part: Evidence) -> bool:
    hedged = bool(_MAY_BE.search(part.quote.text)) and not _MAY_BE.search(sentence)
    spans = split_sentences(part.quote.text)
    # A name may come from the sentence before.
    plain = {word.stem for word in content_words(sentence) if not word.is_capitalised}
    one = len(spans) < 2 or any(plain <= stems(part.quote.text[start:end]) for start, end in spans)
    return part.support >= 1 and not hedged and one and _is_credited(sentence, question, part)


def _has_pronoun(quote: str, speaks: bool) -> bool:
    """True where a pronoun stands for someone whom the quote does not name before."""
    text = quote if speaks else _HE_SAID.sub(" ", quote)
    found = _PRONOUN.search(text)
    if found is None:
        return False
    before = words(text[: found.start()])[1:]
    return not any(word.is_capitalised and fold(word.written) not in _DAYS_AND_MONTHS for word in before)


def _is_credited(sentence: str, question: str, part: Evidence) -> bool:
    """False where someone's direct speech would be told as fact: nobody is named who says it."""
    speaker = stems(part.passage.paragraph.speaker or "")
    if not speaker or speaker & (stems(sentence) | stems(question)):
        return True
    spoken = {stem for speech in _SPEECH.findall(part.passage.paragraph.text) for stem in stems(speech)}
    # A quote without quotation marks may itself be from the middle of a speech.
    told = stems(_SPEECH.sub(" ", part.quote.text)) if _SPEECH.search(part.quote.text) else set()
    said = {word.stem for word in content_words(sentence)}
    return not said <= spoken or said <= told


def in_their_words(evidence: Sequence[Evidence]) -> str:
    """What the quotes say, with the speakers' names where they say only "he"."""
    return " ".join(as_quotation(part.quote.text, part.passage.paragraph.speaker) for part in evidence)
