"""Every table there is."""

from sqlmodel import SQLModel

from shared.storage.tables import (
    coverage,
    evidence,
    judgements,
    ledger,
    links,
    messages,
    observations,
    pictures,
    questions,
    reports,
    sessions,
    sources,
    visits,
)

ROOMS = (
    ledger,
    links,
    visits,
    observations,
    coverage,
    judgements,
    messages,
    questions,
    reports,
    evidence,
    pictures,
    sources,
    sessions,
)
"""Imported so that their tables are known."""

metadata = SQLModel.metadata
