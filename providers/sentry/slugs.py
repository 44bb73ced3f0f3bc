"""
Slugs and import ids, as Sentry and the upstream plugin write them.

Does not: judge whether Sentry accepts a slug; Sentry does. Source: sentry-api.md 5.4, 13.
"""

from __future__ import annotations

import re
import unicodedata

from watchpost.errors import SettingsError


def slug_of(name: str, longest: int) -> str:
    """The slug that a name without one gets: plain lower-case letters, digits and hyphens."""
    plain = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode().lower()
    return re.sub(r"[^a-z0-9_-]+", "-", plain)[:longest].strip("-")


def parse_import_id(resource_id: str, form: str) -> list[str]:
    """
    The parts of the id given to `pulumi import`.

    Args:
        resource_id: What the user wrote.
        form: What it must look like, its parts parted by slashes.

    Raises:
        SettingsError: It has another form.
    """
    parts = resource_id.split("/")
    if len(parts) != form.count("/") + 1 or not all(parts):
        raise SettingsError(
            f"id {resource_id}", "not an id that can be imported", fix=f"write it as {form}"
        )
    return parts
