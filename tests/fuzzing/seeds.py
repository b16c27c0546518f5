"""What the fuzzer starts from: a short file of every kind that a format has, written by hand."""

from collections.abc import Mapping, Sequence

from fintrack.statements.delimited.own_export import HEADER
from tests.fuzzing import archives
from tests.fuzzing.packing import (
    ACTUAL_DAMAGE,
    ACTUAL_ROWS,
    GNUCASH_DAMAGE,
    GNUCASH_ROWS,
    IN_GZIP,
    IN_ZIP,
    PART,
)
from tests.statements import camt_files, coda_files, norma43_files
from tests.statements.books.reading import table
from tests.statements.books.test_tables import FIREFLY, in_register, journal, register

_CSV = (
    "Date,Text,Amount\n2026-01-31,Shop,-1.50\n2026-02-01,Pay,2000.00\n",
    (
        "Buchung;Valuta;Empfänger;Soll;Haben;Saldo;Währung\n"
        "31.01.26;01.02.26;Laden;1,50;;8,50;EUR\n01.02.26;;Lohn;;2,00;10,50;EUR\n"
    ),
    (
        "Statement of 1 Jan\n\nDate\tType\tAmount\tFee\tStatus\n"
        "01/02/2026\tdebit\t$1.00\t0.10\tdone\n03/04/2026\tcredit\t$2.00\t\tpending\nTotal\t\t3.00\n"
    ),
    '31/01/2026,"a ""b""\nc",-1\n01/02/2026,d,"1,000"\n',
    "Konto|Datum|Belopp\nA|2026-01-31|-1 000,50 kr\nB|2026-02-01|2,5-\n",
    ",".join(HEADER) + "\n",
)
_ROW = '<row r="{}"><c r="A{}" s="1"><v>{}</v></c><c t="s"><v>{}</v></c><c><v>{}</v></c></row>'
_SHEET = (
    '<w><row><c t="s"><v>0</v></c><c t="s"><v>1</v></c><c t="s"><v>2</v></c></row>'
    + _ROW.format(2, 2, "46053", 3, "-1.5")
    + "</w>"
)
_STRINGS = "<s><si><t>Date</t></si><si><t>Text</t></si><si><t>Amount</t></si><si><t>a</t></si></s>"
_STYLES = '<s><cellXfs><xf numFmtId="0"/><xf numFmtId="14"/></cellXfs></s>'
_INLINE = (
    '<w><row><c t="inlineStr"><is><t>{}</t></is></c><c t="str"><v>{}</v></c></row>'
    '<row><c><v>{}</v></c><c t="str"><v>{}</v></c></row></w>'
)
_XLSX = (
    f"{_SHEET}\x1d{_STRINGS}\x1d{_STYLES}",
    _INLINE.format("Date", "Amount", "2026-01-31", "1,50") + f"\x1d\x1d{_STYLES}",
    _INLINE.format("1", "2", "3", "4"),
    # Cells of text are 1, numbers 0; the second digit is the style, of which 1 is a day.
    "10Date\t10Text\t10Amount\n0146053\t10Shop\t03-1.5\n0146054.5\t40#REF!\t33\n",
)
_MOVEMENT = "<STMTTRN><TRNTYPE>DEBIT<DTPOSTED>20260131<TRNAMT>-1.50<FITID>1<NAME>Shop"
_OFX = (
    (
        "OFXHEADER:100\nCHARSET:1252\n\n<OFX><STMTRS><CURDEF>EUR<BANKACCTFROM><ACCTID>1"
        f"<ACCTTYPE>SAVINGS</BANKACCTFROM><BANKTRANLIST>{_MOVEMENT}</STMTTRN></BANKTRANLIST>"
        "<LEDGERBAL><BALAMT>5<DTASOF>20260131</LEDGERBAL></STMTRS></OFX>"
    ),
    (
        f"<?xml version='1.0'?><?OFX?><OFX><CCSTMTRS>{_MOVEMENT}<CURRENCY><CURSYM>USD</CURRENCY>"
        f"<MEMO>a &amp;amp; b</STMTTRN>{_MOVEMENT}</STMTTRN></CCSTMTRS></OFX>"
    ),
    "<OFX><INVSTMTRS><INVTRANLIST><BUYSTOCK></BUYSTOCK></INVTRANLIST></INVSTMTRS></OFX>",
)
_QIF = (
    "!Type:Bank\nD31/01/2026\nT-1.50\nPShop\nLFood:Bread\nMa\nCX\n^\nD1/2'26\nT2\nL[Purse]\n^\n",
    (
        "!Option:AutoSwitch\n!Account\nNGiro\nTBank\n^\n!Type:Bank\nD1.2.26\nT3,00\n"
        "SFood\nEa\n$1,00\nS[Purse]\n$2,00\n^\n"
    ),
    (
        "!Account\nNGiro\n^\n!Type:Bank\nD31/1/26\nT3\nSFood\n$1\nS[Purse]\n$2\n^\n"
        "!Account\nNPurse\n^\n!Type:Cash\nD31/1/26\nT-2\nL[Giro]\n^\n"
    ),
    "!Type:Cat\nNFood\nE\n^\n!Type:Invst\nD1/31/26\nNBuy\nT5\n^\n",
)
_CAMT = (
    camt_files.document(f"<Ntry>{camt_files.IN}</Ntry>" + camt_files.balance("CLBD", "5")),
    camt_files.document(
        f"<Ntry>{camt_files.OUT}"
        + camt_files.batch(("2", "Ana", "a"), ("3", "Ben", "b"))
        + "</Ntry>",
        kind="054",
    ),
    f"<BkToCstmrStmt><Stmt><Ntry>{camt_files.IN}</Ntry></Stmt></BkToCstmrStmt>",
)
_MT = ":20:1\n:25:DE1/2\n:28C:1\n:60F:C260130EUR10,00\n{}:62F:C260131EUR8,50\n-"
_LINE = ":61:2601310131D1,50NTRFREF//BANK\n"
_MT940 = (
    _MT.format(_LINE + ":86:166?00Debit?20EREF+1?21SVWZ+a?32Shop\n"),
    _MT.format(_LINE + ":86:/EREF/1//NAME/Shop/REMI/a\n" + _LINE + ":86:a\nb\n"),
    "{1:F01A}{2:O942}{4:\n:20:1\n:25:1\n:28:1\n:34F:EURD0,\n:13D:2601311200+0100\n" + _LINE + "-}",
)
_CODA = (
    coda_files.file(coda_files.movement(message="a")),
    coda_files.file(coda_files.movement(structured="1", message="101" + "1" * 12), version="1"),
)
_NORMA43 = (
    norma43_files.file(norma43_files.movement()),
    norma43_files.file(norma43_files.movement(sign="1"), "2301a", "2401840" + "0" * 14),
)
_LEDGER = "2026-01-01 * Shop | milk\n    Assets:Giro  -1.00 EUR\n    Expenses:Food\n"
_BEANCOUNT = '2026-01-01 open Assets:Giro\n2026-01-01 * "a"\n  Assets:Giro  1 EUR\n  Income:X\n'
_MINT = (
    "Date,Description,Original Description,Amount,Transaction Type,Category,Account Name,Labels,"
    "Notes\n1/31/2026,Shop,SHOP,1.50,debit,Food,Giro,,\n"
)
_MONARCH = (
    "Date,Merchant,Category,Account,Original Statement,Notes,Amount,Tags\n"
    "2026-01-31,Shop,Food,Giro,SHOP,,-1.50,a\n"
)
_HLEDGER = (
    "txnidx,date,date2,status,code,description,comment,account,amount,commodity\n"
    "1,2026-01-31,,,,Shop,,Assets:Giro,-1,EUR\n1,2026-01-31,,,,Shop,,Expenses:Food,1,EUR\n"
)
_BEAN_QUERY = (
    "id,date,flag,payee,narration,account,number,currency\n"
    "a,2026-01-31,*,Shop,,Assets:Giro,-1,EUR\na,2026-01-31,*,Shop,,Expenses:Food,1,EUR\n"
)
_GNUCASH_XML = (
    "<gnc-v2 xmlns:gnc='g' xmlns:act='a' xmlns:cmdty='c' xmlns:trn='t' xmlns:split='s' "
    "xmlns:ts='d'><gnc:account><act:id>a</act:id><act:name>Giro</act:name><act:type>BANK"
    "</act:type><act:commodity><cmdty:space>CURRENCY</cmdty:space><cmdty:id>EUR</cmdty:id>"
    "</act:commodity></gnc:account><gnc:transaction><trn:currency><cmdty:space>CURRENCY"
    "</cmdty:space><cmdty:id>EUR</cmdty:id></trn:currency><trn:date-posted><ts:date>2026-01-31"
    "</ts:date></trn:date-posted><trn:splits><trn:split><split:value>1/1</split:value>"
    "<split:quantity>1/1</split:quantity><split:account>a</split:account></trn:split>"
    "</trn:splits></gnc:transaction></gnc-v2>"
)
_YNAB = register(in_register("Giro", "31/01/2026", "Shop", Outflow="€1.00"))
_FIREFLY = table(FIREFLY, journal(1, "1", "Giro", "Shop"))
_FIREFLY_ACCOUNTS = "name,type,iban,currency_code,active\nGiro,Asset account,,EUR,1\n"
_ACTUAL_ROWS = (
    "0a\tGiro\t0\t0", "1g\tUsual", "2c\tFood\t0\tg\t0", "3c\tc", "4s\tShop\t", "5s\ts",
    "61\t0\t0\ta\tc\t-150\ts\tnote\t20260131\t\t0\t0\t1\t\t0",
    "62\t1\t0\ta\t\t-150\ts\t\t20260131\t\t0\t0\t1\t\t0",
    "62/a\t0\t1\ta\tc\t-150\ts\t\t20260131\t1\t2\t0\t1\t2\t0",
)  # fmt: skip
_GNUCASH_ROWS = (
    "0e\tCURRENCY\tEUR", "1r\tRoot\tROOT\te\t\t\t0", "1a\tGiro\tBANK\te\tr\t\t0",
    "1x\tFood\tEXPENSE\te\tr\t\t0", "2t\te\t1\t2026-01-31 10:59:00\t2026-01-31\tShop",
    "3t\ta\t\tn\t-150\t100\t-150\t100", "3t\tx\tm\ty\t150\t100\t150\t100",
)  # fmt: skip


def _rows(rows: Sequence[str]) -> bytes:
    """Return the rows with each table's number as the letter that chooses it."""
    return PART.join(bytes([int(row[0])]) + b"\t" + row[1:].encode() for row in rows)


_BOOKS = (
    *(text.encode() for text in (_BEANCOUNT, _LEDGER, _MINT, _MONARCH, _HLEDGER, _BEAN_QUERY)),
    *(text.encode() for text in (_YNAB, _FIREFLY, _GNUCASH_XML)),
    IN_GZIP + _GNUCASH_XML.encode(),
    IN_ZIP + PART.join((b"Ours - Register.csv", _YNAB.encode(), b"Ours - Plan.csv", b"a,b\n1,2\n")),
    IN_ZIP + PART.join((b"t.csv", _FIREFLY.encode(), b"accounts.csv", _FIREFLY_ACCOUNTS.encode())),
    ACTUAL_ROWS + _rows(_ACTUAL_ROWS),
    GNUCASH_ROWS + _rows(_GNUCASH_ROWS),
    ACTUAL_DAMAGE + b"\x00\x13\x01",
    GNUCASH_DAMAGE + b"\x00\x13\x01",
)
SEEDS: Mapping[str, Sequence[bytes]] = {
    **{
        name: tuple(text.encode() for text in texts)
        for name, texts in {
            "csv": _CSV,
            "xlsx": _XLSX,
            "ofx": _OFX,
            "qif": _QIF,
            "camt": _CAMT,
            "mt940": _MT940,
            "coda": _CODA,
            "norma43": _NORMA43,
        }.items()
    },
    "books": _BOOKS,
    "archive": archives.SEEDS,
}
