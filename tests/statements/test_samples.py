"""Real bank files of the shared samples give what their manifest says."""

from decimal import Decimal
from random import Random

import pytest

from fintrack.errors import InvalidInput
from fintrack.statements.mapping import answered
from fintrack.statements.read import read_statements
from fintrack.statements.statement import Entry, StatementFile
from tests.samples import SAMPLES, Sample, bank_files, require_samples

require_samples()
ROWS = bank_files()
EACH = pytest.mark.parametrize("sample", ROWS, ids=[row["file"] for row in ROWS])


@EACH
def test_a_sample_gives_what_its_manifest_says(sample: Sample) -> None:
    content = (SAMPLES / sample["file"]).read_bytes()
    if sample["expect"] == "reject":
        with pytest.raises(InvalidInput):
            read_statements(content)
        return

    found = read_as_the_manifest(content, sample)

    entries = all_entries(found)
    days = sorted(entry.booked_on.isoformat() for entry in entries)
    assert len(entries) == int(sample["transactions"])
    assert sum(entry.amount for entry in entries) == Decimal(sample["sum"])
    assert (days or [""])[0] == sample["first_date"]
    assert (days or [""])[-1] == sample["last_date"]


@EACH
def test_a_sample_rejects_as_many_rows_as_its_manifest_says(sample: Sample) -> None:
    content = (SAMPLES / sample["file"]).read_bytes()
    _, _, expected = sample["expect"].partition("row_errors:")

    found = read_as_the_manifest(content, sample)

    rejected = [each for statement in found.statements for each in statement.rejected]
    assert len(rejected) == int(expected or 0)
    assert all(each.line > 0 and each.reason.endswith(".") for each in rejected)


@EACH
def test_a_sample_is_parted_by_account_and_currency(sample: Sample) -> None:
    content = (SAMPLES / sample["file"]).read_bytes()

    found = read_as_the_manifest(content, sample)

    sums = {
        (statement.account or "-", sum((e.amount for e in statement.entries), Decimal(0)))
        for statement in found.statements
        if statement.entries
    }
    expected = [part.strip().rsplit(" ", 2) for part in sample["sum_by_account"].split(";")]
    assert sums == {(name, Decimal(total)) for name, _, total in filter(len_three, expected)}


@EACH
def test_a_sample_never_names_a_wrong_currency(sample: Sample) -> None:
    """A file without a currency leaves it open; the account that it goes to decides."""
    content = (SAMPLES / sample["file"]).read_bytes()

    found = read_as_the_manifest(content, sample)

    named = {statement.currency for statement in found.statements if statement.currency}
    assert named <= set(sample["currency"].split("|"))


def test_most_samples_are_read_without_a_question() -> None:
    contents = [(SAMPLES / row["file"]).read_bytes() for row in ROWS if row["expect"] != "reject"]

    asked = [each for each in map(read_statements, contents) if each.questions]

    assert len(asked) <= len(contents) // 10
    assert {q.field for each in asked for q in each.questions} <= {"date_order"}


@EACH
def test_a_damaged_sample_is_read_or_refused_but_never_fails(sample: Sample) -> None:
    content = bytearray((SAMPLES / sample["file"]).read_bytes())
    chance = Random(sample["file"])  # noqa: S311 - the damage must be the same in every run
    for _ in range(10):
        damaged = bytearray(content)
        for _ in range(chance.randrange(1, 30)):
            at = chance.randrange(len(damaged))
            damaged[at : at + chance.randrange(3)] = chance.randbytes(chance.randrange(3))
        cut = damaged[: chance.randrange(len(damaged))]
        for broken in (damaged, cut):
            is_read_or_refused(bytes(broken))


def read_as_the_manifest(content: bytes, sample: Sample) -> StatementFile:
    """Answer questions with the first choice that gives the manifest's dates."""
    found = read_statements(content)
    while found.questions:
        question, mapping = found.questions[0], found.mapping
        assert mapping is not None
        answers = [
            read_statements(content, mapping=answered(mapping, question.field, choice.value))
            for choice in question.choices
        ]
        found = next((each for each in answers if has_dates(each, sample)), answers[0])
    return found


def has_dates(found: StatementFile, sample: Sample) -> bool:
    days = sorted(entry.booked_on.isoformat() for entry in all_entries(found))
    return days[:1] + days[-1:] == [sample["first_date"], sample["last_date"]]


def all_entries(found: StatementFile) -> list[Entry]:
    return [entry for statement in found.statements for entry in statement.entries]


def len_three(parts: list[str]) -> bool:
    return len(parts) == 3


def is_read_or_refused(content: bytes) -> None:
    try:
        read_statements(content)
    except InvalidInput as refusal:
        assert str(refusal).endswith(".")  # noqa: PT017 - a refusal is as good as an answer
