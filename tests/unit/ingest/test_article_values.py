"""Dates, names, keys and characters as they come from outside."""

from __future__ import annotations

import re
from datetime import date, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assistant.ingest.boilerplate import is_biography, is_furniture
from assistant.ingest.build import field
from assistant.ingest.dateline_scripts import find_dateline, parse_other_dateline
from assistant.ingest.dates import parse_published
from assistant.ingest.ids import UniqueKeys, member_parts, safe_key
from assistant.ingest.readers.text import read_articles
from assistant.schema.articles import Article
from assistant.text.months import MONTHS
from assistant.text.unicode import block, one_line, visible

DAY = date(2023, 3, 22)


def read_article(text: str, *, article_id: str, path: str) -> Article:
    (reading,) = read_articles(text, article_id=article_id, path=path)
    return reading.article


@pytest.mark.parametrize(
    "value",
    [
        "2023-03-22",
        "2023-03-22T23:30:00-05:00",
        "20230322",
        "20230322T101500Z",
        "Wed, 22 Mar 2023 23:30:00 -0500",
        "March 22, 2023",
        "22 March 2023 10:30 GMT",
        "22/03/2023",
        "03/22/2023",
        "22.3.2023",
        1679500000,
        1679500000000,
        "1679500000",
        20230322,
        "2023年3月22日",
        "令和5年3月22日",
        "2023년 3월 22일",
        "22 марта 2023 г.",
        "22 березня 2023",
        "٢٢ مارس ٢٠٢٣",
        "22 मार्च 2023",
        "22 mars 2023",
        "22. März 2023",
        "22 de marzo de 2023",
        "22 de março de 2023",
        "mercoledì 22 marzo 2023",
        "22 maart 2023",
        "22 marca 2023",
        "22 Mart 2023",
        date(2023, 3, 22),
        datetime(2023, 3, 22, 23, 59),
    ],
)
def test_dates_in_the_shapes_and_languages_of_the_world(value: object) -> None:
    assert parse_published(value) == DAY


@pytest.mark.parametrize(
    "value",
    [
        "03/04/2023",
        "yesterday",
        "2 days ago",
        "March 2023",
        "2023",
        2023,
        "2023-02-30",
        "",
        None,
        True,
        float("nan"),
        float("inf"),
        10**40,
        "3 new reports of 2023 were read",
        "x" * 1000,
    ],
)
def test_what_is_no_whole_date(value: object) -> None:
    assert parse_published(value) is None


@given(st.one_of(st.text(), st.integers(), st.floats(), st.binary().map(repr)))
def test_any_value_is_a_date_or_not(value: object) -> None:
    found = parse_published(value)
    assert found is None or 1800 <= found.year < 2200


def test_the_months_are_those_of_the_unicode_consortium() -> None:
    from babel.dates import get_month_names

    for language in ("en", "fr", "de", "es", "it", "pt", "nl", "ru", "uk", "ar", "hi"):
        for number, name in get_month_names("wide", "format", language).items():
            assert MONTHS[name.lower()] == number


@pytest.mark.parametrize(
    ("dateline", "place", "source", "day"),
    [
        ("新华社莫斯科3月22日电（记者 张三）", "莫斯科", "新华社", (None, 3, 22)),
        ("新华社莫斯科2023年3月22日电 ", "莫斯科", "新华社", (2023, 3, 22)),
        ("（中央社莫斯科22日綜合外電報導）", "莫斯科", "中央社", (None, None, 22)),
        ("中新网3月22日电 ", "", "中新网", (None, 3, 22)),
        ("本报北京3月22日电 ", "北京", None, (None, 3, 22)),
        ("【モスクワ=共同】", "モスクワ", "共同", (None, None, None)),
        ("【ワシントン時事】", "ワシントン", "時事", (None, None, None)),
        ("[モスクワ 22日 ロイター] - ", "モスクワ", "ロイター", (None, None, 22)),
        ("【3月22日 AFP】", "", "AFP", (None, 3, 22)),
        ("(서울=연합뉴스) 홍길동 기자 = ", "서울", "연합뉴스", (None, None, None)),
        ("МОСКВА, 22 мар — РИА Новости. ", "МОСКВА", "РИА Новости", (None, 3, 22)),
        ("МОСКВА, 22 марта. /ТАСС/. ", "МОСКВА", "ТАСС", (None, 3, 22)),
        ("Москва. 22 марта. INTERFAX.RU - ", "Москва", "INTERFAX.RU", (None, 3, 22)),
        ("КИЕВ, 5 ноября 2022 года (Укринформ) - ", "КИЕВ", "Укринформ", (2022, 11, 5)),
        ("موسكو 22 مارس (رويترز) - ", "موسكو", "رويترز", (None, 3, 22)),
        ("موسكو (أ ف ب) – ", "موسكو", "أ ف ب", (None, None, None)),
        ("القاهرة ٤ يوليو/تموز ٢٠١٧ (أ ش أ) - ", "القاهرة", "أ ش أ", (2017, 7, 4)),
        ("नई दिल्ली, 4 जुलाई (आईएएनएस)। ", "नई दिल्ली", "आईएएनएस", (None, 7, 4)),
        ("मॉस्को, 22 मार्च (भाषा) ", "मॉस्को", "भाषा", (None, 3, 22)),
    ],
)
def test_datelines_in_other_scripts(dateline: str, place: str, source: str | None, day: tuple[int | None, ...]) -> None:
    found = find_dateline(f"{dateline}तत्व和語")
    assert found is not None
    assert (found.length, found.place, found.source) == (len(dateline), place, source)
    assert (found.year, found.month, found.day) == day


@pytest.mark.parametrize(
    "text",
    [
        "Он приехал 22 марта — в среду",
        "据新华社报道，3月22日电影上映",
        "الرئيس (شي) - قال",
        "【注】共同声明",
        "習近平は3月22日、述べた",
        "",
        "é",
    ],
)
def test_openings_that_only_look_like_a_dateline(text: str) -> None:
    assert parse_other_dateline(text) is None


@pytest.mark.parametrize(
    ("dateline", "source"),
    [
        ("Rio de Janeiro, June 3 (EFE) - ", "EFE"),
        ("LONDON (Reuters) - ", "Reuters"),
        ("BEIJING, Nov. 2 (Xinhua) -- ", "Xinhua"),
        ("(Reuters) - ", "Reuters"),
        ("March 22 (Reuters) - ", "Reuters"),
        ("MOSCOW, March 22. /TASS/. ", "TASS"),
        ("PARIS (AP) _ ", "AP"),
        ("Frankfurt am Main (dpa) - ", "dpa"),
        ("Madrid, 3 jun (EFE).- ", "EFE"),
        ("PARIS, 22 mars (Reuters) - ", "Reuters"),
        ("Beijing [China], March 22 (ANI): ", "ANI"),
        ("Berlin, 22. März (Reuters) - ", "Reuters"),
    ],
)
def test_datelines_in_latin_script(dateline: str, source: str) -> None:
    found = find_dateline(f"{dateline}Xi came.")
    assert found is not None
    assert (found.length, found.source) == (len(dateline), source)


@pytest.mark.parametrize(
    "text",
    [
        "Xi Jinping (left) - the leader",
        "(Xi) - he came",
        "Well-known - a word (AP) - x",
        "President of France (Macron) - he",
    ],
)
def test_brackets_that_are_no_dateline(text: str) -> None:
    assert find_dateline(text) is None


@pytest.mark.parametrize(
    ("value", "key"),
    [
        ("a/1 #x", "a-1-x"),
        ("https://e.org/2023/xi-visit/", "2023-xi-visit"),
        ("https://e.org/?p=17", "e.org-p=17"),
        ("../../etc", "etc"),
        ("  ", ""),
        ("###", ""),
        ("習近平 訪問", "習近平-訪問"),
        ("\u202ea\u200bb", "ab"),
        ("https://[bad", ""),
    ],
)
def test_keys(value: str, key: str) -> None:
    assert safe_key(value) == key


@given(st.lists(st.text(max_size=100) | st.sampled_from(["a", "a!", "1", "2", "x" * 200]), max_size=30))
def test_keys_are_safe_and_unique(values: list[str]) -> None:
    keys, unique = [], UniqueKeys()
    for number, value in enumerate(values, start=1):
        keys.append(unique.take(value, number))
    assert len(set(keys)) == len(keys)
    for key in keys:
        assert key
        assert re.fullmatch(r"[\w.~+@=-]+", key)
        assert len(key) <= 110
        key.encode()


@pytest.mark.parametrize(
    ("name", "parts"),
    [
        ("a/b.txt", ("a", "b.txt")),
        ("../../x", ("x",)),
        ("/abs", ("abs",)),
        ("C:\\d\\e.txt", ("d", "e.txt")),
        ("./..", ()),
    ],
)
def test_members_names(name: str, parts: tuple[str, ...]) -> None:
    assert member_parts(name) == parts


@pytest.mark.parametrize(
    ("text", "clean"),
    [
        ("Pu\u200btin", "Putin"),
        ("\u202eabc\u202c", "abc"),
        ("a\u00adb", "ab"),
        ("\ufeffa", "a"),
        ("a\U000e0041\U000e0042", "a"),
        ("می\u200cخواهم", "می\u200cخواهم"),
        ("क्\u200dष", "क्\u200dष"),
        ("a\u200cb", "ab"),
        ("👨\u200d👩", "👨\u200d👩"),
        ("x\ud800y", "x\ufffdy"),
        ("❤️", "❤️"),
        ("naïve “x” – 中文", "naïve “x” – 中文"),
        ("a\x00\x1bb\tc\nd", "ab\tc\nd"),
        ("م\u200b\u200cخ", "م\u200cخ"),
        ("क्\u200d\u200b", "क्"),
        ("क्\u200d\u200dष", "क्ष"),
        ("葛\U000e0100", "葛"),
        ("🚀\u200d\ufffc", "🚀"),
    ],
)
def test_characters_nobody_sees_are_taken_out(text: str, clean: str) -> None:
    assert visible(text) == clean


@given(st.text())
def test_cleaning_is_done_once(text: str) -> None:
    for function in (visible, one_line, block):
        once = function(text)
        assert function(once) == once
        once.encode()
    assert field(text) is None or len(field(text) or "") <= 1000


@pytest.mark.parametrize(
    "line",
    [
        "Share on Facebook",
        "Tweet",
        "Share this article",
        "Follow us on Twitter",
        "Sign up for our newsletter",
        "Advertisement",
        "Photo: Getty Images",
        "Xi and Putin in the Kremlin. Photo: Sputnik/AFP",
        "Image credit: Reuters",
        "(Reporting by Jane Doe; Editing by John Roe)",
        "3 min read",
        "Story continues below advertisement",
        "Comments (12)",
        "Tags: China, Russia",
        "责任编辑：张三",
        "Copyright © 2024",
        "Facebook Twitter WhatsApp",
    ],
)
def test_lines_of_the_page(line: str) -> None:
    assert is_furniture(line)


@pytest.mark.parametrize(
    "line",
    [
        "Shares fell by 3 percent on Tuesday.",
        "He shared the photo with the police.",
        "The photograph shows the two leaders in Moscow.",
        "Facebook said it had removed the posts.",
        "Comments by the minister were welcomed.",
        "Home sales rose in May.",
        "The photo (left) was taken in 1953, the museum said.",
        "Reporting by the agency was confirmed on Monday by two officials." * 3,
        "Xi left.",
    ],
)
def test_sentences_that_are_not_of_the_page(line: str) -> None:
    assert not is_furniture(line)


def test_biographies() -> None:
    assert is_biography("Jane Doe is a reporter covering China for The Daily Ivy. Follow her on Twitter @jane.")
    assert not is_biography("Xi Jinping is the president of China.")
    assert not is_biography("Wang Yi said the reporter was covering the talks.")


@pytest.mark.parametrize(
    ("head", "author", "day"),
    [
        ("By Jane Doe", "Jane Doe", None),
        ("By Jane Doe and Li Wei | March 22, 2023", "Jane Doe and Li Wei", DAY),
        ("Published: 22 March 2023, 10:30 GMT", None, DAY),
        ("March 22, 2023", None, DAY),
        ("2023年3月22日 10:30", None, DAY),
        ("Wednesday, March 22, 2023 at 10:30 a.m.", None, DAY),
    ],
)
def test_bylines_and_date_lines_above_the_story(head: str, author: str | None, day: date | None) -> None:
    article = read_article(f"Leaders meet in Moscow\n\n{head}\n\nThey met.\n\nThey left.", article_id="a", path="a.txt")
    assert (article.title, article.author, article.published) == ("Leaders meet in Moscow", author, day)
    assert [paragraph.text for paragraph in article.paragraphs] == ["They met.", "They left."]


def test_front_matter_that_holds_no_fields_is_text() -> None:
    for written in ("- a\n- b", "just words", "42"):
        article = read_article(f"---\n{written}\n---\n\nThey met.", article_id="a", path="a.md")
        assert any(written in paragraph.text for paragraph in article.paragraphs)


def test_front_matter_names_author_and_language() -> None:
    article = read_article(
        "---\nauthor: [Jane Doe, Li Wei]\nlang: de-AT\nurl: javascript:alert(1)\n---\nSie kam.",
        article_id="a",
        path="a.md",
    )
    assert (article.author, article.language, article.url) == ("Jane Doe, Li Wei", "de", None)


@pytest.mark.parametrize(
    ("text", "language", "title"),
    [
        ("习近平主席抵达莫斯科。\n\n他将会见普京。", "zh", "习近平主席抵达莫斯科"),
        ("中国の習主席がモスクワに到着した。\n\n会談する。", "ja", "中国の習主席がモスクワに到着した"),
        ("МОСКВА, 22 марта. /ТАСС/. Си Цзиньпин прибыл. Его встретили.\n\nОн уехал.", "ru", "Си Цзиньпин прибыл"),
        ("موسكو (أ ف ب) – وصل الرئيس. ثم غادر.\n\nانتهى.", "ar", "وصل الرئيس"),
        ("वह मास्को गया। उसने कहा।\n\nठीक है।", "hi", "वह मास्को गया।"),
    ],
)
def test_texts_in_other_scripts(text: str, language: str, title: str) -> None:
    article = read_article(text, article_id="a", path="a.txt")
    assert (article.language, article.title) == (language, title)
    assert all(text[p.offset :][: len(p.text)] == p.text for p in article.paragraphs)
    assert len(article.paragraphs) == 2
