"""
Why an entry's variables are as they are, where they are in force, and what would change them.

Does not: ask a service. `watchpost.commands.explain` looks, this package says what it means.

Source: docs/explain.md.
"""

from watchpost.explanation.model import (
    AppExplanation,
    EntryExplanation,
    VariableExplanation,
    explain_entry,
)
from watchpost.explanation.records import RecordExplanation, observe_record
from watchpost.explanation.running import Running, describe_running, observe_running
from watchpost.explanation.text import explanation_document, render_explanation

__all__ = [
    "AppExplanation",
    "EntryExplanation",
    "RecordExplanation",
    "Running",
    "VariableExplanation",
    "describe_running",
    "explain_entry",
    "explanation_document",
    "observe_record",
    "observe_running",
    "render_explanation",
]
