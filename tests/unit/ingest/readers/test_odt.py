"""OpenDocument texts."""

from __future__ import annotations

from pathlib import Path

from article_samples import read_bytes, texts, zipped

BODY = ["The mill of Birkby burnt down on Monday night.", "The damage is put at 3 million marks."]


def odt(body: str) -> bytes:
    names = " ".join(
        f'xmlns:{short}="urn:oasis:names:tc:opendocument:xmlns:{long}:1.0"'
        for short, long in (("office", "office"), ("text", "text"), ("table", "table"), ("draw", "drawing"))
    )
    content = f"<office:document-content {names}><office:body><office:text>{body}</office:text></office:body>"
    meta = (
        f'<office:document-meta {names} xmlns:meta="urn:oasis:names:tc:opendocument:xmlns:meta:1.0" '
        'xmlns:dc="http://purl.org/dc/elements/1.1/"><office:meta><meta:initial-creator>Ola Berg</meta:initial-creator>'
        "<dc:language>en-GB</dc:language></office:meta></office:document-meta>"
    )
    return zipped({"content.xml": content + "</office:document-content>", "meta.xml": meta})


def test_an_opendocument_text(tmp_path: Path) -> None:
    cells = "".join(f"<table:table-cell><text:p>{text}</text:p></table:table-cell>" for text in ("Left", "11 seats"))
    body = (
        "<text:tracked-changes><text:p>Gone.</text:p></text:tracked-changes>"
        '<text:h text:outline-level="1">Mill burns</text:h>'
        f"<text:p>The mill<text:s/>of <text:span>Birkby</text:span> burnt down on Monday night.</text:p>"
        '<text:h text:outline-level="2">Background</text:h><text:h text:outline-level="2">Who pays?</text:h>'
        f"<text:section><text:p>The <text:note><text:p>A note.</text:p></text:note>damage is put at 3 million marks."
        "</text:p></text:section>"
        f"<table:table><table:table-row>{cells}</table:table-row></table:table>"
        "<text:p><draw:frame><draw:text-box><text:p>It stood at the weir.</text:p></draw:text-box></draw:frame>"
        "</text:p>"
    )
    (article,), problems = read_bytes(tmp_path, "a.odt", odt(body))
    assert problems == []
    assert (article.title, article.author, article.language) == ("Mill burns", "Ola Berg", "en")
    assert texts(article) == [BODY[0], "Who pays?", BODY[1], "Left | 11 seats", "It stood at the weir."]
