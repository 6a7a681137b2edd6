"""Run by alembic for an upgrade: on the connection it is given, inside that connection's transaction."""

from alembic import context

from shared.storage.schema import VERSION_TABLE
from shared.storage.tables import metadata

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=metadata,
    version_table=VERSION_TABLE,
    transactional_ddl=True,
    render_as_batch=True,
)
context.run_migrations()
