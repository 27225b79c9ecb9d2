"""Boilerplate detection by line: buttons, pointers to other stories, credits, notices, sign-offs.

What a line is, is told by its shape and its place first, and by its words last. A full sentence is
dropped only where it stands at the end of the article and speaks to the reader for the outlet ("Sign up
for our newsletter."); between two paragraphs of the story it is the story's.
"""

from __future__ import annotations

import re

from assistant.text.names import CAPITAL_WORD
from assistant.text.sentences import CLOSERS

_LONGEST = 300
_SENTENCE_WORDS = 6
_SENTENCE_CHARS = 16
"""Of a sentence in a script that is written without spaces."""
# Not "!" and "?", in which appeals to the reader end.
_ENDS = re.compile(rf"[.。।۔؟][{re.escape(CLOSERS)}]*$")
_NO_SPACES = re.compile("[\u0e00-\u0e7f\u3041-\u30ff\u3400-\u9fff]")
_SITES = (
    r"(?:facebook|twitter|x|whats ?app|telegram|linkedin|instagram|reddit|e-?mail|google news|youtube|threads|bluesky)"
)
_BUTTON = re.compile(
    r"\W*(?:"
    rf"(?:click to )?(?:share|tweet|pin|e-?mail|print|save|post|send)(?: (?:this|the))?(?: (?:article|"
    rf"story|page|link|post))?"
    rf"(?: (?:on|via|by|to|with) (?:{_SITES}|friends?|a friend))?(?: \(opens in new window\))?|"
    rf"(?:{_SITES}\b[\s,|·/]*){{2,}}|copy link|link copied|share|tweet|comments?(?: \(?\d+\)?)?|\d+ "
    rf"(?:comments?|shares?)|"
    r"leave a (?:comment|reply)|load more|back to top|skip to (?:main )?content|most (?:read|popular|viewed)|"
    r"(?:\d+|one) min(?:ute)?s? read|read more|(?:article|story) continues (?:below|after).{0,30}|"
    r"continue reading.{0,40}|"
    r"advertise?ment|sponsored(?: content)?|loading|about the authors?|print this (?:page|article)|"
    r"(?:log|sign) ?in|(?:accept|reject)(?: all)?(?: cookies)?|cookie (?:policy|settings|preferences)|menu|search|home"
    r")\W*$",
    re.I,
)
_LABELLED = re.compile(
    r"\W*(?:"
    r"(?:also read|read also|read more|read next|see also|related(?: (?:stories|articles?|news|coverage))?|"
    r"more (?:on|from)(?: [^:|»>]{1,40})?|read|watch|listen|click here)\s*[:|»>]|"
    r"(?:also read|read also|read more|see also|related (?:stories|articles))\b|"
    r"(?:читайте также|читайте также на|смотрите также|читайте також|lire aussi|à lire aussi|lesen sie "
    r"auch|mehr zum thema|"
    r"lea también|lee también|te puede interesar|leia também|leggi anche|lees ook|यह भी पढ़ें|ये भी पढ़ें|"
    r"اقرأ أيضا|اقرأ أيضًا|إقرأ أيضا|延伸阅读|延伸閱讀|相关阅读|相關閱讀|相关新闻|"
    r"関連記事|あわせて読みたい|관련 ?기사)\s*(?:[:：|»>-]|$|\W)|"
    r"advertisement\b|all rights reserved|"
    r"(?:tags?|topics?|filed under|categories|keywords)\s*:|our standards: |"
    r"(?:责任编辑|責任編輯|编辑|編輯|来源|來源)\s*[:：].{0,40}$|(?:подписывайтесь|подпишитесь) на\b|무단 ?전재"
    r")",
    re.I,
)
_RIGHTS = re.compile(r"\W*(?:©|\(c\)\s*\d{4}|copyright\s*(?:©|\(c\)|\d{4}))", re.I)
# What asks the reader for something, where it also says whose it is.
_APPEAL = re.compile(
    rf"\W*(?:"
    rf"(?:follow|like|join|find) (?:us|[\w@. ]{{2,40}}) on (?:our )?{_SITES}\b|"
    rf"(?:sign(?:ed)? up|subscribe|register|download|get|join|follow|support|donate|become)\b|"
    r"(?:we|this (?:web)?site|our (?:web)?site|we and our partners) uses? cookies\b|"
    r"by (?:continuing|clicking|using this (?:web)?site)\b.{0,80}\bcookies\b|"
    r"(?:do you have a|got a) (?:story|news tip|tip)\b|"
    r"(?:this|the) (?:story|article|report) (?:has (?:been|not been)|was|is) .{0,60}"
    r"\b(?:auto-?generated|syndicated|(?:this|our|the) feed)\b"
    r")",
    re.I,
)
_OURS = re.compile(rf"\b(?:us|our|your|now|here|inbox|newsletter|cookies|feed|auto-?generated|tip|on {_SITES})\b", re.I)
_ATTRIBUTED = re.compile(r"[\"“”«»„]|\b(?:said|says|told|according)\b", re.I)
_NAMES = rf"{CAPITAL_WORD}(?:(?:\s*[/,&|]\s*|\s+(?:and\s+|for\s+|via\s+|of\s+|de\s+)?){CAPITAL_WORD}){{0,7}}"
_PICTURE = r"(?:file |representational |representative )?(?:photo(?:graph)?|image|picture|video|pic|foto|bild)s?"
# A picture's credit is names and nothing else; "Image: the suspect seen on CCTV" says something.
_CREDIT = re.compile(
    rf"\W*(?i:{_PICTURE}(?: credits?| courtesy)?(?: by)?|credits?|caption)\s*[:/|©]\s*(?:©\s*)?{_NAMES}\s*\W*$"
)
_CREDIT_END = re.compile(
    rf"(?:[.(|–—]\s*|\s)\(?(?i:{_PICTURE})\s*[:/©]\s*{_NAMES}\)?\.?$|\s[/|©]\s*(?P<name>{_NAMES})$"
)
_WORK = (
    r"(?:additional |with |further )*(?:reporting|writing|editing|compiled|translat(?:ion|ed)|edited|reported|written)"
)
_WORK_CREDIT = re.compile(
    rf"\W*(?i:{_WORK}) by {_NAMES}(?: in {_NAMES})?"
    rf"(?:\s*[;,.]\s*(?:(?i:{_WORK}) by )?{_NAMES}(?: in {_NAMES})?){{0,6}}\W*$"
)
_BIO = re.compile(
    r"(?P<name>(?-i:[A-Z][\w.'’-]*(?: [A-Z][\w.'’-]*){1,3})),? (?:is|covers|writes|reports)\b.{0,80}"
    r"\b(?:reporter|correspondent|editor|journalist|writer|columnist|producer|contributor|author|covers|covering|writes)\b",
    re.I,
)
_CONTACT = re.compile(r"(?<!\w)@\w|\b(?:follow|contact|reach|e-?mail) (?:him|her|them)\b|\w@\w", re.I)
_END_MARK = re.compile(
    r"[\W_]*(?:-?30-?|ends?|more|mtf|fin|fine|fim|ende|koniec|konec|slut|loppu|vége|son|конец|кінець|"
    r"完|终|終|終わり|끝|समाप्त)[\W_]*$",
    re.I,
)
_SIGN_OFF = re.compile(r"[(\[—–\-\s]*(?P<name>[A-Z][A-Za-z]*(?:[ /][A-Za-z]+){0,2})[)\]\s.]*$")
AGENCIES = frozenset(
    """
    ADN AFP AAP ANI ANSA AP APA ATA BBC BERNAMA BNS CNA CNN CTK DPA DW EFE IANS INTERFAX IRNA JIJI KYODO LUSA
    MTI NAN NHK NPR PA PAP PTI REUTERS RIA SANA SAPA SPUTNIK TANJUG TASS TT UNI UPI VOA WAM XINHUA YONHAP
    """.split()
)
_PICTURE_AGENCIES = AGENCIES | frozenset("GETTY SHUTTERSTOCK EPA IMAGO ALAMY".split())
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


def is_sentence(text: str) -> bool:
    """True for a text that ends as a sentence does and is no mere phrase ("All rights reserved.")."""
    text = text.strip()
    if not _ENDS.search(text[-10:]):
        return False
    return len(text.split()) >= _SENTENCE_WORDS or (len(text) >= _SENTENCE_CHARS and bool(_NO_SPACES.search(text)))


def is_furniture(text: str, *, last: bool = False) -> bool:
    """True for a line that belongs to the page and not to the story: "Share on Facebook", "Also read: …".

    `last`: it is the article's last one, or only such lines follow; then an appeal to the reader is one too.
    """
    text = text.strip()
    if len(text) > _LONGEST or "\n" in text:
        return False
    if is_mark(text) or _RIGHTS.match(text) or _WORK_CREDIT.match(text):
        return True
    if _picture_credit(text):
        return True
    appeal = bool(_APPEAL.match(text) and _OURS.search(text) and not _ATTRIBUTED.search(text))
    if is_sentence(text):
        return last and appeal
    return appeal or bool(_BUTTON.match(text) or _LABELLED.match(text))


def is_mark(text: str) -> bool:
    """True for a line without words ("***", "-30-") and for the words that close a release ("ENDS", "(MORE)")."""
    return len(text) <= _LONGEST and (not any(map(str.isalnum, text)) or bool(_END_MARK.match(text)))


def is_biography(text: str, author: str | None = None) -> bool:
    """True for the lines about its author that end a story ("Jane Doe is a reporter covering China …").

    They name the article's `author`, or tell how to reach them; a story may be of a reporter, too.
    """
    match = _BIO.match(text) if len(text) <= _LONGEST else None
    if match is None or any(map(str.isdigit, text)):
        return False
    return bool(_CONTACT.search(text)) or bool(author and match["name"].lower() in author.lower())


def sign_off(text: str) -> str | None:
    """The agency that a last line such as "IANS", "(AFP)" or "— Reuters" names, or None."""
    match = _SIGN_OFF.match(text.strip()) if len(text.strip()) <= 30 else None
    first = re.split(r"[ /]", match["name"])[0] if match else ""
    return first if is_agency(first) else None


def is_initials(text: str) -> bool:
    """True for a last line of nothing but capitals ("TDI", "(JD/MM)"): a sign-off that names nobody we know."""
    return len(text) <= 12 and bool(re.fullmatch(r"\W*[A-Z]{2,8}(?:/[A-Z]{2,4})?\W*", text))


def is_agency(name: str) -> bool:
    """True for the name of a news agency, however it is written ("Reuters", "AP")."""
    return name.strip(" .").upper() in AGENCIES


def cited_agency(text: str) -> str | None:
    """The news agency a story says it takes its report from ("reports Xinhua news agency")."""
    # The first two forms are slow to fail and need this word.
    for form in _VIA if "agency" in text.lower() else _VIA[2:]:
        match = form.search(text)
        if match and match["name"][0].isupper():
            return match["name"]
    return None


def _picture_credit(text: str) -> bool:
    if _CREDIT.match(text):
        return True
    end = _CREDIT_END.search(text[-150:]) if len(text) < 200 else None
    if end is None:
        return False
    return end["name"] is None or re.split(r"[ /]", end["name"])[0].upper() in _PICTURE_AGENCIES
