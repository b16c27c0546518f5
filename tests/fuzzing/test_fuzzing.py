"""The readers before a fuzzer: a minute in all here, a million inputs a format by the command."""

import importlib.util
import os
import re
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest

from tests.fuzzing.formats import FORMATS, found, is_read_or_refused, kept_if_it_fails, seeds
from tests.fuzzing.seeds import SEEDS

ROOT = Path(__file__).parents[2]
CASES = [(name, path) for name in FORMATS for path in found(name)]
# A sheet without anything that could be a day; an archive with another seal.
REFUSED = {"xlsx": 1, "archive": 1}


@pytest.fixture
def atheris() -> None:
    """The fuzzer; where it has no wheel the test is skipped, in CI it fails."""
    if importlib.util.find_spec("atheris") is None:
        reason = "Atheris is not installed: it has wheels for Linux on x86-64 alone."
        if os.environ.get("CI"):
            pytest.fail(reason)
        pytest.skip(reason)


@pytest.mark.parametrize("name", FORMATS)
def test_the_fuzzer_starts_from_files_that_are_read(name: str) -> None:
    refused = 0
    for seed in SEEDS[name]:
        try:
            FORMATS[name].read(FORMATS[name].packed(seed))
        except FORMATS[name].refusal:
            refused += 1
    assert refused == REFUSED.get(name, 0)


@pytest.mark.parametrize(("name", "path"), CASES, ids=[path.name for _, path in CASES])
def test_what_a_reader_once_failed_on_is_read_or_refused(name: str, path: Path) -> None:
    is_read_or_refused(name, path.read_bytes())


def test_a_reader_that_fails_is_not_taken_for_one_that_refuses_and_its_input_is_kept(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    def fail(_content: bytes) -> None:
        raise KeyError

    monkeypatch.setitem(FORMATS, "csv", replace(FORMATS["csv"], read=fail))
    content = next(seeds("csv"))
    with pytest.raises(KeyError):
        kept_if_it_fails("csv", content, tmp_path, recognised=False)
    assert [path.read_bytes() for path in tmp_path.iterdir()] == [content]


@pytest.mark.slow
@pytest.mark.usefixtures("atheris")
def test_no_input_of_a_minute_makes_a_reader_fail(tmp_path: Path) -> None:
    command = [sys.executable, "-m", "tests.fuzzing", "all", "--seconds=60", f"--kept={tmp_path}"]
    # A process that is measured twice, by the fuzzer and for coverage, would read next to nothing.
    environment = {name: value for name, value in os.environ.items() if not name.startswith("COV")}

    fuzzing = subprocess.run(
        command, cwd=ROOT, env=environment, capture_output=True, text=True, check=False
    )

    failures = {path.name: path.read_bytes() for path in tmp_path.iterdir()}
    assert (fuzzing.returncode, failures) == (0, {}), fuzzing.stderr[-4_000:]
    counts = re.findall(r"^Done (\d+) runs", fuzzing.stderr, re.MULTILINE)
    assert len([count for count in map(int, counts) if count > len(FORMATS)]) == len(FORMATS)
