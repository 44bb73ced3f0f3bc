"""
One adoption from what was read to the manifest's text, checked before anybody sees it.

Does not: write the manifest. Source: docs/adoption.md.
"""

from __future__ import annotations

import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from watchpost.adoption.caveats import list_caveats
from watchpost.adoption.drafts import draft_all
from watchpost.adoption.writing import write_additions, write_new
from watchpost.errors import ManifestError
from watchpost.manifest import inspect_manifest

if TYPE_CHECKING:
    from watchpost.adoption.caveats import Caveat
    from watchpost.adoption.declared import Declared
    from watchpost.adoption.drafts import Drafts
    from watchpost.adoption.inventory import Inventory


@dataclass(frozen=True)
class Adoption:
    """
    What adoption came to.

    Attributes:
        drafts: What is new.
        caveats: What a reader should know.
        text: The whole manifest.
    """

    drafts: Drafts
    caveats: tuple[Caveat, ...]
    text: str


def adopt(
    inventory: Inventory,
    declared: Declared,
    existing: str | None = None,
    *,
    mark: bool = True,
    file: str = "projects.yaml",
) -> Adoption:
    """
    Write a manifest of what both services hold.

    Args:
        inventory: What they hold; it must be complete.
        declared: What the existing manifest declares.
        existing: Its text; None where there is none.
        mark: False writes `mark: false` to every new app.
        file: The manifest's name, for messages.

    Raises:
        ManifestError: The existing text cannot be edited, or the result would have faults.
    """
    drafts = draft_all(inventory, declared)
    caveats = list_caveats(drafts)
    if existing is None:
        text = write_new(drafts, caveats, mark=mark)
    else:
        text = write_additions(existing, drafts, mark=mark, file=file)
    _raise_if_faulty(text, file)
    return Adoption(drafts, caveats, text)


def _raise_if_faulty(text: str, file: str) -> None:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, Path(file).name)
        path.write_text(text, encoding="utf-8")
        faults = inspect_manifest(path).faults
    if faults:
        raise ManifestError(
            file,
            "adoption would write a manifest with faults, so that nothing was written",
            detail="\n".join(fault.summary for fault in faults),
            fix="report this: adoption must leave out what the manifest refuses",
        )
