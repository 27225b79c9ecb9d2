"""`pytest evals/`: measure once, then every gate looks at the same run."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from assistant.settings import PROJECT, Settings
from evals.command import tables
from evals.measure import measure, plan_facts, write_html

FACTS = Path(__file__).parent / "facts"
RESULTS = Path(__file__).parent / "results"
_RUN = pytest.StashKey[Mapping[str, Any]]()
_REPORT = pytest.StashKey[Path]()


@pytest.fixture(scope="session")
def measured(request: pytest.FixtureRequest) -> dict[str, Any]:
    """The run over all facts of the articles in seeds/, on the model of ASSISTANT_MODEL."""
    plan = plan_facts(FACTS, Settings.load(articles=PROJECT / "seeds"), RESULTS)
    record = measure(plan)
    request.config.stash[_RUN] = record
    request.config.stash[_REPORT] = write_html(plan, record, {})
    return record


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """The table and the failing cases, after the verdicts."""
    stash = terminalreporter.config.stash
    if _RUN in stash:
        terminalreporter.write_line("")
        terminalreporter.write_line(tables(stash[_RUN], {}))
        terminalreporter.write_line(f"report: {stash[_REPORT]}")
