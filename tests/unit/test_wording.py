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
        ("The guest may have thanked Putin.", "The guest may have thanked Putin."),
        ("In May two statements were signed.", "In May two statements were signed."),
        ("Xi Jinping thanked the guest.", "Xi Jinping came. On Monday he thanked the guest."),
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
        ("Packets are delivered by Xi.", "Packets are delivered by him."),
        ("The guest was thanked by the East.", "He said that the guest was thanked."),
        ("The guest thanked Putin.", "The guest may have thanked Putin."),
        ("Two statements were signed.", "Two statements were reportedly signed."),
        ("Guests always thanked Putin.", "In most years guests always thanked Putin."),
        ("Putin signed 50 statements.", "Putin signed nearly 50 statements."),
        ("Matthew thanked the guest.", "Jonathan Taylor, who came first, thanked the guest."),
        ("Matthew thanked the guest.", "When Jonathan Taylor came, he thanked the guest."),
        ("Xi signed many statements since 2003.", "Xi signed many statements. He kept the guest since 2003."),
    ],
)
def test_what_strays_in_words_or_their_order_is_not(sentence, text):
    assert not is_close(sentence, QUESTION, evidence(sentence, text))


def test_who_speaks_is_not_what_he_speaks_of():
    quote = "Members of the council have duties, he added."
    asked = "Which members of the council have duties?"
    member = "Xi Jinping is a member of the council."
    assert not is_close(member, asked, told(member, quote))
    said = "Xi Jinping added that members of the council have duties."
    assert is_close(said, asked, told(said, quote))


def told(sentence, quote):
    """Evidence as it is where the name stands in the paragraph before."""
    return evidence(sentence, "Xi Jinping arrived.", quote)


def test_the_title_says_where_it_was_and_a_year_is_no_measure():
    quote = "Following their talks, Xi and Putin signed two joint statements on cooperation up to 2030."
    sentence = "Xi and Putin signed two joint statements in Moscow in 2023."
    asked = "What did Xi and Putin sign in Moscow in 2023?"
    passages = [
        Passage(Paragraph("a#p1", 1, "They met in Moscow."), "a", title, "TDI", date(2023, 3, 22)) for title in ("", "")
    ]
    stated = [
        Passage(Paragraph("a#p2", 2, quote), "a", title, "TDI", date(2023, 3, 22))
        for title in ("Xi’s visit to Moscow", "Xi’s visit to Putin")
    ]
    close = [
        is_close(sentence, asked, Support().check(sentence, [before, own]))
        for before, own in zip(passages, stated, strict=True)
    ]
    assert close == [True, False]
    measured = "Xi kept up to 50 guests."
    assert not is_close("Xi kept 50 guests.", "How many guests did Xi keep?", evidence("Xi kept 50 guests.", measured))


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


NOTED = "During the talks, Xi noted, “China and Russia share a border. This commitment remains steadfast.”"


def test_what_a_speaker_says_in_a_sentence_that_does_not_name_him_is_not_told_as_fact():
    sentence = "This commitment remains steadfast."
    own = evidence(sentence, NOTED, speaker="Xi")
    assert not is_close(sentence, "Which commitment remains steadfast?", own)
    assert in_their_words(own).startswith("“During the talks, Xi noted")


@pytest.mark.parametrize(
    ("sentence", "question", "speaker"),
    [
        ("This commitment remains steadfast.", "What did Xi say of the commitment?", "Xi"),
        ("Xi noted that this commitment remains steadfast.", "Which commitment remains steadfast?", "Xi"),
        ("This commitment remains steadfast.", "Which commitment remains steadfast?", None),
        ("During the talks it was noted.", "What was noted during the talks?", "Xi"),
    ],
)
def test_and_may_be_told_where_his_name_stands(sentence, question, speaker):
    assert is_close(sentence, question, evidence(sentence, NOTED, speaker=speaker))
