"""Facts files: JSONL, one case a line, checked before anything runs.

A line needs `id`, `question`, and either `answers` or `"unanswerable": true`. The rest has
defaults: `category` "uncategorised", `history` [], `rejects` [], `gold` [] (unknown),
`long_form` false, `standalone` null, `other_answers` []. A point of `answers` or `gold` may be
written as a single text instead of a list of one.
"""

from __future__ import annotations

import json
from collections.abc import Collection, Mapping, Sequence
from pathlib import Path
from typing import Any

from assistant.errors import UsageError
from assistant.schema.answers import Turn
from evals.schema import Case

DEFAULT_CATEGORY = "uncategorised"
_KEYS = (
    "id",
    "question",
    "category",
    "history",
    "answers",
    "rejects",
    "gold",
    "unanswerable",
    "long_form",
    "standalone",
    "other_answers",
)
_ROLES = ("user", "assistant")


def load_cases(path: Path) -> list[Case]:
    """The cases of a `.jsonl` file, or of every `.jsonl` file of a folder, by file name and line.

    Raises `UsageError` "file:line: what is wrong; how to mend it" at the first bad line, and
    where there is no file or no case at all.
    """
    files = _files(path)
    cases: list[Case] = []
    places: dict[str, str] = {}
    for file in files:
        for number, line in enumerate(_lines(file), start=1):
            if not line.strip():
                continue
            place = f"{file}:{number}"
            case = _parse(line, place)
            if case.id in places:
                raise UsageError(f"{place}: id {case.id!r} is taken by {places[case.id]}; give one another id")
            places[case.id] = place
            cases.append(case)
    if not cases:
        raise UsageError(f"{path}: holds no cases; add one JSON object a line")
    return cases


def check_gold(cases: Sequence[Case], paragraph_ids: Collection[str]) -> None:
    """Raise `UsageError` where a gold id is not a paragraph that was indexed.

    A wrong id would count every right citation as a wrong one, without anyone noticing.
    """
    known = frozenset(paragraph_ids)
    for case in cases:
        for point in case.gold:
            for gold in point:
                if gold not in known:
                    raise UsageError(
                        f"case {case.id!r}: gold paragraph {gold!r} is not among the {len(known)} indexed"
                        " paragraphs; correct the id, or add the article to the articles folder"
                    )


def _files(path: Path) -> list[Path]:
    if path.is_dir():
        files = sorted(path.glob("*.jsonl"))
        if not files:
            raise UsageError(f"{path}: no .jsonl file in this folder; add one, or name a file")
        return files
    if not path.exists():
        raise UsageError(f"{path}: no such file or folder; name a .jsonl file or a folder of them")
    if path.suffix != ".jsonl":
        raise UsageError(f"{path}: not a .jsonl file; facts are one JSON object a line in a .jsonl file")
    return [path]


def _lines(file: Path) -> list[str]:
    try:
        # split("\n"), since splitlines() would also break at a U+2028 inside a JSON text
        return file.read_text(encoding="utf-8-sig").split("\n")
    except (OSError, UnicodeDecodeError) as error:
        raise UsageError(f"{file}: cannot be read ({error}); save it as UTF-8 text") from error


def _parse(line: str, place: str) -> Case:
    record = _object(line, place)
    case_id = _text(record, "id", place, required=True)
    question = _text(record, "question", place, required=True)
    unanswerable = _flag(record, "unanswerable", place)
    answers = _points(record, "answers", place)
    gold = _points(record, "gold", place, may_be_empty=True)
    if not answers and not unanswerable:
        raise UsageError(
            f'{place}: neither answers nor "unanswerable": true; list the acceptable answers, or mark it unanswerable'
        )
    if unanswerable and answers:
        raise UsageError(
            f"{place}: unanswerable but has answers; remove the answers (wordings that must not"
            " be stated go in rejects), or set unanswerable to false"
        )
    if gold and len(gold) != len(answers):
        raise UsageError(
            f"{place}: {len(answers)} points in answers but {len(gold)} in gold; give one list of"
            " paragraph ids for each point, or leave gold out where it is unknown"
        )
    return Case(
        id=case_id,
        question=question,
        category=_text(record, "category", place) or DEFAULT_CATEGORY,
        history=_history(record, place),
        answers=answers,
        rejects=_texts(record.get("rejects"), "rejects", place),
        gold=gold,
        unanswerable=unanswerable,
        long_form=_flag(record, "long_form", place),
        standalone=_text(record, "standalone", place) or None,
        other_answers=_texts(record.get("other_answers"), "other_answers", place),
    )


def _object(line: str, place: str) -> Mapping[str, Any]:
    try:
        record = json.loads(line, object_pairs_hook=_unique_keys)
    except ValueError as error:
        raise UsageError(f"{place}: not JSON ({error}); write one JSON object on the line") from error
    if not isinstance(record, dict):
        raise UsageError(f"{place}: a {type(record).__name__}, not a JSON object; write {{...}}")
    for key in record:
        if key not in _KEYS:
            raise UsageError(f"{place}: unknown key {key!r}; known keys: {', '.join(_KEYS)}")
    return record


def _unique_keys(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    # json keeps the last of two equal keys and would lose the first one's answers silently
    record = dict(pairs)
    if len(record) != len(pairs):
        twice = next(key for key in record if sum(key == other for other, _ in pairs) > 1)
        raise ValueError(f"the key {twice!r} is given twice")
    return record


def _text(record: Mapping[str, Any], key: str, place: str, *, required: bool = False) -> str:
    value = record.get(key)
    if value is None and not required:
        return ""
    if value is None:
        raise UsageError(f"{place}: no {key}; add one")
    if not isinstance(value, str) or not value.strip():
        raise UsageError(f"{place}: {key} is {_shown(value)}; write it as a text that is not blank")
    return value


def _flag(record: Mapping[str, Any], key: str, place: str) -> bool:
    value = record.get(key)
    if value is None:
        return False
    if not isinstance(value, bool):
        raise UsageError(f"{place}: {key} is {_shown(value)}; write true or false")
    return value


def _texts(value: Any, name: str, place: str) -> tuple[str, ...]:
    if value is None:
        return ()
    if not isinstance(value, list):
        raise UsageError(f"{place}: {name} is {_shown(value)}; write a list of texts")
    for item in value:
        if not isinstance(item, str) or not item.strip():
            raise UsageError(f"{place}: {name} holds {_shown(item)}; write texts that are not blank")
    return tuple(value)


def _points(
    record: Mapping[str, Any], key: str, place: str, *, may_be_empty: bool = False
) -> tuple[tuple[str, ...], ...]:
    value = record.get(key)
    if value is None:
        return ()
    if not isinstance(value, list):
        raise UsageError(f"{place}: {key} is {_shown(value)}; write a list with one list of texts a point")
    points: list[tuple[str, ...]] = []
    for number, point in enumerate(value, start=1):
        name = f"point {number} of {key}"
        texts = _texts([point] if isinstance(point, str) else point, name, place)
        if not texts and not may_be_empty:
            raise UsageError(f"{place}: {name} is empty; list at least one acceptable wording")
        points.append(texts)
    return tuple(points)


def _history(record: Mapping[str, Any], place: str) -> tuple[Turn, ...]:
    value = record.get("history")
    if value is None:
        return ()
    shape = 'write OpenAI messages, [{"role": "user", "content": "…"}, …]'
    if not isinstance(value, list):
        raise UsageError(f"{place}: history is {_shown(value)}; {shape}")
    turns: list[Turn] = []
    for number, message in enumerate(value, start=1):
        where = f"{place}: message {number} of history"
        if not isinstance(message, dict) or set(message) != {"role", "content"}:
            raise UsageError(f"{where} is {_shown(message)}; {shape}")
        if message["role"] not in _ROLES:
            raise UsageError(f"{where} has the role {_shown(message['role'])}; use user or assistant")
        if not isinstance(message["content"], str) or not message["content"].strip():
            raise UsageError(f"{where} has no content; {shape}")
        turns.append(Turn(message["role"], message["content"]))
    return tuple(turns)


def _shown(value: Any) -> str:
    text = json.dumps(value, ensure_ascii=False)
    return text if len(text) <= 60 else text[:57] + "..."
