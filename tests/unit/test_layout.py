"""Who may import whom."""

from __future__ import annotations

import ast
from collections.abc import Iterator, Set
from functools import cache
from pathlib import Path

import pytest

import assistant

PACKAGE = Path(__file__).resolve().parents[2] / "assistant"
MODULES = {
    ".".join(path.relative_to(PACKAGE.parent).with_suffix("").parts).removesuffix(".__init__"): path
    for path in sorted(PACKAGE.rglob("*.py"))
}
MAY_IMPORT = {
    "llama_index": {
        "assistant.embeddings.minilm",
        "assistant.library.index",
        "assistant.library.mapping",
        "assistant.library.sync",
        "assistant.library.batch_writer",
        "assistant.stores.base",
        "assistant.stores.milvus.store",
        "assistant.stores.milvus.rows",
        "assistant.stores.milvus.search",
        "assistant.stores.filters",
        "assistant.stores.sqlite.store",
        "assistant.retrieval.retriever",
        "assistant.llama_index.language_model",
        "assistant.llama_index.nodes",
        "assistant.llama_index.query_engine",
        "assistant.llama_index.retriever",
    },
    "gguf": {"assistant.llm.llamacpp.amx_weights"},
    "openai": {"assistant.llm.transport"},
    "mcp": {"assistant.mcp.tools", "assistant.mcp.http"},
    "onnx": {"assistant.embeddings.int8"},
    "onnxruntime": {"assistant.embeddings.minilm"},
    "xllamacpp": {"assistant.llm.llamacpp.process"},
    "sqlite3": {
        "assistant.stores.sqlite.store",
        "assistant.stores.sqlite.integrity",
        "assistant.stores.sqlite.connection",
        "assistant.stores.sqlite.records",
        "assistant.stores.sqlite.fts",
        "assistant.util.sqlite",
        "assistant.web.storage.database",
    },
    "markdown_it": {"assistant.generation.blocks", "assistant.newsroom.drafts.sentences"},
    "opentelemetry": {"assistant.answering.telemetry_spans"},
    "rispy": {"assistant.newsroom.export.references"},
    "bibtexparser": {"assistant.newsroom.export.references"},
    "gradio": {"assistant.web.app", "assistant.web.components", "assistant.web.page", "assistant.web.server"},
}


@cache
def imports(name: str, *, deferred: bool = True, for_types: bool = False) -> frozenset[str]:
    """Full names of what a module imports; `deferred`: inside functions too."""
    return frozenset(_imports(_body(name), deferred, for_types))


@cache
def _body(name: str) -> list[ast.stmt]:
    return ast.parse(MODULES[name].read_text(encoding="utf-8")).body


def _imports(body: list[ast.stmt], deferred: bool, for_types: bool) -> Iterator[str]:
    for node in body:
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, "imports are absolute"
            assert node.module
            yield node.module
            yield from (full for alias in node.names if (full := f"{node.module}.{alias.name}") in MODULES)
        elif isinstance(node, ast.If) and "TYPE_CHECKING" in ast.dump(node.test):
            yield from _imports(node.body, deferred, for_types) if for_types else ()
            yield from _imports(node.orelse, deferred, for_types)
        elif deferred or not isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            for field in ("body", "orelse", "finalbody"):
                inner = getattr(node, field, None)
                yield from _imports(inner, deferred, for_types) if isinstance(inner, list) else ()
            for handler in [*getattr(node, "handlers", []), *getattr(node, "cases", [])]:
                yield from _imports(handler.body, deferred, for_types)


def own(names: Set[str]) -> set[str]:
    return {name for name in names if name in MODULES}


def test_the_reader_of_imports_sees_them_wherever_they_are() -> None:
    source = """
import a
if x:
    import b
def f():
    try:
        import c
    except E:
        import d
    else:
        import e
class C:
    def g(self):
        with y:
            from h import i
match z:
    case 1:
        import j
"""
    assert set(_imports(ast.parse(source).body, True, True)) == set("abcdehj")
    assert set(_imports(ast.parse(source).body, False, True)) == set("abj")
    assert set(_imports(ast.parse("if TYPE_CHECKING:\n  import t\nelse:\n  import u").body, True, False)) == {"u"}


def test_no_module_imports_itself_by_way_of_others() -> None:
    graph = {name: own(imports(name)) - {name} for name in MODULES}
    assert sum(map(len, graph.values())) > 30
    done: set[str] = set()

    def visit(name: str, above: tuple[str, ...]) -> None:
        assert name not in above, " → ".join((*above, name))
        if name not in done:
            for target in sorted(graph[name]):
                visit(target, (*above, name))
            done.add(name)

    # `assistant` itself hands out names on demand and `assistant.__version__` is read from it.
    graph["assistant"] = set()
    for name in MODULES:
        visit(name, ())


@pytest.mark.parametrize("name", assistant.__all__)
def test_the_package_hands_out_what_it_names(name: str) -> None:
    assert getattr(assistant, name).__name__ == name


@pytest.mark.parametrize("framework", MAY_IMPORT)
def test_a_framework_stays_in_its_own_room(framework: str) -> None:
    users = {
        name for name in MODULES if any(found.split(".")[0] == framework for found in imports(name, for_types=True))
    }
    assert users == MAY_IMPORT[framework]


def test_the_product_knows_nothing_of_its_evals_and_benchmarks() -> None:
    outside = {"evals", "bench", "training", "prompts", "tests"}
    for name in MODULES:
        assert not {found.split(".")[0] for found in imports(name, for_types=True)} & outside, name


FOUNDATIONS = sorted(name for name in MODULES if name == "assistant.errors" or name.startswith("assistant.schema"))


@pytest.mark.parametrize("name", FOUNDATIONS)
def test_the_foundations_import_nothing_of_ours_nor_of_others(name: str) -> None:
    ours = own(imports(name, for_types=True))
    assert all(target.startswith("assistant.schema.") for target in ours)
    standard = {"__future__", "collections.abc", "dataclasses", "datetime", "enum", "typing"}
    assert imports(name, for_types=True) - ours <= standard


def test_the_command_line_imports_little_before_it_is_needed() -> None:
    found = imports("assistant.cli.main", deferred=False)
    ours = {name for name in own(found) if not name.startswith("assistant.cli.commands")}
    assert ours == {"assistant", "assistant.errors"}
    assert found - own(found) <= {"__future__", "argparse", "collections.abc", "os", "pathlib", "sys", "typing"}


def test_the_page_alone_imports_nothing_of_the_api() -> None:
    found = {"assistant.web.run", "assistant.web.server", "assistant.web.app"}
    while more := {target for name in found for target in own(imports(name, deferred=False))} - found:
        found |= more
    assert not found & {"assistant.http.api", "assistant.http.metrics", "assistant.http.access"}


LAYERS = [
    {"errors", "schema", "util", "text"},
    {"settings"},
    {"ingest", "embeddings", "stores", "llm"},
    {"library", "query"},
    {"retrieval"},
    {"verification", "generation"},
    {"answering"},
    {"api"},
    {"newsroom"},
    {"llama_index", "http"},
    {"mcp"},
    {"web", "cli"},
    {"__main__"},
]


def test_imports_run_one_way() -> None:
    level = {room: number for number, rooms in enumerate(LAYERS) for room in rooms}
    rooms = {name: name.split(".")[1] for name in MODULES if name != "assistant"}
    assert set(rooms.values()) == set(level), "a new module has its place in LAYERS"
    for name, room in rooms.items():
        for target in own(imports(name)) - {"assistant"}:
            assert level[rooms[target]] <= level[room], f"{name} imports {target}"


NEWSROOM = [
    {"evidence", "quotes"},
    {"provenance", "drafts", "search"},
    {"answers"},
    {"export", "stories"},
    {"saved_questions"},
]


def test_imports_run_one_way_within_the_newsroom() -> None:
    level = {room: number for number, rooms in enumerate(NEWSROOM) for room in rooms}
    rooms = {name: name.split(".")[2] for name in MODULES if name.startswith("assistant.newsroom.")}
    assert set(rooms.values()) == set(level), "a new module has its place in NEWSROOM"
    for name, room in rooms.items():
        for target in own(imports(name)) & set(rooms):
            assert rooms[target] == room or level[rooms[target]] < level[room], f"{name} imports {target}"


WEB = [
    {"examples", "storage"},
    {"session"},
    {"jobs"},
    {"views"},
    {"security", "handlers"},
    {"components"},
    {"page"},
    {"app", "server"},
    {"run"},
]


def test_imports_run_one_way_within_the_page() -> None:
    level = {room: number for number, rooms in enumerate(WEB) for room in rooms}
    rooms = {name: name.split(".")[2] for name in MODULES if name.startswith("assistant.web.")}
    assert set(rooms.values()) == set(level), "a new module has its place in WEB"
    for name, room in rooms.items():
        for target in own(imports(name)) & set(rooms):
            assert rooms[target] == room or level[rooms[target]] < level[room], f"{name} imports {target}"


def test_what_is_known_of_language_imports_nothing_of_ours() -> None:
    for name in MODULES:
        if name.startswith("assistant.text"):
            assert {target for target in own(imports(name)) if not target.startswith("assistant.text")} == set()


@pytest.mark.parametrize("package", ["query", "generation", "verification"])
def test_no_step_of_an_answer_calls_another_sideways(package: str) -> None:
    """Only the pipeline knows the order."""
    steps = {"query", "generation", "verification", "answering"}
    for name in MODULES:
        if name.startswith(f"assistant.{package}"):
            targets = own(imports(name)) - {"assistant"}
            assert {target.split(".")[1] for target in targets} & steps <= {package}, name
            # What was retrieved is a value that is handed down; retrieving it is another step.
            assert not targets & {"assistant.retrieval.retriever", "assistant.retrieval.excerpt"}, name


def test_an_article_is_read_without_index_or_model() -> None:
    for name in MODULES:
        if name.startswith("assistant.ingest"):
            rooms = {target.split(".")[1] for target in own(imports(name)) - {"assistant"}}
            assert rooms <= {"ingest", "errors", "schema", "text"}
