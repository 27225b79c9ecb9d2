"""Mail folders."""

from __future__ import annotations

from pathlib import Path

import pytest
from article_samples import eml, read_bytes, texts

BODY = ["The mill of Birkby burnt down on Monday night.", "The damage is put at 3 million marks."]


def test_a_mail_folder_is_its_mails(tmp_path: Path) -> None:
    mails = [
        eml("\n\n".join([*BODY, ">From here on the road is closed."]), From="The Echo <a@echo.example>"),
        eml("Rain."),
    ]
    folder = b"".join(
        b"From someone Tue May  4 08:00:00 2021\n" + mail.replace(b"\r\n", b"\n") + b"\n" for mail in mails
    )
    articles, problems = read_bytes(tmp_path, "news.mbox", folder)
    assert problems == []
    assert [article.id for article in articles] == ["news/1", "news/2"]
    assert (articles[0].source, texts(articles[0])) == ("The Echo", [*BODY, "From here on the road is closed."])


@pytest.mark.parametrize(
    "begin",
    [
        "MAILER-DAEMON Fri Jul  8 12:08:34 2011",
        "- Tue May 04 08:00:00 2021",
        "a@echo.example  Tue May  4 08:00 2021",
        "a at echo.example Tue May  4 08:00:00 MEST 2021",
        "1699@xxx Tue May 04 08:00:00 +0000 2021",
        "a@echo.example Tue, 4 May 2021 08:00:00 +0200 (CEST)",
        "a!b Tue May  4 08:00:00 2021 remote from echo",
        "nobody",
    ],
)
def test_a_mail_of_a_folder_begins_with_an_address_and_a_time(tmp_path: Path, begin: str) -> None:
    sentence = "" if begin == "nobody" else "\n\nFrom Tuesday 4 May at 08:00 the road was closed, in 2021 as before."
    mail = f"From {begin}\nFrom: The Echo <a@echo.example>\nSubject: Mill burns\n\n{BODY[0]}{sentence}\n\n"
    articles, problems = read_bytes(tmp_path, "a.mbox", mail * 2)
    assert (problems, [texts(article) for article in articles]) == ([], [[BODY[0], *sentence.split("\n\n")[1:]]] * 2)
