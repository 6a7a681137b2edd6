"""PostgreSQL writes no log of the marks of sketches, which can be made again; a row tells that they are there."""

from alembic import op

revision = "0007"
down_revision = "0006"


def upgrade() -> None:
    if op.get_bind().dialect.name == "postgresql":
        op.execute("ALTER TABLE sketch_mark SET UNLOGGED")
        op.execute("INSERT INTO sketch_mark (mark, at, sketch) SELECT -2, 0, 1 FROM sketch_mark LIMIT 1")
