from datetime import date
from types import SimpleNamespace

import pytest

from assistant.errors import ArticleError, UsageError
from assistant.library.upload_policy import UploadPolicy
from assistant.schema.articles import EVERY_ARTICLE, Article, ArticleFilter, ArticleHeader, Paragraph
from assistant.web.handlers.library import LibraryHandler, period_days
from assistant.web.handlers.newest import newest_first
from assistant.web.jobs.loader import AssistantLoader
from assistant.web.session import Action, Session


class FakeAssistant:
    """A library in memory, listed as the real one is: oldest first, undated last."""

    def __init__(self, *articles):
        self.library = {article.id: article for article in articles}
        self.added = []

    def _found(self, find):
        def fits(article):
            dated = article.published
            return (
                all(word in article.title.lower() for word in find.words.lower().split())
                and find.source in (None, article.source)
                and (find.since is None or (dated is not None and dated >= find.since))
                and (find.until is None or (dated is not None and dated <= find.until))
            )

        return sorted(filter(fits, self.library.values()), key=lambda a: (a.published is None, a.published or date.min))

    def headers(self, find, *, limit=50, offset=0):
        assert limit >= 0
        return [
            ArticleHeader(a.id, a.title, a.source, a.published, len(a.paragraphs))
            for a in self._found(find)[offset : offset + limit]
        ]

    def count(self, find):
        return len(self._found(find))

    def size(self):
        return SimpleNamespace(articles=len(self.library))

    def revision(self):
        return " ".join(self.library)

    def outlets(self):
        return [("TDI", 1)]

    def months(self):
        return [("2023-03", 1)]

    def article(self, article_id):
        if article_id not in self.library:
            raise ArticleError(f"article {article_id}: not in the library")
        return self.library[article_id]

    def add_files(self, paths):
        (path,) = paths
        self.added.append(path.read_bytes())
        if path.read_bytes() == b"bad":
            return SimpleNamespace(outcomes=[SimpleNamespace(status="failed", message="no text in it")])
        made = article(path.stem, date(2024, 1, 1))
        self.library[made.id] = made
        return SimpleNamespace(outcomes=[SimpleNamespace(status="added", message="2024-01-01")])

    def remove(self, ids):
        return len([self.library.pop(one) for one in ids if one in self.library])

    def refresh(self):
        return SimpleNamespace(added=1, changed=0, removed=2)


class FakeChat:
    def shown(self, _session, _owner):
        return {"log": "welcome"}

    def scope(self, session, _owner):
        return f"scope {session.articles.ids}"


def article(name, published=None, source="TDI"):
    paragraphs = (Paragraph(f"{name}#p1", 1, "Words <b>here</b>."),)
    return Article(name, f"Title {name}", source, published, paragraphs, path=f"/home/somebody/{name}.txt")


@pytest.fixture
def fake():
    return FakeAssistant(article("old", date(2017, 7, 4), "IANS"), article("new", date(2023, 3, 22)), article("none"))


@pytest.fixture
def library_handler(fake):
    return LibraryHandler(
        AssistantLoader.of(fake), FakeChat(), UploadPolicy(max_bytes=100, max_files=3, suffixes=(".txt",))
    )


def do(library_handler, name, session=None, **details):
    return (library_handler.actions() | library_handler.writes())[name](
        session or Session(), "me", Action(name, details)
    )


@pytest.mark.parametrize(
    ("find", "limit", "expected"),
    [
        (EVERY_ARTICLE, 9, ["new", "old", "none"]),
        (EVERY_ARTICLE, 1, ["new"]),
        (EVERY_ARTICLE, 2, ["new", "old"]),
        (ArticleFilter(source="IANS"), 9, ["old"]),
        (ArticleFilter(since=date(2020, 1, 1)), 9, ["new"]),
        (ArticleFilter(until=date(2020, 1, 1)), 9, ["old"]),
        (ArticleFilter(words="none"), 9, ["none"]),
        (ArticleFilter(words="nothing"), 9, []),
    ],
)
def test_the_newest_come_first_and_the_undated_last(fake, find, limit, expected):
    assert [header.id for header in newest_first(fake, find, limit)] == expected


@pytest.mark.parametrize(
    ("period", "days"),
    [
        ("2017-07", (date(2017, 7, 1), date(2017, 7, 31))),
        ("2016-02", (date(2016, 2, 1), date(2016, 2, 29))),
        ("2017-12", (date(2017, 12, 1), date(2017, 12, 31))),
        ("2017", (date(2017, 1, 1), date(2017, 12, 31))),
    ],
)
def test_a_bar_of_the_timeline_is_its_first_and_last_day(period, days):
    assert period_days(period) == days


@pytest.mark.parametrize("period", ["", "x", "2017-13", "2017-07-04", "99999", "0000", "-1"])
def test_what_is_no_period_is_refused(period):
    with pytest.raises(UsageError, match="no month"):
        period_days(period)


def test_a_source_opens_at_its_words_and_is_only_text(library_handler):
    pane = do(library_handler, "source", article="new", paragraph="1", start="0", end="5", again="7")["pane"]
    assert "<mark>Words</mark>" in pane
    assert "&lt;b&gt;here" in pane
    assert 'data-stamp="7"' in pane
    assert "new.txt" in pane
    assert "somebody" not in pane


def test_a_source_that_is_gone_says_so(library_handler):
    assert "not in the library" in do(library_handler, "source", article="<b>")["pane"]


def test_the_list_narrows_and_the_dates_can_be_asked(library_handler):
    session = Session()
    shown = do(library_handler, "articles", session, words="title", since="2020-01-01")["library-list"]
    assert "Title new" in shown
    assert "Title old" not in shown
    assert "Ask only these dates" in shown
    do(library_handler, "ask-dates", session)
    assert session.articles == ArticleFilter(since=date(2020, 1, 1))


def test_articles_are_chosen_one_by_one_and_removed_together(library_handler, fake):
    session = Session()
    do(library_handler, "choose", session, article="old", on="true")
    shown = do(library_handler, "choose", session, article="new", on="true")["library-list"]
    assert "Ask 2 articles" in shown
    do(library_handler, "choose", session, article="new", on="false")
    assert session.articles.ids == ("old",)
    assert "1 article removed." in do(library_handler, "remove", session)["notice"]
    assert set(fake.library) == {"new", "none"}
    assert session.articles.ids is None


def test_looking_again_says_what_changed(library_handler):
    assert "1 new, 2 gone" in do(library_handler, "refresh")["notice"]


def files(tmp_path, **contents):
    paths = []
    for name, content in contents.items():
        path = tmp_path / name.replace("__", ".")
        path.write_bytes(content)
        paths.append(path)
    return paths


def test_each_file_is_told_of_by_itself_and_is_gone_afterwards(library_handler, fake, tmp_path):
    paths = files(tmp_path, good__txt=b"good", bad__txt=b"bad", script__js=b"x")
    shown = list(library_handler.add(Session(), "me", paths))
    assert "0 of 3 files read" in shown[0]["outcomes"]
    assert "reading …" in shown[0]["outcomes"]
    end = shown[-1]["outcomes"]
    assert "3 of 3 files read" in end
    assert [end.count(f'class="{status}"') for status in ("added", "failed")] == [1, 2]
    assert "no text in it" in end
    assert ".js is not taken" in end
    assert fake.added == [b"good", b"bad"]
    assert not any(path.exists() for path in paths)
    assert "Title good" in shown[-1]["library-list"]


def test_too_many_files_are_refused_together(library_handler, fake, tmp_path):
    paths = files(tmp_path, a__txt=b"a", b__txt=b"b", c__txt=b"c", d__txt=b"d")
    (shown,) = library_handler.add(Session(), "me", paths)
    assert "at most 3" in shown["notice"]
    assert fake.added == []
    assert not any(path.exists() for path in paths)


def test_nothing_is_shown_before_the_articles_are_open():
    library_handler = LibraryHandler(AssistantLoader(lambda _: None), FakeChat(), UploadPolicy())
    assert library_handler.shown(Session(), "me") == {}
    assert library_handler.stamp("me") is None


def test_to_remove_nothing_touches_nothing(library_handler, fake):
    """F7: each such click waited for the writer's lock."""
    fake.remove = None
    assert "Tick the articles" in do(library_handler, "remove")["notice"]


def test_what_is_ticked_is_bounded(library_handler):
    session = Session(articles=ArticleFilter(ids=tuple(str(number) for number in range(1000))))
    with pytest.raises(UsageError, match="at most 1,000"):
        do(library_handler, "choose", session, article="one more", on="true")
    do(library_handler, "choose", session, article="7", on="true")
    do(library_handler, "choose", session, article="7", on="false")
    assert len(session.articles.ids) == 999
