"""How many items a platform said an account has, to be asked of many looks at once."""

import sqlalchemy as sa
from alembic import op

revision = "0018"
down_revision = "0017"


def upgrade() -> None:
    with op.batch_alter_table("probe") as probe:
        probe.add_column(sa.Column("posts_total", sa.BigInteger(), nullable=True))
