"""Lines of a news story that are not evidence: sign-offs and pointers to other stories."""

from __future__ import annotations

import re

_POINTER = re.compile(
    r"\W*(?:also|more|related|read|see|watch|listen|click)\s*"
    r"(?:also|more|on|stories|story|articles?|reading|here|next|coverage)?\s*[:|»>-]",
    re.I,
)
_BARE_POINTER = re.compile(
    r"\W*(?:(?:also read|read also|read more|see also|related (?:stories|articles))\b|"
    r"(?:читайте также|читайте также на|смотрите также|читайте також|lire aussi|à lire aussi|lesen sie "
    r"auch|mehr zum thema|"
    r"lea también|lee también|te puede interesar|leia também|leggi anche|lees ook|यह भी पढ़ें|ये भी पढ़ें|"
    r"اقرأ أيضا|اقرأ أيضًا|إقرأ أيضا|延伸阅读|延伸閱讀|相关阅读|相關閱讀|相关新闻|"
    r"関連記事|あわせて読みたい|관련 ?기사)\s*(?:[:：|»>-]|$|\W))",
    re.I,
)
_NOTICE = re.compile(
    r"\W*(?:advertisement|subscribe (?:now|to)|sign up (?:for|to)|all rights reserved|©|copyright\s*(?:©|\d))",
    re.I,
)
_SIGN_OFF = re.compile(r"[(\[—–\-\s]*(?P<name>[A-Z][A-Za-z]*(?:[ /][A-Za-z]+){0,2})[)\]\s.]*$")
AGENCIES = frozenset(
    """
    ADN AFP AAP ANI ANSA AP APA ATA BERNAMA BNS CNA CTK DPA EFE IANS INTERFAX IRNA JIJI KYODO LUSA
    MTI NAN PA PAP PTI REUTERS RIA SANA SAPA SPUTNIK TANJUG TASS TT UNI UPI WAM XINHUA YONHAP
    """.split()
)
_VIA = (
    re.compile(
        r"\b(?:reports?|reported|according to|cit(?:es|ed|ing)|quot(?:es|ed|ing)|told)\s+"
        r"(?:by\s+)?(?:the\s+)?(?:state(?:-run)?\s+)?(?P<name>[A-Z]\w+(?:\s[A-Z]\w+)?)\s+news\s+agency",
        re.I,
    ),
    re.compile(r"\b(?:The\s+)?(?P<name>[A-Z]\w+(?:\s[A-Z]\w+)?)\s+news agency\s+(?:reports?|reported|said|quoted)"),
    re.compile(
        r"\b(?:reports|reported|according to|citing)\s+(?:the\s+)?"
        r"(?P<name>Xinhua|TASS|Reuters|Interfax|Yonhap|Kyodo|AFP|Associated Press|Anadolu|Sputnik)\b"
    ),
)


def is_agency(name: str) -> bool:
    """True for the name of a news agency, however it is written ("Reuters", "AP")."""
    return name.strip(" .").upper() in AGENCIES


def is_pointer(text: str) -> bool:
    """True for "Also read: …", "Related: …", advertisements and copyright lines."""
    single = "\n" not in text.strip() and len(text) < 300
    return single and bool(_POINTER.match(text) or _BARE_POINTER.match(text) or _NOTICE.match(text))


def sign_off(text: str) -> str | None:
    """The agency that a last line such as "IANS", "(AFP)" or "— Reuters" names, or None."""
    match = _SIGN_OFF.match(text.strip())
    if match is None or len(text.strip()) > 30:
        return None
    name = match["name"]
    first = re.split(r"[ /]", name)[0]
    if first.upper() in AGENCIES:
        return first
    return name if name.isupper() and 2 <= len(name) <= 8 else None


def cited_agency(text: str) -> str | None:
    """The news agency a story says it takes its report from ("reports Xinhua news agency")."""
    # The first two forms are slow to fail and need this word.
    for form in _VIA if "agency" in text.lower() else _VIA[2:]:
        match = form.search(text)
        if match and match["name"][0].isupper():
            return match["name"]
    return None
