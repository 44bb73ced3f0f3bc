"""What the plugin says in a preview, sorted by what it means."""

from watchpost.engine import Diagnostic
from watchpost.plan.announcements import Takeover, read_announcements


def test_a_takeover_is_taken_apart() -> None:
    """Each addition and each change is a line of its own; names may hold commas and colons."""
    words = (
        "takes over the existing project shop (id 102)\n"
        "  adds team web\n"
        "  adds platform node\n"
        "  changes name: 'Shop, old: 1' to 'Shop'"
    )
    found = read_announcements([Diagnostic("info", words, "urn")])
    takeover = found.takeovers["urn"]
    assert takeover == Takeover(
        "project shop (id 102)",
        ("team web", "platform node"),
        ("name: 'Shop, old: 1' to 'Shop'",),
    )
    assert takeover.id == "102"


def test_the_id_of_a_key_is_read_and_a_missing_one_is_empty() -> None:
    """A client key's id is hexadecimal."""
    key = "0123456789abcdef0123456789abcdef"
    assert Takeover(f"key Default (id {key})").id == key
    assert Takeover("team web").id == ""


def test_a_warning_about_a_resource_is_a_refusal() -> None:
    """The whole text is kept: its first line is the reason."""
    found = read_announcements([Diagnostic("warning", "shop: set up otherwise\n  - name", "urn")])
    assert found.refusals == {"urn": "shop: set up otherwise\n  - name"}
    assert not found.unchecked
    assert not found.takeovers


def test_what_could_not_be_looked_at_is_told_apart_from_refusals() -> None:
    """Its reason is what follows the first line."""
    words = "could not check this resource, its recorded state is kept\nGET /x: 503"
    found = read_announcements([Diagnostic("warning", words, "urn")])
    assert found.unchecked == {"urn": "GET /x: 503"}
    assert not found.refusals


def test_errors_are_the_runs_and_warnings_of_the_run_are_no_refusals() -> None:
    """A warning without a resource concerns none."""
    found = read_announcements(
        [Diagnostic("error", "no token", "urn"), Diagnostic("warning", "old engine")]
    )
    assert found.errors == ("no token",)
    assert not found.refusals
