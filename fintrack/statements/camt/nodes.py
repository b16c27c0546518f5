"""The parts of a CAMT file that matter, each as the texts beneath it.

Expat tells what it meets and keeps nothing, so memory does not grow with the file.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from xml.parsers import expat

from fintrack.statements.statement import RAW_LENGTH, StatementError
from fintrack.statements.text import clean, decode, head, is_utf8

STATEMENTS = {"Rpt": "camt.052", "Stmt": "camt.053", "Ntfctn": "camt.054"}
_TOLD = frozenset({*STATEMENTS, "Acct", "Bal", "Ntry", "TxDtls"})
_MESSAGE = re.compile(rb"BkToCstmr(?:Stmt|AcctRpt|DbtCdtNtfctn)|:xsd:camt\.05[234]\.")
_DECLARED = re.compile(rb"<\?xml[^>]{0,200}encoding=[\"']([\w.-]{1,40})")
_CHUNK = 1 << 16
_DEEPEST, _LONGEST_TEXT = 50, 10_000
_MOST_TEXTS, _MOST_REPEATED = 500, 100


@dataclass(slots=True)
class Node:
    """An account, balance, entry, detail or statement.

    `texts` holds the first text of every path beneath it, such as `/BookgDt/Dt`, and currencies
    as `/Amt@Ccy`; `repeated` holds further texts of the same paths.
    """

    name: str
    line: int
    start: int
    texts: dict[str, str] = field(default_factory=dict)
    repeated: list[tuple[str, str]] = field(default_factory=list)
    raw: str = ""

    def text(self, *paths: str) -> str:
        """Return the text of the first of these paths that has one."""
        for path in paths:
            if path in self.texts:
                return self.texts[path]
        return ""

    def all_texts(self, path: str) -> list[str]:
        """Return every text of the path."""
        first = [self.texts[path]] if path in self.texts else []
        return first + [text for other, text in self.repeated if other == path]


def is_camt(content: bytes) -> bool:
    """Say whether the first bytes are XML that names an account report, in any encoding."""
    begin = head(content).lstrip()
    return begin.startswith(b"<") and _MESSAGE.search(begin) is not None


def nodes(content: bytes) -> Iterator[Node]:
    """Yield each account, balance, detail, entry and statement when it ends.

    Raises:
        StatementError: the file is damaged, breaks off, or declares entities.
    """
    unicode = _as_utf8(content)
    ended: list[Node] = []
    parser = expat.ParserCreate("utf-8")
    parser.buffer_text = True
    _listen(parser, unicode, ended)
    try:
        for start in range(0, len(unicode), _CHUNK):
            parser.Parse(unicode[start : start + _CHUNK], False)  # noqa: FBT003
            yield from ended
            ended.clear()
        parser.Parse(b"", True)  # noqa: FBT003 - Expat takes no keywords
    except expat.ExpatError as error:
        message = f"The file breaks off or is damaged in line {error.lineno}"
        raise StatementError(f"{message}; download it from your bank again.") from error
    finally:
        # The handlers hold the parser and the content, which would wait for the collector.
        parser.StartElementHandler = parser.EndElementHandler = None


def _listen(parser: expat.XMLParserType, content: bytes, ended: list[Node]) -> None:  # noqa: C901
    """Let the parser add to `ended`: three handlers, which share plain variables to be fast."""
    path, written = "", ""
    paths: list[str] = []
    node = Node("", 0, 0)
    open_nodes = [node]

    def start(name: str, attributes: dict[str, str]) -> None:
        nonlocal path, written, node
        paths.append(path)
        written = ""
        if ":" in name:
            name = name.rpartition(":")[2]
        if name in _TOLD:
            node, path = Node(name, parser.CurrentLineNumber, parser.CurrentByteIndex), ""
            open_nodes.append(node)
        else:
            path = f"{path}/{name}"
            if attributes:
                node.texts[f"{path}@Ccy"] = attributes.get("Ccy", "")
        if len(paths) > _DEEPEST or len(node.texts) > _MOST_TEXTS:
            raise StatementError("The file is built as no bank builds it; choose another file.")

    def end(_name: str) -> None:
        nonlocal path, written, node
        if not path:
            ended.append(_ended(open_nodes.pop(), content, parser.CurrentByteIndex))
            node = open_nodes[-1]
        elif written and (text := written.strip()):
            if path not in node.texts:
                node.texts[path] = text
            elif len(node.repeated) < _MOST_REPEATED:
                node.repeated.append((path, text))
        path, written = paths.pop(), ""

    def characters(text: str) -> None:
        nonlocal written
        written = (written + text)[:_LONGEST_TEXT]

    parser.StartElementHandler, parser.EndElementHandler = start, end
    parser.CharacterDataHandler = characters
    parser.StartDoctypeDeclHandler = _refuse_entities


def _ended(node: Node, content: bytes, end: int) -> Node:
    """Return the node, with what the file has for an entry; `end` is where its end tag begins."""
    if node.name == "Ntry":
        after = content.find(b">", end) + 1
        written = content[node.start : min(after, node.start + 2 * RAW_LENGTH)]
        node.raw = clean(written.decode(errors="ignore"))[:RAW_LENGTH]
    return node


def _refuse_entities(*_: object) -> None:
    raise StatementError("The file declares entities, as no bank does; choose another file.")


def _as_utf8(content: bytes) -> bytes:
    """UTF-8 where the bytes are, since headers lie; else what is declared or looks most likely."""
    if b"\x00" not in content[:_CHUNK] and is_utf8(content):
        return content
    declared = _DECLARED.search(head(content))
    name = declared[1].decode("ascii").lower() if declared else ""
    if name and not name.startswith(("utf", "us-ascii", "ascii")):
        try:
            return decode(content, name)[0].encode()
        except StatementError:
            return decode(content)[0].encode()
    return decode(content)[0].encode()
