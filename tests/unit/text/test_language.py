"""The language of an article's text."""

from __future__ import annotations

import logging

import pytest

from assistant.text import language
from assistant.text.language import language_of


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("The two sides met in Moscow and signed the treaty.", "en"),
        ("Der Präsident kam nach Köln und die Gespräche waren gut.", "de"),
        ("La présidente est arrivée à Paris pour les négociations.", "fr"),
        ("El presidente llegó a la capital para una reunión con los ministros.", "es"),
        ("O governo anunciou na terça-feira que a nova lei entra em vigor em janeiro.", "pt"),
        ("Il governo ha annunciato martedì che la nuova legge entrerà in vigore a gennaio.", "it"),
        ("De regering zei dinsdag dat de nieuwe wet in januari van kracht wordt.", "nl"),
        ("Regeringen sade på tisdagen att den nya lagen träder i kraft i januari.", "sv"),
        ("Regeringen sagde tirsdag, at den nye lov træder i kraft til januar.", "da"),
        ("Regjeringen sa tirsdag at den nye loven trer i kraft i januar.", "no"),
        ("Hallitus kertoi tiistaina, että uusi laki tulee voimaan tammikuussa.", "fi"),
        ("Rząd poinformował we wtorek, że nowa ustawa wejdzie w życie w styczniu.", "pl"),
        ("Vláda v úterý oznámila, že nový zákon vstoupí v platnost v lednu.", "cs"),
        ("A kormány kedden bejelentette, hogy az új törvény januárban lép hatályba.", "hu"),
        ("Guvernul a anunțat marți că noua lege va intra în vigoare în ianuarie.", "ro"),
        ("Hükümet salı günü yeni yasanın ocak ayında yürürlüğe gireceğini açıkladı.", "tr"),
        ("Chính phủ cho biết hôm thứ Ba rằng luật mới sẽ có hiệu lực vào tháng Giêng.", "vi"),
        ("Президент України прибув до Києва", "uk"),
        ("Правительство сообщило во вторник, что новый закон вступит в силу в январе.", "ru"),
        ("Правителството съобщи във вторник, че новият закон влиза в сила през януари.", "bg"),
        ("Η κυβέρνηση ανακοίνωσε την Τρίτη ότι ο νέος νόμος θα ισχύσει τον Ιανουάριο.", "el"),
        ("قالت الحكومة يوم الثلاثاء إن القانون الجديد سيدخل حيز التنفيذ في يناير.", "ar"),
        ("رئیس جمهور گفت چه", "fa"),
        ("सरकार ने मंगलवार को कहा कि नया कानून जनवरी में लागू होगा।", "hi"),
        ("中國國家主席習近平抵達莫斯科", "zh"),
        ("新しい法律は一月に施行されると政府は火曜日に発表した。", "ja"),
        ("정부는 화요일 새 법이 1월에 시행된다고 밝혔다.", "ko"),
    ],
)
def test_the_language_is_told_by_one_sentence(text: str, language: str) -> None:
    assert language_of(text) == language


def test_a_foreign_name_does_not_change_it() -> None:
    assert language_of("Xi visited 北京 on Monday and the talks went well") == "en"


@pytest.mark.parametrize("text", ["", "1234", "Moscow", "Xi Jinping, Wladimir Putin", "Reuters, 4 July 2017"])
def test_what_does_not_tell_a_language_has_none(text: str) -> None:
    assert language_of(text) is None


def test_without_room_to_unpack_what_is_known_of_languages_there_is_none(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def full(*_: object, **__: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("py3langid.langid.LanguageIdentifier.from_model_file", full)
    language._identifier.cache_clear()
    try:
        with caplog.at_level(logging.WARNING):
            assert [language_of("The two sides met in Moscow.") for _ in range(2)] == [None, None]
    finally:
        language._identifier.cache_clear()
    assert len(caplog.records) == 1
    assert "No space left" in caplog.text
