"""The benchmark of readers reads every row of every format."""

import json

import pytest

from fintrack.__main__ import main
from fintrack.operations import bench_readers
from fintrack.operations.bench_readers import ReaderFigures, as_markdown


def test_every_row_of_every_format_is_read(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(bench_readers, "ROWS", 40)

    assert main(["bench", "readers", "--json"]) == 0

    figures = json.loads(capsys.readouterr().out)
    assert [each["format"] for each in figures] == [
        "csv", "xlsx", "ofx", "qif", "camt.053", "mt940", "coda", "norma43",
    ]  # fmt: skip
    assert {each["rows"] for each in figures} == {40}


def test_what_is_too_slow_is_said_in_the_table() -> None:
    written = as_markdown([ReaderFigures("a", 50_000, 10**6, s) for s in (1.0, 2.01)])

    assert "| a | 50,000 | 1.0 | 1.00 | yes |" in written
    assert "| a | 50,000 | 1.0 | 2.01 | NO |" in written
