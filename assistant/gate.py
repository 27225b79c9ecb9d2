"""Is the question answered? Two calibrated probabilities, from several signals each.

The language model's P(yes) alone is not calibrated: its best threshold differs from one
collection to the next. Logistic models join it with what can be counted. The first, `report`,
decides before anything is written whether a report is worth asking; the second, `sentence`,
whether a checked sentence is shown, and is the answer's confidence. Their coefficients are in
`gate.json`, refitted by `python -m evals.fit_gate`.
"""

from __future__ import annotations

import json
import math
import re
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from functools import cache
from pathlib import Path

from assistant.dates import may_be_of_its_time, named_periods, without_dates
from assistant.llm import ChatModel
from assistant.prompts import Prompts
from assistant.quoting import Similarities
from assistant.reports import Report, put_to
from assistant.roles import is_reversed
from assistant.support import Evidence, placing
from assistant.words import Word, content_words, spelled_out, stems

COEFFICIENTS = Path(__file__).with_name("gate.json")
_NEVER_CERTAIN = 1e-4
_BESIDE = 0.35
# Log-odds of P(yes) = 0.6: where it is as high after the beginning, reading on changes nothing for the better.
_FOUND = math.log(0.6 / 0.4)

# "How much did it matter" asks for no number.
_COUNTS = re.compile(
    r"\bhow many\b|\bhow much\b(?=.*\b(?:money|dollars?|euros?|pounds?|yuan|cost|costs|price|worth|paid|pay|spen[dt]|"
    r"invest(?:ed)?|rais(?:e|ed)|earn(?:ed)?|owe[ds]?|charged?|fined?|los[et]|sold|sell|bought|buy|budget|weigh(?:ed)?)\b)",
    re.I,
)
_NUMERAL = re.compile(
    r"\d|[¼-¾]|\b(?:one|two|three|four|five|six|seven|eight|nine|ten|eleven|twelve|\w+teen|twenty|thirty|forty|fifty|"
    r"sixty|seventy|eighty|ninety|hundreds?|thousands?|millions?|billions?|trillions?|dozens?|half|halves|thirds?|"
    r"quarters?|first|second|fourth|fifth|sixth|seventh|eighth|ninth|tenth|single|both|pair|couple|once|twice|"
    r"doubled?|tripled?|several|few|many|no|none|nothing|zero|free)\b",
    re.I,
)

Coefficients = Mapping[str, Mapping[str, float]]


@dataclass(frozen=True, slots=True)
class ReportSignals:
    """What is known of a report before anything is written.

    `yes` is the log-odds of the model's P(yes); `asked` the share of the question's content words
    that the report's passages, title, outlet and date contain; `unknown_names` counts the
    question's names and numbers that the whole article never mentions; `similarity` is the best
    cosine similarity.
    """

    yes: float
    asked: float
    unknown_names: float
    similarity: float


@dataclass(frozen=True, slots=True)
class SentenceSignals:
    """What is known of a sentence when it has been written and checked.

    `yes` as in the report's signals; `support` of what the model wrote; of what is shown:
    `quoted`, the share of the question's content words in the quoted words and what places them,
    `paragraph` the same for the whole cited paragraph, and `similarity` the cosine similarity of
    that paragraph to the question; `verbatim`, 1 where the article's own words are shown because
    the model's did not hold; `length`, the logarithm of the number of content words asked.
    """

    yes: float
    support: float
    quoted: float
    paragraph: float
    similarity: float
    verbatim: float
    length: float


@dataclass(frozen=True, slots=True)
class Verdict:
    """A report, its signals and the probability that it answers the question."""

    report: Report
    signals: ReportSignals
    probability: float


@dataclass(frozen=True, slots=True)
class Written:
    """A sentence of the model's, its check, and what is shown of it: itself or a quotation.

    That is, `quoted`, of what states it, where its wording strays; `verbatim`, of what is nearest
    to the question, where nothing states it.
    """

    draft: str
    checked: tuple[Evidence, ...]
    shown: tuple[Evidence, ...]
    verbatim: bool = False
    quoted: bool = False


class Gate:
    """Judges reports, one short call to the model each, and sentences, with no call."""

    def __init__(
        self,
        model: ChatModel,
        prompts: Prompts,
        similarities: Similarities,
        coefficients: Coefficients | None = None,
    ) -> None:
        """`similarities(question, texts)` are cosine similarities in [-1, 1], one a text."""
        self._model = model
        self._prompts = prompts
        self._similarities = similarities
        self._coefficients = coefficients or _stored_coefficients()

    def judge(self, question: str, report: Report) -> Verdict:
        """The probability that `report` states the answer to `question`; the verdict's report is what was read.

        That is its beginning where the model finds the answer there.
        """
        verdict = self._judge(question, report.beginning())
        return self._judge(question, report) if report.further and verdict.signals.yes < _FOUND else verdict

    def confirm(self, question: str, verdict: Verdict, written: Written) -> tuple[float, SentenceSignals]:
        """The probability that what is shown answers `question`, and why.

        0 where the quoted words share neither a word nor the meaning with the question, where the
        question names a time and what is cited is of another, where it asks what one does to another
        and the other does it, and where it asks for a number and none but dates is quoted.
        """
        signals = sentence_signals(question, verdict.signals, written, self._similarities)
        # An order in an article looks like this: the model obeys and is sure of it.
        beside = not signals.quoted and signals.similarity < _BESIDE
        if (
            beside
            or not any(_of_its_time(question, part) for part in written.shown)
            or all(is_reversed(question, part.quote.text) for part in written.shown)
            or (
                _COUNTS.search(question)
                and not any(_NUMERAL.search(without_dates(part.quote.text)) for part in written.shown)
            )
        ):
            return 0.0, signals
        return _logistic(self._coefficients["sentence"], asdict(signals)), signals

    def _judge(self, question: str, report: Report) -> Verdict:
        signals = report_signals(question, report, self.probability_yes(question, report))
        return Verdict(report, signals, _logistic(self._coefficients["report"], asdict(signals)))

    def probability_yes(self, question: str, report: Report) -> float:
        """The model's own P(yes), not calibrated."""
        text = self._prompts.render("gate", passages=report.render(), question=put_to(question, report))
        messages = [
            {"role": "system", "content": self._prompts.render("system")},
            {"role": "user", "content": text},
        ]
        return self._model.probability_yes(messages, prefix=report.prefix(self._prompts, "gate"))


def report_signals(question: str, report: Report, p_yes: float) -> ReportSignals:
    """The signals of one report; `p_yes` is the model's own probability."""
    p_yes = min(max(p_yes, _NEVER_CERTAIN), 1 - _NEVER_CERTAIN)
    known = stems(report.render())
    share, unknown = coverage(question, known)
    if unknown:
        # A long article takes longer to take into words than all of retrieval.
        _, unknown = coverage(question, known | report.vocabulary())
    return ReportSignals(
        yes=math.log(p_yes / (1 - p_yes)),
        asked=share,
        unknown_names=unknown,
        similarity=max((passage.dense_score or 0.0) for passage in report.passages),
    )


def sentence_signals(
    question: str, report: ReportSignals, written: Written, similarities: Similarities
) -> SentenceSignals:
    """The signals of one sentence, written and checked."""
    quoted: set[str] = set()
    cited: set[str] = set()
    for part in written.shown:
        around = placing(part.passage) | stems(part.passage.paragraph.speaker or "")
        quoted |= stems(part.quote.text) | around
        cited |= stems(part.passage.paragraph.text) | around
    return SentenceSignals(
        yes=report.yes,
        support=min((part.support for part in written.checked), default=0.0),
        quoted=coverage(question, quoted)[0],
        paragraph=coverage(question, cited)[0],
        similarity=max(similarities(question, [part.passage.paragraph.text for part in written.shown]), default=0.0),
        verbatim=float(written.verbatim),
        length=math.log(1 + len(content_words(question))),
    )


def coverage(question: str, known: set[str]) -> tuple[float, float]:
    """The share of the question's content words in `known`, stems; how many names and numbers are not."""
    asked = content_words(question)
    missing = [word for word in asked if word.stem not in known]
    periods = named_periods(question)
    # A question that names two years is put to the reports of both.
    other_times = stems(" ".join(period.words for period in periods)) if len(periods) > 1 else set()
    by_initials = spelled_out(asked, known)
    names = {word.stem for word in missing if _is_name_or_number(word)}
    return 1 - len(missing) / max(1, len(asked)), float(len(names - other_times - by_initials))


def _of_its_time(question: str, part: Evidence) -> bool:
    return may_be_of_its_time(question, part.passage.paragraph.text, part.passage.published)


def _is_name_or_number(word: Word) -> bool:
    # A question's first word is capitalised whether it is a name or not.
    return word.written[0].isdigit() or (word.is_capitalised and word.start > 0)


def _logistic(coefficients: Mapping[str, float], signals: Mapping[str, float]) -> float:
    odds = coefficients["intercept"] + sum(coefficients[name] * value for name, value in signals.items())
    return 1 / (1 + math.exp(-odds))


@cache
def _stored_coefficients() -> dict[str, dict[str, float]]:
    stored: dict[str, dict[str, float]] = json.loads(COEFFICIENTS.read_text(encoding="utf-8"))["coefficients"]
    return stored
