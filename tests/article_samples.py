"""Real files of every format, made here by hand or by the libraries that write them."""

from __future__ import annotations

import csv
import io
import json
import tarfile
import zipfile
import zlib
from collections.abc import Mapping, Sequence
from email.message import EmailMessage
from pathlib import Path

from assistant.ingest.build import Problem
from assistant.ingest.discover import ArticleFile, files_of
from assistant.schema.articles import Article

TITLE = "Xi and Putin sign two statements"
PARAGRAPHS = [
    "Moscow, 22 March (AFP) - Chinese President Xi Jinping and Russian President Vladimir Putin signed two joint "
    "statements on Tuesday after talks in the Kremlin.",
    "The first concerns their comprehensive partnership, the Kremlin said, and the second economic cooperation "
    "between the two countries until 2030.",
    "Xi left Moscow on Wednesday morning after a three-day visit, his first abroad since he was elected "
    "to a third term.",
]


def read(path: Path) -> tuple[list[Article], list[str]]:
    """The articles and the problems' messages in what `path` names."""
    found = [item for file in files_of(path) for item in file.articles()]
    articles = [item for item in found if isinstance(item, Article)]
    return articles, [item.message for item in found if isinstance(item, Problem)]


def read_bytes(folder: Path, name: str, content: bytes | str) -> tuple[list[Article], list[str]]:
    """The same for a file of this name and content."""
    path = folder / name
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    return read(path)


def file_of(folder: Path, name: str, content: bytes | str) -> ArticleFile:
    """The one article file that a file of this name and content is."""
    path = folder / name
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    (file,) = files_of(path)
    return file


def texts(article: Article) -> list[str]:
    return [paragraph.text for paragraph in article.paragraphs]


def assert_sound(article: Article) -> None:
    """What holds of every article that is not plain text."""
    whole = "\n\n".join(texts(article))
    assert article.paragraphs
    assert article.title
    for number, paragraph in enumerate(article.paragraphs, start=1):
        assert paragraph.number == number
        assert paragraph.id == f"{article.id}#p{number}"
        assert whole[paragraph.offset : paragraph.offset + len(paragraph.text)] == paragraph.text
        assert paragraph.text.strip()
        assert 0 <= paragraph.dateline < len(paragraph.text)
    whole.encode()
    f"{article.id} {article.title} {article.source} {article.path} {article.url}".encode()


def html(paragraphs: Sequence[str] = PARAGRAPHS, head: str = "", lang: str = "en") -> str:
    body = "".join(f"<p>{text}</p>" for text in paragraphs)
    opening = f'<!DOCTYPE html><html lang="{lang}"><head><meta charset="utf-8"><title>{TITLE}</title>{head}</head>'
    return f"{opening}<body><article><h1>{TITLE}</h1>{body}</article></body></html>"


def mhtml(page: str, address: str = "https://daily.example/world/xi") -> bytes:
    message = EmailMessage()
    message["From"] = "<Saved by Blink>"
    message["Snapshot-Content-Location"] = address
    message["Subject"] = "=?utf-8?Q?Saved=20page?="
    message["Date"] = "Sat, 1 Aug 2026 10:00:00 -0000"
    message.set_content(page, subtype="html", cte="quoted-printable")
    message.add_related(b"\x89PNG\r\n", "image", "png", cid="<picture>")
    return message.as_bytes()


def eml(plain: str | None, page: str | None = None, **headers: str) -> bytes:
    message = EmailMessage()
    fields = {"From": "Reuters <newsdesk@reuters.example>", "Subject": f"Fwd: {TITLE}"}
    for name, value in (fields | {"Date": "Wed, 22 Mar 2023 23:30:00 -0500"} | headers).items():
        message[name.replace("_", "-")] = value
    if plain is not None:
        message.set_content(plain)
    if page is not None:
        message.add_alternative(page, subtype="html") if plain is not None else message.set_content(
            page, subtype="html"
        )
    return message.as_bytes()


def docx(paragraphs: Sequence[tuple[str, str]], **core: str) -> bytes:
    import docx as python_docx

    document = python_docx.Document()
    for style, text in paragraphs:
        document.add_paragraph(text, style=style)
    for name, value in core.items():
        setattr(document.core_properties, name, value)
    buffer = io.BytesIO()
    document.save(buffer)
    return buffer.getvalue()


def tarred(members: Mapping[str, bytes | str], mode: str = "w") -> bytes:
    """A tar of files by name; `mode` is tarfile's, "w:gz" packs it."""
    whole = io.BytesIO()
    with tarfile.open(fileobj=whole, mode=mode) as tar:  # type: ignore[call-overload]
        for name, content in members.items():
            data = content.encode() if isinstance(content, str) else content
            info = tarfile.TarInfo(name)
            info.size = len(data)
            tar.addfile(info, io.BytesIO(data))
    return whole.getvalue()


def zipped(members: Mapping[str, bytes | str], method: int = zipfile.ZIP_DEFLATED) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", method) as archive:
        for name, content in members.items():
            archive.writestr(name, content)
    return buffer.getvalue()


def epub(chapters: Mapping[str, str], **more: str) -> bytes:
    items = "".join(
        f'<item id="c{n}" href="{name}" media-type="application/xhtml+xml"/>' for n, name in enumerate(chapters)
    )
    spine = "".join(f'<itemref idref="c{n}"/>' for n in range(len(chapters)))
    package = f"""<?xml version="1.0"?><package xmlns="http://www.idpf.org/2007/opf" version="3.0">
    <metadata xmlns:dc="http://purl.org/dc/elements/1.1/"><dc:title>The Weekly</dc:title>
<dc:creator>Jane Doe</dc:creator>
    <dc:publisher>Weekly Press</dc:publisher><dc:date>2023-03-25</dc:date><dc:language>en-GB</dc:language>
</metadata>
    <manifest><item id="nav" href="nav.xhtml" media-type="application/xhtml+xml" properties="nav"/>{items}</manifest>
    <spine><itemref idref="nav"/>{spine}</spine></package>"""
    container = """<?xml version="1.0"?><container xmlns="urn:oasis:names:tc:opendocument:xmlns:container">
<rootfiles>
    <rootfile full-path="OEBPS/book.opf" media-type="application/oebps-package+xml"/></rootfiles></container>"""
    page = '<?xml version="1.0" encoding="utf-8"?><html xmlns="http://www.w3.org/1999/xhtml"><body>{}</body></html>'
    return zipped(
        {"mimetype": "application/epub+zip", "META-INF/container.xml": container, "OEBPS/book.opf": package}
        | {"OEBPS/nav.xhtml": page.format("<nav><ol><li>One</li></ol></nav>")}
        | {f"OEBPS/{name}": page.format(body) for name, body in chapters.items()}
        | more
    )


def csv_table(rows: Sequence[Sequence[str]], delimiter: str = ",") -> str:
    buffer = io.StringIO()
    csv.writer(buffer, delimiter=delimiter).writerows(rows)
    return buffer.getvalue()


def jsonl(rows: Sequence[object]) -> str:
    return "".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows)


Print = tuple[str, float, float, float]


def pdf(pages: Sequence[Sequence[Print]], info: Mapping[str, str] | None = None, unicode: str = "") -> bytes:
    """Pages of (text, x, y, size) in Helvetica; the characters of `unicode` are in a font with a ToUnicode map."""
    objects: list[bytes] = []

    def add(content: bytes) -> int:
        objects.append(content)
        return len(objects)

    def stream(content: bytes) -> bytes:
        packed = zlib.compress(content)
        return b"<</Length %d/Filter/FlateDecode>>stream\n%s\nendstream" % (len(packed), packed)

    add(b"<</Type/Catalog/Pages 2 0 R>>")
    add(b"")
    latin = add(b"<</Type/Font/Subtype/Type1/BaseFont/Helvetica/Encoding/WinAnsiEncoding>>")
    pairs = "".join(f"<{ord(char):04x}> <{ord(char):04x}>\n" for char in sorted(set(unicode)))
    chars = f"{len(set(unicode))} beginbfchar\n{pairs}endbfchar"
    cmap = f"begincmap 1 begincodespacerange <0000> <ffff> endcodespacerange {chars} endcmap"
    to_unicode = add(stream(cmap.encode()))
    inner = add(
        b"<</Type/Font/Subtype/CIDFontType2/BaseFont/Any/DW 1000"
        b"/CIDSystemInfo<</Registry(Adobe)/Ordering(Identity)/Supplement 0>>>>"
    )
    wide = add(
        b"<</Type/Font/Subtype/Type0/BaseFont/Any/Encoding/Identity-H/DescendantFonts[%d 0 R]/ToUnicode %d 0 R>>"
        % (inner, to_unicode)
    )
    kids = []
    for page in pages:
        drawn = []
        for text, x, y, size in page:
            is_wide = any(char in unicode for char in text)
            shown = (
                "<" + "".join(f"{ord(char):04x}" for char in text) + ">"
                if is_wide
                else "(" + text.replace("\\", r"\\").replace("(", r"\(").replace(")", r"\)") + ")"
            )
            drawn.append(f"BT /F{2 if is_wide else 1} {size} Tf 1 0 0 1 {x} {y} Tm {shown} Tj ET")
        content = add(stream("\n".join(drawn).encode("cp1252")))
        kids.append(
            add(
                b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 595 842]/Contents %d 0 R/Resources<</Font<</F1 %d 0 R/F2 %d "
                b"0 R>>>>>>" % (content, latin, wide)
            )
        )
    objects[1] = b"<</Type/Pages/Count %d/Kids[%s]>>" % (len(kids), b" ".join(b"%d 0 R" % kid for kid in kids))
    fields = "".join(f"/{name}({value})" for name, value in (info or {}).items())
    last = add(f"<<{fields}>>".encode("cp1252"))
    return assembled(objects, last)


def assembled(objects: Sequence[bytes], info: int = 0) -> bytes:
    """A PDF of these objects, of which the first is the catalogue."""
    out, places = bytearray(b"%PDF-1.7\n"), []
    for number, content in enumerate(objects, start=1):
        places.append(len(out))
        out += b"%d 0 obj\n%s\nendobj\n" % (number, content)
    table = b"".join(b"%010d 00000 n \n" % place for place in places)
    begin = len(out)
    out += b"xref\n0 %d\n0000000000 65535 f \n%s" % (len(objects) + 1, table)
    more = b"/Info %d 0 R" % info if info else b""
    out += b"trailer<</Size %d/Root 1 0 R%s>>\nstartxref\n%d\n%%%%EOF\n" % (len(objects) + 1, more, begin)
    return bytes(out)


def typeset(paragraphs: Sequence[str], width: int = 80, per_page: int = 30, gap: float = 10, head: str = "") -> bytes:
    """A PDF of these paragraphs: broken into lines and pages, with a headline and a page number."""
    import textwrap

    lines: list[Print] = []
    pages: list[list[Print]] = []
    y = 740.0
    for text in paragraphs:
        for line in textwrap.wrap(text, width):
            if len(lines) == per_page:
                pages.append(lines)
                lines, y = [], 780.0
            lines.append((line, 60, y, 11))
            y -= 14
        y -= gap
    pages.append(lines)
    for number, page in enumerate(pages, start=1):
        page.insert(0, (f"The Daily Ivy {head}", 60, 820, 9))
        page.append((f"Page {number} of {len(pages)}", 280, 30, 9))
    pages[0].insert(1, (TITLE, 60, 780, 20))
    return pdf(pages)


RSS = f"""<?xml version="1.0" encoding="UTF-8"?>
<rss version="2.0" xmlns:content="http://purl.org/rss/1.0/modules/content/">
<channel><title>The Daily Ivy</title><language>en-us</language>
<item><title>{TITLE}</title><link>https://daily.example/world/xi-putin</link>
<guid>https://daily.example/?p=17</guid>
<pubDate>Wed, 22 Mar 2023 23:30:00 -0500</pubDate><author>jane@daily.example (Jane Doe)</author>
<description>Two statements.</description>
<content:encoded><![CDATA[<p>{PARAGRAPHS[0]}</p><p>{PARAGRAPHS[1]}</p><p>Share on Facebook</p>]]>
</content:encoded></item>
<item><title>Only a title</title><link>https://daily.example/b</link></item>
<item><title>Short</title><link>https://daily.example/c</link>
<description>It rained &amp;amp; poured in Paris.</description></item>
</channel></rss>"""  # fmt: skip

ATOM = f"""<?xml version="1.0" encoding="utf-8"?><feed xmlns="http://www.w3.org/2005/Atom" xml:lang="en">
<title>Ivy World</title>
<entry><title>{TITLE}</title><id>urn:uuid:60a76c80-d399</id><link href="https://daily.example/a"/>
<updated>2023-03-22T10:00:00Z</updated>
<author><name>Jane Doe</name></author>
<content type="html">&lt;p&gt;{PARAGRAPHS[0]}&lt;/p&gt;&lt;p&gt;{PARAGRAPHS[1]}&lt;/p&gt;</content></entry>
</feed>"""  # fmt: skip

NITF = f"""<?xml version="1.0"?><!DOCTYPE nitf SYSTEM "http://nowhere.example/nitf.dtd"><nitf><head>
<title>t</title><docdata>
<date.issue norm="20230322T101500Z"/></docdata><pubdata name="The Daily Ivy" ex-ref="https://daily.example/n"/>
</head>
<body><body.head><hedline><hl1>{TITLE}</hl1></hedline><byline>By Jane Doe</byline></body.head><body.content>
<block class="lead_paragraph"><p>{PARAGRAPHS[0]}</p></block>
<block class="full_text"><p>{PARAGRAPHS[0]}</p><media><media-caption>A picture.</media-caption></media>
<hl2>More</hl2>
<p>{PARAGRAPHS[1]}</p></block></body.content><body.end><tagline>Contact us</tagline></body.end></body></nitf>"""

NEWSML_G2 = f"""<?xml version="1.0"?>
<newsItem xmlns="http://iptc.org/std/nar/2006-10-01/" guid="urn:newsml:afp:1" xml:lang="en">
<itemMeta><itemClass qcode="ninat:text"/><provider><name>Agence France-Presse</name></provider>
<versionCreated>2023-03-23T01:00:00Z</versionCreated><firstCreated>2023-03-22T10:15:00+01:00</firstCreated>
</itemMeta>
<contentMeta><by>Jane Doe</by><creditline>AFP</creditline><headline>{TITLE}</headline><language tag="en"/>
</contentMeta>
<contentSet><inlineXML contenttype="application/xhtml+xml"><html xmlns="http://www.w3.org/1999/xhtml"><body>
<p>{PARAGRAPHS[0]}</p><p>{PARAGRAPHS[1]}</p></body></html></inlineXML></contentSet></newsItem>"""

NEWSML_1 = f"""<?xml version="1.0"?><NewsML><NewsItem><Identification><NewsIdentifier><DateId>20230322</DateId>
<NewsItemId>ID42</NewsItemId>
</NewsIdentifier></Identification><NewsManagement><FirstCreated>20230322T101500Z</FirstCreated></NewsManagement>
<NewsComponent><NewsLines><HeadLine>{TITLE}</HeadLine><ByLine>By Jane Doe</ByLine><CreditLine>AFP</CreditLine>
</NewsLines>
<ContentItem><DataContent><p>{PARAGRAPHS[0]}</p><p>{PARAGRAPHS[1]}</p></DataContent></ContentItem>
</NewsComponent></NewsItem></NewsML>"""
