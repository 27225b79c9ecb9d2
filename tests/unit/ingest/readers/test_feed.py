"""WordPress exports, which are feeds."""

from __future__ import annotations

from datetime import date
from pathlib import Path

from article_samples import read_bytes, texts

BODY = ["The mill of Birkby burnt down on Monday night.", "The damage is put at 3 million marks."]
DAY = date(2021, 5, 4)


def wordpress(*items: str) -> str:
    return (
        '<?xml version="1.0"?><rss version="2.0" xmlns:content="http://purl.org/rss/1.0/modules/content/" '
        'xmlns:dc="http://purl.org/dc/elements/1.1/" xmlns:wp="http://wordpress.org/export/1.2/"><channel>'
        f"<title>The Echo</title><wp:wxr_version>1.2</wp:wxr_version>{''.join(items)}</channel></rss>"
    )


def post(number: int, content: str, kind: str = "post", status: str = "publish") -> str:
    return (
        f"<item><title>Mill {number}</title><link>https://echo.example/{number}</link><dc:creator>ola</dc:creator>"
        f"<pubDate>Tue, 04 May 2021 20:00:00 +0000</pubDate><content:encoded><![CDATA[{content}]]></content:encoded>"
        f"<wp:post_type>{kind}</wp:post_type><wp:status>{status}</wp:status></item>"
    )


def test_a_wordpress_export_is_its_published_posts(tmp_path: Path) -> None:
    content = (
        '[caption id="a" width="9"]<img src="a.jpg" />[/caption]\n\nThe mill of <em>Birkby</em> burnt down\non Monday '
        f"night.\n\n{BODY[1]}"
    )
    blocks = f"<!-- wp:paragraph --><p>{BODY[0]}</p><!-- /wp:paragraph -->\n\n<p>{BODY[1]}</p>"
    items = (post(1, content), post(2, blocks), post(3, "x", "attachment", "inherit"), post(4, blocks, status="draft"))
    articles, (problem,) = read_bytes(tmp_path, "a.xml", wordpress(*items))
    assert [(article.title, article.source, article.published, texts(article)) for article in articles] == [
        (f"Mill {number}", "The Echo", DAY, BODY) for number in (1, 2)
    ]
    assert "entry 4: is a post that is not published" in problem
