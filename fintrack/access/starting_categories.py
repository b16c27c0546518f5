"""The category tree that a new tenant of each type begins with."""

from typing import Any

from fintrack.context import TenantType
from fintrack.schema import new_id

HOUSEHOLD: dict[str, dict[str, tuple[str, ...]]] = {
    "INCOME": {
        "Salary": (),
        "Interest and dividends": (),
        "Gifts received": (),
        "Refunds": (),
        "Other income": (),
    },
    "EXPENSE": {
        "Housing": ("Rent and mortgage", "Energy and water", "Internet and phone", "Repairs"),
        "Food": ("Groceries", "Eating out"),
        "Transport": ("Public transport", "Fuel", "Car"),
        "Health": ("Doctor and pharmacy", "Sport"),
        "Insurance": (),
        "Leisure": ("Subscriptions", "Culture and hobbies", "Travel"),
        "Shopping": ("Clothing", "Household goods"),
        "Gifts and donations": (),
        "Taxes": (),
        "Bank fees": (),
        "Other expenses": (),
    },
}
FAMILY_EXTRA = {"Children": ("School and day care", "Pocket money", "Activities")}
BUSINESS: dict[str, dict[str, tuple[str, ...]]] = {
    "INCOME": {"Sales": ("Products", "Services"), "Interest": (), "Grants": (), "Other income": ()},
    "EXPENSE": {
        "Cost of sales": ("Materials", "Contractors"),
        "Staff": ("Wages", "Social security"),
        "Premises": ("Rent", "Energy and water"),
        "Office": ("Supplies", "Phone and internet"),
        "Software": (),
        "Marketing": (),
        "Travel": (),
        "Vehicles": (),
        "Insurance": (),
        "Professional fees": (),
        "Bank fees and interest": (),
        "Taxes": ("VAT", "Income tax"),
        "Owner's draw": (),
        "Other expenses": (),
    },
}


def starting_categories(kind: TenantType) -> list[dict[str, Any]]:
    """Return the rows of a new tenant's categories, each parent before its children."""
    trees = BUSINESS if kind is TenantType.BUSINESS else HOUSEHOLD
    if kind is TenantType.FAMILY:
        trees = trees | {"EXPENSE": trees["EXPENSE"] | FAMILY_EXTRA}
    rows: list[dict[str, Any]] = []
    for category_kind, tree in trees.items():
        for name, children in tree.items():
            parent = _row(category_kind, name, None)
            rows += [parent, *(_row(category_kind, child, parent["id"]) for child in children)]
    return rows


def _row(kind: str, name: str, parent_id: str | None) -> dict[str, Any]:
    return {
        "id": str(new_id()),
        "parent_id": parent_id,
        "kind": kind,
        "name": name,
    }
