"""Every faulty manifest in tests/manifests is answered with the message beside it."""

import time
from pathlib import Path

import pytest

from watchpost.errors import ManifestError
from watchpost.manifest import load_manifest

FOLDER = Path(__file__).parents[2] / "manifests"
FAULTS = sorted(path.stem for path in FOLDER.glob("*.yaml"))


@pytest.mark.parametrize("fault", FAULTS)
def test_fault_is_told_word_for_word(fault: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """A faulty manifest gets exactly the message beside it: place, what, why and what to do."""
    monkeypatch.chdir(FOLDER)
    started = time.monotonic()
    with pytest.raises(ManifestError) as caught:
        load_manifest(f"{fault}.yaml")
    assert f"{caught.value}\n" == (FOLDER / f"{fault}.txt").read_text()
    assert time.monotonic() - started < 1


def test_there_are_many_and_each_has_its_message() -> None:
    """At least 40 faults are described, and no message lies about without its manifest."""
    assert len(FAULTS) >= 40
    assert sorted(path.stem for path in FOLDER.glob("*.txt")) == FAULTS


def test_no_message_repeats_a_secret() -> None:
    """What looks like a secret, or stands where one may, appears in no message."""
    messages = "".join(path.read_text() for path in FOLDER.glob("*.txt"))
    for secret in ("sntry", "notapassword", "abc-not-shown-anywhere", "0123456789"):
        assert secret not in messages.lower()


def test_every_fault_says_where_it_is() -> None:
    """Each fault begins with file, line and column."""
    for path in FOLDER.glob("*.txt"):
        for line in path.read_text().splitlines():
            if not line.startswith("  "):
                file, number, column, _ = line.split(":", 3)
                assert file == f"{path.stem}.yaml"
                assert int(number) >= 1
                assert int(column) >= 1
