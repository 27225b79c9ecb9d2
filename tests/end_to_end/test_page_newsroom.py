"""What a newsroom does on the page, in a real browser: export, as of a day, stale answers, saved questions, stories,
independent sources, checks of drafts."""

import csv
import io
import json
import re

import pytest
from axe_playwright_python.sync_playwright import Axe

SIGNED = "What did Xi and Putin sign?"
OPENED = "What did the city council open?"
STORY = (
    "---\ntitle: A new library opens\ndate: 2024-05-07\nsource: NTB\n---\n"
    "Oslo, 7 May 2024 (NTB): The city council opened a new library on Friday, the mayor said.\n\n"
    "It has room for two hundred thousand books and stays open until midnight.\n"
)
DRAFT = "Xi and Putin signed two joint statements. Xi and Putin signed 40 joint statements. Penguins elected a mayor."
PHONE = {"viewport": {"width": 390, "height": 780}, "has_touch": True, "is_mobile": True}
FERRY = {
    "burns.txt": "---\ntitle: A ferry to Skar burns\ndate: 2024-03-01\nsource: Fjord Post\n---\n"
    "The ferry to Skar burned on Friday night and 14 people were hurt, the coast guard said.\n\n"
    "Boats from the harbour took the passengers ashore, and the school of the island was opened for them.\n",
    "copy.txt": "---\ntitle: Fire on the sea\ndate: 2024-03-02\nsource: Skar Mail\n---\n"
    "Our reporter was not there. The ferry to Skar burned on Friday night and 14 people were hurt, the coast guard "
    "said.\n\nBoats from the harbour took the passengers ashore, and the school of the island was opened for them.\n",
    "echo.txt": "---\ntitle: Ferry to Skar on fire\ndate: 2024-03-01\nsource: The Echo\n---\n"
    "The ferry to Skar burned on Friday night and 17 people were hurt, the hospital in Lomsund said. The coast guard "
    "came late.\n",
    "stops.txt": "---\ntitle: The ferry to Skar stops\ndate: 2024-03-04\nsource: Fjord Post\n---\n"
    "The ferry to Skar stops sailing on Friday until it is repaired, its owner said.\n",
}
HURT = "What is known of the ferry to Skar?"
DESK = {"viewport": {"width": 1280, "height": 800}}


@pytest.fixture(scope="module")
def newsroom(start_site):
    """The seeds, in a home of their own."""
    return start_site(None, "--at-once", "1")


@pytest.fixture(scope="module")
def ferry(start_site):
    """The seeds, and a story that three outlets tell."""
    return start_site(FERRY, "--at-once", "1")


def is_sound(page):
    """Nothing that axe calls serious, and nothing wider than the window."""
    found = Axe().run(page).response["violations"]
    serious = [item for item in found if item["impact"] in ("serious", "critical")]
    assert [(item["id"], item["nodes"][0]["target"]) for item in serious] == []
    assert page.evaluate("document.documentElement.scrollWidth") <= page.viewport_size["width"]


def view(page, name):
    views = page.get_by_role("navigation", name="Views")
    if name not in ("Ask", "Library"):
        views.get_by_role("button", name="Newsroom").click()
    views.get_by_role("button", name=name).click()


def exported(page, form):
    with page.expect_download() as started:
        page.get_by_role("dialog").locator(f"[data-form={form}]").click()
    page.get_by_role("dialog").wait_for(state="detached")
    return started.value.suggested_filename, started.value.path().read_text("utf-8-sig")


@pytest.mark.parametrize("window", [DESK, PHONE], ids=["1280", "390"])
def test_an_answer_and_a_conversation_are_exported_in_every_format(newsroom, new_page, ask, window):
    page = new_page(newsroom, **window)
    turn = ask(page, SIGNED)
    ask(page, "Who won the 2022 football World Cup?")
    forms = ["markdown", "html", "csv", "csl-json", "ris", "bibtex", "claimreview"]
    turn.get_by_role("button", name="Export").click()
    dialog = page.get_by_role("dialog", name="Export this answer")
    assert [link.get_attribute("data-form") for link in dialog.get_by_role("link").all()] == forms
    is_sound(page)
    page.keyboard.press("Escape")
    assert turn.get_by_role("button", name="Export").evaluate("element => element === document.activeElement")
    made = {}
    for form in forms:
        # The first link has the focus: Enter takes it.
        page.keyboard.press("Enter")
        dialog.wait_for()
        made[form] = exported(page, form)
    assert all("two joint statements" in text or "Putin" in text for _, text in made.values())
    assert made["html"][0] == "answer-1.html"
    (row,) = csv.DictReader(io.StringIO(made["csv"][1]))
    assert row["sentence"] == "Xi and Putin signed two joint statements."
    assert json.loads(made["claimreview"][1])["@graph"][0]["@type"] == "ClaimReview"


def test_a_whole_conversation_is_exported(newsroom, new_page, ask):
    page = new_page(newsroom, **DESK)
    ask(page, "Who won the 2022 football World Cup?")
    page.locator(".conversations summary").first.click()
    page.get_by_role("button", name="Export…").click()
    dialog = page.get_by_role("dialog", name="Export this conversation")
    assert exported(page, "json")[0] == "conversation.json"
    page.locator(".conversations summary").first.click()
    page.get_by_role("button", name="Export…").click()
    dialog.wait_for()
    name, text = exported(page, "markdown")
    assert name == "conversation.md"
    assert "Who won the 2022 football World Cup" in text


def test_as_of_a_day_is_asked_and_the_answer_says_so(newsroom, new_page, ask):
    page = new_page(newsroom, **PHONE)
    page.get_by_text("Dates", exact=True).click()
    page.get_by_label("As of", exact=True).fill("2018-01-01")
    is_sound(page)
    page.get_by_role("button", name="Apply").click()
    page.get_by_text("As of 1 January 2018", exact=True).wait_for()
    turn = ask(page, SIGNED)
    assert "As of 1 January 2018" in turn.locator(".as-of-day").inner_text()
    assert turn.locator(".refusal-card").is_visible()
    page.get_by_role("button", name="Ask as of today").click()
    page.get_by_text("All articles, any date").wait_for()
    turn = ask(page, SIGNED)
    assert turn.locator(".as-of-day").count() == 0
    assert turn.locator(".newest").inner_text() == "Newest source: 22 March 2023"


def test_a_stale_answer_says_so_and_is_kept_beside_the_new_one(newsroom, new_page, ask, tmp_path):
    story = tmp_path / "library.txt"
    story.write_text(STORY)
    page = new_page(newsroom, **DESK)
    view(page, "Library")
    with page.expect_file_chooser() as chooser:
        page.locator("#upload button").first.click()
    chooser.value.set_files(story)
    page.locator("#outcomes li.added").wait_for()
    view(page, "Ask")
    assert "opened a new library" in ask(page, OPENED).locator(".sentence").inner_text()
    ask(page, SIGNED)
    assert page.locator(".stale").count() == 0
    view(page, "Library")
    page.get_by_label("Choose A new library opens").check()
    page.get_by_role("button", name="Remove…").click()
    page.get_by_role("dialog").get_by_role("button", name="Remove").click()
    page.get_by_text("1 article removed.").wait_for()
    view(page, "Ask")
    page.get_by_role("note", name="What changed since this answer").wait_for()
    assert "Withdrawn: “A new library opens” is no longer in the library" in page.locator(".stale").inner_text()
    assert page.locator("#log .turn").first.locator(".stale").count() == 1
    is_sound(page)
    again = page.locator(".stale").get_by_role("button", name="Ask again")
    again.focus()
    page.keyboard.press("Enter")
    page.locator(".beside").wait_for()
    assert page.locator(".given:not(.before) .refusal-card").count() == 1
    assert "opened a new library" in page.locator(".given.before .sentence").inner_text()
    assert page.locator(".stale").count() == 0
    assert page.locator("#log .question").all_inner_texts() == [OPENED, SIGNED]
    page.locator("#live .turn").wait_for(state="detached")
    page.wait_for_function("document.querySelector('#scroll').scrollTop < 40")
    ask(page, SIGNED)
    # What is asked next is in sight, not what was renewed before it.
    page.wait_for_function(
        "document.querySelector('#log .turn:last-child .question').getBoundingClientRect().bottom <= innerHeight"
    )
    left, right = (page.locator(".given").nth(place).bounding_box() for place in (0, 1))
    assert left["y"] == right["y"]
    is_sound(page)
    page.set_viewport_size({"width": 390, "height": 780})
    is_sound(page)
    page.reload()
    page.locator(".given.before").wait_for()


@pytest.mark.parametrize("window", [DESK, PHONE], ids=["1280", "390"])
def test_a_draft_is_checked_with_the_keyboard_alone(newsroom, new_page, window):
    page = new_page(newsroom, **window)
    page.get_by_role("navigation", name="Views").get_by_role("button", name="Newsroom").focus()
    page.keyboard.press("Enter")
    for _ in range(3):
        page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    page.get_by_label("Draft", exact=True).focus()
    page.keyboard.type(DRAFT)
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.id") == "check"
    page.keyboard.press("Enter")
    page.get_by_text("3 of 3 sentences checked").wait_for()
    page.locator(".drafted li.is-not-stated").wait_for()
    assert page.locator(".drafted > li .verdict").all_inner_texts() == ["Stated", "Stated otherwise", "Not stated"]
    assert page.locator(".counts").inner_text() == "1 stated, 1 stated otherwise, 1 not stated"
    is_sound(page)
    page.locator(".is-otherwise .open-source").first.focus()
    page.keyboard.press("Enter")
    page.locator("#pane mark").first.wait_for()
    assert "two joint statements" in " ".join(page.locator("#pane mark").all_inner_texts())
    page.keyboard.press("Escape")
    page.reload()
    view(page, "Check a draft")
    page.locator(".drafted li.is-not-stated").wait_for()
    page.get_by_role("button", name="Clear").click()
    page.locator(".drafted").wait_for(state="detached")


def test_a_long_draft_from_a_file_shows_how_far_it_is_and_is_stopped(newsroom, new_page, ask, tmp_path):
    draft = tmp_path / "draft.md"
    draft.write_text("".join(f"Xi and Putin signed {number} joint statements. " for number in range(400)))
    page = new_page(newsroom, **DESK)
    view(page, "Check a draft")
    with page.expect_file_chooser() as chooser:
        page.locator("#draft-file button").first.click()
    chooser.value.set_files(draft)
    page.locator("#draft-status progress").wait_for()
    # Others, and other questions, are not held up by it.
    view(page, "Ask")
    assert ask(page, SIGNED).locator(".sentence").count() == 1
    view(page, "Check a draft")
    page.get_by_role("button", name="Stop", exact=True).click()
    page.get_by_text(re.compile(r"draft\.md: \d+ of 400 sentences checked; stopped")).wait_for()


def test_a_hostile_draft_is_text(newsroom, new_page):
    page = new_page(newsroom, **DESK)
    view(page, "Check a draft")
    page.get_by_label("Draft", exact=True).fill("`<img src=x onerror=alert(1)>` opened {{7*7}} ${alert(2)} today.")
    page.get_by_role("button", name="Check the draft").click()
    page.locator(".drafted .words").wait_for()
    assert page.locator(".drafted .words").inner_text().startswith("<img src=x onerror=alert(1)> opened {{7*7}}")
    assert page.locator("#draft img").count() == 0


@pytest.mark.parametrize("window", [DESK, PHONE], ids=["1280", "390"])
def test_a_question_is_kept_asked_and_removed_and_nobody_else_sees_it(ferry, new_page, ask, window):
    page = new_page(ferry, **window)
    turn = ask(page, SIGNED)
    turn.get_by_role("button", name="Save the question").click()
    page.get_by_text("The question is saved").wait_for()
    page.get_by_role("button", name="Dismiss").click()
    view(page, "Saved questions")
    page.get_by_label("A question to keep").focus()
    page.keyboard.type("Who won the 2022 football World Cup?")
    page.keyboard.press("Enter")
    page.locator(".saved-questions > li").nth(1).wait_for()
    assert page.get_by_label("A question to keep").input_value() == ""
    assert page.locator(".saved-questions .state").all_inner_texts() == ["Not asked yet", "Not asked yet"]
    is_sound(page)
    page.get_by_role("button", name="Ask them now").click()
    page.get_by_text("Asked 2 questions that something came near").wait_for()
    assert [text.split(",")[0] for text in page.locator(".saved-questions .state").all_inner_texts()] == [
        "Still not stated",
        "New",
    ]
    assert page.locator(".is-new .words").inner_text() == "Xi and Putin signed two joint statements [1]."
    is_sound(page)
    page.locator(".is-new .open-source").focus()
    page.keyboard.press("Enter")
    page.locator("#pane mark").first.wait_for()
    page.keyboard.press("Escape")
    page.get_by_role("button", name="Ask them now").click()
    page.get_by_text("Nothing came near").wait_for()
    other = new_page(ferry, **window)
    view(other, "Saved questions")
    other.get_by_text("No question is saved yet.").wait_for()
    page.reload()
    view(page, "Saved questions")
    page.get_by_role("button", name="Remove “Who won").click()
    page.get_by_role("dialog", name="Remove this saved question?").get_by_role("button", name="Remove").click()
    page.locator(".saved-questions > li").nth(1).wait_for(state="detached")
    assert page.locator(".saved-questions .question").all_inner_texts() == [SIGNED]


@pytest.mark.parametrize("window", [DESK, PHONE], ids=["1280", "390"])
def test_a_story_is_told_day_by_day_with_the_keyboard_and_exported(ferry, new_page, window):
    page = new_page(ferry, **window)
    view(page, "Stories")
    page.get_by_label("Story", exact=True).focus()
    page.keyboard.type("the ferry to Skar")
    page.keyboard.press("Enter")
    page.get_by_text("4 of 4 reports read").wait_for()
    page.locator("#story-status").get_by_role("button", name="Export").wait_for()
    assert page.locator(".told .day").all_inner_texts() == ["1 March 2024", "2 March 2024", "4 March 2024"]
    beside = page.locator(".told .report")
    assert sorted(text.split("\n")[0] for text in beside.all_inner_texts()) == ["Fjord Post", "The Echo"]
    tops = {round(beside.nth(place).bounding_box()["y"]) for place in (0, 1)}
    assert len(tops) == (1 if window is DESK else 2)
    is_sound(page)
    page.locator(".told .open-source").first.focus()
    page.keyboard.press("Enter")
    page.locator("#pane mark").first.wait_for()
    page.keyboard.press("Escape")
    page.locator("#story-status").get_by_role("button", name="Export").click()
    dialog = page.get_by_role("dialog", name="Export this timeline")
    assert dialog.locator("[data-form=json]").count() == 0
    name, text = exported(page, "csv")
    assert name == "timeline.csv"
    assert {row["outlet"] for row in csv.DictReader(io.StringIO(text))} == {"Fjord Post", "Skar Mail", "The Echo"}
    page.reload()
    view(page, "Stories")
    page.locator(".told").wait_for()
    page.get_by_role("button", name="Clear").click()
    page.locator(".told").wait_for(state="detached")


def test_a_digest_of_a_period_and_then_of_what_came_since(ferry, new_page, tmp_path):
    page = new_page(ferry, **DESK)
    view(page, "Stories")
    page.get_by_role("button", name="Since my last digest").click()
    page.get_by_text("there is no digest of yours to go on from yet").wait_for()
    form = page.get_by_role("form", name="A digest of what came")
    form.get_by_label("From").fill("2010-01-01")
    form.get_by_role("button", name="Make a digest").click()
    page.get_by_text(re.compile(r"6 articles published from 1 January 2010: (\d) of \1 stories told")).wait_for()
    page.get_by_role("button", name="Clear").wait_for()
    assert "Fjord Post" in page.locator(".told .carried").first.inner_text()
    is_sound(page)
    page.get_by_role("button", name="Since my last digest").click()
    page.get_by_text("Nothing came since your last digest.").wait_for()


def test_who_carries_what_is_cited_stands_beside_it_and_in_the_export(ferry, new_page, ask):
    page = new_page(ferry, **DESK)
    turn = ask(page, HURT)
    chip = turn.locator(".chip[data-article^='burns'], .chip[data-article^='copy']").first
    card = chip.locator("xpath=..").locator(".card")
    said = card.locator(".carried")
    said.wait_for(state="attached")
    assert re.fullmatch(r"2 outlets carry it, all from one source: .*Skar Mail.*\.", said.inner_text()) or (
        "Skar Mail" in said.text_content()
    )
    chip.focus()
    assert said.is_visible()
    is_sound(page)
    page.keyboard.press("Enter")
    page.locator("#pane mark").first.wait_for()
    assert page.locator("#pane .carried").inner_text() == said.text_content()
    is_sound(page)
    page.keyboard.press("Escape")
    turn.get_by_role("button", name="Export").click()
    _, text = exported(page, "csv")
    rows = list(csv.DictReader(io.StringIO(text)))
    assert ("2", "1") in {(row["outlets"], row["independent"]) for row in rows}


def test_a_hostile_story_and_question_are_text(newsroom, new_page):
    page = new_page(newsroom, **DESK)
    view(page, "Saved questions")
    page.get_by_label("A question to keep").fill("<img src=x onerror=alert(1)> ${alert(2)}?")
    page.keyboard.press("Enter")
    page.locator(".saved-questions .question").wait_for()
    assert page.locator(".saved-questions .question").inner_text() == "<img src=x onerror=alert(1)> ${alert(2)}?"
    view(page, "Stories")
    page.get_by_label("Story", exact=True).fill("<img src=x onerror=alert(1)> {{7*7}}")
    page.keyboard.press("Enter")
    page.get_by_text("“<img src=x onerror=alert(1)> {{7*7}}”: The articles do not say.").wait_for()
    assert page.locator("#stories img, #questions img").count() == 0
