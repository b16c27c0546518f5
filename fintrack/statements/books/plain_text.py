"""What the journals of beancount, ledger and hledger share: amounts that follow from others.

Of a security only its cost is kept, in an account of its own; a commodity without a cost or price
in money, such as hours of vacation, cannot be kept.
"""

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from decimal import Decimal
from functools import lru_cache

from fintrack.money import CURRENCIES, exponent
from fintrack.statements.books.double_entry import JournalEntry, JournalPosting, Place, Root
from fintrack.statements.delimited.words import SYMBOLS
from fintrack.statements.statement import StatementError
from fintrack.texts import counted, listed

_ROOTS = {
    **dict.fromkeys(("asset", "assets"), Root.ASSET),
    **dict.fromkeys(("liability", "liabilities", "debt", "debts"), Root.LIABILITY),
    **dict.fromkeys(("income", "incomes", "revenue", "revenues"), Root.INCOME),
    **dict.fromkeys(("expense", "expenses"), Root.EXPENSE),
    **dict.fromkeys(("equity",), Root.EQUITY),
}
# Signs of several currencies: the hint's where it is one of these, else the first.
_SHARED = {
    "$": "USD CAD AUD NZD SGD HKD MXN ARS CLP COP TWD".split(),
    "¥": ["JPY", "CNY"],
    "kr": "SEK NOK DKK ISK".split(),
}
_TWO, _DEEPEST = 2, 100
Balance = Mapping[str, Decimal]


@dataclass(frozen=True, slots=True)
class Amount:
    """A number of a commodity."""

    number: Decimal
    commodity: str


@dataclass(frozen=True, slots=True)
class RawPosting:
    """A posting as written; `each` is cost or price of one unit, `whole` of all of them.

    `is_free` marks a virtual posting that need not balance. `claim` is what the account holds then,
    as written, behind the sign that asserts it.
    """

    account: str
    units: Amount | None
    line: int
    each: Amount | None = None
    whole: Amount | None = None
    memo: str = ""
    is_free: bool = False
    claim: str = ""

    @property
    def weight(self) -> Amount:
        """Return what the posting weighs in the balance of its entry."""
        if self.units is None:
            raise StatementError(f"Line {self.line}: an amount is missing.")
        if self.each is not None:
            return Amount(self.units.number * self.each.number, self.each.commodity)
        if self.whole is not None:
            sign = -1 if self.units.number < 0 else 1
            return Amount(sign * abs(self.whole.number), self.whole.commodity)
        return self.units


Rounding = Callable[[Amount, Iterable[RawPosting]], Amount]


@dataclass(slots=True)
class Commodities:
    """What commodities mean, and what was met on the way that cannot be kept.

    `currency` is the member's own, which decides between the currencies of one sign. `names` are
    those that a book gives its accounts beside the plain ones, `roots` what it says they are.
    `uneven` are the lines of entries that do not add up. `declared` are the accounts that a book
    says it has, `used` those of its entries.
    """

    currency: str | None
    unkept: Counter[str] = field(default_factory=Counter)
    signs: set[str] = field(default_factory=set)
    is_assumed: bool = False
    unknown_roots: set[str] = field(default_factory=set)
    names: dict[str, tuple[str, ...]] = field(default_factory=dict)
    roots: dict[str, Root] = field(default_factory=dict)
    uneven: list[int] = field(default_factory=list)
    declared: list[str] = field(default_factory=list)
    used: set[str] = field(default_factory=set)

    def notes(self) -> Iterator[str]:
        """Yield what a member should know of it, a sentence each."""
        if self.is_assumed:
            yield f"Amounts without a commodity are no currency's; {self.currency} was taken."
        for sign in sorted(self.signs):
            yield f"{sign} was read as {self.currency_of(sign)}."
        for commodity, count in sorted(self.unkept.items()):
            which = f"in {commodity}" if commodity else "without a currency"
            said = counted(count, f"posting {which} was", f"postings {which} were")
            if commodity:
                yield f"{said} left out: it is no currency and had no cost in one."
            else:
                yield f"{said} left out; choose the book's currency."
        if self.uneven:
            count = len(self.uneven)
            entries = counted(count, "entry does", "entries do")
            lacks = "it lacks" if count == 1 else "they lack"
            yield (
                f"{entries} not add up, the first in line {self.uneven[0]}; "
                f"what {lacks} has no category."
            )
        if self.unknown_roots:
            count = len(self.unknown_roots)
            called = counted(count, "account is", "accounts are")
            came = "It came as an account" if count == 1 else "They came as accounts"
            yield (
                f"{called} called neither assets, liabilities, income, expenses nor equity. "
                f"{came}, and what moved between accounts as transfers."
            )
        kinds = ((each, self._rooted(each)[0].root) for each in self.declared)
        yield from unused((each for each, root in kinds if root is not Root.EQUITY), self.used)

    def entries(self, entry: JournalEntry, raw: Sequence[RawPosting]) -> Iterator[JournalEntry]:
        """Yield the entry with its postings, and each virtual posting as an entry of its own."""
        whole = self._converted([each for each in raw if not each.is_free])
        yield replace(entry, postings=list(self._postings(whole)))
        for each in raw:
            if each.is_free:
                yield replace(entry, postings=list(self._postings([each])))

    def _postings(self, raw: Iterable[RawPosting]) -> Iterator[JournalPosting]:
        for each in raw:
            if (posting := self._posting(each)) is not None:
                yield posting

    def _posting(self, raw: RawPosting) -> JournalPosting | None:
        units, weight = raw.units or raw.weight, raw.weight
        place = self._place(raw.account)
        if currency := self.currency_of(units.commodity):
            return JournalPosting(place, units.number, currency, raw.memo)
        if currency := self.currency_of(weight.commodity):
            return JournalPosting(place, weight.number, currency, raw.memo, units.commodity)
        self.unkept[units.commodity] += 1
        return None

    def currency_of(self, commodity: str) -> str | None:
        """Return the currency that a commodity is, None for anything else."""
        if commodity in CURRENCIES:
            return commodity
        if not commodity:
            self.is_assumed = self.is_assumed or self.currency is not None
            return self.currency
        if shared := _SHARED.get(commodity):
            self.signs.add(commodity)
            return self.currency if self.currency in shared else shared[0]
        return SYMBOLS.get(commodity.casefold())

    def _converted(self, raw: Sequence[RawPosting]) -> Sequence[RawPosting]:
        """Give a security its price where an entry exchanges it for money without saying one."""
        sums = {commodity: number for commodity, number in _balance(raw).items() if number}
        money = [commodity for commodity in sums if self.currency_of(commodity)]
        others = [commodity for commodity in sums if commodity not in money]
        if not self._is_even(sums):
            self.uneven.append(raw[0].line)
        if len(money) != 1 or len(others) != 1:
            return raw
        (paid,), (security,) = money, others
        price = Amount(-sums[paid] / sums[security], paid)
        return [
            replace(each, each=price)
            if each.units and each.weight == each.units and each.units.commodity == security
            else each
            for each in raw
        ]

    def _is_even(self, sums: Balance) -> bool:
        """Say whether no money is left over: at most half a unit, or one exchange."""
        left = {
            commodity: number
            for commodity, number in sums.items()
            if (code := self.currency_of(commodity)) is None
            or number.copy_abs() > Decimal((0, (5,), -exponent(code) - 1))
        }
        is_exchange = len(left) == _TWO and min(left.values()) < 0 < max(left.values())
        return is_exchange or not any(map(self.currency_of, left))

    def _place(self, account: str) -> Place:
        self.used.add(account.strip("()"))
        place, is_known = self._rooted(account)
        if not is_known:
            self.unknown_roots.add(account)
        return replace(place, path=self.names[account]) if account in self.names else place

    def _rooted(self, account: str) -> tuple[Place, bool]:
        """Return the account's place, and whether its names or the book say what it is."""
        known = (self.roots[each] for each in above(account) if each in self.roots)
        place, is_known = _place(account)
        if self.roots and (said := next(known, None)):
            return replace(place, root=said, path=_below(account)), True
        return place, is_known


def above(account: str) -> Iterator[str]:
    """Yield an account and all above it, the nearest first.

    Raises:
        StatementError: it is nested as no book is.
    """
    if account.count(":") >= _DEEPEST:
        raise StatementError(
            f"An account is nested too deep: keep it to {_DEEPEST} levels at most."
        )
    parts = account.split(":")
    for length in range(len(parts), 0, -1):
        yield ":".join(parts[:length])


def unused(declared: Iterable[str], used: Iterable[str]) -> Iterator[str]:
    """Yield a sentence that names the accounts which, like all below them, are in no entry."""
    needed = {each for account in used for each in above(account)}
    left = [each for each in dict.fromkeys(declared) if each and each not in needed]
    if left:
        said = counted(len(left), "account is", "accounts are")
        yield f"{said} in no entry and did not come: {listed(left)}."


def _below(account: str) -> tuple[str, ...]:
    first, *rest = account.split(":")
    return tuple(rest) or (first,)


@lru_cache(maxsize=65_536)
def _place(account: str) -> tuple[Place, bool]:
    names = tuple(account.split(":"))
    root = _ROOTS.get(names[0].casefold())
    if root is None:
        return Place(Root.ASSET, names), False
    return Place(root, _below(account)), True


def completed(raw: Sequence[RawPosting], rounded: Rounding | None = None) -> list[RawPosting]:
    """Return the postings; the one without an amount gets what the others lack of each commodity.

    `rounded` returns that as it is filled in beside the others.

    Raises:
        StatementError: more than one amount is missing, so that none can be told.
    """
    said = [each for each in raw if each.units is not None]
    missing = [each for each in raw if each.units is None]
    if len(missing) > 1:
        raise StatementError(f"Line {missing[1].line}: only one amount of an entry may be missing.")
    balance = _balance([each for each in said if not each.is_free])
    lacking = [Amount(-number, commodity) for commodity, number in balance.items() if number]
    if rounded is not None:
        lacking = [rounded(each, said) for each in lacking]
    return said + [replace(each, units=units) for each in missing for units in lacking]


def _balance(raw: Sequence[RawPosting]) -> Balance:
    sums: dict[str, Decimal] = defaultdict(Decimal)
    for each in raw:
        sums[each.weight.commodity] += each.weight.number
    return sums
