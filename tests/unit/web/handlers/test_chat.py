import asyncio
import re
import threading
from dataclasses import replace
from datetime import date
from types import SimpleNamespace

import pytest

from assistant.errors import ArticleError, ModelError, UsageError
from assistant.schema.answers import Answer, Citation, Sentence
from assistant.schema.articles import Article, ArticleFilter, Paragraph
from assistant.schema.events import Done, Retrieved, SentenceReady, Token
from assistant.settings import Settings
from assistant.web.handlers.chat import Chat
from assistant.web.jobs.loader import AssistantLoader
from assistant.web.jobs.queue import JobQueue
from assistant.web.session import Action, Session
from assistant.web.storage.conversations import ConversationStore
from assistant.web.storage.feedback import FeedbackStore

CITATION = Citation(
    1, "a", "T", "TDI", None, date(2023, 3, 22), 1, "a#p1", "Xi signed a law.", "Xi signed a law.", 0, 16
)


def answer(question, text="Xi signed a law."):
    sentence = Sentence(text, (1,), 1.0)
    return Answer(question, question, f"{text} [1].", False, None, 0.9, (sentence,), (CITATION,), (), "fake")


class FakeAssistant:
    """Answers every question; waits before `Done` while `hold` is set."""

    def __init__(self, tmp_path):
        self.settings = Settings(home=tmp_path)
        self.asked = []
        self.error = None
        self.writing = threading.Event()
        self.go_on = threading.Event()
        self.go_on.set()
        self.library = {"a": Article("a", "A <b>title</b>", "TDI", None, (Paragraph("a#p1", 1, "Xi signed a law."),))}

    def size(self):
        return SimpleNamespace(articles=len(self.library))

    def revision(self):
        return " ".join(self.library)

    def count(self, _):
        return len(self.library)

    def headers(self, _, *, limit, offset=0):
        return list(self.library.values())[offset : offset + limit]

    def article(self, article_id):
        if article_id not in self.library:
            raise ArticleError(f"article {article_id}: not in the library")
        return self.library[article_id]

    def stream(self, question, scope=None):
        self.asked.append(question)
        if self.error:
            raise self.error
        return self._events(question)

    def _events(self, question):
        yield Retrieved(())
        yield Token("Xi signed")
        self.writing.set()
        assert self.go_on.wait(5)
        yield SentenceReady(Sentence("Xi signed a law.", (1,), 1.0), (CITATION,))
        yield Done(replace(answer(question.text), as_of=question.articles.as_of))


@pytest.fixture
def fake(tmp_path):
    return FakeAssistant(tmp_path)


@pytest.fixture
def kept(tmp_path):
    return ConversationStore(tmp_path / "conversations.sqlite3")


@pytest.fixture
def rated(tmp_path):
    return FeedbackStore(tmp_path / "feedback.sqlite3")


@pytest.fixture
def chat(fake, kept, rated):
    return Chat(AssistantLoader.of(fake), JobQueue(1), kept, rated)


async def gather(events):
    return [parts async for parts in events]


def collect(events):
    return asyncio.run(gather(events))


def last(shown):
    together = {}
    for parts in shown:
        together |= parts
    return together


def test_of_many_questions_at_the_same_moment_one_a_conversation_is_taken(chat, fake, kept):
    """Each thread stops between the check and the registration, where there is anything between them."""
    fake.go_on.clear()
    session, together = Session(), threading.Barrier(8)
    session.conversation = kept.create("me").id
    history = kept.history
    met = []

    def slow(*arguments, **named):
        met.append(threading.current_thread().name)
        threading.Event().wait(0.05)
        return history(*arguments, **named)

    kept.history = slow
    outcomes = []

    def ask():
        together.wait(5)
        try:
            chat._asking.submit(session, "me", "What did Xi sign?", None)
            outcomes.append("taken")
        except UsageError:
            outcomes.append("refused")

    threads = [threading.Thread(target=ask) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(5)
    fake.go_on.set()
    assert sorted(outcomes) == ["refused"] * 7 + ["taken"]
    assert len(met) == 1


def test_ask_again_keeps_the_old_answer_where_the_new_one_cannot_be_kept(chat, kept):
    session = Session()
    collect(chat.ask(session, "me", "What did Xi sign?"))
    number = len(kept._database.read("SELECT * FROM messages"))
    with kept._database.transaction() as connection:
        connection.execute(
            "CREATE TRIGGER full BEFORE INSERT ON messages BEGIN SELECT RAISE(ABORT, 'database or disk is full'); END"
        )
    parts = last(collect(chat.again(session, "me")))
    assert "disk is full" in parts["notice"]
    assert len(kept._database.read("SELECT * FROM messages")) == number == 1


def test_a_question_is_answered_kept_and_shown(chat, kept):
    session = Session()
    shown = collect(chat.ask(session, "me", " What did Xi sign? "))
    assert shown[0]["question"] == ""
    parts = last(shown)
    assert parts["live"] == ""
    assert "Xi signed a law" in parts["log"]
    assert parts["announce"].startswith("Answered. Xi signed a law [1].")
    (message,) = kept.messages("me", session.conversation)
    assert message.question == "What did Xi sign?"
    assert message.answer["sentences"][0]["text"] == "Xi signed a law."


def test_nothing_is_asked_where_nothing_is_written(chat, fake):
    assert collect(chat.ask(Session(), "me", " \n ")) == []
    assert fake.asked == []


def test_the_scope_goes_with_the_question_and_is_kept_with_the_answer(chat, fake, kept):
    session = Session(articles=ArticleFilter(since=date(2023, 1, 1), ids=("a",)))
    log = last(collect(chat.ask(session, "me", "What?")))["log"]
    assert fake.asked[0].articles == ArticleFilter(since=date(2023, 1, 1), ids=("a",))
    assert "Asked only of 1 chosen article, of what was published from 1 January 2023" in log
    assert kept.messages("me", session.conversation)[0].answer["scope"]["articles"] == ["a"]


def test_as_of_a_day_goes_with_the_question_and_the_answer_says_so(chat, fake, kept):
    session = Session()
    parts = chat.actions()["dates"](session, "me", Action("dates", {"until": "2024-02-01", "as_of": "2023-07-05"}))
    assert "As of 5 July 2023" in parts["scope"]
    log = last(collect(chat.ask(session, "me", "What?")))["log"]
    assert fake.asked[0].articles == ArticleFilter(until=date(2024, 2, 1), as_of=date(2023, 7, 5))
    assert 'As of <time class="date" datetime="2023-07-05">' in log
    assert kept.messages("me", session.conversation)[0].answer["scope"]["as_of"] == "2023-07-05"
    assert "As of 5 July 2023" not in chat.actions()["any-day"](session, "me", Action("any-day", {}))["scope"]
    assert session.articles == ArticleFilter(until=date(2024, 2, 1))
    with pytest.raises(UsageError, match="since 2024-01-01 is after as of 2023-07-05"):
        chat.actions()["dates"](session, "me", Action("dates", {"since": "2024-01-01", "as_of": "2023-07-05"}))


STALE = ({"change": "replaced", "article_id": "a", "detail": "<b>“T”</b> no longer has paragraph 1"},)


def marked(chat, kept):
    """A conversation of two questions, the first marked."""
    session = Session(articles=ArticleFilter(ids=("a",)))
    collect(chat.ask(session, "me", "One?"))
    session.articles = ArticleFilter()
    collect(chat.ask(session, "me", "Two?"))
    kept.note_changes("me", session.conversation, kept.messages("me", session.conversation)[0], STALE, "a")
    return session


def test_what_changed_is_shown_as_soon_as_it_is_found(chat, kept):
    session = marked(chat, kept)
    log = chat.looked(session, "me")["log"]
    assert "This answer may no longer hold" in log
    assert "&lt;b&gt;“T”&lt;/b&gt; no longer has paragraph 1" in log
    assert log.count('data-go="renew"') == 1
    assert chat.looked(session, "me") == {}


class Watch:
    """Keeps what it was to look at."""

    def __init__(self):
        self.asked = []

    def look(self, owner, conversation):
        self.asked.append((owner, conversation))

    def take_error(self, _):
        return "model /srv/x: ended"


def test_answers_are_looked_at_when_they_are_opened_and_whenever_the_library_is_another(fake, kept, rated):
    watch = Watch()
    chat = Chat(AssistantLoader.of(fake), JobQueue(1), kept, rated, lambda text: text.replace("/srv", "…"), watch=watch)
    conversation = kept.create("me").id
    session = Session()
    collect(chat.open(session, "me", conversation))
    assert watch.asked == [("me", conversation)]
    assert "could not be looked at: model …/x: ended" in chat.looked(session, "me")["notice"]
    assert len(watch.asked) == 1
    # By this very page too, which knows of the change.
    fake.library.clear()
    session.library = fake.revision()
    chat.looked(session, "me")
    assert watch.asked == [("me", conversation)] * 2


def test_a_marked_answer_is_asked_again_of_the_same_articles_and_stands_beside_the_new_one(chat, fake, kept):
    session = marked(chat, kept)
    log = last(collect(chat.renew(session, "me", 1)))["log"]
    assert (fake.asked[-1].text, fake.asked[-1].history) == ("One?", ())
    assert fake.asked[-1].articles == ArticleFilter(ids=("a",))
    one, two = kept.messages("me", session.conversation)
    assert (one.question, len(one.earlier), one.changes) == ("One?", 1, ())
    assert two.question == "Two?"
    assert "Earlier answer, of" in log
    assert "may no longer hold" not in log
    ids = re.findall(r' id="([^"]+)"', log)
    assert len(ids) == len(set(ids))


def test_an_answer_that_is_not_renewed_stays_and_the_question_box_as_well(chat, fake, kept):
    session = marked(chat, kept)
    fake.stream = lambda question, scope=None: fail()

    def fail():
        yield Retrieved(())
        raise ModelError("model fake: nothing answers there")

    shown = last(collect(chat.renew(session, "me", 1)))
    assert "nothing answers there" in shown["notice"]
    assert "question" not in shown
    assert kept.messages("me", session.conversation)[0].changes == STALE
    with pytest.raises(UsageError, match="not kept any more"):
        collect(chat.renew(session, "me", 3))
    with pytest.raises(UsageError, match="not kept any more"):
        collect(chat.renew(Session(conversation=session.conversation), "somebody else", 1))


def test_a_follow_up_has_the_turns_before_it_but_not_the_one_it_replaces(chat, fake):
    session = Session()
    collect(chat.ask(session, "me", "One?"))
    collect(chat.ask(session, "me", "Two?"))
    assert [turn.content for turn in fake.asked[1].history] == ["One?", "Xi signed a law. [1]."]
    collect(chat.again(session, "me"))
    assert fake.asked[2].text == "Two?"
    assert fake.asked[2].history == fake.asked[1].history


def test_asking_again_and_editing_replace_the_last_answer_only_when_there_is_another(chat, fake, kept):
    session = Session()
    collect(chat.ask(session, "me", "One?"))
    fake.error = ModelError("model fake: nothing answers there")
    with pytest.raises(ModelError):
        collect(chat.again(session, "me"))
    assert [message.question for message in kept.messages("me", session.conversation)] == ["One?"]
    fake.error = None
    assert chat.actions()["edit"](session, "me", Action("edit", {}))["question"] == "One?"
    collect(chat.ask(session, "me", "Another?"))
    assert [message.question for message in kept.messages("me", session.conversation)] == ["Another?"]
    assert session.editing is None


def test_an_edited_question_replaces_nothing_that_came_after_edit_was_clicked(chat, kept):
    here, there = Session(), Session()
    collect(chat.ask(here, "me", "One?"))
    there.conversation = here.conversation
    chat.actions()["edit"](here, "me", Action("edit", {}))
    collect(chat.ask(there, "me", "Two?"))
    parts = last(collect(chat.ask(here, "me", "One, edited?")))
    assert [message.question for message in kept.messages("me", here.conversation)] == ["One?", "Two?"]
    assert "has changed meanwhile" in parts["notice"]
    assert "Two?" in parts["log"]
    assert "Editing" not in parts["scope"]
    assert "question" not in parts
    collect(chat.ask(here, "me", "One, edited?"))
    asked = [message.question for message in kept.messages("me", here.conversation)]
    assert asked == ["One?", "Two?", "One, edited?"]


def test_an_edited_question_replaces_no_other_at_the_same_place(chat, kept):
    here, there = Session(), Session()
    collect(chat.ask(here, "me", "One?"))
    there.conversation = here.conversation
    for session in (here, there):
        chat.actions()["edit"](session, "me", Action("edit", {}))
    collect(chat.ask(there, "me", "Theirs?"))
    collect(chat.ask(here, "me", "Mine?"))
    assert [message.question for message in kept.messages("me", here.conversation)] == ["Theirs?"]


def run_until_writing(chat, fake, session, then):
    """Ask; when it is being written, call `then`; everything that was shown."""
    fake.go_on.clear()
    shown = []

    async def run():
        async for parts in chat.ask(session, "me", "What did Xi sign?"):
            shown.append(parts)
            if fake.writing.is_set():
                fake.writing.clear()
                await then()

    asyncio.run(run())
    return shown


def test_stopping_gives_the_question_back_and_keeps_nothing(chat, fake, kept):
    session = Session()

    async def then():
        chat.stop(session, "me")

    shown = run_until_writing(chat, fake, session, then)
    fake.go_on.set()
    assert last(shown)["question"] == "What did Xi sign?"
    assert "Stopped" in last(shown)["notice"]
    assert last(shown)["live"] == ""
    assert list(kept.list("me")) == []
    assert session.conversation is None


def test_nobody_stops_anothers_answer(chat, fake):
    session = Session()

    async def then():
        assert chat.stop(Session(conversation=session.conversation), "somebody else") == {}
        fake.go_on.set()

    assert "Answered" in last(run_until_writing(chat, fake, session, then))["announce"]


def test_a_second_question_in_the_same_conversation_waits_for_the_first(chat, fake):
    session = Session()

    async def then():
        with pytest.raises(UsageError, match="still being answered"):
            await gather(chat.ask(session, "me", "And?"))
        fake.go_on.set()

    run_until_writing(chat, fake, session, then)


def test_an_answer_that_is_written_goes_to_its_own_conversation(chat, fake, kept):
    session, places = Session(), []

    async def then():
        places.append(session.conversation)
        await gather(chat.open(session, "me", None))
        fake.go_on.set()

    shown = run_until_writing(chat, fake, session, then)
    assert "log" not in shown[-1]
    assert session.conversation is None
    assert [message.question for message in kept.messages("me", places[0])] == ["What did Xi sign?"]


def test_a_page_that_is_closed_finds_its_answer_later(chat, fake, kept):
    session = Session()
    fake.go_on.clear()

    async def leave():
        following = chat.ask(session, "me", "What did Xi sign?")
        async for _ in following:
            if fake.writing.is_set():
                break
        await following.aclose()

    asyncio.run(leave())
    back = Session()
    following = chat.open(back, "me", session.conversation)

    async def return_to_it():
        shown = [await anext(following)]
        fake.go_on.set()
        return shown + [parts async for parts in following]

    shown = asyncio.run(return_to_it())
    assert "What did Xi sign?" in shown[0]["live"]
    assert "Xi signed a law" in last(shown)["log"]
    assert len(kept.messages("me", session.conversation)) == 1


def test_a_model_that_fails_is_told_and_the_question_is_back(chat, fake):
    def fail(question, scope=None):
        yield Retrieved(())
        raise ModelError("model fake: nothing answers there")

    fake.stream = fail
    shown = last(collect(chat.ask(Session(), "me", "What?")))
    assert "nothing answers there" in shown["notice"]
    assert shown["question"] == "What?"


def test_an_answer_that_cannot_be_kept_is_shown_all_the_same(chat, kept, monkeypatch):
    def full(*_, **__):
        raise UsageError("the disk is full")

    monkeypatch.setattr(kept, "append", full)
    shown = last(collect(chat.ask(Session(), "me", "What did Xi sign?")))
    assert "the disk is full" in shown["notice"]
    assert "Xi signed a law" in shown["live"]


def test_anothers_conversation_cannot_be_opened_named_or_deleted(chat, kept):
    session = Session()
    collect(chat.ask(session, "me", "What?"))
    conversation = session.conversation
    with pytest.raises(UsageError, match="no such conversation"):
        collect(chat.open(Session(), "somebody else", conversation))
    for name in ("rename", "delete"):
        with pytest.raises(UsageError, match="no such conversation"):
            chat.actions()[name](Session(), "somebody else", Action(name, {"id": conversation, "title": "x"}))
    assert len(kept.messages("me", conversation)) == 1


def test_a_rating_is_kept_with_what_came_before(chat, rated):
    session = Session()
    collect(chat.ask(session, "me", "One?"))
    collect(chat.ask(session, "me", "Two?"))
    shown = chat.actions()["feedback"](
        session, "me", Action("feedback", {"verdict": "down", "position": "2", "comment": "No."})
    )
    assert 'aria-pressed="true"' in shown["log"]
    (one,) = rated.list()
    assert (one.verdict, one.comment, one.question) == ("down", "No.", "Two?")
    assert [turn.content for turn in one.history] == ["One?", "Xi signed a law. [1]."]
    with pytest.raises(UsageError, match="cannot be rated"):
        chat.actions()["feedback"](session, "me", Action("feedback", {"verdict": "up", "position": "9"}))


def test_a_rating_of_an_early_answer_in_a_long_conversation_has_what_came_before_it(chat, rated):
    session = Session()
    for number in range(12):
        collect(chat.ask(session, "me", f"Question {number}?"))
    chat.actions()["feedback"](session, "me", Action("feedback", {"verdict": "up", "position": "3"}))
    (one,) = rated.list()
    assert one.question == "Question 2?"
    assert [turn.content for turn in one.history if turn.role == "user"] == ["Question 0?", "Question 1?"]


def test_one_person_cannot_take_every_place_in_the_line(chat, fake):
    fake.go_on.clear()

    async def run():
        following = [chat.ask(Session(), "me", "What?") for _ in range(4)]
        for one in following[:3]:
            await anext(one)
        with pytest.raises(UsageError, match="3 of your questions"):
            await anext(following[3])
        fake.go_on.set()
        for one in following[:3]:
            async for _ in one:
                pass

    asyncio.run(run())


def test_while_the_articles_are_opened_the_page_is_there_and_asking_says_why_not(kept, rated):
    chat = Chat(AssistantLoader(lambda _: None), JobQueue(1), kept, rated)
    assert "being opened" in chat.shown(Session(), "me")["log"]
    with pytest.raises(Exception, match="still being opened"):
        collect(chat.ask(Session(), "me", "What?"))
