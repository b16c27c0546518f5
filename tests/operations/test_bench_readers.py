"""The benchmark of readers reads every row of every format, and says what others read of it."""

import json
import sys
from pathlib import Path

import pytest

from fintrack.__main__ import main
from fintrack.operations import bench_readers
from fintrack.operations.bench_readers import FILES, ReaderFigures, as_markdown
from fintrack.operations.peers.readers import LIBRARIES, PeerFigures, peer_figures
from fintrack.statements.read import read_statements


def test_every_row_of_every_format_is_read(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(bench_readers, "ROWS", 40)

    assert main(["bench", "readers", "--json"]) == 0

    figures = json.loads(capsys.readouterr().out)
    assert [each["format"] for each in figures] == list(LIBRARIES)
    assert {(each["rows"], each["peer"]) for each in figures} == {(40, None)}


def test_what_is_too_slow_is_said_in_the_table() -> None:
    written = as_markdown([ReaderFigures("a", 50_000, 10**6, s) for s in (1.0, 2.01)])

    assert "| a | 50,000 | 1.0 | 1.00 | yes |" in written
    assert "| a | 50,000 | 1.0 | 2.01 | NO |" in written


def test_each_file_is_of_the_format_that_it_is_called() -> None:
    found = {name: read_statements(write(3)).format for name, write in FILES.items()}
    assert found == {name: name.split(" ")[0] for name in FILES}


def test_a_library_that_this_python_has_reads_the_same_bytes() -> None:
    found = peer_figures(sys.executable, "csv", FILES["csv"](40))
    assert found.name.startswith("pandas ")
    assert (found.rows, found.said) == (40, "")


def test_a_library_that_it_lacks_is_not_installed() -> None:
    assert peer_figures(sys.executable, "qif", b"") == PeerFigures("quiffen", said="not installed")


def test_a_library_that_computes_for_longer_than_three_minutes_is_ended(tmp_path: Path) -> None:
    slow = tmp_path / "python"
    slow.write_text("#!/bin/sh\nkill -XCPU $$\n")
    slow.chmod(0o700)
    assert peer_figures(str(slow), "csv", b"").said == "longer than 180"


def test_what_a_library_reads_stands_beside_ours() -> None:
    peers = PeerFigures("other 1", 49_999, 3.5), PeerFigures("another", said="not installed")
    written = as_markdown([ReaderFigures("a", 50_000, 10**6, 1.0, each) for each in peers])
    assert "| 1.00 | yes | other 1 | 49,999 | 3.50 |" in written
    assert "| 1.00 | yes | another |  | not installed |" in written
