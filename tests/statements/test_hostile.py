"""Files of every text format that were cut, blown up or filled with junk: one sentence each."""

import tracemalloc
from io import BytesIO
from random import Random
from zipfile import ZipFile

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fintrack.errors import InvalidInput
from fintrack.operations.bench_readers import FILES
from fintrack.statements.read import read_statements
from fintrack.statements.statement import StatementError

WHOLE = {name: write(20) for name, write in FILES.items() if name != "xlsx"}
TEXT_FORMATS = pytest.mark.parametrize("name", WHOLE)
LONG = b"x" * 10_000_000
JUNK = Random(1).randbytes(5_000)  # noqa: S311 - the junk must be the same in every run


@TEXT_FORMATS
def test_each_of_these_files_is_read_while_it_is_whole(name: str) -> None:
    (found,) = read_statements(WHOLE[name]).statements
    assert (len(found.entries), found.rejected) == (20, ())


@TEXT_FORMATS
def test_a_file_with_a_nul_byte_is_refused(name: str) -> None:
    refused(_with_middle(WHOLE[name], b"\x00"), "not text")


@TEXT_FORMATS
def test_a_file_that_turns_into_binary_junk_is_refused(name: str) -> None:
    refused(WHOLE[name][: len(WHOLE[name]) // 2] + JUNK, "not text")
    refused(WHOLE[name][:60] + JUNK, "not text")


@pytest.mark.parametrize("name", sorted(WHOLE.keys() - {"csv", "mt942"}))
def test_a_file_that_breaks_off_is_refused(name: str) -> None:
    refused(WHOLE[name][: len(WHOLE[name]) // 2], "in the middle|breaks off")


def test_a_table_that_breaks_off_in_a_row_keeps_the_row_as_rejected() -> None:
    """Nothing ends a table, or MT942, so what is missing cannot be told, but half a row can."""
    (found,) = read_statements(WHOLE["csv"][: -len("19.50;EUR\n")]).statements
    assert (len(found.entries), len(found.rejected)) == (19, 1)


@pytest.mark.parametrize("name", ["csv", "qif", "mt940", "coda", "norma43"])
def test_a_line_of_10_mb_is_refused(name: str) -> None:
    refused(_with_middle(WHOLE[name], LONG), "too long")


@pytest.mark.parametrize("name", ["ofx 1", "ofx 2", "camt.053"])
def test_a_value_of_10_mb_is_cut_and_not_kept(name: str) -> None:
    """Markup may stand on one line, however long; what nobody reads of it is no use."""
    content = WHOLE[name].replace(b"Invoice 3", b"Invoice 3" + LONG)
    (found,) = read_statements(content).statements
    assert len(found.entries) == len(WHOLE[name].split(b"Invoice")) - 1
    assert max(len(entry.raw) for entry in found.entries) <= 2_000


@pytest.mark.parametrize("name", ["camt.053", "mt940", "coda", "norma43"])
def test_reading_takes_no_more_memory_than_what_it_returns(name: str) -> None:
    """What a bank wrote in records streams."""
    few, many = (_passing_memory(FILES[name](rows)) for rows in (1_000, 4_000))
    assert many - few < 500_000


@pytest.mark.parametrize("name", ["csv", "ofx 1", "qif", "xlsx"])
def test_what_is_decided_as_a_whole_is_kept_as_text(name: str) -> None:
    """Beyond what it returns, at most 2.5 bytes stay for each byte of the file, unpacked."""
    few, many = (FILES[name](rows) for rows in (1_000, 4_000))
    grown = _passing_memory(many) - _passing_memory(few)
    assert grown < 2.5 * (_unpacked(many) - _unpacked(few))


def test_deciding_about_a_table_of_numbers_takes_at_most_nine_times_its_bytes() -> None:
    few, many = (_open(rows) for rows in (2_000, 10_000))
    assert read_statements(many).questions
    assert _passing_memory(many) - _passing_memory(few) < 9 * (len(many) - len(few))


@given(st.sampled_from(list(WHOLE)), st.data())
def test_a_damaged_file_is_read_or_refused(name: str, data: st.DataObject) -> None:
    content = bytearray(WHOLE[name][:600])
    for _ in range(data.draw(st.integers(1, 5))):
        at = data.draw(st.integers(0, len(content)))
        content[at : at + data.draw(st.integers(0, 9))] = data.draw(st.binary(max_size=9))
    try:
        read_statements(bytes(content))
    except InvalidInput as refusal:
        assert str(refusal).endswith(".")  # noqa: PT017 - a refusal is as good as an answer


def refused(content: bytes, words: str) -> None:
    with pytest.raises(StatementError, match=words) as refusal:
        read_statements(content)
    assert str(refusal.value).count(".") == 1


def _with_middle(content: bytes, inserted: bytes) -> bytes:
    half = len(content) // 2
    return content[:half] + inserted + content[half:]


def _passing_memory(content: bytes) -> int:
    """Return how many bytes were in use while the file was read, beyond what is kept."""
    read_statements(content)
    tracemalloc.start()
    found = read_statements(content)
    kept, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert found.statements or found.questions
    return peak - kept


def _unpacked(content: bytes) -> int:
    if not content.startswith(b"PK"):
        return len(content)
    with ZipFile(BytesIO(content)) as archive:
        return sum(part.file_size for part in archive.infolist())


def _open(rows: int) -> bytes:
    """A table whose dates are the same in two orders as far as they can be read."""
    written = "".join(f"0{at % 9 + 1}/03/2026;Shop {at};{at}.50;{at}.00\n" for at in range(rows))
    return f"Date;Payee;Amount;Balance\n{written}".encode()
