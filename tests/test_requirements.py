"""Requirements: pinned to the last package, and installable on every Python we name."""

import os
import re
import subprocess
import sys
from importlib.metadata import distribution
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
FILES = ("requirements.txt", "requirements-dev.txt")
PIN = re.compile(r"[A-Za-z0-9_.-]+==[A-Za-z0-9_.+!-]+( ; .+)?")


def lines(name: str) -> list[str]:
    """Return what the file asks pip for, without comments."""
    written = (ROOT / name).read_text(encoding="utf-8").splitlines()
    return [line for line in written if line and not line.lstrip().startswith("#")]


def names(lines: list[str]) -> set[str]:
    """Return the packages of such lines, written as the index writes them."""
    return {re.split(r"[=\[; ]", line)[0].lower().replace("_", "-") for line in lines}


@pytest.mark.parametrize("name", FILES)
def test_every_requirement_is_pinned(name: str) -> None:
    assert [line for line in lines(name) if not PIN.fullmatch(line)] == []


@pytest.mark.parametrize("name", FILES)
def test_no_requirement_names_a_place(name: str) -> None:
    text = (ROOT / name).read_text(encoding="utf-8")
    assert re.findall(r"--(?:extra-)?index-url|--find-links|--trusted-host|://|file:", text) == []


def test_every_direct_requirement_is_pinned() -> None:
    assert names(lines("requirements.in")) <= names(lines("requirements.txt"))


def test_development_runs_on_the_application_s_pins() -> None:
    assert set(lines("requirements.txt")) <= set(lines("requirements-dev.txt"))


def is_of_one_python(line: str) -> bool:
    """Return whether the wheel that is installed here runs on no other Python."""
    wheel = distribution(re.split(r"[=\[; ]", line)[0]).read_text("WHEEL") or ""
    return any("-abi3-" not in tag for tag in re.findall(r"^Tag: (cp.*)", wheel, re.MULTILINE))


@pytest.mark.network
@pytest.mark.skipif("CI" not in os.environ, reason="downloads 300 MB; CI does")
def test_every_pin_has_a_wheel_for_the_newest_python(tmp_path: Path) -> None:
    download = [sys.executable, "-m", "pip", "download", "--quiet", "--only-binary=:all:"]
    # What is not compiled for one Python is the same file on every later one.
    compiled = [line for line in lines("requirements-dev.txt") if is_of_one_python(line)]
    assert any(line.startswith("numpy==") for line in compiled)
    asked = ["--python-version", "3.13", "--no-deps", "--dest", str(tmp_path)]
    subprocess.run([*download, *asked, *compiled], check=True)
