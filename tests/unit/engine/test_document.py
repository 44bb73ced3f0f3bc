"""Reading the engine's plans: what changes, from what to what, and nothing else."""

from __future__ import annotations

from typing import Any

from watchpost.engine import PropertyChange, read_diagnostic, read_preview

URN = (
    "urn:pulumi:prod::watchpost::watchpost:index:MonitoredProject"
    "$sentry:index/sentryKey:SentryKey::shop/preview"
)


def step(op: str, **fields: Any) -> dict[str, Any]:
    """A step as the engine prints it."""
    return {"op": op, "urn": URN, **fields}


def test_refreshes_and_unchanged_resources_are_no_changes() -> None:
    """Steps that only look are left out."""
    document = {"steps": [step("refresh"), step("same"), step("read")]}
    assert read_preview(document, exit_code=0).is_clean


def test_a_step_tells_name_and_type_without_its_parents() -> None:
    """Name and type are the last parts of the URN."""
    found = read_preview({"steps": [step("create")]}, exit_code=7).steps[0]
    assert (found.op, found.name) == ("create", "shop/preview")
    assert found.type == "sentry:index/sentryKey:SentryKey"


def test_a_change_tells_both_values() -> None:
    """Nested properties, list items and deleted properties are read at their paths."""
    changed = step(
        "update",
        detailedDiff={
            "variables.SENTRY_DSN.fingerprint": {"kind": "update", "inputDiff": True},
            "teams[1]": {"kind": "add", "inputDiff": True},
            "gone": {"kind": "delete", "inputDiff": True},
        },
        oldState={
            "inputs": {
                "variables": {"SENTRY_DSN": {"fingerprint": "aa"}},
                "teams": ["a"],
                "gone": 1,
            }
        },
        newState={
            "inputs": {"variables": {"SENTRY_DSN": {"fingerprint": "bb"}}, "teams": ["a", "b"]}
        },
    )
    assert read_preview({"steps": [changed]}, exit_code=7).steps[0].changes == (
        PropertyChange("gone", "delete", 1, None),
        PropertyChange("teams[1]", "add", None, "b"),
        PropertyChange("variables.SENTRY_DSN.fingerprint", "update", "aa", "bb"),
    )


def test_what_is_no_input_is_read_from_the_outputs() -> None:
    """A disabled key has no input for it; the observed output is told."""
    changed = step(
        "update",
        detailedDiff={"isActive": {"kind": "update", "inputDiff": False}},
        oldState={"inputs": {}, "outputs": {"isActive": False}},
        newState={"inputs": {}},
    )
    change = read_preview({"steps": [changed]}, exit_code=7).steps[0].changes[0]
    assert (change.before, change.after) == (False, None)


def test_diagnostics_keep_their_severity() -> None:
    """Errors and warnings are told as `severity: message`."""
    document = {"diagnostics": [{"severity": "warning", "message": "careful\n"}]}
    preview = read_preview(document, exit_code=1)
    assert [str(each) for each in preview.diagnostics] == ["warning: careful"]
    assert not preview.is_clean


EXITED = """error: Detected that providers/sentry/pulumi-resource-sentry exited prematurely.
       This is *always* a bug in the provider. Please report the issue to the provider author.
       To assist with debugging we have dumped the STDOUT and STDERR streams of the plugin:"""


def test_a_plugin_that_is_slow_to_end_is_no_error() -> None:
    """The engine says so after all is done; one that died has left its own words there."""
    slow, died = (
        read_diagnostic({"severity": "error", "message": f"{EXITED}{words}\n"})
        for words in ("", "Traceback (most recent call last): ...")
    )
    assert (slow.severity, died.severity) == ("debug", "error")
