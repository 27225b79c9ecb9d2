"""Bundles of invented news → examples: a prompt's beginning, its tail from `Check:` on, and the reply.

    python -m training.examples OUT.jsonl [--seed N] [--share SHARE] [--share-of NAME=SHARE …]

The prompts are the product's own files, rendered by the product's own code, so that what is learnt
is what will be asked. A line: `{"task", "before", "tail", "given", "reply"}`; `before` + `tail` is the
user's message, `given` what stands of the reply already: the verdict, yes or no, is the line after a
draft. Which sentence counts as what is said beside each task below.
"""

from __future__ import annotations

import argparse
import json
import random
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from datetime import date
from fnmatch import fnmatchcase
from pathlib import Path
from typing import Any

from assistant.llm.prompts import Prompts
from assistant.query.rewrite import turn_line
from assistant.retrieval.context import ArticleContext
from assistant.schema.answers import Turn
from assistant.schema.articles import Paragraph, Passage
from training import INVOCATION

DATA = Path(__file__).with_name("data")
PROMPTS = Path(__file__).parent.parent / "prompts"
_LONG = 2500
_TURNS = 6

Bundle = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Example:
    """`before` is read by the base model, the rest by the adapted one; learnt is `reply` alone."""

    task: str
    before: str
    tail: str
    reply: str
    given: str = ""


class Builder:
    """Makes the examples of bundles; what is chosen at random follows from the seed."""

    def __init__(self, prompts: Prompts, seed: int = 7) -> None:
        self._prompts = prompts
        self._random = random.Random(seed)

    def bundle(self, bundle: Bundle) -> Iterator[Example]:
        """All examples of one bundle of news."""
        for article in bundle["articles"]:
            items = list(bundle["items"])
            if sum(map(len, article["paragraphs"])) < _LONG:
                yield from self._about(article, context(article), items, whole=True)
                continue
            # A long article is read whole by some questions and in excerpts by others, as in a large library.
            self._random.shuffle(items)
            half = len(items) // 2
            yield from self._about(article, context(article), items[:half], whole=True)
            yield from self._about(article, self._excerpt(article, items[half:]), items[half:], whole=False)
        yield from self._rewritings(bundle)

    def pairs(self, data: Bundle) -> Iterator[Example]:
        """All examples of an article with minimal pairs of claims, answers and unanswerable questions."""
        shown = context(data["article"])
        for claim in data["claims"]:
            yield self._stated(shown, claim["stated"], True)
            yield self._stated(shown, claim["not_stated"], False)
        for item in data["answers"]:
            yield self._answered(shown, item["question"], True)
            yield from self._right(shown, item["question"], item["right"], True)
            yield self._written(shown, item["question"], item["right"])
            for wrong in item["wrong"]:
                yield from self._right(shown, item["question"], wrong, False)
        for item in data["unanswerable"]:
            yield self._answered(shown, item["question"], False)
            yield from self._right(shown, item["question"], item["tempting"], False)

    def drafts(self, bundle: Bundle, rows: Iterable[Bundle]) -> Iterator[Example]:
        """What the model itself wrote about the bundle's items, each with what a reader said of it; null: undecided."""
        shown = {article["id"]: context(article) for article in bundle["articles"]}
        for row in rows:
            item = bundle["items"][row["item"]]
            report, question = shown[row["article"]], item.get("standalone") or item["question"]
            if row["stated"] is not None:
                yield self._stated(report, row["draft"], row["stated"])
            if row["right"] is not None:
                yield from self._right(report, question, row["draft"], row["right"])

    def _about(
        self, article: Bundle, shown: ArticleContext, items: Sequence[Bundle], *, whole: bool
    ) -> Iterator[Example]:
        own = article["id"]
        answers = [(item, answer) for item in items for answer in item.get("answers") or [] if answer["article"] == own]
        for item in items:
            question = item.get("standalone") or item["question"]
            given = [answer for answer in item.get("answers") or [] if answer["article"] == own]
            yield self._answered(shown, question, bool(given))
            for answer in given:
                yield self._stated(shown, answer["text"], True)
                yield from self._right(shown, question, answer["text"], True)
                yield self._written(shown, question, answer["text"])
            # True of the article and beside the question: the answer to another one, from another place in it.
            places = {(quote["paragraph"]) for answer in given for quote in answer["quotes"]}
            beside = [
                answer["text"]
                for other, answer in answers
                if other is not item and not places & {quote["paragraph"] for quote in answer["quotes"]}
            ]
            if beside and self._random.random() < 0.5:
                yield from self._right(shown, question, self._random.choice(beside), False)
            yield from self._wrong(own, shown, question, item, answered=bool(given))
            if whole:
                for right in item.get("supported") or []:
                    if right["article"] == own:
                        yield self._stated(shown, right["text"], True)

    def _wrong(
        self, own: str, shown: ArticleContext, question: str, item: Bundle, *, answered: bool
    ) -> Iterator[Example]:
        for wrong in item.get("unsupported") or []:
            if wrong["article"] == own:
                yield self._stated(shown, wrong["text"], False)
                if answered:
                    yield from self._right(shown, question, wrong["text"], False)
        if item.get("tempting"):
            yield from self._right(shown, question, item["tempting"], False)

    def _excerpt(self, article: Bundle, items: Sequence[Bundle]) -> ArticleContext:
        """What a large library's reader sees: the paragraphs that these items need, and some others."""
        needed = {
            quote["paragraph"]
            for item in items
            for answer in item.get("answers") or []
            if answer["article"] == article["id"]
            for quote in answer["quotes"]
        }
        numbers = range(1, len(article["paragraphs"]) + 1)
        kept = [number for number in numbers if number in needed or self._random.random() < 0.3]
        return context(article, kept or [1])

    def _rewritings(self, bundle: Bundle) -> Iterator[Example]:
        """Follow-ups as they should be rewritten, and as many questions that need no rewriting."""
        items = bundle["items"]
        plain = [item for item in items if not item.get("history") and item.get("answers")]
        for item in items:
            if not item.get("history") or not item.get("standalone"):
                continue
            yield self._rewriting(item["history"], item["question"], item["standalone"])
            if len(plain) < 2:
                continue
            before, after = self._random.sample(plain, 2)
            history = [
                {"role": "user", "content": before["question"]},
                {"role": "assistant", "content": before["answers"][0]["text"]},
            ]
            yield self._rewriting(history, after["question"], after["question"])

    def _answered(self, shown: ArticleContext, question: str, yes: bool) -> Example:
        return self._example("answered", _yes(yes), shown, question=question)

    def _stated(self, shown: ArticleContext, sentence: str, yes: bool) -> Example:
        return self._example("stated", _yes(yes), shown, sentence=sentence)

    def _right(self, shown: ArticleContext, question: str, sentence: str, yes: bool) -> Iterator[Example]:
        """Asked of a sentence, and as the verdict on what was just written."""
        yield self._example("right", _yes(yes), shown, question=question, sentence=sentence)
        written = self._example("answer", _yes(yes), shown, question=question)
        yield replace(written, task="verdict", given=f"{sentence}\n")

    def _written(self, shown: ArticleContext, question: str, answer: str) -> Example:
        return self._example("answer", f"{answer}\n", shown, question=question)

    def _rewriting(self, history: Iterable[Mapping[str, Any]], question: str, standalone: str) -> Example:
        lines = "\n".join(turn_line(Turn(turn["role"], turn["content"])) for turn in list(history)[-_TURNS:])
        return self._example("rewrite", standalone, None, history=lines, question=question)

    def _example(self, task: str, reply: str, shown: ArticleContext | None, **variables: str) -> Example:
        if shown is not None:
            variables["context"] = shown.context(self._prompts)
        text = self._prompts.render(task, **variables)
        place = text.rindex(f"{INVOCATION} ")
        return Example(task, text[:place], text[place:], reply)


def context(article: Bundle, numbers: Sequence[int] = ()) -> ArticleContext:
    """A bundle's article as the product's reader is shown it; of `numbers` paragraphs, all where none are given."""
    passages = tuple(
        Passage(
            Paragraph(f"{article['id']}#p{number}", number, text),
            article["id"],
            article["title"],
            article["source"],
            date.fromisoformat(article["published"]) if article.get("published") else None,
        )
        for number, text in enumerate(article["paragraphs"], 1)
        if not numbers or number in numbers
    )
    return ArticleContext(passages, 0)


def as_bundle(pairs: Bundle) -> Bundle:
    """An article with pairs as a bundle of one article, whose items are what is asked of it."""
    return {"articles": [pairs["article"]], "items": [*pairs["answers"], *pairs["unanswerable"]]}


def drafts_of(path: Path) -> dict[str, list[Bundle]]:
    """The model's own drafts, by the bundle that they are about."""
    found: dict[str, list[Bundle]] = {}
    for line in path.read_text(encoding="utf-8").splitlines():
        row = json.loads(line)
        found.setdefault(row["bundle"], []).append(row)
    return found


class Shares:
    """How much is used of what: by the type of an item, the name of a file of pairs, `drafts`, or a task."""

    def __init__(self, usual: float, named: Sequence[tuple[str, float]] = ()) -> None:
        """Of the patterns in `named` (`*`, `?`, `[…]`) the first that fits a name counts."""
        self._usual = usual
        self._named = named

    def of(self, name: str) -> float:
        """The share of what has this name, in [0, 1]."""
        return next((share for pattern, share in self._named if fnmatchcase(name, pattern)), self._usual)


def _share_of(text: str) -> tuple[str, float]:
    name, _, share = text.partition("=")
    return name, float(share)


def _yes(value: bool) -> str:
    return "yes" if value else "no"


def main() -> None:
    """Write the examples of all training data."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("output", type=Path)
    parser.add_argument("--seed", type=int, default=7)
    parser.add_argument("--share", type=float, default=1.0, help="how much of all is used")
    parser.add_argument(
        "--share-of-task", nargs="*", type=_share_of, default=[], metavar="TASK=SHARE", help="how much of a task"
    )
    parser.add_argument(
        "--share-of",
        nargs="*",
        type=_share_of,
        default=[],
        metavar="NAME=SHARE",
        help="how much of a type of items, of files of pairs (p-6[1-9]=1), or of the drafts",
    )
    options = parser.parse_args()
    chance = random.Random(options.seed)
    builder = Builder(Prompts.of(PROMPTS, taught=True), options.seed)
    shares, of_tasks = Shares(options.share, options.share_of), Shares(1.0, options.share_of_task)
    count = 0
    with options.output.open("w", encoding="utf-8") as file:

        def write(examples: Iterable[Example], share: float) -> None:
            nonlocal count
            for example in examples:
                if chance.random() >= share * of_tasks.of(example.task):
                    continue
                file.write(json.dumps(asdict(example), ensure_ascii=False) + "\n")
                count += 1

        drafts = drafts_of(DATA / "drafts.jsonl")
        for path in sorted((DATA / "news").glob("*.json")):
            bundle = json.loads(path.read_text(encoding="utf-8"))
            kept = [item for item in bundle["items"] if chance.random() < shares.of(item["type"])]
            write(builder.bundle(bundle | {"items": kept}), 1.0)
            write(builder.drafts(bundle, drafts.get(path.stem, ())), shares.of("drafts"))
        for path in sorted((DATA / "pairs").glob("*.json")):
            pairs = json.loads(path.read_text(encoding="utf-8"))
            write(builder.pairs(pairs), shares.of(path.stem))
            write(builder.drafts(as_bundle(pairs), drafts.get(path.stem, ())), shares.of("drafts"))
    print(f"{count} examples in {options.output}")


if __name__ == "__main__":
    main()
