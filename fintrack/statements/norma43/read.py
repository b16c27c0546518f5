"""Norma 43, the statements of Spanish banks, to statements.

Source: Asociación Española de Banca, cuaderno 43. Columns are counted from zero.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from decimal import Decimal

from fintrack.statements.merging import finished, miscounted
from fintrack.statements.norma43.currencies import BY_NUMBER
from fintrack.statements.statement import (
    RAW_LENGTH,
    Entry,
    Rejected,
    Statement,
    StatementError,
    StatementFile,
)
from fintrack.statements.text import clean, head, numbered_lines, western_encoding

_WIDTH = 80
_FIRST = re.compile(rb"\s*11\d{18}\d{12}[012]\d{14}[\d ]{3}[1-3 ]")
_AMOUNT = re.compile(r"[12]\d{14}", re.ASCII)
_DAY = re.compile(r"\d{6}", re.ASCII)
_COUNT = re.compile(r"\d{5,6}", re.ASCII)
_CENTURY = 80
_MOST_TEXTS = 20
_CONCEPTS = {
    "01": "Talones - Reintegros",
    "02": "Abonarés - Entregas - Ingresos",
    "03": "Domiciliados - Recibos - Letras - Pagos por su cuenta",
    "04": "Giros - Transferencias - Traspasos - Cheques",
    "05": "Amortizaciones, préstamos, créditos, etc.",
    "06": "Remesas, efectos",
    "07": "Suscripciones - Dividendos pasivos - Canjes",
    "08": "Dividendos, cupones - Prima, junta - Amortizaciones",
    "09": "Operaciones de bolsa y/o compra/venta de valores",
    "10": "Cheques gasolina",
    "11": "Cajero automático",
    "12": "Tarjetas de crédito - Tarjetas de débito",
    "13": "Operaciones extranjero",
    "14": "Devoluciones e impagados",
    "15": "Nóminas - Seguros sociales",
    "16": "Timbres - Corretaje - Póliza",
    "17": "Intereses - Comisiones - Custodia - Gastos e impuestos",
    "98": "Anulaciones - Correcciones de asiento",
    "99": "Varios",
}
_NOTHING = "This Norma 43 file holds no account statement; download the transactions again."
_TRUNCATED = "The file ends in the middle; download it from your bank again."


def is_norma43(content: bytes) -> bool:
    """Say whether the first line is the header record of an account."""
    return _FIRST.match(head(content)) is not None


def read_norma43(content: bytes) -> StatementFile:
    """Return one statement per account and currency, compared with the file's own totals.

    Raises:
        StatementError: it holds no account, or the end of one is missing.
    """
    reader = _Reader()
    for number, line in numbered_lines(content, western_encoding(content)):
        record = line.rstrip(" \x1a")
        if record:
            reader.take(number, record.ljust(_WIDTH))
    return StatementFile("norma43", reader.finished())


@dataclass(slots=True)
class _Movement:
    """Record 22 and the records 23 and 24 that say more about it."""

    line: int
    record: str
    raw: str
    texts: list[str] = field(default_factory=list)

    def take(self, record: str) -> None:
        if len(self.texts) < _MOST_TEXTS:
            self.raw += f"\n{record.rstrip()}"
            self.texts.append(record[4:] if record.startswith("23") else "")

    def entry(self) -> Entry | Rejected:
        written, raw = self.record, self.raw[:RAW_LENGTH]
        booked_on, valued_on = _day(written[10:16]), _day(written[16:22])
        amount, day = _amount(written[27:42]), booked_on or valued_on
        if day is None:
            return Rejected(self.line, raw, f"{written[10:16]!r} is not a date.")
        if amount is None:
            return Rejected(self.line, raw, f"{written[27:42]!r} is not a sign and an amount.")
        text = clean("".join(self.texts)) or _CONCEPTS.get(written[22:24], "")
        return Entry(self.line, day, valued_on, amount, "", text, None, raw)


@dataclass(slots=True)
class _Reader:
    """Where the reading stands: the account that is open, and its last movement."""

    statements: list[Statement] = field(default_factory=list)
    header: str = ""
    entries: list[Entry] = field(default_factory=list)
    rejected: list[Rejected] = field(default_factory=list)
    movement: _Movement | None = None
    records: int = 0
    counted: str = ""

    def take(self, number: int, record: str) -> None:
        kind = record[:2]
        if kind == "88":
            self.counted = record[20:26]
            return
        self.records += 1
        if kind in {"23", "24"} and self.movement:
            self.movement.take(record)
            return
        self.close_movement()
        if kind == "11":
            self.open_account(record)
        elif kind == "22" and self.header:
            self.movement = _Movement(number, record, record.rstrip())
        elif kind == "33" and self.header:
            self.close_account(record)
        else:
            reason = f"A record of the kind {kind!r} has no place here."
            self.rejected.append(Rejected(number, record.rstrip()[:RAW_LENGTH], reason))

    def open_account(self, record: str) -> None:
        if self.header:
            raise StatementError(_TRUNCATED)
        self.header = record

    def close_movement(self) -> None:
        if self.movement is None:
            return
        found = self.movement.entry()
        self.movement = None
        if isinstance(found, Rejected):
            self.rejected.append(found)
        else:
            self.entries.append(found)

    def close_account(self, record: str) -> None:
        header = self.header
        opening, closing = _balance(header[32:47]), _balance(record[58:73])
        if not (opening or closing):
            # Cards and some banks state no balances, which are zeros then.
            opening = closing = None
        currency = BY_NUMBER.get(header[47:50])
        self.statements.append(
            Statement(
                clean(header[2:20]) or None,
                currency,
                tuple(self.entries),
                tuple(self.rejected),
                opening,
                closing,
                _day(header[26:32]),
                _notes(self.entries, header, record),
            )
        )
        self.header, self.entries, self.rejected = "", [], []

    def finished(self) -> tuple[Statement, ...]:
        """Return the statements; what stands after the last of them is rejected with it."""
        self.close_movement()
        if self.header:
            raise StatementError(_TRUNCATED)
        found = finished(self.statements, _NOTHING)
        first = found[0]
        notes = (*first.notes, *self.notes())
        return (replace(first, notes=notes, rejected=(*first.rejected, *self.rejected)), *found[1:])

    def notes(self) -> tuple[str, ...]:
        """Some banks count the record of the end as well, some leave it out."""
        if not _COUNT.fullmatch(self.counted):
            return ("The record at the file’s end is missing, so more may be.",)
        if abs(int(self.counted) - self.records) > 1:
            return (f"The file should hold {int(self.counted)} records; it has {self.records}.",)
        return ()


def _notes(entries: Sequence[Entry], header: str, end: str) -> tuple[str, ...]:
    """What is unknown of the account, and where the movements are not those that it counts."""
    number = header[47:50].strip()
    notes = list(_miscounted(entries, end[20:39], is_credit=False))
    notes += _miscounted(entries, end[39:58], is_credit=True)
    if number and number not in BY_NUMBER:
        notes.append(f"The currency {number} is unknown; that of the account is taken.")
    return tuple(notes)


def _miscounted(entries: Sequence[Entry], stated: str, *, is_credit: bool) -> tuple[str, ...]:
    count, total = stated[:5], _amount(f"2{stated[5:]}")
    if total is None or not _COUNT.fullmatch(count):
        return ()
    return miscounted(entries, int(count), total, is_credit=is_credit)


def _amount(text: str) -> Decimal | None:
    """A sign (1 is money out, 2 money in) and 14 digits, two of them decimals."""
    if not _AMOUNT.fullmatch(text):
        return None
    amount = Decimal(int(text[1:])).scaleb(-2)
    return -amount if text[0] == "1" else amount


def _balance(text: str) -> Decimal | None:
    """Some banks write no sign, a zero, where there is money."""
    return _amount(f"2{text[1:]}" if text.startswith("0") else text)


def _day(text: str) -> date | None:
    if not _DAY.fullmatch(text):
        return None
    year = int(text[:2])
    try:
        return date(year + (1900 if year >= _CENTURY else 2000), int(text[2:4]), int(text[4:]))
    except ValueError:
        return None
