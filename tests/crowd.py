"""A hundred thousand transactions, written at once by an administrator, long texts among them."""

from uuid import UUID

import psycopg

MANY = 100_000
FILL = """
    with place as (
        select a.tenant_id, a.id as account_id, a.owner_id,
               array(select c.id from app.category c where c.tenant_id = a.tenant_id order by c.id)
                   as categories
        from app.account a where a.id = %(account)s)
    insert into app.transaction (tenant_id, id, account_id, currency, booked_on, amount, payee,
                                 description, category_id, words, created_by)
    select tenant_id, uuidv7(), account_id, 'EUR', date '2017-01-01' + n / 28,
           case when n %% 12 = 0 then 150000 else -(500 + n * 7919 %% 20000) end,
           'Payee ' || n %% 400 || repeat(' and partners', n %% 14),
           'Reference ' || n || repeat(' for the attention of the accounts department', n %% 20),
           case when n %% 50 > 0 then categories[1 + n %% cardinality(categories)] end,
           array['payee', (n %% 400)::text, 'reference', n::text], owner_id
    from place cross join generate_series(1, %(many)s) n
"""


def fill(administrator: psycopg.Connection, account_id: UUID) -> None:
    """Write the transactions into the account, in euro, on a little less than ten years."""
    administrator.execute(FILL, {"account": account_id, "many": MANY})
    administrator.execute("vacuum analyze")
