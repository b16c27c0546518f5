"""`python -m fintrack bench giant`: a tenant of a million transactions beside a small one.

The baselines are what one would write without kept totals, tokens of words and cursors: the direct
query over the rows themselves, under the same policies in the same tenant.
"""

import json
import sys
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from statistics import median

import pandas as pd
import psutil
import psycopg
from psycopg import sql
from sqlalchemy import Executable, select, text

from fintrack import db
from fintrack.analytics.cash_flow import cash_flow
from fintrack.analytics.net_worth import balances, net_worth
from fintrack.analytics.overview import overview
from fintrack.analytics.payees import top_payees
from fintrack.analytics.periods import Interval
from fintrack.analytics.spending import spending
from fintrack.context import TenantContext
from fintrack.db import query_text, tenant_transaction
from fintrack.frames import Shape, read_frame
from fintrack.ledger.exports import export_transactions, transactions_statement
from fintrack.ledger.filters import EVERYTHING, TransactionFilter
from fintrack.ledger.transactions import transactions
from fintrack.operations.bench import take_turns, throw_away_installation
from fintrack.operations.bench_fleet import TEMPLATE, arrive, fill, signed_in
from fintrack.operations.bench_questions import SINCE, TODAY, UNTIL
from fintrack.operations.embedded import Server
from fintrack.operations.passwords import SUPERUSER
from fintrack.schema import Transaction

ROWS, SMALL, FRAME_ROWS = 1_000_000, 10_000, 100_000
TURNS, CPU_ROUNDS = 15, 50
PAGE, DEEP_PAGE = 25, 10_000
CPU_LIMIT = 5.0
FRAME: Shape = {
    "id": "str", "account_id": "str", "booked_on": "datetime64[s]", "amount": "int64",
    "currency": "str", "payee": "str", "description": "str",
}  # fmt: skip
# What each question would ask without kept totals.
DIRECT = {
    "balances": """
        select a.id, a.currency, a.opening_balance + coalesce(sum(t.amount), 0)
        from app.account as a left join app.transaction as t
        on t.tenant_id = :tenant and t.account_id = a.id and t.booked_on < '2027-01-01'
        where a.tenant_id = :tenant group by a.id, a.currency, a.opening_balance""",
    "cash flow": """
        select date_trunc('month', t.booked_on), t.currency, c.kind, sum(t.amount)
        from app.transaction as t
        left join app.category as c on c.tenant_id = :tenant and c.id = t.category_id
        where t.tenant_id = :tenant and t.booked_on >= '2026-01-01' and t.booked_on < '2027-01-01'
        and t.transfer_id is null group by 1, 2, 3""",
    "spending": """
        select t.category_id, t.currency, sum(t.amount), count(*) from app.transaction as t
        join app.category as c on c.tenant_id = :tenant and c.id = t.category_id
        where t.tenant_id = :tenant and t.booked_on >= '2026-01-01' and t.booked_on < '2027-01-01'
        and c.kind = 'EXPENSE' group by 1, 2""",
    "top payees": """
        select t.payee, t.currency, sum(t.amount), count(*) from app.transaction as t
        where t.tenant_id = :tenant and t.booked_on >= '2026-01-01' and t.booked_on < '2027-01-01'
        and t.amount < 0 group by 1, 2 order by 3 limit 10""",
    "net worth by month": """
        select m.month, t.currency, sum(t.amount)
        from generate_series(date '2026-01-31', '2026-12-31', '1 month') m (month)
        join app.transaction as t on t.tenant_id = :tenant and t.booked_on <= m.month
        group by 1, 2""",
}
NAIVE_SEARCH = """
    select t.id, t.booked_on, t.payee, t.amount from app.transaction as t
    where t.tenant_id = :tenant
    and t.payee || ' ' || t.description || ' ' || t.note ilike '%reference 777777%'
    order by t.booked_on desc, t.id desc limit 25"""


@dataclass(frozen=True, slots=True)
class Pair:
    """A median in milliseconds beside its baseline's, and the bound that the ratio keeps.

    `most` bounds ours as a multiple of the baseline, `least` how many times faster we are.
    """

    what: str
    baseline: str
    ours: float
    theirs: float
    most: float | None = None
    least: float | None = None

    @property
    def is_kept(self) -> bool:
        """Return whether the ratio keeps its bound."""
        if self.least is not None:
            return self.theirs / self.ours >= self.least
        return self.most is None or self.ours / self.theirs <= self.most


@dataclass(frozen=True, slots=True)
class GiantReport:
    """The pairs, and the milliseconds of backend CPU that each question costs in the giant."""

    rows: int
    pairs: list[Pair]
    cpu: dict[str, float]


Question = Callable[[TenantContext], object]
QUESTIONS: dict[str, Question] = {
    "balances": lambda context: balances(context, TODAY),
    "cash flow": lambda context: cash_flow(context, SINCE, UNTIL),
    "spending": lambda context: spending(context, SINCE, UNTIL),
    "top payees": lambda context: top_payees(context, SINCE, UNTIL, 10),
    "net worth by month": lambda context: net_worth(context, SINCE, UNTIL, Interval.MONTH),
}
LISTS: dict[str, Question] = {
    "newest 25": lambda context: transactions(context, limit=PAGE),
    "search": lambda context: transactions(context, _words("reference 777777"), limit=PAGE),
}


def main(*, as_json: bool = False, rows: int = ROWS) -> None:
    """Measure on a throw-away server, and print the report."""
    with throw_away_installation() as (installation, server):
        sys.stderr.write(f"writing a tenant of {rows:,} transactions and one of {SMALL:,}\n")
        logins = (installation.app_url, installation.sign_in_url, installation.maintenance_url)
        db.connect(db.Logins(*logins))
        with server.connect(SUPERUSER, TEMPLATE) as admin:
            giant, small = _tenants(server, admin, rows)
            report = GiantReport(rows, _pairs(giant, small, admin, rows), _cpu(giant))
    words = json.dumps(asdict(report), indent=2) + "\n" if as_json else as_markdown(report)
    sys.stdout.write(words)


def as_markdown(report: GiantReport) -> str:
    """Return the report as the tables of docs/benchmarks.md."""
    lines = [
        f"| in a tenant of {report.rows:,} | against | ms | ms | ratio | bound | kept |",
        "|---|---|---:|---:|---:|---|---|",
        *(_line(pair) for pair in report.pairs),
        "",
        f"| question in a tenant of {report.rows:,} | backend CPU, ms | at most {CPU_LIMIT:g} |",
        "|---|---:|---|",
        *(
            f"| {name} | {ms:.2f} | {_yes(is_so=ms <= CPU_LIMIT)} |"
            for name, ms in report.cpu.items()
        ),
    ]
    return "\n".join([*lines, ""])


def _line(pair: Pair) -> str:
    if pair.least is not None:
        ratio, bound = f"1 : {pair.theirs / pair.ours:.1f}", f"at least 1 : {pair.least:g}"
    else:
        ratio, bound = f"{pair.ours / pair.theirs:.2f}", f"at most {pair.most:g}"
    times = f"{pair.ours:.2f} | {pair.theirs:.2f}"
    kept = _yes(is_so=pair.is_kept)
    return f"| {pair.what} | {pair.baseline} | {times} | {ratio} | {bound} | {kept} |"


def _yes(*, is_so: bool) -> str:
    return "yes" if is_so else "NO"


def _tenants(
    server: Server, admin: psycopg.Connection, rows: int
) -> tuple[TenantContext, TenantContext]:
    """Make both, with their rows interleaved where both have some; sign their owners in."""
    small = min(SMALL, rows)
    fill(server, TEMPLATE, tenants=2, rows=small)
    if rows > small:
        arrive(admin, rows - small, "tenant-1")
        admin.execute("vacuum analyze")
    owners = admin.execute("select id from sec.users order by email").fetchall()
    giant, little = (signed_in(row[0]) for row in owners)
    return giant, little


def _pairs(
    giant: TenantContext, small: TenantContext, admin: psycopg.Connection, rows: int
) -> list[Pair]:
    pairs = [
        _pair(
            f"overview of Home, {rows:,}", f"{SMALL:,}",
            lambda: overview(giant, TODAY), lambda: overview(small, TODAY), most=1.3,
        )
    ]  # fmt: skip
    for name, ask in QUESTIONS.items():
        ours, theirs = _asking(giant, ask), _direct(giant, DIRECT[name])
        pairs.append(_pair(name, "the direct query", ours, theirs, turns=5, least=60))
    search, deep = _asking(giant, LISTS["search"]), _page(giant, DEEP_PAGE)
    pairs += [
        _pair("search", "`ilike` under the same policies", search, _direct(giant, NAIVE_SEARCH),
              turns=5, least=500),
        _pair(f"page {DEEP_PAGE:,} of the list", "page 1", deep, _page(giant, 1), most=1.2),
        _pair(f"frame of {FRAME_ROWS:,} rows", "`pandas.read_sql`", *_frames(giant), turns=5,
              least=3.5),
        _pair(f"CSV export of {rows:,} rows", "`COPY` of the same query without policies",
              *_exports(giant, admin), turns=3, most=1.0),
    ]  # fmt: skip
    return pairs


def _pair(
    what: str,
    baseline: str,
    ours: Callable[[], object],
    theirs: Callable[[], object],
    *,
    turns: int = TURNS,
    most: float | None = None,
    least: float | None = None,
) -> Pair:
    sys.stderr.write(f"measuring: {what}\n")
    times = take_turns(ours, theirs, turns=turns)
    return Pair(what, baseline, median(times[0]), median(times[1]), most, least)


def _words(words: str) -> TransactionFilter:
    return TransactionFilter(words=words)


def _asking(context: TenantContext, ask: Question) -> Callable[[], object]:
    return lambda: ask(context)


def _direct(context: TenantContext, statement: str) -> Callable[[], object]:
    def ask() -> object:
        with tenant_transaction(context) as inside:
            return inside.execute(text(statement), {"tenant": context.tenant_id}).all()

    return ask


def _page(context: TenantContext, number: int) -> Callable[[], object]:
    """Return what asks for a page, after it was found by turning pages."""
    cursor, rows = None, (number - 1) * PAGE
    while rows > 0:
        found = transactions(context, EVERYTHING, cursor, min(rows, 200))
        cursor, rows = found.next, rows - len(found.frame)
        if cursor is None:
            break
    return lambda: transactions(context, EVERYTHING, cursor, PAGE)


def _frames(context: TenantContext) -> Sequence[Callable[[], object]]:
    own = Transaction.tenant_id == context.tenant_id
    columns = [getattr(Transaction, name) for name in FRAME]
    statement: Executable = select(*columns).where(own).limit(FRAME_ROWS)

    def ours() -> object:
        with tenant_transaction(context) as inside:
            return read_frame(inside, statement, FRAME)

    def theirs() -> object:
        with tenant_transaction(context) as inside:
            return pd.read_sql(statement, inside.connection())  # type: ignore[call-overload]

    return ours, theirs


def _exports(context: TenantContext, admin: psycopg.Connection) -> Sequence[Callable[[], object]]:
    with tenant_transaction(context) as inside:
        query = sql.SQL(query_text(inside, transactions_statement(inside)))
    command = sql.SQL("copy ({}) to stdout (format csv, header)").format(query)

    def ours() -> object:
        return sum(len(block) for block in export_transactions(context))

    def theirs() -> object:
        with admin.cursor() as cursor, cursor.copy(command) as blocks:
            return sum(len(block) for block in blocks)

    return ours, theirs


def _cpu(context: TenantContext) -> dict[str, float]:
    """Return the CPU milliseconds of the backend that answers, one at a time, of each question."""
    with tenant_transaction(context) as inside:
        pid = inside.execute(text("select pg_backend_pid()")).scalar_one()
    backend = psutil.Process(pid)
    return {name: _cpu_of(backend, context, ask) for name, ask in (QUESTIONS | LISTS).items()}


def _cpu_of(backend: psutil.Process, context: TenantContext, ask: Question) -> float:
    ask(context)
    before = backend.cpu_times()
    for _ in range(CPU_ROUNDS):
        ask(context)
    after = backend.cpu_times()
    used = after.user - before.user + after.system - before.system
    return float(used) * 1000 / CPU_ROUNDS
