"""What clients are told of how a file was read: the guess, how sure it is, what it leaves open."""

from dataclasses import asdict
from typing import Annotated, Any

from pydantic import Field

from fintrack.api.fields import Told
from fintrack.statements.corrections import reading_of
from fintrack.statements.mapping import DateOrder, DecimalMark, Role
from fintrack.statements.previews import Preview


class Reading(Told):
    """How a table is read, each part open to correction; null is found from the file."""

    encoding: str | None
    delimiter: str | None
    sheet: str | None
    header_row: Annotated[int | None, Field(description="Its line, 0 without a header.")]
    first_row: int | None
    last_row: int | None
    roles: Annotated[list[Role], Field(description="One for each column.")]
    date_order: DateOrder | None
    decimal_mark: DecimalMark | None
    decimal_marks: Annotated[
        list[DecimalMark | None], Field(description="Of columns that have another one.")
    ]
    inverted: Annotated[bool, Field(description="Whether purchases are positive.")]
    money_in: list[str]
    money_out: list[str]
    currency: str | None
    account: str | None


class Sure(Told):
    """How sure each part of a guess is, in percent."""

    encoding: int
    delimiter: int
    header: int
    date_order: int
    decimal_mark: int
    columns: int


class Column(Told):
    """A column with its first values, and how sure its role is, in percent."""

    name: str
    role: Role
    values: list[str]
    certainty: int | None


class Guess(Told):
    """How sure the reading is, and what it was guessed from."""

    remembered: Annotated[bool, Field(description="Whether it was confirmed once before.")]
    certainty: Sure
    columns: list[Column]


def asked_told(preview: Preview) -> dict[str, Any]:
    """Return what a file leaves open, and how it is read so far."""
    questions = [
        {
            "field": each.field,
            "question": each.sentence,
            "choices": [{"value": one.value, "label": one.label} for one in each.choices],
        }
        for each in preview.questions
    ]
    reading, guess = reading_told(preview), guess_told(preview)
    return {
        "questions": questions,
        "reading": reading and reading.model_dump(mode="json"),
        "guess": guess and guess.model_dump(mode="json"),
    }


def reading_told(preview: Preview) -> Reading | None:
    """Return how a table was read, None where a file can be read in one way only."""
    if preview.mapping is None:
        return None
    return Reading(**reading_of(preview.mapping))  # type: ignore[arg-type]  # by the same fields


def guess_told(preview: Preview) -> Guess | None:
    """Return how sure that is, None where a file can be read in one way only."""
    if preview.mapping is None:
        return None
    columns = [
        Column(name=each.name, role=each.role, values=list(each.values), certainty=each.certainty)
        for each in preview.columns
    ]
    return Guess(
        remembered=preview.is_remembered,
        certainty=Sure(**asdict(preview.certainty)),
        columns=columns,
    )
