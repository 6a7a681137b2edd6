"""Removals from the ledger, who decided them and where a version came from; cells of its files that were not taken."""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"


def upgrade() -> None:
    # Made anew by a copy it would lose AUTOINCREMENT, and the timer follows the numbers.
    with op.batch_alter_table("account", recreate="never") as account:
        account.add_column(sa.Column("removed", sa.Boolean(), nullable=False, server_default=sa.false()))
        account.add_column(sa.Column("author", sa.String(), nullable=True))
        account.add_column(sa.Column("comment", sa.Text(), nullable=True))
        account.add_column(sa.Column("source", sa.String(), nullable=True))
    op.create_table(
        "refusal",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("file", sa.String(), nullable=False),
        sa.Column("place", sa.String(), nullable=False),
        sa.Column("header", sa.String(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("platform", sa.String(), nullable=False),
        sa.Column("unit", sa.String(), nullable=False),
        sa.Column("key", sa.String(), nullable=True),
        sa.Column("message", sa.Text(), nullable=False),
        sa.Column("remedy", sa.Text(), nullable=False),
        sa.Column("since", sa.DateTime(timezone=True), nullable=False),
        sa.Column("until", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("id"),
        sqlite_autoincrement=True,
    )
    still = sa.text("until IS NULL")
    op.create_index("refusal_open", "refusal", ["file"], sqlite_where=still, postgresql_where=still)
