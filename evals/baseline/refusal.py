"""Whether a reply in free prose says that the sources do not give the answer."""

from __future__ import annotations

import re
from collections.abc import Sequence

# Written for text that `_plain` has made lower case, with "not" spelled out.
_ADJECTIVE = r"(?:provided|given|available|above|supplied|listed|retrieved|cited)"
_SOURCES = (
    rf"\b(?:(?:{_ADJECTIVE}\s+)*(?:sources?|information|context|texts?|articles?|paragraphs?|passages?|excerpts?)"
    rf"|{_ADJECTIVE}\s+(?:documents?|data|details?|materials?))\b"
)
_TELL = (
    r"(?:contain|provide|mention|include|specify|state|say|give|offer|have|address|indicate|discuss|answer|list"
    r"|describe|explain|tell|name|report|cover|reveal|disclose|identify|clarify|refer|help|seem|appear)"
)
_TOLD = (
    r"(?:mentioned|specified|stated|provided|given|available|found|included|indicated|disclosed|discussed"
    r"|addressed|described|listed|answered|covered|identified|clear|known)"
)
_CANNOT = r"(?:(?:can|could)\s+not|not\s+possible\s+to|impossible\s+to|unable\s+to|not\s+able\s+to)"
_ITEM = r"(?:information|mention|details?|data|evidence|answer|indication|references?|sources?|context|statement)"

# A sentence that matches one of these says that the sources do not give the answer.
REFUSALS = tuple(
    re.compile(pattern)
    for pattern in (
        # "The provided sources do not mention …", "Source 2 doesn't explicitly state …"
        rf"{_SOURCES}(?:\s+\d+)?[^.?!]{{0,60}}?\s(?:(?:do|does|did|can)\s+not|fails?\s+to)\s+(?:\w+\s+){{0,2}}{_TELL}\b",
        # "None of the sources are helpful", "Neither source mentions …"
        rf"^(?:based on [^,]*, )?(?:none|neither)\s+(?:of\s+)?(?:(?:the|these|those)\s+)?{_SOURCES}",
        # "No information is given …", "There is no mention of …", "… contain no details"
        r"(?:\bthere\s+(?:is|are|was)|\bthere's|^|\b(?:contain|provide|offer|give|include)s?)\s*"
        rf"\b(?:no|not\s+any|not\s+enough|insufficient)\s+(?:\w+\s+){{0,2}}{_ITEM}\b",
        # "… is not mentioned in the sources", "… not explicitly stated by the provided text"
        rf"\b(?:not|nowhere|never)\s+(?:\w+\s+)?{_TOLD}\b[^.?!]{{0,40}}\b(?:in|by|from|within)\s+"
        rf"(?:\w+\s+){{0,3}}{_SOURCES}",
        # "I don't know", "Based on the sources, I could not find …", "I'm sorry, but …"
        rf"^(?:[^\"\u201c]{{0,60}},\s+)?i(?:'m|\s+am|\s+was)?\s+(?:do\s+not\s+(?:know|have)|{_CANNOT}|sorry|afraid)\b",
        r"^(?:sorry|unfortunately)\b[^.?!]*\b(?:not|no|unable)\b",
        # "The answer cannot be determined", "Based on the context, it is impossible to say"
        rf"\b(?:answer|question|query)\b[^.?!]{{0,60}}(?:{_CANNOT}|\bnot)\s+(?:be\s+)?(?:\w+\s+)?"
        rf"(?:determined|inferred|{_TOLD})",
        rf"{_SOURCES}[^.?!]{{0,60}}\b{_CANNOT}\b",
        rf"\b{_CANNOT}\b[^.?!]{{0,80}}\b(?:from|with|on|by|using|in)\s+(?:\w+\s+){{0,3}}{_SOURCES}",
        # all of the sentence: "Unknown.", "Not specified", and what llama-index writes for nothing
        rf"^(?:unknown|n/?a|not\s+(?:\w+\s+)?(?:{_TOLD}|applicable)|no\s+answer|empty\s+response)\W*$",
    )
)
# True sentences of news articles read like these ("It is not known who …"), so that they count
# only in a sentence that cites nothing.
UNCITED_REFUSALS = tuple(
    re.compile(pattern)
    for pattern in (
        r"^(?:it|this|that)(?:\s+is|\s+was|'s)\s+"
        rf"(?:not\s+(?:\w+\s+)?(?:possible|{_TOLD})|unclear|unknown|impossible)\b",
        rf"\b(?:is|are|was|were)\s+not\s+(?:\w+\s+)?{_TOLD}\W*$",
        rf"\b{_CANNOT}\s+(?:be\s+)?(?:determined?|answer(?:ed)?|inferred|say|tell)\b",
    )
)
_CONCESSION = re.compile(r"^(?:(?:al|even\s+)?though|while)\b")
_CONCLUSION = re.compile(r"^(?:therefore|thus|so|hence|overall|consequently|as a result|in (?:conclusion|summary))\b")


def refusal_reason(pieces: Sequence[tuple[str, Sequence[int]]]) -> str | None:
    """Why a reply counts as a refusal, None where it is an answer.

    It is one when nothing is said, when it opens by saying that the sources do not tell, or
    when its last sentence concludes so. Such a remark after an answer ("… [1]. The sources do
    not give the hour.") leaves it an answer.
    """
    if not pieces or not any(re.search(r"\w", words) for words, _ in pieces):
        return "the model's reply was empty"
    first, last = pieces[0], pieces[-1]
    if _says_unknown(*first) or (_CONCLUSION.search(_plain(last[0])) and _says_unknown(*last)):
        return "the reply says that the sources do not give the answer"
    return None


def _says_unknown(words: str, marks: Sequence[int]) -> bool:
    plain = _plain(words)
    if _CONCESSION.search(plain):  # "While Source 1 does not say so, Source 2 …" goes on to answer
        return False
    patterns = REFUSALS if marks else (*REFUSALS, *UNCITED_REFUSALS)
    return any(pattern.search(plain) for pattern in patterns)


def _plain(words: str) -> str:
    plain = words.lower().replace("\u2019", "'").replace("cannot", "can not").replace("can't", "can not")
    return plain.replace("n't", " not")
