import pytest

from assistant.ingest.discover import list_files
from assistant.schema.articles import Article, Paragraph
from assistant.web.examples import example_questions


def article(*texts, dateline=0):
    paragraphs = tuple(Paragraph(f"a#p{n}", n, text, 0, dateline) for n, text in enumerate(texts, 1))
    return Article("a", "A title", None, None, paragraphs)


@pytest.mark.parametrize(
    ("sentence", "question"),
    [
        ("Following their talks, Xi and Putin signed two statements.", "What did Xi and Putin sign?"),
        ("Mayor Berg opened the ferry terminal on Sunday.", "What did Mayor Berg open?"),
        ("Lund and Berg will attend the summit in Oslo later this week.", "Who will attend the summit in Oslo?"),
        ("The Berg Group agreed to sell its ferries.", "What did the Berg Group agree to do?"),
        ("It was Prime Minister Berg's visit to Lund that mattered.", "When did Berg visit Lund?"),
        ("The mayor praised Berg, who launched the new ferry.", "Who launched the new ferry?"),
    ],
)
def test_a_sentence_of_a_known_shape_becomes_the_question_it_answers(sentence, question):
    # A name is known as one from where it stands inside a sentence.
    known = "They met Lund, Berg, Xi, Putin and Mayor Berg."
    assert question in example_questions([article(known, sentence)])


@pytest.mark.parametrize(
    "sentence",
    [
        "They signed two statements.",
        "Although approved in May, the plan failed.",
        "Reviewers welcomed the book.",
        "He said Berg, who opened it, was late.",
        "<b>Berg</b> signed.",
        "",
        " \n ",
    ],
)
def test_any_other_sentence_becomes_none(sentence):
    assert example_questions([article("It was Berg.", sentence)]) == []


def test_articles_take_turns_and_nothing_is_asked_twice():
    one = article("To Xi and Putin. Xi signed a new law. Putin opened a bridge.")
    other = article("To Berg. Berg launched a ferry. Xi signed a new law.", "With Xi.")
    assert example_questions([one, other], most=3) == [
        "What did Xi sign?",
        "What did Berg launch?",
        "What did Putin open?",
    ]
    assert example_questions([one, one], most=9) == ["What did Xi sign?", "What did Putin open?"]


def test_the_dateline_is_no_part_of_a_question():
    text = "Oslo, 5 May: Berg opened a ferry terminal, said Berg."
    assert example_questions([article(text, dateline=13)]) == ["What did Berg open?"]


def test_the_two_seeds_give_four(seeds):
    articles = [article for file in list_files(seeds) for article in file.articles()]
    assert example_questions(articles) == [
        "Who held talks with Putin in the Kremlin?",
        "When did Xi Jinping visit Moscow?",
        "Who will attend the Group of 20 summit in Germany?",
        "What did Xi and Putin sign?",
    ]
