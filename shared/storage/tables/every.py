"""Every table there is."""

from sqlmodel import SQLModel

from shared.storage.tables import (
    coverage,
    evidence,
    exports,
    judgements,
    ledger,
    links,
    messages,
    observations,
    owners,
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
    exports,
    owners,
)
"""Imported so that their tables are known."""

metadata = SQLModel.metadata
