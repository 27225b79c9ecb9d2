"""The baseline: llama-index's own `CitationQueryEngine`, in the harness of the assistant.

Its prompts and settings are its defaults (`citation_chunk_size` 512, `COMPACT`), over a dense
index of the same paragraphs with the same embeddings, five of them an answer. Follow-ups are
first condensed by llama-index's own prompt, as its `CondenseQuestionChatEngine` does it.
The language model and the embeddings are passed in everywhere: the global `Settings` would
otherwise ask for an OpenAI key.
"""

from __future__ import annotations

import re
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Protocol

from llama_index.core import QueryBundle, VectorStoreIndex
from llama_index.core.base.embeddings.base import BaseEmbedding
from llama_index.core.base.llms.generic_utils import messages_to_history_str
from llama_index.core.base.llms.types import (
    ChatMessage,
    ChatResponse,
    CompletionResponse,
    CompletionResponseGen,
    LLMMetadata,
    MessageRole,
)
from llama_index.core.chat_engine.condense_question import DEFAULT_PROMPT as CONDENSE_PROMPT
from llama_index.core.llms.custom import CustomLLM
from llama_index.core.node_parser import SentenceSplitter
from llama_index.core.query_engine import CitationQueryEngine
from llama_index.core.schema import NodeWithScore, TextNode
from pydantic import PrivateAttr

from assistant.answering.citations import make_citation
from assistant.retrieval.passages import passages_of
from assistant.schema.answers import Answer, Sentence
from assistant.schema.articles import Article, Passage, passage_to_dict
from assistant.text.sentences import split_sentences
from evals.runner import Reply
from evals.schema import Case

CITATION_CHUNK_SIZE = 512
PASSAGES = 5
CONTEXT_WINDOW = 8192
MAX_TOKENS = 256

_NUMBERS = r"\d{1,3}(?:\s*(?:,|;|&|-|\u2013|\band\b)\s*(?:sources?\s*)?\d{1,3})*"
_MARK = re.compile(
    rf"[ \t]*(?:\[\s*(?:sources?\s*)?({_NUMBERS})\s*\]|\(\s*sources?\s*({_NUMBERS})\s*\))", re.IGNORECASE
)
_END = re.compile(r"[.!?]+[\"'\u201d\u2019)]*$")
_HEADING = re.compile(r"Source \d+:\n")  # what CitationQueryEngine writes before each source

# Written for text that `_plain` has made lower case, with "not" spelled out.
_ADJECTIVE = r"(?:provided|given|available|above|supplied|listed|retrieved|cited)"
_SOURCES = (
    rf"\b(?:(?:{_ADJECTIVE}\s+)*(?:sources?|information|context|texts?|articles?|paragraphs?|passages?|excerpts?)"
    rf"|{_ADJECTIVE}\s+(?:documents?|data|details?|materials?))\b"
)
_TELL = (
    r"(?:contain|provide|mention|include|specify|state|say|give|offer|have|address|indicate|discuss|answer|list"
    r"|describe|explain|tell|name|report|cover|reveal|disclose|identify|clarify|refer|help|seem|appear)"
)
_TOLD = (
    r"(?:mentioned|specified|stated|provided|given|available|found|included|indicated|disclosed|discussed"
    r"|addressed|described|listed|answered|covered|identified|clear|known)"
)
_CANNOT = r"(?:(?:can|could)\s+not|not\s+possible\s+to|impossible\s+to|unable\s+to|not\s+able\s+to)"
_ITEM = r"(?:information|mention|details?|data|evidence|answer|indication|references?|sources?|context|statement)"

# A sentence that matches one of these says that the sources do not give the answer.
REFUSALS = tuple(
    re.compile(pattern)
    for pattern in (
        # "The provided sources do not mention …", "Source 2 doesn't explicitly state …"
        rf"{_SOURCES}(?:\s+\d+)?[^.?!]{{0,60}}?\s(?:(?:do|does|did|can)\s+not|fails?\s+to)\s+(?:\w+\s+){{0,2}}{_TELL}\b",
        # "None of the sources are helpful", "Neither source mentions …"
        rf"^(?:based on [^,]*, )?(?:none|neither)\s+(?:of\s+)?(?:(?:the|these|those)\s+)?{_SOURCES}",
        # "No information is given …", "There is no mention of …", "… contain no details"
        r"(?:\bthere\s+(?:is|are|was)|\bthere's|^|\b(?:contain|provide|offer|give|include)s?)\s*"
        rf"\b(?:no|not\s+any|not\s+enough|insufficient)\s+(?:\w+\s+){{0,2}}{_ITEM}\b",
        # "… is not mentioned in the sources", "… not explicitly stated by the provided text"
        rf"\b(?:not|nowhere|never)\s+(?:\w+\s+)?{_TOLD}\b[^.?!]{{0,40}}\b(?:in|by|from|within)\s+"
        rf"(?:\w+\s+){{0,3}}{_SOURCES}",
        # "I don't know", "Based on the sources, I could not find …", "I'm sorry, but …"
        rf"^(?:[^\"\u201c]{{0,60}},\s+)?i(?:'m|\s+am|\s+was)?\s+(?:do\s+not\s+(?:know|have)|{_CANNOT}|sorry|afraid)\b",
        r"^(?:sorry|unfortunately)\b[^.?!]*\b(?:not|no|unable)\b",
        # "The answer cannot be determined", "Based on the context, it is impossible to say"
        rf"\b(?:answer|question|query)\b[^.?!]{{0,60}}(?:{_CANNOT}|\bnot)\s+(?:be\s+)?(?:\w+\s+)?"
        rf"(?:determined|inferred|{_TOLD})",
        rf"{_SOURCES}[^.?!]{{0,60}}\b{_CANNOT}\b",
        rf"\b{_CANNOT}\b[^.?!]{{0,80}}\b(?:from|with|on|by|using|in)\s+(?:\w+\s+){{0,3}}{_SOURCES}",
        # all of the sentence: "Unknown.", "Not specified", and what llama-index writes for nothing
        rf"^(?:unknown|n/?a|not\s+(?:\w+\s+)?(?:{_TOLD}|applicable)|no\s+answer|empty\s+response)\W*$",
    )
)
# True sentences of news articles read like these ("It is not known who …"), so that they count
# only in a sentence that cites nothing.
UNCITED_REFUSALS = tuple(
    re.compile(pattern)
    for pattern in (
        r"^(?:it|this|that)(?:\s+is|\s+was|'s)\s+"
        rf"(?:not\s+(?:\w+\s+)?(?:possible|{_TOLD})|unclear|unknown|impossible)\b",
        rf"\b(?:is|are|was|were)\s+not\s+(?:\w+\s+)?{_TOLD}\W*$",
        rf"\b{_CANNOT}\s+(?:be\s+)?(?:determined?|answer(?:ed)?|inferred|say|tell)\b",
    )
)
_CONCESSION = re.compile(r"^(?:(?:al|even\s+)?though|while)\b")
_CONCLUSION = re.compile(r"^(?:therefore|thus|so|hence|overall|consequently|as a result|in (?:conclusion|summary))\b")


class CompletionModel(Protocol):
    """What is needed of `assistant.llm.chat_model.ChatModel`."""

    def complete(self, messages: Sequence[dict[str, str]], max_tokens: int) -> str:
        """The whole reply to OpenAI messages."""
        ...


class HarnessLLM(CustomLLM):
    """The assistant's model as llama-index calls it: chat messages go through as they are."""

    _model: Any = PrivateAttr()

    def __init__(self, model: CompletionModel) -> None:
        super().__init__()
        self._model = model

    @property
    def metadata(self) -> LLMMetadata:
        """llama-index's own defaults are those of a completion model with 3,900 tokens."""
        return LLMMetadata(context_window=CONTEXT_WINDOW, num_output=MAX_TOKENS, is_chat_model=True)

    def chat(self, messages: Sequence[ChatMessage], **_: Any) -> ChatResponse:
        """Overridden, since `CustomLLM.chat` would flatten the roles into one text."""
        plain = [{"role": message.role.value, "content": message.content or ""} for message in messages]
        return ChatResponse(
            message=ChatMessage(role=MessageRole.ASSISTANT, content=self._model.complete(plain, max_tokens=MAX_TOKENS))
        )

    def complete(self, prompt: str, formatted: bool = False, **_: Any) -> CompletionResponse:
        """A prompt as the one user message."""
        response = self.chat([ChatMessage(role=MessageRole.USER, content=prompt)])
        return CompletionResponse(text=response.message.content or "")

    def stream_complete(self, prompt: str, formatted: bool = False, **_: Any) -> CompletionResponseGen:
        """The whole reply as one piece; the baseline does not stream."""
        response = self.complete(prompt)
        response.delta = response.text
        yield response


@dataclass(frozen=True, slots=True)
class Source:
    """One numbered source of the engine's prompt: a chunk of a paragraph."""

    passage: Passage
    start: int
    end: int


class CitationBaseline:
    """`CitationQueryEngine` over some articles, as an `Asker`."""

    def __init__(
        self, articles: Sequence[Article], *, embedder: BaseEmbedding, model: CompletionModel, model_name: str
    ) -> None:
        self._passages = {one.paragraph.id: one for article in articles for one in passages_of(article)}
        self._model_name = model_name
        self._llm = HarnessLLM(model)
        # by length, so that the embedder pads little: it takes its batches in this order
        ordered = sorted(self._passages.values(), key=lambda passage: len(passage.paragraph.text))
        index = VectorStoreIndex(
            [_node(passage) for passage in ordered],
            embed_model=embedder,
            transformations=[SentenceSplitter()],  # unused for nodes; without it `Settings` would be filled
        )
        self._engine = CitationQueryEngine.from_args(
            index, llm=self._llm, citation_chunk_size=CITATION_CHUNK_SIZE, similarity_top_k=PASSAGES
        )

    def ask(self, case: Case) -> Reply:
        """The engine's reply as the JSON contract's object, and the paragraphs it found."""
        begun = time.perf_counter()
        question = self._condense(case)
        query = QueryBundle(question)
        retrieving = time.perf_counter()
        # retrieve + synthesize is what query() does; apart, the search can be timed
        found = self._engine.retrieve(query)
        retrieved = time.perf_counter()
        response = self._engine.synthesize(query, found)
        total = round((time.perf_counter() - begun) * 1000)
        passages = tuple(self._passage(node) for node in found)
        text = str(response)
        answer = to_answer(
            case,
            text,
            [self._source(node) for node in response.source_nodes],
            passages,
            model=self._model_name,
            standalone=question,
            # nothing is shown before the whole reply is there
            timings={
                "retrieve": round((retrieved - retrieving) * 1000),
                "first_token": total,
                "total": total,
            },
        )
        return answer.to_dict(), tuple(passage_to_dict(passage) for passage in passages)

    def _condense(self, case: Case) -> str:
        if not case.history:
            return case.question
        turns = [ChatMessage(role=MessageRole(turn.role), content=turn.content) for turn in case.history]
        rewritten = self._llm.predict(
            CONDENSE_PROMPT, question=case.question, chat_history=messages_to_history_str(turns)
        )
        return rewritten.strip() or case.question

    def _passage(self, node: NodeWithScore) -> Passage:
        passage = self._passages[node.node.metadata["paragraph_id"]]
        score = node.score or 0.0
        return replace(passage, score=score, dense_score=score)

    def _source(self, node: NodeWithScore) -> Source:
        passage = self._passage(node)
        chunk = _HEADING.sub("", node.node.get_content(), count=1).strip()
        return Source(passage, *_locate(chunk, passage.paragraph.text))


def to_answer(
    case: Case,
    text: str,
    sources: Sequence[Source],
    passages: tuple[Passage, ...],
    *,
    model: str,
    standalone: str,
    timings: Mapping[str, int],
) -> Answer:
    """A reply of `CitationQueryEngine` as our answer; `sources[n - 1]` is what it calls [n].

    The engine knows neither support nor confidence: support is 1 for a sentence that cites and
    0 for one that does not, confidence 1 for an answer and 0 for a refusal. Marks without a
    source are dropped. A refusal keeps the reply's text, so that scorers see what it says.
    """
    pieces = list(_sentences(text, len(sources)))
    reason = refusal_reason(pieces)
    numbers: dict[int, int] = {}
    sentences = []
    if reason is None:
        for words, marks in pieces:
            cited = tuple(dict.fromkeys(numbers.setdefault(mark, len(numbers) + 1) for mark in marks))
            sentences.append(Sentence(words, cited, 1.0 if cited else 0.0))
    return Answer(
        question=case.question,
        standalone_question=standalone,
        answer=" ".join(words for words, _ in pieces)
        if reason
        else " ".join(_with_marks(sentence.text, sentence.citations) for sentence in sentences),
        refused=reason is not None,
        refusal_reason=reason,
        confidence=0.0 if reason else 1.0,
        sentences=tuple(sentences),
        citations=tuple(
            make_citation(number, source.passage, source.start, source.end)
            for number, source in ((number, sources[mark - 1]) for mark, number in numbers.items())
        ),
        closest=passages if reason else (),
        model=model,
        timings_ms=timings,
        id=case.id,
    )


def refusal_reason(pieces: Sequence[tuple[str, Sequence[int]]]) -> str | None:
    """Why a reply counts as a refusal, None where it is an answer.

    It is one when nothing is said, when it opens by saying that the sources do not tell, or
    when its last sentence concludes so. Such a remark after an answer ("… [1]. The sources do
    not give the hour.") leaves it an answer.
    """
    if not pieces or not any(re.search(r"\w", words) for words, _ in pieces):
        return "the model's reply was empty"
    first, last = pieces[0], pieces[-1]
    if _says_unknown(*first) or (_CONCLUSION.search(_plain(last[0])) and _says_unknown(*last)):
        return "the reply says that the sources do not give the answer"
    return None


def _says_unknown(words: str, marks: Sequence[int]) -> bool:
    plain = _plain(words)
    if _CONCESSION.search(plain):  # "While Source 1 does not say so, Source 2 …" goes on to answer
        return False
    patterns = REFUSALS if marks else (*REFUSALS, *UNCITED_REFUSALS)
    return any(pattern.search(plain) for pattern in patterns)


def _plain(words: str) -> str:
    plain = words.lower().replace("\u2019", "'").replace("cannot", "can not").replace("can't", "can not")
    return plain.replace("n't", " not")


def _sentences(text: str, known: int) -> Iterator[tuple[str, tuple[int, ...]]]:
    """(sentence without marks, the sources it cites) for each sentence."""
    clean, marks, last = "", [], 0
    for match in _MARK.finditer(text):
        clean += text[last : match.start()]
        last = match.end()
        # a mark belongs to what it follows, except at the beginning of a line
        opens = not clean.rpartition("\n")[2].strip()
        marks.append((len(clean), opens, _numbers(match.group(1) or match.group(2))))
    clean += text[last:]
    spans = split_sentences(clean)
    owned: list[list[int]] = [[] for _ in spans]
    for position, opens, numbers in marks:
        after = [i for i, (_, end) in enumerate(spans) if end > position]
        before = [i for i, (start, _) in enumerate(spans) if start < position]
        if owner := (after[:1] if opens and after else before[-1:] or after[:1]):
            owned[owner[0]].extend(number for number in numbers if 1 <= number <= known)
    for (start, end), cited in zip(spans, owned, strict=True):
        yield " ".join(clean[start:end].split()), tuple(dict.fromkeys(cited))


def _numbers(inside: str) -> list[int]:
    """The numbers of "1, 2", "1 and 3" or "1-3"."""
    found: list[int] = []
    for part in re.split(r",|;|&|\band\b", re.sub(r"sources?", "", inside, flags=re.IGNORECASE)):
        bounds = [int(number) for number in re.findall(r"\d+", part)]
        if bounds:
            found.extend(range(bounds[0], bounds[-1] + 1))
    return found


def _with_marks(text: str, numbers: Sequence[int]) -> str:
    if not numbers:
        return text
    marks = "".join(f"[{number}]" for number in numbers)
    end = _END.search(text)
    return f"{text[: end.start()]} {marks}{end.group()}" if end else f"{text} {marks}"


def _locate(chunk: str, paragraph: str) -> tuple[int, int]:
    """Where a chunk lies in its paragraph; the splitter may have changed white space."""
    start = paragraph.find(chunk)
    if start >= 0:
        return start, start + len(chunk)
    match = re.search(r"\s+".join(map(re.escape, chunk.split())), paragraph)
    return match.span() if match else (0, len(paragraph))


def _node(passage: Passage) -> TextNode:
    """A paragraph with the metadata that a llama-index user gives it. By llama-index's defaults
    they are embedded with the text and, since `CitationQueryEngine` copies them to each source,
    printed above it in the prompt."""
    day = passage.published.isoformat() if passage.published else None
    shown = {"title": passage.title, "source": passage.source, "published": day}
    metadata = {key: value for key, value in shown.items() if value}
    return TextNode(
        id_=passage.paragraph.id,
        text=passage.paragraph.text,
        metadata={**metadata, "paragraph_id": passage.paragraph.id},
        excluded_embed_metadata_keys=["paragraph_id"],
        excluded_llm_metadata_keys=["paragraph_id"],
    )
