"""The report of `bench fleet` as the tables of docs/benchmarks.md."""

from collections.abc import Sequence
from dataclasses import dataclass

from fintrack.operations.bench_costs import MOST_PAGES, MOST_TIME, Growth
from fintrack.operations.bench_pairs import Pair, pair_table
from fintrack.operations.bench_scale import Dump, Flip, TableSize


@dataclass(frozen=True, slots=True)
class CrowdReport:
    """Everything one run measured; times in seconds where nothing else is said."""

    tenants: int
    rows: int
    filled: float
    growths: list[Growth]
    fresh_growths: list[Growth]
    pairs: list[Pair]
    dump: Dump
    sizes: list[TableSize]
    vacuumed: float
    giant: int
    flips: list[Flip]


def as_markdown(report: CrowdReport) -> str:
    """Return the report as tables, and say of each bound whether it is kept."""
    of_each, seconds = f"{report.rows:,} transactions each", f"{report.filled:,.0f} s"
    lines = [
        f"{report.tenants:,} tenants with {of_each}, written in {seconds}, vacuumed:",
        "",
        *growth_table(report.growths, report.tenants),
        "",
        "The same with 1 % fresh rows over all tenants, not vacuumed:",
        "",
        *growth_table(report.fresh_growths, report.tenants),
        "",
        *pair_table(report.pairs),
        "",
        _dump_line(report.dump),
        "",
        *size_table(report.sizes, report.tenants, report.rows),
        "",
        f"`vacuum analyze` after the fresh rows: {report.vacuumed:,.1f} s.",
        "",
        *flip_lines(report.flips, report.giant),
    ]
    return "\n".join([*lines, ""])


def growth_table(growths: Sequence[Growth], tenants: int) -> list[str]:
    """Return what each question costs: pages, then backend CPU, then wall time."""
    many = f"{tenants:,}"
    head = (
        f"| question | pages, few | pages, {many} | ratio | at most {MOST_PAGES} | CPU ms, few "
        f"| CPU ms, {many} | ratio | at most {MOST_TIME:.2f} | wall ms, few | wall ms, {many} "
        "| ratio |"
    )
    return [
        head,
        "|---|---:|---:|---:|---|---:|---:|---:|---|---:|---:|---:|",
        *(
            f"| {each.question} | {each.few.pages:.0f} | {each.many.pages:.0f} | {each.pages:.2f} "
            f"| {_yes(is_so=each.pages <= MOST_PAGES)} | {each.few.cpu:.2f} | {each.many.cpu:.2f} "
            f"| {each.cpu:.2f} | {_yes(is_so=each.cpu <= MOST_TIME)} | {each.few.wall:.2f} "
            f"| {each.many.wall:.2f} | {each.wall:.2f} |"
            for each in growths
        ),
    ]


def size_table(sizes: Sequence[TableSize], tenants: int, rows: int) -> list[str]:
    """Return what the largest tables weigh, and what they are set to."""
    heap, indexes = sum(each.heap for each in sizes), sum(each.indexes for each in sizes)
    total = heap + indexes
    return [
        "| table | rows | heap MB | index MB | bytes a tenant | settings |",
        "|---|---:|---:|---:|---:|---|",
        *(
            f"| {each.table} | {each.rows:,} | {each.heap / 1e6:,.1f} | {each.indexes / 1e6:,.1f} "
            f"| {(each.heap + each.indexes) / tenants:,.0f} | {each.settings} |"
            for each in sizes
        ),
        f"| together | | {heap / 1e6:,.1f} | {indexes / 1e6:,.1f} | {total / tenants:,.0f} | |",
        "",
        f"That is {total / tenants / rows:,.0f} bytes a transaction, with everything derived.",
    ]


def flip_lines(flips: Sequence[Flip], giant: int) -> list[str]:
    """Return which questions are planned otherwise in the giant than beside it."""
    if not flips:
        return [f"A giant of {giant:,} transactions finds its rows as its small neighbours do."]
    return [
        f"| rows found otherwise in a giant of {giant:,} | when | small tenant | giant |",
        "|---|---|---|---|",
        *(f"| {each.question} | {each.moment} | {each.small} | {each.giant} |" for each in flips),
    ]


def _dump_line(dump: Dump) -> str:
    how = "works" if dump.exit_code == 0 else f"FAILED with {dump.exit_code}"
    return f"`pg_dump` of all of it {how}: {dump.size / 1e9:,.2f} GB in {dump.seconds:,.0f} s."


def _yes(*, is_so: bool) -> str:
    return "yes" if is_so else "NO"
