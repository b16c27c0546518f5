"""What the rows prove about the columns: signed or not, which fee counts, whose sign is turned."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from itertools import repeat

from fintrack.statements.delimited.balances import proven_steps
from fintrack.statements.delimited.content import figures
from fintrack.statements.delimited.header_words import CARD_WORDS, MERCHANT_WORDS, normalised
from fintrack.statements.delimited.layout import Columns
from fintrack.statements.delimited.numbers import parse_figure
from fintrack.statements.delimited.profile import direction
from fintrack.statements.mapping import DecimalMark, Role

_THANKS = (
    *("thank you", "payment received", "autopay", "direct debit payment", "merci"),
    *("besten dank", "vielen dank", "zahlung erhalten", "paiement recu", "paiement reçu"),
    *("betaling ontvangen", "pago recibido", "pagamento recebido", "pagamento ricevuto"),
)
_PURCHASES = frozenset(
    "purchase purchases achat achats compra compras acquisto acquisti aankoop einkauf".split()
)
_MOST_KINDS = 12
_PRODUCTS = frozenset({"product", "produit"})
_SHORTEST_ID = 6
# Copilot's export.
_PURCHASES_POSITIVE = frozenset({"excluded", "parent category", "account mask"})
# Lunch Money's export; its API can be asked for either sign.
_PURCHASES_MOSTLY = frozenset({"original name", "account name", "recurring id", "payee"})
# Revolut states the fee beside the amount and takes both from the balance.
_FEES_APART = frozenset({"product", "started date", "completed date", "fee", "state"})


@dataclass(frozen=True, slots=True)
class Evidence:
    """All cells of the data rows by column, and the mark that each column is written with."""

    names: Sequence[str]
    columns: Columns
    marks: Sequence[DecimalMark]
    _read: dict[int, list[Decimal | None]] = field(default_factory=dict)

    def values(self, column: int) -> list[Decimal | None]:
        """Return the column's figures, None where a cell is none; they are read once."""
        if column not in self._read:
            self._read[column] = figures(self.columns[column], self.marks[column])
        return self._read[column]


def settled_roles(roles: Sequence[Role], evidence: Evidence) -> list[Role]:
    """Return the roles without those that the rows contradict."""
    found = list(roles)
    _choose_sides(found)
    _choose_account(found, evidence)
    _choose_journal(found, evidence)
    _choose_amount(found, evidence)
    _choose_direction(found, evidence)
    _choose_fee(found, evidence)
    _choose_reference(found, evidence)
    return found


def has_purchases_positive(roles: Sequence[Role], evidence: Evidence) -> bool:
    """Say whether a card statement writes purchases without a sign.

    Copilot always does, Lunch Money where most amounts are positive. Else everything is positive
    where only merchants of a card are named, or the thanks for a payment stand beside negative
    amounts and most others are positive, or what is called a purchase is positive and something
    else is not.
    """
    others = (Role.DIRECTION, Role.DEBIT, Role.CREDIT, Role.BALANCE)
    if Role.AMOUNT not in roles or any(role in roles for role in others):
        return False
    at = roles.index(Role.AMOUNT)
    if marked_direction(evidence.columns[at], evidence.marks[at]):
        return False
    values = evidence.values(at)
    names = {normalised(name) for name in evidence.names}
    if names >= _PURCHASES_POSITIVE:
        return True
    if names >= _PURCHASES_MOSTLY:
        moved = [value > 0 for value in values if value]
        return sum(moved) * 2 > len(moved)
    words = {word for name in names for word in name.split()}
    if all(value is None or value >= 0 for value in values):
        return bool(words & CARD_WORDS) and bool(words & MERCHANT_WORDS)
    return _thanks_are_negative(roles, evidence, values) or any(
        _purchases_are_positive(column, values)
        for role, column in zip(roles, evidence.columns, strict=True)
        if role is Role.IGNORE
    )


def _purchases_are_positive(kinds: Sequence[str], values: Sequence[Decimal | None]) -> bool:
    words = {kind: not _PURCHASES.isdisjoint(normalised(kind).split()) for kind in _few(kinds)}
    if not any(words.values()):
        return False
    signs = {(words[kind], value > 0) for kind, value in zip(kinds, values, strict=True) if value}
    return {(True, True), (False, False)} <= signs and (True, False) not in signs


def _few(kinds: Sequence[str]) -> set[str]:
    """Return the different cells of a column, none where they are too many to be kinds."""
    found: set[str] = set()
    for kind in kinds:
        found.add(kind)
        if len(found) > _MOST_KINDS:
            return set()
    return found


def _thanks_are_negative(
    roles: Sequence[Role],
    evidence: Evidence,
    values: Sequence[Decimal | None],
) -> bool:
    columns = [
        evidence.columns[at] for at, role in enumerate(roles) if role in {Role.TEXT, Role.PAYEE}
    ]
    texts = zip(*columns, strict=True) if columns else repeat(())
    thanked: list[Decimal] = []
    others: list[Decimal] = []
    for cells, value in zip(texts, values, strict=False):
        text = " ".join(cells).casefold()
        if value:
            (thanked if any(words in text for words in _THANKS) else others).append(value)
    positive = sum(value > 0 for value in others)
    return bool(thanked) and max(thanked) < 0 and positive * 2 > len(others) > 1


def _choose_sides(roles: list[Role]) -> None:
    """Where both sides of a movement are named, they say account, payee and direction."""
    if Role.SOURCE in roles:
        for role in (Role.DIRECTION, Role.ACCOUNT, Role.PAYEE):
            if role in roles:
                roles[roles.index(role)] = Role.IGNORE


def _choose_account(roles: list[Role], evidence: Evidence) -> None:
    """Products that some of the movements lack are no accounts but what was bought."""
    if Role.ACCOUNT not in roles:
        return
    at = roles.index(Role.ACCOUNT)
    if at >= len(evidence.names) or normalised(evidence.names[at]) not in _PRODUCTS:
        return
    amounts = _moved(roles, evidence)
    if any(moved and not cell for cell, moved in zip(evidence.columns[at], amounts, strict=False)):
        roles[at] = Role.IGNORE


def _choose_journal(roles: list[Role], evidence: Evidence) -> None:
    """Rows are sides of journals only if each journal adds up to nothing."""
    if Role.JOURNAL not in roles:
        return
    at = roles.index(Role.JOURNAL)
    sums: dict[str, list[Decimal]] = defaultdict(list)
    if Role.AMOUNT in roles and Role.ACCOUNT in roles:
        amounts = evidence.values(roles.index(Role.AMOUNT))
        for journal, amount in zip(evidence.columns[at], amounts, strict=True):
            sums[journal].append(amount or Decimal(0))
    if not sums or any(sum(each) != 0 or len(each) == 1 for each in sums.values()):
        roles[at] = Role.IGNORE


def _choose_amount(roles: list[Role], evidence: Evidence) -> None:
    """One signed column is better than two, two are better than one without any sign.

    So is what goes out alone, where it is in every row.
    """
    if Role.AMOUNT not in roles:
        return
    pair = [roles.index(role) for role in (Role.DEBIT, Role.CREDIT) if role in roles]
    sides = [evidence.columns[at] for at in pair]
    amount = roles.index(Role.AMOUNT)
    signed = any(value is not None and value < 0 for value in evidence.values(amount))
    pair_is_full = len(pair) > 1 and all(
        out or into
        for cell, out, into in zip(evidence.columns[amount], *sides, strict=True)
        if cell
    )
    if (pair_is_full or _is_all_spent(roles, evidence)) and not signed:
        roles[amount] = Role.IGNORE
    else:
        for index in pair:
            roles[index] = Role.IGNORE


def _is_all_spent(roles: Sequence[Role], evidence: Evidence) -> bool:
    if Role.DEBIT not in roles or Role.CREDIT in roles:
        return False
    amounts = evidence.values(roles.index(Role.AMOUNT))
    spent = evidence.values(roles.index(Role.DEBIT))
    return any(spent) and all(out for out, amount in zip(spent, amounts, strict=True) if amount)


def _choose_direction(roles: list[Role], evidence: Evidence) -> None:
    """Words beside amounts that carry their sign already, or beside two columns, are only words.

    Where the amount is asked for first, they stay.
    """
    if Role.DIRECTION not in roles:
        return
    at = roles.index(Role.DIRECTION)
    if Role.AMOUNT in roles:
        values = evidence.values(roles.index(Role.AMOUNT))
        ways = map(direction, evidence.columns[at])
        if have_signs(zip(ways, values, strict=True)):
            roles[at] = Role.IGNORE
    elif Role.DEBIT in roles or Role.CREDIT in roles:
        roles[at] = Role.IGNORE


def have_signs(rows: Iterable[tuple[int, Decimal | None]]) -> bool:
    """Say whether at least half of what goes out by its word is negative already."""
    outflows = [value for way, value in rows if value and way < 0]
    negative = sum(value < 0 for value in outflows)
    return negative > 0 and negative * 2 >= len(outflows)


def _choose_fee(roles: list[Role], evidence: Evidence) -> None:
    """A fee is subtracted where the balance, an amount of nothing or the known layout proves it."""
    if Role.FEE not in roles:
        return
    at = roles.index(Role.FEE)
    fees = [abs(value) if value else Decimal(0) for value in evidence.values(at)]
    amounts = _moved(roles, evidence)
    if not any(fees) or not amounts:
        roles[at] = Role.IGNORE
        return
    alone = any(fee and amount == 0 for amount, fee in zip(amounts, fees, strict=True))
    if alone or {normalised(name) for name in evidence.names} >= _FEES_APART:
        return
    net = [None if a is None else a - fee for a, fee in zip(amounts, fees, strict=True)]
    if _proven(roles, evidence, net) <= _proven(roles, evidence, amounts):
        roles[at] = Role.IGNORE


def _moved(roles: Sequence[Role], evidence: Evidence) -> list[Decimal | None]:
    """Return the amount of each row, or what its two sides come to."""
    if Role.AMOUNT in roles:
        return evidence.values(roles.index(Role.AMOUNT))
    sides = [
        [abs(value or Decimal(0)) * way for value in evidence.values(roles.index(role))]
        for role, way in ((Role.DEBIT, -1), (Role.CREDIT, 1))
        if role in roles
    ]
    return [sum(row, Decimal(0)) for row in zip(*sides, strict=True)]


def _proven(roles: Sequence[Role], evidence: Evidence, amounts: Sequence[Decimal | None]) -> int:
    """Count the proven steps of each account and currency apart; none without balances."""
    if Role.BALANCE not in roles:
        return 0
    balances = evidence.values(roles.index(Role.BALANCE))
    keys = [
        evidence.columns[roles.index(role)]
        for role in (Role.ACCOUNT, Role.CURRENCY)
        if role in roles
    ]
    groups: dict[tuple[str, ...], list[int]] = defaultdict(list)
    for row, key in enumerate(zip(*keys, strict=True) if keys else [()] * len(amounts)):
        groups[key].append(row)
    return sum(
        proven_steps([amounts[row] for row in rows], [balances[row] for row in rows])
        for rows in groups.values()
    )


def _choose_reference(roles: list[Role], evidence: Evidence) -> None:
    """An id that repeats, or counts the rows, names no movement; with words it is text."""
    if Role.REFERENCE not in roles:
        return
    at = roles.index(Role.REFERENCE)
    filled = [cell for cell in evidence.columns[at] if cell]
    counted = all(cell.isdecimal() and len(cell) < _SHORTEST_ID for cell in filled)
    if len(set(filled)) < len(filled) or counted:
        roles[at] = Role.TEXT if any(" " in cell for cell in filled) else Role.IGNORE


def marked_direction(cells: Sequence[str], mark: DecimalMark) -> int:
    """Return the sign of the only marker (CR, DR or a plus) among the amounts, 0 for none or both.

    A plus is a marker where nothing has a minus and something has no sign.
    """
    figures = {figure for cell in cells if (figure := parse_figure(cell, mark)) and figure.value}
    found = {figure.marker for figure in figures} - {0}
    if not found and all(figure.value > 0 for figure in figures):
        return int(len({figure.signed for figure in figures}) > 1)
    return found.pop() if len(found) == 1 else 0
