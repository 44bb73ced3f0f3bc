"""
The folder of the vendors' schemas and recordings, which stands beside the checkout.

Does not: read any of them.
"""

import os
from pathlib import Path

import pytest

from tests.sandboxes import REPOSITORY

CONTRACTS = REPOSITORY.parent / "shared" / "contracts"


def find_contracts() -> Path:
    """The folder; without it the test that asks is skipped, but where CI is set it fails."""
    if not CONTRACTS.is_dir():
        reason = f"the contracts are missing: {CONTRACTS}"
        if os.environ.get("CI") == "true":
            pytest.fail(reason)
        pytest.skip(reason)
    return CONTRACTS
