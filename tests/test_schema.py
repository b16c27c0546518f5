"""The typed tables and the database say the same."""

from fintrack import attachment_schema, derived_schema, import_schema, plan_schema, security_schema  # noqa: F401 - their tables are tables too
from fintrack.money import CURRENCIES
from fintrack.schema import Row, new_id
from tests.databases import Database


def test_the_typed_tables_name_every_column(database: Database) -> None:
    with database.administrator() as admin:
        rows = admin.execute(
            "select table_schema || '.' || table_name, column_name, is_nullable = 'YES' "
            "from information_schema.columns where table_schema in ('app', 'sec')"
        ).fetchall()
    typed = {
        (name, column.name): column.nullable
        for name, table in Row.metadata.tables.items()
        for column in table.columns
    }
    found = {
        (table, column): nullable
        for table, column, nullable in rows
        if table in Row.metadata.tables
    }
    view = {key for key in found if key[0] == "app.line"}
    assert typed.keys() == found.keys()
    assert {key for key in typed.keys() - view if typed[key] != found[key]} == set()


def test_only_what_no_login_reads_has_no_typed_table(database: Database) -> None:
    with database.administrator() as admin:
        rows = admin.execute(
            "select schemaname || '.' || tablename from pg_tables "
            "where schemaname in ('app', 'sec')"
        ).fetchall()
    assert {row[0] for row in rows} - Row.metadata.tables.keys() == {
        "sec.audit_head",
        "sec.default_limit",
        "sec.signing_key",
        "sec.token_key",
        "sec.usage",
        "sec.webhook",
        "sec.delivery",
        "sec.budget_notice",
    }


def test_the_currency_table_holds_the_exponents_of_the_code(database: Database) -> None:
    with database.administrator() as admin:
        rows = admin.execute("select code, exponent from ref.currency").fetchall()
    assert dict(rows) == dict(CURRENCIES)


def test_ids_are_uuids_of_version_seven_in_order() -> None:
    ids = [new_id() for _ in range(1000)]
    assert {(one.version, one.variant) for one in ids} == {(7, "specified in RFC 4122")}
    assert sorted(one.int >> 80 for one in ids) == [one.int >> 80 for one in ids]
