"""`assistant`: ask, articles, model, eval. Nothing heavy is imported before it is needed."""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from assistant import __version__
from assistant.errors import AssistantError, UsageError

if TYPE_CHECKING:
    from datetime import date

    from assistant.library import Assistant
    from assistant.schema import Question
    from assistant.settings import Settings

_MODEL_HELP = "embedded (default), FILE.gguf, ollama:NAME, openai:NAME, or NAME@URL; also ASSISTANT_MODEL"


def main(argv: Sequence[str] | None = None) -> None:
    """Run one command and exit: 0 answered or refused, 1 failed, 2 asked wrongly."""
    sys.exit(run(argv))


def run(argv: Sequence[str] | None = None) -> int:
    """Run one command; the exit code."""
    arguments = _parser().parse_args(argv)
    try:
        return int(arguments.run(arguments))
    except AssistantError as error:
        from assistant.terminal import one_line

        print(f"assistant: {one_line(str(error))}", file=sys.stderr)
        return error.exit_code
    except KeyboardInterrupt:
        print("\nassistant: interrupted", file=sys.stderr)
        return 130
    except BrokenPipeError:
        # The reader has seen enough; Python must not complain when it flushes at exit.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="assistant",
        description="Answers questions from a folder of news articles, with a checked citation for every sentence.",
        epilog="Settings are ASSISTANT_* environment variables; see the README. "
        "Exit code: 0 answered or refused, 1 something failed, 2 asked wrongly.",
    )
    parser.add_argument("--version", action="version", version=f"assistant {__version__}")
    commands = parser.add_subparsers(title="commands", required=True, metavar="COMMAND")

    ask = commands.add_parser("ask", help="answer a question, or a file of questions")
    ask.add_argument("question", nargs="?", help="the question; - reads it from standard input")
    ask.add_argument("--json", action="store_true", help="print the answer as one JSON object")
    ask.add_argument("--questions", type=Path, metavar="FILE", help="answer a file of questions (JSON lines)")
    ask.add_argument("--output", type=Path, metavar="FILE", help="where their answers go (JSON lines); resumable")
    ask.add_argument("--since", metavar="DATE", help="only from articles published on or after YYYY-MM-DD")
    ask.add_argument("--until", metavar="DATE", help="only from articles published on or before YYYY-MM-DD")
    _add_common(ask)
    ask.set_defaults(run=_ask)

    articles = commands.add_parser("articles", help="list the articles that are indexed")
    _add_folder(articles)
    articles.set_defaults(run=_articles)

    model = commands.add_parser("model", help="say which model is in use, where it lies, whether it is whole")
    model.add_argument("--model", metavar="MODEL", help=_MODEL_HELP)
    model.set_defaults(run=_model)

    evaluate = commands.add_parser("eval", help="measure how accurate it is, or compare two measurements")
    evaluate.add_argument("what", nargs="*", metavar="FACTS | compare A B", help="a facts file (JSON lines) or folder")
    evaluate.add_argument("--set", metavar="NAME", help="a public question set instead of facts")
    evaluate.add_argument("--evaldata", type=Path, metavar="DIR", help="the folder of the public question sets")
    evaluate.add_argument("--output", type=Path, default=Path("eval-results"), metavar="DIR", help="where results go")
    evaluate.add_argument("--baseline", action="store_true", help="measure llama-index's CitationQueryEngine beside")
    evaluate.add_argument("--limit", type=int, metavar="N", help="the first N cases only")
    evaluate.add_argument("--category", metavar="NAME", help="cases of one category only")
    evaluate.add_argument("--split", choices=("development", "held-out"), help="cases of one half only")
    evaluate.add_argument("--runs", type=int, default=1, metavar="N", help="ask every case N times")
    evaluate.add_argument("--judge", metavar="MODEL", help="let a model judge free answers too, and say how it agrees")
    _add_common(evaluate)
    evaluate.set_defaults(run=_eval)
    return parser


def _add_common(parser: argparse.ArgumentParser) -> None:
    _add_folder(parser)
    parser.add_argument("--model", metavar="MODEL", help=_MODEL_HELP)


def _add_folder(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--articles", type=Path, metavar="DIR", help="folder of articles (default: seeds)")


def _ask(arguments: argparse.Namespace) -> int:
    if (arguments.questions is None) == (arguments.question is None):
        raise UsageError('give either a question or --questions FILE: assistant ask "…"')
    if arguments.questions is not None:
        return _ask_file(arguments)
    if arguments.output is not None:
        raise UsageError("--output goes with --questions FILE")
    from assistant.answer import check_question
    from assistant.schema import Question

    text = _question_text(arguments.question)
    check_question(text)
    since, until = _dates(arguments)
    question = Question(" ".join(text.split()), since=since, until=until)
    with _open(arguments) as assistant:
        if arguments.json:
            import json

            print(json.dumps(assistant.ask(question).to_dict(), ensure_ascii=False, indent=2))
        else:
            _show(assistant, question)
        return _exit_code(assistant)


def _question_text(given: str) -> str:
    try:
        text = sys.stdin.read() if given == "-" else given
        text.encode()
    except UnicodeError as error:
        raise UsageError("the question is not UTF-8 text; write it in UTF-8") from error
    return text


def _show(assistant: Assistant, question: Question) -> None:
    from assistant.present import with_marks
    from assistant.schema import Done, Retrieved, SentenceReady, Token
    from assistant.terminal import Status, print_citations, print_refusal, printable

    status = Status()
    status.say("searching …")
    shown = 0
    for event in assistant.stream(question):
        match event:
            case Retrieved(passages):
                status.say(f"reading {len(passages)} paragraphs …")
            case Token():
                status.token(event)
            case SentenceReady(sentence, _):
                status.clear()
                print(" " * bool(shown) + printable(with_marks(sentence)), end="", flush=True)
                shown += 1
            case Done(answer):
                status.clear()
                if answer.refused:
                    print_refusal(answer, sys.stdout, sys.stderr)
                else:
                    print("\n")
                    print_citations(answer.citations, sys.stdout)


def _ask_file(arguments: argparse.Namespace) -> int:
    from tqdm import tqdm

    from assistant.batch import answer_all, read_questions, remaining

    if arguments.output is None:
        raise UsageError("--questions FILE needs --output FILE for the answers")
    if arguments.since or arguments.until:
        raise UsageError('--since and --until go into the rows of the questions file: {"question": …, "since": …}')
    questions = read_questions(arguments.questions)
    left = remaining(questions, arguments.output)
    if not left:
        print(f"assistant: all {len(questions)} questions are answered in {arguments.output}", file=sys.stderr)
        return 0
    with (
        _open(arguments) as assistant,
        tqdm(total=len(questions), initial=len(questions) - len(left), unit="question", file=sys.stderr) as bar,
    ):
        answer_all(left, arguments.output, assistant.ask, bar.update)
        return _exit_code(assistant)


def _articles(arguments: argparse.Namespace) -> int:
    from assistant.library import open_index
    from assistant.terminal import print_articles, progress_bars

    index, update = open_index(_settings(arguments), progress_bars)
    print_articles(index.articles(), sys.stdout)
    index.close()
    _warn(update.problems)
    return 1 if update.problems else 0


def _model(arguments: argparse.Namespace) -> int:
    from assistant.llm import resolve_endpoint
    from assistant.model_files import EMBEDDED_MODEL, ModelStore

    settings = _settings(arguments)
    endpoint = resolve_endpoint(settings)
    if endpoint.url:
        print(f"model     {endpoint.name}\nendpoint  {endpoint.url}\nkey       {'set' if endpoint.key else 'none'}")
        return 0
    if endpoint.file:
        import hashlib

        with endpoint.file.open("rb") as file:
            digest = hashlib.file_digest(file, "sha256").hexdigest()
        print(f"model     {endpoint.name}\nfile      {endpoint.file}\nsha-256   {digest} (none known to compare)")
        return 0
    store = ModelStore(settings.home / "models")
    there = store.path.is_file()
    whole = there and store.check()
    verdict = "holds" if whole else "DOES NOT HOLD; it is rebuilt at the next question" if there else "not joined yet"
    print(f"model     {EMBEDDED_MODEL.name} ({EMBEDDED_MODEL.licence}), embedded")
    print(f"file      {store.path}")
    print(f"sha-256   {EMBEDDED_MODEL.sha256}")
    print(f"checksum  {verdict}")
    return 1 if there and not whole else 0


def _eval(arguments: argparse.Namespace) -> int:
    from evals.command import run_eval

    return run_eval(arguments)


def _open(arguments: argparse.Namespace) -> Assistant:
    from assistant.library import Assistant
    from assistant.terminal import progress_bars

    assistant = Assistant.open(settings=_settings(arguments), progress=progress_bars)
    _warn(assistant.update.problems)
    return assistant


def _settings(arguments: argparse.Namespace) -> Settings:
    from assistant.settings import Settings

    return Settings.load(articles=getattr(arguments, "articles", None), model=getattr(arguments, "model", None))


def _dates(arguments: argparse.Namespace) -> tuple[date | None, date | None]:
    from assistant.settings import parse_day

    since = parse_day(arguments.since, "--since") if arguments.since else None
    until = parse_day(arguments.until, "--until") if arguments.until else None
    if since and until and since > until:
        raise UsageError(f"--since {since} is after --until {until}; swap them")
    return since, until


def _exit_code(assistant: Assistant) -> int:
    return 1 if assistant.update.problems else 0


def _warn(problems: Sequence[str]) -> None:
    from assistant.terminal import one_line

    for problem in problems:
        print(f"assistant: skipped {one_line(problem)}", file=sys.stderr)
