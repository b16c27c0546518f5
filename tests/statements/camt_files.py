"""Short ways to write small CAMT files."""

KINDS = {
    "052": ("BkToCstmrAcctRpt", "Rpt"),
    "053": ("BkToCstmrStmt", "Stmt"),
    "054": ("BkToCstmrDbtCdtNtfctn", "Ntfctn"),
}
ACCOUNT = "<Acct><Id><IBAN>DE89370400440532013000</IBAN></Id><Ccy>EUR</Ccy></Acct>"
DAY = "<BookgDt><Dt>2026-03-14</Dt></BookgDt>"
IN = f'<Amt Ccy="EUR">5</Amt><CdtDbtInd>CRDT</CdtDbtInd>{DAY}'
OUT = f'<Amt Ccy="EUR">5</Amt><CdtDbtInd>DBIT</CdtDbtInd>{DAY}'


def document(body: str, *, kind: str = "053", version: int = 2, account: str = ACCOUNT) -> str:
    message, report = KINDS[kind]
    message += "V01" if version == 1 else ""
    space = f"urn:iso:std:iso:20022:tech:xsd:camt.{kind}.001.{version:02}"
    return (
        f'<?xml version="1.0" encoding="UTF-8"?><Document xmlns="{space}"><{message}>'
        f"<GrpHdr><MsgId>1</MsgId></GrpHdr><{report}>{account}{body}</{report}>"
        f"</{message}></Document>"
    )


def details(body: str) -> str:
    return f"<NtryDtls><TxDtls>{body}</TxDtls></NtryDtls>"


def batch(*payments: tuple[str, str, str]) -> str:
    return "".join(
        f'<TxDtls><Amt Ccy="EUR">{amount}</Amt><RltdPties><Cdtr><Nm>{name}</Nm></Cdtr></RltdPties>'
        f"<RmtInf><Ustrd>{text}</Ustrd></RmtInf></TxDtls>"
        for amount, name, text in payments
    ).join(("<NtryDtls><Btch><NbOfTxs>2</NbOfTxs></Btch>", "</NtryDtls>"))


def balance(
    kind: str,
    amount: str,
    *,
    currency: str = "EUR",
    direction: str = "CRDT",
    day: str = "2026-03-31",
) -> str:
    return (
        f"<Bal><Tp><CdOrPrtry><Cd>{kind}</Cd></CdOrPrtry></Tp>"
        f'<Amt Ccy="{currency}">{amount}</Amt><CdtDbtInd>{direction}</CdtDbtInd>'
        f"<Dt><Dt>{day}</Dt></Dt></Bal>"
    )
