"""Field :86:, what a movement is about, in the dialects of the banks.

Source: DFÜ-Abkommen, annex 3 (structured by ?20); SEPA rule book of the Dutch banks (/TAG/); the
German non-SWIFT field :NS:.
"""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from fintrack.statements.text import clean

_CODED = re.compile(r"\s*\d{3}([?><~^@|#!*])\d\d")
_FREE_CODED = re.compile(r"\s*([?~])\d\d")
_SHORT_CODE = re.compile(r"^\s*(?:[A-Z]\d\d\?|999(?:PN\d{4})?)")
_SEPA = re.compile(
    r"(EREF|KREF|MREF|CRED|DEBT|COAM|OAMT|SVWZ|ABWA|ABWE|IBAN|BIC|MTLG|PURP|RTRN|ANAM|BREF)\+"
)
_TAGS = """
    ADDR ADRL BENM BIC BUSP CHGS CNTP CREF CSID EREF EXCH IBAN ID INFO IREF ISDT KREF MARF MREF NAME
    NRTX OCMT ORDB ORDP PREF PURP REMI RREF RTRN SVCL TRCD TRTP ULTB ULTC ULTD
    """.split()
_TAG = re.compile(rf"/({'|'.join(_TAGS)})(?=/)")
_TAGGED = re.compile(r"\s*/[A-Z]{2,4}/")
_NAMES = ("NAAM", "NAME", "NOM", "OD", "DLA")
_PURPOSES = ("OMSCHRIJVING", "TYT.", "TYTUL", "MOTIF")
_OTHER_LABELS = """
    BETALINGSKENM. BIC IBAN ID INCASSANT KENMERK MACHTIGING REF REK TNR VALUTADATUM
    """.split()
_LOWER_LABELS = ("od", "dla", "tyt.", "tytul")
_LABELS = (*_NAMES, *_PURPOSES, *_OTHER_LABELS, *_LOWER_LABELS)
_LABEL = re.compile(rf"(?:^|(?<=[\s;/]))({'|'.join(map(re.escape, _LABELS))})\s?:")
_GERMAN_PURPOSE = (*range(20, 30), *range(60, 64))
_GERMAN_NAME, _GERMAN_KIND = (32, 33), 0
_NON_SWIFT_PURPOSE, _NON_SWIFT_NAME = range(1, 15), (15, 16)
_FULL_SUBFIELD, _FULL_LINE = 27, 65
_REMITTANCE_KIND = re.compile(r"(?:USTD|STRD)/+(?:(?:CUR|ISO)/+)?")
_CODE = re.compile(r"(\d\d)(.*)", re.DOTALL)


@dataclass(frozen=True, slots=True)
class Details:
    """Who is on the other side, as far as the bank says so, and what it was for."""

    payee: str = ""
    text: str = ""


def details(lines: Sequence[str]) -> Details:
    """Return what the lines say, in whichever dialect they are written."""
    joined = "".join(lines)
    if coded := _CODED.match(joined) or _FREE_CODED.match(joined):
        return _coded(joined, coded[1])
    if _TAGGED.match(joined) and _TAG.search(joined):
        return _tagged(joined)
    text = _wrapped(lines)
    if _LABEL.search(text):
        return _labelled(text)
    return Details(text=_sepa_purpose(clean(_SHORT_CODE.sub("", text))))


def non_swift_details(lines: Iterable[str]) -> Details:
    """Return what field :NS: says, where each line begins with its code."""
    values = {int(found[1]): found[2] for line in lines if (found := _CODE.match(line))}
    payee, text = _flow(values, _NON_SWIFT_NAME), _flow(values, _NON_SWIFT_PURPOSE)
    return Details(payee, text)


def _coded(joined: str, separator: str) -> Details:
    """`166?00TRANSFER?20Invoice?32Ana`: a part that begins with no code belongs to the last one."""
    values: dict[int, str] = {}
    code = -1
    for part in joined.split(separator)[1:]:
        found = _CODE.match(part)
        if found:
            code = int(found[1])
            values[code] = values.get(code, "") + found[2]
        elif code >= 0:
            values[code] += separator + part
    payee, kind = _flow(values, _GERMAN_NAME), clean(values.get(_GERMAN_KIND, ""))
    purpose = _sepa_purpose(_flow(values, _GERMAN_PURPOSE))
    return Details(payee, purpose if payee and purpose else clean(f"{kind} {purpose}"))


def _sepa_purpose(purpose: str) -> str:
    parts = _SEPA.split(purpose)
    tags = dict(zip(parts[1::2], parts[2::2], strict=True))
    return clean(tags.get("SVWZ", "")) or purpose


def _flow(values: dict[int, str], codes: Iterable[int]) -> str:
    """Join what the bank cut into pieces; a piece that is not full ends with a word."""
    text = ""
    for piece in (values[code] for code in codes if code in values):
        text += piece if len(piece) >= _FULL_SUBFIELD else f"{piece} "
    return clean(text)


def _tagged(joined: str) -> Details:
    """`/EREF/…/NAME/Ana/REMI/Invoice`; ING packs IBAN, BIC, name and town into `/CNTP/`."""
    head, *parts = _TAG.split(joined)
    tags: dict[str, str] = {}
    for tag, value in zip(parts[::2], parts[1::2], strict=True):
        tags.setdefault(tag, value.removeprefix("/"))
    counterparty = tags.get("CNTP", "").split("/")
    named = [tags.get("NAME", ""), *counterparty[2:3], tags.get("BENM", ""), tags.get("ORDP", "")]
    payee = next((name for each in named if (name := clean(each.strip("/")))), "")
    remittance = _REMITTANCE_KIND.sub("", tags.get("REMI", "").strip(" /"))
    text = remittance.strip(" /") or tags.get("INFO", "").strip(" /") or head.strip(" /")
    return Details(payee, clean(text or ("" if payee else joined)))


def _labelled(text: str) -> Details:
    """`Invoice 7 REK: … NAAM: Ana`, or with `OMSCHRIJVING:` for what it was for."""
    head, *parts = _LABEL.split(text)
    values: dict[str, str] = {}
    for label, value in zip(parts[::2], parts[1::2], strict=True):
        values.setdefault(label.upper(), clean(value.rstrip(" ;/")))
    payee = next((values[name] for name in _NAMES if values.get(name)), "")
    purpose = next((values[name] for name in _PURPOSES if values.get(name)), "")
    return Details(payee, purpose or clean(head) or clean(text))


def _wrapped(lines: Iterable[str]) -> str:
    """Join lines that were broken where they were full, and part the others by a blank."""
    return "".join(line if len(line) >= _FULL_LINE else f"{line} " for line in lines)
