"""The cases as the report's template shows them: plain values, nothing escaped yet."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from evals.report.table import ABSENT, Outcome, expected_points, format_score, label_of, missed_gold, outcome
from evals.schema import Result


def case_views(
    results: Sequence[Result], others: Mapping[str, Sequence[Result]]
) -> tuple[list[dict[str, Any]], list[dict[str, Any]]]:
    """The cases, failing ones first, and the filters among them: classes that a case may bear."""
    categories = sorted({result.case.category for result in results})
    members: dict[str, tuple[str, int]] = {}
    views = []
    known = {name: {(r.case.id, r.run): r for r in each} for name, each in others.items()}
    worst_first = list(Outcome).index
    for number, result in enumerate(sorted(results, key=lambda result: worst_first(outcome(result)))):
        found = outcome(result)
        # Class names are ours, never a category's own name: that is anybody's text.
        classes = [("failing", "failing")] if found.failing else []
        classes += [("flawed", found.value)] if found is Outcome.FLAWED else []
        classes += [(f"category-{categories.index(result.case.category)}", result.case.category)]
        for name, label in classes:
            members[name] = (label, members.get(name, (label, 0))[1] + 1)
        beside = [
            {"name": name, "outcome": _verdict(each), "answer": _said(each)}
            for name, results_of in known.items()
            if (each := results_of.get((result.case.id, result.run)))
        ]
        views.append(
            {
                **_case_view(result, f"case-{number}"),
                "classes": " ".join(n for n, _ in classes),
                "others": beside,
            }
        )
    order = sorted(members, key=lambda name: (name not in ("failing", "flawed"), name != "failing", members[name][0]))
    return views, [{"name": name, "label": members[name][0], "count": members[name][1]} for name in order]


def _case_view(result: Result, anchor: str) -> dict[str, Any]:
    case, answer = result.case, result.answer or {}
    gold = {paragraph for point in case.gold for paragraph in point}
    standalone = answer.get("standalone_question")
    timings = [f"{name.replace('_', ' ')} {ms / 1000:.2f} s" for name, ms in (answer.get("timings_ms") or {}).items()]
    confidence = answer.get("confidence")
    measures = [
        f"confidence {confidence:.2f}" if confidence is not None else "",
        *timings,
        str(answer.get("model") or ""),
    ]
    again = f"run {result.run}" if result.run > 1 else ""
    return {
        "anchor": anchor,
        "outcome": _verdict(result),
        "question": case.question,
        "summary": " · ".join(filter(None, (case.category, case.split, case.id, again))),
        "history": case.history,
        "standalone": standalone if standalone != case.question else None,
        "error": result.error,
        "refused": bool(answer.get("refused")),
        "refusal_reason": answer.get("refusal_reason"),
        "sentences": answer.get("sentences") or [],
        "answer": answer.get("answer"),
        "unanswerable": case.unanswerable,
        "points": expected_points(case),
        "rejects": " / ".join(case.rejects),
        "citations": [_citation_view(citation) for citation in answer.get("citations") or ()],
        "scores": [
            {
                "name": label_of(name),
                "value": format_score(name, score),
                "explanation": score.explanation,
            }
            for name, score in result.scores.items()
        ],
        "passages": [
            {"gold": passage["paragraph_id"] in gold, "place": _place(passage), "text": passage.get("text")}
            for passage in result.passages
        ],
        "missed": "; ".join(missed_gold(result)),
        "measures": " · ".join(filter(None, measures)),
    }


def _citation_view(citation: Mapping[str, Any]) -> dict[str, Any]:
    text, quote, start, end = (citation[key] for key in ("text", "quote", "start", "end"))
    exact = 0 <= start < end <= len(text) and text[start:end] == quote
    return {
        "number": citation["number"],
        "place": _place(citation),
        "exact": exact,
        "before": text[:start] if exact else text,
        "quote": quote,
        "after": text[end:] if exact else "",
    }


def _place(paragraph: Mapping[str, Any]) -> str:
    """Outlet, date, title and paragraph, as far as they are known."""
    outlet = " via ".join(filter(None, (paragraph.get("source"), paragraph.get("via"))))
    parts = (outlet, paragraph.get("published"), paragraph.get("title"), paragraph["paragraph_id"])
    return " · ".join(str(part) for part in parts if part)


def _verdict(result: Result) -> dict[str, Any]:
    found = outcome(result)
    return {"label": found.value, "passed": not found.failing}


def _said(result: Result) -> str:
    answer = result.answer or {}
    if answer.get("refused"):
        return f"Refused. {answer.get('refusal_reason') or ''}".strip()
    return str(result.error or answer.get("answer") or ABSENT)
