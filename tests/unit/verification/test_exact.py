"""A number of a sentence stands in what it cites, whatever way either writes it."""

from __future__ import annotations

import pytest
from answer_samples import NEW, context, passage

from assistant.schema.articles import Passage
from assistant.text.figures import figures
from assistant.verification.exact import unstated_figures, unstated_names


def unstated(sentence: str, *passages: Passage, question: str = "") -> tuple[str, ...]:
    return tuple(figure.written for figure in unstated_figures(sentence, passages, question))


@pytest.mark.parametrize(
    ("sentence", "text"),
    [
        ("It cost 2,100 euros.", "It cost 2100 euros."),
        ("It cost 2100 euros.", "It cost 2,100 euros."),
        ("It cost 1.5 million.", "It cost 1,500,000."),
        ("It cost $1.5bn.", "It cost 1.5 billion dollars."),
        ("They owe 73 million pounds.", "They owe £73m."),
        ("They owe £1.6M.", "They owe 1.6 million pounds."),
        ("It cost 20,000 crowns.", "It cost 20k crowns."),
        ("He ran the 100 metres.", "He ran the 100m."),
        ("It cost fifty thousand.", "It cost 50,000."),
        ("It carries ninety cars.", "It carries 90 cars."),
        ("It carries 21 cars.", "It carries twenty-one cars."),
        ("He is 19.", "The 19-year-old won."),
        ("He came fourth.", "He came 4th."),
        ("They met on July 4th.", "They met on 4 July."),
        ("In the 21st century.", "In the twenty-first century."),
        ("It grew 3.50 percent.", "It grew by 3.5%."),
        ("They won 3-1.", "It ended 3:1."),
        ("In 2017 and 2018.", "In 2017,2018 and so on."),
        ("Es kostete 410.000 Euro.", "It cost 410,000 euros."),
        ("Es kostete 1,2 Millionen Euro.", "It cost 1.2 million euros."),
        ("Es kostete 1.234,5 Euro, 1.500.000 im Jahr.", "It cost 1,234.5 euros, 1.5 million a year."),
        ("Cela a coûté 73 millions.", "It cost £73m."),
        ("Cela a coûté 1 200 000 euros.", "It cost 1.2 million euros."),
        ("Es kostete 1’200’000 Franken.", "It cost 1.2 million francs."),
        ("Costó 38,4 millones de euros.", "It cost 38.4 million euros."),
        ("Custou 1,9 bilhão.", "It cost 1.9 billion."),
        ("Es kostete 1,9 Mrd. Kronen.", "It cost 1.9 billion kroner."),
        ("Это стоило 38,4 млн евро.", "It cost 38.4 million euros."),
        ("费用为1.2亿元。", "It cost 120 million yuan."),
        ("Über 20 Tausend kamen.", "About 20,000 came."),
        ("Er lief 3.125 Meter.", "He ran 3.125 kilometres."),
        ("Am 4.7.2017 kamen sie, am 05.07.2017 gingen sie.", "They came on 4 July 2017 and left on the 5th."),
        ("Le 4/7/2017, 2017.7.4, 2017-07-04.", "On 4 July 2017."),
        ("On 7/22/2017 and 22/07/2017.", "On 22 July 2017."),
        ("They came on 4 July 2017.", "Am 4.7.2017 kamen sie."),
        ("It cost $5 million. Twelve died.", "Twelve people died. It cost $5 million."),
        ("It killed one hundred.", "It killed one hundred, ten of them children."),
        ("1,200 people came.", "Il y avait 1 200 personnes."),
        ("1,200 people came.", "Il y avait 1\u2009200 personnes."),
        ("On July 4 200 people came, in 2017 300 people.", "On 4 July, 200 people, in 2017, 300."),
        ("It cost 5 bln and 6 mln.", "It cost 5 billion and 6 million."),
        ("Це коштувало 5 мільйонів і 6 тисяч.", "It cost 5 million and 6,000."),
        ("3만5000명이 1억 2000만 원을 냈다.", "35,000 people paid 120 million won."),
        ("헌법 9조.", "Article 9."),
        ("1億2000万円、3兆円、5百万円。1.2万亿元。", "120 million, 3 trillion, 5 million. 1.2 trillion."),
        ("١٬٢٠٠ شخص و٥ مليون.", "1,200 people and 5 million."),
        ("5 करोड़ और 3 लाख।", "5 crore and 300,000."),
        ("5 lakh crore and 1,50,000 rupees.", "5 trillion and 150,000 rupees."),
        ("5 Mia. Euro, 6 Mio. Euro.", "5 billion euros, 6 million euros."),
        ("5 milyon, 6 juta, 4 mil millones.", "5 million, 6 million, 4 billion."),
        ("5 millionaires came.", "Fünf Millionäre kamen, 5 of them."),
        ("Half a million, 2,500,000 and a million.", "500,000, 2½ million and 1 million."),
        ("From $5 million to $10 million.", "It costs $5–$10 million."),
        ("Five to ten million.", "5 million to 10 million."),
        ("Es wog 0,125 Gramm.", "It weighed 0.125 grams."),
        ("Nobody came.", ""),
    ],
)
def test_a_number_is_compared_by_its_value(sentence: str, text: str) -> None:
    assert unstated(sentence, passage(text, published=None)) == ()


@pytest.mark.parametrize(
    ("sentence", "text", "missing"),
    [
        ("It cost 2,100 euros.", "It cost 2,101 euros, or 2 and 100.", ("2,100",)),
        ("It cost 1.5 million.", "It cost 1.5 billion.", ("1.5 million",)),
        ("It cost 1.5 million.", "It cost 1.5.", ("1.5 million",)),
        ("They owe 73 million pounds.", "They owe £73 and 5m.", ("73 million",)),
        ("They owe £73m.", "They owe 73,000 pounds.", ("73m",)),
        ("It is 73 million.", "It is 73mm wide.", ("73 million",)),
        ("It is 5 million.", "In 2005m and 5th b.", ("5 million",)),
        ("It grew 3.5 percent.", "It grew from 3 to 5, by 35 percent.", ("3.5",)),
        ("It grew 3,5 percent.", "It did not grow.", ("3,5",)),
        ("It cost 12,50.", "It cost something.", ("12,50",)),
        ("It cost 1.500.000.", "It cost something.", ("1.500.000",)),
        ("Es kostete 410.000 Euro.", "It cost 411,000 euros.", ("410.000",)),
        ("Es kostete 1,2 Millionen Euro.", "It cost 1.3 million euros, not 2.", ("1,2",)),
        ("Es kostete 73 Millionen Euro.", "It cost 74 million euros.", ("73",)),
        ("3 Millionen Menschen kamen.", "3 people came.", ("3",)),
        ("3 Millionen Menschen kamen.", "3,000 people came.", ("3",)),
        ("Vinieron 410 mil.", "410 houses.", ("410",)),
        ("Пришло 3 млн.", "3 billion came.", ("3",)),
        ("It is 73 miles.", "It cost 73 million euros.", ("73",)),
        ("It is 73 millimetres.", "It cost 73 million euros.", ("73",)),
        ("It cost 1,0000.", "It cost 1,000 and 0.", ("1",)),
        ("They met in 2017,2018.", "They met.", ("2017", "2018")),
        ("They met on 4 July 2017.", "They met on 5 July 2017.", ("4",)),
        ("Am 5.7.2017 kamen sie.", "They came on 4 July 2017.", ("5",)),
        ("They came on 2018-07-04.", "They came on 4 July 2017.", ("2018",)),
        ("They came on 04/07/2017.", "They came on 5 June 2017.", ("04",)),
        ("Version 4.7.2 came.", "They came on 4 July 2017.", ("4.7", "2")),
        ("He came 4th.", "He came 5th.", ("4th",)),
        ("In the 1980s.", "In the 1990s.", ("1980",)),
        ("It carries ninety-one cars.", "It carries ninety cars.", ("ninety-one",)),
        ("It costs 7 or 8.", "It costs 8.", ("7",)),
        ("It cost 100.", "", ("100",)),
        ("It cost 5,000,002.", "The fire cost $5 million. Two people died.", ("5,000,002",)),
        ("110 died.", "It killed one hundred, ten of them children.", ("110",)),
        ("Il y avait 7 200 personnes.", "200 people came.", ("7 200",)),
        ("10 millionaires came.", "Ten million came.", ("10",)),
        ("Half a million came.", "A million came.", ("Half a million",)),
        ("It weighed 0,125.", "It weighed 125.", ("0,125",)),
        ("It cost 0 million.", "It cost 5 million.", ("0 million",)),
    ],
)
def test_another_number_is_not_stated(sentence: str, text: str, missing: tuple[str, ...]) -> None:
    assert unstated(sentence, passage(text, published=None)) == missing


@pytest.mark.parametrize(
    ("count", "missing"),
    [("Two", ()), ("ten", ()), ("eleven", ("eleven",)), ("2", ("2",)), ("twenty", ("twenty",)), ("the first", ())],
)
def test_a_small_count_in_words_may_be_the_readers_own(count: str, missing: tuple[str, ...]) -> None:
    assert unstated(f"{count} of them came.", passage("Anna came and Bo came.")) == missing


@pytest.mark.parametrize(
    ("sentence", "text", "missing"),
    [
        ("Six people died.", "Nineteen people died.", ("Six",)),
        ("It was his second visit.", "It was his third visit.", ("second",)),
        ("Two joint statements were signed.", "Twelve papers and two joint statements.", ()),
        ("Two papers were signed.", "They signed a treaty and a plan, and read 12 letters.", ()),
        ("Two of the people died.", "Nineteen people came; Ann and Bo died.", ()),
        ("One person said so.", "Ten person-years went by; Ann said so.", ()),
    ],
)
def test_a_small_count_is_not_the_readers_own_where_the_text_counts_the_same(
    sentence: str, text: str, missing: tuple[str, ...]
) -> None:
    assert unstated(sentence, passage(text)) == missing


@pytest.mark.parametrize(
    ("sentence", "missing"),
    [
        ("On 22 March 2023 they met.", ()),
        ("On March 22nd they met.", ()),
        ("On March 22–23 they met.", ("23",)),
        ("Sie trafen sich am 22. März 2023.", ()),
        ("Se reunieron el 22 de marzo de 2023.", ()),
        ("2023年3月22日に会った。", ()),
        ("They met on 22/3/2023 (2023-03-22).", ()),
        ("In 2023 they met.", ()),
        ("In 2022 they met.", ("2022",)),
        ("On 22 April they met.", ()),
        ("They met 22 times.", ("22",)),
        ("On 3 March they met.", ("3",)),
        ("2023年4月22日に会った。", ("4",)),
        ("They signed 3 papers on 22 March.", ("3",)),
        ("It ended 3-22.", ("3", "22")),
    ],
)
def test_the_day_of_a_report_states_the_figures_of_a_date(sentence: str, missing: tuple[str, ...]) -> None:
    assert unstated(sentence, passage("They met.", published=NEW)) == missing


def test_one_of_several_texts_is_enough() -> None:
    begun, ended = passage("It began with 3.", 1), passage("It ended with fifty.", 2)
    assert unstated("From 3 to 50.", begun, ended) == ()
    assert unstated("From 3 to 50.", begun, question="Why did it end at 50?") == ()
    assert unstated("From 3 to 50.") == ("3", "50")


def test_numbers_are_told_as_they_are_written() -> None:
    text = "On the 4th, twenty-one of 2,100 paid $1.5 million."
    assert [figure.written for figure in figures(text)] == ["4th", "twenty-one", "2,100", "1.5 million"]
    assert [set(map(str, map(int, figure.values))) for figure in figures(text)] == [
        {"4"}, {"21"}, {"2100"}, {"1500000"},
    ]  # fmt: skip


def test_a_letter_at_a_number_may_be_a_unit_or_a_magnitude() -> None:
    (figure,) = figures("a race of 4m")
    assert (figure.written, figure.values) == ("4m", {4, 4_000_000})


REPORT = context(
    "Putin congratulated his Chinese guest in the Kremlin, where the two had come together for the first time in years."
)


@pytest.mark.parametrize(
    ("sentence", "unstated"),
    [
        ("Vladimir Putin congratulated his guest.", ("Vladimir",)),
        ("Putin congratulated Xi in the Kremlin.", ()),
        ("Putin congratulated Li in the Kremlin.", ("Li",)),
        ("His guest from China was congratulated.", ()),
        ("In March the guest was congratulated on Monday.", ()),
        ("Congratulated was his guest by the Russian Putin.", ("Russian",)),
        ("The agency TDI told of his guest, whom Putin congratulated.", ()),
        # Another language: hardly a word of it is the report's.
        ("Le président a félicité son invité à Moscou, selon Agence.", ()),
    ],
)
def test_a_name_stands_in_the_report_or_in_the_question(sentence: str, unstated: tuple[str, ...]) -> None:
    assert unstated_names(sentence, REPORT, "What did Xi hear?") == unstated


def test_a_report_whose_capitals_tell_no_names_says_nothing_of_them() -> None:
    report = context("Der Minister sprach am letzten Tag des Jahres in der Halle mit der Kanzlerin.")
    assert unstated_names("Am letzten Tag des Jahres sprach der Minister mit Gästen.", report, "") == ()
