"""
HTTP to the services: one transport, polite and patient, for every client.

Does not: know an endpoint of Sentry, Coolify or GitHub; their clients do. Source: design.md 8.
"""

from watchpost.transport.address import is_loopback, normalise_url, resolve_url
from watchpost.transport.answers import Answer
from watchpost.transport.dialect import Dialect
from watchpost.transport.http import Params, Transport
from watchpost.transport.ingest import Delivery, IngestSender
from watchpost.transport.read_only import (
    READ_ONLY_VARIABLE,
    is_read_only,
    raise_if_read_only,
    writes_refused,
)
from watchpost.transport.retry import RetryPolicy

__all__ = [
    "READ_ONLY_VARIABLE",
    "Answer",
    "Delivery",
    "Dialect",
    "IngestSender",
    "Params",
    "RetryPolicy",
    "Transport",
    "is_loopback",
    "is_read_only",
    "normalise_url",
    "raise_if_read_only",
    "resolve_url",
    "writes_refused",
]
