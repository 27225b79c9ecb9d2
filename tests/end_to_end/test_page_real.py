"""The page with the real model: loading, asking, the source, an upload."""

import re
from pathlib import Path

import pytest
from platformdirs import user_cache_path

pytestmark = pytest.mark.real


@pytest.fixture(scope="module")
def real(start_site, tmp_path_factory):
    home = tmp_path_factory.mktemp("real")
    kept = user_cache_path("news-assistant", appauthor=False)
    for name in ("models", "engine", "prefixes"):
        if (kept / name).is_dir():
            (home / name).symlink_to(kept / name)
    return start_site(None, "--model", "embedded", home=home)


def test_the_page_is_of_use_while_the_model_loads_and_then_answers(real, chromium, ask, tmp_path):
    context = chromium.new_context(viewport={"width": 1360, "height": 850})
    context.set_default_timeout(240_000)
    page = context.new_page()
    page.goto(real.address)
    page.locator(".examples button").first.wait_for()
    assert re.search("loading|waiting for|ready", page.inner_text("#status"), re.I)
    page.get_by_role("navigation", name="Views").get_by_role("button", name="Library").click()
    page.locator(".open-article").first.click()
    page.locator("#pane .paragraph").nth(9).wait_for()
    page.locator("#status .ready").wait_for()
    page.get_by_role("navigation", name="Views").get_by_role("button", name="Ask").click()
    turn = ask(page, "What did Xi and Putin sign in Moscow in 2023?")
    assert "joint statements" in turn.locator(".sentences").inner_text()
    turn.locator(".chip").first.click()
    page.locator("#pane mark").first.wait_for()
    assert "joint statements" in " ".join(page.locator("#pane mark").all_inner_texts())
    refused = ask(page, "Who won the 2022 football World Cup?")
    assert refused.locator(".refusal-card").is_visible()
    assert refused.locator(".chip").count() == 0
    story = Path(tmp_path) / "library.txt"
    story.write_text("Oslo, 7 May 2024 (NTB): The city council opened a new library on Friday, the mayor said.\n")
    page.get_by_role("navigation", name="Views").get_by_role("button", name="Library").click()
    with page.expect_file_chooser() as chooser:
        page.locator("#upload button").first.click()
    chooser.value.set_files(story)
    page.locator("#outcomes li.added").wait_for()
    page.get_by_role("navigation", name="Views").get_by_role("button", name="Ask").click()
    assert "library" in ask(page, "What did the city council of Oslo open?").locator(".sentences").inner_text()
    context.close()
