"""Magic numbers: the bytes that files of a kind begin with."""

from __future__ import annotations

PDF = b"%PDF-"
ZIP = b"PK\x03\x04"
GZIP = b"\x1f\x8b"
RTF = b"{\\rtf"
OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
"""A compound file ([MS-CFB] 2.2): an older document, a message of Outlook's, an encrypted .docx."""
NO_TEXT = (PDF, ZIP, GZIP, OLE, b"\x89PNG", b"\xff\xd8\xff", b"GIF8", b"\x7fELF")
