"""The engine's own words for what it could not do, as pulumi 3.259 printed them, and ours."""

from __future__ import annotations

import pytest

from watchpost.engine import Finished
from watchpost.engine.credentials import without_credentials
from watchpost.engine.document import read_diagnostic
from watchpost.engine.failures import explain_failure

LOCKED = """\
error: the stack is currently locked by 1 lock(s). Either wait for the other process(es) to end \
or delete the lock file with `pulumi cancel`.
  file:///srv/state/.pulumi/locks/organization/watchpost/tests/05a9.json?no_tmp_dir=true: \
created by ann@build (pid 16811) at 2026-11-28T12:56:31Z
"""
S3 = (
    'error: read ".pulumi/meta.yaml": blob (key ".pulumi/meta.yaml") (code=Unknown): operation '
    "error S3: GetObject, exceeded maximum number of attempts, 3, https response error "
    'StatusCode: 0, request send failed, Get "https://me:hunter22@s3.example/b": connection refused'
)
SAID = {
    "error: incorrect passphrase": "the passphrase is not the one",
    "error: passphrase must be set with PULUMI_CONFIG_PASSPHRASE or ...": "no passphrase is given",
    "error: unable to read PULUMI_CONFIG_PASSPHRASE_FILE: open /x: no such file or directory": (
        "the file that holds the passphrase cannot be read"
    ),
    LOCKED: "another run holds the stack's lock",
    "error: no stack named 'other' found": "there is no such stack",
    "error: failed to load checkpoint: place 1: unexpected end of JSON input": (
        "the recorded state cannot be read"
    ),
    "error: place 1: invalid character 'h' looking for beginning of value": (
        "the recorded state cannot be read"
    ),
    "error: unsupported checkpoint version 99": "the recorded state cannot be read",
    'error: unable to open state directory "file:///x": stat /x: no such file or directory': (
        "the folder of the state backend is not there"
    ),
    "error: PULUMI_ACCESS_TOKEN must be set for login during non-interactive CLI sessions": (
        "no state backend is chosen"
    ),
    S3: "the state backend does not answer",
    'error: Pulumi CLI version 3.259.0 does not satisfy the version range ">=4.0.0"': (
        "this engine's version is not the one"
    ),
    "error: failed to load language plugin python: no language plugin 'pulumi-language-python'": (
        "the engine's Python host is missing"
    ),
    "error: parsing plugin options for 'sentry': no folder at path '/x/providers/none'": (
        "a plugin that Pulumi.yaml names is not in the checkout"
    ),
    "error: could not unmarshal '/x/Pulumi.yaml': invalid YAML file: yaml: line 1: did not": (
        "Pulumi.yaml, or the stack's file, is no valid YAML"
    ),
}


@pytest.mark.parametrize(("said", "summary"), SAID.items())
def test_known_failures(said: str, summary: str) -> None:
    """Each known failure has a summary of ours and a fix; the engine's words are the detail."""
    error = explain_failure("stack tests", Finished(1, "", said))
    assert error.summary.startswith(summary)
    assert error.fix
    assert error.detail.startswith("error: ")


def test_the_holder_of_a_lock_is_named() -> None:
    """Who holds the lock, and since when, stays in the detail."""
    error = explain_failure("stack tests", Finished(1, "", LOCKED))
    assert "created by ann@build (pid 16811) at 2026-11-28T12:56:31Z" in error.detail


def test_no_password_of_a_backend_is_shown() -> None:
    """A password that stands in a URL of the engine's words is struck out."""
    assert "hunter22" not in str(explain_failure("stack tests", Finished(1, "", S3)))


@pytest.mark.parametrize(
    "said",
    [
        "open https://hunter22@s3.example/b",
        "open https://:hunter22@s3.example/b",
        "open postgres://me:hunt/hunter22@db.example/b",
        "DSN https://0123456789abcdef0123456789hunter22@o1.ingest.sentry.io/4 is no good",
        r'{"dsn":"https:\/\/hunter22@o1.ingest.sentry.io\/4"}',
        'Get "azblob://box?sv=1&sig=hunter22": refused',
        "s3://box?region=eu&secret_access_key=hunter22&awssdk=v2",
    ],
)
def test_no_credential_of_an_address_is_shown(said: str) -> None:
    """User, password, token, signature and a DSN's key, in a failure and in a diagnostic."""
    assert "hunter22" not in str(explain_failure("stack tests", Finished(1, "", f"error: {said}")))
    assert "hunter22" not in str(read_diagnostic({"severity": "error", "message": said}))
    assert "[secret]" in without_credentials(said)


def test_other_words_stay() -> None:
    """A name of a key, an address without user, a mail address: nothing is struck out."""
    said = "…@102 key Default; file:///srv/state?no_tmp_dir=true; https://a.example/b ann@build"
    assert without_credentials(said) == said


def test_a_program_that_fails_is_not_taken_for_a_missing_host() -> None:
    """A traceback through the host's own file says nothing of the host."""
    said = 'error: Program failed\n  File "/x/pulumi-language-python-exec", line 9, in <module>'
    assert explain_failure("stack tests", Finished(1, said, "")).summary.startswith("pulumi ended")


def test_unknown_failures_are_shown_as_they_are() -> None:
    """What nobody foresaw is shown with its exit code, shortened."""
    said = "\n".join(f"line {number}" for number in range(30))
    error = explain_failure("stack tests", Finished(255, said, ""))
    assert error.summary == "pulumi ended with exit code 255"
    assert error.detail.splitlines() == [f"line {number}" for number in range(12)]
    assert error.fix == "run `watchpost doctor`"
