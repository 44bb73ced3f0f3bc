import base64
import os
import subprocess
import sys
from pathlib import Path

import pytest
from pulumi.dynamic import Config, ConfigureRequest
from pulumi.dynamic.dynamic import serialize_provider

from components.coolify_provider import CoolifyEnvironmentProvider

ROOT = Path(__file__).parents[3]
STORED = (
    "gASVQQAAAAAAAACMG2NvbXBvbmVudHMuY29vbGlmeV9wcm92aWRlcpSMGkNvb2xpZnlFbnZpcm9ubWVudFByb3ZpZGVy"
    "lJOUKVKULg=="
)


def test_the_stored_class_is_two_names_for_ever() -> None:
    """States hold these bytes: another path or name would make them unreadable."""
    assert serialize_provider(CoolifyEnvironmentProvider()) == STORED
    assert len(base64.b64decode(STORED)) < 100


def test_two_thousand_resources_do_not_recurse() -> None:
    """Serialising stays flat and equal, however many resources one program has."""
    stored = {serialize_provider(CoolifyEnvironmentProvider()) for _ in range(2000)}
    assert stored == {STORED}


def test_the_stored_class_loads_in_another_process_and_folder(tmp_path: Path) -> None:
    """A provider process of another run and folder finds the class by its names."""
    program = (
        "import base64, dill\n"
        f"loaded = dill.loads(base64.b64decode('{STORED}'))\n"
        "print(type(loaded).__module__, type(loaded).__qualname__)"
    )
    loaded = subprocess.run(
        [sys.executable, "-c", program],
        cwd=tmp_path,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        check=True,
    )
    assert loaded.stdout.split() == ["components.coolify_provider", "CoolifyEnvironmentProvider"]


def test_a_configured_provider_stores_no_secret(monkeypatch: pytest.MonkeyPatch) -> None:
    """Token, URL and fingerprint key are found anew by each process and never stored."""
    monkeypatch.setenv("COOLIFY_TOKEN", "1|a-token-for-this-test")
    provider = CoolifyEnvironmentProvider()
    settings = {"coolify:url": "http://127.0.0.1:9", "watchpost:fingerprintKey": "a key"}
    provider.configure(ConfigureRequest(Config(settings, "watchpost")))
    assert serialize_provider(provider) == STORED


def test_the_stored_class_is_no_secret_itself() -> None:
    """It holds no secret, so that state need not encrypt it for each app."""
    assert CoolifyEnvironmentProvider.serialize_as_secret_always is False
