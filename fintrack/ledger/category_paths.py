"""The full names of categories, from the top of the tree down."""

from collections.abc import Collection
from uuid import UUID

from sqlalchemy import CTE, Integer, func, literal, select
from sqlalchemy.dialects.postgresql import array
from sqlalchemy.orm import Session, aliased

from fintrack.ledger.rows import one_of
from fintrack.schema import Category

SEPARATOR = " › "  # noqa: RUF001 - no category's name is likely to hold it


def category_paths(db: Session, ids: Collection[UUID]) -> dict[UUID, str]:
    """Return the names from the top of the tree down to each of the categories."""
    if not ids:
        return {}
    columns = (Category.id, Category.parent_id, Category.name)
    asked = select(*columns).where(one_of(Category.id, ids)).cte("above", recursive=True)
    parent = aliased(Category)
    higher = select(parent.id, parent.parent_id, parent.name)
    above = asked.union(higher.join(asked, parent.id == asked.c.parent_id))
    nodes = {row.id: (row.parent_id, row.name) for row in db.execute(select(above))}
    return {each: _path(nodes, each) for each in ids if each in nodes}


def _path(nodes: dict[UUID, tuple[UUID | None, str]], leaf: UUID) -> str:
    names, each = [], leaf
    while True:
        parent, name = nodes[each]
        names.append(name)
        if parent is None:
            return SEPARATOR.join(reversed(names))
        each = parent


def category_tree() -> CTE:
    """Return the whole tree as a table: the category, its path, depth and place among the others.

    Its columns are id, parent_id, kind, name, archived, path, place and depth.
    """
    own = (Category.id, Category.parent_id, Category.kind, Category.name)
    archived = Category.archived_at.is_not(None).label("archived")
    place = array([func.lower(Category.name)]).label("place")
    depth = literal(0, Integer()).label("depth")
    path = Category.name.label("path")
    top = select(*own, archived, path, place, depth).where(Category.parent_id.is_(None))
    tree = top.cte("tree", recursive=True)
    child = aliased(Category)
    below = select(
        child.id,
        child.parent_id,
        child.kind,
        child.name,
        child.archived_at.is_not(None),
        tree.c.path + SEPARATOR + child.name,
        func.array_append(tree.c.place, func.lower(child.name)),
        tree.c.depth + 1,
    )
    return tree.union_all(below.join(tree, child.parent_id == tree.c.id))
