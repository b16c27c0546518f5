"""Real bank files of the shared samples, taken all the way into the books."""

import csv
import os
from collections import defaultdict
from collections.abc import Sequence
from decimal import Decimal
from pathlib import Path

import pytest

from fintrack.context import TenantContext
from fintrack.errors import InvalidInput
from fintrack.ledger.accounts import accounts
from fintrack.money import decimal_amount
from fintrack.statements.imports import commit_import
from fintrack.statements.mapping import answered
from fintrack.statements.previews import Preview, preview_import

SAMPLES = Path(
    os.environ.get("FINTRACK_SAMPLES")
    or Path(__file__).resolve().parents[2] / ".." / "shared" / "samples",
)
MANIFEST = SAMPLES / "manifest.csv"
if not MANIFEST.exists():
    if os.environ.get("CI"):
        pytest.fail(f"The samples are missing: {SAMPLES}", pytrace=False)
    pytest.skip("The shared samples are not here.", allow_module_level=True)

Sample = dict[str, str]
with MANIFEST.open(encoding="utf-8", newline="") as manifest:
    ROWS: Sequence[Sample] = [
        row for row in csv.DictReader(manifest) if row["format"] in {"csv", "ofx"}
    ]


def test_every_sample_adds_to_its_accounts_what_the_manifest_says(ana: TenantContext) -> None:
    wrong = [sample["file"] for sample in ROWS if not _is_right(ana, sample)]

    assert wrong == []


def test_every_sample_that_is_imported_again_adds_nothing(ana: TenantContext) -> None:
    readable = [sample for sample in ROWS if sample["expect"] != "reject"]
    for sample in readable:
        commit_import(ana, _preview(ana, sample))

    again = {sample["file"]: commit_import(ana, _preview(ana, sample)).new for sample in readable}

    assert {name: new for name, new in again.items() if new} == {}


def _is_right(context: TenantContext, sample: Sample) -> bool:
    """Import the sample into accounts of its own and undo nothing: names differ by file."""
    before = _balances(context)
    if sample["expect"] == "reject":
        with pytest.raises(InvalidInput):
            _preview(context, sample)
        return _balances(context) == before
    preview = _preview(context, sample)
    report = commit_import(context, preview)
    _, _, errors = sample["expect"].partition("row_errors:")
    total = sum(
        decimal_amount(each.balance_after - each.balance_before, each.currency)
        for each in report.batches
    )
    moved = [decimal_amount(int(each), "EUR") for each in [0]]
    expected = (int(sample["transactions"]), int(errors or 0))
    exact = sum(moved, Decimal(0)) + total
    return (report.new + report.duplicate, report.rejected) == expected and abs(
        exact - Decimal(sample["sum"])
    ) < Decimal("0.01")


def _balances(context: TenantContext) -> dict[str, int]:
    found = accounts(context)
    return defaultdict(int, zip(found["id"], found["balance"], strict=True))


def _preview(context: TenantContext, sample: Sample) -> Preview:
    """Answer questions with the first choice that gives the manifest's dates."""
    content, name = (SAMPLES / sample["file"]).read_bytes(), sample["file"].split("/")[-1]
    preview = preview_import(context, content, name)
    while preview.questions:
        question = preview.questions[0]
        assert preview.mapping is not None
        answers = [
            preview_import(
                context,
                content,
                name,
                mapping=answered(preview.mapping, question.field, choice.value),
            )
            for choice in question.choices
        ]
        preview = next((each for each in answers if _has_dates(each, sample)), answers[0])
    return preview


def _has_dates(preview: Preview, sample: Sample) -> bool:
    days = sorted(
        row.entry.booked_on.isoformat()
        for statement in preview.statements
        for row in statement.plan.planned
    )
    return days[:1] + days[-1:] == [sample["first_date"], sample["last_date"]]
