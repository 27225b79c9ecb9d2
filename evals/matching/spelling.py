"""British and American spellings of English words, folded to one form (the American)."""

from __future__ import annotations

import re

# Each rule is applied to both sides of a comparison, so a word it bends wrongly ("rise" → "rize")
# still equals itself; only two different real words that meet would do harm, and none of note do.
_RULES = (
    (
        re.compile(
            r"^((?:un|dis|mis)?(?:ard|arm|behavi|cand|clam|col|endeav|fav|ferv|glam|harb|hon|hum|lab|neighb"
            r"|od|parl|ranc|rig|rum|sav|savi|splend|tum|val|vap|vig))our"
        ),
        r"\1or",
    ),
    (re.compile(r"(?<=..)is(e|ed|es|er|ers|ing|ation|ations)$"), r"iz\1"),
    (re.compile(r"ys(e|ed|es|er|ers|ing)$"), r"yz\1"),
    (
        re.compile(r"((?:kilo|milli|centi)?met|cent|theat|lit|fib|calib|lust|sab|spect|meag|somb)re(s?)$"),
        r"\1er\2",
    ),
    (re.compile(r"^(def|off|pret|lic)ence(s|less)?$"), r"\1ense\2"),
    (
        re.compile(
            r"(cance|channe|counse|dia|fue|fune|initia|labe|leve|marve|mode|pane|quarre|riva|signa|tota|trave|tunne)"
            r"ll(ed|er|ers|ing)$"
        ),
        r"\1l\2",
    ),
    (re.compile(r"^(analog|catalog|dialog|monolog|prolog|epilog)ue(s?)$"), r"\1\2"),
    (re.compile(r"^program(?:me)(s?)$"), r"program\1"),
    (re.compile(r"^(arch|encyclop|h|p)ae(?=[dmo])"), r"\1e"),
)
_WORDS = {
    "acknowledgement": "acknowledgment",
    "aeroplane": "airplane",
    "aeroplanes": "airplanes",
    "ageing": "aging",
    "aluminium": "aluminum",
    "artefact": "artifact",
    "artefacts": "artifacts",
    "enrol": "enroll",
    "fulfil": "fulfill",
    "fulfils": "fulfills",
    "grey": "gray",
    "judgement": "judgment",
    "judgements": "judgments",
    "manoeuvre": "maneuver",
    "manoeuvres": "maneuvers",
    "mould": "mold",
    "plough": "plow",
    "sceptic": "skeptic",
    "sceptical": "skeptical",
    "skilful": "skillful",
    "towards": "toward",
    "whilst": "while",
}


def fold_spelling(word: str) -> str:
    """The American spelling of a lower-case word; the word itself where none is known."""
    if word in _WORDS:
        return _WORDS[word]
    for pattern, replacement in _RULES:
        word = pattern.sub(replacement, word)
    return word
