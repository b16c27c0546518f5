"""The sections of a QIF file: whose register comes next, what is only listed, what is left out."""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field

from fintrack.ledger.accounts import AccountKind
from fintrack.statements.qif.entries import Habits, entry_of
from fintrack.statements.qif.records import Record, records
from fintrack.statements.qif.register import Draft, draft_of
from fintrack.statements.statement import Entry, Rejected
from fintrack.statements.text import clean

_REGISTERS = {
    "": None,
    "type:bank": AccountKind.CHECKING,
    "type:cash": AccountKind.CASH,
    "type:ccard": AccountKind.CREDIT_CARD,
    "type:oth a": AccountKind.OTHER,
    "type:oth l": AccountKind.LOAN,
    "type:oth": AccountKind.OTHER,
}
_INVESTMENTS = frozenset({"type:invst", "type:port", "type:401(k)/403(b)"})
_LISTS = frozenset(
    """
    type:cat type:class type:tag type:memorized type:security type:prices type:price type:budget
    type:template
    """.split()
)


@dataclass(slots=True)
class Register:
    """The rows of one account, None where the file names none.

    `unequal` counts the splits whose parts do not add up.
    """

    account: str | None
    kind: AccountKind | None
    entries: list[Entry] = field(default_factory=list)
    rejected: list[Rejected] = field(default_factory=list)
    unequal: int = 0

    def take(self, draft: Draft, habits: Habits) -> None:
        """Add the transaction to the rows."""
        row = entry_of(draft, habits)
        if isinstance(row, Rejected):
            self.rejected.append(row)
        else:
            self.entries.append(row)
            self.unequal += len(draft.parts) > 1 and not row.lines


@dataclass(slots=True)
class Registers:
    """What was met so far: registers by account and kind, kinds of categories by name.

    `investments` are counted by account, `left_out` by section.
    """

    found: dict[tuple[str | None, AccountKind | None], Register] = field(default_factory=dict)
    categories: dict[str, str | None] = field(default_factory=dict)
    investments: Counter[str | None] = field(default_factory=Counter)
    left_out: Counter[str] = field(default_factory=Counter)
    account: str | None = None
    block: int = -1
    endless: int = 0

    def transactions(self, text: str) -> Iterator[tuple[Register, Draft]]:
        """Yield every transaction of the file beside its register, and note what else is there."""
        for record in records(text):
            if found := self._met(record):
                yield found

    def _met(self, record: Record) -> tuple[Register, Draft] | None:
        self.endless += not record.is_ended
        section = record.section
        if section in _REGISTERS:
            return self._transaction(record, _REGISTERS[section])
        if section in _INVESTMENTS:
            self.investments[self.account] += 1
        elif section == "account":
            self._take_account(record)
        elif section == "type:cat":
            self._take_category(record)
        elif section.startswith("type:") and section not in _LISTS:
            self.left_out[section.removeprefix("type:")] += 1
        return None

    def _transaction(
        self, record: Record, kind: AccountKind | None
    ) -> tuple[Register, Draft] | None:
        draft = draft_of(record)
        if not (record.section or draft.date or draft.amounts):
            return None
        key = (self.account, None if self.account else kind)
        return self.found.setdefault(key, Register(self.account, kind)), draft

    def _take_account(self, record: Record) -> None:
        """A block with one account names the next register; several are but a list."""
        name = _value(record, "N") or None
        self.account = name if record.block != self.block else None
        self.block = record.block

    def _take_category(self, record: Record) -> None:
        codes = {line[0].upper() for line in record.lines}
        kind = "INCOME" if "I" in codes else "EXPENSE" if "E" in codes else None
        self.categories[_value(record, "N").casefold()] = kind


def _value(record: Record, code: str) -> str:
    return next((clean(line[1:]) for line in record.lines if line[0].upper() == code), "")
