"""`python -m fintrack bench readers`: how long each format of bank file takes to read.

The files are written here, with as much in every row as banks usually write. A Python that has the
libraries of others (`--peers`) reads the same bytes with them, once.
"""

import json
import sys
from collections.abc import Callable
from dataclasses import asdict, dataclass
from io import BytesIO
from statistics import median
from time import process_time
from zipfile import ZIP_DEFLATED, ZipFile

from fintrack.operations.peers.readers import PeerFigures, peer_figures
from fintrack.statements.read import read_statements

ROWS, TURNS = 50_000, 3
LIMIT = 2.0
_SHEETS = "http://schemas.openxmlformats.org/spreadsheetml/2006"
_OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_PACKAGES = "http://schemas.openxmlformats.org/package/2006"


@dataclass(frozen=True, slots=True)
class ReaderFigures:
    """What reading one format took: median processor seconds, rows and bytes; and a peer's."""

    format: str
    rows: int
    size: int
    seconds: float
    peer: PeerFigures | None = None


def main(*, peers: str = "", as_json: bool = False) -> None:
    """Measure every reader, beside the libraries that the Python `peers` has, and print all."""
    figures = [_figures(name, write(ROWS), peers) for name, write in FILES.items()]
    if as_json:
        sys.stdout.write(json.dumps([asdict(each) for each in figures], indent=2) + "\n")
    else:
        sys.stdout.write(as_markdown(figures))


def as_markdown(figures: list[ReaderFigures]) -> str:
    """Return the table, with what is slower than it should be."""
    head = f"| format | rows | MB | seconds | at most {LIMIT:g} s |"
    rule = "|---|---:|---:|---:|---|"
    if any(each.peer for each in figures):
        head, rule = f"{head} peer | its rows | its seconds |", f"{rule}---|---:|---:|"
    return "\n".join([head, rule, *map(_line, figures), ""])


def _line(each: ReaderFigures) -> str:
    line = (
        f"| {each.format} | {each.rows:,} | {each.size / 1e6:.1f} | {each.seconds:.2f} "
        f"| {'yes' if each.seconds <= LIMIT else 'NO'} |"
    )
    if each.peer is None:
        return line
    rows = "" if each.peer.rows is None else f"{each.peer.rows:,}"
    seconds = each.peer.said if each.peer.seconds is None else f"{each.peer.seconds:.2f}"
    return f"{line} {each.peer.name} | {rows} | {seconds} |"


def _figures(name: str, content: bytes, peers: str) -> ReaderFigures:
    sys.stderr.write(f"reading {name}\n")
    times = []
    for _ in range(TURNS):
        started = process_time()
        found = read_statements(content)
        times.append(process_time() - started)
    rows = sum(len(each.entries) for each in found.statements)
    peer = peer_figures(peers, name, content) if peers else None
    return ReaderFigures(name, rows, len(content), median(times), peer)


def _csv(rows: int) -> bytes:
    head = "Date;Value date;Payee;Purpose;Amount;Currency\n"
    return _file(
        head, "2026-03-{day};2026-03-{day};Shop {at};Invoice {at};{sign}{at}.50;EUR\n", rows
    )


def _ofx(rows: int) -> bytes:
    head = "<OFX><STMTRS><CURDEF>EUR<BANKACCTFROM><ACCTID>77</BANKACCTFROM><BANKTRANLIST>"
    row = (
        "<STMTTRN><TRNTYPE>POS<DTPOSTED>202603{day}<TRNAMT>{sign}{at}.50<FITID>{at}"
        "<NAME>Shop {at}<MEMO>Invoice {at}</STMTTRN>\n"
    )
    return _file(head, row, rows, "</BANKTRANLIST></STMTRS></OFX>")


def _ofx_xml(rows: int) -> bytes:
    head = (
        '<?xml version="1.0" encoding="UTF-8"?>\n'
        '<?OFX OFXHEADER="200" VERSION="211" SECURITY="NONE" OLDFILEUID="NONE" NEWFILEUID="NONE"?>'
        "\n<OFX><BANKMSGSRSV1><STMTTRNRS><STMTRS><CURDEF>EUR</CURDEF><BANKACCTFROM>"
        "<BANKID>1</BANKID><ACCTID>77</ACCTID><ACCTTYPE>CHECKING</ACCTTYPE></BANKACCTFROM>"
        "<BANKTRANLIST>\n"
    )
    row = (
        "<STMTTRN><TRNTYPE>POS</TRNTYPE><DTPOSTED>202603{day}</DTPOSTED>"
        "<TRNAMT>{sign}{at}.50</TRNAMT><FITID>{at}</FITID><NAME>Shop {at}</NAME>"
        "<MEMO>Invoice {at}</MEMO></STMTTRN>\n"
    )
    tail = "</BANKTRANLIST></STMTRS></STMTTRNRS></BANKMSGSRSV1></OFX>"
    return _file(head, row, rows, tail)


def _qif(rows: int) -> bytes:
    row = "D3/{day}/2026\nT{sign}{at}.50\nPShop {at}\nMInvoice {at}\nLFood:Groceries\n^\n"
    return _file("!Type:Bank\n", row, rows)


def _xlsx(rows: int) -> bytes:
    head = f'<worksheet xmlns="{_SHEETS}/main"><sheetData><row>'
    head += '<c t="str"><v>Date</v></c><c t="str"><v>Payee</v></c>'
    head += '<c t="str"><v>Purpose</v></c><c t="str"><v>Amount</v></c></row>'
    row = (
        '<row><c t="str"><v>2026-03-{day}</v></c><c t="str"><v>Shop {at}</v></c>'
        '<c t="str"><v>Invoice {at}</v></c><c><v>{sign}{at}.5</v></c></row>'
    )
    parts = {
        "[Content_Types].xml": (
            f'<Types xmlns="{_PACKAGES}/content-types"><Default Extension="rels" '
            'ContentType="application/vnd.openxmlformats-package.relationships+xml"/><Override '
            'PartName="/xl/workbook.xml" ContentType="application/'
            'vnd.openxmlformats-officedocument.spreadsheetml.sheet.main+xml"/></Types>'
        ).encode(),
        "_rels/.rels": _relation(f"{_OFFICE}/officeDocument", "xl/workbook.xml"),
        "xl/workbook.xml": (
            f'<workbook xmlns="{_SHEETS}/main" xmlns:r="{_OFFICE}"><sheets>'
            '<sheet name="A" sheetId="1" r:id="a"/></sheets></workbook>'
        ).encode(),
        "xl/_rels/workbook.xml.rels": _relation(f"{_OFFICE}/worksheet", "sheet.xml"),
        "xl/sheet.xml": _file(head, row, rows, "</sheetData></worksheet>"),
    }
    file = BytesIO()
    with ZipFile(file, "w", ZIP_DEFLATED) as archive:
        for name, part in parts.items():
            archive.writestr(name, part)
    return file.getvalue()


def _relation(kind: str, target: str) -> bytes:
    return (
        f'<Relationships xmlns="{_PACKAGES}/relationships">'
        f'<Relationship Id="a" Type="{kind}" Target="{target}"/></Relationships>'
    ).encode()


def _camt(kind: str, root: str, statement: str) -> Callable[[int], bytes]:
    head = (
        f'<Document xmlns="urn:iso:std:iso:20022:tech:xsd:camt.{kind}.001.02"><{root}><{statement}>'
        "<Acct><Id><IBAN>DE89370400440532013000</IBAN></Id><Ccy>EUR</Ccy></Acct>"
    )
    row = (
        '<Ntry><Amt Ccy="EUR">{at}.50</Amt><CdtDbtInd>{side}</CdtDbtInd><Sts>BOOK</Sts>'
        "<BookgDt><Dt>2026-03-{day}</Dt></BookgDt><ValDt><Dt>2026-03-{day}</Dt></ValDt>"
        "<AcctSvcrRef>{at}</AcctSvcrRef><BkTxCd><Prtry><Cd>NTRF+166</Cd></Prtry></BkTxCd>"
        "<NtryDtls><TxDtls><Refs><EndToEndId>E{at}</EndToEndId></Refs><RltdPties>"
        "<Cdtr><Nm>Shop {at}</Nm></Cdtr><CdtrAcct><Id><IBAN>DE02120300000000202051</IBAN></Id>"
        "</CdtrAcct></RltdPties><RmtInf><Ustrd>Invoice {at}</Ustrd></RmtInf></TxDtls></NtryDtls>"
        "</Ntry>\n"
    )
    return lambda rows: _file(head, row, rows, f"</{statement}></{root}></Document>")


def _mt(head: str, tail: str) -> Callable[[int], bytes]:
    row = (
        ":61:2603{day}03{day}{mark}{at},50NTRFNONREF//{at}\n"
        ":86:166?00TRANSFER?109310?20EREF+E{at}?21SVWZ+Invoice {at} of Ma?22rch?30COBADEFF"
        "?31DE02120300000000202051?32Shop {at}?34000\n"
    )
    return lambda rows: _file(f":20:A\n:25:77\n:28C:1/1\n{head}", row, rows, tail)


def _coda(rows: int) -> bytes:
    head = f"{'0000014032672505':127}2\n{'12001BE68539007547034':39}EUR{0:016}010326\n"
    row = (
        "2100010000{at:<21}{digit}{at:012}500{day}0326001500000{at:<53}{day}032600100 0\n"
        "2300010000BE02120300000000202051               Shop {at:<30}\n"
    )
    return _file(head, row, rows, f"{'8001':41}{0:016}310326\n{'9':22}{0:030}\n")


def _norma43(rows: int) -> bytes:
    number = "004915000512345678"
    row = (
        "22    00012603{day}2603{day}12040{norma}{at:012}50{zero:022}\n2301{shop:38}{invoice:38}\n"
    )
    tail = f"33{number}{0:05}{0:014}{0:05}{0:014}2{0:014}978\n88{'9' * 18}{0:06}\n"
    return _file(f"11{number}2603012603312{0:014}9783ANA\n", row, rows, tail)


def _file(head: str, row: str, rows: int, tail: str = "") -> bytes:
    """Write every row with a number, a day and a direction, in the words of all formats."""
    written = (
        row.format(
            at=at,
            day=f"{at % 28 + 1:02}",
            sign="-" if at % 3 else "",
            side="DBIT" if at % 3 else "CRDT",
            mark="D" if at % 3 else "C",
            digit="1" if at % 3 else "0",
            norma="1" if at % 3 else "2",
            zero=0,
            shop=f"Shop {at}",
            invoice=f"Invoice {at}",
        )
        for at in range(rows)
    )
    return (head + "".join(written) + tail).encode()


FILES: dict[str, Callable[[int], bytes]] = {
    "csv": _csv,
    "xlsx": _xlsx,
    "ofx 1": _ofx,
    "ofx 2": _ofx_xml,
    "qif": _qif,
    "camt.052": _camt("052", "BkToCstmrAcctRpt", "Rpt"),
    "camt.053": _camt("053", "BkToCstmrStmt", "Stmt"),
    "camt.054": _camt("054", "BkToCstmrDbtCdtNtfctn", "Ntfctn"),
    "mt940": _mt(":60F:C260301EUR0,\n", ":62F:C260331EUR0,\n"),
    "mt942": _mt(":34F:EURD0,\n:34F:EURC0,\n:13D:2603311200+0100\n", ":90D:0EUR0,\n:90C:0EUR0,\n"),
    "coda": _coda,
    "norma43": _norma43,
}
