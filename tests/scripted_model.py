"""A language model that answers by rule, behind the same HTTP interface as any other: what a page shows is foreseen.

It knows the prompts by their last lines, and answers only where the paragraphs it is given have every long word
of the reply, as a good model would.
"""

import json
import re
import threading
import time
from collections.abc import Mapping, Sequence
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

RULES = (
    ("sign", "Xi and Putin signed two joint statements."),
    (
        "visit Moscow",
        "During President Xi Jinping’s visit to Moscow, Chinese and Russian leaders agreed to deepen their "
        "strategic partnership.",
    ),
    ("visit Moscow", "Xi's ongoing state visit will further boost the two countries' partnership."),
    ("attend", "Trump, Putin and Xi will attend the Group of 20 summit in Germany."),
    ("council open", "The city council opened a new library."),
    # A figure that no article has: it must not be shown.
    ("appreciate", "He appreciated its neutral position in 2022."),
    # Of two reports, of which one has another figure.
    ("ferry to Skar", "The ferry to Skar burned and 14 people were hurt."),
    ("ferry to Skar", "The ferry to Skar stops sailing on Friday."),
    ("tram line", "The tram line was closed by the mayor."),
)
_SLOWLY = 0.1


class ScriptedModel:
    """Serves `RULES` on a port of its own until closed; a question with "slowly" is answered word by word, late."""

    def __init__(self) -> None:
        self.asked: list[str] = []
        self.dropped = threading.Event()
        handler = type("Handler", (_Handler,), {"script": self})
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
        self._server.daemon_threads = True
        threading.Thread(target=self._server.serve_forever, args=(0.01,), daemon=True).start()

    @property
    def name(self) -> str:
        """What `--model` takes."""
        return f"scripted@http://127.0.0.1:{self._server.server_address[1]}/v1"

    def close(self) -> None:
        """End."""
        self._server.shutdown()
        self._server.server_close()


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    script: ScriptedModel

    def log_message(self, *_: object) -> None:
        pass

    def do_POST(self) -> None:
        request = json.loads(self.rfile.read(int(self.headers["content-length"])))
        prompt = request["messages"][-1]["content"]
        self.script.asked.append(prompt)
        if request.get("stream"):
            slowly = "slowly" in prompt and not asks_to_divide(request["messages"])
            self._stream(_written(request["messages"]), _SLOWLY if slowly else 0.01)
        else:
            self._judge(_is_so(prompt))

    def _judge(self, yes: bool) -> None:
        word = "yes" if yes else "no"
        odds = [{"token": word, "logprob": -0.001, "bytes": None}, {"token": "no", "logprob": -7.0, "bytes": None}]
        choice = {
            "index": 0,
            "finish_reason": "stop",
            "message": {"role": "assistant", "content": word},
            "logprobs": {"content": [{**odds[0], "top_logprobs": odds}]},
        }
        body = json.dumps(_completion("chat.completion", choice)).encode()
        self.send_response(200)
        self.send_header("content-type", "application/json")
        self.send_header("content-length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def _stream(self, reply: str, pause: float) -> None:
        self.send_response(200)
        self.send_header("content-type", "text/event-stream")
        self.send_header("connection", "close")
        self.end_headers()
        self.close_connection = True
        words = re.findall(r"\s*\S+", reply)
        if pause == _SLOWLY:
            words = [*words[:-1], *[" and so on"] * 1000, words[-1]]
        try:
            for word in words:
                choice = {"index": 0, "delta": {"content": word}, "finish_reason": None}
                self.wfile.write(f"data: {json.dumps(_completion('chat.completion.chunk', choice))}\n\n".encode())
                self.wfile.flush()
                time.sleep(pause)
            self.wfile.write(b"data: [DONE]\n\n")
        except OSError:
            self.script.dropped.set()


def _completion(kind: str, choice: dict[str, object]) -> dict[str, object]:
    return {"id": "1", "object": kind, "created": 0, "model": "scripted", "choices": [choice]}


def asks_to_divide(messages: Sequence[Mapping[str, str]]) -> bool:
    """Whether a model is asked what a question is made of (prompts/divide.md)."""
    return messages[0]["content"].startswith("A question may ask for one thing")


def _written(messages: Sequence[Mapping[str, str]]) -> str:
    prompt = messages[-1]["content"]
    if prompt.startswith("Rewrite the follow-up question"):
        return str(re.findall(r"^Follow-up question: (.*)$", prompt, re.M)[-1])
    if asks_to_divide(messages):
        return "One thing."
    if "answer with either YES or NO" in prompt:
        # llama-index's own evaluator.
        return "YES"
    paragraphs, asked = prompt.rsplit("\n\n", 1)
    question, task = asked.split("\n")
    assert task == "Answer the question in one short sentence.", task
    return _reply(question, paragraphs) or "Nothing is known about that."


def _is_so(prompt: str) -> bool:
    paragraphs, asked = prompt.rsplit("\n\n", 1)
    *told, task = asked.split("\n")
    match task.split("?")[0]:
        case "Is the answer to this question stated in the paragraphs":
            return _reply(told[0], paragraphs) is not None
        case "Do the paragraphs state all of this sentence":
            return _long(told[0].removeprefix("Sentence: ")) <= _long(paragraphs)
        case "Is this answer right and complete according to the paragraphs":
            reply = _reply(told[0], paragraphs)
            return reply is not None and _long(reply) <= _long(told[1])
    raise AssertionError(f"an unknown prompt: {task}")


def _reply(question: str, paragraphs: str) -> str | None:
    return next((reply for asked, reply in RULES if asked in question and _long(reply) <= _long(paragraphs)), None)


def _long(text: str) -> set[str]:
    return set(re.findall(r"\w{5,}", text))
