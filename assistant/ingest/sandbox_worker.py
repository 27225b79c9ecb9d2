"""Worker process of `assistant.ingest.sandbox`: reads files, and may be lost without loss.

Started as `python -m assistant.ingest.sandbox_worker`. A request is one line of JSON on standard input;
the replies are lines of JSON on standard output, the last of them `{"end": …}`. It ends when
standard input closes, when it has been idle, when one article takes too long, and when the memory
it may have does not suffice.
"""

from __future__ import annotations

import contextlib
import faulthandler
import importlib
import json
import os
import sys
from collections.abc import Iterator
from dataclasses import asdict
from pathlib import Path
from typing import IO, Any

from assistant.errors import ArticleError
from assistant.ingest.build import Problem, Story
from assistant.ingest.file import RawFile
from assistant.ingest.limits import IDLE_SECONDS, READ_MEMORY, READ_SECONDS, READS_PER_PROCESS


def main() -> None:
    """Serve until there is nothing more to do."""
    # The replies have this channel to themselves: a library's prints and warnings go nowhere.
    replies = os.fdopen(os.dup(1), "w", encoding="ascii")
    nowhere = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, 1)
    os.dup2(nowhere, 2)
    _limit_memory()
    with open(nowhere, "w") as sink:  # noqa: PTH123
        for _ in range(READS_PER_PROCESS):
            # A watchdog thread in C: it ends the process also where Python's own code never returns.
            faulthandler.dump_traceback_later(IDLE_SECONDS, exit=True, file=sink)
            line = sys.stdin.readline()
            if not line:
                break
            _answer(json.loads(line), replies, sink)


def _answer(request: dict[str, Any], replies: IO[str], sink: IO[str]) -> None:
    seconds = float(request.get("seconds", READ_SECONDS))
    faulthandler.dump_traceback_later(seconds, exit=True, file=sink)
    _send(replies, {"begin": True})
    try:
        for found in read(request):
            faulthandler.cancel_dump_traceback_later()
            # Waiting for a slow reader of the replies is no fault of the file's.
            _send(replies, found)
            faulthandler.dump_traceback_later(seconds, exit=True, file=sink)
        end: dict[str, Any] = {"end": None}
    except ArticleError as error:
        end = {"end": str(error)}
    except MemoryError:
        end = {"memory": True}
    except RecursionError:
        end = {"damage": "it nests too deeply"}
    except Exception as error:  # malformed input makes parsers raise anything at all
        end = {"damage": f"{type(error).__name__}: {' '.join(str(error).split())[:200]}"}
    _send(replies, end)
    if "memory" in end:
        sys.exit(0)


def read(request: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """What the module named in the request finds, as JSON values."""
    path = Path(os.fsdecode(request["path"].encode("utf-8", "surrogateescape")))
    source = RawFile(path, request["member"], request["explained"])
    reader = importlib.import_module(f"assistant.ingest.{request['module']}")
    for found in reader.read(source):
        if isinstance(found, Problem):
            yield {"problem": found.message}
        elif isinstance(found, Story):
            yield {"story": asdict(found)}


def _send(replies: IO[str], reply: dict[str, Any]) -> None:
    replies.write(json.dumps(reply, default=str) + "\n")
    replies.flush()


def _limit_memory() -> None:
    with contextlib.suppress(ImportError, ValueError, OSError):
        import resource

        resource.setrlimit(resource.RLIMIT_AS, (READ_MEMORY, READ_MEMORY))
        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


if __name__ == "__main__":
    main()
