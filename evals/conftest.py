"""`pytest evals/`: everything is measured once, then every gate looks at the same runs.

240 questions to the bundles of news, 80 to all of them as one library, 40 facts about the two
articles in seeds/, 420 judgements; with `--every N` an N-th of the questions to the bundles, and fewer of the others
too, for a quick look: the gates look at intervals, which are wider then.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import pytest

from assistant.settings import PROJECT, Settings
from assistant.verification.verifier import SURELY_STATED
from evals.judgements.items import CONTRADICTIONS, STATED
from evals.judgements.measure import asks_of, judge_all, judgement_tables, open_judge, record_of
from evals.judgements.metrics import Judged
from evals.report.page import write_json
from evals.report.run_tables import tables
from evals.runs.measure import measure, write_html
from evals.runs.plans import Plan, plan_facts, plan_news
from evals.schema import Run

FACTS = Path(__file__).parent / "facts"
RESULTS = Path(__file__).parent / "results"
SMOKE = 40
TOGETHER_EVERY = JUDGED_EVERY = 3
_TOLD = pytest.StashKey[list[str]]()


def pytest_addoption(parser: pytest.Parser) -> None:
    """How much is asked."""
    parser.addoption("--every", type=_at_least_one, default=1, metavar="N", help="ask every N-th question only")


@pytest.fixture(scope="session")
def every(request: pytest.FixtureRequest) -> int:
    """Of so many questions one is asked."""
    return int(request.config.getoption("--every"))


@pytest.fixture(scope="session")
def facts_run(request: pytest.FixtureRequest, every: int) -> Run:
    """The run over some facts of the articles in seeds/, on the model of ASSISTANT_MODEL."""
    plan = plan_facts(FACTS, Settings.load(articles=PROJECT / "seeds"), RESULTS, sample=-(-SMOKE // every))
    return _run(request, "Facts about the two articles", plan)


@pytest.fixture(scope="session")
def news_run(request: pytest.FixtureRequest, every: int) -> Run:
    """The run over the questions of the bundles, each bundle its own library."""
    return _run(request, "News, each bundle its own library", plan_news(Settings.load(), RESULTS, every=every))


@pytest.fixture(scope="session")
def together_run(request: pytest.FixtureRequest, every: int) -> Run:
    """The run over a third of the questions, asked of all bundles as one library; for a quick look fewer."""
    plan = plan_news(Settings.load(), RESULTS, together=True, every=TOGETHER_EVERY * max(1, every // 2))
    return _run(request, "News, all bundles as one library", plan)


@pytest.fixture(scope="session")
def judged(request: pytest.FixtureRequest, every: int) -> Sequence[Judged]:
    """The judge's probabilities for a third of the sentences and for all contradictions; for a quick look for fewer."""
    settings = Settings.load()
    asks = asks_of(tasks=(STATED,), every=JUDGED_EVERY * max(1, every // 2))
    asks += asks_of(tasks=(CONTRADICTIONS,), every=max(1, every // 4))
    with open_judge(settings) as judge:
        rows = judge_all(judge, asks)
    path = RESULTS / "judgements.json"
    write_json(path, record_of(rows, settings, SURELY_STATED))
    _tell(request, f"The judge alone\n\n{judgement_tables(rows, SURELY_STATED)}\n\nrows: {path}")
    return rows


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """The tables and the failing cases, after the verdicts."""
    for text in terminalreporter.config.stash.get(_TOLD, []):
        terminalreporter.write_line("")
        terminalreporter.write_line(text)


def _at_least_one(text: str) -> int:
    number = int(text)
    if number < 1:
        raise ValueError(text)
    return number


def _run(request: pytest.FixtureRequest, title: str, plan: Plan) -> Run:
    measured = measure(plan)
    report = write_html(plan, measured, {})
    _tell(request, f"{title}\n\n{tables(measured, {})}\n\nreport: {report}")
    return measured


def _tell(request: pytest.FixtureRequest, text: str) -> None:
    request.config.stash.setdefault(_TOLD, []).append(text)
