"""Lines of a page that are not the story: share buttons, captions, cookie notices, the author's life."""

from __future__ import annotations

import re

_LONGEST = 300
_SITES = (
    r"(?:facebook|twitter|x|whats ?app|telegram|linkedin|instagram|reddit|e-?mail|google news|youtube|threads|bluesky)"
)
_WHOLE = re.compile(
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
_OPENING = re.compile(
    r"\W*(?:"
    rf"(?:follow|like|join|find) (?:us|[\w@. ]{{2,40}}) on (?:our )?{_SITES}\b|"
    r"(?:sign|signed) up (?:for|to|here)\b|subscribe (?:to|now|here|for)\b|get the latest "
    r".{0,60}\b(?:inbox|newsletter|app)\b|"
    r"download (?:our|the) .{0,30}\bapp\b|"
    r"(?:we|this (?:web)?site|our (?:web)?site|we and our partners) uses? cookies\b|by (?:continuing|"
    r"clicking|using this)\b.{0,80}\bcookies\b|"
    r"(?:file |representational |representative )?(?:photo(?:graph)?|image|picture|video|pic|credit|caption)s?"
    r"(?: credits?| courtesy)?(?: by)?\s*[:/|©]|"
    r"(?:additional |with )?(?:reporting|writing|editing|compiled|translation) by (?-i:[A-Z])|our standards: |"
    r"this (?:story|article|report) (?:has (?:been|not been)|was) (?:published|edited|auto-?generated|"
    r"originally published)\b|"
    r"(?:tags?|topics?|filed under|categories|keywords)\s*:|"
    r"(?:do you have a|got a) (?:story|news tip|tip)\b|all rights reserved|copyright ©|© ?\d{4}|"
    r"(?:责任编辑|責任編輯|编辑|編輯|来源|來源)\s*[:：].{0,40}$|(?:подписывайтесь|подпишитесь) на\b|무단 ?전재"
    r")",
    re.I,
)
_CAPTION_END = re.compile(
    r"(?:[/|©]\s*|\((?:photo|image|picture|file)[^()]{0,40}|\b(?:photo|image|photograph|picture)s?:\s*[^.]{0,40})"
    r"(?:getty(?: images)?|afp|ap|reuters|shutterstock|epa|xinhua|imago|alamy)?\s*\)?$",
    re.I,
)
_BIO = re.compile(
    r"(?-i:[A-Z][\w.'’-]*(?: [A-Z][\w.'’-]*){1,3}),? (?:is|covers|writes|reports)\b.{0,80}"
    r"\b(?:reporter|correspondent|editor|journalist|writer|columnist|producer|contributor|author|covers|covering|writes)\b",
    re.I,
)
_BIO_MARK = re.compile(
    r"@\w|\bfollow (?:him|her|them)\b|\bcontact (?:him|her|them)\b|\bcover(?:s|ing)\b|\be-?mail\b|\bbased "
    r"in\b|\bfor the\b",
    re.I,
)


def is_furniture(text: str) -> bool:
    """True for a line that belongs to the page and not to the story, such as "Share on Facebook"."""
    if len(text) > _LONGEST:
        return False
    return bool(_OPENING.match(text) or _WHOLE.match(text)) or (len(text) < 150 and bool(_CAPTION_END.search(text)))


def is_biography(text: str) -> bool:
    """True for the lines about its author that end a story ("Jane Doe is a reporter covering China …")."""
    return len(text) <= _LONGEST and bool(_BIO.match(text) and _BIO_MARK.search(text))
