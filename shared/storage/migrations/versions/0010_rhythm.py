"""What the schedule knows of an account: its rhythm, the visits it wants, whether the next one is for a deadline."""

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"


def upgrade() -> None:
    with op.batch_alter_table("visit") as visit:
        visit.add_column(sa.Column("rhythm", sa.Text(), nullable=True))
        visit.add_column(sa.Column("wanted_per_day", sa.Float(), nullable=True))
        visit.add_column(sa.Column("at_line", sa.Boolean(), nullable=False, server_default=sa.false()))
