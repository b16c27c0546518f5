"""How much of an account a share shows, in the words of the API."""

from enum import StrEnum

from fintrack.access.sharing import ShareLevel


class Level(StrEnum):
    """The balance alone, the rows, or the rows to change."""

    BALANCE = "balance"
    READ = "read"
    WRITE = "write"

    @property
    def share(self) -> ShareLevel:
        """Return the domain's own level."""
        return ShareLevel(self.upper())
