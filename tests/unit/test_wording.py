from datetime import date

import pytest

from assistant.schema import Paragraph, Passage
from assistant.support import Support
from assistant.wording import in_their_words, is_close

FLED = "Both before and after the 1708 act, an estimated 50,000 Walloons and Huguenots fled to England."
MUSEUM = "The History Museum has 60 rooms. The Museum of Independence keeps objects of the struggle."
QUESTION = "Who fled, signed, thanked or keeps what?"
SIGNED = "Xi and Putin signed two joint statements, and Putin thanked his guest."


def evidence(sentence, *texts, speaker=None):
    passages = [
        Passage(Paragraph(f"a#p{n}", n, text, speaker=speaker), "a", "A title", "TDI", date(2023, 3, 22))
        for n, text in enumerate(texts, 1)
    ]
    return Support().check(sentence, passages)


@pytest.mark.parametrize(
    ("sentence", "text"),
    [
        ("Xi and Putin signed two joint statements.", SIGNED),
        ("Putin thanked his guest.", SIGNED),
        ("An estimated 50,000 Walloons and Huguenots fled to England.", FLED),
        ("The Museum of Independence keeps objects of the struggle.", MUSEUM),
        ("Xi Jinping signed.", "Signing President Xi Jinping smiled."),
        ("Putin thanked the guest.", "Putin arrived on Monday. He thanked the guest."),
        ("On 22 March 2023 Xi and Putin signed two joint statements.", SIGNED),
    ],
)
def test_what_is_said_as_it_is_written_is_close(sentence, text):
    assert is_close(sentence, QUESTION, evidence(sentence, text))


@pytest.mark.parametrize(
    ("sentence", "text"),
    [
        ("50,000 Huguenots fled to England after the 1708 act.", FLED),
        ("The History Museum keeps objects of the struggle.", MUSEUM),
        ("Xi and Putin secretly signed two joint statements.", SIGNED),
        ("The two joint statements of Putin and Xi were signed.", SIGNED),
        ("Xi thanked Putin.", "Putin thanked Xi."),
        ("Putin thanked.", "Thanked was Putin."),
    ],
)
def test_what_strays_in_words_or_their_order_is_not(sentence, text):
    assert not is_close(sentence, QUESTION, evidence(sentence, text))


def test_a_bare_name_claims_what_its_quote_need_not_state():
    quote = "A diaspora of French Australians still calls itself Huguenot in Australia."
    assert not is_close("Australia", "Which country has Huguenots today?", evidence("Australia", quote))
    sentence = "Huguenots live in Australia."
    stated = "Huguenots live in Australia, too."
    assert is_close(sentence, "Which country has Huguenots today?", evidence(sentence, stated))


def test_the_quotes_stand_in_quotation_marks_with_their_speaker():
    sentence = "They signed two joint statements."
    assert in_their_words(evidence(sentence, "He said they signed two joint statements.", speaker="Xi")) == (
        "Xi: “He said they signed two joint statements.”"
    )
