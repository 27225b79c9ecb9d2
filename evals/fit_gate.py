"""Collect the gate's signals on development questions and refit its coefficients.

    python -m evals.fit_gate collect SIGNALS.jsonl [--set squad2 --evaldata DIR | --facts DIR]
    python -m evals.fit_gate fit SIGNALS.jsonl … --write

`collect` asks the language model one question a report and keeps what it said together with
the passages, so that signals can be changed and refitted without asking again. A report is a
positive where it holds a paragraph known to state the answer. Only development halves are read.
"""

from __future__ import annotations

import argparse
import json
import math
import sys
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from datetime import date
from functools import cache, partial
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
from tqdm import tqdm

from assistant.answer import MAX_REPORTS, QUOTE_SHARE
from assistant.embedding import similarities
from assistant.endpoint import resolve_endpoint
from assistant.excerpts import Excerpter
from assistant.gate import COEFFICIENTS, Gate, ReportSignals, Written, report_signals, sentence_signals
from assistant.index import ArticleIndex
from assistant.library import open_index
from assistant.llm import ChatModel
from assistant.opening import open_embedder
from assistant.prompts import Prompts
from assistant.quoting import Quoter, Similarities
from assistant.reports import Report
from assistant.retriever import Retriever
from assistant.schema import Paragraph, Passage, passage_to_dict
from assistant.settings import PROJECT, Settings
from assistant.support import Evidence, Support
from assistant.writer import Writer
from evals.adapters import EvalSet, load_set
from evals.calibration import auc, expected_calibration_error
from evals.cases import load_cases
from evals.matching import states
from evals.schema import DEVELOPMENT, Case

_RIDGE = 3.0
_FOLDS = 5
_DRAFTED_FROM = 0.2

Matrix = npt.NDArray[np.float64]


def collect(question_set: EvalSet | None, facts: Path, output: Path, settings: Settings, limit: int | None) -> None:
    """Append one line a report to `output`; cases already there are passed over."""
    done = {json.loads(line)["case"] for line in output.read_text().splitlines()} if output.exists() else set()
    model = ChatModel(resolve_endpoint(settings), settings)
    model.start()
    prompts = Prompts(settings.prompts)
    gate = Gate(model, prompts, _similar())
    writer = Writer(model, prompts)
    name = question_set.name if question_set else "facts"
    if question_set:
        cases = question_set.cases
    else:
        cases = [case for case in load_cases(facts) if case.split == DEVELOPMENT and not case.history]
    with tempfile.TemporaryDirectory() as scratch, output.open("a", encoding="utf-8") as file:
        shared = _retriever(question_set, None, Path(scratch), settings)
        for case in tqdm(cases[:limit], unit="case", file=sys.stderr):
            if case.id in done or case.history:
                continue
            retriever = shared or _retriever(question_set, case, Path(scratch), settings)
            assert retriever is not None
            for report in _reports(retriever, case.question, settings):
                file.write(json.dumps(_record(name, case, report, gate, writer), ensure_ascii=False) + "\n")
            file.flush()
    model.close()


def fit(paths: Sequence[Path], *, write: bool) -> None:
    """Fit both models, print what each reaches in cross-validation, perhaps keep them."""
    records = [json.loads(line) for path in paths for line in path.read_text(encoding="utf-8").splitlines()]
    rows = {
        "report": [_Row(record, asdict(_signals(record)), record["label"]) for record in records],
        "sentence": [row for record in records for row in _sentence_rows(record)],
    }
    coefficients = {name: _fit_one(name, own) for name, own in rows.items()}
    if write:
        names = ", ".join(sorted({record["set"] for record in records}))
        stored = {
            "fitted_on": f"{len(records)} reports, the development halves of: {names}",
            "command": "python -m evals.fit_gate fit SIGNALS.jsonl … --write",
            "coefficients": coefficients,
        }
        COEFFICIENTS.write_text(json.dumps(stored, indent=2, ensure_ascii=False) + "\n", encoding="utf-8")


@dataclass(frozen=True, slots=True)
class _Row:
    """One observation: the record it comes from, its signals and whether it was right."""

    record: Mapping[str, Any]
    signals: Mapping[str, float]
    label: bool


def _fit_one(title: str, rows: Sequence[_Row]) -> dict[str, float]:
    names = list(rows[0].signals)
    raw = np.array([[row.signals[name] for name in names] for row in rows])
    # The ridge must weigh a share in [0, 1] as it weighs log-odds.
    mean, spread = raw.mean(axis=0), raw.std(axis=0) + 1e-9
    x = np.column_stack([np.ones(len(raw)), (raw - mean) / spread])
    y = np.array([float(row.label) for row in rows])
    sets = np.array([row.record["set"] for row in rows])
    # Every set weighs the same, however many questions it has.
    weight = np.array([len(rows) / (len(set(sets)) * (sets == name).sum()) for name in sets])
    folds = np.array([_fold(row.record["case"]) for row in rows])
    predicted = np.zeros(len(y))
    for fold in range(_FOLDS):
        beta = logistic(x[folds != fold], y[folds != fold], weight[folds != fold])
        predicted[folds == fold] = _sigmoid(x[folds == fold] @ beta)
    print(f"{title}: {len(y)} rows, {int(y.sum())} right, {_FOLDS}-fold cross-validation over questions")
    alone = x[:, 1 + names.index("yes")]
    for name in [*sorted(set(sets)), "all"]:
        own = sets == name if name != "all" else np.ones(len(y), dtype=bool)
        right = [bool(label) for label in y[own]]
        ours, plain = auc(predicted[own].tolist(), right), auc(alone[own].tolist(), right)
        error = expected_calibration_error(predicted[own].tolist(), right)
        print(f"  {name:18} n {len(right):4}  AUC {ours:.3f} (P(yes) alone {plain:.3f})  ECE {error:.3f}")
    beta = logistic(x, y, weight)
    beta = np.array([beta[0] - (beta[1:] * mean / spread).sum(), *(beta[1:] / spread)])
    fitted = {name: round(float(value), 4) for name, value in zip(["intercept", *names], beta, strict=True)}
    print(f"  {json.dumps(fitted)}")
    return fitted


def _sentence_rows(record: Mapping[str, Any]) -> Iterator[_Row]:
    report = _report(record)
    signals = _signals(record)
    question = record["question"]
    held: list[tuple[str, Written]] = []
    failed: list[Written] = []
    for sentence in record["draft"]:
        evidence = Support().check(sentence, report.passages, question)
        written = Written(sentence, evidence, evidence)
        if evidence and evidence[0].holds:
            held.append((sentence, written))
        else:
            failed.append(written)
    if failed and not held:
        quoted = _quoter().best(" ".join([question, *record["draft"]]), report.passages)
        if quoted and quoted.support >= QUOTE_SHARE:
            held.append((quoted.quote.text, replace(failed[0], shown=(quoted,), verbatim=True)))
    for text, written in held:
        row = asdict(sentence_signals(question, signals, written, _similar()))
        yield _Row(record, row, _is_right(record, text, written.shown))


def _quoter() -> Quoter:
    return Quoter(_similar())


def _is_right(record: Mapping[str, Any], text: str, evidence: Sequence[Evidence]) -> bool:
    """True where the sentence cites a gold paragraph and, for short answers, makes a point."""
    if not record["answers"] or not {part.passage.paragraph.id for part in evidence} & set(record["gold"]):
        return False
    dated = f"{evidence[0].passage.published or ''} {text}"
    return record["long_form"] or any(
        states(dated, wording, loose=True) for point in record["answers"] for wording in point
    )


def logistic(x: Matrix, y: Matrix, weight: Matrix, ridge: float = _RIDGE, steps: int = 50) -> Matrix:
    """Ridge logistic regression by Newton's method; the first column, the intercept, is not shrunk."""
    beta = np.zeros(x.shape[1])
    penalty = ridge * np.eye(x.shape[1])
    penalty[0, 0] = 0.0
    for _ in range(steps):
        p = _sigmoid(x @ beta)
        gradient = x.T @ (weight * (y - p)) - penalty @ beta
        hessian = (x * (weight * p * (1 - p))[:, None]).T @ x + penalty
        step = np.linalg.solve(hessian, gradient)
        beta = beta + step
        if np.abs(step).max() < 1e-8:
            break
    return beta


def _retriever(question_set: EvalSet | None, case: Case | None, scratch: Path, settings: Settings) -> Retriever | None:
    if question_set is None:
        return Retriever(open_index(settings)[0], passages=settings.passages, whole_below=settings.whole_below)
    articles = question_set.articles if case is None else question_set.candidates[case.id]
    if articles is None:
        return None
    key = "shared" if case is None else case.id
    index = ArticleIndex(scratch / f"{key}.sqlite3", open_embedder(settings))
    index.add(articles)
    return Retriever(index, passages=settings.passages, whole_below=settings.whole_below)


def _reports(retriever: Retriever, question: str, settings: Settings) -> list[Report]:
    """The reports as the assistant reads them."""
    passages = retriever.retrieve(question)
    if retriever.reads_whole():
        return retriever.reports(passages)[:MAX_REPORTS]
    excerpts = Excerpter(_similar(), characters=settings.reading, articles=MAX_REPORTS).cut(question, passages)
    return [excerpts.of(report) for report in retriever.reports(excerpts.passages)[:MAX_REPORTS]]


@cache
def _similar() -> Similarities:
    return similarities(open_embedder(Settings.load()))


def _record(name: str, case: Case, report: Report, gate: Gate, writer: Writer) -> dict[str, Any]:
    gold = {paragraph for point in case.gold for paragraph in point}
    verdict = gate.judge(case.question, report)
    report = verdict.report
    p_yes = 1 / (1 + math.exp(-verdict.signals.yes))
    written = writer.write(case.question, report) if p_yes >= _DRAFTED_FROM else ()
    return {
        "set": name,
        "case": case.id,
        "question": case.question,
        "label": bool(gold & report.read()) and not case.unanswerable,
        "p_yes": p_yes,
        "draft": [item for item in written if isinstance(item, str)],
        "answers": [list(point) for point in case.answers],
        "long_form": case.long_form,
        "gold": sorted(gold),
        "rank": report.rank,
        "vocabulary": sorted(report.vocabulary()),
        "excerpts": dict(report.excerpts),
        "further": dict(report.further),
        "passages": [
            passage_to_dict(passage) | {"dateline": passage.paragraph.dateline, "speaker": passage.paragraph.speaker}
            for passage in report.passages
        ],
    }


def _report(record: Mapping[str, Any]) -> Report:
    passages = tuple(_passage(item) for item in record["passages"])
    words: partial[frozenset[str]] = partial(frozenset, record["vocabulary"])
    return Report(passages, record["rank"], words, record.get("excerpts", {}), record.get("further", {}))


def _signals(record: Mapping[str, Any]) -> ReportSignals:
    return report_signals(record["question"], _report(record), record["p_yes"])


def _passage(item: Mapping[str, Any]) -> Passage:
    return Passage(
        Paragraph(
            item["paragraph_id"], item["paragraph"], item["text"], 0, item.get("dateline", 0), item.get("speaker")
        ),
        item["article_id"],
        item["title"],
        item["source"],
        date.fromisoformat(item["published"]) if item["published"] else None,
        item["via"],
        item["score"],
        item["dense_score"],
        item["bm25_score"],
    )


def _fold(case_id: str) -> int:
    return sum(case_id.encode()) % _FOLDS


def _sigmoid(z: Matrix) -> Matrix:
    return np.asarray(1.0 / (1.0 + np.exp(-np.clip(z, -30, 30))))


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    commands = parser.add_subparsers(dest="command", required=True)
    collecting = commands.add_parser("collect")
    collecting.add_argument("output", type=Path)
    collecting.add_argument("--set")
    collecting.add_argument("--evaldata", type=Path)
    collecting.add_argument("--facts", type=Path, default=Path(__file__).parent / "facts")
    collecting.add_argument("--limit", type=int)
    fitting = commands.add_parser("fit")
    fitting.add_argument("signals", type=Path, nargs="+")
    fitting.add_argument("--write", action="store_true")
    return parser.parse_args()


def main() -> None:
    """Run `collect` or `fit`."""
    given = _arguments()
    if given.command == "fit":
        fit(given.signals, write=given.write)
    else:
        chosen = load_set(given.set, given.evaldata) if given.set else None
        collect(chosen, given.facts, given.output, Settings.load(articles=PROJECT / "seeds"), given.limit)


if __name__ == "__main__":
    main()
