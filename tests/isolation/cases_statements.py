"""How the functions of `statements` are called."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from uuid import UUID

from fintrack.context import Role, TenantContext
from fintrack.statements.file_decisions import FileDecisions, preview_decided
from fintrack.statements.history import import_days, import_rows, imports, is_balance_kept
from fintrack.statements.imports import commit_import
from fintrack.statements.previews import Preview, preview_import
from fintrack.statements.stated_balances import stated_balances
from fintrack.statements.summaries import StatementPreview
from fintrack.statements.transfers import FoundTransfer
from fintrack.statements.undoing import undo_import
from tests.isolation.functions import Case, Function, Slot
from tests.isolation.ledgers import Ledger
from tests.isolation.rows import DAY
from tests.statements.importing import csv_file

MEMBER, VIEWER = Role.MEMBER, Role.VIEWER


def _previewed(me: TenantContext, own: Ledger, account_id: UUID) -> object:
    return preview_import(me, own.csv(), "march.csv", account_id=account_id)


def _previewed_by_key(me: TenantContext, own: Ledger, account_id: UUID) -> object:
    return preview_import(me, own.csv(), "march.csv", accounts={"": account_id})


def _decided(
    me: TenantContext,
    own: Ledger,
    account_id: UUID | None,
    accounts: Mapping[str, UUID] | None = None,
) -> object:
    decisions = FileDecisions(accounts=accounts or {})
    return preview_decided(me, own.csv(), "march.csv", decisions, account_id=account_id)


def _preview(own: Ledger) -> Preview:
    return preview_import(own.owner, own.csv(), "march.csv", account_id=own.ids["account"])


def _committed(
    me: TenantContext, own: Ledger, change: Callable[[StatementPreview], StatementPreview]
) -> object:
    """Import what was previewed, after somebody changed the preview on its way."""
    preview = _preview(own)
    (statement,) = preview.statements
    return commit_import(me, replace(preview, statements=(change(statement),)))


def _into(account_id: UUID) -> Callable[[StatementPreview], StatementPreview]:
    def changed(statement: StatementPreview) -> StatementPreview:
        assert statement.account
        return replace(statement, account=replace(statement.account, id=account_id))

    return changed


def _choosing(account_id: UUID) -> Callable[[StatementPreview], StatementPreview]:
    def changed(statement: StatementPreview) -> StatementPreview:
        assert statement.account
        return replace(statement, choices=(replace(statement.account, id=account_id),))

    return changed


def _knowing(transaction_id: UUID) -> Callable[[StatementPreview], StatementPreview]:
    return lambda statement: replace(statement, known=frozenset({transaction_id}))


def _repeating(transaction_id: UUID) -> Callable[[StatementPreview], StatementPreview]:
    """As a file says it that claims to be this tenant's export."""

    def changed(statement: StatementPreview) -> StatementPreview:
        (row,) = statement.plan.planned
        known = replace(row, movement=replace(row.movement, own_id=transaction_id))
        return replace(statement, plan=replace(statement.plan, planned=(known,)))

    return changed


def _linking(me: TenantContext, own: Ledger, transaction_id: UUID) -> object:
    """As a preview says it that found the other side of a transfer."""
    file = csv_file([("2026-03-09", "-42.00", own.name("Baker"))])
    preview = preview_import(own.owner, file, "march.csv", account_id=own.ids["account"])
    (row,) = preview.statements[0].plan.planned
    found = FoundTransfer(row.ordinal, row.line, transaction_id, is_certain=True, reason="")
    return commit_import(me, replace(preview, transfers=(found,)))


STATEMENTS: dict[Function, Case] = {
    imports: Case(
        VIEWER,
        {
            "import_id": Slot("import", lambda me, own, it: imports(me, import_id=it)),
            "after": Slot("import", lambda me, own, it: imports(me, after=it)),
        },
        call=lambda me, own: imports(me),
    ),
    import_days: Case(
        VIEWER, {"import_id": Slot("import", lambda me, own, it: import_days(me, it))}
    ),
    is_balance_kept: Case(
        VIEWER,
        {"account_id": Slot("account", lambda me, own, it: is_balance_kept(me, it, 0, DAY))},
    ),
    stated_balances: Case(VIEWER, call=lambda me, own: stated_balances(me)),
    import_rows: Case(
        VIEWER, {"import_id": Slot("import", lambda me, own, it: import_rows(me, it))}
    ),
    preview_import: Case(
        MEMBER,
        {"account_id": Slot("account", _previewed), "accounts": Slot("account", _previewed_by_key)},
    ),
    preview_decided: Case(
        MEMBER,
        {
            "account_id": Slot("account", _decided),
            "decisions.accounts": Slot(
                "account", lambda me, own, it: _decided(me, own, None, {"": it})
            ),
        },
    ),
    commit_import: Case(
        MEMBER,
        {
            "preview.import_id": Slot(
                "import",
                lambda me, own, it: commit_import(me, replace(_preview(own), import_id=it)),
            ),
            "preview.statements.account.id": Slot(
                "account", lambda me, own, it: _committed(me, own, _into(it))
            ),
            "preview.statements.choices.id": Slot(
                "account", lambda me, own, it: _committed(me, own, _choosing(it))
            ),
            "preview.statements.known": Slot(
                "transaction", lambda me, own, it: _committed(me, own, _knowing(it))
            ),
            "preview.wishes": Slot(
                "account",
                lambda me, own, it: commit_import(me, replace(_preview(own), wishes={"": it})),
            ),
            "preview.statements.plan.planned.movement.own_id": Slot(
                "transaction", lambda me, own, it: _committed(me, own, _repeating(it))
            ),
            "preview.transfers.partner": Slot("income", _linking),
        },
        call=lambda me, own: commit_import(me, _preview(own)),
    ),
    undo_import: Case(
        MEMBER, {"import_id": Slot("import", lambda me, own, it: undo_import(me, it))}
    ),
}
