"""How the functions of `ledger` are called, all but those about transactions."""

from fintrack.context import Role
from fintrack.ledger.accounts import (
    AccountChange,
    AccountKind,
    NewAccount,
    account,
    account_named,
    account_names,
    accounts,
    archive_account,
    create_account,
    delete_account,
    reopen_account,
    update_account,
)
from fintrack.ledger.categories import (
    CategoryKind,
    archive_category,
    categories,
    create_category,
    delete_category,
    move_category,
    rename_category,
    reopen_category,
)
from fintrack.ledger.payees import (
    create_payee,
    delete_payee,
    payees,
    rename_payee,
    set_payee_category,
)
from fintrack.ledger.tags import create_tag, delete_tag, rename_tag, tags
from tests.isolation.functions import Case, Function, Slot
from tests.isolation.ledgers import DAY

MEMBER, VIEWER = Role.MEMBER, Role.VIEWER
EXPENSE = CategoryKind.EXPENSE

ACCOUNTS: dict[Function, Case] = {
    accounts: Case(VIEWER, call=lambda me, own: accounts(me, archived=True)),
    account_names: Case(VIEWER, call=lambda me, own: account_names(me)),
    account: Case(VIEWER, {"account_id": Slot("account", lambda me, own, it: account(me, it))}),
    account_named: Case(VIEWER, call=lambda me, own: account_named(me, "account 1")),
    create_account: Case(
        MEMBER,
        call=lambda me, own: create_account(
            me, NewAccount(own.name("Account"), AccountKind.CASH, "EUR", DAY)
        ),
    ),
    update_account: Case(
        MEMBER,
        {
            "account_id": Slot(
                "account",
                lambda me, own, it: update_account(me, it, AccountChange(own.name("New")), 1),
            )
        },
    ),
    archive_account: Case(
        MEMBER, {"account_id": Slot("account", lambda me, own, it: archive_account(me, it))}
    ),
    reopen_account: Case(
        MEMBER, {"account_id": Slot("account", lambda me, own, it: reopen_account(me, it))}
    ),
    delete_account: Case(
        MEMBER, {"account_id": Slot("account", lambda me, own, it: delete_account(me, it))}
    ),
}
NAMES: dict[Function, Case] = {
    categories: Case(VIEWER, call=lambda me, own: categories(me)),
    create_category: Case(
        MEMBER,
        {
            "parent_id": Slot(
                "category", lambda me, own, it: create_category(me, own.name("New"), EXPENSE, it)
            )
        },
    ),
    rename_category: Case(
        MEMBER,
        {
            "category_id": Slot(
                "category", lambda me, own, it: rename_category(me, it, own.name("New"))
            )
        },
    ),
    move_category: Case(
        MEMBER,
        {
            "category_id": Slot(
                "category", lambda me, own, it: move_category(me, it, own.ids["category"])
            ),
            "parent_id": Slot(
                "category", lambda me, own, it: move_category(me, own.new("category"), it)
            ),
        },
    ),
    archive_category: Case(
        MEMBER, {"category_id": Slot("category", lambda me, own, it: archive_category(me, it))}
    ),
    reopen_category: Case(
        MEMBER, {"category_id": Slot("category", lambda me, own, it: reopen_category(me, it))}
    ),
    delete_category: Case(
        MEMBER, {"category_id": Slot("category", lambda me, own, it: delete_category(me, it))}
    ),
    payees: Case(VIEWER, call=lambda me, own: payees(me)),
    create_payee: Case(
        MEMBER,
        {
            "category_id": Slot(
                "category", lambda me, own, it: create_payee(me, own.name("New"), it)
            )
        },
    ),
    rename_payee: Case(
        MEMBER,
        {"payee_id": Slot("payee", lambda me, own, it: rename_payee(me, it, own.name("New")))},
    ),
    set_payee_category: Case(
        MEMBER,
        {
            "payee_id": Slot("payee", lambda me, own, it: set_payee_category(me, it, None)),
            "category_id": Slot(
                "category", lambda me, own, it: set_payee_category(me, own.ids["payee"], it)
            ),
        },
    ),
    delete_payee: Case(
        MEMBER, {"payee_id": Slot("payee", lambda me, own, it: delete_payee(me, it))}
    ),
    tags: Case(VIEWER, call=lambda me, own: tags(me)),
    create_tag: Case(MEMBER, call=lambda me, own: create_tag(me, own.name("new"))),
    rename_tag: Case(
        MEMBER, {"tag_id": Slot("tag", lambda me, own, it: rename_tag(me, it, own.name("new")))}
    ),
    delete_tag: Case(MEMBER, {"tag_id": Slot("tag", lambda me, own, it: delete_tag(me, it))}),
}
