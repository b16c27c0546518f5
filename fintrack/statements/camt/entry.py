"""One entry of a CAMT file: a movement, whose details are who and what for."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from fintrack.statements.camt.nodes import Node
from fintrack.statements.statement import Entry, Rejected, SplitLine
from fintrack.statements.text import clean

MOST_DETAILS = 1_000
_NOT_BOOKED = frozenset({"PDNG", "INFO", "FUTR", "PENDING"})
_NOT_GIVEN = frozenset({"", "NOTPROVIDED", "NONREF"})
_FULL_LINE = 140
_CREDITOR, _DEBTOR = (
    tuple(
        f"/RltdPties/{party}{name}"
        for party in (role, f"Ultmt{role}")
        for name in ("/Nm", "/Pty/Nm", "/Agt/FinInstnId/Nm")
    )
    for role in ("Cdtr", "Dbtr")
)
_AMOUNT = re.compile(r"\+?(\d{1,20}(?:\.\d{0,20})?|\.\d{1,20})", re.ASCII)
_CURRENCY = re.compile("[A-Z]{3}")


@dataclass(frozen=True, slots=True)
class Detail:
    """One payment of an entry, in the currency that it names."""

    amount: Decimal | None
    currency: str | None
    direction: str
    creditor: str
    debtor: str
    text: str
    reference: str

    def payee(self, *, is_outflow: bool) -> str:
        """Return the other side: whom it was paid to, or who paid."""
        return self.creditor if is_outflow else self.debtor


def detail(node: Node) -> Detail:
    """Return what a `TxDtls` says."""
    path = "/Amt" if "/Amt" in node.texts else "/AmtDtls/TxAmt/Amt"
    return Detail(
        amount_of(node, path),
        currency_of(node, path),
        node.text("/CdtDbtInd"),
        _given(node.text(*_CREDITOR)),
        _given(node.text(*_DEBTOR)),
        _remittance(node) or clean(node.text("/AddtlTxInf")),
        _given(node.text("/Refs/AcctSvcrRef")),
    )


def is_booked(node: Node) -> bool:
    """Say whether an entry is final, as one without a status is."""
    return node.text("/Sts", "/Sts/Cd", "/Sts/Prtry").upper() not in _NOT_BOOKED


def entry(node: Node, details: Sequence[Detail]) -> Entry | Rejected:
    """Return the movement of a `Ntry`.

    The direction that it names holds for reversals too; only the parties stand as they first did.

    Source: ISO 20022, ReportEntry, CreditDebitIndicator and ReversalIndicator.
    """
    direction = node.text("/CdtDbtInd")
    booked_on, valued_on = day_of(node, "/BookgDt"), day_of(node, "/ValDt")
    day, amount = booked_on or valued_on, signed_amount(node)
    if day is None:
        return Rejected(node.line, node.raw, _why_no_day(node))
    if amount is None:
        return Rejected(node.line, node.raw, _why_no_amount(node))
    is_reversal = node.text("/RvslInd") in {"true", "1"}
    payee, text = _about(details, is_outflow=(direction == "DBIT") is not is_reversal)
    reference = _given(node.text("/AcctSvcrRef"))
    if not reference and len(details) == 1:
        reference = details[0].reference
    return Entry(
        line=node.line,
        booked_on=day,
        valued_on=valued_on,
        amount=amount,
        payee=payee,
        text=text or clean(node.text("/AddtlNtryInf")),
        reference=reference or None,
        raw=node.raw,
        lines=_lines(node, details, amount),
    )


def day_of(node: Node, path: str) -> date | None:
    """Return the day as the bank wrote it, in its own time zone."""
    written = node.text(f"{path}/Dt", f"{path}/DtTm")
    if not written[4:5] == written[7:8] == "-":
        return None
    try:
        return date.fromisoformat(written[:10])
    except ValueError:
        return None


def amount_of(node: Node, path: str) -> Decimal | None:
    """Return the amount, which never has a sign of its own."""
    written = node.text(path)
    match = _AMOUNT.fullmatch(written) if written else None
    return Decimal(match[1]) if match else None


def signed_amount(node: Node) -> Decimal | None:
    """Return the amount as the account's owner sees it; None where the direction is unknown."""
    return _signed(amount_of(node, "/Amt"), node.text("/CdtDbtInd"))


def currency_of(node: Node, path: str) -> str | None:
    """Return the currency that an amount names."""
    code = node.text(f"{path}@Ccy").upper()
    return code if _CURRENCY.fullmatch(code) else None


def _signed(amount: Decimal | None, direction: str) -> Decimal | None:
    if amount is None or direction not in {"CRDT", "DBIT"}:
        return None
    return -amount if direction == "DBIT" else amount


def _about(details: Sequence[Detail], *, is_outflow: bool) -> tuple[str, str]:
    """Payee and text, as far as all details of an entry agree on them."""
    if len(details) == 1:
        return details[0].payee(is_outflow=is_outflow), details[0].text
    payees = {each.payee(is_outflow=is_outflow) for each in details}
    texts = {each.text for each in details}
    return payees.pop() if len(payees) == 1 else "", texts.pop() if len(texts) == 1 else ""


def _lines(node: Node, details: Sequence[Detail], amount: Decimal) -> tuple[SplitLine, ...]:
    """A batch is one movement, split by its payments where these add up to it."""
    if not 1 < len(details) <= MOST_DETAILS:
        return ()
    direction, currency = node.text("/CdtDbtInd"), currency_of(node, "/Amt")
    lines = []
    for each in details:
        part = _signed(each.amount, each.direction or direction)
        if part is None or each.currency not in {None, currency}:
            return ()
        said = (each.payee(is_outflow=direction == "DBIT"), each.text)
        lines.append(SplitLine(None, part, " · ".join(filter(None, said))))
    return tuple(lines) if sum(each.amount for each in lines) == amount else ()


def _given(text: str) -> str:
    return "" if text in _NOT_GIVEN else clean(text)


def _remittance(node: Node) -> str:
    """The free text; else what structured references say, which repeat the free text."""
    free = node.all_texts("/RmtInf/Ustrd")
    if free:
        return clean("".join(part if len(part) >= _FULL_LINE else f"{part} " for part in free))
    references = ("/CdtrRefInf/Ref", "/CdtrRefInf/CdtrRef", "/AddtlRmtInf")
    said = [text for each in references for text in node.all_texts(f"/RmtInf/Strd{each}")]
    return clean(" ".join(said))


def _why_no_day(node: Node) -> str:
    said = node.text("/BookgDt/Dt", "/BookgDt/DtTm", "/ValDt/Dt", "/ValDt/DtTm")
    return f"{said[:40]!r} is not a date." if said else "The row has no date."


def _why_no_amount(node: Node) -> str:
    said, direction = node.text("/Amt"), node.text("/CdtDbtInd")
    if not said:
        return "The row has no amount."
    if amount_of(node, "/Amt") is None:
        return f"{said[:40]!r} is not an amount."
    return f"{direction[:40]!r} is neither a credit nor a debit."
