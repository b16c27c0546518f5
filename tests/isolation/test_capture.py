"""The check itself: what counts as a statement that names its tenant."""

import pytest

from tests.isolation.capture import unnamed

ID = "%(tenant_id_1)s::UUID"


@pytest.mark.parametrize(
    "statement",
    [
        f"SELECT app.tag.id FROM app.tag WHERE app.tag.tenant_id = {ID}",
        f"SELECT t.id FROM app.tag AS t WHERE t.tenant_id = {ID}",
        f"UPDATE app.tag SET name='x' WHERE app.tag.tenant_id = {ID}",
        f"DELETE FROM app.tag WHERE app.tag.tenant_id = {ID}",
        "INSERT INTO app.tag (id) VALUES (1)",
        "INSERT INTO app.tag (id) SELECT unnest(%(ids)s) ON CONFLICT DO NOTHING",
        "COPY (SELECT app.tag.id FROM app.tag WHERE app.tag.tenant_id = 'a-b'::UUID) TO STDOUT",
        "SELECT sec.visible_accounts()",
    ],
)
def test_a_statement_that_names_its_tenant_passes(statement: str) -> None:
    assert unnamed(statement) == ()


@pytest.mark.parametrize(
    "statement",
    [
        "SELECT app.tag.id FROM app.tag",
        "SELECT count(*) FROM app.tag WHERE app.tag.id = %(id)s",
        "UPDATE app.tag SET name='x'",
        "DELETE FROM app.tag",
        f"SELECT t.id FROM app.tag AS t, app.payee AS p WHERE t.tenant_id = {ID}",
        f"SELECT t.id FROM app.tag AS t JOIN app.tag AS u ON true WHERE u.tenant_id = {ID}",
        f"SELECT 1 FROM app.tag WHERE app.tag.tenant_id = {ID} UNION SELECT 2 FROM app.tag",
        "INSERT INTO app.tag (id) SELECT app.payee.id FROM app.payee",
        "SELECT app.tag.id FROM app.tag WHERE app.tag.tenant_id = app.tag.tenant_id",
    ],
)
def test_a_statement_without_a_tenant_predicate_is_found(statement: str) -> None:
    assert unnamed(statement)
