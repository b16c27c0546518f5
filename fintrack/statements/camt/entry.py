"""One entry of a CAMT file: a movement, whose details are who and what for."""

import re
from collections.abc import Sequence
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
_REFERENCES = (
    "/RmtInf/Strd/CdtrRefInf/Ref",
    "/RmtInf/Strd/CdtrRefInf/CdtrRef",
    "/RmtInf/Strd/AddtlRmtInf",
)
_PARTS = ("/Amt", "/AmtDtls/TxAmt/Amt")
_AMOUNT = re.compile(r"\+?(\d{1,20}(?:\.\d{0,20})?|\.\d{1,20})", re.ASCII)
_CURRENCY = re.compile("[A-Z]{3}")


def is_booked(node: Node) -> bool:
    """Say whether an entry is final, as one without a status is."""
    return node.text("/Sts", "/Sts/Cd", "/Sts/Prtry").upper() not in _NOT_BOOKED


def entry(node: Node, details: Sequence[Node]) -> Entry | Rejected:
    """Return the movement of a `Ntry` with these `TxDtls`.

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
    parties = _CREDITOR if (direction == "DBIT") is not is_reversal else _DEBTOR
    lines = _lines(node, details, amount, parties)
    payee = _common([_given(each.text(*parties)) for each in details])
    said = [_purpose(each) if payee else _said(each, parties) for each in details]
    reference = _given(node.text("/AcctSvcrRef"))
    if not reference and len(details) == 1:
        reference = _given(details[0].text("/Refs/AcctSvcrRef"))
    return Entry(
        line=node.line,
        booked_on=day,
        valued_on=valued_on,
        amount=amount,
        payee=payee,
        text=_text(node, details, () if lines else said),
        reference=reference or None,
        raw=node.raw,
        lines=lines,
    )


def lacks_parts(found: Entry, details: Sequence[Node]) -> bool:
    """Say whether payments with amounts did not become the lines of their entry."""
    amounts = (amount_of(each, path) for each in details for path in _PARTS)
    return len(details) > 1 and not found.lines and any(each is not None for each in amounts)


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


def _common(said: Sequence[str]) -> str:
    """What all details of an entry agree on."""
    return said[0] if said and said.count(said[0]) == len(said) else ""


def _text(node: Node, details: Sequence[Node], said: Sequence[str]) -> str:
    """What the movement was for; what payments say that are not its lines stands here."""
    common = _common([_purpose(each) for each in details])
    own = clean(node.text("/AddtlNtryInf"))
    return common or "; ".join(dict.fromkeys(filter(None, [own, *said])))


def _lines(
    node: Node, details: Sequence[Node], amount: Decimal, parties: Sequence[str]
) -> tuple[SplitLine, ...]:
    """A batch is one movement, split by its payments where these add up to it."""
    if not 1 < len(details) <= MOST_DETAILS:
        return ()
    direction, currency = node.text("/CdtDbtInd"), currency_of(node, "/Amt")
    lines = []
    for each in details:
        path = next((path for path in _PARTS if currency_of(each, path) == currency), _PARTS[0])
        part = _signed(amount_of(each, path), each.text("/CdtDbtInd") or direction)
        if part is None or currency_of(each, path) not in {None, currency}:
            return ()
        lines.append(SplitLine(None, part, _said(each, parties)))
    return tuple(lines) if sum(each.amount for each in lines) == amount else ()


def _said(detail: Node, parties: Sequence[str]) -> str:
    return " · ".join(filter(None, (_given(detail.text(*parties)), _purpose(detail))))


def _given(text: str) -> str:
    return "" if text in _NOT_GIVEN else clean(text)


def _purpose(node: Node) -> str:
    """The free text; else what structured references say, which repeat the free text."""
    free = node.all_texts("/RmtInf/Ustrd")
    if free:
        return clean("".join(part if len(part) >= _FULL_LINE else f"{part} " for part in free))
    said = [text for path in _REFERENCES for text in node.all_texts(path)]
    return clean(" ".join(said)) or clean(node.text("/AddtlTxInf"))


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
