import threading

import pytest

from assistant.errors import AssistantError, ModelConnectionError, ModelError
from assistant.schema.opening import Phase, State
from assistant.web.jobs.loader import AssistantLoader
from assistant.web.jobs.own_libraries import OwnLibraries


class FakeModel:
    embedded = True

    def __init__(self):
        self.loaded = threading.Event()
        self.error = None

    def wait(self):
        assert self.loaded.wait(5)
        if self.error:
            raise self.error


class FakeAssistant:
    def __init__(self):
        self.model = FakeModel()
        self.closed = threading.Event()

    def close(self):
        self.closed.set()

    def read_ahead(self):
        """Nothing to read."""


def until(loader, phase):
    done = threading.Event()
    for _ in range(500):
        if loader.state.phase == phase:
            return loader.state
        done.wait(0.01)
    raise AssertionError(f"still {loader.state}")


def test_the_articles_are_there_before_the_model_is():
    assistant, may_open = FakeAssistant(), threading.Event()

    def open_it(progress):
        tell = progress("indexing articles")
        tell(1, 4)
        assert may_open.wait(5)
        return assistant

    loader = AssistantLoader(open_it)
    loader.start()
    loader.start()
    for _ in range(500):
        if loader.state.share:
            break
        threading.Event().wait(0.01)
    assert loader.state == State(Phase.OPENING, "indexing articles", 0.25)
    with pytest.raises(AssistantError, match="still being opened"):
        _ = loader.assistant
    may_open.set()
    until(loader, "loading")
    assert loader.assistant is assistant
    assistant.model.loaded.set()
    until(loader, "ready")


def test_what_cannot_be_opened_is_told_in_its_own_words():
    def fail(_):
        raise AssistantError("folder a: no such folder")

    loader = AssistantLoader(fail)
    loader.start()
    assert until(loader, "failed").doing == "folder a: no such folder"
    with pytest.raises(AssistantError, match="no such folder"):
        _ = loader.assistant


def test_a_model_that_cannot_be_loaded_leaves_the_library_open():
    assistant = FakeAssistant()
    assistant.model.error = ModelError("model a: damaged")
    assistant.model.loaded.set()
    loader = AssistantLoader(lambda _: assistant)
    loader.start()
    assert until(loader, "failed").doing == "model a: damaged"
    assert loader.assistant is assistant


def test_an_unforeseen_error_is_kept_to_the_log(caplog):
    def fail(_):
        raise KeyError("secret detail")

    loader = AssistantLoader(fail)
    loader.start()
    assert "secret" not in until(loader, "failed").doing
    assert "secret detail" in caplog.text


def test_closing_while_it_opens_closes_what_is_opened_then():
    assistant, may_open = FakeAssistant(), threading.Event()

    def open_it(_):
        may_open.wait(5)
        return assistant

    loader = AssistantLoader(open_it)
    loader.start()
    threading.Timer(0.05, may_open.set).start()
    loader.close()
    assert assistant.closed.wait(5)
    assert not loader.is_open


class Elsewhere:
    """An endpoint that does not answer the first times."""

    embedded = False

    def __init__(self, *answers):
        self.answers = list(answers)
        self.told = threading.Event()

    def wait(self):
        if not self.answers.pop(0):
            raise ModelConnectionError("model m at http://h/v1: nothing answers there")
        self.told.set()


def test_an_endpoint_that_does_not_answer_is_told_and_asked_again():
    assistant = FakeAssistant()
    assistant.model = Elsewhere(False, False, True)
    loader = AssistantLoader(lambda _: assistant, again=0.05)
    loader.start()
    assert until(loader, "failed").doing == "model m at http://h/v1: nothing answers there"
    assert loader.assistant is assistant
    until(loader, "ready")
    assert assistant.model.told.is_set()


def test_closing_ends_the_waiting_for_an_endpoint():
    assistant = FakeAssistant()
    assistant.model = Elsewhere(False)
    loader = AssistantLoader(lambda _: assistant, again=3600)
    loader.start()
    until(loader, "failed")
    loader.close()
    assert assistant.closed.is_set()
    loader._thread.join(10)
    assert not loader._thread.is_alive()


def test_an_engine_of_ones_own_that_does_not_load_is_not_started_for_ever():
    assistant = FakeAssistant()
    assistant.model.error = ModelConnectionError("the engine does not answer")
    assistant.model.loaded.set()
    loader = AssistantLoader(lambda _: assistant, again=0)
    loader.start()
    until(loader, "failed")
    loader._thread.join(10)
    assert not loader._thread.is_alive()


class ReadingAhead(FakeAssistant):
    """Reads ahead, or fails to."""

    def __init__(self, error=None):
        super().__init__()
        self.model.loaded.set()
        self.error = error
        self.read = threading.Event()

    def read_ahead(self):
        self.read.set()
        if self.error:
            raise self.error


def test_when_the_model_is_there_the_library_is_read_ahead():
    assistant = ReadingAhead()
    loader = AssistantLoader(lambda _: assistant)
    loader.start()
    assert assistant.read.wait(5)
    assert loader.state == State(Phase.READY)


def test_that_it_cannot_be_read_ahead_is_logged_and_fails_nothing(caplog):
    loader = AssistantLoader(lambda _: ReadingAhead(ModelError("model a: it ended")))
    loader.start()
    for _ in range(500):
        if caplog.text:
            break
        threading.Event().wait(0.01)
    assert "could not be read ahead: model a: it ended" in caplog.text
    assert loader.state == State(Phase.READY)


def test_a_library_that_nobody_asks_is_not_read_ahead():
    assistant, own = ReadingAhead(), OwnLibraries()
    loader = AssistantLoader(lambda _: assistant, own=own)
    loader.start()
    until(loader, "ready")
    loader.close()
    assert not assistant.read.is_set()
