"""Real bank files of the shared samples, taken all the way into the books."""

from collections import defaultdict
from decimal import Decimal

import pytest

from fintrack.access.tenants import NewTenant, create_tenant
from fintrack.context import TenantContext, TenantType
from fintrack.errors import InvalidInput
from fintrack.money import CURRENCIES, decimal_amount
from fintrack.statements.imports import ImportReport, commit_import
from fintrack.statements.mapping import answered
from fintrack.statements.previews import Preview, preview_import
from tests.samples import SAMPLES, Sample, bank_files, require_samples

pytestmark = pytest.mark.one_server

require_samples()
ROWS = bank_files()
Sums = dict[str, Decimal]
Outcome = tuple[int, int, Sums] | None


def test_every_sample_adds_what_the_manifest_says_and_nothing_when_it_comes_again(
    ana: TenantContext,
) -> None:
    found, again = {}, {}
    for sample in ROWS:
        family = _family(ana, sample)
        first = _imported(family, sample)
        found[sample["file"]] = _outcome(first)
        if first is not None:
            second = commit_import(family, _preview(family, sample))
            again[sample["file"]] = second.new, second.duplicate - first.new

    assert found == {sample["file"]: _promised(sample) for sample in ROWS}
    assert set(again.values()) == {(0, 0)}, again


def _family(ana: TenantContext, sample: Sample) -> TenantContext:
    """Return a tenant of its own, in the currency that a file without one is in."""
    currency = sample["currency"].split("|")[0] or "EUR"
    new = NewTenant(sample["file"][-40:], TenantType.FAMILY, currency, "ES")
    return create_tenant(ana.session, new)


def _imported(context: TenantContext, sample: Sample) -> ImportReport | None:
    """Return what came of the import; nothing for a file that was refused."""
    try:
        return commit_import(context, _preview(context, sample))
    except InvalidInput:
        return None


def _outcome(report: ImportReport | None) -> Outcome:
    """Return how many rows came in, how many were refused, and what moved by currency."""
    if report is None:
        return None
    sums: Sums = defaultdict(Decimal)
    for each in report.batches:
        moved = each.balance_after - each.balance_before
        sums[each.currency] += decimal_amount(moved, each.currency)
    return report.new, report.rejected, _kept(sums)


def _promised(sample: Sample) -> Outcome:
    """Return the same of the manifest; nothing for a file that is to be refused."""
    if sample["expect"] == "reject":
        return None
    _, _, errors = sample["expect"].partition("row_errors:")
    sums: Sums = defaultdict(Decimal)
    for part in filter(None, map(str.strip, sample["sum_by_account"].split(";"))):
        _, currency, total = part.rsplit(" ", 2)
        sums[currency if currency in CURRENCIES else "EUR"] += Decimal(total)
    return int(sample["transactions"]), int(errors or 0), _kept(sums)


def _kept(sums: Sums) -> Sums:
    """Leave out what did not move; two files write more decimals than their currency has."""
    return {key: round(total, 2) for key, total in sums.items() if total}


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
