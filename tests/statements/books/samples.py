"""The books of the shared samples and what their peers say of them."""

import csv
from decimal import Decimal

from tests.samples import SAMPLES, Sample, manifest

Row = dict[str, str]
Sums = dict[tuple[str, ...], Decimal]


def sample(path: str) -> bytes:
    return (SAMPLES / path).read_bytes()


def answers(book: str, table: str) -> list[Row]:
    with (SAMPLES / "books" / book / f"{table}.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def promised(path: str) -> Sample:
    """Return what the manifest says of a file."""
    return next(row for row in manifest() if row["file"] == path)


def without_zeros(sums: Sums) -> Sums:
    return {key: each for key, each in sums.items() if each}
