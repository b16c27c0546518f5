"""Which column is which by its name, as far as its cells agree."""

from collections.abc import Sequence

from fintrack.statements.delimited.header import header_currency, role_scores
from fintrack.statements.delimited.header_words import CARD_WORDS, normalised
from fintrack.statements.delimited.profile import Profile, fits
from fintrack.statements.mapping import Role

_EMPTY_COLUMN = 500
_NAMED_CURRENCY = 200
_CORE = frozenset({Role.DATE, Role.AMOUNT, Role.DEBIT, Role.CREDIT})
_TWO_SIDED = (Role.SOURCE, Role.SOURCE_TYPE, Role.DESTINATION, Role.DESTINATION_TYPE)
_ONLY_TWO_SIDED = frozenset({*_TWO_SIDED, Role.FOREIGN_AMOUNT, Role.FOREIGN_CURRENCY})
_PROMISED = 700
_MANY, _FEW_ACCOUNTS = 3, 20
_NEAR = 2


def roles_by_name(names: Sequence[str], profiles: Sequence[Profile]) -> list[Role]:
    """Return one role per column, each but TEXT at most once, IGNORE for unknown names."""
    roles = [Role.IGNORE] * len(profiles)
    offers = sorted(_offers(names, profiles), key=lambda offer: (-offer[0], offer[2]))
    for strict in (True, False):
        for score, role, column in offers:
            promised = not strict and role in _CORE and score >= _PROMISED
            is_free = roles[column] is Role.IGNORE and (role is Role.TEXT or role not in roles)
            if is_free and (promised or fits(role, profiles[column])):
                roles[column] = role
    if not all(role in roles for role in _TWO_SIDED):
        roles = [Role.IGNORE if role in _ONLY_TWO_SIDED else role for role in roles]
    return _own_account(roles, names, profiles)


def _offers(names: Sequence[str], profiles: Sequence[Profile]) -> list[tuple[int, Role, int]]:
    offers = []
    for index, column in enumerate(profiles):
        name = names[index] if index < len(names) else ""
        scores = role_scores(name)
        for role, score in scores.items():
            # The name of an account is not the name of a payee.
            if role is Role.PAYEE and scores.get(Role.ACCOUNT, 0) > score:
                continue
            bonus = _NAMED_CURRENCY if role is Role.AMOUNT and header_currency(name) else 0
            empty = _EMPTY_COLUMN * (1 - column.coverage) if column.rows else 0
            offers.append((score + bonus - int(empty), role, index))
    return offers


def _own_account(
    roles: list[Role], names: Sequence[str], profiles: Sequence[Profile]
) -> list[Role]:
    """The account beside the payee, or one with nearly as many values as rows, is the payee's."""
    if Role.ACCOUNT not in roles:
        return roles
    at = roles.index(Role.ACCOUNT)
    column = profiles[at]
    changing = column.distinct > max(_FEW_ACCOUNTS, column.filled // _MANY)
    payee = roles.index(Role.PAYEE) if Role.PAYEE in roles else at
    is_card = at < len(names) and not CARD_WORDS.isdisjoint(normalised(names[at]).split())
    beside = (
        column.numbered > 0
        and not is_card
        and 0 < at - payee <= _NEAR
        and (column.distinct > 1 or column.rows == 1)
    )
    if changing or beside or column.dates > 0:
        roles[at] = Role.IGNORE
    return roles
