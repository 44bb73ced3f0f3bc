"""
One event that has come in, on its way into the store.

Does not: hold rules; ingestion, filing and regression share it.
"""

from dataclasses import dataclass

from sandbox.sentry.call import Row
from sandbox.sentry.payloads import Payload


@dataclass(frozen=True)
class Arrival:
    """
    An event before it is stored.

    *occurred_ms* is by the client's clock, never later than *received_ms*; *release* is the row of
    the release it names, if it names one.
    """

    project_id: int
    event_id: str
    payload: Payload
    received_ms: int
    occurred_ms: int
    release: Row | None
