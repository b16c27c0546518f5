"""What the tables refuse, said to the member in one sentence."""

from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy.exc import DBAPIError

from fintrack.errors import Conflict, FinTrackError, InvalidInput, NotFound, PermissionDenied

NOT_WRITABLE = "You may look at this account but not change it."
BY_CONSTRAINT: dict[str, FinTrackError] = {
    "account_shared_name": Conflict("There is an account of this name already."),
    "account_private_name": Conflict("There is an account of this name already."),
    "account_currency_fkey": InvalidInput("This is not a currency that FinTrack knows."),
    "category_name": Conflict("There is a category of this name in the same place already."),
    "category_tenant_id_parent_id_kind_fkey": InvalidInput(
        "The category above it does not exist or is of the other kind."
    ),
    "category_check": InvalidInput("A category cannot lie below itself."),
    "payee_name": Conflict("There is a payee of this name already."),
    "tag_name": Conflict("There is a tag of this name already."),
    "transaction_booked_on_check": InvalidInput("The date lies outside the years 1000 to 2999."),
    "transaction_amount_check": InvalidInput("The amount is too large for FinTrack to keep."),
    "posting_amount_check": InvalidInput("The amount of a line is too large for FinTrack to keep."),
    "account_opening_balance_check": InvalidInput("The opening balance is too large to keep."),
    "transaction_check": InvalidInput("A split or a transfer takes no category of its own."),
    "transaction_check1": InvalidInput("A transfer cannot be split."),
    "transaction_tenant_id_account_id_currency_fkey": NotFound("There is no such account."),
    "transaction_tenant_id_category_id_fkey": NotFound("There is no such category."),
    "posting_tenant_id_category_id_fkey": NotFound("There is no such category."),
    "payee_tenant_id_category_id_fkey": NotFound("There is no such category."),
    "rule_tenant_id_category_id_fkey": NotFound("There is no such category."),
    "rule_words": Conflict("There is a rule of these words already."),
    "budget_tenant_id_category_id_kind_fkey": NotFound("There is no such category of expenses."),
    "budget_tenant_id_category_id_currency_key": Conflict(
        "This category has a budget in this currency already. Change that one."
    ),
    "budget_amount_check": InvalidInput("A budget is zero or more, and not too large to keep."),
    "saved_pivot_name": Conflict("You have a pivot of this name already."),
    "recurring_tenant_id_category_id_fkey": NotFound("There is no such category."),
    "recurring_amount_check": InvalidInput("The amount is too large for FinTrack to keep."),
    "recurring_starts_on_check": InvalidInput("The date lies outside the years 1000 to 2999."),
    "transaction_tag_tenant_id_tag_id_fkey": NotFound("There is no such tag."),
    "transaction_tenant_id_batch_id_account_id_fkey": Conflict(
        "An imported transaction stays in the account that it was imported into."
    ),
    "transaction_tenant_id_account_id_import_key_key": Conflict(
        "The same transaction has been imported into this account again."
    ),
    "transaction_pkey": Conflict("This transaction exists already."),
}
BY_STATE: dict[str, FinTrackError] = {
    "22003": InvalidInput("An amount or a sum is too large for FinTrack to keep."),
    "23503": NotFound("Something that this refers to does not exist, or no longer."),
    "23505": Conflict("It exists already."),
    "23514": InvalidInput("FinTrack cannot keep this as it is; check the amounts and the texts."),
    "42501": PermissionDenied(NOT_WRITABLE),
}


@contextmanager
def refusals() -> Iterator[None]:
    """Turn the refusal of a constraint or of a row policy into the member's sentence.

    Raises:
        Conflict: it exists already.
        InvalidInput: the value cannot be kept.
        NotFound: something that it refers to does not exist.
        PermissionDenied: the account is not the member's to change.
    """
    try:
        yield
    except DBAPIError as error:
        told = _sentence(error)
        if told is None:
            raise
        raise type(told)(*told.args) from error


def constraint_of(error: DBAPIError) -> str:
    """Return the name of the violated constraint, empty for other errors."""
    return getattr(getattr(error.orig, "diag", None), "constraint_name", None) or ""


def _sentence(error: DBAPIError) -> FinTrackError | None:
    by_name = BY_CONSTRAINT.get(constraint_of(error))
    return by_name or BY_STATE.get(getattr(error.orig, "sqlstate", None) or "")
