"""Into which account a statement goes: one that is there, or a new one as the file describes it."""

import re
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from pathlib import PurePath
from uuid import UUID

from sqlalchemy import ColumnElement, exists, select
from sqlalchemy.orm import Session

from fintrack.access.sharing import is_writable
from fintrack.errors import InvalidInput, NotFound
from fintrack.import_schema import ImportBatch
from fintrack.ledger.account_files.qif import OPENING
from fintrack.ledger.accounts import LONGEST_NAME, LONGEST_NUMBER, AccountKind, NewAccount
from fintrack.money import decimal_text
from fintrack.schema import Account
from fintrack.statements.openings import held_from
from fintrack.statements.plans import BOOK_FORMAT, LARGEST_AMOUNT, Plan, Planned, total_until

_KIND_WORDS = (
    (AccountKind.CREDIT_CARD, r"card|visa|mastercard|amex|credit|karte|carte|tarjeta"),
    (AccountKind.SAVINGS, r"saving|spar|tagesgeld|epargne|livret|ahorro"),
    (AccountKind.LOAN, r"loan|mortgage|kredit|darlehen|pret|prestamo"),
    (AccountKind.INVESTMENT, r"invest|broker|401k|depot|pension|retire"),
    (AccountKind.CASH, r"cash|wallet|bargeld|efectivo"),
)
_KIND_NAMES = {
    AccountKind.CHECKING: "Checking account",
    AccountKind.SAVINGS: "Savings account",
    AccountKind.CREDIT_CARD: "Credit card",
    AccountKind.LOAN: "Loan",
    AccountKind.INVESTMENT: "Investment account",
    AccountKind.CASH: "Cash",
}
_BANK_KINDS = frozenset(AccountKind) - {AccountKind.CASH, AccountKind.PROPERTY}
_NUMBER = re.compile(r"[A-Z]{2}\d{2}[A-Z0-9]{8,30}|[\dX*•~#]{4,}[A-Z0-9]*")
_SHORTEST_NUMBER = 6


@dataclass(frozen=True, slots=True)
class LedgerAccount:
    """An account that the member may write to; rows before `held_from` are in its opening.

    It `has_files` while an import into it stands.
    """

    id: UUID
    name: str
    kind: str
    currency: str
    number: str
    opening_balance: int
    opened_on: date
    held_from: date | None = None
    has_files: bool = False


Target = LedgerAccount | NewAccount


@dataclass(frozen=True, slots=True)
class Wishes:
    """What is known of where a file goes: choices by statement, one for all, and habit.

    `taken` are the names that no new account can have.
    """

    by_statement: Mapping[str, UUID | NewAccount]
    chosen: LedgerAccount | None
    remembered: LedgerAccount | None
    taken: Collection[str]
    file_name: str

    @property
    def named(self) -> UUID | None:
        """Return the one account that the member named, if it is one."""
        if self.chosen is not None:
            return self.chosen.id
        named = [wish for wish in self.by_statement.values() if isinstance(wish, UUID)]
        return named[0] if len(named) == 1 else None

    def currency(self, key: str, ledger: Iterable[LedgerAccount]) -> str | None:
        """Return the currency of the account that takes a statement which names none."""
        wish = self.by_statement.get(key)
        if wish is not None and self.chosen is None:
            return (account_of(wish, ledger) if isinstance(wish, UUID) else wish).currency
        named = [each for each in ledger if _is_called(each, key)]
        home = self.chosen or (named[0] if len(named) == 1 else self.remembered)
        return home.currency if home else None


def writable_accounts(db: Session) -> tuple[LedgerAccount, ...]:
    """Return the accounts in use that the member may write to, by name."""
    statement = (
        select(
            Account.id,
            Account.name,
            Account.kind,
            Account.currency,
            Account.number,
            Account.opening_balance,
            Account.opened_on,
            held_from(),
            _has_files(),
        )
        .where(Account.archived_at.is_(None), is_writable())
        .order_by(Account.name, Account.id)
    )
    return tuple(LedgerAccount(*row) for row in db.execute(statement))


def account_names(db: Session) -> tuple[str, ...]:
    """Return the names of all accounts that the member sees, archived ones too."""
    return tuple(db.scalars(select(Account.name)))


def account_of(account_id: UUID, accounts: Iterable[LedgerAccount]) -> LedgerAccount:
    """Return the account.

    Raises:
        NotFound: it is not among those that the member may write to.
    """
    found = next((each for each in accounts if each.id == account_id), None)
    if found is None:
        raise NotFound("There is no such account that you may import into.")
    return found


def id_of(target: Target) -> UUID | None:
    """Return the account's id, None while it is yet to be made."""
    return target.id if isinstance(target, LedgerAccount) else None


def targets(
    plans: Sequence[Plan],
    ledger: Sequence[LedgerAccount],
    wishes: Wishes,
    holders: Mapping[str, LedgerAccount],
) -> dict[str, Target]:
    """Return where each plan goes, by its key; what matches no account gets a new one.

    `holders` are the accounts that hold rows of a plan already.

    Raises:
        NotFound: a chosen account is not among those that the member may write to.
        InvalidInput: a chosen account is in another currency, a new one has the number of another
            one, or it is not clear what a chosen one takes.
    """
    takes = _taken_by_choice(plans, wishes.chosen)
    found: dict[str, Target] = {}
    for plan in plans:
        known = _known(plan, ledger, wishes, holders.get(plan.key), is_only=len(plans) == 1)
        taken = [*wishes.taken, *(each.name for each in found.values())]
        if plan.key in takes and wishes.chosen:
            known = wishes.chosen
        found[plan.key] = known or proposed_account(plan, wishes.file_name, taken)
    for key, target in found.items():
        if wishes.by_statement.get(key) is target:
            others = (each for at, each in found.items() if at != key)
            _require_own_number(target, [*ledger, *others])
    return found


def without_opening(plan: Plan, target: Target) -> Plan:
    """Leave out the row by which a register tells the opening balance that the account has."""
    if not isinstance(target, LedgerAccount) or not target.opening_balance:
        return plan
    opening = target.opened_on, target.opening_balance, OPENING.casefold()
    row = next((each for each in plan.planned if _told(each) == opening), None)
    if row is None:
        return plan
    amount = decimal_text(row.amount, plan.currency)
    note = f"The opening balance of {amount} is that of {target.name} already and was left out."
    left = tuple(each for each in plan.planned if each is not row)
    return replace(plan, planned=left, notes=(*plan.notes, note))


def is_number(label: str) -> bool:
    """Return whether the file names its account by a number, and not by what it is called."""
    return _NUMBER.fullmatch(bare(label)) is not None


def may_take(account: LedgerAccount, plan: Plan) -> bool:
    """Return whether the account may take the plan's statement: by currency, if it names one."""
    return account.currency == plan.currency or not plan.names_currency


def matching_account(
    label: str, currency: str, accounts: Iterable[LedgerAccount]
) -> LedgerAccount | None:
    """Return the one account of this currency that has the file's number or, else, its name."""
    same = [each for each in accounts if each.currency == currency]
    number = bare(label)
    found = [each for each in same if is_same_number(number, bare(each.number))]
    for name in (label, f"{label} {currency}") if label else ():
        found = found or [each for each in same if each.name.casefold() == name.casefold()]
    return found[0] if len(found) == 1 else None


def proposed_account(plan: Plan, file_name: str, taken: Collection[str]) -> NewAccount:
    """Return a new account whose balance will be the one that the file states."""
    kind = plan.kind or kind_of(f"{plan.label} {PurePath(file_name).stem}")
    is_numbered = is_number(plan.label)
    return NewAccount(
        name=_free_name(_names(plan, kind, is_number=is_numbered), taken),
        kind=kind,
        currency=plan.currency,
        number=plan.label[:LONGEST_NUMBER] if is_numbered else "",
        opening_balance=opening_of(plan, plan.planned),
        opened_on=plan.days[0],
    )


def opening_of(plan: Plan, rows: Iterable[Planned]) -> int:
    """Return what a new account of all these rows opens with, to have the file's balance."""
    opening = plan.opening_before(rows) or 0
    return opening if abs(opening) <= LARGEST_AMOUNT else 0


def carried_back(account: LedgerAccount | None, rows: Iterable[Planned]) -> int:
    """Return what the account's opening balance changes by when these new rows come in."""
    first = account.held_from if account else None
    return -total_until(first - timedelta(1), rows) if first else 0


def kind_of(words: str) -> AccountKind:
    """Return what an account of such a name most likely is; a current account if nothing tells."""
    lowered = words.casefold()
    return next(
        (kind for kind, pattern in _KIND_WORDS if re.search(pattern, lowered)), AccountKind.CHECKING
    )


def _is_called(account: LedgerAccount, label: str) -> bool:
    is_numbered = is_same_number(bare(label), bare(account.number))
    return is_numbered or account.name.casefold() == label.casefold()


def _told(row: Planned) -> tuple[date, int, str]:
    return row.movement.booked_on, row.amount, row.movement.payee.casefold()


def _has_files() -> ColumnElement[bool]:
    return exists().where(
        ImportBatch.tenant_id == Account.tenant_id,
        ImportBatch.account_id == Account.id,
        ImportBatch.undone_at.is_(None),
        ImportBatch.format != BOOK_FORMAT,
    )


def _taken_by_choice(plans: Sequence[Plan], chosen: LedgerAccount | None) -> list[str]:
    if chosen is None:
        return []
    keys = [plan.key for plan in plans if plan.currency == chosen.currency]
    if not keys:
        currencies = ", ".join(sorted({plan.currency for plan in plans}))
        message = f"The file is in {currencies}, {chosen.name} in {chosen.currency}."
        raise InvalidInput(f"{message} Choose another account.")
    if len(keys) > 1:
        message = f"The file holds {len(plans)} accounts; choose an account for each of them."
        raise InvalidInput(message)
    return keys


def _known(
    plan: Plan,
    ledger: Sequence[LedgerAccount],
    wishes: Wishes,
    holder: LedgerAccount | None,
    *,
    is_only: bool,
) -> Target | None:
    wish = wishes.by_statement.get(plan.key)
    if wish is not None:
        return _wished(plan, account_of(wish, ledger) if isinstance(wish, UUID) else wish)
    habit = wishes.remembered
    is_habit = habit is not None and is_only and habit.currency == plan.currency
    is_named = bool(plan.label) and not is_number(plan.label)
    found = matching_account(plan.label, plan.currency, ledger)
    likely = holder or (habit if is_habit and not is_named else None)
    if likely is None and is_only and not plan.label:
        likely = _only_account(plan, ledger, wishes.file_name)
    # An account with a number takes no statement that names another one; of several with the
    # statement's own, the one that holds its rows does.
    is_open = likely is None or not (plan.label and likely.number)
    return found or (likely if is_open or _has(likely, plan) else None)


def _has(account: LedgerAccount | None, plan: Plan) -> bool:
    return account is not None and bool(matching_account(plan.label, plan.currency, [account]))


def _require_own_number(new: Target, others: Iterable[Target]) -> None:
    """The next file of a number would not know which of two accounts is meant."""
    number = bare(new.number)
    own = (each for each in others if each.currency == new.currency)
    same = (each for each in own if is_same_number(bare(each.number), number))
    if twin := next(same, None):
        raise InvalidInput(
            f"{twin.name} has the number {twin.number}. "
            "Choose one account for both, or another number."
        )


def _only_account(
    plan: Plan, ledger: Sequence[LedgerAccount], file_name: str
) -> LedgerAccount | None:
    """Return the account that waits for its first file, if it is the only one of a bank."""
    banks = [each for each in ledger if each.currency == plan.currency and each.kind in _BANK_KINDS]
    kind = plan.kind or kind_of(PurePath(file_name).stem)
    is_waiting = len(banks) == 1 and not banks[0].has_files and banks[0].kind == kind
    return banks[0] if is_waiting else None


def _wished(plan: Plan, target: Target) -> Target:
    if target.currency != plan.currency:
        label = plan.label or "The file"
        raise InvalidInput(f"{label} is in {plan.currency}, {target.name} in {target.currency}.")
    return target


def bare(text: str) -> str:
    """Return a number as it is compared, without the marks that it is grouped by."""
    return re.sub(r"[\s./-]", "", text).upper()


def is_same_number(one: str, other: str) -> bool:
    """Return whether two bare numbers are of one account: many IBANs end with its number."""
    shorter, longer = sorted((one, other), key=len)
    is_end = len(shorter) >= _SHORTEST_NUMBER and longer.endswith(shorter)
    return bool(shorter) and (one == other or is_end)


def _names(plan: Plan, kind: AccountKind, *, is_number: bool) -> tuple[str, ...]:
    """Of two currencies under one label, the second one carries its currency."""
    if not plan.label:
        return (_KIND_NAMES[kind],)
    name = f"{_KIND_NAMES[kind]} ··{bare(plan.label)[-4:]}" if is_number else plan.label
    longest = LONGEST_NAME - len(plan.currency) - 1
    return name[:LONGEST_NAME], f"{name[:longest]} {plan.currency}"


def _free_name(names: Sequence[str], taken: Collection[str]) -> str:
    used = {each.casefold() for each in taken}
    more = (f"{names[0][: LONGEST_NAME - 5]} {number}" for number in range(2, len(used) + 3))
    return next(each for each in (*names, *more) if each.casefold() not in used)
