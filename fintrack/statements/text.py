"""Bytes to text: which characters a bank file is written in."""

import codecs
import io
import re
import unicodedata
from collections.abc import Iterator
from functools import lru_cache

import chardet

from fintrack.statements.languages import strange_letters
from fintrack.statements.statement import StatementError

_MARKS = (
    (b"\xff\xfe\x00\x00", "utf-32"),
    (b"\x00\x00\xfe\xff", "utf-32"),
    (b"\xef\xbb\xbf", "utf-8-sig"),
    (b"\xff\xfe", "utf-16"),
    (b"\xfe\xff", "utf-16"),
)
UNREAD = "\N{REPLACEMENT CHARACTER}"
_SAMPLE = 65_536
_HEAD = 16_384
_CHUNK = 1 << 20
_LONGEST_LINE = 10_000
_ALWAYS_TRIED = ("cp1252", "cp1250", "cp1251", "gb18030")
_OFTEN_SEEN = frozenset(
    """
    cp1252 cp1250 cp1251 cp1253 cp1254 cp1255 cp1256 cp1257 cp1258 cp874 koi8-r koi8-u
    mac-roman gb18030 big5 shift_jis cp932 euc_kr cp949 euc_jp iso8859-2 iso8859-5 iso8859-7
    """.split(),
)
_FEW = 6
_NOT_TEXT = "This file is not text; choose a statement from your bank."
_LAST_ASCII = 0x7F
_FIRST_OF_BUDDHA = 2400
_SPACES = re.compile(r"\s+")
_CONTROL = re.compile(
    r"[\x00-\x08\x0e-\x1f\x7f-\x9f\u200e\u200f\u202a-\u202e\u2066-\u2069\ufeff\ud800-\udfff]"
)
_NOT_ASCII = re.compile(rb"[\x80-\xff]")
_NON_ASCII_WORD = re.compile(r"[^\W\d_]*[^\x00-\x7f\W\d_]+[^\W\d_]*")
_ODD_SIGN = re.compile(
    r"(?<=[^\W\d_])(?:[\xa1\xa2\xa4\xa5\xa6\xa8\xac\xaf\xb1\xb4-\xb6\xb8\xbf\u0152\u02c6-\u02dd]"
    r"|[\xa9\xae](?=[^\W\d_]))"
)
_CASE_JUMP = re.compile(r"[a-zß-öø-ÿα-ωа-я](?=[À-ÖØ-ÞŁŃŐŔŘŚŞŠŢŤŮŰŹŻŽΑ-ΩА-Я])")
_CONTROL_OF_ISO = re.compile(rb"[\x80-\x9f]")


def decode(content: bytes, encoding: str | None = None) -> tuple[str, str]:
    """Return the text without its mark, and the name of the encoding that was found.

    Raises:
        StatementError: it is not text, or not in the encoding that was asked for.
    """
    chosen = encoding or detected_encoding(content)
    try:
        text = content.decode(chosen)
    except (UnicodeError, LookupError) as error:
        if encoding is None:
            text = content.decode("cp1252", errors="replace")
        else:
            message = f"The file is not written in {encoding[:40]}; choose another encoding."
            raise StatementError(message) from error
    text = text.removeprefix("\ufeff")
    if "\x00" in text:
        raise StatementError(_NOT_TEXT)
    return text, chosen


def head(content: bytes) -> bytes:
    """Return the beginning as bytes of ASCII, whether one or two bytes make a letter."""
    return content[:_HEAD].replace(b"\x00", b"").lstrip(b"\xef\xbb\xbf\xff\xfe")


def numbered_lines(content: bytes, encoding: str) -> Iterator[tuple[int, str]]:
    """Yield each line without its end, and its number; one line at a time is in memory.

    Raises:
        StatementError: it is not text, or a line is too long for a statement.
    """
    stream = io.TextIOWrapper(io.BytesIO(content), encoding, errors="replace")
    number = 0
    while line := stream.readline(_LONGEST_LINE + 1):
        number += 1
        if len(line) > _LONGEST_LINE:
            raise StatementError(f"Line {number} is too long for a statement; choose another file.")
        if "\x00" in line:
            raise StatementError(_NOT_TEXT)
        yield number, line.rstrip("\n")


def unified(text: str) -> str:
    """Return the text with LF for every line end."""
    return text.replace("\r\n", "\n").replace("\r", "\n")


def detected_encoding(content: bytes) -> str:
    """Return the encoding: by its mark, as Unicode, else the most plausible of the old ones."""
    for mark, encoding in _MARKS:
        if content.startswith(mark):
            return encoding
    if wide := _wide_encoding(content[:_SAMPLE]):
        return wide
    return "utf-8" if is_utf8(content) else _old_encoding(content)


def western_encoding(content: bytes) -> str:
    """Return UTF-8, else the one of western banks, in which every byte is a letter.

    A file of fixed columns must not be read in an encoding that joins bytes.
    """
    return "utf-8-sig" if is_utf8(content) else "cp1252"


def is_utf8(content: bytes) -> bool:
    """Say whether all bytes are UTF-8, as plain ASCII is."""
    decoder = codecs.getincrementaldecoder("utf-8")()
    try:
        for start in range(0, len(content), _CHUNK):
            decoder.decode(content[start : start + _CHUNK])
        decoder.decode(b"", final=True)
    except UnicodeDecodeError:
        return False
    return True


def encoding_certainty(content: bytes, encoding: str) -> int:
    """Return how sure the encoding is, in percent: Unicode proves itself, old ones are likely."""
    sample = _telling_sample(content)
    text = _decoded(sample, encoding)
    if encoding.startswith("utf") or text is None or text.isascii():
        return 100
    read = (_decoded(sample, name) for name in _ALWAYS_TRIED if name != encoding)
    rivals = [other for other in read if other and other != text]
    return 90 if all(_doubt(text) < _doubt(other) for other in rivals) else 60


def common_year(year: int) -> int:
    """Return the year, also of one that is counted from the Buddha's death, 543 years before."""
    return year - 543 if year >= _FIRST_OF_BUDDHA else year


def clean(text: str) -> str:
    """Return the text on one line, without control characters and doubled blanks."""
    if text.isascii() and text.isprintable() and "  " not in text:
        return text.strip()
    return _SPACES.sub(" ", _CONTROL.sub("", text.replace("\x85", " "))).strip()


def _wide_encoding(sample: bytes) -> str | None:
    """Text of western banks in UTF-16 has a zero in every other byte."""
    half = len(sample) // 2
    if half == 0 or sample.count(0) < half // 2:
        return None
    odd, even = sample[1::2].count(0), sample[::2].count(0)
    if odd > even * 4:
        return "utf-16-le"
    return "utf-16-be" if even > odd * 4 else None


def _old_encoding(content: bytes) -> str:
    """Return the encoding that leaves the least doubt; of equals what banks write most."""
    sample = _telling_sample(content)
    few = sum(byte > _LAST_ASCII for byte in sample) < _FEW
    guesses = [_python_name(each["encoding"]) for each in chardet.detect_all(sample)]
    likely = [name for name in guesses if name in _OFTEN_SEEN][:6]
    order = [*_ALWAYS_TRIED, *likely] if few else [*likely, *_ALWAYS_TRIED]
    if _CONTROL_OF_ISO.search(content):
        order = [name for name in order if not name.startswith("iso8859")]
    readable = {name: text for name in order if (text := _decoded(sample, name)) is not None}
    if not readable:
        return "cp1252"
    best = min(readable, key=lambda name: _doubt(readable[name]))
    equal = (name for name in _ALWAYS_TRIED if readable.get(name) == readable[best])
    return next(equal, best)


def _telling_sample(content: bytes) -> bytes:
    """The first lines and, where those are plain, the neighbourhood of the first odd byte."""
    odd = _NOT_ASCII.search(content)
    first = odd.start() if odd else 0
    start = max(0, content.rfind(b"\n", 0, first) + 1) if first > _SAMPLE else 0
    end = content.rfind(b"\n", start, start + _SAMPLE)
    return content[start : end if end > first else start + _SAMPLE]


def _decoded(sample: bytes, encoding: str) -> str | None:
    try:
        return sample.decode(encoding)
    except (UnicodeError, LookupError):
        return None


def _python_name(name: str | None) -> str:
    lowered = (name or "").lower()
    aliases = {
        "macroman": "mac-roman",
        "euc-kr": "euc_kr",
        "euc-jp": "euc_jp",
        "gb2312": "gb18030",
        "iso-8859-1": "cp1252",
        "iso-8859-15": "cp1252",
        "iso8859-15": "cp1252",
        "iso-8859-9": "cp1254",
    }
    return aliases.get(lowered, lowered.replace("windows-", "cp").replace("iso-8859", "iso8859"))


def _doubt(text: str) -> tuple[int, int]:
    """What nobody would write counts first, then letters that no one language has together."""
    return _oddity(text), strange_letters(text)


def _oddity(text: str) -> int:
    """How much nobody would write: controls, signs in words, two scripts, jumping case."""
    controls = sum("\x80" <= letter <= "\x9f" for letter in text)
    signs = len(_ODD_SIGN.findall(text))
    words = _NON_ASCII_WORD.findall(text)
    mixed = sum(len({_script(letter) for letter in word}) > 1 for word in words)
    return (
        10 * controls + 5 * mixed + 2 * signs + sum(len(_CASE_JUMP.findall(word)) for word in words)
    )


@lru_cache(maxsize=4096)
def _script(letter: str) -> str:
    name = unicodedata.name(letter, "?")
    # Japanese mixes its syllables with Chinese characters inside one word; "Nº" is a Latin one.
    script = name.split(" ", 1)[0].split("-", 1)[0]
    if script in {"FEMININE", "MASCULINE"}:
        return "LATIN"
    return "CJK" if script in {"HIRAGANA", "KATAKANA", "IDEOGRAPHIC", "FULLWIDTH"} else script
