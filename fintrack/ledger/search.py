"""The words a transaction is found by, and the terms a search is made of."""

import re
import unicodedata

LONGEST_WORD = 40
_WORD = re.compile(r"[^\W_]+")
_AMOUNT = re.compile(r"[-+\N{MINUS SIGN}]?(\d+)[.,](\d*)")


def words_of(payee: str, description: str, note: str, amount: str) -> list[str]:
    """Return the distinct words that find a transaction, in order of appearance.

    `amount` is its decimal text; without the sign it is one word, found by `42` and by `42.00`.
    """
    found = _words(f"{payee} {description} {note}")
    return list(dict.fromkeys([*found, amount.lstrip("-")]))


def search_terms(text: str) -> list[str]:
    """Return the beginnings of words that a search asks for, all of which must be found."""
    terms: list[str] = []
    for part in text.split():
        amount = _AMOUNT.fullmatch(part)
        terms += [f"{amount[1]}.{amount[2]}"] if amount else _words(part)
    return list(dict.fromkeys(terms))


def _words(text: str) -> list[str]:
    bare = text.casefold() if text.isascii() else _bare(text)
    return [word[:LONGEST_WORD] for word in _WORD.findall(bare)]


def _bare(text: str) -> str:
    plain = unicodedata.normalize("NFKD", text).casefold()
    plain = unicodedata.normalize("NFKD", plain)
    return "".join(letter for letter in plain if not unicodedata.combining(letter))
