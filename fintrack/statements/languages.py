"""Which letters belong together: what tells one old encoding from another that fits as well."""

from collections import Counter
from collections.abc import Mapping

_LETTERS = {
    "Albanian": "çë",
    "Catalan": "àçèéíïòóúü",
    "Croatian": "ćčđšž",
    "Czech": "áéíóúýčďěňřšťůž",
    "Danish": "åæéø",
    "Dutch": "áèéêëíïóöúü",
    "Estonian": "äõöüšž",
    "French": "àâæçèéêëîïôùûüÿœ",
    "German": "äößü",
    "Hungarian": "áéíóöúüőű",
    "Icelandic": "áæéíðóöúýþ",
    "Italian": "àèéìíîòóùú",
    "Latvian": "āčēģīķļņšūž",
    "Lithuanian": "ąčėęįšūųž",
    "Polish": "óąćęłńśźż",
    "Portuguese": "àáâãçéêíóôõúü",
    "Romanian": "âîăşţșț",
    "Slovak": "áäéíóôúýčďĺľňŕšťž",
    "Spanish": "áéíñóúü",
    "Swedish": "äåéö",
    "Turkish": "âçîöûüğış",
}
# Below stand signs such as the º of "Nº", above other scripts.
_FIRST, _LAST = "\xc0", "\u024f"


def strange_letters(text: str) -> int:
    """Return how many letters are left over in the Latin language that has the most of them."""
    latin = (each for each in text.casefold() if _FIRST <= each <= _LAST and each.isalpha())
    letters = Counter(latin)
    return min(_outside(letters, own) for own in _LETTERS.values())


def _outside(letters: Mapping[str, int], own: str) -> int:
    return sum(count for letter, count in letters.items() if letter not in own)
