"""Rules: imported rows that hold certain words get a category, before the payee's usual one."""

from collections.abc import Mapping
from uuid import UUID

import pandas as pd
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from fintrack.context import Permission, TenantContext
from fintrack.db import tenant_transaction
from fintrack.errors import InvalidInput
from fintrack.frames import Shape, read_frame
from fintrack.ledger.category_paths import category_tree
from fintrack.ledger.search import search_terms
from fintrack.ledger.subjects import Subject, change_row, create_row, delete_row
from fintrack.plan_schema import Rule
from fintrack.schema import Category, new_id
from fintrack.texts import neutral, required

RULES: Shape = {"id": "str", "words": "str", "category_id": "str", "category": "str"}
NO_RULE = "There is no such rule."
RULE = Subject(Rule.id, (Rule.words, Rule.category_id), NO_RULE)
LONGEST_WORDS = 200


def rules(context: TenantContext) -> pd.DataFrame:
    """Return the tenant's rules by their words: `RULES`."""
    context.require(Permission.READ)
    tree = category_tree()
    statement = (
        select(Rule.id, Rule.words, Rule.category_id, tree.c.path)
        .outerjoin(tree, tree.c.id == Rule.category_id)
        .order_by(func.lower(Rule.words))
    )
    with tenant_transaction(context) as db:
        return read_frame(db, statement, RULES)


def create_rule(context: TenantContext, words: str, category_id: UUID) -> UUID:
    """Put imported rows that hold all the words, as beginnings, under a category; returns the id.

    Raises:
        PermissionDenied: the member may not manage categories.
        NotFound: there is no such category.
        Conflict: there is a rule of these words.
        InvalidInput: the words are missing or too long.
    """
    context.require(Permission.MANAGE_CATEGORIES)
    values = {"id": new_id(), "words": _words(words), "category_id": category_id}
    with tenant_transaction(context) as db:
        return create_row(db, RULE, "rule.created", values)


def change_rule(
    context: TenantContext,
    rule_id: UUID,
    words: str | None = None,
    category_id: UUID | None = None,
    version: str | None = None,
) -> None:
    """Give a rule other words or another category; what is not given stays.

    What was imported stays as it is, too.

    Raises:
        PermissionDenied: the member may not manage categories.
        NotFound: there is no such rule or category.
        Outdated: somebody was faster.
        Conflict: there is a rule of these words.
        InvalidInput: the words are missing or too long.
    """
    context.require(Permission.MANAGE_CATEGORIES)
    given = {"words": None if words is None else _words(words), "category_id": category_id}
    values = {name: value for name, value in given.items() if value is not None}
    with tenant_transaction(context) as db:
        change_row(db, RULE, rule_id, "rule.changed", values, version)


def delete_rule(context: TenantContext, rule_id: UUID, version: str | None = None) -> None:
    """Forget a rule; what was imported by it stays as it is.

    Raises:
        PermissionDenied: the member may not manage categories.
        NotFound: there is no such rule.
        Outdated: somebody was faster.
    """
    context.require(Permission.MANAGE_CATEGORIES)
    with tenant_transaction(context) as db:
        delete_row(db, RULE, rule_id, "rule.deleted", version)


def ruled_categories(db: Session, texts: Mapping[int, str]) -> dict[int, UUID]:
    """Return by key the category of the texts that a rule is for; of several the one of most words.

    An archived category is given to nothing any more.
    """
    statement = (
        select(Rule.words, Rule.category_id)
        .join(Category, Category.id == Rule.category_id)
        .where(Category.archived_at.is_(None))
        .order_by(Rule.id)
    )
    known = [(search_terms(row.words), row.category_id) for row in db.execute(statement)]
    known.sort(key=lambda each: -len(each[0]))
    found = {}
    for key, text in texts.items() if known else ():
        words = search_terms(text)
        category = next((each for terms, each in known if _holds(words, terms)), None)
        if category is not None:
            found[key] = category
    return found


def _holds(words: list[str], terms: list[str]) -> bool:
    return all(any(word.startswith(term) for word in words) for term in terms)


def _words(words: str) -> str:
    kept = required(neutral(words), "words of the rule", LONGEST_WORDS)
    if not search_terms(kept):
        raise InvalidInput("A rule needs a word or a number to look for.")
    return kept
