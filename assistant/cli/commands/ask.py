"""`assistant ask`: answer a question, or a file of questions."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

from assistant.cli.commands.common import (
    Commands,
    add_dates,
    add_folder_and_model,
    filter_of,
    open_assistant,
    say,
    say_always,
    settings_of,
)
from assistant.errors import UsageError

if TYPE_CHECKING:
    from datetime import date

    from assistant.api import Assistant
    from assistant.schema.answers import Answer, Citation, Question


def add(commands: Commands[argparse.ArgumentParser]) -> None:
    """Declare the command."""
    ask = commands.add_parser("ask", help="answer a question, or a file of questions")
    ask.add_argument("question", nargs="?", help="the question; - reads it from standard input")
    ask.add_argument("--json", action="store_true", help="print the answer as one JSON object")
    ask.add_argument("--explain", action="store_true", help="show each step: passages, scores, checks, timings")
    ask.add_argument(
        "--continue", dest="goes_on", action="store_true", help="a follow-up to what you asked last, with its answers"
    )
    ask.add_argument("--questions", type=Path, metavar="FILE", help="answer a file of questions (JSON lines)")
    ask.add_argument("--output", type=Path, metavar="FILE", help="where their answers go (JSON lines); resumable")
    add_dates(ask)
    ask.add_argument("--as-of", metavar="DATE", help="answer from what was published until YYYY-MM-DD, and say so")
    add_folder_and_model(ask)
    ask.set_defaults(run=_ask)


def _ask(arguments: argparse.Namespace) -> int:
    if (arguments.questions is None) == (arguments.question is None):
        raise UsageError('give either a question or --questions FILE: assistant ask "…"')
    if arguments.questions is not None:
        return _ask_file(arguments)
    if arguments.output is not None:
        raise UsageError("--output goes with --questions FILE")
    from assistant.cli.conversation import Conversation
    from assistant.query.validate import check_question
    from assistant.schema.answers import Question

    text = _question_text(arguments.question)
    check_question(text)
    articles = filter_of(arguments)
    conversation = Conversation.of(settings_of(arguments).home)
    history = conversation.turns() if arguments.goes_on else ()
    question = Question(" ".join(text.split()), history=history, articles=articles)
    with open_assistant(arguments) as assistant:
        if arguments.json:
            from assistant.cli.terminal import as_json
            from assistant.llm.scope import QuestionScope

            answer = assistant.ask(question, scope=QuestionScope(notify=say, warn=say_always))
            print(as_json(answer.to_dict() | ({"steps": answer.steps.to_dict()} if arguments.explain else {})))
        else:
            answer = _show(assistant, question, explain=arguments.explain)
        conversation.keep(question, answer, say_always)
        return _exit_code(assistant)


def _question_text(given: str) -> str:
    try:
        text = sys.stdin.read() if given == "-" else given
        text.encode()
    except UnicodeError as error:
        raise UsageError("the question is not UTF-8 text; write it in UTF-8") from error
    return text


def _show(assistant: Assistant, question: Question, *, explain: bool = False) -> Answer:
    from assistant.answering.render import said_as_of, with_marks
    from assistant.cli.explain import print_steps
    from assistant.cli.terminal import (
        Status,
        print_citations,
        print_left_out,
        print_newest,
        print_refusal,
        print_support,
        printable,
    )
    from assistant.llm.scope import QuestionScope
    from assistant.schema.events import Done, Retrieved, SentenceReady, Step, StepName, Token

    status = Status()
    shown = 0
    as_of: date | None = None
    with status:
        for event in assistant.stream(question, scope=QuestionScope(notify=status.say, warn=status.warn)):
            match event:
                case Step(StepName.RESTARTING):
                    status.clear()
                    # What stands there was begun by the engine that ended.
                    print("\n" * bool(shown), end="", flush=True)
                    say_always("the language model stopped; it is started again, and the question is asked once more")
                    shown = 0
                    status.resume()
                case Step(name):
                    status.say(f"{name} …")
                case Retrieved(passages, as_of):
                    status.say(f"reading {len(passages)} paragraphs …")
                case Token():
                    status.token(event)
                case SentenceReady(sentence, _):
                    status.pause()
                    text = with_marks(sentence) if shown else said_as_of(as_of, with_marks(sentence))
                    print(" " * bool(shown) + printable(text), end="", flush=True)
                    shown += 1
                case Done(answer):
                    status.clear()
                    if answer.refused:
                        print_refusal(answer, sys.stdout, sys.stderr)
                    else:
                        print("\n")
                        print_citations(answer.citations, sys.stdout, lambda one: _address(assistant, one))
                        print_newest(answer, sys.stdout)
                        print_support(answer, sys.stdout)
                    print_left_out(answer, sys.stdout)
                    if explain:
                        print()
                        print_steps(answer, sys.stdout)
                    return answer
    raise AssertionError("the last event is Done")


def _address(assistant: Assistant, citation: Citation) -> str | None:
    """Where the cited article can be opened: its file, else its page on the web."""
    from assistant.errors import ArticleError

    try:
        article = assistant.article(citation.article_id)
    except ArticleError:
        return None
    file = Path(article.path)
    if file.is_file():
        return file.resolve().as_uri()
    return article.url if article.url and article.url.startswith(("http://", "https://")) else None


def _ask_file(arguments: argparse.Namespace) -> int:
    from tqdm import tqdm

    from assistant.cli.batch import answer_all, read_questions, remaining

    if arguments.output is None:
        raise UsageError("--questions FILE needs --output FILE for the answers")
    if arguments.goes_on:
        raise UsageError("--continue goes with one question; in a questions file each row may have a history")
    if arguments.since or arguments.until or arguments.as_of:
        raise UsageError(
            '--since, --until and --as-of go into the rows of the questions file: {"question": …, "as_of": …}'
        )
    questions = read_questions(arguments.questions)
    left = remaining(questions, arguments.output)
    if not left:
        print(f"assistant: all {len(questions)} questions are answered in {arguments.output}", file=sys.stderr)
        return 0
    with (
        open_assistant(arguments) as assistant,
        tqdm(total=len(questions), initial=len(questions) - len(left), unit="question", file=sys.stderr) as bar,
    ):

        def tell(line: str) -> None:
            _beside(bar, line)

        failed = answer_all(left, arguments.output, _asker(assistant, tell), bar.update, tell)
    if failed:
        say_always(f"{failed} of {len(left)} questions failed; the same command asks them again")
        return 1
    return _exit_code(assistant)


def _asker(assistant: Assistant, warn: Callable[[str], None]) -> Callable[[Question], Answer]:
    from assistant.llm.scope import QuestionScope

    return lambda question: assistant.ask(question, scope=QuestionScope(notify=say, warn=warn))


def _beside(bar: Any, line: str) -> None:
    bar.clear()
    say_always(line)
    bar.refresh()


def _exit_code(assistant: Assistant) -> int:
    return 1 if assistant.update.problems else 0
