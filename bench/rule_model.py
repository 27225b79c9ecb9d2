"""A language model that answers by rule, at an address of this machine: about ferries, `bench.ferries`."""

from __future__ import annotations

import json
import re
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from bench.ferries import asked_about, sentence, stated_in


def serve_rules() -> str:
    """Serve it until this process ends; what `--model` takes."""
    server = _Server(("127.0.0.1", 0), _Rules)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    return f"rules@http://127.0.0.1:{server.server_address[1]}/v1"


def reply(messages: list[dict[str, str]]) -> str:
    """Yes to what names the same ferry, the article's sentence as the answer, any question understood as it stands."""
    prompt = messages[-1]["content"]
    if prompt.startswith("Rewrite the follow-up question"):
        return str(re.findall(r"^Follow-up question: (.*)$", prompt, re.M)[-1])
    if messages[0]["content"].startswith("A question may ask for one thing"):
        return "One thing."
    asked = asked_about(prompt)
    fitting = [sentence(town, cars) for town, cars in stated_in(prompt) if town == asked]
    if re.search(r"\byes or no\b|\bAnswer yes\b", json.dumps(messages), re.I):
        return "yes" if fitting else "no"
    return fitting[0] if fitting else "The article does not say."


class _Server(ThreadingHTTPServer):
    daemon_threads = True

    def handle_error(self, *_: Any) -> None:
        """A client that was killed is no error."""


class _Rules(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def log_message(self, *_: object) -> None:
        pass

    def do_POST(self) -> None:
        request = json.loads(self.rfile.read(int(self.headers["content-length"])))
        text = reply(request["messages"])
        if not request.get("stream"):
            self._answer(json.dumps(_completion("chat.completion", "message", text)).encode(), "application/json")
            return
        chunk = json.dumps(_completion("chat.completion.chunk", "delta", text))
        self._answer(f"data: {chunk}\n\ndata: [DONE]\n\n".encode(), "text/event-stream")

    def _answer(self, body: bytes, kind: str) -> None:
        self.send_response(200)
        self.send_header("content-type", kind)
        self.send_header("content-length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)


def _completion(kind: str, part: str, text: str) -> dict[str, Any]:
    choice = {"index": 0, part: {"role": "assistant", "content": text}, "finish_reason": "stop"}
    return {"id": "1", "object": kind, "created": 0, "model": "rules", "choices": [choice]}
