"""One statement a message, so that no text can bring a second one along."""

from typing import Any

import psycopg
from psycopg._queries import PostgresQuery


class OneStatementCursor(psycopg.Cursor[Any]):
    """Sends everything by the protocol that takes one statement only: no `a; b`, nor with COPY.

    psycopg has no public switch for it that COPY heeds. Rows come in binary.
    """

    def _execute_send(
        self,
        query: PostgresQuery,
        *,
        force_extended: bool = True,  # noqa: ARG002 - it always is
        binary: bool | None = None,
    ) -> None:
        super()._execute_send(query, force_extended=True, binary=binary is not False)
