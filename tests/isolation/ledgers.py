"""The books of both tenants, kept through public functions, with the same names and amounts.

A new kind of row that functions take by its id gets a maker here.
"""

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from uuid import UUID

from fintrack.access.acceptance import accept_invitation
from fintrack.access.api_tokens import Scope, api_tokens, create_api_token
from fintrack.access.invitations import invitations, invite_member
from fintrack.access.join_requests import ask_to_join
from fintrack.access.memberships import members
from fintrack.access.ownership import offer_ownership
from fintrack.access.sharing import ShareLevel, share_account
from fintrack.access.users import NewUser, register
from fintrack.access.webhooks import Happening, create_webhook, delete_webhook, webhooks
from fintrack.analytics.dimensions import Dimension
from fintrack.analytics.pivots import Measure
from fintrack.analytics.saved_pivots import View, save_pivot
from fintrack.context import Role, TenantContext
from fintrack.ledger.accounts import AccountKind, NewAccount, Visibility, create_account
from fintrack.ledger.attachments import add_attachment, attachments, remove_attachment
from fintrack.ledger.budgets import create_budget
from fintrack.ledger.categories import CategoryKind, create_category
from fintrack.ledger.editing import TransactionChange, change_transaction
from fintrack.ledger.payees import create_payee
from fintrack.ledger.recording import NewTransaction, SplitLine, record_transaction
from fintrack.ledger.recurring import Every, NewRecurring, create_recurring
from fintrack.ledger.rules import create_rule
from fintrack.ledger.tags import create_tag
from fintrack.ledger.transfers import NewTransfer, link_transfer, record_transfer
from tests.conftest import PASSWORD, sign_in
from tests.isolation.world import Book, World, open_registration
from tests.statements.importing import imported

DAY = date(2026, 3, 1)


@dataclass(slots=True)
class Ledger:
    """One tenant's books: its people, and an id of every kind of row."""

    book: Book
    ids: dict[str, UUID] = field(default_factory=dict)
    count: int = 0

    @property
    def owner(self) -> TenantContext:
        """Return the context of the tenant's owner, who makes every row here."""
        return self.book.members[Role.OWNER]

    def new(self, kind: str) -> UUID:
        """Make another row of this kind and return its id."""
        return MAKERS[kind](self)

    def name(self, word: str) -> str:
        """Return a name that is free; the n-th is the same in every tenant."""
        self.count += 1
        return f"{word} {self.count}"

    def csv(self) -> bytes:
        """Return a bank file with one row that is in no account yet."""
        return f"Date,Amount,Payee,Balance\n2026-03-09,-12.00,{self.name('Baker')},5.00\n".encode()


@dataclass(frozen=True, slots=True)
class Scene:
    """A world in which both tenants keep books, and the ids that are known from its beginning."""

    world: World
    family: Ledger
    company: Ledger
    known: frozenset[UUID]


def kept(book: Book) -> Ledger:
    """Keep a tenant's books: one row of every kind."""
    ledger = Ledger(book)
    for kind in MAKERS:
        ledger.ids[kind] = ledger.new(kind)
    return ledger


def _account(own: Ledger, visibility: Visibility = Visibility.EVERYONE) -> UUID:
    new = NewAccount(own.name("Account"), AccountKind.CHECKING, "EUR", DAY, 10000)
    return create_account(own.owner, replace(new, visibility=visibility))


def _private_account(own: Ledger) -> UUID:
    account_id = _account(own, Visibility.PRIVATE)
    share_account(own.owner, account_id, own.book.keeper.user_id, ShareLevel.READ)
    return account_id


def _category(own: Ledger) -> UUID:
    return create_category(own.owner, own.name("Category"), CategoryKind.EXPENSE)


def _source(own: Ledger) -> UUID:
    category_id = create_category(own.owner, own.name("Wages"), CategoryKind.INCOME)
    new = NewTransaction(own.ids["account"], DAY, 4200, "Employer", category_id=category_id)
    for on in (DAY - timedelta(days=20), DAY):
        record_transaction(own.owner, replace(new, booked_on=on))
    return category_id


def _payee(own: Ledger) -> UUID:
    return create_payee(own.owner, own.name("Payee"), own.ids["category"])


def _rule(own: Ledger) -> UUID:
    return create_rule(own.owner, own.name("rule"), own.ids["category"])


def _budget(own: Ledger) -> UUID:
    return create_budget(own.owner, _category(own), "EUR", 10000)


def _recurring(own: Ledger) -> UUID:
    new = NewRecurring(own.ids["account"], own.name("Landlord"), -95000, Every.MONTH, DAY)
    return create_recurring(own.owner, new)


def _pivot(own: Ledger) -> UUID:
    return pivot_of(own, own.owner)


def pivot_of(own: Ledger, context: TenantContext) -> UUID:
    """Save a pivot for the member and return its id."""
    view = View(Dimension.PAYEE, Dimension.MONTH, Measure.SPENDING)
    return save_pivot(context, own.name("Pivot"), view)


def _tag(own: Ledger) -> UUID:
    return create_tag(own.owner, own.name("tag"))


def _transaction(own: Ledger) -> UUID:
    new = NewTransaction(
        own.ids["account"], DAY, -4200, "Grocer", own.name("weekly"),
        category_id=own.ids["category"], tags=(own.ids["tag"],),
    )  # fmt: skip
    return record_transaction(own.owner, new)


def _attached(own: Ledger) -> UUID:
    """Return a transaction that has a file."""
    transaction_id = own.new("transaction")
    add_attachment(own.owner, transaction_id, "receipt.txt", own.name("receipt").encode())
    return transaction_id


def _attachment(own: Ledger) -> UUID:
    return attachments(own.owner, own.new("attached transaction"))[0].id


def _removed_attachment(own: Ledger) -> UUID:
    attachment_id = _attachment(own)
    remove_attachment(own.owner, attachment_id)
    return attachment_id


def _income(own: Ledger) -> UUID:
    return record_transaction(own.owner, NewTransaction(own.new("account"), DAY, 4200, "Employer"))


def _split(own: Ledger) -> UUID:
    lines = (SplitLine(own.ids["category"], -3000, "milk"), SplitLine(None, -1200))
    new = NewTransaction(own.ids["account"], DAY, -4200, own.name("Market"), lines=lines)
    return record_transaction(own.owner, new)


def _transfer(own: Ledger) -> UUID:
    new = NewTransfer(own.ids["account"], own.ids["private account"], 500, DAY)
    return record_transfer(own.owner, new)


def _linked(own: Ledger) -> UUID:
    """Return a transfer that whoever writes may take apart."""
    return link_transfer(own.owner, own.new("transaction"), own.new("income")).transfer_id


def _import(own: Ledger) -> UUID:
    return imported(own.owner, own.csv(), account_id=own.ids["account"]).import_id


def _change_set(own: Ledger) -> UUID:
    change = TransactionChange(note=own.name("note"))
    return change_transaction(own.owner, own.new("transaction"), change, version=1)


def _invitation(own: Ledger) -> UUID:
    email = own.name("guest").replace(" ", "") + "@example.net"
    invite_member(own.owner, email, Role.VIEWER)
    pending = invitations(own.owner)
    return UUID(pending.loc[pending["email"] == email, "id"].iloc[0])


def _offer(own: Ledger) -> UUID:
    offer_ownership(own.owner, own.book.keeper.user_id, shared=True)
    return own.book.keeper.user_id


def _member(own: Ledger) -> UUID:
    guest = own.book.guest
    if str(guest.user_id) not in set(members(own.owner)["user_id"]):
        accept_invitation(guest, invite_member(own.owner, guest.email, Role.MEMBER))
    return guest.user_id


def _asker(own: Ledger) -> UUID:
    name = f"{own.name('asker')} {own.book.id}".replace(" ", "")
    with open_registration():
        session = sign_in(register(NewUser(f"{name}@example.org", "Asker", PASSWORD)))
    ask_to_join(session, own.owner.slug, "let me in")
    return session.user_id


def _token(own: Ledger) -> UUID:
    name = own.name("Script")
    create_api_token(own.owner, name, [Scope.WRITE])
    tokens = api_tokens(own.owner)
    return UUID(tokens.loc[tokens["name"] == name, "id"].item())


def _webhook(own: Ledger) -> UUID:
    return webhook_of(own.owner)


def webhook_of(context: TenantContext) -> UUID:
    """Make room for a webhook of the member's, make it, and return its id."""
    for known in webhooks(context)["id"]:
        delete_webhook(context, UUID(known))
    return create_webhook(context, "https://example.org/told", [Happening.MEMBER_LEFT])[0]


# In the order in which they need each other.
MAKERS: dict[str, Callable[[Ledger], UUID]] = {
    "account": _account,
    "private account": _private_account,
    "category": _category,
    "source": _source,
    "payee": _payee,
    "tag": _tag,
    "rule": _rule,
    "budget": _budget,
    "recurring": _recurring,
    "pivot": _pivot,
    "transaction": _transaction,
    "attached transaction": _attached,
    "attachment": _attachment,
    "removed attachment": _removed_attachment,
    "income": _income,
    "split": _split,
    "transfer": _transfer,
    "linked transfer": _linked,
    "import": _import,
    "change set": _change_set,
    "invitation": _invitation,
    "member": _member,
    "owner": lambda own: own.owner.user_id,
    "keeper": lambda own: own.book.keeper.user_id,
    "offer": _offer,
    "asker": _asker,
    "token": _token,
    "webhook": _webhook,
}
