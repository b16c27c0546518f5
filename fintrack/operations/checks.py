"""What must hold before a change is pushed; CI runs the same, without counting lines."""

import subprocess
import sys
import time
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TextIO

ROOT = Path(__file__).parents[2]
Command = tuple[str, ...]
CHECKS: Mapping[str, Command] = {
    "style": ("-m", "ruff", "check", "."),
    "format": ("-m", "ruff", "format", "--check", "."),
    "types": ("-m", "mypy"),
    "floors": ("-c", "from importlinter.cli import lint_imports_command as run; run()"),
    "tests": ("-m", "pytest", "--cov", "--cov-report=term:skip-covered"),
}


@dataclass(frozen=True, slots=True)
class Outcome:
    """How one check ended."""

    name: str
    passed: bool
    seconds: int


def run_checks(checks: Mapping[str, Command], output: TextIO) -> list[Outcome]:
    """Run each check to its end, also after one failed; what they print goes to `output`."""
    return [_run(name, command, output) for name, command in checks.items()]


def _run(name: str, command: Command, output: TextIO) -> Outcome:
    output.write(f"\n== {name}\n")
    output.flush()
    start = time.monotonic()
    ended = subprocess.run([sys.executable, *command], cwd=ROOT, check=False, stdout=output)
    return Outcome(name, ended.returncode == 0, round(time.monotonic() - start))
