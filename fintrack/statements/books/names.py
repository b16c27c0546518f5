"""The names of a book as FinTrack keeps them: short enough, and no two the same in one place."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from uuid import UUID

from fintrack.ledger import accounts, categories, tags
from fintrack.schema import new_id
from fintrack.statements.books.book import Book, BookCategory
from fintrack.texts import neutral, plain

Key = tuple[str, ...]


@dataclass(frozen=True, slots=True)
class CategoryRow:
    """A category that is to be made."""

    id: UUID
    parent_id: UUID | None
    kind: str
    name: str


@dataclass(frozen=True, slots=True)
class Names:
    """What the accounts, categories and tags of a book are called, and the ids they get.

    Accounts by their key, tags by their name in small letters.
    """

    accounts: Mapping[str, tuple[UUID, str]]
    category_rows: tuple[CategoryRow, ...]
    categories: Mapping[BookCategory, UUID]
    tags: Mapping[str, tuple[UUID, str]]

    def tag_ids(self, names: Iterable[str]) -> list[str]:
        """Return the ids of tags, each once, as text."""
        ids = {str(self.tags[tag][0]) for name in names if (tag := _tag(name).casefold())}
        return sorted(ids)


def names_of(book: Book) -> Names:
    """Return the names of everything in the book, unused categories too."""
    used = (line.category for each in book.transactions for line in each.lines if line.category)
    tree = _Tree({}, {})
    planned = (each.category for each in book.budgets)
    for category in (*book.categories, *used, *planned):
        tree.take(category)
    taken: set[str] = set()
    named = {
        each.key: (new_id(), _free(_kept(each.name, accounts.LONGEST_NAME, "Account"), taken))
        for each in book.accounts
    }
    words = {_tag(name) for each in book.transactions for name in each.tags}
    kept = {word.casefold(): (new_id(), word) for word in sorted(words) if word}
    return Names(named, tuple(tree.rows.values()), tree.known, kept)


@dataclass(frozen=True, slots=True)
class _Tree:
    rows: dict[Key, CategoryRow]
    known: dict[BookCategory, UUID]

    def take(self, category: BookCategory) -> None:
        if category in self.known:
            return
        parent: UUID | None = None
        place: Key = (category.kind.value,)
        for word in category.path:
            name = _kept(word, categories.LONGEST_NAME, "Category")
            place = (*place, name.casefold())
            if place not in self.rows:
                self.rows[place] = CategoryRow(new_id(), parent, category.kind.value, name)
            parent = self.rows[place].id
        if parent is not None:
            self.known[category] = parent


def _kept(name: str, longest: int, otherwise: str) -> str:
    return plain(neutral(name))[:longest].strip() or otherwise


def _tag(name: str) -> str:
    return plain(neutral(name))[: tags.LONGEST_NAME].strip()


def _free(name: str, taken: set[str]) -> str:
    """Return the name, or one with a number where it is taken; two cases of it are one."""
    free, number = name, 1
    while free.casefold() in taken:
        number += 1
        free = f"{name[: accounts.LONGEST_NAME - 6]} {number}"
    taken.add(free.casefold())
    return free
