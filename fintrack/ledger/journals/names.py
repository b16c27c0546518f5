"""Names of accounts and categories as plain-text programs take them: no two the same."""

import re
import unicodedata
from dataclasses import dataclass, field

from fintrack.ledger.category_paths import SEPARATOR

ROOTS = {
    "ASSET": "Assets",
    "LIABILITY": "Liabilities",
    "INCOME": "Income",
    "EXPENSE": "Expenses",
}
OPENINGS = "Equity:Opening-Balances"
TRANSFERS = "Equity:Transfers"
UNCATEGORISED = "Equity:Uncategorised"
_ODD = re.compile(r"[^A-Za-z0-9]+")


@dataclass(slots=True)
class Names:
    """Full names given so far, by the id of what they name."""

    given: dict[str, str] = field(default_factory=dict)
    taken: set[str] = field(default_factory=set)

    def give(self, identifier: str, root: str, path: str) -> str:
        """Return a name for the path of an account or category below one of the `ROOTS`."""
        parts = [_component(part) for part in path.split(SEPARATOR)]
        name = bare = ":".join([ROOTS[root], *parts])
        number = 1
        while name in self.taken:
            number += 1
            name = f"{bare}-{number}"
        self.taken.add(name)
        self.given[identifier] = name
        return name


def _component(name: str) -> str:
    """Return a part of an account's name: it begins with a capital or a figure, all in ASCII.

    Source: Beancount Language Syntax, accounts.
    """
    plain = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode()
    bare = _ODD.sub("-", plain).strip("-")
    return bare[:1].upper() + bare[1:] or "X"
