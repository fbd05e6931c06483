# SPDX-License-Identifier: Apache-2.0
"""Relata: an embeddable CRM engine.

    from datetime import datetime, timezone
    import relata

    now = datetime(2026, 3, 10, 10, tzinfo=timezone.utc)
    with relata.open(":memory:") as crm:
        marie = crm.put({"type": "contact", "fields": {"given_name": "Marie", "country": "FR"}}, now)
        crm.query("contact", "contact.country == 'FR'", now).ids

Records, batches and reports are dictionaries of the shapes in proto/relata/v1. `now` is always an
argument: an aware datetime, or whole microseconds since 1970 UTC. What fails raises an `Error`.
A `Crm` may be shared by threads.
"""

from ._crm import Answer, Crm, Decision, Outcome, Ticket, backup, open, version
from ._errors import (
    Aborted,
    AlreadyExists,
    DataLoss,
    Error,
    FailedPrecondition,
    InternalError,
    InvalidArgument,
    NotFound,
    PermissionDenied,
    ResourceExhausted,
    Unavailable,
    Unknown,
)

__version__ = version()

__all__ = [
    "Aborted",
    "AlreadyExists",
    "Answer",
    "Crm",
    "DataLoss",
    "Decision",
    "Error",
    "FailedPrecondition",
    "InternalError",
    "InvalidArgument",
    "NotFound",
    "Outcome",
    "PermissionDenied",
    "ResourceExhausted",
    "Ticket",
    "Unavailable",
    "Unknown",
    "backup",
    "open",
    "version",
]
