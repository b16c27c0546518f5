"""The shared samples: files of banks and whole books, and a manifest of what they hold."""

import csv
import os
from pathlib import Path

import pytest

SAMPLES = Path(
    os.environ.get("FINTRACK_SAMPLES")
    or Path(__file__).resolve().parents[1] / ".." / "shared" / "samples",
)
FORMATS = frozenset("csv ofx qif xlsx camt.052 camt.053 camt.054 coda mt940 mt942 n43".split())
Sample = dict[str, str]


def require_samples() -> None:
    """Skip the module where the samples are missing; in CI they must not be."""
    if (SAMPLES / "manifest.csv").exists():
        return
    if os.environ.get("CI"):
        pytest.fail(f"The samples are missing: {SAMPLES}", pytrace=False)
    pytest.skip("The shared samples are not here.", allow_module_level=True)


def manifest() -> list[Sample]:
    with (SAMPLES / "manifest.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def bank_files() -> list[Sample]:
    """Return what the manifest says of the files that are no whole books."""
    return [row for row in manifest() if row["format"] in FORMATS]
