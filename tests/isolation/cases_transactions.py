"""How the functions of `ledger` about transactions are called."""

from collections.abc import Callable
from io import BytesIO
from uuid import UUID
from zipfile import ZipFile

from fintrack.context import Flag, Role, TenantContext
from fintrack.ledger.account_files.export import AccountFormat, export_account
from fintrack.ledger.activity import ActivityFilter, activity
from fintrack.ledger.attachments import (
    add_attachment,
    attachment_file,
    attachments,
    remove_attachment,
    restore_attachment,
)
from fintrack.ledger.bulk import categorise, delete_transactions, tag_transactions
from fintrack.ledger.change_sets import change_sets
from fintrack.ledger.cursors import Position
from fintrack.ledger.editing import (
    TransactionChange,
    change_transaction,
)
from fintrack.ledger.exports import export_transactions, part_taken
from fintrack.ledger.extracts import export_extract
from fintrack.ledger.filters import EVERYTHING, TransactionFilter
from fintrack.ledger.journal import journal
from fintrack.ledger.journals.export import JournalFormat, export_journal
from fintrack.ledger.recording import (
    NewTransaction,
    SplitLine,
    account_currency,
    record_transaction,
)
from fintrack.ledger.records import transaction, transfer_legs
from fintrack.ledger.transactions import account_register, transactions
from fintrack.ledger.transfer_candidates import transfer_candidates
from fintrack.ledger.transfers import (
    NewTransfer,
    link_transfer,
    record_transfer,
    unlink_transfer,
)
from fintrack.ledger.undo import undo
from tests.isolation.functions import Case, Function, Slot
from tests.isolation.ledgers import DAY, Ledger

MEMBER, VIEWER = Role.MEMBER, Role.VIEWER


def _changed(
    me: TenantContext, own: Ledger, transaction_id: UUID | None = None, **change: object
) -> object:
    wanted = TransactionChange(**({"note": own.name("note")} | change))  # type: ignore[arg-type]
    return change_transaction(me, transaction_id or own.new("transaction"), wanted, 1)


def _recorded(me: TenantContext, account_id: UUID, **more: object) -> object:
    new = NewTransaction(account_id, DAY, -4200, "Grocer", **more)  # type: ignore[arg-type]
    return record_transaction(me, new)


def _lines(category_id: UUID) -> tuple[SplitLine, ...]:
    return (SplitLine(category_id, -4000), SplitLine(None, -200))


def _extract(me: TenantContext, wanted: TransactionFilter) -> object:
    """Return every line of every table in the zip."""
    with ZipFile(BytesIO(b"".join(export_extract(me, wanted)))) as book:
        tables = [book.read(name).decode() for name in book.namelist()]
    return tuple(line for table in tables for line in table.splitlines()[1:])


def _filtered(
    ask: Callable[[TenantContext, TransactionFilter], object],
    wanted: TransactionFilter = EVERYTHING,
) -> Case:
    """Return the case of a function that takes a filter and wants the flag to export."""
    ids = {
        "wanted.account_id": Slot(
            "account", lambda me, own, it: ask(me, TransactionFilter(account_id=it))
        ),
        "wanted.category_id": Slot(
            "category", lambda me, own, it: ask(me, TransactionFilter(category_id=it))
        ),
        "wanted.tag_id": Slot("tag", lambda me, own, it: ask(me, TransactionFilter(tag_id=it))),
    }
    return Case(VIEWER, ids, call=lambda me, own: ask(me, wanted), flag=Flag.EXPORT)


RECORDS: dict[Function, Case] = {
    transaction: Case(
        VIEWER, {"transaction_id": Slot("transaction", lambda me, own, it: transaction(me, it))}
    ),
    transfer_legs: Case(
        VIEWER, {"transfer_id": Slot("transfer", lambda me, own, it: transfer_legs(me, it))}
    ),
    transfer_candidates: Case(
        VIEWER,
        {"transaction_id": Slot("transaction", lambda me, own, it: transfer_candidates(me, it))},
    ),
    account_currency: Case(
        VIEWER, {"account_id": Slot("account", lambda me, own, it: account_currency(me, it))}
    ),
    transactions: Case(
        VIEWER,
        {
            "wanted.account_id": Slot(
                "account", lambda me, own, it: transactions(me, TransactionFilter(account_id=it))
            ),
            "wanted.category_id": Slot(
                "category", lambda me, own, it: transactions(me, TransactionFilter(category_id=it))
            ),
            "wanted.tag_id": Slot(
                "tag", lambda me, own, it: transactions(me, TransactionFilter(tag_id=it))
            ),
            "cursor": Slot(
                "transaction",
                lambda me, own, it: transactions(me, cursor=Position(DAY, it).text()).frame,
            ),
        },
        call=lambda me, own: transactions(me, limit=200),
    ),
    account_register: Case(
        VIEWER,
        {"account_id": Slot("account", lambda me, own, it: account_register(me, it))},
        call=lambda me, own: account_register(me, own.ids["account"], limit=200),
    ),
    export_transactions: _filtered(export_transactions),
    part_taken: _filtered(part_taken, TransactionFilter(words="a")),
    export_extract: _filtered(_extract),
    export_account: Case(
        VIEWER,
        {
            "account_id": Slot(
                "account", lambda me, own, it: export_account(me, it, AccountFormat.QIF)
            )
        },
        flag=Flag.EXPORT,
    ),
    export_journal: Case(
        VIEWER,
        call=lambda me, own: export_journal(me, JournalFormat.BEANCOUNT),
        flag=Flag.EXPORT,
    ),
    attachments: Case(
        VIEWER,
        {"transaction_id": Slot("attached transaction", lambda me, own, it: attachments(me, it))},
    ),
    attachment_file: Case(
        VIEWER, {"attachment_id": Slot("attachment", lambda me, own, it: attachment_file(me, it))}
    ),
    journal: Case(VIEWER, call=lambda me, own: journal(me)),
    change_sets: Case(MEMBER, call=lambda me, own: change_sets(me, 200)),
    activity: Case(
        MEMBER,
        {
            "wanted.actor_id": Slot(
                "keeper", lambda me, own, it: activity(me, ActivityFilter(actor_id=it))
            ),
            "wanted.subject_id": Slot(
                "tag", lambda me, own, it: activity(me, ActivityFilter(subject_id=it))
            ),
            "wanted.account_id": Slot(
                "account", lambda me, own, it: activity(me, ActivityFilter(account_id=it))
            ),
        },
        call=lambda me, own: activity(me),
    ),
}
CHANGES: dict[Function, Case] = {
    record_transaction: Case(
        MEMBER,
        {
            "new.account_id": Slot("account", lambda me, own, it: _recorded(me, it)),
            "new.category_id": Slot(
                "category", lambda me, own, it: _recorded(me, own.ids["account"], category_id=it)
            ),
            "new.lines.category_id": Slot(
                "category", lambda me, own, it: _recorded(me, own.ids["account"], lines=_lines(it))
            ),
            "new.tags": Slot(
                "tag", lambda me, own, it: _recorded(me, own.ids["account"], tags=(it,))
            ),
        },
    ),
    change_transaction: Case(
        MEMBER,
        {
            "transaction_id": Slot("transaction", _changed),
            "change.account_id": Slot(
                "account", lambda me, own, it: _changed(me, own, account_id=it)
            ),
            "change.category_id": Slot(
                "category", lambda me, own, it: _changed(me, own, category_id=it)
            ),
            "change.lines.category_id": Slot(
                "category", lambda me, own, it: _changed(me, own, lines=_lines(it))
            ),
            "change.tags": Slot("tag", lambda me, own, it: _changed(me, own, tags=(it,))),
        },
    ),
    delete_transactions: Case(
        MEMBER, {"ids": Slot("transaction", lambda me, own, it: delete_transactions(me, [it]))}
    ),
    categorise: Case(
        MEMBER,
        {
            "ids": Slot("transaction", lambda me, own, it: categorise(me, [it], None)),
            "category_id": Slot(
                "category", lambda me, own, it: categorise(me, [own.new("transaction")], it)
            ),
        },
    ),
    tag_transactions: Case(
        MEMBER,
        {
            "ids": Slot(
                "transaction", lambda me, own, it: tag_transactions(me, [it], [own.new("tag")])
            ),
            "add": Slot(
                "tag", lambda me, own, it: tag_transactions(me, [own.new("transaction")], [it])
            ),
            "remove": Slot(
                "tag", lambda me, own, it: tag_transactions(me, [own.new("transaction")], (), [it])
            ),
        },
    ),
    record_transfer: Case(
        MEMBER,
        {
            "new.from_account_id": Slot(
                "account",
                lambda me, own, it: record_transfer(
                    me, NewTransfer(it, own.ids["private account"], 500, DAY)
                ),
            ),
            "new.to_account_id": Slot(
                "account",
                lambda me, own, it: record_transfer(
                    me, NewTransfer(own.ids["private account"], it, 500, DAY)
                ),
            ),
        },
    ),
    link_transfer: Case(
        MEMBER,
        {
            "one_id": Slot(
                "transaction", lambda me, own, it: link_transfer(me, it, own.new("income"))
            ),
            "other_id": Slot(
                "income", lambda me, own, it: link_transfer(me, own.new("transaction"), it)
            ),
        },
    ),
    unlink_transfer: Case(
        MEMBER, {"transfer_id": Slot("transfer", lambda me, own, it: unlink_transfer(me, it))}
    ),
    add_attachment: Case(
        MEMBER,
        {
            "transaction_id": Slot(
                "transaction",
                lambda me, own, it: add_attachment(me, it, "receipt.txt", b"milk"),
            )
        },
    ),
    remove_attachment: Case(
        MEMBER,
        {"attachment_id": Slot("attachment", lambda me, own, it: remove_attachment(me, it))},
    ),
    restore_attachment: Case(
        MEMBER,
        {
            "attachment_id": Slot(
                "removed attachment", lambda me, own, it: restore_attachment(me, it)
            )
        },
    ),
    undo: Case(MEMBER, {"change_set_id": Slot("change set", lambda me, own, it: undo(me, it))}),
}
