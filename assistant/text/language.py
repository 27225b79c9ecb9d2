"""Language identification of an article's text, by py3langid."""

from __future__ import annotations

import logging
from functools import cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from py3langid.langid import LanguageIdentifier

_log = logging.getLogger(__name__)
# Those that news is published in every day. The model knows more, and then takes a Spanish headline for Extremaduran.
_LANGUAGES = (
    "af ar az be bg bn ca cs cy da de el en es et eu fa fi fr ga gl gu he hi hr hu hy id is it ja ka kk km kn ko lo lt "
    "lv mk ml mn mr ms my ne nl no pa pl ps pt ro ru si sk sl sq sr sv sw ta te th tl tr uk ur uz vi zh"
).split()
# Below it the text is too short, or names alone: of 30 sentences in as many languages all are above, and named rightly.
_SURE = 0.5
_SAMPLE = 1_000


def language_of(text: str) -> str | None:
    """The language a text is written in, as an ISO 639-1 code, or None where it cannot be told.

    Naive Bayes over byte n-grams (Lui and Baldwin 2012, langid.py), of the first thousand characters.
    """
    sample = text[:_SAMPLE]
    if not any(map(str.isalpha, sample)):
        return None
    identifier = _identifier()
    if identifier is None:
        return None
    language, probability = identifier.classify(sample)
    return language if probability >= _SURE else None


@cache
def _identifier() -> LanguageIdentifier | None:
    """Loaded when the first text is read that does not name its language: it takes a second.

    None where there is no room for what it unpacks to the temporary folder.
    """
    from py3langid.langid import MODEL_FILE, LanguageIdentifier

    try:
        every = LanguageIdentifier.from_model_file(MODEL_FILE)
    except OSError as error:
        _log.warning("languages are not told: no room for 65 MB in the temporary folder (%s)", error)
        return None
    every.set_languages(_LANGUAGES)
    # Made anew, so that what is known of the other languages, half of its memory, is let go of.
    return LanguageIdentifier(
        every.nb_ptc,
        every.nb_pc,
        every.nb_classes,
        every.tk_nextmove,
        every.tk_output,
        norm_probs=True,
        tk_row=every.tk_row,
    )
