"""What the screens ask of the database, each question as one callable of a tenant."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, timedelta

from fintrack.analytics.account_trends import account_trends
from fintrack.analytics.cash_flow import cash_flow
from fintrack.analytics.net_worth import net_worth
from fintrack.analytics.net_worth_change import net_worth_change
from fintrack.analytics.overview import overview
from fintrack.analytics.payees import top_payees
from fintrack.analytics.periods import Interval
from fintrack.analytics.spending import income, spending
from fintrack.context import TenantContext
from fintrack.ledger.accounts import accounts
from fintrack.ledger.filters import TransactionFilter
from fintrack.ledger.transactions import transactions

# The day of the newest rows: of a month that is not over, none are yet to come, as in real books.
TODAY = date.today()  # noqa: DTZ011 - the machine's own day, on which no figure depends
DAYS = 1080
FIRST = TODAY - timedelta(days=DAYS - 1)
SINCE, UNTIL = TODAY.replace(month=1, day=1), TODAY.replace(TODAY.year + 1, 1, 1)


@dataclass(frozen=True, slots=True)
class Question:
    """A question and what it is called in the table."""

    name: str
    ask: Callable[[TenantContext], object]


def _found(context: TenantContext) -> object:
    return transactions(context, TransactionFilter(words="payee 7"), limit=25)


QUESTIONS = (
    Question("Home: overview", lambda context: overview(context, TODAY)),
    Question("Accounts: balances", accounts),
    Question("Accounts: trends", lambda context: account_trends(context, TODAY)),
    Question(
        "Transactions: newest 25",
        lambda context: transactions(context, TransactionFilter(), limit=25),
    ),
    Question("Transactions: search", _found),
    Question(
        "Analytics: net worth by week",
        lambda context: net_worth(context, SINCE, UNTIL, Interval.WEEK),
    ),
    Question(
        "Analytics: net worth by month",
        lambda context: net_worth(context, SINCE, UNTIL, Interval.MONTH),
    ),
    Question(
        "Analytics: change of net worth",
        lambda context: net_worth_change(context, SINCE, UNTIL),
    ),
    Question("Analytics: cash flow", lambda context: cash_flow(context, SINCE, UNTIL)),
    Question("Analytics: spending", lambda context: spending(context, SINCE, UNTIL)),
    Question("Analytics: income", lambda context: income(context, SINCE, UNTIL)),
    Question("Analytics: top payees", lambda context: top_payees(context, SINCE, UNTIL, 10)),
)
