"""Short ways to write small CODA files; money counts in thousandths."""


def columns(*parts: tuple[int, str], width: int = 128) -> str:
    """Return a record with each text from its column on."""
    record = [" "] * width
    for at, text in parts:
        record[at : at + len(text)] = text
    return "".join(record)


def header(version: str = "2") -> str:
    return columns((0, "0000014032672505"), (127, version))


def opening(kind: str = "2", account: str = "BE68539007547034", currency: str = "EUR") -> str:
    at = 18 if kind == "0" else 39
    return columns((0, f"1{kind}001"), (5, account), (at, currency), (42, f"0{10_000:015}010326"))


def movement(
    amount: int = 5_000,
    *,
    number: str = "00010000",
    sign: str = "0",
    booked: str = "140326",
    valued: str = "150326",
    message: str = "",
    structured: str = "0",
    reference: str = "REF1",
) -> str:
    return columns(
        (0, f"21{number}{reference}"),
        (31, f"{sign}{amount:015}{valued}00150000"),
        (61, structured + message[:53]),
        (115, booked),
    )


def closing(amount: int = 15_000, sign: str = "0") -> str:
    return columns((0, "8001BE68539007547034"), (41, f"{sign}{amount:015}310326"))


def trailer(out: int = 0, into: int = 5_000) -> str:
    return columns((0, "9"), (16, f"{0:06}{out:015}{into:015}"), (127, "2"))


def file(
    *records: str, version: str = "2", first: str | None = None, last: str | None = None
) -> str:
    whole = (header(version), first or opening(), *records, last or closing(), trailer())
    return "\n".join(whole) + "\n"
