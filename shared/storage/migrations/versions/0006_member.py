"""Processes that live, what they visit and write; the trace of what waits to be told."""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"


def upgrade() -> None:
    op.create_table(
        "member",
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("until", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("name"),
    )
    with op.batch_alter_table("visit", recreate="never") as visit:
        visit.add_column(sa.Column("leased_by", sa.String(), nullable=True))
    with op.batch_alter_table("report", recreate="never") as report:
        report.add_column(sa.Column("leased_by", sa.String(), nullable=True))
    with op.batch_alter_table("finding", recreate="never") as finding:
        finding.add_column(sa.Column("open_trace", sa.String(), nullable=True))
        finding.add_column(sa.Column("close_trace", sa.String(), nullable=True))
    with op.batch_alter_table("delivery", recreate="never") as delivery:
        delivery.add_column(sa.Column("trace", sa.String(), nullable=True))
