"""The rows of a bank file, taken by FinTrack and by Actual."""

import json
import sys
from collections.abc import Iterator, Mapping, Sequence
from datetime import date, timedelta
from pathlib import Path
from statistics import median
from time import perf_counter, process_time

from fintrack.context import TenantContext
from fintrack.db import tenant_transaction
from fintrack.ledger.accounts import AccountKind, NewAccount, create_account
from fintrack.money import decimal_text
from fintrack.operations.bench_pairs import SPENT, Pair, answering, backend_cpu
from fintrack.operations.peers.actual import Times, actual_times
from fintrack.statements.imports import commit_import
from fintrack.statements.previews import preview_import

# Rows of a file, and how often both take it; Actual matches what is there already if asked to.
ADDED = {2_000: 3, 10_000: 2, 100_000: 1}
MATCHED = {2_000: 3}
# How many times less FinTrack may need of the largest file.
BOUND = 100
OLDEST = date(2019, 1, 1)

Row = tuple[date, int, str, str]


def imports_beside_actual(tenants: Mapping[int, TenantContext], folder: Path) -> Iterator[Pair]:
    """Measure files of growing size in the largest tenant; the folder holds them for Actual."""
    context = tenants[max(tenants)]
    _take(context, _rows(min(ADDED)))
    for function, files in (("importTransactions", MATCHED), ("addTransactions", ADDED)):
        for rows, turns in files.items():
            _say(f"importing {rows:,} rows, here and by {function} of Actual")
            ours, theirs = _times(context, folder, rows, function, turns)
            least = BOUND if rows == max(ADDED) else None
            yield from _pairs(rows, f"Actual's `{function}`", ours, theirs, least)


def _times(
    context: TenantContext, folder: Path, rows: int, function: str, turns: int
) -> tuple[Times, Times]:
    """Return the medians of both; they take turns."""
    written, file = _rows(rows), folder / "rows.json"
    file.write_text(json.dumps([_as_actual_has_it(row) for row in written]))
    both = [(_take(context, written), actual_times(file, function)) for _ in range(turns)]
    ours, theirs = map(_median, zip(*both, strict=True))
    return ours, theirs


def _pairs(
    rows: int, baseline: str, ours: Times, theirs: Times, least: float | None
) -> Iterator[Pair]:
    what = f"import of {rows:,} rows"
    yield Pair(what, baseline, ours.waited, theirs.waited, least=least)
    yield Pair(what, baseline, ours.spent, theirs.spent, least=least, measured=SPENT)


def _take(context: TenantContext, rows: list[Row]) -> Times:
    """Import the rows as a bank file into a new account."""
    name = f"Measured at {perf_counter()}"
    account_id = create_account(context, NewAccount(name, AccountKind.CHECKING, "EUR", OLDEST))
    cells = ((day, decimal_text(cents, "EUR"), *texts) for day, cents, *texts in rows)
    lines = (",".join(map(str, each)) for each in cells)
    content = "\n".join(("Date,Amount,Payee,Description", *lines)).encode()
    with tenant_transaction(context) as inside:
        backend = answering(inside)
    started, used = perf_counter(), process_time() + backend_cpu(backend) / 1000
    preview = preview_import(context, content, "bench.csv", account_id=account_id)
    commit_import(context, preview)
    spent = process_time() + backend_cpu(backend) / 1000 - used
    return Times((perf_counter() - started) * 1000, spent * 1000)


def _median(times: Sequence[Times]) -> Times:
    return Times(median(each.waited for each in times), median(each.spent for each in times))


def _as_actual_has_it(row: Row) -> dict[str, str | int]:
    day, cents, payee, description = row
    return {
        "date": day.isoformat(),
        "amount": cents,
        "payee_name": payee,
        "notes": description,
        "imported_id": description,
    }


def _rows(rows: int) -> list[Row]:
    return [
        (
            OLDEST + timedelta(row * 1500 // rows),
            -(row % 9000 + 100),
            f"Payee {row % 40}",
            f"Reference {row}",
        )
        for row in range(rows)
    ]


def _say(what: str) -> None:
    sys.stderr.write(f"{what}\n")
