"""What became of a whole book: each account as its old program had it, and as it is now."""

from dataclasses import dataclass

from fintrack.context import TenantContext


@dataclass(frozen=True, slots=True)
class AccountOutcome:
    """One account before and after, its balance in minor units of its currency."""

    name: str
    currency: str
    count_before: int
    count_after: int
    balance_before: int
    balance_after: int

    @property
    def is_equal(self) -> bool:
        """Return whether everything came."""
        before, after = self.count_before, self.count_after
        return before == after and self.balance_before == self.balance_after


@dataclass(frozen=True, slots=True)
class BookReport:
    """A book that was brought into a new tenant; `notes` say what could not come, and why.

    `content_hash` is that of the file and of the tenant alike, for an export of FinTrack's own.
    """

    context: TenantContext
    format: str
    accounts: tuple[AccountOutcome, ...]
    notes: tuple[str, ...] = ()
    content_hash: str = ""

    @property
    def is_equal(self) -> bool:
        """Return whether every account came as it was."""
        return all(each.is_equal for each in self.accounts)
