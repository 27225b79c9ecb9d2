"""Character encoding detection: byte order marks, what the file declares, UTF-8, and then charset-normalizer."""

from __future__ import annotations

import codecs
import re
import unicodedata

from assistant.errors import ArticleError
from assistant.ingest import magic

_MARKS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
# News is written in these. Without the list, two accents suffice for EBCDIC or HP Roman.
_CANDIDATES = (
    "cp1252 cp1250 cp1251 koi8_r cp866 cp1253 cp1254 cp1255 cp1256 cp1257 gb18030 big5 cp932 euc_jp cp949 tis_620"
).split()
# Names that browsers take for their supersets (https://encoding.spec.whatwg.org/#names-and-labels).
_SUPERSETS = {
    "ascii": "cp1252",
    "iso8859-1": "cp1252",
    "iso8859-9": "cp1254",
    "gb2312": "gb18030",
    "gbk": "gb18030",
    "shift_jis": "cp932",
    "euc_kr": "cp949",
    "iso8859-11": "cp874",
    "tis-620": "cp874",
}
_SAMPLE = 64 * 1024
_ENOUGH = 400


def decode(content: bytes, label: str, declared: str | None = None) -> str:
    """The text of a file, its line ends as "\\n".

    `declared` is the encoding that the file itself names; it is believed where the bytes agree.
    Raises `ArticleError` for an empty or a binary file.
    """
    if not content.strip():
        raise ArticleError(f"{label}: is empty; remove it or add the story's text")
    encoding = detect(content, label, declared)
    if encoding == "utf-8":
        text = Mender().mend(content.decode("utf-8", "surrogateescape"))
    else:
        try:
            text = content.decode(encoding, "strict" if encoding in _STRICT else "replace")
        except UnicodeDecodeError as error:
            raise _binary(label) from error
    if "\x00" in text:
        raise _binary(label)
    return text.replace("\r\n", "\n").replace("\r", "\n")


class Mender:
    """Mends what is not UTF-8 in a file that otherwise is: single bytes, and lines in an older encoding.

    The encoding of such lines is guessed once a file, from the first text that has any.
    """

    def __init__(self) -> None:
        self._legacy: str | None = None

    def mend(self, text: str) -> str:
        """`text` as it was decoded with "surrogateescape", its stray bytes read in the older encoding."""
        if not _STRAY.search(text):
            return text
        if self._legacy is None:
            # Where a line has characters of UTF-8 beside the stray byte, that byte tells nothing of the others.
            lines = [line for line in text.splitlines() if _STRAY.search(line) and not _BEYOND_ASCII.search(line)]
            sample = "\n".join(lines)[:_SAMPLE].encode("utf-8", "surrogateescape")
            self._legacy = _like(text, _guess(sample), sample) if sample else "cp1252"
        legacy = self._legacy
        return _STRAY.sub(lambda match: _read_as(match[0], legacy), text)


_STRAY = re.compile("[\udc80-\udcff]+")
_BEYOND_ASCII = re.compile("[\x80-\ud7ff\ue000-\U0010ffff]")


def _like(text: str, guessed: str, sample: bytes) -> str:
    """The guessed encoding, unless Western Europe's fits the letters of the rest of the text as well."""
    letters = set(_BEYOND_ASCII.findall(text[: 4 * _SAMPLE]))
    read = {name: set(sample.decode(name, "replace")) for name in ("cp1252", guessed)}
    latin = all(char < "\u0250" or not char.isalpha() for char in read[guessed])
    return "cp1252" if latin and len(read["cp1252"] & letters) >= len(read[guessed] & letters) else guessed


def _read_as(stray: str, encoding: str) -> str:
    return stray.encode("utf-8", "surrogateescape").decode(encoding, "replace")


_STRICT = frozenset({"utf-8-sig", "utf-16", "utf-32", "utf-16-le", "utf-16-be"})


def detect(content: bytes, label: str, declared: str | None = None, *, whole: bool = True) -> str:
    """The name of the codec `content` is written in; where it is but the beginning, `whole` is False.

    Raises `ArticleError` for a binary file.
    """
    for mark, encoding in _MARKS:
        if content.startswith(mark):
            return encoding
    if content.startswith(magic.NO_TEXT):
        raise _binary(label)
    if b"\x00" not in content and (escaped := _escaped(content, codec(declared), whole)):
        return escaped
    if b"\x00" not in content and (_decodes(content, "utf-8", whole) or _is_mostly_utf8(content)):
        return "utf-8"
    wide = _wide(content)
    if wide:
        return wide
    if b"\x00" in content or _control_share(content) > 0.02:
        raise _binary(label)
    named = codec(declared)
    if named and _decodes(content, named, whole):
        return named
    return _guess(content)


def codec(name: str | None) -> str | None:
    """Python's codec for a declared encoding, widened as browsers do; None for an unknown name."""
    try:
        found = codecs.lookup((name or "").strip().strip("'\""))
    except (LookupError, ValueError):
        return None
    # "zip", "hex" and their like are codecs too, but of no text.
    return _SUPERSETS.get(found.name, found.name) if getattr(found, "_is_text_encoding", True) else None


def declared_charset(head: bytes) -> str | None:
    """The encoding named by an XML declaration or an HTML `meta` in the first bytes of a file."""
    match = re.search(
        rb"""(?:<\?xml[^>]{0,100}encoding|<meta[^>]{0,200}charset)\s*=\s*["']?([\w.:-]{2,40})""", head, re.I
    )
    return match[1].decode("ascii") if match else None


_ESCAPE = re.compile(rb"\x1b(?:\$[()]?|\()[@-Z]")


def _escaped(content: bytes, declared: str | None, whole: bool) -> str | None:
    """The codec of a text that changes its characters by escape sequences (ISO 2022, 7 bits, so UTF-8 as well)."""
    if not _ESCAPE.search(content):
        return None
    other = "iso2022_kr" if b"\x1b$)C" in content else "iso2022_jp_ext"
    for encoding in (declared or "", other):
        if encoding.startswith("iso2022") and _decodes(content, encoding, whole):
            return encoding
    # Vendors have characters of their own ("①"), which are replaced.
    return other if b"\x1b$" in content and content.isascii() else None


def _decodes(content: bytes, encoding: str, whole: bool) -> bool:
    try:
        codecs.getincrementaldecoder(encoding)("strict").decode(content, final=whole)
    except (UnicodeDecodeError, LookupError):
        return False
    return True


def _is_mostly_utf8(content: bytes) -> bool:
    """True where at least as many characters of several bytes are whole as bytes are astray.

    In the older encodings hardly any two bytes above 127 happen to be a character of UTF-8.
    """
    text = content[: 4 * _SAMPLE].decode("utf-8", "surrogateescape")
    stray = sum(map(len, _STRAY.findall(text)))
    return stray <= len(_BEYOND_ASCII.findall(text))


def _wide(content: bytes) -> str | None:
    """UTF-16 without its mark: half of the bytes of Latin text are NUL, and of any text its line breaks are."""
    sample = content[: _SAMPLE & ~1]
    if len(content) % 2 and len(content) <= _SAMPLE:
        return None
    for encoding, marks in (("utf-16-le", (b"\n\x00", b" \x00", b"\x020", b"\x0c\xff")), ("utf-16-be", None)):
        pairs = marks or (b"\x00\n", b"\x00 ", b"0\x02", b"\xff\x0c")
        found = sum(sample[at : at + 2] in pairs for at in range(0, min(len(sample), 8192), 2))
        if not found:
            continue
        try:
            text = codecs.getincrementaldecoder(encoding)("strict").decode(sample)
        except UnicodeDecodeError:
            continue
        if "\x00" not in text and sum(map(_is_of_text, text)) > 0.95 * len(text):
            return encoding
    return None


def _is_of_text(char: str) -> bool:
    return char in "\t\r\n" or unicodedata.category(char)[0] in "LMNPZ"


def _guess(content: bytes) -> str:
    from charset_normalizer import from_bytes

    sample = content[:_SAMPLE]
    matches = []
    if len(sample) < _ENOUGH:
        # Frequencies are counted: a short text is counted often enough to be told apart.
        often = (sample + b" ") * (_ENOUGH // max(1, len(sample)) + 1)
        matches = list(from_bytes(often, cp_isolation=_CANDIDATES))
        sample = often if matches else sample
    # Counted again and again, the signs of a short text can be too many for any encoding.
    matches = matches or list(from_bytes(sample, cp_isolation=_CANDIDATES))
    if not matches:
        return _or_older(content, "cp1252")
    best = matches[0]
    western = next((match for match in matches if match.encoding == "cp1252"), None)
    # Equally likely Latin code pages differ in a few letters; the common one is right more often.
    if (western and (western.chaos, -western.coherence) <= (best.chaos, -best.coherence)) or (
        best.encoding == "cp1250" and str(best) == sample.decode("cp1252", "replace")
    ):
        return _or_older(content, "cp1252")
    return _or_older(content, best.encoding)


def _or_older(content: bytes, encoding: str) -> str:
    """`encoding`, or a Mac's or DOS's where the text is odd in it and is not in that one."""
    sample = content[:_SAMPLE]
    oddness = _oddness(sample, encoding)
    if not oddness:
        return encoding
    least, older = min((_oddness(sample, older), number) for number, older in enumerate(_OLDER))
    return _OLDER[older] if least * 4 <= oddness else encoding


_OLDER = ("mac_roman", "mac_cyrillic", "mac_latin2", "mac_greek", "cp850")
_CAPITALS = "".join(filter(str.isupper, map(chr, range(0x100, 0x180))))
_ODD = re.compile(
    # A sign, a control character or nothing at all within or beside a word, a capital within one.
    r"[^\W\d_](?:[^\w\s\x21-\x7e’‘´`·–—…“”«»„‚¡¿\u0300-\u036f]|[\x80-\x9f\ufffd])|[\x80-\x9f\ufffd](?=\w)|"
    # Letters of two scripts in one word.
    r"[A-Za-z][\u0370-\u06ff]|[\u0370-\u06ff][A-Za-z]|"
    r"[ˆ‚†‡ƒ‰˜¨¸¬¦]\w|(?<=[^\W\d_])[ÀÁÂÃÄÅÆÇÈÉÊËÌÍÎÏÐÑÒÓÔÕÖØÙÚÛÜÝÞŠŒŽŸА-ЯЁ" + _CAPITALS + r"]+(?=[a-zа-я\s,.;:]|$)"
)


def _oddness(sample: bytes, encoding: str) -> int:
    """How often a letter stands beside what no word is spelt with, or a capital behind a small letter."""
    text = sample.decode(encoding, "replace")
    return sum(_is_odd(text, match) for match in _ODD.finditer(text))


def _is_odd(text: str, match: re.Match[str]) -> bool:
    before = text[match.start() - 1 : match.start()]
    # Words in capitals ("ÉTÉ") are no oddity.
    return not (match[0].isupper() and before.isupper())


def _control_share(content: bytes) -> float:
    sample = content[:4096]
    return sum(byte < 32 and byte not in b"\t\n\r\f\x1b" for byte in sample) / max(1, len(sample))


def _binary(label: str) -> ArticleError:
    return ArticleError(f"{label}: is not a text file; remove it or save the story as UTF-8 text")
