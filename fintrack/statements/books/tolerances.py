"""How far sums of a beancount file may be off, and so how it rounds what it fills in.

Source: Beancount, Precision & Tolerances.
"""

import re
from collections.abc import Iterable, Iterator
from contextlib import suppress
from dataclasses import dataclass, field, replace
from decimal import Decimal, InvalidOperation

from fintrack.statements.books.plain_text import Amount, RawPosting

_ANY = "*"
_OPTION = re.compile(r"(?:(?P<currency>.*):)?\s*(?P<figure>\d{0,20}\.?\d{1,20})\s*")
_TRUE = frozenset({"1", "true", "yes", "on"})
# What is longer was not written by hand, and rounds nothing.
_MOST_FIGURES = 4
_MULTIPLIERS = frozenset({"tolerance_multiplier", "inferred_tolerance_multiplier"})


@dataclass(slots=True)
class Tolerances:
    """What the options of a file say of them; `usual` ones are by currency, `*` for all others."""

    multiplier: Decimal = Decimal("0.5")
    usual: dict[str, Decimal] = field(default_factory=dict)
    is_precise: bool = False
    by_cost: bool = False

    def take(self, option: str, value: str) -> None:
        """Obey an option, if it is one of tolerances."""
        if option == "use_precise_interpolation":
            self.is_precise = value.casefold() in _TRUE
        elif option == "infer_tolerance_from_cost":
            self.by_cost = value.casefold() in _TRUE
        elif found := _OPTION.fullmatch(value):
            if option == "inferred_tolerance_default" and found["currency"]:
                self.usual[found["currency"]] = Decimal(found["figure"])
            elif option in _MULTIPLIERS:
                self.multiplier = Decimal(found["figure"])

    def rounded(self, amount: Amount, beside: Iterable[RawPosting]) -> Amount:
        """Return an amount that is filled in with as many decimals as those beside it allow."""
        found = [*self._written(amount.commodity, beside)]
        if amount.commodity in self.usual:
            found.append(self.usual[amount.commodity])
        tolerance = (min if self.is_precise else max)(found, default=self.usual.get(_ANY))
        step = (2 * tolerance).normalize() if tolerance else Decimal()
        if not step or len(step.as_tuple().digits) > _MOST_FIGURES:
            return amount
        with suppress(InvalidOperation):
            return replace(amount, number=amount.number.quantize(step))
        return amount

    def of_balance(self, amount: Amount) -> Decimal:
        """Return by how much a stated balance may be off: by default a unit of its last decimal."""
        return sum(map(self._unit, _decimals(amount)), Decimal()) * 2

    def notes(self) -> Iterator[str]:
        """Yield what is not read as beancount would read it."""
        if self.by_cost:
            yield (
                "The option infer_tolerance_from_cost is not followed: "
                "what beancount would fill in may differ by some cents."
            )

    def _written(self, commodity: str, beside: Iterable[RawPosting]) -> Iterator[Decimal]:
        for each in beside:
            if each.units and each.units.commodity == commodity:
                yield from map(self._unit, _decimals(each.units))

    def _unit(self, decimals: int) -> Decimal:
        return self.multiplier * Decimal(1).scaleb(decimals)


def _decimals(amount: Amount) -> Iterator[int]:
    exponent = amount.number.as_tuple().exponent
    if isinstance(exponent, int) and exponent < 0:
        yield exponent
