"""What a page says of itself and shows, in the shapes in which content systems write it."""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from article_samples import read_bytes, texts

from assistant.errors import ArticleError
from assistant.schema.articles import Article

FIRST = "The mill of Birkby burnt down on Monday night, and nobody was hurt, the town said in a statement."
SECOND = "The damage is put at 3 million marks by the insurer, which will send an expert to the site on Friday."
THIRD = "It had stood at the weir since 1820 and was to become a museum of the town's crafts in the autumn."
DAY = date(2021, 5, 4)


def page(*body: str, head: str = "", title: str = "Mill burns", lang: str = "en", after: str = "") -> str:
    return (
        f'<!DOCTYPE html><html lang="{lang}"><head><meta charset="utf-8"><title>{title}</title>{head}</head>'
        f"<body><article><h1>Mill burns</h1>{''.join(body)}</article>{after}</body></html>"
    )


def p(text: str) -> str:
    return f"<p>{text}</p>"


STORY = (p(FIRST), p(SECOND), p(THIRD))


def linked(data: Any, before: str = "", after: str = "") -> str:
    text = data if isinstance(data, str) else json.dumps(data)
    return f'<script type="application/ld+json">{before}{text}{after}</script>'


def one(folder: Path, content: str) -> Article:
    (article,), problems = read_bytes(folder, "a.html", content)
    assert problems == []
    return article


NODE = {
    "@type": "NewsArticle",
    "headline": "Mill burns",
    "datePublished": "2021-05-04T08:00:00+02:00",
    "publisher": {"name": "The Echo"},
}


@pytest.mark.parametrize(
    ("before", "data", "after"),
    [
        ("<!--\n", NODE, "\n-->"),
        ("//<![CDATA[\n", NODE, "\n//]]>"),
        ("/*<![CDATA[*/", NODE, "/*]]>*/"),
        ("", json.dumps(NODE)[:-1] + ",\n}", ";"),
        ("", json.dumps([NODE, {"@type": "WebSite"}])[:-1] + ", ]", ""),
    ],
)
def test_linked_data_is_read_as_content_systems_write_it(tmp_path: Path, before: str, data: Any, after: str) -> None:
    article = one(tmp_path, page(*STORY, head=linked(data, before, after)))
    assert (article.source, article.published) == ("The Echo", DAY)


def test_a_comma_within_a_text_is_kept_where_one_too_many_is_mended(tmp_path: Path) -> None:
    node = '{"@type": "NewsArticle", "headline": "Mill, }burns", "author": ["Ola Berg",],}'
    article = one(tmp_path, page(*STORY, head=linked(node)))
    assert (article.title, article.author) == ("Mill, }burns", "Ola Berg")


@pytest.mark.parametrize(
    ("author", "name"),
    [
        ({"givenName": "Ola", "familyName": "Berg"}, "Ola Berg"),
        ([{"name": "Ola O&#039;Berg"}, "By Kim Lie"], "Ola O'Berg, Kim Lie"),
        ("By Ola Berg", "Ola Berg"),
        ({"@id": "#ola"}, "Ola Berg"),
        ({"@type": "Organization", "name": "the echo"}, None),
    ],
)
def test_the_author_is_a_person_by_name(tmp_path: Path, author: Any, name: str | None) -> None:
    graph = {"@graph": [{"@id": "#ola", "@type": "Person", "name": "Ola Berg"}, NODE | {"author": author}]}
    assert one(tmp_path, page(*STORY, head=linked(graph))).author == name


def test_a_name_may_hold_a_word_that_others_begin_with(tmp_path: Path) -> None:
    node = NODE | {"author": ["Ada di Roe", "Von der Lind", "Told By Ola"]}
    assert one(tmp_path, page(*STORY, head=linked(node))).author == "Ada di Roe, Von der Lind, Told By Ola"


@pytest.mark.parametrize("broken", ['"' + '\\"' * 400_000, ", " * 400_000 + "x", '{"a": "' + "," * 800_000])
def test_data_that_cannot_be_mended_costs_no_more_than_its_length(tmp_path: Path, broken: str) -> None:
    assert one(tmp_path, page(*STORY, head=linked(broken))).published is None


@pytest.mark.parametrize("address", ["https://echo.example/mill", "https://www.echo.example/mill/"])
def test_of_several_stories_the_pages_own_is_taken(tmp_path: Path, address: str) -> None:
    other = NODE | {"headline": "Boat sinks", "datePublished": "2001-01-01", "url": "https://echo.example/boat"}
    own = NODE | {"headline": "An old mill is gone", "url": address}
    head = linked([other, own]) + '<link rel="canonical" href="https://echo.example/mill">'
    article = one(tmp_path, page(*STORY, head=head))
    assert (article.title, article.published) == ("An old mill is gone", DAY)


def test_data_of_another_story_alone_is_not_taken(tmp_path: Path) -> None:
    other = NODE | {"headline": "Boat sinks off Stell", "url": "https://echo.example/boat"}
    head = linked(other) + '<link rel="canonical" href="https://echo.example/mill">'
    article = one(tmp_path, page(*STORY, head=head))
    assert (article.title, article.published) == ("Mill burns", None)


def test_a_headline_that_was_changed_leaves_the_data_the_pages_own(tmp_path: Path) -> None:
    own = NODE | {"headline": "Old mill burns down in Birkby", "url": "https://echo.example/?p=17"}
    head = linked(own) + '<link rel="canonical" href="https://echo.example/mill">'
    assert one(tmp_path, page(*STORY, head=head)).published == DAY


@pytest.mark.parametrize(
    "above",
    [
        '<div class="byline"><span class="pub-date">4 May 2021</span></div>',
        "<time>May 4, 2021</time>",
        '<p>Updated <time datetime="2021-05-09">9 May</time>, published <time datetime="2021-05-04">4 May</time></p>',
        '<span itemprop="datePublished" content="2021-05-04">Tuesday</span>',
        '<time class="modified" datetime="2021-05-01">1 May</time><time datetime="2021-05-04">4 May</time>',
    ],
)
def test_the_day_that_only_the_page_shows_is_taken_and_is_no_text(tmp_path: Path, above: str) -> None:
    article = one(tmp_path, page(above, *STORY))
    assert (article.published, texts(article)) == (DAY, [FIRST, SECOND, THIRD])


@pytest.mark.parametrize(
    "above",
    [
        '<p>Updated <time datetime="2021-05-09">9 May</time></p>',
        '<time class="entry-modified" datetime="2021-05-09">9 May</time>',
    ],
)
def test_the_day_of_an_update_is_not_the_day_of_publication(tmp_path: Path, above: str) -> None:
    assert one(tmp_path, page(above, *STORY)).published is None


@pytest.mark.parametrize(
    ("written", "shown", "day"),
    [
        ("2021-05-05T03:30:00Z", "<p>Published May 4, 2021, 11:30 PM EDT</p>", DAY),
        ("2021-05-03T22:30:00+00:00", "<time>4 May 2021</time>", DAY),
        ("2021-05-05T03:30:00-04:00", "<time>4 May 2021</time>", date(2021, 5, 5)),
        ("2021-05-05T03:30:00Z", "<time>14 May 2021</time>", date(2021, 5, 5)),
    ],
)
def test_a_time_in_utc_is_dated_as_the_page_shows_it(tmp_path: Path, written: str, shown: str, day: date) -> None:
    article = one(tmp_path, page(shown, *STORY, head=linked(NODE | {"datePublished": written})))
    assert article.published == day


@pytest.mark.parametrize(
    ("title", "address", "outlet"),
    [
        ("Mill burns | Local | Birkby Echo", "https://www.echo.example/mill", "Birkby Echo"),
        ("Mill burns - The Birkby Echo", "https://thebirkbyecho.example/mill", "The Birkby Echo"),
        ("Mill burns - Local news", "https://www.echo.example/mill", "echo.example"),
        ("Mill burns", "https://web.archive.org/web/20210504/https://www.echo.example/mill", "echo.example"),
        ("Mill burns - Local news", "", None),
    ],
)
def test_an_outlet_that_is_not_named_is_where_the_page_lies(
    tmp_path: Path, title: str, address: str, outlet: str | None
) -> None:
    head = f'<link rel="canonical" href="{address}">' if address else ""
    assert one(tmp_path, page(*STORY, head=head, title=title)).source == outlet


def test_the_updates_of_a_live_blog_have_their_times_and_headings(tmp_path: Path) -> None:
    updates = "".join(
        f'<section><h3>{heading}</h3><time datetime="2021-05-04T{clock}">{clock}</time><p>{text}</p></section>'
        for heading, clock, text in (("Roof falls in", "21:40", FIRST), ("Fire is out", "23:05", SECOND))
    )
    article = one(tmp_path, page(updates))
    assert texts(article) == ["21:40 Roof falls in", FIRST, "23:05 Fire is out", SECOND]


def test_a_live_blog_that_is_only_in_the_data_is_read(tmp_path: Path) -> None:
    updates = [
        {"@type": "BlogPosting", "headline": "Roof falls in", "datePublished": "2021-05-04T21:40:00+02:00",
         "articleBody": "The roof fell in."},
        {"@type": "BlogPosting", "articleBody": "The fire is out."},
    ]  # fmt: skip
    node = NODE | {"@type": "LiveBlogPosting", "liveBlogUpdate": updates}
    content = f"<html><head><title>x</title>{linked(node)}</head><body><div id=app></div></body></html>"
    assert texts(one(tmp_path, content)) == ["21:40 Roof falls in", "The roof fell in.", "The fire is out."]


@pytest.mark.parametrize(
    ("written", "shown"),
    [
        ("It cost <strike>30</strike> <ins>3</ins> million marks", "It cost 3 million marks"),
        ('It cost <span style="text-decoration: line-through">30</span> 3 million', "It cost 3 million"),
        ("He said <q>we <q>must</q> rebuild</q> and left", "He said “we ‘must’ rebuild” and left"),
        ("It is 10<sup>6</sup> m<sup>2</sup> on the 1<sup>st</sup>", "It is 10⁶ m² on the 1st"),
        ('It cost 3 million<sup><a href="#fn2">2</a></sup> marks', "It cost 3 million marks"),
        ("It cost 3 million<sup>[12]</sup> marks", "It cost 3 million marks"),
        ('It cost 3 million<a href="#fn2"><sup>2</sup></a> marks', "It cost 3 million marks"),
        ("<ruby>水<rp>(</rp><rt>みず</rt><rp>)</rp></ruby>は高い", "水は高い"),
    ],
)
def test_marks_in_running_text_read_as_they_are_shown(tmp_path: Path, written: str, shown: str) -> None:
    rest = ", the town of Birkby said in a statement on Tuesday morning after the council had met twice."
    article = one(tmp_path, page(p(FIRST), p(written + rest), p(THIRD)))
    assert texts(article)[1] == shown + rest


def test_headings_that_state_something_stay_and_labels_do_not(tmp_path: Path) -> None:
    lead = "The old mill is gone, the third building that the town has lost to a fire within a single year"
    body = (f"<h2>{lead}</h2>", p(FIRST), "<h2>Background</h2>", p(SECOND), "<h3>Who pays?</h3>", p(THIRD))
    assert texts(one(tmp_path, page(*body))) == [lead, FIRST, SECOND, "Who pays?", THIRD]


NOTE = "Correction, 6 May: The damage was given as 30 million marks. It is 3 million."


@pytest.mark.parametrize(
    ("inside", "after"),
    [
        ("", f'<div class="article-correction"><p>{NOTE}</p></div>'),
        (f"<footer><p>{NOTE}</p><p>Share this</p></footer>", ""),
        (f"<aside>{NOTE}</aside>", ""),
        (p(NOTE), ""),
        ("", f'<section id="editors-note">{NOTE}</section>'),
    ],
)
def test_a_correction_is_kept_once_wherever_it_stands(tmp_path: Path, inside: str, after: str) -> None:
    article = one(tmp_path, page(*STORY, inside, after=after + "<footer><p>Contact us</p></footer>"))
    assert texts(article) == [FIRST, SECOND, THIRD, NOTE]


@pytest.mark.parametrize(
    "texts_of_page",
    [
        ["We value your privacy and use cookies.", "Our 700 partners store and access data on your device."],
        ["Please enable JavaScript to view this page."],
        ["Checking your browser before you go on."],
        ["Wir verarbeiten Ihre Daten nur mit Ihrer Einwilligung."],
    ],
)
def test_a_page_in_the_articles_place_is_no_article(tmp_path: Path, texts_of_page: list[str]) -> None:
    body = "".join(map(p, texts_of_page))
    with pytest.raises(ArticleError, match=r"a\.html: "):
        read_bytes(tmp_path, "a.html", f"<html><head><title>The Echo</title></head><body>{body}</body></html>")


def test_a_dated_story_about_cookies_is_one(tmp_path: Path) -> None:
    story = [p("The court ruled on Monday that cookies need consent, whatever the page says."), *STORY]
    assert len(one(tmp_path, page(*story, head=linked(NODE))).paragraphs) == 4


def test_a_box_that_asks_to_subscribe_is_not_text_and_what_lies_behind_it_is(tmp_path: Path) -> None:
    wall = '<div class="subscribe-box"><p>Read on for 1 mark a week.</p><p>Already with us? Log in</p></div>'
    assert texts(one(tmp_path, page(*STORY, wall))) == [FIRST, SECOND, THIRD]
    node = NODE | {"hasPart": {"cssSelector": ".paywall"}}
    behind = (
        f'<div class="paywall">{p("He will subscribe to a fund for the mill, the mayor said on Tuesday night.")}</div>'
    )
    assert len(one(tmp_path, page(*STORY, behind, head=linked(node))).paragraphs) == 4
    assert len(one(tmp_path, page(*STORY, behind.replace("paywall", "subscriber-only"))).paragraphs) == 4


@pytest.mark.parametrize(
    "picture",
    [
        '<div class="photo"><img src="a.jpg"><span>Firemen at the weir before the roof fell in.</span></div>',
        '<div class="lead-image"><picture><img src="a"></picture><div class="credit">Kim Lie</div></div>',
        '<div><img src="a.jpg"></div><div class="wp-caption">The mill in 1901. Kim Lie</div>',
        "<p><em>Kim Lie/Echo</em></p>",
    ],
)
def test_captions_and_credits_are_told_by_their_markup(tmp_path: Path, picture: str) -> None:
    assert texts(one(tmp_path, page(p(FIRST), picture, p(SECOND), p(THIRD)))) == [FIRST, SECOND, THIRD]


@pytest.mark.parametrize(
    ("before", "root"),
    [
        ("<!-- saved from url=(0025)https://echo.example/mill -->", "<html>"),
        ("", "<html><!--\n Page saved with SingleFile\n url: https://echo.example/mill\n saved date: 9 May 2021\n-->"),
        ("", '<html><meta name="savepage-url" content="https://echo.example/mill">'),
    ],
)
def test_a_saved_pages_address_is_where_it_was_saved_from(tmp_path: Path, before: str, root: str) -> None:
    article = one(tmp_path, "<!DOCTYPE html>" + before + page(*STORY).replace('<!DOCTYPE html><html lang="en">', root))
    assert (article.url, article.published) == ("https://echo.example/mill", None)


def test_parts_of_an_amp_page_that_overlie_it_are_no_text(tmp_path: Path) -> None:
    more = (
        "<amp-sidebar><ul><li>The pages of the paper</li></ul></amp-sidebar>",
        '<section amp-access="NOT loggedIn"><p>Subscribe to read what the mayor said about the mill.</p></section>',
        f'<section amp-access="loggedIn">{p("The mayor said on Tuesday that the mill would be rebuilt.")}</section>',
    )
    assert len(one(tmp_path, page(*STORY, *more)).paragraphs) == 4


MENU = '<td><a href="/">Front page</a> | <a href="/n">News</a> | <a href="/s">Shop</a></td>'


def laid_out(*rows: str) -> str:
    body = "".join(f"<tr>{row}</tr>" for row in rows)
    return f"<html><head><title>Mill burns</title></head><body><table>{body}</table></body></html>"


@pytest.mark.parametrize(
    "page_of_cells",
    [
        laid_out(f"{MENU}<td><h1>Mill burns</h1>{''.join(STORY)}</td>"),
        laid_out(f"<td>{''.join(STORY)}</td>{MENU}"),
        laid_out(MENU, f"<td><h1>Mill burns</h1>{FIRST}<br><br>{SECOND}<br><br>{THIRD}</td>", MENU),
        laid_out(
            "<td><ul><li><a href='/'>Forside</a></li><li><a href='/a'>Arkiv</a></li></ul></td>"
            f"<td>{''.join(STORY)}</td>"
        ),
        # a table in a table
        laid_out(f"<td><table><tr>{MENU}<td><h1>Mill burns</h1>{''.join(STORY)}</td></tr></table></td>"),
    ],
)
def test_a_menu_in_the_table_that_lays_out_the_page_is_no_text(tmp_path: Path, page_of_cells: str) -> None:
    assert texts(one(tmp_path, page_of_cells)) == [FIRST, SECOND, THIRD]


def test_a_cell_beside_the_text_that_says_something_is_text(tmp_path: Path) -> None:
    said = "The <a href='/i'>insurer</a> and the <a href='/t'>town</a> are at odds over the weir, it was said."
    linked_sentences = (
        "<a href='/1'>The mill belonged to the town since 1911.</a> <a href='/2'>Its wheel was sold to Denmark.</a>"
    )
    for cell in (said, linked_sentences):
        found = texts(one(tmp_path, laid_out(f"<td>{cell}</td><td><h1>Mill burns</h1>{''.join(STORY)}</td>")))
        for words in ("odds over the weir",) if cell is said else ("since 1911.", "sold to Denmark."):
            assert any(words in text for text in found)


def test_a_table_of_data_keeps_its_links(tmp_path: Path) -> None:
    rows = "".join(
        f"<tr><td><a href='/{town}'>{town}</a> <a href='/{river}'>{river}</a></td><td>{count}</td></tr>"
        for town, river, count in (("Birkby", "Olme", 3), ("Stell", "Vess", 5), ("Nordham", "Olme", 11))
    )
    found = texts(one(tmp_path, page(p(FIRST), p(SECOND), f"<table>{rows}</table>", p(THIRD))))
    whole = "\n".join(found)
    for town, river, count in (("Birkby", "Olme", 3), ("Stell", "Vess", 5), ("Nordham", "Olme", 11)):
        assert f"{town} {river} | {count}" in whole


@pytest.mark.parametrize(
    ("byline", "author"),
    [
        ("By <a rel='author' href='/ida'>Ida Holm</a>", "Ida Holm"),
        (
            "<a rel='author nofollow' href='/i'>By Ida Holm</a> and <a rel='author' href='/o'>Ola Berg</a>",
            "Ida Holm, Ola Berg",
        ),
        ("<a href='/ida'>Ida Holm</a>", None),
    ],
)
def test_an_author_whom_a_page_links_to_as_such(tmp_path: Path, byline: str, author: str | None) -> None:
    text = "The lock at Vessen was opened again on Monday after nine months of work, the county said in a statement."
    more = "<p><a rel='author' href='/x'>Someone Else</a></p>" if author else ""
    story = f"<h1>Lock opens</h1><div>{byline}</div><p>{text}</p><p>{text} It did.</p>{more}"
    (article,), _ = read_bytes(tmp_path, "a.html", f"<html><body><article>{story}</article></body></html>")
    assert article.author == author
