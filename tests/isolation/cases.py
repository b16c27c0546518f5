"""The case of every function of the domain; a function without one fails the suite."""

import pytest

from tests.isolation.cases_access import ACCESS
from tests.isolation.cases_ledger import ACCOUNTS, NAMES
from tests.isolation.cases_operations import OPERATIONS
from tests.isolation.cases_plans import PLANS
from tests.isolation.cases_reports import ANALYTICS
from tests.isolation.cases_statements import STATEMENTS
from tests.isolation.cases_transactions import CHANGES, RECORDS
from tests.isolation.functions import name_of

BOOKS = {**ACCOUNTS, **NAMES, **PLANS, **RECORDS, **CHANGES}
CASES = {**ACCESS, **BOOKS, **STATEMENTS, **ANALYTICS, **OPERATIONS}
every_function = pytest.mark.parametrize("function", CASES, ids=name_of)
