"""The sections of a QIF file: whose register comes next, what is only listed, what is left out."""

from collections import Counter
from dataclasses import dataclass, field

from fintrack.ledger.accounts import AccountKind
from fintrack.statements.qif.records import Record
from fintrack.statements.qif.register import Draft, draft_of
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
    """The transactions of one account, None where the file names none."""

    account: str | None
    kind: AccountKind | None
    drafts: list[Draft] = field(default_factory=list)


@dataclass(slots=True)
class Registers:
    """What was read so far: registers by account and kind, kinds of categories by name.

    `investments` are counted by account, `left_out` by section.
    """

    found: dict[tuple[str | None, AccountKind | None], Register] = field(default_factory=dict)
    categories: dict[str, str | None] = field(default_factory=dict)
    investments: Counter[str | None] = field(default_factory=Counter)
    left_out: Counter[str] = field(default_factory=Counter)
    account: str | None = None
    block: int = -1
    endless: int = 0

    def take(self, record: Record) -> None:
        """Put the record where its section says."""
        section = record.section
        if section in _REGISTERS:
            self._take_transaction(record, _REGISTERS[section])
        elif section in _INVESTMENTS:
            self.investments[self.account] += 1
        elif section == "account":
            self._take_account(record)
        elif section == "type:cat":
            self._take_category(record)
        elif section.startswith("type:") and section not in _LISTS:
            self.left_out[section.removeprefix("type:")] += 1
        self.endless += not record.is_ended

    def _take_transaction(self, record: Record, kind: AccountKind | None) -> None:
        draft = draft_of(record)
        if record.section or draft.date or draft.amounts:
            key = (self.account, None if self.account else kind)
            register = self.found.setdefault(key, Register(self.account, kind))
            register.drafts.append(draft)

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
