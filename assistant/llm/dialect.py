"""Dialect of an endpoint: what it takes of a request, learnt from what it refuses.

What is known of one maker beforehand is in `remote.py`.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from pydantic import TypeAdapter

from assistant.llm.chat_model import Message
from assistant.llm.context_length import is_too_long

_SEED = 7
_LIMITS = ("max_tokens", "max_completion_tokens")
_OPTIONAL = ("temperature", "seed", "top_logprobs", "logprobs", "stop", "stream_options", "stream")
# Where more of them are refused, five are often taken; the words yes and no are among the first.
_TOP_LOGPROBS, _FEWER_TOP_LOGPROBS = 20, 5
# Tokens in which a model may think before its answer.
_ROOM, _LEAST_ROOM = 4096, 256

_TOO_LITTLE = re.compile(r"output limit was reached|higher max_tokens|max_tokens .{0,40}too (?:low|small)", re.I)
_BELOW = re.compile(r"(?:>=|at least|greater than or equal to|minimum(?: value)?(?: is| of|:)?)\s*(\d+)", re.I)
_ANY_LIMIT = re.compile(r"max_(?:completion_|output_|new_)?tokens")
_TOO_MUCH = re.compile(r"too large|too high|context (?:length|window|size)|at most|maximum|exceed|<=", re.I)
_SYSTEM = re.compile(r"system role|role\W{1,3}system|does not support .{0,3}system|roles must alternate", re.I)
_STREAMS_ONLY = re.compile(
    r"only supports? (?:\w+ )?stream|non-stream|\bstream\W{1,3}(?:must|has to) be (?:set to )?true"
    r"|enable (?:the )?stream|streaming is (?:\w+ )?(?:required|recommended)",
    re.I,
)
_NAME = re.compile(r"[`'\"]([a-z_]+)[`'\"]")


@dataclass(frozen=True, slots=True)
class Request:
    """What is asked, whatever the endpoint takes of it. `max_tokens` is for the answer, without thoughts."""

    messages: Sequence[Message]
    max_tokens: int
    stop: Sequence[str] = ()
    stream: bool = False
    logprobs: bool = False
    extra: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Dialect:
    """The dialect of one endpoint: how it is asked.

    `needs_room`: its model thinks, or talks, before it answers; `room` is how many tokens that gets.
    `gives_logprobs` None: not known yet. `opens_in_thought`: its replies begin in a thought whose opening mark is
    in the prompt, so that only `</think>` tells; None: not known yet. `streams_only`: a whole reply is refused.
    """

    dropped: frozenset[str] = frozenset()
    limit: str | None = "max_tokens"
    least_limit: int = 1
    top_logprobs: int = _TOP_LOGPROBS
    needs_room: bool = False
    room: int = _ROOM
    takes_system: bool = True
    streams_only: bool = False
    gives_logprobs: bool | None = None
    opens_in_thought: bool | None = None

    def body(self, request: Request, model: str, options: Mapping[str, Any]) -> dict[str, Any]:
        """The JSON body; what `options` gives goes first, and null takes a field out."""
        tokens = request.max_tokens + (self.room if self.needs_room else 0)
        fields: dict[str, Any] = {"temperature": 0, "seed": _SEED}
        if self.limit is not None:
            fields[self.limit] = max(tokens, self.least_limit)
        if request.stop:
            fields["stop"] = list(request.stop)
        if request.stream or self.streams_only:
            # The count of tokens tells whether the whole prompt was read, and whether the model thought.
            fields |= {"stream": True, "stream_options": {"include_usage": True}}
        if request.logprobs and "logprobs" not in self.dropped:
            fields |= {"logprobs": True, "top_logprobs": self.top_logprobs}
        fields = {name: value for name, value in fields.items() if name not in self.dropped}
        if "stream" not in fields:
            fields.pop("stream_options", None)
        if self.limit and set(_LIMITS) & options.keys():
            fields.pop(self.limit, None)
        fields |= request.extra
        fields |= options
        messages = list(request.messages) if self.takes_system else _without_system(request.messages)
        sent = {name: value for name, value in fields.items() if value is not None}
        return {"model": model, "messages": messages, **sent}

    def after(self, refusal: str, sent: Mapping[str, Any], options: Mapping[str, Any]) -> Dialect | None:
        """The dialect to try next, given a 400's or 422's body; None where it tells nothing that was not known.

        Only what is the program's own is changed, never a field of `options`.
        """
        text = refusal.replace("\\", "")
        if _TOO_LITTLE.search(text):
            return None if self.needs_room else replace(self, needs_room=True)
        ours = {name for name in (*_LIMITS, *_OPTIONAL) if name in sent and name not in options}
        if self.limit in ours and _ANY_LIMIT.search(text):
            changed = self._other_size(text, sent[self.limit or ""])
            if changed is not None:
                return changed
        if is_too_long(refusal):
            return None
        if not self.streams_only and "stream" not in sent and _STREAMS_ONLY.search(text):
            return replace(self, streams_only=True)
        names = _named(refusal, ours)
        if "top_logprobs" in names and "logprobs" not in names and self.top_logprobs > _FEWER_TOP_LOGPROBS:
            return replace(self, top_logprobs=_FEWER_TOP_LOGPROBS)
        if self.limit in names:
            names.discard(self.limit or "")
            changed = replace(self, limit=self._other_limit(), dropped=self.dropped | {self.limit or ""})
            return replace(changed, dropped=changed.dropped | _whole(names))
        if names:
            return replace(self, dropped=self.dropped | _whole(names))
        return self.without_system(refusal)

    def without_system(self, refusal: str) -> Dialect | None:
        """The dialect to try next where the body of a refusal is about the system message; None where it is not."""
        about = self.takes_system and _SYSTEM.search(refusal.replace("\\", ""))
        return replace(self, takes_system=False) if about else None

    def _other_limit(self) -> str | None:
        return next((name for name in _LIMITS if name != self.limit and name not in self.dropped), None)

    def _other_size(self, text: str, tokens: int) -> Dialect | None:
        """For a limit that is too low or too high."""
        least = [int(found) for found in _BELOW.findall(text) if int(found) > tokens]
        if least:
            return replace(self, least_limit=min(least))
        if self.needs_room and self.room > _LEAST_ROOM and _TOO_MUCH.search(text):
            return replace(self, room=max(_LEAST_ROOM, self.room // 4))
        return None

    def to_dict(self) -> dict[str, Any]:
        """As JSON."""
        return {name: getattr(self, name) for name in self.__slots__} | {"dropped": sorted(self.dropped)}

    @classmethod
    def from_dict(cls, record: Mapping[str, Any]) -> Dialect:
        """From JSON. Raises `ValueError` for what is not a dialect's."""
        return TypeAdapter(cls).validate_python(record)


def _whole(names: set[str]) -> set[str]:
    """Without logprobs there are no top_logprobs, and the other way round."""
    pair = {"logprobs", "top_logprobs"}
    return names | pair if names & pair else names


def _without_system(messages: Sequence[Message]) -> list[Message]:
    """For models whose template has no system role: its text begins the first message."""
    system = "\n\n".join(message["content"] for message in messages if message["role"] == "system")
    rest = [dict(message) for message in messages if message["role"] != "system"]
    if rest and system:
        rest[0]["content"] = f"{system}\n\n{rest[0]['content']}"
    return rest


def _named(refusal: str, ours: set[str]) -> set[str]:
    """Which of our fields the body of a refusal is about: by its own fields, else quoted in it, else mentioned."""
    try:
        marked = set(_marked(json.loads(refusal)))
    except ValueError:
        marked = set()
    if ours & marked:
        return ours & marked
    text = refusal.replace("\\", "")
    quoted = set(_NAME.findall(text))
    if ours & quoted:
        return ours & quoted
    return {name for name in ours if re.search(rf"\b{name}\b", text)}


def _marked(value: Any) -> Iterator[str]:
    """The names in `param`s and at the end of `loc`s, wherever they stand."""
    if isinstance(value, list):
        for item in value:
            yield from _marked(item)
    elif isinstance(value, Mapping):
        if isinstance(value.get("param"), str):
            yield value["param"]
        if isinstance(value.get("loc"), list) and value["loc"]:
            yield str(value["loc"][-1])
        for item in value.values():
            yield from _marked(item)
