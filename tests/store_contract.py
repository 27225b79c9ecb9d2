"""What every store must do: a class of tests that the tests of each store inherit."""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from datetime import date
from typing import Any

import pytest
from llama_index.core.schema import TextNode
from llama_index.core.vector_stores.types import (
    FilterCondition,
    FilterOperator,
    MetadataFilter,
    MetadataFilters,
    VectorStoreQuery,
    VectorStoreQueryMode,
)

from assistant.schema.articles import EVERY_ARTICLE, ArticleFilter
from assistant.stores.base import Record, Size, Store

Open = Callable[[], Store]
Item = tuple[Record, list[TextNode]]
Put = Callable[..., Item]
Search = Callable[..., list[TextNode]]

MOSCOW = ["Xi and Putin signed two joint statements in Moscow", "The leaders admired the role of China for Iran"]
ICELAND = ["A volcano erupted in Iceland on Tuesday", "Nobody was hurt and flights went on"]


def ids(nodes: Sequence[TextNode]) -> list[str]:
    return [node.node_id for node in nodes]


def at_least(day: str) -> MetadataFilter:
    return MetadataFilter(key="published", operator=FilterOperator.GTE, value=day)


def at_most(day: str) -> MetadataFilter:
    return MetadataFilter(key="published", operator=FilterOperator.LTE, value=day)


def on(day: str) -> MetadataFilter:
    return MetadataFilter(key="published", operator=FilterOperator.EQ, value=day)


def of(*articles: str) -> MetadataFilter:
    return MetadataFilter(key="article_id", operator=FilterOperator.IN, value=list(articles))


def article_maker(embedder: Any) -> Put:
    """`make("a", ["first paragraph", …], "2023-03-22", title=…)` is a record with its nodes."""

    def make(article_id: str, texts: Sequence[str] = (), published: str | None = None, **fields: Any) -> Item:
        title, source = fields.pop("title", ""), fields.pop("source", None)
        header = {"title": title, "source": source, "published": published, "paragraphs": len(texts)}
        nodes = [
            TextNode(
                id_=f"{article_id}#p{number}",
                text=text,
                embedding=embedder.get_text_embedding(text),
                metadata={"article_id": article_id, "published": published, "heading": title, "number": number},
            )
            for number, text in enumerate(texts, start=1)
        ]
        return Record(article_id, header, **fields), nodes

    return make


def searcher(store: Store, embedder: Any) -> Search:
    """`search("words", "hybrid", *filters, top=10)` are the nodes found, best first; each result is checked."""

    def search(text: str, mode: str = "hybrid", *filters: MetadataFilter, top: int = 10) -> list[TextNode]:
        query = VectorStoreQuery(
            query_str=text,
            query_embedding=embedder.get_query_embedding(text),
            mode=VectorStoreQueryMode(mode),
            similarity_top_k=top,
            filters=MetadataFilters(filters=list(filters)) if filters else None,
        )
        result = store.query(query)
        assert result.nodes is not None
        assert result.similarities == sorted(result.similarities or [], reverse=True)
        assert result.ids == [found.node_id for found in result.nodes]
        return [found for found in result.nodes if isinstance(found, TextNode)]

    return search


class StoreContract:
    """The tests; a subclass or its module has the fixture `open_store`."""

    @pytest.fixture
    def store(self, open_store: Open) -> Store:
        return open_store()

    @pytest.fixture
    def article(self, embedder: Any) -> Put:
        return article_maker(embedder)

    @pytest.fixture
    def filled(self, store: Store, article: Put) -> Store:
        store.replace([article("a", MOSCOW, "2023-03-22"), article("b", ICELAND, "2017-07-04")])
        return store

    @pytest.fixture
    def search(self, store: Store, embedder: Any) -> Search:
        return searcher(store, embedder)

    def test_an_empty_store_holds_and_finds_nothing(self, store: Store, search: Search) -> None:
        assert store.size() == Size(0, 0, 0)
        assert (store.record("a"), store.same_story("s"), store.nodes_of("a"), store.vectors_of("a")) == (
            None,
            [],
            [],
            [],
        )
        assert (list(store.records()), store.outlets(), store.months(), list(store.faults())) == ([], [], [], [])
        assert (store.listed(EVERY_ARTICLE, limit=10), store.count(EVERY_ARTICLE)) == ([], 0)
        assert [search("Moscow", mode) for mode in ("hybrid", "default", "text_search")] == [[], [], []]
        store.remove(["a"])

    def test_what_is_put_in_comes_out(self, store: Store, article: Put) -> None:
        header = {"title": "T", "source": "S", "via": None, "published": "2023-03-22", "paragraphs": 2, "path": "x/ä"}
        record, nodes = article("a", MOSCOW, "2023-03-22")
        record = Record("a", header, "folder", "x/ä.txt", "d" * 64, 123, 1_700_000_000_000_000_001, "story", None)
        nodes[0].metadata |= {"via": None, "offset": 7, "title": "„T“ 中文 😀"}
        before = store.generation()
        store.replace([(record, nodes)])
        assert store.generation() != before
        assert store.record("a") == record
        assert list(store.records()) == [record]
        assert [(node.node_id, node.text, node.metadata) for node in store.nodes_of("a")] == [
            (node.node_id, node.text, node.metadata) for node in nodes
        ]
        for found, node in zip(store.vectors_of("a"), nodes, strict=True):
            assert found == pytest.approx(node.embedding, abs=1e-6)
        assert store.size() == Size(1, 2, sum(map(len, MOSCOW)))
        assert list(store.faults()) == []

    def test_an_article_takes_the_place_of_the_one_with_its_id(
        self, filled: Store, article: Put, search: Search
    ) -> None:
        filled.replace([article("a", ["A tsunami"], "2024-01-01", title="New")])
        assert [node.text for node in filled.nodes_of("a")] == ["A tsunami"]
        assert set(ids(search("joint statements in Moscow"))) == {"a#p1", "b#p1", "b#p2"}
        assert search("joint statements in Moscow", "text_search", of("a")) == []
        assert ids(search("tsunami", "text_search")) == ["a#p1"]
        assert filled.size() == Size(2, 3, len("A tsunami") + sum(map(len, ICELAND)))
        assert list(filled.faults()) == []

    def test_the_same_article_twice_at_once_is_the_later_one(self, store: Store, article: Put) -> None:
        store.replace([article("a", ["One", "Two"]), article("a", ["Three"])])
        assert [node.text for node in store.nodes_of("a")] == ["Three"]
        assert store.size() == Size(1, 1, 5)

    def test_removed_articles_are_gone_and_unknown_ones_passed_over(self, filled: Store, search: Search) -> None:
        before = filled.generation()
        filled.remove(["a", "nobody"])
        assert filled.generation() != before
        assert filled.record("a") is None
        assert filled.nodes_of("a") == []
        assert set(ids(search("leaders in Moscow"))) == {"b#p1", "b#p2"}
        assert search("Moscow", "text_search") == []
        assert filled.size() == Size(1, 2, sum(map(len, ICELAND)))
        assert list(filled.faults()) == []

    def test_an_article_may_come_back(self, filled: Store, article: Put, search: Search) -> None:
        filled.remove(["a"])
        filled.replace([article("a", MOSCOW, "2023-03-22")])
        assert search("joint statements in Moscow")[0].node_id == "a#p1"
        assert filled.size().paragraphs == 4

    def test_a_touched_record_keeps_its_paragraphs(self, filled: Store) -> None:
        record = filled.record("a")
        assert record is not None
        changed = Record("a", {**record.header, "title": "Again"}, "elsewhere", modified=7)
        before = filled.generation()
        filled.touch([changed, Record("nobody", {})])
        assert filled.generation() != before
        assert filled.record("a") == changed
        assert filled.record("nobody") is None
        assert [node.text for node in filled.nodes_of("a")] == MOSCOW
        assert filled.size() == Size(2, 4, sum(map(len, MOSCOW + ICELAND)))

    def test_records_of_one_origin_while_others_are_written(self, store: Store, article: Put) -> None:
        store.replace([article(f"{n:04}", ["x"], origin="one" if n % 3 else "two") for n in range(1100)])
        seen = []
        for record in store.records("one"):
            seen.append(record.id)
            if len(seen) % 300 == 0:
                store.touch([record])
        assert sorted(seen) == [f"{n:04}" for n in range(1100) if n % 3]
        assert len({record.id for record in store.records()}) == 1100
        assert list(store.records("three")) == []

    def test_a_story_is_found_where_its_paragraphs_are(self, store: Store, article: Put) -> None:
        store.replace([article("a", ["x"], story="s1"), article("b", story="s1", same_as="a"), article("c", ["y"])])
        store.replace([article("d", ["x"], story="s1")])
        assert [record.id for record in store.same_story("s1")] == ["a", "d"]
        assert store.same_story("") == []
        assert store.same_story("s2") == []
        store.remove(["a", "d"])
        assert store.same_story("s1") == []
        assert store.record("b") is not None

    def test_lists_filters_and_counts(self, store: Store, article: Put) -> None:
        store.replace(
            [
                article("late", ["x"], "2023-03-22", title="Xi in Moscow", source="TDI"),
                article("early", ["x"], "2017-07-04", title="Élan vital, 100% _sure_", source="IANS"),
                article("undated", ["x"], title="Moscow again", source="TDI"),
                article("nameless", ["x"], "2017-07-04"),
                article("twin", (), "2016-01-01", title="Xi in Moscow", source="Other", same_as="late"),
            ]
        )

        def listed(**fields: Any) -> list[str]:
            chosen = ArticleFilter(**fields)
            found = [record.id for record in store.listed(chosen, limit=10)]
            assert store.count(chosen) == len(found)
            return found

        assert listed() == ["early", "nameless", "late", "undated"]
        assert listed(words="moscow") == ["late", "undated"]
        assert listed(words="XI tdi") == ["late"]
        assert listed(words="elan") == ["early"]
        assert listed(words="100% _sure_") == ["early"]
        assert listed(words="%") == ["early"]
        assert listed(words="' OR 1=1 --") == []
        assert listed(source="TDI") == ["late", "undated"]
        assert listed(source="Other") == ["late"], "of a repeated story the one that is kept"
        assert listed(words="moscow other") == ["late"]
        assert listed(source="Other", since=date(2017, 1, 1)) == [], "its own day counts"
        assert listed(source='T" or kind == "record') == []
        assert listed(since=date(2017, 7, 4), until=date(2017, 7, 4)) == ["early", "nameless"]
        assert listed(since=date(2017, 7, 5)) == ["late"]
        assert listed(until=date(2017, 7, 3)) == []
        assert listed(as_of=date(2017, 7, 3)) == []
        assert listed(since=date(2017, 1, 1), until=date(2023, 3, 22), as_of=date(2023, 3, 21)) == ["early", "nameless"]
        assert listed(ids=("undated", "early", "twin", "nobody", "'")) == ["early", "undated"]
        assert listed(ids=("undated", "early"), source="TDI") == ["undated"]
        assert listed(ids=()) == []
        assert [record.id for record in store.listed(EVERY_ARTICLE, limit=2, offset=1)] == ["nameless", "late"]
        assert store.listed(EVERY_ARTICLE, limit=2, offset=9) == []
        assert store.ids(EVERY_ARTICLE) == ["early", "late", "nameless", "undated"]
        assert store.ids(ArticleFilter(source="TDI")) == ["late", "undated"]
        assert store.ids(ArticleFilter(source="Other")) == ["late"], "of a repeated story the one that is kept"
        assert store.ids(ArticleFilter(words="moscow other")) == ["late"]
        assert store.ids(ArticleFilter(source="Other", since=date(2017, 1, 1))) == [], "its own day counts"
        assert store.ids(ArticleFilter(ids=("twin", "early", "nobody", "'"))) == ["early", "late"]
        assert store.ids(ArticleFilter(ids=("late", "early"), source="Other")) == ["late"]
        assert store.ids(ArticleFilter(ids=("early",), source="Other")) == []
        assert store.ids(ArticleFilter(ids=())) == store.ids(ArticleFilter(source="Nobody")) == []
        assert store.outlets() == [("TDI", 2), ("IANS", 1), ("Other", 1)]
        assert store.months() == [("2017-07", 2), ("2023-03", 1)]
        assert store.size() == Size(4, 4, 4)
        assert list(store.faults()) == []

    def test_the_list_goes_on_behind_an_article_whatever_is_removed(self, store: Store, article: Put) -> None:
        days = {"a": "2017-07-04", "b": "2017-07-04", "c": "2023-03-22", "d": None, "e": None}
        store.replace([article(name, ["x"], day, source="IANS") for name, day in days.items()])
        every = store.listed(EVERY_ARTICLE, limit=5)
        for place, record in enumerate(every):
            store.remove([record.id])
            for chosen in (EVERY_ARTICLE, ArticleFilter(source="IANS")):
                assert store.listed(chosen, limit=2, after=record) == every[place + 1 : place + 3]

    def test_an_article_that_becomes_a_repetition_is_no_longer_counted(self, store: Store, article: Put) -> None:
        store.replace([article("a", ["x"]), article("b", ["x"])])
        store.replace([article("b", (), same_as="a")])
        assert store.size() == Size(1, 1, 1)
        record = store.record("b")
        assert record is not None
        assert record.same_as == "a"
        store.remove(["b"])
        assert store.size() == Size(1, 1, 1)

    def test_hybrid_has_both_scores_and_puts_first_what_both_find(self, filled: Store, search: Search) -> None:
        found = search("joint statements signed in Moscow")
        assert found[0].node_id == "a#p1"
        assert found[0].metadata["dense_score"] > 0
        assert found[0].metadata["bm25_score"] > 0
        assert {item.node_id: item.metadata["bm25_score"] for item in found}["b#p2"] is None

    def test_dense_alone_is_the_dot_product(self, filled: Store, search: Search, embedder: Any) -> None:
        found = search("A volcano erupted in Iceland on Tuesday", "default")
        assert ids(found)[0] == "b#p1"
        assert len(found) == 4
        for node in found:
            vectors = zip(embedder.get_text_embedding(node.text), embedder.get_text_embedding(ICELAND[0]), strict=True)
            assert node.metadata["dense_score"] == pytest.approx(sum(a * b for a, b in vectors), abs=1e-5)
            assert node.metadata["bm25_score"] is None

    def test_words_alone(self, filled: Store, search: Search) -> None:
        found = search("ERUPTING volcanoes", "text_search")
        assert ids(found) == ["b#p1"]
        assert found[0].metadata["dense_score"] is None
        assert found[0].metadata["bm25_score"] > 0
        assert ids(search("Pútin", "text_search")) == ["a#p1"]

    def test_a_rare_word_counts_for_more(self, store: Store, article: Put, search: Search) -> None:
        store.replace([article(f"n{n}", [f"The summit number {n}"]) for n in range(30)])
        store.replace([article("rare", ["The summit tsunami today"])])
        assert search("summit tsunami", "text_search")[0].node_id == "rare#p1"

    def test_the_heading_is_searched_too(self, filled: Store, article: Put, search: Search) -> None:
        filled.replace([article("c", ["Nothing of the kind"], title="Tsunami warning · Reuters")])
        assert ids(search("tsunami", "text_search")) == ["c#p1"]

    def test_no_article_that_has_the_words_is_missing(self, filled: Store, article: Put) -> None:
        filled.replace([article("more", ["Nothing.", "The volcanoes erupt."], title="Iceland")])
        every = filled.holding("")
        assert {"b", "more"} <= filled.holding("erupted volcano") <= every
        assert "b" in filled.holding("Tuesday: a volcano in Iceland")
        assert filled.holding("volcano OR NOT (*") <= every

    def test_as_many_as_asked_for(self, filled: Store, search: Search) -> None:
        assert len(search("the leaders in Moscow", top=2)) == 2
        assert len(search("the leaders in Moscow", "default", top=3)) == 3

    @pytest.mark.parametrize(
        ("filters", "expected"),
        [
            ([at_least("2023-03-22")], "aa"),
            ([at_least("2023-03-23")], ""),
            ([at_most("2017-07-04")], "bb"),
            ([at_most("2017-07-03")], ""),
            ([on("2017-07-04")], "bb"),
            ([at_least("2017-07-04"), at_most("2023-03-22")], "aabb"),
            ([at_least("2017-07-05"), at_most("2023-03-21")], ""),
            ([of("a")], "aa"),
            ([of("a", "b", "nobody")], "aabb"),
            ([of()], ""),
            ([of("a"), at_most("2020-01-01")], ""),
            ([of("a"), at_least("2020-01-01")], "aa"),
            ([of('a"] or article in ["b')], ""),
            ([MetadataFilter(key="article_id", operator=FilterOperator.EQ, value="b")], "bb"),
        ],
    )
    @pytest.mark.parametrize("mode", ["hybrid", "default", "text_search"])
    def test_filters(
        self, filled: Store, article: Put, search: Search, filters: list[MetadataFilter], expected: str, mode: str
    ) -> None:
        found = search("the leaders in Moscow and nobody was hurt in Iceland", mode, *filters)
        assert sorted(node.node_id[0] for node in found) == list(expected)

    def test_an_undated_paragraph_passes_no_date_filter(self, filled: Store, article: Put, search: Search) -> None:
        filled.replace([article("c", ["Moscow again"])])
        for mode in ("hybrid", "default", "text_search"):
            assert "c#p1" in ids(search("Moscow", mode))
            assert "c#p1" not in ids(search("Moscow", mode, at_least("0001-01-01")))
            assert "c#p1" not in ids(search("Moscow", mode, at_most("9999-12-31")))

    def test_an_unknown_filter_is_refused_and_not_overlooked(self, filled: Store, search: Search) -> None:
        for key, operator, value in (
            ("title", FilterOperator.EQ, "x"),
            ("published", FilterOperator.NE, "2020-01-01"),
            ("published", FilterOperator.GTE, "last year"),
            ("article_id", FilterOperator.GTE, "a"),
        ):
            with pytest.raises(NotImplementedError):
                search("Moscow", "hybrid", MetadataFilter(key=key, operator=operator, value=value))
        either = MetadataFilters(filters=[at_least("2020-01-01")], condition=FilterCondition.OR)
        with pytest.raises(NotImplementedError):
            filled.query(VectorStoreQuery(query_str="x", query_embedding=[0.0] * 64, filters=either))

    @pytest.mark.parametrize(
        "text",
        [
            '"', "'", "*", "AND", "OR NOT", "NEAR(a b)", "moscow*", "text:moscow", "-moscow", "^moscow", "(", "{a}",
            "'; DROP TABLE words; --", '" or 1 == 1', "\x00", "💥", "a" * 10_000, "x " * 5_000, "", "…?!", "\ud800",
        ],
    )  # fmt: skip
    def test_no_question_is_an_error(self, filled: Store, search: Search, text: str) -> None:
        search(text, "text_search")
        search(text, "hybrid")
        assert ids(search("volcano", "text_search")) == ["b#p1"]

    @pytest.mark.parametrize(
        "name",
        [
            "it's; --",
            'a"b\\c',
            "x' or '1'='1",
            "new\nline\ttab",
            "né 中文 😀",
            "%_[]{}",
            "a" * 900,
            "ü" * 200,
        ],
    )
    def test_any_name_is_a_name(self, filled: Store, article: Put, search: Search, name: str) -> None:
        item = article(
            name, ["A tsunami came", "It went"], "2020-01-01", origin=name, source=name, file=name, title=name
        )
        filled.replace([item])
        assert filled.record(name) == item[0]
        assert [record.id for record in filled.records(name)] == [name]
        assert [node.node_id for node in filled.nodes_of(name)] == [f"{name}#p1", f"{name}#p2"]
        assert ids(search("tsunami came", "text_search", of(name)))[0] == f"{name}#p1"
        assert [record.id for record in filled.listed(ArticleFilter(source=name), limit=5)] == [name]
        filled.replace([item])
        assert filled.size().articles == 3
        filled.remove([name])
        assert filled.record(name) is None
        assert filled.size() == Size(2, 4, sum(map(len, MOSCOW + ICELAND)))

    @pytest.mark.parametrize(
        ("text", "question"),
        [
            ("国家主席习近平在莫斯科与普京签署了两份联合声明。", "习近平和普京签署了什么?"),
            ("東京で国際会議が開かれた。", "国際会議"),
            ("ประธานาธิบดีเดินทางถึงกรุงมอสโก", "กรุงมอสโก"),
            ("대통령이 모스크바를 방문했다.", "모스크바"),
            ("Президенты подписали в Москве совместные заявления.", "Какие заявления о Москве подписал президент?"),
            ("وقّع الرئيسان بيانين مشتركين في موسكو.", "ماذا وقع الرئيسان في موسكو"),
            ("राष्ट्रपति ने मास्को में संयुक्त बयान पर हस्ताक्षर किए।", "मास्को बयान"),
            ("Ο πρόεδρος υπέγραψε δηλώσεις στη Μόσχα.", "δηλώσεις ΜΌΣΧΑ"),
            ("Le président a signé deux déclarations à Moscou.", "declarations"),
            ("Ｆｕｌｌ－ｗｉｄｔｈ ＮＡＴＯ", "nato"),
        ],
    )
    def test_other_scripts_are_found_by_their_words_and_kept_as_they_are(
        self, filled: Store, article: Put, search: Search, text: str, question: str
    ) -> None:
        others = [
            "昨日大雨,航班照常。",
            "Вчера шёл дождь.",
            "هطل المطر أمس.",
            "कल बारिश हुई।",
            "今日は雨。",
            "ฝนตกเมื่อวาน",
        ]
        filled.replace([article("other", [text, *others])])
        found = search(question, "text_search")
        assert found[0].node_id == "other#p1"
        assert found[0].text == text

    def test_a_long_paragraph_comes_back_whole_and_is_found(self, store: Store, article: Put, search: Search) -> None:
        text = "Beginning tsunami. " + "Lange Wörter — 中文 😀. " * 8_000
        store.replace([article("long", [text])])
        assert store.nodes_of("long")[0].text == text
        assert search("tsunami", "text_search")[0].text == text

    def test_notes_are_kept(self, store: Store, open_store: Open) -> None:
        assert store.note("format") is None
        before = store.generation()
        store.set_note("format", "3/model")
        assert store.generation() != before
        assert open_store().note("format") == "3/model"
        store.set_note("format", 'it\'s "new" 中')
        assert store.note("format") == 'it\'s "new" 中'
        assert store.note("generation") is None
        assert store.size() == Size(0, 0, 0)

    def test_what_another_writes_is_seen_at_once(
        self, filled: Store, open_store: Open, article: Put, search: Search
    ) -> None:
        assert "c#p1" not in ids(search("tsunami"))
        before = (filled.generation(), filled.size(), filled.count(EVERY_ARTICLE))
        other = open_store()
        other.replace([article("c", ["A tsunami"]), article("a", ["All is new"])])
        assert ids(search("tsunami", "text_search")) == ["c#p1"]
        assert "a#p2" not in ids(search("leaders"))
        assert (filled.generation(), filled.size(), filled.count(EVERY_ARTICLE)) != before
        assert filled.size().articles == filled.count(EVERY_ARTICLE) == 3
        generation = filled.generation()
        other.remove(["c"])
        assert filled.generation() != generation
        assert "c#p1" not in ids(search("tsunami"))

    def test_readers_see_articles_whole_while_one_writes(self, filled: Store, open_store: Open, article: Put) -> None:
        versions = [[f"Version {name} part {part}" for part in range(size)] for name, size in (("one", 2), ("two", 3))]
        filled.replace([article("a", versions[0])])
        stop = threading.Event()
        failures: list[str] = []

        def read() -> None:
            reader = open_store()
            while not stop.is_set():
                query = VectorStoreQuery(
                    query_str="Version part",
                    query_embedding=[1.0] * 64,
                    mode=VectorStoreQueryMode.HYBRID,
                    similarity_top_k=20,
                    filters=MetadataFilters(filters=[of("a")]),
                )
                try:
                    found = sorted(node.get_content() for node in reader.query(query).nodes or [])
                except Exception as error:
                    failures.append(repr(error))
                    return
                if len({text.split()[1] for text in found}) > 1:
                    failures.append(str(found))

        readers = [threading.Thread(target=read) for _ in range(2)]
        for reader in readers:
            reader.start()
        for turn in range(12):
            filled.replace([article("a", versions[turn % 2])])
        stop.set()
        for reader in readers:
            reader.join()
        assert failures == []
