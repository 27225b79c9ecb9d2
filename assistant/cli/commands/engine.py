"""`assistant engine`: which engine runs the embedded model; compile one for this processor."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import TYPE_CHECKING

from assistant.cli.commands.common import Commands, add_json, print_json, say_always, settings_of

if TYPE_CHECKING:
    from assistant.settings import Settings

_NOTE = (
    "The engine that is installed runs on every processor. One compiled for yours reads and writes sooner where "
    "yours has newer instructions (AVX-512, AMX); a C++ compiler, make and the package registry are needed once."
)
# The trial is long enough to fill tiles, and any model that is whole goes on with the word.
_TRIAL = "France, Paris. Italy, Rome. Spain, Madrid. Japan, Tokyo. Greece, Athens. France, Paris. Italy,"
_EXPECTED = "Rome"


def add(commands: Commands[argparse.ArgumentParser]) -> None:
    """Declare the command."""
    engine = commands.add_parser(
        "engine", help="say which engine runs the embedded model; compile one for this processor", description=_NOTE
    )
    what = engine.add_mutually_exclusive_group()
    what.add_argument("--build", action="store_true", help="compile it: about four minutes on two cores, once")
    what.add_argument("--remove", action="store_true", help="remove what was compiled, and the weights made for it")
    add_json(engine)
    engine.set_defaults(run=_engine)


def _engine(arguments: argparse.Namespace) -> int:
    settings = settings_of(arguments)
    if arguments.build:
        _build(settings)
    elif arguments.remove:
        _remove(settings)
    _describe_as_json(settings) if arguments.json else _describe(settings)
    return 0


def _describe(settings: Settings) -> None:
    from assistant.llm.llamacpp.select import amx_weights_of, engine_of

    native, weights = engine_of(settings), amx_weights_of(settings)
    if native.server is None:
        build = f"'assistant engine --build' makes answers about {native.gain} times as fast on this processor"
        advice = build if native.gain else "one compiled for this is no faster"
        print(f"engine   prebuilt, for every processor; {advice}")
        return
    print(f"engine   compiled for this processor{' (AMX)' if native.has_amx else ''}")
    print(f"file     {native.server}")
    if native.has_amx:
        print(f"weights  {weights.path if weights.is_current else 'are written for it at the next question'}")
    if settings.engine == "prebuilt":
        print("in use   the prebuilt one, because of ASSISTANT_ENGINE=prebuilt")


def _describe_as_json(settings: Settings) -> None:
    from assistant.llm.llamacpp.select import amx_weights_of, engine_of

    native, weights = engine_of(settings), amx_weights_of(settings)
    compiled = native.server is not None
    amx = compiled and native.has_amx
    print_json(
        {
            "in_use": "compiled" if compiled and settings.engine == "auto" else "prebuilt",
            "compiled": str(native.server) if compiled else None,
            "amx": amx,
            "weights": str(weights.path) if amx and weights.is_current else None,
        }
    )


def _in_use(settings: Settings) -> str:
    return ", and in use from now on" if settings.engine == "auto" else "; ASSISTANT_ENGINE=prebuilt keeps it unused"


def _build(settings: Settings) -> None:
    from assistant.cli.terminal import progress_bars
    from assistant.llm.llamacpp.build import build_tools
    from assistant.llm.llamacpp.select import engine_of, weights_for

    native = engine_of(settings)
    if native.server is None:
        # What is missing is said before the minute that the weights take, and they before the minutes of compiling.
        build_tools()
    weights = weights_for(native, settings, progress_bars("preparing the model"))
    if native.server is None:
        compiling = progress_bars("compiling the engine", "%")
        try:
            native.build(lambda server: _try(server, weights), compiling)
        finally:
            # What is said of a failure does not go on the line of the bar.
            compiling(100, 100)
        say_always("the engine is compiled" + _in_use(settings))


def _remove(settings: Settings) -> None:
    from assistant.llm.llamacpp.select import amx_weights_of, engine_of

    engine_of(settings).remove()
    amx_weights_of(settings).remove()


def _try(server: Path, weights: Path) -> None:
    """Let a compiled server write; raises `EngineBuildError` when it cannot."""
    from assistant.errors import EngineBuildError, ModelError
    from assistant.llm.llamacpp.server import EmbeddedEngine

    engine = EmbeddedEngine(weights, context=1024, server=server)
    try:
        engine.start()
        _ = engine.base_url
        reply = engine.post("/completion", {"prompt": _TRIAL, "n_predict": 2, "temperature": 0}, timeout=60)
        written = str(reply.get("content", ""))
    except (OSError, ValueError, ModelError) as error:
        raise EngineBuildError(f"the engine was compiled but does not run here: {error}") from error
    finally:
        engine.stop()
    if _EXPECTED not in written:
        raise EngineBuildError(f"the engine was compiled but miscounts here: {written!r} instead of {_EXPECTED!r}")
