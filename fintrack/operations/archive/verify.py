"""Whether an archive is as FinTrack wrote it, told from the file alone."""

from collections import Counter, defaultdict
from dataclasses import dataclass
from decimal import Decimal
from typing import IO

from fintrack.errors import InvalidInput
from fintrack.ledger.exports import unguarded
from fintrack.operations.archive.attached import attachment_problems
from fintrack.operations.archive.frame import is_as_written
from fintrack.operations.archive.manifest import (
    AccountSum,
    Manifest,
    content_hash,
    stated_hashes,
    table_file,
)
from fintrack.operations.archive.pack import Pack, is_whole, opened, rows, tables
from fintrack.operations.archive.tables import BY_NAME

FRAME = "The zip around the tables was changed after FinTrack wrote it. Export the book again."
Sum = tuple[Decimal, int, Decimal, Decimal]


@dataclass(frozen=True, slots=True)
class Verdict:
    """What was found in an archive; without problems it is as it was written.

    `signer` is the fingerprint of the installation that sealed it.
    """

    manifest: Manifest
    signer: str
    problems: tuple[str, ...]


def verify_book(file: IO[bytes]) -> Verdict:
    """Compare every file with the manifest, the sums of every account too; needs no database.

    The zip around them has no byte that FinTrack did not write there.

    Raises:
        InvalidInput: it is no archive, or its seal is broken.
    """
    with opened(file) as pack:
        problems = tuple(_problems(pack))
        if not problems and not is_as_written(file, pack.archive):
            problems = (FRAME,)
        return Verdict(pack.manifest, pack.signer, problems)


def require_unaltered(pack: Pack) -> None:
    """Refuse an archive that is not as it was written.

    Raises:
        InvalidInput: naming the first thing that was changed.
    """
    for problem in _problems(pack):
        raise InvalidInput(problem)


def _problems(pack: Pack) -> list[str]:
    manifest = pack.manifest
    changed = [
        table_file(name)
        for name, file in manifest.tables.items()
        if not is_whole(pack, table_file(name), file.bytes, file.sha256)
    ]
    if changed:
        return [f"{name} was changed after FinTrack wrote it." for name in changed]
    if content_hash(stated_hashes(manifest)) != manifest.content_hash:
        return ["The manifest's hash of the whole does not fit its files."]
    counts = [
        f"{each.name}.csv has another number of rows than the manifest says."
        for each in tables(pack)
        if sum(1 for _ in rows(pack, each)) != manifest.tables[each.name].rows
    ]
    sums = [
        f"The sum of {each.name} is not what its transactions add up to."
        for each in _wrong_sums(pack)
    ]
    return _other_accounts(pack) + counts + sums + attachment_problems(pack)


def _other_accounts(pack: Pack) -> list[str]:
    stated = sorted((each.id, each.name, each.currency) for each in pack.manifest.accounts)
    kept = rows(pack, BY_NAME["accounts"])
    found = sorted((row["id"], unguarded(row["name"]), row["currency"]) for row in kept)
    if stated == found:
        return []
    return ["The manifest names other accounts than accounts.csv."]


def _wrong_sums(pack: Pack) -> list[AccountSum]:
    try:
        found = _sums(pack)
        return [each for each in pack.manifest.accounts if _stated(each) != found.get(each.id)]
    except ArithmeticError as error:
        raise InvalidInput("An amount in the file is no number, or too large.") from error


def _stated(each: AccountSum) -> Sum:
    opening, total = Decimal(each.opening_balance), Decimal(each.sum)
    return opening, each.transactions, total, Decimal(each.balance)


def _sums(pack: Pack) -> dict[str, Sum]:
    """Return opening balance, count, sum and balance by the id of the account."""
    totals: dict[str, Decimal] = defaultdict(Decimal)
    counts: Counter[str] = Counter()
    for row in rows(pack, BY_NAME["transactions"]):
        totals[row["account_id"]] += Decimal(row["amount"])
        counts[row["account_id"]] += 1
    openings = {
        row["id"]: Decimal(row["opening_balance"]) for row in rows(pack, BY_NAME["accounts"])
    }
    return {
        key: (opening, counts[key], totals[key], opening + totals[key])
        for key, opening in openings.items()
    }
