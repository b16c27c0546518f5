"""A preview with what a member decided of its rows, for one file and for several together."""

import pytest

from fintrack.context import TenantContext
from fintrack.ledger.accounts import accounts
from fintrack.statements.decided_previews import as_decided, decided_together
from fintrack.statements.decisions import Decision
from fintrack.statements.drops import Together, together
from fintrack.statements.imports import commit_import
from fintrack.statements.previews import Preview
from tests.statements.importing import imported, preview
from tests.statements.test_imports_together import statement

STATED = statement(
    "0.00", "1480.00", ("2026-04-02", "1500.00", "Employer"), ("2026-04-10", "-20.00", "Grocer")
)
LATER = statement("1480.00", "1475.00", ("2026-05-02", "-5.00", "Kiosk"), month="2026-05")


def ordinal_of(found: Preview, payee: str) -> int:
    rows = found.statements[0].rows
    return int(rows.loc[rows["payee"] == payee, "ordinal"].item())


def figures(group: Together) -> tuple[int, int, int, list[int | None]]:
    return (
        group.new,
        group.duplicate,
        group.balance_after,
        [each.statement.difference for each in group.parts],
    )


def test_a_new_row_that_is_left_out_is_missing_from_all_that_comes_later(
    ana: TenantContext,
) -> None:
    files = [preview(ana, STATED), preview(ana, LATER)]
    (group,) = together(files)
    assert figures(group) == (3, 0, 147500, [0, 0])

    skipped = {files[0].import_id: {ordinal_of(files[0], "Grocer"): Decision.SKIP}}
    shown = decided_together(group, skipped)

    assert figures(shown) == (2, 0, 149500, [2000, 2000])
    assert [each.statement.opening_difference for each in shown.parts] == [0, 2000]
    late = {files[1].import_id: {ordinal_of(files[1], "Kiosk"): Decision.SKIP}}
    assert figures(decided_together(group, late)) == (2, 0, 148000, [0, 500])


def test_a_known_row_that_is_taken_again_is_one_more(ana: TenantContext) -> None:
    imported(ana, STATED)
    found = preview(ana, STATED)
    (group,) = together([found])
    assert figures(group) == (0, 2, 148000, [0])

    again = {ordinal_of(found, "Grocer"): Decision.INCLUDE}

    assert figures(decided_together(group, {found.import_id: again})) == (1, 1, 146000, [-2000])
    (alone,) = as_decided(found, again).statements
    assert (alone.new, alone.duplicate, alone.balance_after, alone.difference) == (
        1, 1, 146000, -2000,
    )  # fmt: skip


@pytest.mark.parametrize("decision", [Decision.LINK, Decision.APART])
def test_what_is_decided_of_a_transfer_moves_no_balance(
    ana: TenantContext, decision: Decision
) -> None:
    found = preview(ana, STATED)
    (group,) = together([found])
    said = {found.import_id: {ordinal_of(found, "Grocer"): decision}}
    assert figures(decided_together(group, said)) == figures(group)


EARLIER = statement(
    "20.00", "0.00", ("2026-03-02", "-15.00", "Baker"), ("2026-03-03", "-5.00", "Kiosk"),
    month="2026-03",
)  # fmt: skip


def test_a_row_of_earlier_days_that_is_left_out_moves_no_balance(ana: TenantContext) -> None:
    imported(ana, STATED)
    found = preview(ana, EARLIER)
    skipped = {ordinal_of(found, "Baker"): Decision.SKIP}

    (alone,) = as_decided(found, skipped).statements
    shown = decided_together(together([found])[0], {found.import_id: skipped})

    assert alone.balance_after == shown.balance_after == 148000
    assert alone.difference == shown.parts[0].statement.difference == 0
    assert alone.opening_difference == -1500
    assert [each.split(",")[0] for each in alone.notes] == ["Rows before 2 Apr 2026 come to -5.00"]
    assert commit_import(ana, found, skipped).batches[0].balance_after == 148000
    assert accounts(ana)["balance"].tolist() == [148000]
