"""OFX as text without what only marks it up, and the tags in it, whatever their dialect."""

import re
from collections.abc import Iterator

from fintrack.statements.statement import StatementError
from fintrack.statements.text import decode, unified

_HEAD = 4_096
_DECLARED = re.compile(rb"(?:CHARSET:|encoding=[\"'])\s*([\w.-]+)", re.IGNORECASE)
_TAG = re.compile(r"<(/?)([A-Za-z][\w.:-]*+)[^<>]*+>")
# Loans call the same things by names of their own.
_SAME = {"LOANSTMTTRN": "STMTTRN", "LOANTRANLIST": "BANKTRANLIST", "LOANACCTID": "ACCTID"}


def ofx_text(content: bytes) -> str:
    """Return the text with LF at the end of lines, comments gone and CDATA escaped."""
    return _without_sections(unified(_decoded(content)))


def tokens(text: str) -> Iterator[tuple[bool, str, str, int, int, int]]:
    """Yield (closing, tag, value, line, start, end) for every tag."""
    tags = _TAG.finditer(text)
    current = next(tags, None)
    line, counted = 1, 0
    while current is not None:
        following = next(tags, None)
        line += text.count("\n", counted, current.start())
        counted = current.start()
        value_end = following.start() if following else len(text)
        value = text[current.end() : value_end].strip()
        tag = current[2].rpartition(":")[2].upper()
        tag = _SAME.get(tag, tag)
        yield bool(current[1]), tag, value, line, current.start(), current.end()
        current = following


def _decoded(content: bytes) -> str:
    """UTF-8 where the bytes are, since headers lie; else what the header declares."""
    text, encoding = decode(content)
    declared = _DECLARED.search(content[:_HEAD])
    if encoding.startswith("utf") or declared is None:
        return text
    name = declared[1].decode("ascii").lower()
    name = f"cp{name}" if name.isdigit() else name
    try:
        return decode(content, "cp1252" if "8859-1" in name or "ascii" in name else name)[0]
    except StatementError:
        return text


def _without_sections(text: str) -> str:
    """Drop comments and turn CDATA into escaped text, so that one tag pattern suffices."""
    first, *comments = text.split("<!--")
    text = first + "".join(each.partition("-->")[2] for each in comments)
    first, *sections = text.split("<![CDATA[")
    parts = [first]
    for section in sections:
        inside, _, after = section.partition("]]>")
        parts += (inside.replace("&", "&amp;").replace("<", "&lt;"), after)
    return "".join(parts)
