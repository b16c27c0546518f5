"""`python -m fintrack bench readers`: how long each format of bank file takes to read.

The files are written here, with as much in every row as banks usually write.
"""

import json
import sys
from collections.abc import Callable
from dataclasses import asdict, dataclass
from io import BytesIO
from statistics import median
from time import process_time
from zipfile import ZIP_DEFLATED, ZipFile

from fintrack.statements.read import read_statements

ROWS, TURNS = 50_000, 3
LIMIT = 2.0


@dataclass(frozen=True, slots=True)
class ReaderFigures:
    """What reading one format took: median processor seconds, rows and bytes."""

    format: str
    rows: int
    size: int
    seconds: float


def main(*, as_json: bool = False) -> None:
    """Measure every reader and print the table."""
    figures = [_figures(name, write(ROWS)) for name, write in FILES.items()]
    if as_json:
        sys.stdout.write(json.dumps([asdict(each) for each in figures], indent=2) + "\n")
    else:
        sys.stdout.write(as_markdown(figures))


def as_markdown(figures: list[ReaderFigures]) -> str:
    """Return the table, with what is slower than it should be."""
    lines = [
        f"| format | rows | MB | seconds | at most {LIMIT:g} s |",
        "|---|---:|---:|---:|---|",
        *(
            f"| {each.format} | {each.rows:,} | {each.size / 1e6:.1f} | {each.seconds:.2f} "
            f"| {'yes' if each.seconds <= LIMIT else 'NO'} |"
            for each in figures
        ),
    ]
    return "\n".join([*lines, ""])


def _figures(name: str, content: bytes) -> ReaderFigures:
    sys.stderr.write(f"reading {name}\n")
    times = []
    for _ in range(TURNS):
        started = process_time()
        found = read_statements(content)
        times.append(process_time() - started)
    rows = sum(len(each.entries) for each in found.statements)
    return ReaderFigures(found.format, rows, len(content), median(times))


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


def _qif(rows: int) -> bytes:
    row = "D3/{day}/2026\nT{sign}{at}.50\nPShop {at}\nMInvoice {at}\nLFood:Groceries\n^\n"
    return _file("!Type:Bank\n", row, rows)


def _xlsx(rows: int) -> bytes:
    head = '<worksheet><sheetData><row><c t="str"><v>Date</v></c><c t="str"><v>Payee</v></c>'
    head += '<c t="str"><v>Purpose</v></c><c t="str"><v>Amount</v></c></row>'
    row = (
        '<row><c t="str"><v>2026-03-{day}</v></c><c t="str"><v>Shop {at}</v></c>'
        '<c t="str"><v>Invoice {at}</v></c><c><v>{sign}{at}.5</v></c></row>'
    )
    parts = {
        "xl/workbook.xml": b'<workbook xmlns:r="r"><sheet name="A" r:id="a"/></workbook>',
        "xl/_rels/workbook.xml.rels": (
            b'<Relationships><Relationship Id="a" Type="x/worksheet" Target="sheet.xml"/>'
            b"</Relationships>"
        ),
        "xl/sheet.xml": _file(head, row, rows, "</sheetData></worksheet>"),
    }
    file = BytesIO()
    with ZipFile(file, "w", ZIP_DEFLATED) as archive:
        for name, part in parts.items():
            archive.writestr(name, part)
    return file.getvalue()


def _camt(rows: int) -> bytes:
    head = (
        '<Document xmlns="urn:iso:std:iso:20022:tech:xsd:camt.053.001.02"><BkToCstmrStmt><Stmt>'
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
    return _file(head, row, rows, "</Stmt></BkToCstmrStmt></Document>")


def _mt940(rows: int) -> bytes:
    row = (
        ":61:2603{day}03{day}{mark}{at},50NTRFNONREF//{at}\n"
        ":86:166?00TRANSFER?109310?20EREF+E{at}?21SVWZ+Invoice {at} of Ma?22rch?30COBADEFF"
        "?31DE02120300000000202051?32Shop {at}?34000\n"
    )
    return _file(":20:A\n:25:77\n:28C:1/1\n:60F:C260301EUR0,\n", row, rows, ":62F:C260331EUR0,\n")


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
    "ofx": _ofx,
    "qif": _qif,
    "camt": _camt,
    "mt940": _mt940,
    "coda": _coda,
    "norma43": _norma43,
}
