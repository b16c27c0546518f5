"""The books of the shared samples and what their peers say of them."""

import csv
import os
from decimal import Decimal
from pathlib import Path

import pytest

SAMPLES = Path(
    os.environ.get("FINTRACK_SAMPLES")
    or Path(__file__).resolve().parents[3] / ".." / "shared" / "samples",
)
Row = dict[str, str]
Sums = dict[tuple[str, ...], Decimal]


def require_samples() -> None:
    """Skip the module where the samples are missing; in CI they must not be."""
    if (SAMPLES / "manifest.csv").exists():
        return
    if os.environ.get("CI"):
        pytest.fail(f"The samples are missing: {SAMPLES}", pytrace=False)
    pytest.skip("The shared samples are not here.", allow_module_level=True)


def sample(path: str) -> bytes:
    return (SAMPLES / path).read_bytes()


def answers(book: str, table: str) -> list[Row]:
    with (SAMPLES / "books" / book / f"{table}.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def manifest(path: str) -> Row:
    with (SAMPLES / "manifest.csv").open(encoding="utf-8", newline="") as file:
        return next(row for row in csv.DictReader(file) if row["file"] == path)


def without_zeros(sums: Sums) -> Sums:
    return {key: each for key, each in sums.items() if each}
