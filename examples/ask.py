"""Ask the two articles in seeds/ from Python, then follow up: python examples/ask.py"""

from pathlib import Path

from assistant import Assistant, Turn

SEEDS = Path(__file__).resolve().parent.parent / "seeds"

with Assistant.open(SEEDS) as assistant:
    question = "What did Xi and Putin sign in Moscow in 2023?"
    answer = assistant.ask(question)
    print(answer.answer)
    for citation in answer.citations:
        print(f"  [{citation.number}] {citation.source}, {citation.published}: “{citation.quote}”")

    history = [Turn("user", question), Turn.of_answer(answer.answer, answer.to_dict())]
    refused = assistant.ask("Who paid for the dinner?", history=history)
    print(refused.answer, "(refused)" if refused.refused else "")
