"""Which category and tags an imported row gets: the payee's usual one, or what an export names."""

from collections.abc import Collection
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from sqlalchemy import ARRAY, Text, any_, func, literal, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from fintrack import audit
from fintrack.ledger.category_paths import SEPARATOR, category_tree
from fintrack.ledger.rows import add, one_of
from fintrack.schema import Category, Payee, Tag, Transaction, new_id

NAME_LENGTH = 60
# Transactions of a payee, newest first, that are looked through for his usual category.
LOOKED_BACK = 300


def usual_categories(db: Session, payees: Collection[str]) -> dict[str, UUID]:
    """Return by payee its default category, else that of its newest visible transaction.

    Who left the newest hundreds of a payee without one is not told of what was before.
    """
    names = sorted({each for each in payees if each})
    if not names:
        return {}
    used = list(db.scalars(select(Category.id).where(Category.archived_at.is_(None))))
    unnested = func.unnest(literal(names, ARRAY(Text()))).table_valued("payee", name="asked")
    asked = unnested.render_derived()
    newest = (
        select(Transaction.category_id)
        .where(Transaction.payee == asked.c.payee)
        .order_by(Transaction.booked_on.desc(), Transaction.id.desc())
        .limit(LOOKED_BACK)
        .correlate(asked)
        .lateral()
    )
    usual = select(newest.c.category_id).where(one_of(newest.c.category_id, used)).limit(1)
    latest = select(asked.c.payee, usual.lateral().c.category_id)
    lowered = [each.lower() for each in names]
    default = (
        select(func.lower(Payee.name), Payee.category_id)
        .join(Category, Category.id == Payee.category_id)
        .where(
            func.lower(Payee.name) == any_(literal(lowered, ARRAY(Text()))),
            Category.archived_at.is_(None),
        )
    )
    defaults = {name: category for name, category in db.execute(default) if category}
    found = {payee: category for payee, category in db.execute(latest) if category}
    by_default = {each: defaults[each.lower()] for each in names if each.lower() in defaults}
    return found | by_default


@dataclass(slots=True)
class CategoryNames:
    """The categories by kind and full name, as an export writes it."""

    _ids: dict[tuple[str, str], UUID] = field(default_factory=dict)
    _made: list[dict[str, Any]] = field(default_factory=list)

    def named(self, path: str, kind: str | None, amount: int) -> UUID:
        """Return the category of this full name and kind, by the amount where none is named.

        One that does not exist is planned, with what is missing above it.
        """
        likely = "INCOME" if amount > 0 else "EXPENSE"
        return self._plan(kind if kind in {"INCOME", "EXPENSE"} else likely, path)

    def make(self, db: Session) -> None:
        """Write the planned categories, those above first."""
        for each in self._made:
            add(db, Category, ["id", "parent_id", "kind", "name"], [each])
        made = [audit.Change(UUID(each["id"]), None, None, dict(each)) for each in self._made]
        audit.record_many(db, "category.created", made)
        self._made.clear()

    def _plan(self, kind: str, path: str) -> UUID:
        known = self._ids.get((kind, path.casefold()))
        if known is not None:
            return known
        above, _, name = path.rpartition(SEPARATOR)
        parent = self._plan(kind, above) if above else None
        made = new_id()
        self._ids[kind, path.casefold()] = made
        names = {"kind": kind, "name": name.strip()[:NAME_LENGTH] or "Imported"}
        self._made.append({"id": str(made), "parent_id": str(parent) if parent else None, **names})
        return made


def known_categories(db: Session) -> CategoryNames:
    """Return the categories of the tenant, archived ones too; of two of one name the one in use."""
    tree = category_tree()
    rows = db.execute(select(tree.c.kind, tree.c.path, tree.c.id).order_by(tree.c.archived.desc()))
    return CategoryNames({(row.kind, row.path.casefold()): row.id for row in rows})


def named_tags(db: Session, names: Collection[str]) -> dict[str, UUID]:
    """Return the tags of these names, whatever the case; those that are missing are made."""
    if not names:
        return {}
    rows = [{"id": new_id(), "name": name} for name in sorted(names)]
    missing = insert(Tag).values(rows).on_conflict_do_nothing().returning(Tag.id, Tag.name)
    made = [audit.Change(row.id, None, None, {"name": row.name}) for row in db.execute(missing)]
    audit.record_many(db, "tag.created", made)
    given = func.unnest(literal(sorted(names), ARRAY(Text()))).table_valued("name")
    found = select(given.c.name, Tag.id).join(Tag, func.lower(Tag.name) == func.lower(given.c.name))
    return dict(db.execute(found).all())
