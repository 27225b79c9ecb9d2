"""Process of the embedded engine: llama.cpp's server on a loopback port, xllamacpp's or one compiled here.

Started by `assistant.llm.llamacpp.server` as `python -m assistant.llm.llamacpp.process`. One line of JSON comes in
on standard input, one goes out on standard output; when standard input closes, because the
parent ended, however it ended, this process ends too, and with it a compiled server.
"""

from __future__ import annotations

import ctypes
import json
import os
import re
import signal
import subprocess
import sys
import threading
from collections import deque
from collections.abc import Mapping
from typing import IO, Any

from assistant.llm.llamacpp.build import has_amx
from assistant.util.processor import processor_flags

# Short drafts: on two cores each token of a draft that is thrown away costs what reading it does. With
# tiles eleven are read in little more than two take to write.
_MATCHED, _DRAFTED = 4, 4
_MATCHED_WITH_AMX, _DRAFTED_WITH_AMX = 2, 10
# Two tiles hold 32 tokens, but with these settings 31 are read a fifth sooner (docs/engine.md).
_TILE_BATCH = 31
# For every token all weights are read: with pages of 2 MiB instead of 4 KiB a twentieth sooner, in the same memory.
_LARGE_PAGES = "glibc.malloc.hugetlb=1"
_PR_SET_PDEATHSIG = 1


def main() -> None:
    """Serve until standard input closes."""
    config = json.loads(sys.stdin.readline())
    serve = _serve_compiled if config.get("server") else _serve_prebuilt
    # A server that nothing refers to ends.
    address, _server = serve(config)
    print(json.dumps({"address": address}), flush=True)
    sys.stdin.read()
    _end(0)


def _serve_prebuilt(config: Mapping[str, Any]) -> tuple[str, object]:
    """The address of a server in this process, and the server."""
    import xllamacpp

    params = xllamacpp.CommonParams()
    params.model.path = config["model"]
    params.hostnames = ["127.0.0.1"]
    params.port = 0
    params.api_keys = [config["key"]]
    params.n_ctx = config["context"]
    params.n_parallel = config["slots"]
    # One context for all slots: a long prompt may use what the others leave.
    params.kv_unified = True
    # What lies in an idle slot is the beginning of the next prompt; it stays there.
    params.cache_idle_slots = False
    params.endpoint_slots = True
    if config["states"]:
        # Saved slots hold the articles' text.
        os.umask(0o077)
        params.slot_save_path = config["states"] + os.sep
    params.cpuparams.n_threads = config["threads"]
    params.cpuparams_batch.n_threads = config["threads"]
    # Bounded, because the default lets cached prompts grow to 8 GiB of main memory.
    params.cache_ram_mib = config["cache_mib"]
    # Mapped, the file would stay in memory beside the weights that were rearranged from it for this processor:
    # 600 MB more, no sooner loaded, and slower to read a prompt with.
    params.load_mode = xllamacpp.llama_load_mode.LLAMA_LOAD_MODE_NONE
    params.verbosity = -1
    params.warmup = False
    params.fit_params = False
    params.ui = False
    params.offline = True
    if config["speculation"]:
        params.speculative.types = [xllamacpp.common_speculative_type.COMMON_SPECULATIVE_TYPE_NGRAM_SIMPLE]
        params.speculative.ngram_simple.size_n = _MATCHED
        params.speculative.ngram_simple.size_m = _DRAFTED
    if config.get("adapter"):
        lora = xllamacpp.CommonAdapterLoraInfo()
        lora.path, lora.scale = config["adapter"], 1.0
        params.lora_adapters = [lora]
    server = xllamacpp.Server(params)
    return str(server.listening_address), server


def _serve_compiled(config: Mapping[str, Any]) -> tuple[str, object]:
    """The same server with the same settings, as a program; its options are the names above."""
    options: dict[str, str | int] = {
        "model": config["model"],
        "host": "127.0.0.1",
        "port": 0,
        "ctx-size": config["context"],
        "parallel": config["slots"],
        "threads": config["threads"],
        "threads-batch": config["threads"],
        "cache-ram": config["cache_mib"],
        "load-mode": "none",
        "fit": "off",
        "log-colors": "off",
    }
    amx = has_amx(processor_flags())
    if amx:
        options["ubatch-size"] = _TILE_BATCH
    if config["states"]:
        os.umask(0o077)
        options["slot-save-path"] = config["states"] + os.sep
    if config.get("adapter"):
        options["lora"] = config["adapter"]
    if config["speculation"]:
        options["spec-type"] = "ngram-simple"
        options["spec-ngram-simple-size-n"] = _MATCHED_WITH_AMX if amx else _MATCHED
        options["spec-ngram-simple-size-m"] = _DRAFTED_WITH_AMX if amx else _DRAFTED
    flags = ("kv-unified", "no-cache-idle-slots", "slots", "no-warmup", "no-ui", "offline")
    command = [config["server"], *(f"--{flag}" for flag in flags)]
    command += [part for name, value in options.items() for part in (f"--{name}", str(value))]
    # What it needs of the environment is the way to its libraries; other settings of llama.cpp's must not reach it.
    environment = {name: value for name, value in os.environ.items() if not name.startswith(("LLAMA_", "GGML_"))}
    environment.setdefault("GLIBC_TUNABLES", _LARGE_PAGES)
    child = subprocess.Popen(
        command,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        text=True,
        errors="replace",
        # Not an argument, which every user of the machine could read.
        env={**environment, "LLAMA_API_KEY": config["key"]},
        preexec_fn=_end_with_parent,
    )
    assert child.stderr is not None
    last: deque[str] = deque(maxlen=3)
    for line in child.stderr:
        if found := re.search(r"listening on (http://\S+)", line):
            threading.Thread(target=_attend, args=(child, child.stderr), daemon=True).start()
            return found[1], child
        last.append(line.strip())
    raise RuntimeError(f"{config['server']} ended with exit code {child.wait()}: {' / '.join(last)}")


def _attend(child: subprocess.Popen[str], log: IO[str]) -> None:
    for _ in log:
        pass
    _end(child.wait() or 1)


def _end_with_parent() -> None:
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)


def _end(code: int) -> None:
    if os.getpid() == os.getpgrp():
        # The group is this process and its server; where nothing tells the server of its parent's end, this does.
        os.killpg(0, signal.SIGKILL)
    os._exit(code)


if __name__ == "__main__":
    try:
        main()
    except Exception as error:
        print(json.dumps({"error": f"{type(error).__name__}: {error}"}), flush=True)
        sys.exit(1)
