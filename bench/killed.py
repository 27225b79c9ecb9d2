"""Kills a writer of the library and of conversations at random points, fifty times, and looks at what is left.

    python -m bench.killed            # --times 50 --seed 1; a few minutes, no language model
    python -m bench.killed --served   # the same through the page, the HTTP API and the command line; 15 minutes

After each kill: both SQLite files are sound, every message that was acknowledged is there, none is half there, and the
index can be updated from its sources. With `--served` the server is killed, and an `assistant index` beside it, while
one asks on the page and another adds and removes articles through the API; the next start must show every answer that
was shown, hold every article that was added, and none that was removed. Prints one line a kill that found something,
and the number of kills; exit code 1 where anything was wrong. `--disk MIB` runs the writers with no file larger than
that, as on a full disk; `--back DAYS` with the clock set back half-way.
"""

from __future__ import annotations

import argparse
import json
import os
import random
import resource
import signal
import subprocess
import sys
import tempfile
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path

from assistant.errors import AssistantError
from assistant.library.library import Library
from assistant.library.location import own_library
from assistant.library.open import open_place
from assistant.library.user_data import conversations_path
from assistant.settings import Settings
from assistant.util.sqlite import is_sound
from assistant.web.storage.conversations import ConversationStore
from bench.killed_server import KilledServer

_OWNER = "ann"


def main() -> int:
    """Run; the exit code."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--times", type=int, default=50)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--disk", type=int, metavar="MIB", help="the largest file that may be written")
    parser.add_argument("--back", type=int, metavar="DAYS", default=0, help="set the clock back half-way")
    parser.add_argument("--served", action="store_true", help="kill a server and a command line instead of two writers")
    parser.add_argument("--write", type=Path, help=argparse.SUPPRESS)
    arguments = parser.parse_args()
    if arguments.write:
        return _write(arguments)
    if arguments.served:
        if arguments.disk or arguments.back:
            parser.error("--disk and --back go without --served")
        return _kill_servers(arguments.times, random.Random(arguments.seed))
    return _kill_writers(arguments)


def _kill_servers(times: int, chance: random.Random) -> int:
    wrong = 0
    with tempfile.TemporaryDirectory() as folder:
        server = KilledServer(Path(folder))
        for number in range(times + 1):
            # The last look is at what the last kill left.
            problems = server.round(chance.uniform(0.3, 8.0)) if number < times else server.look()
            for problem in problems:
                wrong += 1
                print(f"kill {number}: {problem}", flush=True)
            print(f"kill {number} of {times} looked at", file=sys.stderr, flush=True)
    shown, added = len(server.shown), server.additions
    print(f"{times} kills, {shown} answers shown and {added} articles added, {wrong} problems")
    return 1 if wrong or not (shown and added) else 0


def _kill_writers(arguments: argparse.Namespace) -> int:
    chance = random.Random(arguments.seed)
    wrong = 0
    with tempfile.TemporaryDirectory() as folder:
        for number in range(arguments.times):
            written, ends = _killed(arguments, Path(folder), chance.uniform(0.3, 3.0))
            # One that had failed before was not killed, and proves nothing.
            early = [f"a writer had ended by itself ({end})" for end in ends if end != -signal.SIGKILL]
            for problem in [*early, *_problems(Path(folder), written)]:
                wrong += 1
                print(f"kill {number + 1}: {problem}", flush=True)
            print(f"kill {number + 1} of {arguments.times}", file=sys.stderr, flush=True)
        kept = len(_numbers(Path(folder)))
    print(f"{arguments.times} kills, {kept} messages kept, {wrong} problems")
    return 1 if wrong or not kept else 0


def _killed(arguments: argparse.Namespace, folder: Path, after_s: float) -> tuple[list[int], list[int]]:
    """The numbers of the messages that two writers acknowledged, and the writers' exit codes."""
    command = [sys.executable, "-m", "bench.killed", "--write", str(folder), "--back", str(arguments.back)]
    if arguments.disk:
        command += ["--disk", str(arguments.disk)]
    # Two at once, as a page and a command line are.
    writers = [subprocess.Popen(command, stdout=subprocess.PIPE, text=True) for _ in range(2)]
    for writer in writers:
        assert writer.stdout is not None
        writer.stdout.readline()
    time.sleep(after_s)
    for writer in writers:
        writer.send_signal(signal.SIGKILL)
    said = [writer.communicate()[0] for writer in writers]
    return [int(line) for text in said for line in text.split()], [writer.returncode for writer in writers]


def _write(arguments: argparse.Namespace) -> int:
    """Write until killed: messages, each said on standard output once it is kept, and articles that come and go."""
    if arguments.disk:
        signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
        resource.setrlimit(resource.RLIMIT_FSIZE, (arguments.disk * 2**20,) * 2)
    started = time.monotonic()
    late = timedelta(days=arguments.back)
    store = ConversationStore(
        conversations_path(arguments.write),
        now=lambda: datetime.now(UTC) - (late if time.monotonic() - started > 1 else timedelta()),
    )
    conversation = store.create(_OWNER).id
    library = _library(arguments.write)
    print("", flush=True)
    while True:
        number = random.SystemRandom().randrange(10**12)
        try:
            store.append(_OWNER, conversation, f"{number}", {"answer": "x" * 5_000})
            print(number, flush=True)
            story = arguments.write / f"{number % 40}.txt"
            story.write_text(f"Ferry {number}\n\nA town opened ferry number {number} on Monday.\n")
            report = library.add_files([story])
            ids = [one for outcome in report.outcomes for one in outcome.article_ids]
            if number % 3 == 0 and ids:
                library.remove(ids)
        except AssistantError as error:
            # A full disk: told, and what was kept before is intact.
            if not arguments.disk:
                raise
            print(f"{error}", file=sys.stderr)
            time.sleep(0.05)


def _problems(folder: Path, acknowledged: list[int]) -> list[str]:
    found = []
    path = conversations_path(folder)
    index = own_library(_settings(folder)).state / "index.sqlite3"
    found += [f"{file.name} is damaged" for file in (path, index) if file.exists() and not is_sound(file)]
    kept = set(_numbers(folder))
    lost = [number for number in acknowledged if number not in kept]
    if lost:
        found.append(f"{len(lost)} acknowledged messages are lost")
    try:
        library = _library(folder)
        library.refresh()
        library.index.close()
    except AssistantError as error:
        found.append(f"the library cannot be updated: {error}")
    return found


def _numbers(folder: Path) -> list[int]:
    store = ConversationStore(conversations_path(folder))
    try:
        messages = [message for one in store.list(_OWNER) for message in store.messages(_OWNER, one.id)]
        assert all(len(json.dumps(dict(message.answer))) > 5_000 for message in messages), "half a message"
        return [int(message.question) for message in messages]
    finally:
        store.close()


def _settings(folder: Path) -> Settings:
    return Settings.load(home=folder, threads=1)


def _library(folder: Path) -> Library:
    settings = _settings(folder)
    return open_place(own_library(settings), settings)


if __name__ == "__main__":
    os.environ.pop("ASSISTANT_HOME", None)
    sys.exit(main())
