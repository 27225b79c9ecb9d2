"""Parser of datelines in other scripts: Chinese, Japanese, Korean, Russian, Ukrainian, Arabic, Hindi.

The shapes are those of the agencies: "新华社莫斯科3月22日电", "【モスクワ=共同】", "(서울=연합뉴스)",
"МОСКВА, 22 марта. /ТАСС/.", "موسكو 22 مارس (رويترز) -", "मॉस्को, 22 मार्च (भाषा)".
"""

from __future__ import annotations

import re

from assistant.ingest.dateline import Dateline, make_date, parse_dateline
from assistant.text.months import MONTH, MONTHS
from assistant.text.numbers import western_digits

_CHINESE = re.compile(
    r"[（(【]?\s*(?:据\s*)?"
    r"(?P<source>[\u4e00-\u9fff]{1,4}(?:社|网|網|报|報|台|通讯社|通訊社))"
    r"(?P<place>[\u4e00-\u9fff·]{0,12}?)\s*"
    r"(?:(?P<year>\d{4})年)?(?:(?P<month>\d{1,2})月)?(?P<day>\d{1,2})日"
    r"(?:综合|綜合|专|專|外)*(?:电|電|讯|訊)(?:报道|報導|報道)?[）)】]?\s*"
    r"(?:[（(](?:[\u4e00-\u9fff]{0,4}(?:记者|記者|作者|通讯员))[^）)]{1,40}[）)])?\s*[:：]?\s*"
)
_JAPANESE_AGENCY = (
    r"共同(?:通信)?|時事(?:通信)?|ロイター(?:通信)?|(?:AFP|ＡＦＰ)(?:時事|=時事)?|AP|ＡＰ|"
    r"新華社|タス通信|聯合ニュース|CNN|CNS"
)
_JAPANESE = re.compile(
    r"(?:【|\[|［|（|\()\s*(?P<place>[^】\]］）)=＝\d\s]{0,15}?)\s*"
    r"(?:(?:(?P<month>\d{1,2})月)?(?P<day>\d{1,2})日)?\s*[=＝]?\s*"
    rf"(?P<source>{_JAPANESE_AGENCY})\s*(?:】|\]|］|）|\))\s*[-–—―]?\s*"
)
_KOREAN = re.compile(
    r"[(\[［](?P<place>[가-힣·/ ]{1,12})=(?P<source>[가-힣A-Za-z]{2,12})[)\]］]\s*"
    r"(?:[가-힣]{2,4}(?:·[가-힣]{2,4}){0,4}\s*(?:기자|특파원)\s*)?=\s*"
)
_DAY = (
    rf"(?P<day>\d{{1,2}})\.?\s+(?P<month>(?i:{MONTH}))\.?(?:/[^\W\d]+(?:\s[^\W\d]+)?)?"
    r"(?:\s+(?P<year>\d{4})(?:\s?(?:г|года|р|року)\b\.?)?)?"
)
_CYRILLIC = re.compile(
    r"(?P<place>[А-ЯЁЇІЄҐ][\w’'.-]*(?:[ /–-][А-ЯЁЇІЄҐ][\w’'.-]*){0,3}?)[,.]\s+"
    rf"{_DAY}[.,]?\s*"
    r"(?:/(?P<slashed>[^/\n]{2,30})/\.?|\((?P<bracketed>[^()\n]{2,30})\)\s*[-–—.:]|"
    r"[-–—]\s*(?P<dashed>РИА Новости|Sputnik|Спутник|ТАСС|Интерфакс|Укринформ|Укрінформ)\s*[.,]|"
    r"(?P<plain>INTERFAX\.RU|Интерфакс|ИНТЕРФАКС)\s*[-–—]|[-–—:])\s+"
)
_AGENCY = (
    r"رويترز|أ ?\.?ف ?\.?ب\.?|ا ?\.?ف ?\.?ب\.?|د ?\.?ب ?\.?أ\.?|أ ?\.?ش ?\.?أ\.?|شينخوا|واس|وام|كونا|بترا|"
    r"قنا|سبوتنيك|الأناضول|وكالات|"
    r"भाषा|वार्ता|आईएएनएस|एएनआई|पीटीआई|एएफपी|एपी|रायटर|रॉयटर्स|शिन्हुआ|شِنہوا|"
    r"Reuters|AFP|AP|Xinhua|dpa|IANS|PTI|ANI"
)
_SCRIPT_WORD = r"[\u0600-\u06ff\u0900-\u0963\u0966-\u097f\u200c\u200d]+"
_CASELESS = re.compile(
    rf"(?P<place>{_SCRIPT_WORD}(?:[ /]{_SCRIPT_WORD}){{0,3}}?)[,،]?\s+"
    rf"(?:{_DAY}[,،]?\s+\((?:(?P<dated>{_AGENCY})\)\s*(?:[-–—:।.]\s*)*|(?P<other>[^()\n]{{2,30}})\)\s*(?:[-–—:।.]\s*)+)"
    rf"|\((?P<source>{_AGENCY})\)\s*(?:[-–—:।.]\s*)+)"
)
# "Our paper", "this network": an outlet that does not name itself.
_UNNAMED = re.compile(r"本[报報网網台社]")


def find_dateline(text: str) -> Dateline | None:
    """The dateline that a paragraph begins with, in any script, where words follow it."""
    found = parse_dateline(text) or parse_other_dateline(text)
    return found if found and text[found.length :].strip() else None


def parse_other_dateline(text: str) -> Dateline | None:
    """The dateline that a text in another script begins with, or None."""
    head = western_digits(text[:200])
    if head.isascii():
        return None
    for form in (_CHINESE, _JAPANESE, _KOREAN, _CYRILLIC, _CASELESS):
        match = form.match(head)
        if match:
            return _dateline(match)
    return None


def _dateline(match: re.Match[str]) -> Dateline | None:
    parts = match.groupdict()
    names = ("source", "slashed", "bracketed", "dashed", "plain", "dated", "other")
    source = next((" ".join(parts[name].split()) for name in names if parts.get(name)), None)
    if source and _UNNAMED.fullmatch(source):
        source = None
    year = int(parts["year"]) if parts.get("year") else None
    day = int(parts["day"]) if parts.get("day") else None
    written = parts.get("month")
    month = None if not written else int(written) if written.isdigit() else MONTHS[written.lower()]
    if day and make_date(year or 2000, month or 1, day) is None:
        return None
    return Dateline(match.end(), (parts["place"] or "").rstrip("."), source, day, month, year)
