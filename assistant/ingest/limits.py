"""Limits of how much is read. One that is reached is an error that names it, or a cut that shows."""

from __future__ import annotations

MIB = 2**20

MAX_BYTES = 20 * MIB
"""A file that is read whole: text, a page, a mail, a feed, one JSON value."""
MAX_CONTAINER_BYTES = 200 * MIB
"""A PDF, DOCX or EPUB file, most of which is pictures."""
MAX_STREAM_BYTES = 16 * 1024 * MIB
"""A file of rows, which is never in memory as a whole."""
MAX_ROW_BYTES = 8 * MIB
MAX_ROWS = 1_000_000
MAX_PARAGRAPHS = 50_000
"""In one article; more is no news article but a data file."""
MAX_LINES = 200_000
"""In a text file, which is read line by line."""
MAX_FIELD_CHARS = 1_000
"""A title, outlet, author or address is cut here, with "…"."""
MAX_FRONT_MATTER_CHARS = 64 * 1024
MAX_FRONT_MATTER_DEPTH = 20

MAX_ARCHIVE_MEMBERS = 50_000
MAX_ARCHIVE_DIRECTORY_BYTES = 32 * MIB
"""The list of a zip's members, which is read whole."""
MAX_ARCHIVE_BYTES = 4 * 1024 * MIB
"""All members of one zip, unpacked."""
MAX_UNPACKED_TAR_BYTES = 1024 * MIB
"""A packed tar, which is unpacked as a whole."""
MAX_TAR_NOTE_BYTES = MIB
"""A long name, or the values that a pax header notes of a file."""
MAX_EXPANSION = 200
"""Unpacked size ÷ packed size; text rarely passes 20."""
EXPANSION_FLOOR = MIB
"""What unpacks to less than this may be packed as tightly as it likes."""

MAX_TAGS = 500_000
MAX_PAGES = 1_000
MAX_MAIL_PARTS = 1_000

READ_SECONDS = 120
"""Time a helper process has for one article of a format that a library reads."""
READ_MEMORY = 2 * 1024 * MIB
"""Address space of that process, where the system can limit it."""
READS_PER_PROCESS = 500
IDLE_SECONDS = 30
