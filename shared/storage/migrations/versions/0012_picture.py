"""Which finding is to have a picture of which page, where it is kept, and on which channel it was shown."""

import sqlalchemy as sa
from alembic import op

revision = "0012"
down_revision = "0011"


def upgrade() -> None:
    op.create_table(
        "picture",
        sa.Column("fingerprint", sa.String(), nullable=False),
        sa.Column("place", sa.String(), nullable=False),
        sa.Column("key", sa.String(), nullable=False),
        sa.Column("platform", sa.String(), nullable=False),
        sa.Column("url", sa.Text(), nullable=True),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("next_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("look", sa.String(), nullable=True),
        sa.Column("picture", sa.String(), nullable=True),
        sa.Column("thumbnail", sa.String(), nullable=True),
        sa.Column("reason", sa.Text(), nullable=True),
        sa.PrimaryKeyConstraint("fingerprint", "place"),
    )
    wanted = sa.text("next_at IS NOT NULL")
    op.create_index("picture_wanted", "picture", ["platform", "next_at"], sqlite_where=wanted, postgresql_where=wanted)
    op.create_index("picture_of", "picture", ["key"])
    made = sa.text("at IS NOT NULL")
    op.create_index("picture_made", "picture", ["at"], sqlite_where=made, postgresql_where=made)
    op.create_table(
        "picture_told",
        sa.Column("fingerprint", sa.String(), nullable=False),
        sa.Column("place", sa.String(), nullable=False),
        sa.Column("channel", sa.String(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("fingerprint", "place", "channel"),
    )
