"""Ask articles of your own: python examples/own_articles.py [FOLDER QUESTION]

Without a folder, two articles are written into a temporary one. The folder's index lies in ASSISTANT_HOME;
when it is opened again, only what changed is read.
"""

import sys
import tempfile
from pathlib import Path

from assistant import Assistant

ARTICLES = {
    "library.md": "---\ntitle: A new library\nsource: The Courier\ndate: 2024-05-02\n---\n\n"
    "The city council opened a new library on Thursday.\n\nIt holds 40,000 books.\n",
    "bridge.txt": "The old bridge is closed until autumn, the council said.\n",
}


def ask(folder: Path, question: str) -> None:
    """Print what is in the folder, and the answer."""
    with Assistant.open(folder) as assistant:
        for article in assistant.articles():
            print(f"{article.published}  {article.source}  {article.title}")
        for problem in assistant.update.problems:
            print(f"skipped {problem}")
        print(assistant.ask(question).answer)


if len(sys.argv) == 3:
    ask(Path(sys.argv[1]), sys.argv[2])
else:
    with tempfile.TemporaryDirectory() as name:
        for file, text in ARTICLES.items():
            (Path(name) / file).write_text(text, encoding="utf-8")
        ask(Path(name), "What did the city council open?")
