"""Which column is which by its name, as far as its cells agree."""

from collections.abc import Mapping, Sequence

from fintrack.statements.delimited.header import CONTAINED, header_currency, role_scores
from fintrack.statements.delimited.header_words import CARD_WORDS, normalised
from fintrack.statements.delimited.profile import Profile, fits
from fintrack.statements.mapping import Role

_EMPTY_COLUMN = 500
_NAMED_CURRENCY = 200
_CORE = frozenset({Role.DATE, Role.AMOUNT, Role.DEBIT, Role.CREDIT})
_TWO_SIDED = (Role.SOURCE, Role.SOURCE_TYPE, Role.DESTINATION, Role.DESTINATION_TYPE)
_ONLY_TWO_SIDED = frozenset({*_TWO_SIDED, Role.FOREIGN_AMOUNT, Role.FOREIGN_CURRENCY})
_SIDES = frozenset({Role.DEBIT, Role.CREDIT})
_PROMISED, _WORDS = 700, 0.3
_MANY, _FEW_ACCOUNTS, _FEW_THEIRS = 3, 20, 2
_NEAR = 2
_MOSTLY = 0.8


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
    return _with_unnamed_texts(_own_account(roles, names, profiles), names, profiles)


def rivals_of(
    role: Role, roles: Sequence[Role], names: Sequence[str], profiles: Sequence[Profile]
) -> list[int]:
    """Return the columns that are named as the one of this role is, each in another currency.

    Where that one is in every row, what fills only some of them is no rival.
    """
    at = roles.index(role) if role in roles else len(names)
    if at >= len(names) or header_currency(names[at]) is None:
        return []
    rivals = {
        header_currency(name): column
        for column, (name, each) in enumerate(zip(names, profiles, strict=False))
        if _without_code(name) == _without_code(names[at]) and each.numbers >= _MOSTLY
        if each.coverage == 1 or profiles[at].coverage < 1
    }
    return sorted(rivals.values()) if len(rivals) > 1 and None not in rivals else []


def _without_code(name: str) -> str:
    code = (header_currency(name) or "").casefold()
    return " ".join(word for word in normalised(name).split() if word != code)


def _offers(names: Sequence[str], profiles: Sequence[Profile]) -> list[tuple[int, Role, int]]:
    offers = []
    for index, column in enumerate(profiles):
        name = names[index] if index < len(names) else ""
        scores = _by_sides(role_scores(name))
        for role, score in scores.items():
            # The name of an account is not the name of a payee.
            if role is Role.PAYEE and scores.get(Role.ACCOUNT, 0) > score:
                continue
            bonus = _NAMED_CURRENCY if role is Role.AMOUNT and header_currency(name) else 0
            empty = _EMPTY_COLUMN * (1 - column.coverage) if column.rows else 0
            offers.append((score + bonus - int(empty), role, index))
    return offers


def _by_sides(scores: Mapping[Role, int]) -> Mapping[Role, int]:
    """One column that is named after both sides holds amounts with a sign; after one, none."""
    if not scores.keys() >= _SIDES:
        is_side = any(scores.get(side, 0) > CONTAINED for side in _SIDES)
        return {role: scores[role] for role in scores if role is not Role.AMOUNT or not is_side}
    others = {role: score for role, score in scores.items() if role not in _SIDES}
    return {Role.AMOUNT: max(scores[side] for side in _SIDES)} | others


def _with_unnamed_texts(
    roles: list[Role], names: Sequence[str], profiles: Sequence[Profile]
) -> list[Role]:
    """Words in columns without a name go on with the text before them."""
    for at in range(1, min(len(names), len(roles))):
        has_words = profiles[at].letters >= _WORDS and profiles[at].directions < 1
        follows = roles[at] is Role.IGNORE and roles[at - 1] is Role.TEXT
        if follows and not names[at] and has_words:
            roles[at] = Role.TEXT
    return roles


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
    # As many numbers as payees are theirs, wherever they stand behind them.
    theirs = column.distinct > max(_FEW_THEIRS, profiles[payee].distinct - 1)
    near = at - payee <= _NEAR and (column.distinct > 1 or column.rows == 1)
    beside = column.numbered > 0 and not is_card and at > payee and (near or theirs)
    if changing or beside or column.dates > 0:
        roles[at] = Role.IGNORE
    return roles
