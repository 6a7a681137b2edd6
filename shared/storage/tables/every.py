"""Every table there is."""

from sqlmodel import SQLModel

from shared.storage.tables import evidence, judgements, ledger, messages, observations, pictures, reports, visits

ROOMS = (ledger, visits, observations, judgements, messages, reports, evidence, pictures)
"""Imported so that their tables are known."""

metadata = SQLModel.metadata
