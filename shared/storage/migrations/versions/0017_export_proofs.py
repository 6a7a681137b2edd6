"""Which looks proved a list by a file that was imported, so that they can be withdrawn with it."""

import sqlalchemy as sa
from alembic import op

revision = "0017"
down_revision = "0016"


def upgrade() -> None:
    with op.batch_alter_table("export") as export:
        export.add_column(sa.Column("proofs", sa.String(), nullable=True))
