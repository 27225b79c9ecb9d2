"""Mails that were sent on, attached and quoted are credited to whom they came from."""

from __future__ import annotations

from datetime import date
from email.message import EmailMessage
from email.mime.base import MIMEBase
from email.mime.image import MIMEImage
from email.mime.multipart import MIMEMultipart
from email.mime.text import MIMEText
from pathlib import Path

import pytest
from article_samples import eml, read_bytes, texts

STORY = "The mill of Birkby burnt down on Monday night.\n\nThe damage is put at 3 million marks.\n"
BODY = ["The mill of Birkby burnt down on Monday night.", "The damage is put at 3 million marks."]
DAY = date(2021, 5, 4)
FRIEND = {
    "Subject": "WG: Fwd: Mill burns",
    "From": "Ada Roe <ada@home.example>",
    "Date": "Sun, 09 May 2021 10:00:00 +0200",
}


@pytest.mark.parametrize(
    "head",
    [
        "---------- Forwarded message ---------\nFrom: The Echo <news@echo.example>\n"
        "Date: Tue, May 4, 2021 at 8:00 AM\nSubject: Mill burns\nTo: <ada@home.example>\n",
        "-----Ursprüngliche Nachricht-----\nVon: The Echo [mailto:news@echo.example]\n"
        "Gesendet: Dienstag, 4. Mai 2021 08:00\nAn: Ada Roe\nBetreff: Mill burns\n",
        "Début du message réexpédié :\n\nDe: The Echo <news@echo.example>\nObjet: Mill burns\nDate: 4 mai 2021\n"
        "À: ada@home.example\n",
        "*From:* The Echo <news@echo.example>\n*Sent:* 2021-05-04 08:00\n*To:* Ada Roe\n*Subject:* Mill burns\n",
    ],
)
def test_what_was_sent_on_is_credited_to_whom_it_came_from(tmp_path: Path, head: str) -> None:
    (article,), problems = read_bytes(tmp_path, "a.eml", eml(f"FYI\n\n{head}\n{STORY}", **FRIEND))
    assert problems == []
    assert (article.id, article.title, article.source, article.published) == ("a", "Mill burns", "The Echo", DAY)
    assert texts(article) == BODY


def test_a_page_that_was_sent_on_likewise(tmp_path: Path) -> None:
    head = "<b>From:</b> The Echo &lt;news@echo.example&gt;<br>Date: May 4, 2021<br>Subject: Mill burns<br>"
    body = "".join(f"<p>{text}</p>" for text in BODY)
    (article,), _ = read_bytes(tmp_path, "a.eml", eml(None, f"<div>FYI</div><div>{head}</div>{body}", **FRIEND))
    assert (article.source, article.published, texts(article)) == ("The Echo", DAY, BODY)


def test_what_the_sender_wrote_above_is_his(tmp_path: Path) -> None:
    head = "From: The Echo <news@echo.example>\nDate: May 4, 2021\nSubject: Mill burns\n"
    note = "I do not believe that it was an accident."
    (article, own), _ = read_bytes(tmp_path, "a.eml", eml(f"{note}\n\n{head}\n{STORY}", **FRIEND))
    assert (article.source, texts(article)) == ("The Echo", BODY)
    assert (own.source, own.published, texts(own)) == ("Ada Roe", date(2021, 5, 9), [note])


def test_a_story_with_lines_of_names_is_no_mail_that_was_sent_on(tmp_path: Path) -> None:
    story = "Results of the vote:\nLeft: 11 seats\nCentre: 9 seats\nDate: May 4, 2021\n\nThe Left won, said the town."
    (article,), _ = read_bytes(tmp_path, "a.eml", eml(story, From="The Echo <news@echo.example>"))
    assert article.source == "The Echo"
    assert "11 seats" in " ".join(texts(article))


def attached_mail(*inner: EmailMessage) -> EmailMessage:
    message = EmailMessage()
    message["From"], message["Date"], message["Subject"] = FRIEND["From"], FRIEND["Date"], "two for you"
    message.set_content("See the mails below, they are worth it.")
    for mail in inner:
        message.add_attachment(mail)
    return message


def mail(text: str) -> EmailMessage:
    message = EmailMessage()
    message["From"], message["Date"], message["Subject"] = (
        "The Echo <a@echo.example>",
        "Tue, 4 May 2021 08:00 +0200",
        "M",
    )
    message.set_content(text)
    return message


def test_attached_mails_are_articles_of_their_own_at_any_depth(tmp_path: Path) -> None:
    content = attached_mail(mail(STORY), attached_mail(mail("It will be rebuilt, the mayor said."))).as_bytes()
    articles, problems = read_bytes(tmp_path, "a.eml", content)
    assert problems == []
    assert [(article.id, article.source) for article in articles] == [
        ("a", "Ada Roe"),
        ("a/attached-1", "The Echo"),
        ("a/attached-2", "Ada Roe"),
        ("a/attached-2-attached-1", "The Echo"),
    ]
    assert texts(articles[1]) == BODY
    assert texts(articles[3]) == ["It will be rebuilt, the mayor said."]


def test_attachments_of_any_kind_are_named_but_pictures(tmp_path: Path) -> None:
    message = mail(STORY)
    message.add_attachment(b"x", "application", "octet-stream", filename="notes.pages")
    message.add_attachment(b"x", "application", "vnd.ms-excel")
    message.add_attachment(b"x", "image", "png", filename="logo.png")
    _, problems = read_bytes(tmp_path, "a.eml", message.as_bytes())
    assert [problem.partition(": its attachment ")[2].partition(" is not")[0] for problem in problems] == [
        "'notes.pages'",
        "'application/vnd.ms-excel'",
    ]


def mixed(*parts: MIMEBase, kind: str = "mixed") -> MIMEMultipart:
    message = MIMEMultipart(kind)
    for part in parts:
        message.attach(part)
    return message


def page(text: str) -> MIMEText:
    return MIMEText(f"<html><head><style>b {{}}</style></head><body><div>{text}</div></body></html>", "html")


PICTURE = MIMEImage(b"x", "png")


@pytest.mark.parametrize(
    "parts",
    [
        [MIMEText(BODY[0]), PICTURE, MIMEText(BODY[1])],
        [page(BODY[0]), PICTURE, page(BODY[1])],
        [mixed(MIMEText("See the page."), mixed(page(BODY[0]), PICTURE, page(BODY[1])), kind="alternative")],
        [mixed(MIMEText(text), MIMEText(f"{text} (wide)"), page(text), kind="alternative") for text in BODY],
    ],
)
def test_text_around_pictures_is_read_and_alternatives_once(tmp_path: Path, parts: list[MIMEBase]) -> None:
    message = mixed(*parts)
    message["From"] = "The Echo <a@echo.example>"
    (article,), problems = read_bytes(tmp_path, "a.eml", message.as_bytes())
    assert (texts(article), problems) == (BODY, [])


def test_a_file_that_is_shown_in_the_mail_is_read_or_named(tmp_path: Path) -> None:
    message = mail(BODY[0])
    message.add_attachment(BODY[1], filename="article.txt", disposition="inline")
    message.add_attachment("a,b", subtype="csv", filename="table.csv", disposition="inline")
    (article,), (problem,) = read_bytes(tmp_path, "a.eml", message.as_bytes())
    assert texts(article) == BODY
    assert "'table.csv' is not read" in problem


def test_a_rule_of_two_dashes_is_no_signature(tmp_path: Path) -> None:
    parted = f"{BODY[0]}\n\n--\n\n{BODY[1]}\n\n-- \n" + "\n\n".join([*BODY, "It will be rebuilt."] * 5)
    (article,), _ = read_bytes(tmp_path, "a.eml", eml(f"{parted}\n-- \nAda Roe\nThe Echo\n"))
    assert texts(article) == [*BODY, *[*BODY, "It will be rebuilt."] * 5]


def test_what_is_quoted_as_a_whole_is_read(tmp_path: Path) -> None:
    quoted = "".join(f"> {line}\n" for line in STORY.splitlines())
    (article,), _ = read_bytes(tmp_path, "a.eml", eml(quoted))
    assert texts(article) == BODY


@pytest.mark.parametrize("line", [" " * 5_000 + "x", "a" * 5_000, "- " * 2_500 + "x", "Name " * 1_000, "* " * 2_500])
def test_long_lines_cost_no_more_than_their_length(tmp_path: Path, line: str) -> None:
    (article,), _ = read_bytes(
        tmp_path, "a.eml", b"From: a@b.example\nSubject: x\n\n" + f"It rained.\n{line}\n".encode() * 200
    )
    assert article.paragraphs
