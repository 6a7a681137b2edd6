"""Every table there is."""

from sqlmodel import SQLModel

from shared.storage.tables import (
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
    sources,
    visits,
)

ROOMS = (
    ledger,
    links,
    visits,
    observations,
    judgements,
    messages,
    questions,
    reports,
    evidence,
    pictures,
    sources,
    exports,
    owners,
)
"""Imported so that their tables are known."""

metadata = SQLModel.metadata
