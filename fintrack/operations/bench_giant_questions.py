"""What is asked of a giant, and what one would ask the rows themselves without kept totals."""

from collections.abc import Callable

from fintrack.analytics.cash_flow import cash_flow
from fintrack.analytics.net_worth import balances, net_worth
from fintrack.analytics.net_worth_change import net_worth_change
from fintrack.analytics.payees import top_payees
from fintrack.analytics.periods import Interval
from fintrack.analytics.spending import spending
from fintrack.context import TenantContext
from fintrack.ledger.filters import TransactionFilter
from fintrack.ledger.transactions import transactions
from fintrack.operations.bench_questions import FIRST, TODAY, UNTIL

PAGE = 25
# The whole history.
SINCE = FIRST.replace(day=1)
# What each question would ask without kept totals.
DIRECT = {
    "balances": """
        select a.id, a.currency, a.opening_balance + coalesce(sum(t.amount), 0)
        from app.account as a left join app.transaction as t
        on t.tenant_id = :tenant and t.account_id = a.id and t.booked_on < :until
        where a.tenant_id = :tenant group by a.id, a.currency, a.opening_balance""",
    "cash flow": """
        select date_trunc('month', t.booked_on), t.currency, c.kind, sum(t.amount)
        from app.transaction as t
        left join app.category as c on c.tenant_id = :tenant and c.id = t.category_id
        where t.tenant_id = :tenant and t.booked_on >= :since and t.booked_on < :until
        and t.transfer_id is null group by 1, 2, 3""",
    "spending": """
        select t.category_id, t.currency, sum(t.amount), count(*) from app.transaction as t
        join app.category as c on c.tenant_id = :tenant and c.id = t.category_id
        where t.tenant_id = :tenant and t.booked_on >= :since and t.booked_on < :until
        and c.kind = 'EXPENSE' group by 1, 2""",
    "top payees": """
        select t.payee, t.currency, sum(t.amount), count(*) from app.transaction as t
        where t.tenant_id = :tenant and t.booked_on >= :since and t.booked_on < :until
        and t.amount < 0 group by 1, 2 order by 3 limit 10""",
    "change of net worth": """
        select t.currency, c.kind, sum(t.amount) filter (where t.booked_on < :since),
        sum(t.amount) filter (where t.booked_on >= :since and t.transfer_id is null), sum(t.amount)
        from app.transaction as t
        left join app.category as c on c.tenant_id = :tenant and c.id = t.category_id
        where t.tenant_id = :tenant and t.booked_on < :until group by 1, 2""",
    "net worth by month": """
        select month, currency, sum(moved) over (partition by currency order by month) from (
            select date_trunc('month', t.booked_on) as month, t.currency, sum(t.amount) as moved
            from app.transaction as t where t.tenant_id = :tenant and t.booked_on < :until
            group by 1, 2
        ) as months""",
}
# What the manual of PostgreSQL builds for it: an index of words, which row policies keep from being
# used, since only comparisons that tell nothing may come before a policy.
WORDS = "to_tsvector('simple', payee || ' ' || description)"
INDEX_OF_WORDS = f"create index bench_words on app.transaction using gin ({WORDS})"
NAIVE_SEARCH = f"""
    select t.id, t.booked_on, t.payee, t.amount from app.transaction as t
    where t.tenant_id = :tenant and {WORDS} @@ to_tsquery('simple', 'reference & 777777')
    order by t.booked_on desc, t.id desc limit 25"""  # noqa: S608 - its own text
SMALLEST = "select :tenant"
Question = Callable[[TenantContext], object]
QUESTIONS: dict[str, Question] = {
    "balances": lambda context: balances(context, TODAY),
    "cash flow": lambda context: cash_flow(context, SINCE, UNTIL),
    "spending": lambda context: spending(context, SINCE, UNTIL),
    "top payees": lambda context: top_payees(context, SINCE, UNTIL, 10),
    "change of net worth": lambda context: net_worth_change(context, SINCE, UNTIL),
    "net worth by month": lambda context: net_worth(context, SINCE, UNTIL, Interval.MONTH),
}
LISTS: dict[str, Question] = {
    "newest 25": lambda context: transactions(context, limit=PAGE),
    "search": lambda context: transactions(
        context, TransactionFilter(words="reference 777777"), limit=PAGE
    ),
}
