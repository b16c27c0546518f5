"""The table of attachments as typed columns: the files that belong to transactions."""

from datetime import datetime
from uuid import UUID

from sqlalchemy.orm import Mapped, mapped_column

from fintrack.schema import FILLED, TenantRow


class Attachment(TenantRow):
    """A file of a transaction, such as its receipt; one that was removed can be put back."""

    __tablename__ = "attachment"

    id: Mapped[UUID] = mapped_column(primary_key=True)
    account_id: Mapped[UUID]
    transaction_id: Mapped[UUID]
    name: Mapped[str]
    media_type: Mapped[str]
    size: Mapped[int]
    sha256: Mapped[str]
    content: Mapped[bytes] = mapped_column(deferred=True)
    created_by: Mapped[UUID] = mapped_column(server_default=FILLED)
    created_at: Mapped[datetime] = mapped_column(server_default=FILLED)
    removed_at: Mapped[datetime | None]
