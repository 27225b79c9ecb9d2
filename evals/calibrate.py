"""Fit the confidence, and see what each threshold would give: `python -m evals.calibrate collect|fit FILE.jsonl`.

`collect` asks the model about bundles of news: is each question answered in each article, what are the drafts, are
they stated, are they right. `fit` needs no model: a logistic regression of "the draft makes every point of its
article's answer and nothing rejected" on the log-odds of P(answered) and P(right), cross-validated by bundle, so that
no bundle is judged by coefficients that have seen it. `--write` stores it.
"""

from __future__ import annotations

import argparse
import json
import sys
import tempfile
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from contextlib import closing
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from tqdm import tqdm

from assistant.answering.confidence import STORED, signals
from assistant.embeddings.minilm import similarities
from assistant.generation.generator import Written, generators_of
from assistant.library.open import open_embedder
from assistant.llm.chat_model import ChatModel
from assistant.llm.open import open_model
from assistant.llm.prompts import Prompts
from assistant.query.query import Query
from assistant.query.rewrite import QuestionRewriter
from assistant.retrieval.context import ArticleContext
from assistant.settings import Settings
from assistant.util.files import replace_file
from assistant.verification.evidence import EvidenceFinder
from assistant.verification.judge import Judge
from assistant.verification.verifier import Judgements, Verifier
from evals.datasets.bundle_cases import article_id, cases_of, read_articles, write_articles
from evals.datasets.bundles import Bundle, Item, load_bundles
from evals.datasets.news import BUNDLES
from evals.judgements.items import whole_report
from evals.matching.answers import first_stated, stated_rejects
from evals.metrics.calibration import auc

SIGNALS = ("answered", "right")
_WORTH = 0.03
_RIDGE = 1e-2
_FOLDS = 8
Floats = NDArray[np.float64]


class Collector:
    """Asks the model what the pipeline would ask, of every article and without thresholds."""

    def __init__(self, model: ChatModel, settings: Settings) -> None:
        prompts = Prompts.of(settings.prompts, taught=model.taught)
        self._judge = Judge(model, prompts)
        self._verifier = Verifier(
            self._judge, EvidenceFinder(similarities(open_embedder(settings))), lambda judgements: judgements.right
        )
        self._rewriter = QuestionRewriter(model, prompts, exact=model.taught)
        self._generators = dict(zip(("draft", "untaught"), generators_of(model, settings), strict=False))

    def rows(self, bundle: Bundle) -> Iterator[dict[str, Any]]:
        """A row an item and article: P(answered), and the claims where it is not next to nothing."""
        with tempfile.TemporaryDirectory() as scratch:
            write_articles(bundle, Path(scratch))
            articles = read_articles(Path(scratch))
        reports = {
            article.id: whole_report(articles[article_id(bundle.name, article.id)]) for article in bundle.articles
        }
        for case, item in zip(cases_of([bundle]), bundle.items, strict=True):
            history = [message.as_turn() for message in item.history or ()]
            question = self._rewriter.standalone(item.question, history)
            for article, report in reports.items():
                answered = self._judge.answered(question, report)
                claims = list(self._claims(question, report, answered, item)) if answered >= _WORTH else []
                yield {
                    "id": case.id,
                    "type": item.type,
                    "answerable": item.answerable,
                    "question": question,
                    "article": article,
                    "published": str(report.published),
                    "answered": answered,
                    "here": any(answer.article == article for answer in item.answers),
                    "claims": claims,
                }

    def _claims(self, question: str, report: ArticleContext, answered: float, item: Item) -> Iterator[dict[str, Any]]:
        draft, written = "", set[str]()
        for kind, generator in self._generators.items():
            *_, last = generator.write(question, report)
            assert isinstance(last, Written)
            draft = last.text or draft
            if not draft or draft in written:
                continue
            written.add(draft)
            claim = self._verifier.verify(
                question,
                draft,
                report,
                answered=answered,
                right=last.right,
                figures_from=Query.of(question).figures_from,
            )
            yield self._claim(kind, claim.text, claim.judgements, claim.problems, report, item)
        quotation = self._verifier.quotation(question, draft, report, answered=answered)
        if quotation is not None:
            yield self._claim("quotation", quotation.text, quotation.judgements, (), report, item)

    def _claim(
        self, kind: str, text: str, judgements: Judgements, problems: Sequence[str], report: ArticleContext, item: Item
    ) -> dict[str, Any]:
        own = report.passages[0].article_id.rpartition("/")[2]
        return {
            "kind": kind,
            "text": text,
            "stated": judgements.stated,
            "right": judgements.right,
            "problems": list(problems),
            "correct": is_correct(item, own, text),
        }


def is_correct(item: Item, article: str, text: str) -> bool:
    """True where `text` makes every point of that article's answer and none of what is rejected."""
    answers = [answer for answer in item.answers if answer.article == article]
    wordings = [wording for answer in item.answers for point in answer.points for wording in point]
    if not answers or stated_rejects(text, item.rejects, question=item.asked, allowed=wordings, by_figure=True):
        return False
    known = [answer.text for answer in answers]
    return all(
        first_stated(text, point, question=item.asked, loose=True, references=known, by_figure=True)
        for point in answers[0].points
    )


def logistic(inputs: Floats, right: Floats, *, ridge: float = _RIDGE) -> Floats:
    """Coefficients (the intercept first) of a logistic regression, by Newton's method; inputs (n, k), right (n,)."""
    x = np.column_stack([np.ones(len(inputs)), inputs])
    weights = np.zeros(x.shape[1])
    penalty = ridge * np.eye(x.shape[1])
    for _ in range(100):
        p = 1 / (1 + np.exp(-(x @ weights)))
        step = np.linalg.solve((x.T * (p * (1 - p))) @ x + penalty, x.T @ (right - p) - penalty @ weights)
        weights += step
        if np.abs(step).max() < 1e-9:
            break
    return weights


def samples(rows: Sequence[Mapping[str, Any]]) -> tuple[Floats, Floats, list[str]]:
    """The drafts' signals (n, 2), whether each is correct (n,), and the bundle of each."""
    inputs, right, bundles = [], [], []
    for row in rows:
        for claim in row["claims"]:
            if claim["kind"] == "quotation" or claim["problems"]:
                continue
            found = signals(Judgements(row["answered"], claim["stated"], claim["right"]))
            inputs.append([found[name] for name in SIGNALS])
            right.append(float(claim["correct"]))
            bundles.append(row["id"].rpartition("-")[0])
    return np.array(inputs), np.array(right), bundles


def cross_validated(inputs: Floats, right: Floats, bundles: Sequence[str]) -> Floats:
    """For each sample the probability by coefficients fitted without its bundle's fold."""
    order = {name: place % _FOLDS for place, name in enumerate(sorted(set(bundles)))}
    folds = np.array([order[name] for name in bundles])
    probabilities = np.zeros(len(right))
    for fold in range(_FOLDS):
        held = folds == fold
        if held.any():
            weights = logistic(inputs[~held], right[~held])
            probabilities[held] = 1 / (1 + np.exp(-(weights[0] + inputs[held] @ weights[1:])))
    return probabilities


def curve(rows: Sequence[Mapping[str, Any]], probabilities: Sequence[float]) -> list[tuple[float, float, float]]:
    """For each threshold: the share of answerable questions with a correct draft shown, and of the others refused.

    An approximation of the pipeline: of each article the likeliest draft is shown where it reaches the threshold, and
    the answer is right where one of those is correct.
    """
    left = iter(probabilities)
    best: dict[str, list[tuple[float, bool]]] = defaultdict(list)
    answerable: dict[str, bool] = {}
    for row in rows:
        answerable[row["id"]] = row["answerable"]
        found = [
            (next(left), claim["correct"])
            for claim in row["claims"]
            if claim["kind"] != "quotation" and not claim["problems"]
        ]
        best[row["id"]] += [max(found)] if found else []
    yes = [name for name, flag in answerable.items() if flag]
    no = [name for name, flag in answerable.items() if not flag]
    made = []
    for threshold in np.arange(0.05, 1.0, 0.05):
        right = sum(any(correct and p >= threshold for p, correct in best[name]) for name in yes)
        refused = sum(not any(p >= threshold for p, _ in best[name]) for name in no)
        made.append((float(threshold), right / max(1, len(yes)), refused / max(1, len(no))))
    return made


def collect(options: argparse.Namespace) -> None:
    """Append the rows of bundles that the file does not have yet."""
    settings = Settings.load()
    output: Path = options.file
    known = {row["id"].rpartition("-")[0] for row in read(output)} if output.exists() else set()
    with closing(open_model(settings)) as model:
        model.start()
        collector = Collector(model, settings)
        for bundle in tqdm([one for one in load_bundles(options.bundles) if one.name not in known], unit="bundle"):
            rows = [json.dumps(row, ensure_ascii=False) for row in collector.rows(bundle)]
            with output.open("a", encoding="utf-8") as file:
                file.write("\n".join(rows) + "\n")


def fit(options: argparse.Namespace) -> None:
    """Print the cross-validated figures and the curve; with --write store the coefficients."""
    rows = read(options.file)
    inputs, right, bundles = samples(rows)
    probabilities = cross_validated(inputs, right, bundles)
    labels = [bool(value) for value in right]
    print(f"{len(right)} drafts, {right.mean():.2f} of them correct; AUC {auc(list(probabilities), labels)}")
    for name, column in zip(SIGNALS, inputs.T, strict=True):
        print(f"  {name} alone: AUC {auc(list(column), labels)}")
    for low, high in ((0, 0.25), (0.25, 0.5), (0.5, 0.75), (0.75, 0.9), (0.9, 1.01)):
        inside = (probabilities >= low) & (probabilities < high)
        if inside.any():
            print(f"  confidence {low:.2f} to {min(high, 1):.2f}: n {inside.sum()}, correct {right[inside].mean():.2f}")
    print("threshold  right  rightly refused")
    for threshold, shown, refused in curve(rows, list(probabilities)):
        print(f"     {threshold:.2f}   {shown:.2f}  {refused:.2f}")
    weights = logistic(inputs, right)
    stored = {"intercept": weights[0], **dict(zip(SIGNALS, weights[1:], strict=True))}
    print(json.dumps({name: round(float(value), 4) for name, value in stored.items()}))
    if options.write:
        record = {"coefficients": {name: round(float(value), 4) for name, value in stored.items()}}
        replace_file(STORED, json.dumps(record, indent=1) + "\n")
        print(f"written to {STORED}", file=sys.stderr)


def read(path: Path) -> list[dict[str, Any]]:
    """The rows of a JSON Lines file."""
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines() if line.strip()]


def main() -> None:
    """Run one of the two steps."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    steps = parser.add_subparsers(required=True)
    collecting = steps.add_parser("collect")
    collecting.add_argument("file", type=Path)
    collecting.add_argument("--bundles", type=Path, default=BUNDLES)
    collecting.set_defaults(run=collect)
    fitting = steps.add_parser("fit")
    fitting.add_argument("file", type=Path)
    fitting.add_argument("--write", action="store_true")
    fitting.set_defaults(run=fit)
    options = parser.parse_args()
    options.run(options)


if __name__ == "__main__":
    main()
