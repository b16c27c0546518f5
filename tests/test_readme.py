"""README: what it says of commands and variables is what the code reads."""

import re
from pathlib import Path

import pytest

from fintrack.__main__ import main
from fintrack.operations.checks import ROOT

README = (ROOT / "README.md").read_text(encoding="utf-8")


def test_every_variable_stands_in_the_table() -> None:
    source = (ROOT / "fintrack/config.py").read_text(encoding="utf-8")
    read = set(re.findall(r"\"(DATABASE_URL|FINTRACK_\w+)\"", source))
    assert set(re.findall(r"^\| `([A-Z_]+)` \|", README, re.MULTILINE)) == read


@pytest.mark.parametrize(
    "command", re.findall(r"^\| `python -m fintrack ([\w-]+)", README, re.MULTILINE)
)
def test_every_command_of_the_table_exists(
    command: str, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit) as ended:
        main([command, "--help"])
    assert ended.value.code == 0
    assert f"python -m fintrack {command}" in capsys.readouterr().out


def test_the_repository_names_no_workplace() -> None:
    texts = [ROOT / "README.md", ROOT / "CHANGELOG.md", *ROOT.glob("docs/*.md")]
    workplace = re.compile(r"/work/|/opt/|/tmp/")
    assert [path.name for path in texts if workplace.search(_text(path))] == []


def _text(path: Path) -> str:
    return path.read_text(encoding="utf-8")
