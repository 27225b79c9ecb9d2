"""Texts an article, a question or a model may hold to run something, fetch something or mislead."""

from __future__ import annotations

import unicodedata
from html.parser import HTMLParser

HOSTILE = {
    "script": "<script>alert(1)</script>",
    "handler": '<img src=x onerror="alert(1)">',
    "out of an attribute": '" onmouseover="alert(1)" x="',
    "out of a quoted attribute": "' onfocus='alert(1)' autofocus='",
    "end of an element": "</span></p></article><script src=//evil.example/x.js></script>",
    "svg": "<svg/onload=alert(1)>",
    "style": "<style>@import url(http://evil.example/x.css)</style>",
    "frame": '<iframe srcdoc="<script>alert(1)</script>"></iframe>',
    "comment": "<!-- --><!--><script>alert(1)</script>-->",
    "cdata": "<![CDATA[<script>alert(1)</script>]]>",
    "javascript link": "[click](javascript:alert(1))",
    "bare javascript": "javascript:alert(1)",
    "markdown image": "![x](http://evil.example/pixel.png)",
    "markdown link": "[click](http://evil.example/)",
    "reference link": "[a]: http://evil.example/ 'x'",
    "autolink": "<http://evil.example/> www.evil.example http://evil.example/a me@evil.example",
    "markdown": "# h\n* **b** _i_ `c` ~~s~~ | t | $x$\n1. one\n    code\n---",
    "ansi": "\x1b[31mred\x1b]8;;http://evil.example\x07link\x1b]8;;\x07\x1b[2J",
    "bidi override": "safe \u202egnp.exe\u202c \u2066isolate\u2069 \u200fmark\u061c",
    "zero width": "Pu\u200btin\u2060 \ufeffX\u00adi\u180e \U000e0041\U000e007f",
    "joiners": "a\u200db \u200c\u200d",
    "blanks": "\u3164\u115f\u2800",
    "surrogates": "\ud800 half \udc00\udfff",
    "null": "a\x00b\x01\x7f\x85\x9f",
    "noncharacter": "\uffff\ufffe\U0010ffff",
    "entities": "&lt;script&gt;alert(1)&lt;/script&gt; &#60;b&#62; &amp;lt;i&amp;gt;",
    "template": "{{7*7}} {% x %} ${7*7} %s {0} {x}",
    "lines": "one\n\ntwo\r\nthree\u2028four\u2029five\x0bsix",
    "huge": "<b>" * 20_000,
    "combining": "Z" + "\u0301" * 500,
}

_STEERING = {"Cc", "Cf", "Cs", "Zl", "Zp"}
_ELEMENTS = frozenset(
    """
    article section header div p span q bdi time button details summary h2 h4 dl dt dd ol ul li table caption thead
    tbody tr th td blockquote strong mark figure figcaption svg rect title a
    """.split()
)
_ATTRIBUTES = frozenset(
    """
    class id role title type dir lang datetime tabindex scope href rel target aria-label aria-describedby aria-hidden
    aria-busy data-citation data-article data-paragraph data-start data-end data-period viewbox preserveaspectratio
    focusable x y width height
    """.split()
)


class Page(HTMLParser):
    """What a browser would make of it; anything that could run or fetch is an AssertionError."""

    def __init__(self, html: str) -> None:
        super().__init__(convert_charrefs=True)
        self.words = ""
        self.attributes: list[tuple[str, str]] = []
        self.ids: list[str] = []
        self._open: list[str] = []
        assert "\n" not in html
        assert "\r" not in html, "one line, so that no Markdown reader finds a paragraph of its own in it"
        html.encode()
        self.feed(html)
        self.close()
        assert self._open == []
        seen = [self.words, *(value for key, value in self.attributes if key != "data-article")]
        assert not _STEERING & {unicodedata.category(c) for c in "".join(seen) if c not in "\u200c\u200d"}
        assert len(self.ids) == len(set(self.ids))

    def handle_starttag(self, name: str, attrs: list[tuple[str, str | None]]) -> None:
        assert name in _ELEMENTS, name
        assert len({key for key, _ in attrs}) == len(attrs)
        for key, value in attrs:
            assert key in _ATTRIBUTES, key
            if key == "href":
                assert (value or "").startswith(("http://", "https://"))
                assert ("rel", "noopener noreferrer nofollow") in attrs
            if key == "id":
                self.ids.append(value or "")
            self.attributes.append((key, value or ""))
        self._open.append(name)

    def handle_endtag(self, name: str) -> None:
        assert self._open.pop() == name

    def handle_data(self, data: str) -> None:
        self.words += data

    def handle_comment(self, data: str) -> None:
        raise AssertionError(f"a comment: {data}")

    def handle_decl(self, decl: str) -> None:
        raise AssertionError(f"a declaration: {decl}")

    def unknown_decl(self, data: str) -> None:
        raise AssertionError(f"a declaration: {data}")

    def handle_pi(self, data: str) -> None:
        raise AssertionError(f"an instruction: {data}")

    def values(self, key: str) -> list[str]:
        """The values of an attribute, in order."""
        return [value for name, value in self.attributes if name == key]
