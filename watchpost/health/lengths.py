"""
The most characters that each kind of text of an event is shown with.

Where one is cut, the number of characters left out follows it, beyond these.

Does not: cut. Source: docs/health.md, "What is shown".
"""

from __future__ import annotations

MOST_CHARACTERS = 8_000
"""Of an answer, where nothing else is asked for."""
FEWEST_CHARACTERS = 1_000
"""Of an answer: a smaller number counts as this."""

TITLE = 200
CULPRIT = 120
RELEASE = 120
LINK = 200
SHORT_ID = 100
KIND = 100
VALUE = 500
NAME = 120
LINE = 160
WORD = 40
URL = 200
