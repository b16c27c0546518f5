"""Events in words: every kind of event can be looked for."""

import re
from pathlib import Path

from fintrack.ui.activity import KINDS

ROOT = Path(__file__).parents[2]
# An action is given to the audit, or to a function of the database, right where it is written.
ACTION = re.compile(
    r"(?:record|keep_changes|record_event|record_operation)\([^;]*?[\"']([a-z_]+)\.[a-z_]+[\"']"
)


def test_every_kind_of_event_can_be_looked_for() -> None:
    files = [*(ROOT / "fintrack").rglob("*.py"), *(ROOT / "migrations").rglob("*.sql")]
    nouns = {noun for file in files for noun in ACTION.findall(file.read_text(encoding="utf-8"))}
    assert nouns >= {"account", "book", "member", "tenant", "token", "webhook"}
    assert nouns - set(KINDS) == set()
