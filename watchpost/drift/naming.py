"""
Words for what columns of records hold, where the manifest or Sentry tells anybody.

    a text of the manifest       acme-shop
    a DSN of a recorded key      …@102 key Default
    anything else                #bda93d22

Does not: hold a value that is not public. Source: watchpost.plan.words.
"""

from __future__ import annotations

from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING

from watchpost.plan import ValueNames, name_public_texts, name_recorded_dsns
from watchpost.records.values import fingerprint

if TYPE_CHECKING:
    from collections.abc import Iterable

    from watchpost.drift.findings import Finding
    from watchpost.engine import Preview
    from watchpost.manifest import Manifest


def name_record_values(
    findings: Iterable[Finding], preview: Preview, manifest: Manifest, key: bytes
) -> tuple[Finding, ...]:
    """
    Put words in the place of fingerprints in the findings about columns.

    Args:
        findings: Of every kind of object; those about others stay as they are.
        preview: Tells the DSNs of recorded keys.
        manifest: Tells which texts are public.
        key: The stack's fingerprint key.
    """
    name = partial(fingerprint, key)
    names = ValueNames({**name_public_texts(manifest, name), **name_recorded_dsns(preview, name)})
    return tuple(
        replace(each, expected=_words(each.expected, names), observed=_words(each.observed, names))
        if each.object_kind == "record"
        else each
        for each in findings
    )


def _words(side: str, names: ValueNames) -> str:
    return names.name(side.removeprefix("#")) if side.startswith("#") else side
