"""The line that says how far the assistant is."""

from __future__ import annotations

from assistant.schema.opening import Phase, State
from assistant.web.views.chat import status_html


def test_ready_it_names_the_model_and_the_articles() -> None:
    html = status_html(State(Phase.READY), "qwen3", 2)
    assert "Ready" in html
    assert "qwen3 · 2 articles" in html


def test_what_failed_is_said_where_it_is_read() -> None:
    html = status_html(State(Phase.FAILED, "model m at http://h/v1: nothing answers there; <start> it"), "m", 2)
    assert "Failed" in html
    assert ">model m at http://h/v1: nothing answers there; &lt;start&gt; it</span>" in html


def test_a_long_reason_is_cut_and_whole_in_its_title() -> None:
    reason = "model m: " + "no " * 200
    html = status_html(State(Phase.FAILED, reason), "m", 2)
    assert html.count(reason.strip()) == 1
    assert "…" in html
