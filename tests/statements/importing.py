"""Short ways to import small files."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from fintrack.context import TenantContext
from fintrack.ledger.exports import export_transactions
from fintrack.ledger.filters import TransactionFilter
from fintrack.ledger.transactions import transactions
from fintrack.statements.imports import ImportReport, commit_import
from fintrack.statements.previews import Preview, preview_import

Row = tuple[str, str, str]
MARCH = (("2026-03-01", "-42.00", "Grocer"), ("2026-03-02", "1500.00", "Employer"))


def csv_file(rows: Sequence[Row] = MARCH) -> bytes:
    lines = ["Date,Amount,Payee", *(",".join(row) for row in rows)]
    return "\n".join(lines).encode()


def ofx_file(
    rows: Sequence[tuple[str, str, str, str]],
    *,
    account: str = "12345678",
    balance: str | None = None,
    currency: str = "EUR",
) -> bytes:
    movements = "".join(
        f"<STMTTRN><DTPOSTED>{day}<TRNAMT>{amount}<FITID>{reference}<NAME>{payee}</STMTTRN>"
        for day, amount, reference, payee in rows
    )
    ledger = f"<LEDGERBAL><BALAMT>{balance}<DTASOF>20260331</LEDGERBAL>" if balance else ""
    return (
        f"<OFX><BANKMSGSRSV1><STMTTRNRS><STMTRS><CURDEF>{currency}"
        f"<BANKACCTFROM><ACCTID>{account}</BANKACCTFROM>"
        f"<BANKTRANLIST>{movements}</BANKTRANLIST>{ledger}</STMTRS></STMTTRNRS></BANKMSGSRSV1></OFX>"
    ).encode()


def preview(context: TenantContext, content: bytes, **wishes: Any) -> Preview:  # noqa: ANN401
    return preview_import(context, content, "march.csv", **wishes)


def imported(context: TenantContext, content: bytes, **wishes: Any) -> ImportReport:  # noqa: ANN401
    return commit_import(context, preview(context, content, **wishes))


def held(context: TenantContext, account_id: UUID | None = None) -> list[tuple[str, int, str]]:
    """Return day, amount and payee of up to 200 transactions, newest first."""
    found = transactions(context, TransactionFilter(account_id=account_id), limit=200).frame
    days = found["booked_on"].dt.strftime("%Y-%m-%d")
    return list(zip(days, found["amount"].tolist(), found["payee"], strict=True))


def exported(context: TenantContext) -> bytes:
    return b"".join(export_transactions(context))
