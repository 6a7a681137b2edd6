"""Every table there is."""

from sqlmodel import SQLModel

from shared.storage.tables import judgements, ledger, messages, observations, reports, sources, visits

ROOMS = (ledger, visits, observations, judgements, messages, reports, sources)
"""Imported so that their tables are known."""

metadata = SQLModel.metadata
