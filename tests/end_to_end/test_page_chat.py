"""The chat in a real browser: the whole application, with a model that answers by rule."""

import json
import re
import urllib.error
import urllib.request

import pytest

SIGNED = "What did Xi and Putin sign?"


def marked(page):
    page.locator("#pane mark").first.wait_for()
    return " ".join(page.locator("#pane mark").all_inner_texts())


def in_sight(page, selector, inside):
    return page.evaluate(
        """([selector, inside]) => {
            const mark = document.querySelector(selector).getBoundingClientRect();
            const room = document.querySelector(inside).getBoundingClientRect();
            return mark.top >= room.top && mark.bottom <= room.bottom && mark.bottom <= innerHeight;
        }""",
        [selector, inside],
    )


def test_first_load_says_what_there_is_and_what_to_ask(site, new_page):
    page = new_page(site)
    assert page.title() == "News assistant"
    assert "scripted · 2 articles" in page.inner_text("#status")
    examples = page.locator(".examples button").all_inner_texts()
    assert "What did Xi and Putin sign?" in examples
    assert len(examples) == 4
    assert page.evaluate("document.activeElement.tagName") == "TEXTAREA"


def test_an_example_is_answered_and_its_source_opens_at_the_quoted_words(site, new_page):
    page = new_page(site)
    page.get_by_role("button", name=SIGNED).click()
    turn = page.locator("#log .turn")
    turn.wait_for()
    assert turn.locator(".question").inner_text() == SIGNED
    assert "Xi and Putin signed two joint statements" in turn.locator(".sentence").inner_text()
    assert turn.locator(".check.verified").count() == 1
    assert turn.locator(".confidence").inner_text().startswith("Likely right")
    chip = turn.locator(".chip").first
    card = turn.locator(".card").first
    assert not card.is_visible()
    chip.hover()
    assert card.is_visible()
    assert "Xi and Putin signed two joint statements" in card.inner_text()
    assert "TDI, 22 March 2023" in card.inner_text()
    chip.click()
    assert "Xi and Putin signed two joint statements" in marked(page)
    page.wait_for_function("document.querySelector('.pane-body').scrollTop > 0")
    assert in_sight(page, "#pane mark", ".pane-body")
    assert page.locator("#pane .paragraph.cited").get_attribute("data-paragraph") == "9"
    turn.get_by_text("How was this answered?").click()
    assert turn.locator("details.how section").first.is_visible()


def test_while_it_is_written_a_draft_is_shown_as_one(site, new_page):
    page = new_page(site)
    page.get_by_label("Your question").fill("What did Xi and Putin sign, slowly?")
    page.keyboard.press("Enter")
    draft = page.locator("#live .draft")
    draft.wait_for()
    assert "not checked" in draft.get_attribute("aria-label")
    assert page.locator("#live .chip").count() == 0
    assert page.locator("#live .doing").inner_text().startswith("Writing")
    assert page.get_by_role("button", name="Stop").is_visible()
    page.get_by_role("button", name="Stop").click()
    page.locator("#notice .info").wait_for()


def test_stop_drops_the_request_and_gives_the_question_back(site, new_page, model, ask):
    page = new_page(site)
    model.dropped.clear()
    question = "What did Xi and Putin sign, slowly?"
    page.get_by_label("Your question").fill(question)
    page.keyboard.press("Enter")
    page.locator("#live .draft").wait_for()
    page.get_by_role("button", name="Stop").click()
    page.locator("#notice .info").wait_for()
    assert model.dropped.wait(10)
    assert page.get_by_label("Your question").input_value() == question
    assert page.locator(".turn").count() == 0
    assert page.locator(".conversation").count() == 0
    assert ask(page, SIGNED).locator(".sentence").count() == 1
    assert "Traceback" not in site.log.read_text()


def test_what_the_articles_do_not_say_is_refused_with_reading_and_no_citation(site, new_page, ask):
    page = new_page(site)
    turn = ask(page, "Who won the 2022 football World Cup?")
    assert "The articles do not say" in turn.locator(".refusal-card").inner_text()
    assert turn.locator(".chip").count() == 0
    assert turn.locator(".closest li").count() == 3
    turn.locator(".open-source").first.click()
    page.locator("#pane .paragraph.cited").wait_for()


def test_what_fails_its_check_gives_way_to_the_articles_own_words(site, new_page, ask):
    page = new_page(site)
    turn = ask(page, "What did Putin appreciate?")
    sentence = turn.locator(".sentence.quoted")
    assert "“Then he expressed its support for China and appreciated its neutral position" in sentence.inner_text()
    assert "2022" not in turn.locator(".sentences").inner_text()
    assert "quotation" in sentence.locator(".check").get_attribute("title")
    turn.locator(".chip").first.click()
    assert "appreciated its neutral position" in marked(page)


def test_two_reports_stand_side_by_side_with_their_dates(site, new_page, ask):
    page = new_page(site)
    turn = ask(page, "When did Xi visit Moscow?")
    reports = turn.locator(".report")
    assert [report.split("\n")[0] for report in reports.all_inner_texts()] == [
        "As of 4 July 2017 · IANS, citing Xinhua",
        "As of 22 March 2023 · TDI",
    ]
    left, right = (reports.nth(place).bounding_box() for place in (0, 1))
    assert left["y"] == right["y"]
    assert left["x"] + left["width"] <= right["x"]


def test_ask_again_and_edit_replace_the_last_answer(site, new_page, ask):
    page = new_page(site)
    ask(page, "Who won the 2022 football World Cup?")
    page.get_by_role("button", name="Edit", exact=True).click()
    page.wait_for_function("document.querySelector('#question textarea').value.startsWith('Who won')")
    assert "Editing your question" in page.inner_text("#scope")
    page.get_by_label("Your question").fill(SIGNED)
    page.keyboard.press("Enter")
    page.locator("#log .sentence").wait_for()
    assert page.locator("#log .question").all_inner_texts() == [SIGNED]
    page.get_by_role("button", name="Ask again").click()
    page.locator("#live .turn").wait_for()
    page.locator("#log .sentence").wait_for()
    page.locator("#live .turn").wait_for(state="detached")
    assert page.locator("#log .question").all_inner_texts() == [SIGNED]


def test_an_answer_is_copied_with_its_citations(site, new_page, ask):
    page = new_page(site)
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    ask(page, SIGNED)
    page.get_by_role("button", name="Copy", exact=True).click()
    text = page.evaluate("navigator.clipboard.readText()")
    assert text.startswith("Xi and Putin signed two joint statements [1].\n\n[1] “")
    assert "TDI, 22 March 2023, paragraph 9" in text
    page.get_by_role("button", name="Copy as Markdown").click()
    assert "   > " in page.evaluate("navigator.clipboard.readText()")
    # Pressed twice it read "Copied" for good.
    as_text = page.locator("#log [data-copy]").first
    as_text.click()
    as_text.click()
    as_text.get_by_text("Copy", exact=True).wait_for()


def test_a_follow_up_knows_what_came_before(site, new_page, ask, model):
    page = new_page(site)
    ask(page, SIGNED)
    ask(page, "And when did they sign them?")
    rewriting = [prompt for prompt in model.asked if prompt.startswith("Rewrite the follow-up")]
    assert f"User: {SIGNED}" in rewriting[-1]
    assert "Assistant: Xi and Putin signed two joint statements" in rewriting[-1]


def test_conversations_survive_reload_and_are_found_named_exported_deleted(site, new_page, ask):
    page = new_page(site)
    ask(page, SIGNED)
    page.wait_for_url(re.compile(r"\?c="))
    page.reload()
    page.locator("#log .sentence").wait_for()
    assert page.locator("#log .question").inner_text() == SIGNED
    page.get_by_role("button", name="New conversation").click()
    page.locator(".welcome").wait_for()
    ask(page, "Who won the 2022 football World Cup?")
    page.wait_for_function("document.querySelectorAll('.conversation').length === 2")
    page.get_by_label("Search conversations").fill("joint statements")
    page.wait_for_function("document.querySelectorAll('.conversation').length === 1")
    page.locator(".conversation").click()
    page.get_by_role("heading", name=SIGNED).wait_for()
    page.locator(".conversations summary").first.click()
    page.get_by_role("button", name="Rename…").click()
    page.get_by_label("Title").fill("Moscow papers")
    page.keyboard.press("Enter")
    page.locator(".conversation", has_text="Moscow papers").wait_for()
    page.locator(".conversations summary").first.click()
    page.get_by_role("button", name="Export…").click()
    with page.expect_download() as started:
        page.get_by_role("dialog").get_by_role("link", name=re.compile("^JSON ")).click()
    exported = json.loads(started.value.path().read_text())
    assert exported["title"] == "Moscow papers"
    assert exported["messages"][0]["question"] == SIGNED
    page.locator(".conversations summary").first.click()
    page.get_by_role("button", name="Delete…").click()
    page.get_by_role("dialog").get_by_role("button", name="Delete").click()
    page.locator(".welcome").wait_for()
    assert page.locator(".conversation").count() == 0
    page.get_by_label("Search conversations").fill("")
    page.wait_for_function("document.querySelectorAll('.conversation').length === 1")


def test_two_people_never_see_each_others_conversations(site, new_page, ask):
    one, other = new_page(site), new_page(site)
    ask(one, SIGNED)
    one.wait_for_url(re.compile(r"\?c="))
    conversation = one.url.partition("?c=")[2]
    other.reload()
    other.locator(".welcome").wait_for()
    assert other.locator(".conversation").count() == 0
    other.goto(one.url)
    other.locator(".welcome, #notice .error").first.wait_for()
    assert other.locator(".turn").count() == 0
    with pytest.raises(urllib.error.HTTPError, match="404"):
        urllib.request.urlopen(f"{site.address}/export/{conversation}/markdown")
    cookie = one.context.cookies()[0]
    assert cookie["httpOnly"]
    assert cookie["sameSite"] == "Lax"


def test_a_second_question_waits_its_turn_and_the_page_stays_alive(site, new_page, ask):
    one, other = new_page(site), new_page(site)
    one.get_by_label("Your question").fill("What did Xi and Putin sign, slowly?")
    one.keyboard.press("Enter")
    one.locator("#live .draft").wait_for()
    other.get_by_label("Your question").fill(SIGNED)
    other.keyboard.press("Enter")
    other.get_by_text("Waiting: 1 question before yours").wait_for()
    other.get_by_role("navigation", name="Views").get_by_role("button", name="Library").click()
    other.get_by_role("button", name=re.compile("^During President Xi")).click()
    other.locator("#pane .paragraph").first.wait_for()
    assert one.locator("#live .draft").is_visible()
    one.get_by_role("button", name="Stop").click()
    other.get_by_role("navigation", name="Views").get_by_role("button", name="Ask").click()
    other.locator("#log .sentence").wait_for()


def test_a_closed_page_finds_the_answer_that_was_being_written(site, new_page):
    page = new_page(site)
    page.get_by_label("Your question").fill("What did Xi and Putin sign, slowly?")
    page.keyboard.press("Enter")
    page.locator("#live .draft").wait_for()
    page.wait_for_url(re.compile(r"\?c="))
    context, conversation = page.context, page.url.removeprefix(site.address)
    page.close()
    page = new_page(site, conversation, context=context)
    page.locator("#live .turn").wait_for()
    page.get_by_role("button", name="Stop").click()
    page.locator("#notice .info").wait_for()


def test_a_verdict_with_a_comment_is_kept_for_replay(site, new_page, ask):
    page = new_page(site)
    ask(page, SIGNED)
    page.get_by_role("button", name="Bad answer").click()
    page.get_by_label("What was good or wrong?").fill("There were three.")
    page.get_by_role("button", name="Send").click()
    page.locator("#notice .info").wait_for()
    assert page.get_by_role("button", name="Bad answer").get_attribute("aria-pressed") == "true"
    from assistant.library.user_data import feedback_path
    from assistant.web.storage.feedback import FeedbackStore

    kept = FeedbackStore(feedback_path(site.home)).list("down")[-1]
    assert kept.comment == "There were three."
    assert kept.question == SIGNED
    assert kept.answer["citations"]


def test_only_chosen_dates_are_asked_and_the_page_says_so(site, new_page, ask):
    page = new_page(site)
    page.get_by_text("Dates", exact=True).click()
    page.locator(".dates").get_by_label("To", exact=True).fill("2020-01-01")
    page.get_by_role("button", name="Apply").click()
    page.get_by_text("Published until 1 January 2020").wait_for()
    turn = ask(page, SIGNED)
    assert turn.locator(".refusal-card").is_visible()
    assert "published until 1 January 2020" in turn.locator(".asked-of").inner_text()
    page.get_by_role("button", name="Ask articles of any date").click()
    page.get_by_text("All articles, any date").wait_for()
    assert ask(page, SIGNED).locator(".sentence").count() == 1


def test_a_restart_loses_nothing(start_site, chromium, ask, tmp_path):
    first = start_site(None, home=tmp_path / "home")
    context = chromium.new_context()
    page = context.new_page()
    page.goto(first.address)
    page.locator(".welcome").wait_for()
    ask(page, SIGNED)
    page.wait_for_url(re.compile(r"\?c="))
    conversation = page.url.partition("?")[2]
    # With the page still open.
    first.close()
    assert first.process.returncode == 0
    assert first.log.read_text().splitlines() == [f"assistant: {first.address}"]
    page.close()
    second = start_site(None, home=tmp_path / "home")
    page = context.new_page()
    page.goto(f"{second.address}/?{conversation}")
    page.locator("#log .sentence").wait_for()
    assert page.locator("#log .question").inner_text() == SIGNED
    context.close()
