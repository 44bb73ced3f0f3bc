"""
Canaries: one event per DSN that the manifest gives to apps, and whether Sentry shows it.

Does not: read what apps hold or send; a canary proves the key and the way in, not the app.

Source: docs/verify.md.
"""

from watchpost.canary.event import make_nonce
from watchpost.canary.outcome import Outcome, State, exit_code
from watchpost.canary.quiet import check_quietly
from watchpost.canary.report import render_json, render_text
from watchpost.canary.resolution import Resolved, resolve_targets
from watchpost.canary.sending import check_by_canary
from watchpost.canary.targets import Target, list_targets

__all__ = [
    "Outcome",
    "Resolved",
    "State",
    "Target",
    "check_by_canary",
    "check_quietly",
    "exit_code",
    "list_targets",
    "make_nonce",
    "render_json",
    "render_text",
    "resolve_targets",
]
