"""The log of the evidence, and which look rests on which content."""

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"


def upgrade() -> None:
    op.create_table(
        "evidence_entry",
        sa.Column("n", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("look", sa.String(), nullable=False),
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("items", sa.Text(), nullable=False),
        sa.Column("why", sa.Text(), nullable=False),
        sa.Column("previous", sa.String(), nullable=False),
        sa.Column("hash", sa.String(), nullable=False),
        sa.Column("open", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("n"),
    )
    kept = sa.text("kind = 'kept'")
    op.create_index("evidence_kept", "evidence_entry", ["look"], unique=True, sqlite_where=kept, postgresql_where=kept)
    op.create_index("evidence_look", "evidence_entry", ["look"])
    _index("evidence_age", "evidence_entry", ["at", "n"], "open")
    op.create_table(
        "evidence_content",
        sa.Column("sha256", sa.String(), nullable=False),
        sa.Column("look", sa.String(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("logged", sa.Boolean(), nullable=False),
        sa.Column("leaving", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("sha256", "look"),
    )
    op.create_index("evidence_content_look", "evidence_content", ["look"])
    _index("evidence_leaving", "evidence_content", ["look"], "leaving")
    _index("evidence_claimed", "evidence_content", ["at"], "NOT logged")


def _index(name: str, table: str, columns: list[str], condition: str) -> None:
    where = sa.text(condition)
    op.create_index(name, table, columns, sqlite_where=where, postgresql_where=where)
