import asyncio
import threading
from types import SimpleNamespace

import gradio as gr
import pytest

from assistant.library.user_data import conversations_path
from assistant.settings import Settings
from assistant.web.app import create_app
from assistant.web.jobs.loader import AssistantLoader
from assistant.web.session import Session
from assistant.web.storage.conversations import ConversationStore

ME = SimpleNamespace(state=SimpleNamespace(owner="me"), query_params={})


@pytest.fixture
def blocks(tmp_path):
    return create_app(AssistantLoader(lambda _: None), settings=Settings(home=tmp_path))


def handler(blocks, name):
    (found,) = {fn.fn for fn in blocks.fns.values() if fn.fn.__name__ == name}
    return found


def by_name(blocks, parts):
    return {component.elem_id: value for component, value in parts.items()}


def acted(blocks, *arguments):
    """What an event that is followed gives, all together."""

    async def gather():
        return [parts async for parts in handler(blocks, "_act")(*arguments)]

    together = {}
    for parts in asyncio.run(gather()):
        together |= by_name(blocks, parts)
    return together


def event(data):
    return SimpleNamespace(_data=data)


def test_nothing_of_it_is_an_interface_for_others(blocks):
    assert blocks.get_api_info()["named_endpoints"] == {}
    assert all(fn.api_visibility == "private" for fn in blocks.fns.values())
    assert not blocks.analytics_enabled


def test_one_question_does_not_hold_up_another_page(blocks):
    assert all(fn.concurrency_limit is None for fn in blocks.fns.values())


@pytest.mark.parametrize("data", [None, "x", {"action": 1}, {"action": "rename", "id": "x"}])
def test_what_a_stranger_sends_ends_as_a_line_to_read(blocks, data):
    parts = acted(blocks, Session(), event(data), ME)
    assert 'role="alert"' in parts["notice"]


def test_an_unknown_action_does_nothing(blocks):
    assert acted(blocks, Session(), event({"action": "__class__"}), ME) == {}


def test_without_a_cookie_nothing_is_shown(blocks):
    parts = acted(blocks, Session(), event({"action": "dismiss"}), SimpleNamespace(state=SimpleNamespace()))
    assert "needs a cookie" in parts["notice"]


def test_an_unforeseen_error_is_kept_to_the_log(blocks, caplog, monkeypatch):
    def fail(*_):
        raise KeyError("secret detail")

    monkeypatch.setattr(Session, "__setattr__", fail)
    parts = acted(blocks, Session.__new__(Session), event({"action": "edit-cancel"}), ME)
    assert "secret" not in parts["notice"]
    assert "secret detail" in caplog.text


def test_asking_before_the_articles_are_open_says_so(blocks):
    async def run():
        return [by_name(blocks, parts) async for parts in handler(blocks, "_ask")("What?", Session(), ME)]

    parts, _ = asyncio.run(run())
    assert "still being opened" in parts["notice"]
    assert "question" not in parts


def test_an_upload_is_read_to_its_end_where_the_page_is_closed_after_the_first_file(blocks, monkeypatch, tmp_path):
    upload = handler(blocks, "_upload")
    go_on, ended, read = threading.Event(), threading.Event(), []

    def add(_session, _owner, paths):
        try:
            for path in paths:
                assert not read or go_on.wait(20)
                read.append(path.name)
                yield {"outcomes": path.name}
        finally:
            ended.set()

    monkeypatch.setattr(upload.__self__._library_handler, "add", add)

    async def run():
        page = upload([str(tmp_path / name) for name in ("a.txt", "b.txt", "c.txt")], Session(), ME)
        await anext(page)
        await page.aclose()
        go_on.set()
        assert await asyncio.to_thread(ended.wait, 20)

    asyncio.run(run())
    assert read == ["a.txt", "b.txt", "c.txt"]


def test_where_a_stop_changes_nothing_gradio_is_told_so(blocks):
    # It takes an empty answer for one of too few values.
    assert handler(blocks, "_stop")(Session(), ME) == gr.skip()


def test_what_was_asked_before_the_page_had_loaded_stays(blocks, tmp_path):
    asked = ConversationStore(conversations_path(tmp_path)).create("me").id
    session = Session(conversation=asked)

    async def load():
        async for _ in handler(blocks, "_load")(session, ME):
            pass

    asyncio.run(load())
    assert session.conversation == asked


def test_what_is_not_known_to_be_markup_goes_to_the_page_as_text(blocks):
    page = handler(blocks, "_act").__self__
    parts = by_name(blocks, page._shown.of({"announce": "<b onload=alert(1)>", "question": "<b>", "notice": ""}))
    assert parts == {"announce": "&lt;b onload=alert(1)&gt;", "question": "<b>", "notice": ""}
