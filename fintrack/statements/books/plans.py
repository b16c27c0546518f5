"""What other programs plan for each month, as budgets: one amount that holds for every month."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from fintrack.ledger.categories import CategoryKind
from fintrack.statements.books.book import BookBudget, BookCategory
from fintrack.texts import counted


@dataclass(frozen=True, slots=True)
class Planned:
    """What a month, by its first day, has for a category; None for one that spends nothing."""

    month: date
    category: BookCategory | None
    amount: Decimal

    def budget(self, currency: str) -> BookBudget | None:
        """Return the budget that it is, None if FinTrack has none like it."""
        category = self.category
        if category is None or category.kind is not CategoryKind.EXPENSE or self.amount < 0:
            return None
        return BookBudget(category, currency, self.amount)


def budgets_of(
    planned: Iterable[Planned], currency: str
) -> tuple[tuple[BookBudget, ...], tuple[str, ...]]:
    """Return the budgets of the newest month that has some, and what became of all amounts."""
    amounts = [(each.month, each.budget(currency)) for each in planned if each.amount]
    fitting = [(month, budget) for month, budget in amounts if budget]
    newest = max((month for month, _ in fitting), default=date.min)
    budgets = tuple(budget for month, budget in fitting if month == newest)
    older, unfit = len(fitting) - len(budgets), len(amounts) - len(fitting)
    return budgets, tuple(_notes(newest, len(budgets), older, unfit))


def _notes(newest: date, brought: int, older: int, unfit: int) -> Iterator[str]:
    if brought:
        said = counted(brought, "budget", "budgets")
        yield f"{said} came: what {newest:%B %Y} has, for every month."
    if older:
        said = counted(
            older, "budgeted amount of another month was", "budgeted amounts of other months were"
        )
        yield f"{said} left out: FinTrack's are the same every month."
    if unfit:
        said = counted(
            unfit,
            "budgeted amount was left out: it is",
            "budgeted amounts were left out: they are",
        )
        yield f"{said} below zero or for no category of expenses."
