"""Whether the model's own words may be shown, or the article's instead.

A sentence can hold nothing but words of its quote and say something else: "50,000 fled after the
act" where they fled before and after. Or it puts another museum's name before what its quote says of
one. What strays in its words or their order is not shown; the quote, which states what it states, is.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from difflib import SequenceMatcher

from assistant.present import as_quotation
from assistant.support import Evidence, placing
from assistant.words import content_words

_OUT_OF_ORDER = 0.2
_PRONOUN = re.compile(r"\b(?:he|him|his|she|her|hers|it|its|they|them|their|this|these|both|who)\b", re.I)


def is_close(sentence: str, question: str, evidence: Sequence[Evidence]) -> bool:
    """True where all that the sentence claims is quoted, and most of it in the order of the quote.

    A name that is not quoted must stand for one of the quote's pronouns. A bare "Australia" claims
    what the question asks, which its quote need not state: it has to have a word of the question.
    """
    quoted = [word.stem for part in evidence for word in content_words(part.quote.text)]
    around = {stem for part in evidence for stem in placing(part.passage)}
    words = [word.stem for word in content_words(sentence)]
    said = [stem for stem in words if stem in quoted]
    blocks = SequenceMatcher(None, said, quoted, autojunk=False).get_matching_blocks()
    # Of three words one may stand elsewhere ("visited Moscow", "visiting …"); of two, that turns them round.
    allowed = max(1.0, _OUT_OF_ORDER * len(said)) if len(said) > 2 else 0
    in_order = len(said) - sum(block.size for block in blocks) <= allowed
    named = set(words) <= {*quoted, *around} or any(_PRONOUN.search(part.quote.text) for part in evidence)
    claims = bool({*words} & {word.stem for word in content_words(question)})
    return in_order and named and claims and all(part.support >= 1 for part in evidence)


def in_their_words(evidence: Sequence[Evidence]) -> str:
    """What the quotes say, with the speakers' names where they say only "he"."""
    return " ".join(as_quotation(part.quote.text, part.passage.paragraph.speaker) for part in evidence)
