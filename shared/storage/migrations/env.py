"""Run by alembic for an upgrade: on the connection it is given, inside that connection's transaction.

The database's versions, one file each in `versions/`, a plain line: 0001, 0002, ...

Whoever changes `tables/` adds `versions/NNNN_noun.py`, NNNN the next free number, in the same commit:

    revision = "0002"
    down_revision = "0001"

    def upgrade() -> None:
        op.create_table("silence", sa.Column("id", sa.Integer(), primary_key=True), ...)
        with op.batch_alter_table("delivery") as table:
            table.add_column(sa.Column("muted_by", sa.String(), nullable=True))

A version that has landed is never changed again: it imports nothing of ours, and its columns are said in full
(`sa.String()` for `str`, `sa.DateTime(timezone=True)` for a time, `sa.Text()` for a body). A new column of a table that
has rows is nullable or has a `server_default`, which `tables/` then says too. No data may be lost; there is no
downgrade, the way back is the copy. On SQLite what `batch_alter_table` cannot do by ALTER it does by copying the table,
and forgets AUTOINCREMENT and WITHOUT ROWID unless told (`table_kwargs`). `tests/shared/test_migrations.py` holds the
tables made by migrations against `tables/` on both databases, and upgrades a database of every version with data.
"""

from alembic import context

from shared.storage.schema import VERSION_TABLE
from shared.storage.tables.every import metadata

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=metadata,
    version_table=VERSION_TABLE,
    transactional_ddl=True,
    render_as_batch=True,
)
context.run_migrations()
