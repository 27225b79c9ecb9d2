"""Build of llama.cpp's server on this machine for its own processor.

The wheel of xllamacpp is made for every x86-64 processor with AVX2. AVX-512 VNNI and AMX, with which newer
ones multiply small integers, are used only by code that was compiled for them. The source is xllamacpp's own
source distribution, so that both engines are of one version; it is fetched once, with pip.
"""

from __future__ import annotations

import hashlib
import importlib.util
import json
import os
import platform
import re
import shutil
import signal
import subprocess
import sys
import tarfile
import tempfile
from collections.abc import Callable, Collection
from dataclasses import dataclass
from pathlib import Path

from filelock import FileLock

from assistant.errors import EngineBuildError
from assistant.util.processor import core_count, engine_gain, processor_flags
from assistant.util.progress import Progress, unseen

_RECIPE = tuple(Path(__file__).with_name("cmake") / name for name in ("ggml.cmake", "tile_config.h"))
_OPTIONS = {
    "CMAKE_BUILD_TYPE": "Release",
    # Around ggml, which has flags of its own, little is gained by more and a third of the time lost.
    "CMAKE_CXX_FLAGS_RELEASE": "-O1 -DNDEBUG",
    "GGML_NATIVE": "ON",
    "BUILD_SHARED_LIBS": "OFF",
    "LLAMA_BUILD_TESTS": "OFF",
    "LLAMA_BUILD_EXAMPLES": "OFF",
    "LLAMA_BUILD_UI": "OFF",
    "LLAMA_USE_PREBUILT_UI": "OFF",
    "LLAMA_OPENSSL": "OFF",
}
_SERVER = "llama-server"
_LAST_LINES = 5
_WORK = "work-"


@dataclass(frozen=True, slots=True)
class EngineSource:
    """A source distribution that holds llama.cpp in `thirdparty/llama.cpp`."""

    package: str
    version: str
    sha256: str


SOURCE = EngineSource("xllamacpp", "2026.10.11549", "c17ee1163006f70726abb9f72137830818f3d8cb60bfc34cb232d08428eaa22b")


class NativeEngine:
    """The compiled servers in one folder, one for each processor and source; `flags` are the processor's own."""

    def __init__(self, folder: Path, *, source: EngineSource = SOURCE, flags: frozenset[str] | None = None) -> None:
        self.folder = folder
        self.source = source
        self._flags = processor_flags() if flags is None else flags

    @property
    def has_amx(self) -> bool:
        """Whether the processor has AMX, which multiplies tiles of bytes."""
        return has_amx(self._flags)

    @property
    def gain(self) -> float | None:
        """About how many times as fast it answers as the prebuilt one; None: no faster."""
        return engine_gain(self._flags)

    @property
    def server(self) -> Path | None:
        """The program, when it has been built for this processor from this source."""
        path = self._home / _SERVER
        return path if os.access(path, os.X_OK) else None

    def build(self, check: Callable[[Path], None], report: Progress | None = None) -> Path:
        """Fetch the source, compile it, keep the program when `check` raises nothing; about four minutes on two cores.

        What is there already is kept, also where another process has built it meanwhile. `report` is told per cent
        of 100. Raises `EngineBuildError` when a tool is missing, or a step fails.
        """
        compiler, make = build_tools()
        try:
            self.folder.mkdir(parents=True, exist_ok=True)
            with FileLock(self.folder / "build.lock"):
                if self.server is None:
                    self._build(compiler, make, check, report or unseen(""))
        except OSError as error:
            raise EngineBuildError(
                f"engine folder {self.folder}: {error.strerror or error}; "
                "free some space, or set ASSISTANT_HOME to a folder you may write to"
            ) from error
        return self._home / _SERVER

    def remove(self) -> bool:
        """Remove this processor's program; False when there was none. Raises `EngineBuildError`."""
        try:
            shutil.rmtree(self._home)
        except FileNotFoundError:
            return False
        except OSError as error:
            raise EngineBuildError(
                f"engine folder {self._home}: {error.strerror or error}; remove it by hand, "
                "or set ASSISTANT_ENGINE=prebuilt"
            ) from error
        return True

    @property
    def _home(self) -> Path:
        recipe = {path.name: path.read_text(encoding="utf-8") for path in _RECIPE}
        made_of = [self.source.version, recipe, _OPTIONS, platform.system(), platform.machine(), sorted(self._flags)]
        return self.folder / hashlib.sha256(json.dumps(made_of).encode()).hexdigest()[:16]

    def _build(self, compiler: str, make: str, check: Callable[[Path], None], report: Progress) -> None:
        # A run that was killed left half a gigabyte.
        for left in self.folder.glob(f"{_WORK}*"):
            shutil.rmtree(left, ignore_errors=True)
        with tempfile.TemporaryDirectory(prefix=_WORK, dir=self.folder, ignore_cleanup_errors=True) as work:
            program = self._compile(Path(work), compiler, make, report)
            report(100, 100)
            check(program)
            self.remove()
            program.parent.replace(self._home)

    def _compile(self, work: Path, compiler: str, make: str, report: Progress) -> Path:
        tree = self._fetch(work)
        report(5, 100)
        cmake = shutil.which("cmake") or str(_install(work, "cmake") / "cmake" / "data" / "bin" / "cmake")
        paths = {"CMAKE_PROJECT_ggml_INCLUDE": _RECIPE[0], "CMAKE_CXX_COMPILER": compiler}
        options = [f"-D{name}={value}" for name, value in {**_OPTIONS, **paths}.items()]
        generator = ["-G", "Ninja" if Path(make).name == "ninja" else "Unix Makefiles"]
        _run([cmake, "-S", str(tree), "-B", str(work / "build"), *generator, *options], "cmake")
        report(10, 100)
        command = [cmake, "--build", str(work / "build"), "--target", _SERVER, "-j", str(core_count())]
        _run(command, "the compiler", lambda line: _report_share(line, report))
        kept = work / "kept"
        kept.mkdir(mode=0o700)
        return Path(shutil.move(work / "build" / "bin" / _SERVER, kept / _SERVER))

    def _fetch(self, work: Path) -> Path:
        if importlib.util.find_spec("pip") is None:
            raise EngineBuildError("pip, which fetches the engine's source, is not installed in this environment")
        wanted = work / "source.txt"
        pin = f"{self.source.package}=={self.source.version} --hash=sha256:{self.source.sha256}\n"
        wanted.write_text(pin, encoding="utf-8")
        pip = [sys.executable, "-m", "pip", "--disable-pip-version-check", "download", "--no-deps"]
        # Pip looks into a source with what builds it. Left to itself it would fetch that unpinned.
        tools = _install(work, "engine-source")
        # Not ":all:", with which pip would compile what it needs to look into the source, too.
        source = ["--no-binary", self.source.package, "--require-hashes", "-r", str(wanted), "-d", str(work)]
        _run([*pip, "--no-build-isolation", *source], "pip", PYTHONPATH=str(tools))
        archive = next(work.glob("*.tar.gz"))
        with tarfile.open(archive) as packed:
            # Python before 3.11.4 has no such filter; what is unpacked is known by its hash.
            packed.extraction_filter = getattr(tarfile, "data_filter", None)
            packed.extractall(work / "source")
        archive.unlink()
        return next((work / "source").iterdir()) / "thirdparty" / "llama.cpp"


def build_tools() -> tuple[str, str]:
    """The C++ compiler and make, or ninja. Raises `EngineBuildError` when one is missing."""
    return _tool("a C++ compiler", "c++", "g++", "clang++"), _tool("make", "make", "ninja")


def has_amx(flags: Collection[str]) -> bool:
    """Whether a processor with these flags has AMX, which multiplies tiles of bytes."""
    return "amx_int8" in flags


def _tool(what: str, *names: str) -> str:
    for name in names:
        if path := shutil.which(name):
            return path
    raise EngineBuildError(
        f"{what} is needed to compile the engine and was not found ({', '.join(names)}); "
        "on Debian: apt-get install g++ make; on a Mac: xcode-select --install"
    )


def _install(work: Path, name: str) -> Path:
    """The folder, for this build alone, with the packages that `cmake/<name>.txt` pins."""
    place = work / name
    pinned = Path(__file__).with_name("cmake") / f"{name}.txt"
    # Wheels and no others than these: they are run as soon as they are there.
    options = ["--require-hashes", "--no-deps", "--only-binary", ":all:", "--requirement", str(pinned)]
    _run([sys.executable, "-m", "pip", "install", "--quiet", "--target", str(place), *options], "pip")
    return place


def _report_share(line: str, report: Progress) -> None:
    if share := re.match(r"\[\s*(\d+)(%|/(\d+))", line):
        done = int(share[1]) / int(share[3] or 100)
        report(10 + round(done * 85), 100)


def _run(command: list[str], what: str, on_line: Callable[[str], None] | None = None, **environment: str) -> None:
    lines: list[str] = []
    environment = {**os.environ, "LC_ALL": "C", **environment}
    with subprocess.Popen(
        command,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        errors="replace",
        env=environment,
        start_new_session=True,
    ) as process:
        assert process.stdout is not None
        try:
            for line in process.stdout:
                lines = [*lines, line.strip()][-_LAST_LINES:]
                if on_line:
                    on_line(line)
        except BaseException:
            # With its compilers, which would go on writing into a folder that is being removed.
            os.killpg(process.pid, signal.SIGKILL)
            raise
    if process.returncode:
        raise EngineBuildError(f"the engine could not be built: {what} said: {' / '.join(lines)}")
