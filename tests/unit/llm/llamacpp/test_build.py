"""The engine compiled here, with small scripts in the place of Python's pip, cmake, make and the compiler."""

from __future__ import annotations

import errno
import multiprocessing
import os
import shutil
import signal
import subprocess
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from build_tools import CMAKE, Tools

from assistant.errors import EngineBuildError
from assistant.llm.llamacpp import build
from assistant.llm.llamacpp.build import SOURCE, EngineSource, NativeEngine
from assistant.util.processor import core_count, processor_flags

FORK = multiprocessing.get_context("fork")
FLAGS = frozenset({"avx2", "avx512f"})


@pytest.fixture
def tools(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Tools:
    made = Tools(tmp_path / "bin")
    monkeypatch.setenv("PATH", str(made.folder))
    monkeypatch.setattr("assistant.llm.llamacpp.build.sys.executable", str(made.folder / "python"))
    return made


@pytest.fixture
def engine(tmp_path: Path) -> NativeEngine:
    return NativeEngine(tmp_path / "engine", flags=FLAGS)


def good(_server: Path) -> None:
    pass


def left(engine: NativeEngine) -> set[str]:
    """What lies in the engine's folder, but for the lock."""
    return {path.name for path in engine.folder.iterdir()} - {"build.lock"} if engine.folder.exists() else set()


def test_what_is_built_is_there_and_runs(tools: Tools, engine: NativeEngine) -> None:
    assert engine.server is None
    seen: list[Path] = []
    server = engine.build(seen.append)
    assert server == engine.server == NativeEngine(engine.folder, flags=FLAGS).server
    assert subprocess.run([server], env={"PATH": "/bin:/usr/bin"}, capture_output=True).stdout == b"the server\n"
    assert len(seen) == 1
    assert left(engine) == {server.parent.name}
    assert [path.name for path in server.parent.iterdir()] == ["llama-server"]


def test_it_is_checked_before_it_is_in_use(tools: Tools, engine: NativeEngine) -> None:
    def check(server: Path) -> None:
        assert os.access(server, os.X_OK)
        assert engine.server is None

    engine.build(check)


def test_pip_is_asked_for_one_source_known_by_its_hash(tools: Tools, engine: NativeEngine) -> None:
    engine.build(good)
    [call] = [call for call in tools.asked if "download" in call]
    assert call[1:3] == ["-m", "pip"]
    assert {"download", "--no-deps", "--require-hashes"} <= set(call)
    assert call[call.index("--no-binary") + 1] == "xllamacpp"
    pin = (tools.folder / "pins").read_text()
    assert pin == f"xllamacpp=={SOURCE.version} --hash=sha256:{SOURCE.sha256}\n"
    assert len(SOURCE.sha256) == 64


def test_what_pip_needs_to_look_into_the_source_is_pinned_too(tools: Tools, engine: NativeEngine) -> None:
    engine.build(good)
    first, second = [call for call in tools.asked if call[0] == "python"]
    assert first[-1].endswith("cmake/engine-source.txt")
    assert {"install", "--require-hashes", "--only-binary", "--no-deps"} <= set(first)
    assert "--no-build-isolation" in second


def test_the_source_is_of_the_version_that_is_installed(project: Path) -> None:
    """So that both engines read the same prompts, options and saved slots."""
    assert f"\nxllamacpp=={SOURCE.version} " in (project / "requirements" / "local.txt").read_text()


def test_cmake_is_asked_for_the_server_and_this_processor(tools: Tools, engine: NativeEngine) -> None:
    engine.build(good)
    configure, build = [call for call in tools.asked if call[0] == "cmake"]
    assert {"-DGGML_NATIVE=ON", "-DCMAKE_BUILD_TYPE=Release", "-DBUILD_SHARED_LIBS=OFF"} <= set(configure)
    assert f"-DCMAKE_CXX_COMPILER={tools.folder / 'c++'}" in configure
    assert configure[configure.index("-G") + 1] == "Unix Makefiles"
    [recipe] = [part.partition("=")[2] for part in configure if part.startswith("-DCMAKE_PROJECT_ggml_INCLUDE=")]
    assert "tile_config.h" in Path(recipe).read_text()
    assert build[build.index("--target") + 1] == "llama-server"
    assert build[build.index("-j") + 1] == str(core_count())


def test_without_cmake_pip_installs_it_for_this_build_only(tools: Tools, engine: NativeEngine) -> None:
    tools.remove("cmake")
    tools.add("other-cmake", CMAKE)
    server = engine.build(good)
    assert sum(call[-1].endswith("cmake/cmake.txt") for call in tools.asked) == 1
    assert tools.count("cmake", "--target", "llama-server") == 1
    assert left(engine) == {server.parent.name}


def test_ninja_and_another_compiler_do_as_well(tools: Tools, engine: NativeEngine) -> None:
    tools.remove("make", "c++")
    tools.add("ninja", "")
    tools.add("clang++", "")
    engine.build(good)
    configure = next(call for call in tools.asked if call[0] == "cmake")
    assert configure[configure.index("-G") + 1] == "Ninja"
    assert f"-DCMAKE_CXX_COMPILER={tools.folder / 'clang++'}" in configure


def test_progress_is_reported_up_to_the_whole(tools: Tools, engine: NativeEngine) -> None:
    shares: list[int] = []
    engine.build(good, lambda done, total: shares.append(100 * done // total))
    assert shares[:2] == [5, 10]
    assert shares[-1] == 100
    assert 10 + round(0.5 * 85) in shares
    assert all(0 < share <= 100 for share in shares)


def test_ninjas_way_to_count_is_understood() -> None:
    shares: list[int] = []
    for line in ("[1/4] Building", "[4/4] Linking", "-- Detecting [3/4]", "[ 50%] Built target ggml"):
        build._report_share(line, lambda done, _total: shares.append(done))
    assert shares == [10 + round(0.25 * 85), 95, 10 + round(0.5 * 85)]


@pytest.mark.parametrize(("missing", "what"), [("c++", r"a C\+\+ compiler"), ("make", "make")])
def test_a_missing_tool_is_said_before_anything_is_done(
    tools: Tools, engine: NativeEngine, missing: str, what: str
) -> None:
    tools.remove(missing)
    with pytest.raises(EngineBuildError, match=rf"^{what} is needed .* was not found .*apt-get install g\+\+ make"):
        engine.build(good)
    assert tools.asked == []
    assert not engine.folder.exists()


def test_without_pip_that_is_said(tools: Tools, engine: NativeEngine, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("assistant.llm.llamacpp.build.importlib.util.find_spec", lambda _name: None)
    with pytest.raises(EngineBuildError, match="pip, which fetches the engine's source, is not installed"):
        engine.build(good)
    assert left(engine) == set()


FAILING = "print('line one'); print('ERROR: out of luck'); sys.exit(3)"


@pytest.mark.parametrize(
    ("call", "said"),
    [("pip", "pip said"), ("cmake -S", "cmake said"), ("cmake --build", "the compiler said")],
)
def test_a_step_that_fails_is_one_clear_error(tools: Tools, engine: NativeEngine, call: str, said: str) -> None:
    tools.behave(**{call: FAILING})
    with pytest.raises(EngineBuildError, match=rf"{said}: .*line one / ERROR: out of luck") as caught:
        engine.build(lambda _server: pytest.fail("there is nothing to check"))
    assert "\n" not in str(caught.value)
    assert engine.server is None
    assert left(engine) == set()
    tools.behave()
    assert engine.build(good)


def test_of_what_a_compiler_says_the_end_is_shown_and_bytes_that_are_no_text_do_no_harm(
    tools: Tools, engine: NativeEngine
) -> None:
    noise = "print('noise\\n' * 500); sys.stdout.flush(); os.write(1, b'\\xff\\xfe cannot'); sys.exit(1)"
    tools.behave(**{"cmake --build": noise})
    with pytest.raises(EngineBuildError, match="cannot") as caught:
        engine.build(good)
    assert len(str(caught.value)) < 200


@pytest.mark.parametrize("error", [EngineBuildError("it does not run here"), KeyboardInterrupt()])
def test_what_does_not_pass_the_check_is_thrown_away(tools: Tools, engine: NativeEngine, error: BaseException) -> None:
    def check(_server: Path) -> None:
        raise error

    with pytest.raises(type(error)):
        engine.build(check)
    assert engine.server is None
    assert left(engine) == set()


def test_a_full_disk_names_folder_and_remedy(
    tools: Tools, engine: NativeEngine, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_arguments: object) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr("tarfile.TarFile.extractall", full)
    with pytest.raises(EngineBuildError, match=r"engine folder .*/engine: No space left on device; .*ASSISTANT_HOME"):
        engine.build(good)
    assert left(engine) == set()


def test_a_folder_that_cannot_be_made_is_named(tools: Tools, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(EngineBuildError, match=r"engine folder .*/file/engine: Not a directory; .*ASSISTANT_HOME"):
        NativeEngine(tmp_path / "file" / "engine", flags=FLAGS).build(good)


def test_the_order_of_flags_does_not_matter_their_number_does(tools: Tools, engine: NativeEngine) -> None:
    server = engine.build(good)
    assert NativeEngine(engine.folder, flags=frozenset({"avx512f", "avx2"})).server == server
    assert NativeEngine(engine.folder, flags=FLAGS | {"amx_int8"}).server is None
    assert NativeEngine(engine.folder, flags=FLAGS - {"avx512f"}).server is None


def test_another_version_of_the_source_is_another_engine(tools: Tools, engine: NativeEngine) -> None:
    engine.build(good)
    assert NativeEngine(engine.folder, source=EngineSource("xllamacpp", "1.0", "0" * 64), flags=FLAGS).server is None


@pytest.mark.parametrize("changed", ["ggml.cmake", "tile_config.h"])
def test_another_recipe_is_another_engine(
    tools: Tools, engine: NativeEngine, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, changed: str
) -> None:
    server = engine.build(good)
    recipe = [Path(shutil.copy(path, tmp_path)) for path in build._RECIPE]
    monkeypatch.setattr("assistant.llm.llamacpp.build._RECIPE", recipe)
    assert engine.server == server
    with (tmp_path / changed).open("a") as file:
        file.write("\n")
    assert engine.server is None


def test_a_program_that_may_not_be_run_is_none(tools: Tools, engine: NativeEngine) -> None:
    engine.build(good).chmod(0o644)
    assert engine.server is None


def test_other_processors_engines_are_left_alone(tools: Tools, engine: NativeEngine) -> None:
    """A home may be shared by several machines."""
    other = NativeEngine(engine.folder, flags=frozenset({"avx2"}))
    kept = other.build(good)
    server = engine.build(good)
    assert kept.is_file()
    assert engine.remove()
    assert not server.exists()
    assert kept.is_file()


def test_removing_twice_does_no_harm(tools: Tools, engine: NativeEngine) -> None:
    assert not engine.remove()
    engine.build(good)
    assert engine.remove()
    assert not engine.remove()
    assert engine.server is None
    assert left(engine) == set()


def test_what_cannot_be_removed_is_named(tools: Tools, engine: NativeEngine, monkeypatch: pytest.MonkeyPatch) -> None:
    def refused(*_arguments: object, **_options: object) -> None:
        raise PermissionError(errno.EACCES, os.strerror(errno.EACCES))

    monkeypatch.setattr("assistant.llm.llamacpp.build.shutil.rmtree", refused)
    with pytest.raises(EngineBuildError, match=r"engine folder .*: Permission denied; .*ASSISTANT_ENGINE=prebuilt"):
        engine.remove()


def test_what_is_there_is_not_compiled_again(tools: Tools, engine: NativeEngine) -> None:
    engine.build(good)
    engine.build(lambda _server: pytest.fail("it was made again"))
    assert tools.count("--build") == 1


def test_two_builds_at_once_compile_once(tools: Tools, engine: NativeEngine) -> None:
    tools.behave(**{"cmake --build": "time.sleep(0.3)"})
    checked: list[Path] = []
    threads = [
        threading.Thread(target=NativeEngine(engine.folder, flags=FLAGS).build, args=(checked.append,))
        for _ in range(3)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert tools.count("--build") == 1
    assert len(checked) == 1
    assert engine.server


HANGING = """
    import subprocess
    child = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(600)"])
    print(os.getpid(), child.pid, flush=True)
    (bin / "pids").write_text(f"{os.getpid()} {child.pid}")
    time.sleep(600)
"""


def compiling(tools: Tools, engine: NativeEngine) -> tuple[Any, list[int]]:
    """A process that builds, and the ids of its compiler, which never ends, and of that one's own child."""
    tools.behave(**{"cmake --build": HANGING})
    (tools.folder / "pids").touch()
    signal.signal(signal.SIGINT, signal.default_int_handler)
    child = FORK.Process(target=engine.build, args=(good,))
    child.start()
    for _ in range(600):
        if len(pids := (tools.folder / "pids").read_text().split()) == 2:
            return child, [int(pid) for pid in pids]
        time.sleep(0.05)
    child.kill()
    pytest.fail("the compiler was not started")


@pytest.mark.skipif(not Path("/proc/self/stat").exists(), reason="needs /proc")
def test_interrupted_it_ends_the_compilers_and_leaves_no_work_folder(tools: Tools, engine: NativeEngine) -> None:
    child, pids = compiling(tools, engine)
    assert child.pid
    os.kill(child.pid, signal.SIGINT)
    child.join(60)
    assert child.exitcode
    assert left(engine) == set()
    for pid in pids:
        wait_for_end(pid)


@pytest.mark.skipif(not Path("/proc/self/stat").exists(), reason="needs /proc")
def test_what_a_killed_build_left_is_cleared_away_by_the_next(tools: Tools, engine: NativeEngine) -> None:
    child, pids = compiling(tools, engine)
    child.kill()
    child.join(60)
    for pid in pids:
        os.kill(pid, signal.SIGKILL)
    assert len(left(engine)) == 1
    assert engine.server is None
    tools.behave()
    server = engine.build(good)
    assert left(engine) == {server.parent.name}


def test_this_processors_flags_are_known() -> None:
    flags = processor_flags()
    assert flags
    assert NativeEngine(Path("engine")).has_amx == ("amx_int8" in flags)


@pytest.mark.parametrize(
    ("listed", "flags"),
    [
        ("processor\t: 0\nflags\t\t: fpu avx2 amx_int8\n\nprocessor : 1\nflags : other\n", {"fpu", "avx2", "amx_int8"}),
        ("processor\t: 0\nFeatures\t: fp asimd\n", {"the-chip"}),
    ],
)
def test_flags_are_read_as_linux_lists_them(monkeypatch: pytest.MonkeyPatch, listed: str, flags: set[str]) -> None:
    read: Callable[..., str] = Path.read_text
    monkeypatch.setattr(
        Path, "read_text", lambda self, **kw: listed if str(self) == "/proc/cpuinfo" else read(self, **kw)
    )
    monkeypatch.setattr("platform.processor", lambda: "the-chip")
    assert processor_flags() == frozenset(flags)
    assert NativeEngine(Path("x"), flags=frozenset(flags)).has_amx == ("amx_int8" in flags)


def wait_for_end(pid: int) -> None:
    """Returns when the process is gone or a zombie; a process that stays fails the test."""
    for _ in range(200):
        try:
            if Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[0] == "Z":
                return
        except OSError:
            return
        time.sleep(0.05)
    os.kill(pid, signal.SIGKILL)
    pytest.fail(f"process {pid} was left running")
