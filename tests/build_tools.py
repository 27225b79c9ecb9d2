"""Small scripts in the place of Python's pip, cmake, make and the compiler."""

from __future__ import annotations

import json
import sys
import textwrap
from pathlib import Path

PYTHON = sys.executable
# Every script writes down what it was asked, and does what `BEHAVIOUR` says instead of its work where that is set.
HEAD = """\
#!{python}
import io, json, os, pathlib, sys, tarfile, time
me, bin = os.path.basename(sys.argv[0]), pathlib.Path({bin!r})
with open({log!r}, "a") as file:
    file.write(json.dumps([me, *sys.argv[1:]]) + "\\n")
for name, body in json.loads((bin / "behaviour.json").read_text()).items():
    if " ".join([me, *sys.argv[1:]]).find(name) >= 0:
        exec(body)
"""
# The engine's own process is no part of a build.
PIP = """
if "assistant.llm.llamacpp.process" in sys.argv:
    os.execv(sys.orig_argv[0], [sys.orig_argv[0], *sys.argv[1:]])
if "download" in sys.argv:
    arguments = dict(zip(sys.argv, sys.argv[1:]))
    (bin / "pins").write_text(open(arguments["-r"]).read())
    assert "--no-build-isolation" in sys.argv and os.path.isdir(os.environ["PYTHONPATH"])
    with tarfile.open(os.path.join(arguments["-d"], "some-1.0.tar.gz"), "w:gz") as packed:
        member = tarfile.TarInfo("some-1.0/thirdparty/llama.cpp/CMakeLists.txt")
        member.size = 3
        packed.addfile(member, io.BytesIO(b"abc"))
else:
    assert "--only-binary" in sys.argv and "--require-hashes" in sys.argv and "--no-deps" in sys.argv
    place = pathlib.Path(sys.argv[sys.argv.index("--target") + 1])
    pinned = pathlib.Path(sys.argv[sys.argv.index("--requirement") + 1]).read_text()
    place.mkdir()
    if pinned.startswith("cmake=="):
        (place / "cmake" / "data" / "bin").mkdir(parents=True)
        (place / "cmake" / "data" / "bin" / "cmake").symlink_to(bin / "other-cmake")
"""
CMAKE = """
arguments = dict(zip(sys.argv, sys.argv[1:]))
if "-S" in arguments:
    assert open(os.path.join(arguments["-S"], "CMakeLists.txt")).read() == "abc"
    os.mkdir(arguments["-B"])
else:
    for share in (4, 50, 47, 100):
        print(f"[{share:3}%] Building CXX object", flush=True)
    made = pathlib.Path(arguments["--build"]) / "bin"
    made.mkdir()
    server = bin / "server"
    (made / "llama-server").write_text(server.read_text() if server.exists() else "#!/bin/sh\\necho the server\\n")
    (made / "llama-server").chmod(0o755)
"""


class Tools:
    """A folder of scripts that is all of PATH."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.log = folder / "log"
        folder.mkdir()
        self.behave()
        for name, body in {"python": PIP, "cmake": CMAKE, "c++": "", "make": ""}.items():
            self.add(name, body)

    def add(self, name: str, body: str) -> None:
        head = HEAD.format(python=PYTHON, bin=str(self.folder), log=str(self.log))
        (self.folder / name).write_text(head + body)
        (self.folder / name).chmod(0o755)

    def behave(self, **otherwise: str) -> None:
        """`behave(**{"cmake --build": "sys.exit(3)"})`: Python to be run first by calls that hold those words."""
        said = {name: textwrap.dedent(body) for name, body in otherwise.items()}
        (self.folder / "behaviour.json").write_text(json.dumps(said))

    def remove(self, *names: str) -> None:
        for name in names:
            (self.folder / name).unlink()

    @property
    def asked(self) -> list[list[str]]:
        return [json.loads(line) for line in self.log.read_text().splitlines()] if self.log.exists() else []

    def count(self, *words: str) -> int:
        return sum(set(words) <= set(call) for call in self.asked)
