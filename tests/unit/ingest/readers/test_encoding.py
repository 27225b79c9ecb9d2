"""Bytes of the usual and the unusual encodings → text."""

from __future__ import annotations

import io

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assistant.errors import ArticleError
from assistant.ingest.readers.encoding import codec, declared_charset, decode
from assistant.ingest.readers.line_reader import text_lines

TEXTS = [
    (
        "ru",
        "Президент Китая Си Цзиньпин прибыл в Москву.\n\nОн встретится с Владимиром Путиным.",
        ["cp1251", "koi8-r", "cp866"],
    ),
    ("uk", "Президент України прибув до Києва.\n\nЙого зустріли на вокзалі.", ["cp1251"]),
    ("zh", "习近平主席抵达莫斯科。\n\n他将会见普京总统，讨论双边关系。", ["gb18030", "gbk"]),
    ("tw", "中國國家主席習近平抵達莫斯科。\n\n他將會見普京總統，討論雙邊關係。", ["big5"]),
    (
        "ja",
        "中国の習近平国家主席がモスクワに到着した。\n\nプーチン大統領と会談する。",
        ["shift-jis", "euc-jp", "iso2022-jp"],
    ),
    ("ko", "시진핑 주석이 모스크바에 도착했다.\n\n푸틴 대통령을 만난다.", ["euc-kr", "iso2022-kr"]),
    ("ar", "وصل الرئيس الصيني إلى موسكو.\n\nسيلتقي بوتين.", ["cp1256"]),
    ("el", "Ο πρόεδρος έφτασε στην Αθήνα την Τρίτη.\n\nΜίλησε με τον πρωθυπουργό.", ["cp1253"]),
    ("he", "הנשיא הגיע למוסקבה ביום שלישי.\n\nהוא נפגש עם ראש הממשלה.", ["cp1255"]),
    ("en", "The café’s owner spoke.\n\nThe crowd – all of it – listened.", ["cp1252"]),
    ("fr", "Le président est arrivé à Paris.\n\nLes élèves l’écoutèrent à l’école.", ["cp1252"]),
    ("de", "Der Präsident kam nach Köln.\n\nDie Gespräche dauerten länger.", ["cp1252"]),
    ("pl", "Rząd przyjął ustawę o mediach.\n\nPrezydent zażądał wyjaśnień, a później odmówił.", ["cp1250"]),
    ("tr", "Cumhurbaşkanı Ankara'da görüşme yaptı.\n\nŞu anda bir açıklama bekleniyor.", ["cp1254"]),
    ("hi", "राष्ट्रपति मॉस्को पहुँचे।\n\nउन्होंने कहा, ठीक है।", []),
]
WIDE = ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "utf-32"]


@pytest.mark.parametrize(
    ("text", "encoding"),
    [
        pytest.param(text, encoding, id=f"{name} {encoding}")
        for name, text, more in TEXTS
        for encoding in [*WIDE, *more]
    ],
)
def test_encodings_are_recognised(text: str, encoding: str) -> None:
    assert decode(text.encode(encoding), "a.txt") == text


def test_a_declaration_is_believed_where_the_bytes_agree() -> None:
    assert decode("Größe".encode("iso8859-2"), "a", "iso-8859-2") == "Größe"
    assert decode("Größe".encode(), "a", "iso-8859-2") == "Größe"
    assert (
        decode("Größe, sagte er am Freitag in Köln.".encode("cp1252"), "a", "utf-8")
        == "Größe, sagte er am Freitag in Köln."
    )


@pytest.mark.parametrize(
    ("head", "name"),
    [
        (b'<?xml version="1.0" encoding="windows-1251"?>', "windows-1251"),
        (b"<meta charset=gb2312>", "gb2312"),
        (b'<meta http-equiv="Content-Type" content="text/html; charset=Shift_JIS">', "Shift_JIS"),
        (b"charset=utf-8", None),
    ],
)
def test_declarations_of_pages(head: bytes, name: str | None) -> None:
    assert declared_charset(head) == name


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("iso-8859-1", "cp1252"),
        ("GB2312", "gb18030"),
        ("x-unknown", None),
        ("hex", None),
        ("zip", None),
        (None, None),
        ("a\x00b", None),
    ],
)
def test_names_of_encodings(name: str | None, expected: str | None) -> None:
    assert codec(name) == expected


@pytest.mark.parametrize(
    "content", [b"%PDF-1.7 text", b"PK\x03\x04 text", b"\x89PNG\r\n", b"a\x00b\x00\x00c", b"\x01\x02\x03" * 9 + b"\xff"]
)
def test_binary_files_are_refused(content: bytes) -> None:
    with pytest.raises(ArticleError, match=r"^a\.txt: is not a text file"):
        decode(content, "a.txt")


@given(st.binary(max_size=400))
def test_any_bytes_are_text_or_an_error(content: bytes) -> None:
    try:
        text = decode(content, "x")
    except ArticleError:
        return
    text.encode()
    assert "\r" not in text
    assert "\x00" not in text


FRENCH = "Le maire a déclaré que l’été était terminé.\n\nLe coût s’élève à 40 €."


def test_a_stray_byte_garbles_nothing_else() -> None:
    content = FRENCH.encode().replace("déclaré".encode(), b"d\xe9clar\xc3\xa9", 1)
    assert decode(content, "a.txt") == FRENCH


def test_lines_of_an_older_encoding_are_read_in_it() -> None:
    russian, more = "Президент прибыл в Москву, сообщило агентство.\n\n", "Его встретили."
    assert decode(russian.encode() + more.encode("cp1251"), "a.txt") == russian + more


@pytest.mark.parametrize("encoding", ["mac_roman", "cp850"])
def test_what_a_mac_or_dos_wrote(encoding: str) -> None:
    text = "Die Brücke ist geöffnet, sagte der Bürgermeister.\n\nDie Größe zählt, so die Behörde in Köln."
    assert decode(text.encode(encoding), "a.txt") == text


def test_rows_of_two_encodings() -> None:
    rows = ["Le coût est de 4,2 millions.\n", "Le pont a rouvert à midi.\n"]
    content = rows[0].encode() + rows[1].encode("cp1252")
    assert [line for _, line in text_lines(io.BytesIO(content), "a.jsonl")] == rows


def test_a_short_text_that_is_told_only_uncounted() -> None:
    text = (
        "フェリー乗り場閉鎖\n\n2023年4月12日 8時10分\n\n"
        "（スカルホルム＝共同）スカルホルムのフェリー乗り場は金曜日から9週間閉鎖される。"
        "港湾局が発表した。\n\n修理費は380万クローネ。\n"
    )
    assert decode(text.encode("cp932"), "a.txt") == text


def test_escape_sequences_before_the_declaration_and_utf_8() -> None:
    japanese = "習近平国家主席がモスクワに到着した。"
    escaped = japanese.encode("iso2022-jp")
    assert decode(escaped, "a", "utf-8") == decode(escaped, "a", "iso-2022-jp") == japanese
    # "①" is a vendor's own.
    assert decode(b"\x1b$B-!\x1b(B" + escaped, "a") == "\ufffd" + japanese
    assert "".join(line or "" for _, line in text_lines(io.BytesIO(escaped + b"\n\x1b$B-!\x1b(B"), "a")).startswith(
        japanese
    )
    # What a terminal writes is no other text.
    assert decode("\x1b(BMünchen \x1b[1mbrennt".encode(), "a") == "\x1b(BMünchen \x1b[1mbrennt"
