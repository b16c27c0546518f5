"""An account as OFX 2: what most programs import.

Texts keep their length, since readers take longer ones than the standard's 32 letters.

Source: OFX 2.2, sections 11.4 (statements) and 3.2.8 (dates).
"""

from collections.abc import Iterator
from datetime import UTC, datetime
from decimal import Decimal
from xml.sax.saxutils import escape

from fintrack.ledger.accounts import AccountKind, AccountRecord
from fintrack.ledger.entries import Entry
from fintrack.money import decimal_amount

_HEADER = (
    '<?xml version="1.0" encoding="UTF-8" standalone="no"?>',
    '<?OFX OFXHEADER="200" VERSION="220" SECURITY="NONE" OLDFILEUID="NONE" NEWFILEUID="NONE"?>',
)
_WELL = "<STATUS><CODE>0</CODE><SEVERITY>INFO</SEVERITY></STATUS>"
_TYPES = {AccountKind.SAVINGS: "SAVINGS", AccountKind.LOAN: "CREDITLINE"}


def ofx_lines(account: AccountRecord, entries: Iterator[Entry]) -> Iterator[str]:
    """Yield the lines of the file; its closing balance is what the entries add up to."""
    is_card = account.kind is AccountKind.CREDIT_CARD
    messages, answer, statement = (
        ("CREDITCARDMSGSRSV1", "CCSTMTTRNRS", "CCSTMTRS")
        if is_card
        else ("BANKMSGSRSV1", "STMTTRNRS", "STMTRS")
    )
    now = datetime.now(UTC)
    until = max(account.opened_on, account.last_booked_on or account.opened_on)
    yield from _HEADER
    yield f"<OFX><SIGNONMSGSRSV1><SONRS>{_WELL}<DTSERVER>{now:%Y%m%d%H%M%S}</DTSERVER>"
    yield "<LANGUAGE>ENG</LANGUAGE></SONRS></SIGNONMSGSRSV1>"
    yield f"<{messages}><{answer}><TRNUID>0</TRNUID>{_WELL}<{statement}>"
    yield f"<CURDEF>{account.currency}</CURDEF>{_place(account, is_card=is_card)}"
    yield f"<BANKTRANLIST><DTSTART>{account.opened_on:%Y%m%d}</DTSTART>"
    yield f"<DTEND>{until:%Y%m%d}</DTEND>"
    balance = decimal_amount(account.opening_balance, account.currency)
    for entry in entries:
        balance += entry.amount
        yield _movement(entry)
    yield "</BANKTRANLIST>"
    yield f"<LEDGERBAL><BALAMT>{balance:f}</BALAMT><DTASOF>{until:%Y%m%d}</DTASOF></LEDGERBAL>"
    yield f"</{statement}></{answer}></{messages}></OFX>"


def _place(account: AccountRecord, *, is_card: bool) -> str:
    number = f"<ACCTID>{escape(account.number or account.name)}</ACCTID>"
    if is_card:
        return f"<CCACCTFROM>{number}</CCACCTFROM>"
    kind = f"<ACCTTYPE>{_TYPES.get(account.kind, 'CHECKING')}</ACCTTYPE>"
    return f"<BANKACCTFROM><BANKID>0</BANKID>{number}{kind}</BANKACCTFROM>"


def _movement(entry: Entry) -> str:
    kind = "XFER" if entry.transfer_id else "DEBIT" if entry.amount < Decimal() else "CREDIT"
    parts = {
        "TRNTYPE": kind,
        "DTPOSTED": entry.booked_on.replace("-", ""),
        "DTAVAIL": entry.valued_on.replace("-", ""),
        "TRNAMT": f"{entry.amount:f}",
        "FITID": entry.id,
        "NAME": escape(entry.payee),
        "MEMO": escape(entry.description),
    }
    inside = "".join(f"<{tag}>{value}</{tag}>" for tag, value in parts.items() if value)
    return f"<STMTTRN>{inside}</STMTTRN>"
