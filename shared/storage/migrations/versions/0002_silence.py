"""Silences; what the other side answered, and for which silence's end a delivery waits."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    op.create_table(
        "silence",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("starts_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ends_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("author", sa.String(), nullable=False),
        sa.Column("comment", sa.Text(), nullable=False),
        sa.Column("unit", sa.String(), nullable=True),
        sa.Column("account_key", sa.String(), nullable=True),
        sa.Column("rule", sa.String(), nullable=True),
        sa.Column("indicator", sa.String(), nullable=True),
        sa.Column("number", sa.String(), nullable=True),
        sa.Column("added_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("expired_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("expired_by", sa.String(), nullable=True),
        sa.PrimaryKeyConstraint("id"),
        sqlite_autoincrement=True,
    )
    op.create_index("silence_ends", "silence", ["ends_at"])
    with op.batch_alter_table("delivery") as delivery:
        delivery.add_column(sa.Column("answer", sa.Text(), nullable=True))
        delivery.add_column(sa.Column("held_by", sa.Integer(), nullable=True))
    held = sa.text("held_by IS NOT NULL")
    op.create_index("delivery_silenced", "delivery", ["held_by"], sqlite_where=held, postgresql_where=held)
