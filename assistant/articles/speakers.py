"""Whose words a paragraph reports, so that "he added" is not credited to the wrong man.

News writing names a speaker once and goes on with "he added" and "he also mentioned". The
speaker named last is carried forward to such paragraphs, and to none that names another or says
"they".
"""

from __future__ import annotations

import re
from collections.abc import Sequence

_VERBS = (
    "said|says|added|adds|noted|notes|stressed|stresses|mentioned|mentions|told|tells|stated|explained|argued|"
    "warned|insisted|claimed|announced|declared|expressed|admired|praised|congratulated|thanked|called|urged|"
    "emphasi[sz]ed|underlined|pointed|remarked|recalled|replied|hailed|welcomed|appreciated|condemned|"
    "critici[sz]ed|wrote|tweeted|vowed|pledged|promised|suggested|acknowledged|admitted|confirmed|denied"
)
# What a summary says of a speech; an article that "expects" or "wants" reports no words.
_CLAIMED = _VERBS + (
    "|predicted|expected|believed|thought|hoped|spoke|talked|asserted|maintained|observed|cautioned|reiterated|"
    "reaffirmed|affirmed|commented|proposed|described|characteri[sz]ed|voiced|outlined|opined|agreed|wanted"
)
_NAME = r"[A-Z][\w'’-]{1,40}(?:\s+[A-Z][\w'’-]{1,40}){0,3}"
_ASIDE = r"(?:,[^,.;:]{1,60},)?"
_BEFORE = re.compile(rf"\b(?P<name>{_NAME}){_ASIDE}\s+(?:also\s+|further\s+|then\s+)?(?:{_VERBS})\b")
_CLAIM = re.compile(rf"\b(?P<name>{_NAME}){_ASIDE}\s+(?:also\s+|further\s+|then\s+)?(?:{_CLAIMED})\b")
_AFTER = re.compile(rf"\b(?:said|added|noted|stressed|explained|warned|told)\s+(?P<name>{_NAME})")
_PRONOUN = re.compile(rf"\b(?:[Hh]e|[Ss]he)\s+(?:also\s+|further\s+|then\s+)?(?:{_VERBS})\b")
_TITLE = re.compile(r"\b(?:said|added|noted|stressed|explained)\s+the\s+[\w\s-]{3,40}$|\b(?:said|added)\s+the\s+\w+")
_PLURAL = re.compile(rf"\b(?:[Tt]hey|and\s+{_NAME})\s+(?:also\s+|further\s+|both\s+)?(?:{_VERBS})\b")
_NOT_NAMES = frozenset("The This That These Those It He She They We But And In On At As For".split())


def speakers(texts: Sequence[str]) -> list[str | None]:
    """For each paragraph, in order, the name of its one speaker; None where it has none or several."""
    found: list[str | None] = []
    last: str | None = None
    for text in texts:
        names = attributed(text)
        if len(names) == 1:
            last = names[0]
            found.append(last)
        elif names or _PLURAL.search(text):
            last = None
            found.append(None)
        else:
            found.append(last if _PRONOUN.search(text) or _TITLE.search(text) else None)
    return found


def attributed(text: str, *, claim: bool = False) -> list[str]:
    """The names to which `text` credits words, each once: "Xi" for "Xi noted", "said Xi".

    `claim`: of a sentence about an article, where "Xi predicted" credits them as well.
    """
    names: dict[str, None] = {}
    for form in (_CLAIM if claim else _BEFORE, _AFTER):
        for match in form.finditer(text):
            # "Xi and Putin said" and "the two Presidents noted" speak with more than one voice.
            several = text[: match.start("name")].rstrip().lower().endswith((" and", " two", " both"))
            name = " ".join(word for word in match["name"].split() if word not in _NOT_NAMES)
            if name and not several:
                names.setdefault(name)
    return [name for name in names if not any(name != other and name in other.split() for other in names)]
