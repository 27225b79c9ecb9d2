"""The embedded engine's own process: llama.cpp's server, by xllamacpp, on a loopback port.

Started by `assistant.engine` as `python -m assistant.engine_process`. One line of JSON comes in
on standard input, one goes out on standard output; when standard input closes, because the
parent ended, however it ended, this process ends too.
"""

from __future__ import annotations

import json
import os
import sys
import threading


def main() -> None:
    """Serve until standard input closes."""
    import xllamacpp

    config = json.loads(sys.stdin.readline())
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
        # Short drafts: on two cores each token of a draft that is thrown away costs what reading it does.
        params.speculative.ngram_simple.size_n = 4
        params.speculative.ngram_simple.size_m = 4
    server = xllamacpp.Server(params)
    print(json.dumps({"address": server.listening_address}), flush=True)
    threading.Thread(target=_end_with_parent, daemon=True).start()
    threading.Event().wait()


def _end_with_parent() -> None:
    sys.stdin.read()
    os._exit(0)


if __name__ == "__main__":
    try:
        main()
    except Exception as error:
        print(json.dumps({"error": f"{type(error).__name__}: {error}"}), flush=True)
        sys.exit(1)
