"""Short ways to write small Norma 43 files; money counts in cents."""

NUMBER = "004915000512345678"
END = "88" + "9" * 18 + "{:06}"


def opening(
    amount: int = 1_000, *, sign: str = "2", currency: str = "978", number: str = NUMBER
) -> str:
    return f"11{number}260301260331{sign}{amount:014}{currency}3ANA RIVERA"


def movement(
    amount: int = 500,
    *,
    sign: str = "2",
    day: str = "260314",
    valued: str = "260315",
    kind: str = "12",
) -> str:
    return f"22    0001{day}{valued}{kind}040{sign}{amount:014}{'0' * 10}{'0' * 12}"


def closing(
    debits: tuple[int, int], credits_: tuple[int, int], balance: int, sign: str = "2"
) -> str:
    (out_count, out), (in_count, into) = debits, credits_
    return f"33{NUMBER}{out_count:05}{out:014}{in_count:05}{into:014}{sign}{balance:014}978"


def file(*records: str, end: str | None = None) -> str:
    lines = [opening(), *records, end or closing((0, 0), (1, 500), 1_500)]
    return "\n".join([*lines, END.format(len(lines))]) + "\n"
