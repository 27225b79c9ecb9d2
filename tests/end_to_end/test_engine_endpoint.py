"""The embedded engine as an endpoint: reached by its own HTTP port as any other server of OpenAI's interface."""

import json
import os
import re
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from assistant.llm.endpoint import resolve_endpoint
from assistant.llm.llamacpp.select import local_model
from assistant.llm.llamacpp.server import EmbeddedEngine
from assistant.settings import Settings

pytestmark = pytest.mark.real
PROJECT = Path(__file__).parents[2]
SEEDS = PROJECT / "seeds"


@pytest.fixture(scope="module")
def endpoint():
    """The model's name in the settings, and the environment that holds its key; without the adapter."""
    settings = Settings.load()
    file, server = local_model(resolve_endpoint(settings), settings)
    engine = EmbeddedEngine(file, server=server, context=16_384)
    # Two articles need no more, and a model that is not taught takes its time over what it is given.
    yield (
        f"qwen@{engine.base_url}",
        os.environ | {"ASSISTANT_API_KEY": engine.key, "ASSISTANT_READING_TOGETHER": "1500"},
    )
    engine.stop()


def command(environment, *arguments):
    return subprocess.run(
        [sys.executable, "-m", "assistant", *map(str, arguments)],
        cwd=PROJECT,
        capture_output=True,
        text=True,
        timeout=400,
        env=environment,
    )


def ask(endpoint, *arguments):
    model, environment = endpoint
    done = command(environment, "ask", "--articles", SEEDS, "--model", model, "--json", *arguments)
    assert "Traceback" not in done.stderr
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


def check_citations(record):
    assert record["refused"] == (not record["sentences"])
    for sentence in record["sentences"]:
        assert sentence["citations"]
    for citation in record["citations"]:
        assert citation["text"][citation["start"] : citation["end"]] == citation["quote"] != ""


def test_the_check_says_what_works(endpoint):
    model, environment = endpoint
    done = command(environment, "model", "--check", "--model", model)
    assert "Traceback" not in done.stderr
    assert "P(yes)" in done.stdout, done.stdout + done.stderr
    assert re.search(r"streaming +first words after .* pieces", done.stdout)
    assert "4,500 characters were read whole" in done.stdout, done.stdout


def test_it_reads_together_and_another_model_checks_every_sentence(endpoint):
    model, environment = endpoint
    record = ask(
        (model, environment | {"ASSISTANT_VERIFIER": "embedded"}), "What did Xi and Putin sign in Moscow in 2023?"
    )
    check_citations(record)
    assert not record["refused"]
    assert all(0 <= sentence["support"] <= 1 for sentence in record["sentences"])


def test_what_the_articles_do_not_say_is_refused_by_its_own_check(endpoint):
    record = ask(endpoint, "What did the delegation pay for its hotel in Oslo?")
    assert record["refused"]
    assert record["citations"] == []


def test_it_reads_apart_as_the_embedded_model_does(endpoint):
    record = ask(endpoint, "--read", "apart", "Who did Xi meet in Moscow in July 2017?")
    check_citations(record)
    assert not record["refused"]


def test_ctrl_c_ends_the_question(endpoint):
    model, environment = endpoint
    asking = subprocess.Popen(
        [sys.executable, "-m", "assistant", "ask", "--articles", SEEDS, "--model", model, "--read", "together",
         "Tell all that the articles report, a sentence for each thing."],
        cwd=PROJECT, env=environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
    )  # fmt: skip
    try:
        time.sleep(6)
        asking.send_signal(signal.SIGINT)
        _, told = asking.communicate(timeout=60)
    finally:
        asking.kill()
    assert asking.returncode == 130, told
    assert "Traceback" not in told
