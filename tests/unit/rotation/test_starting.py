"""The edit that starts a rotation."""

from __future__ import annotations

import difflib
from datetime import date

import pytest

from tests.unit.rotation.keys import KEY_ID, make_entry, make_key
from watchpost.errors import AmbiguousOwner, PolicyError, SettingsError
from watchpost.rotation import list_retired, raise_if_engine_would_delete
from watchpost.rotation.places import find_key, find_retired_path, path_of_key
from watchpost.rotation.starting import Start, compute_start, load_text

DAY = date(2026, 11, 28)
OTHER = "fedcba9876543210fedcba9876543210"
TEXT = """\
# the fleet
version: 1
organization: acme
teams: {web: {}}
projects:
  shop:   # sells
    platform: node
    teams: [web]
    keys:
      production: {label: Default}   # in use
      preview: {}
    apps:
      - {app: shop, framework: node, key: production, preview_key: preview}
  # a monorepo
  studio:
    teams: [web]
    parts:
      web-app: {platform: node, apps: [{app: studio, framework: node}]}
      api:
        platform: python
        apps:
          - {app: api, framework: python}   # the api
"""


def start(text: str, entry_id: str, key: str, *labels: tuple[str, str], day: date = DAY) -> Start:
    """Start a rotation where Sentry has keys of these (label, id)."""
    entry = find_key(load_text(text, "projects.yaml"), entry_id, key)
    return compute_start(
        text, "projects.yaml", entry, key, [make_key(*each) for each in labels], day
    )


def changes(old: str, new: str) -> list[str]:
    """The lines that differ."""
    lines = difflib.unified_diff(old.splitlines(), new.splitlines(), n=0, lineterm="")
    return [line for line in lines if not line.startswith(("---", "+++", "@@"))]


def test_written_key() -> None:
    """A written key gets the label of the day, and the old id is listed with the day."""
    started = start(TEXT, "shop", "production", ("Default", KEY_ID), ("preview", OTHER))
    assert (started.label, started.key_id) == ("Default-20261128", KEY_ID)
    item = f"[{{key_id: {KEY_ID}, since: 2026-11-28}}]"
    assert changes(TEXT, started.text) == [
        "-      production: {label: Default}   # in use",
        f"+      production: {{label: Default-20261128, retired: {item}}}   # in use",
    ]


def test_key_without_label() -> None:
    """A key that only has a name is labelled by it."""
    started = start(TEXT, "shop", "preview", ("preview", KEY_ID))
    assert started.label == "preview-20261128"


def test_implicit_key_is_written_out() -> None:
    """The key that every entry without `keys` has is written out, also in a part."""
    started = start(TEXT, "studio-api", "production", ("Default", KEY_ID))
    assert changes(TEXT, started.text) == [
        "+        keys:",
        "+          production:",
        "+            label: Default-20261128",
        "+            retired:",
        f"+              - {{key_id: {KEY_ID}, since: 2026-11-28}}",
    ]
    loaded = load_text(started.text, "projects.yaml")
    assert loaded.notes == ()
    assert find_retired_path(loaded, KEY_ID) == (
        *("projects", "studio", "parts", "api", "keys", "production"),
        *("retired", 0),
    )
    in_braces = start(TEXT, "studio-web-app", "production", ("Default", KEY_ID))
    assert load_text(in_braces.text, "projects.yaml").notes == ()


def test_second_rotation_of_a_day_and_of_another() -> None:
    """A second one on the same day is numbered; another day replaces the day."""
    once = start(TEXT, "shop", "production", ("Default", KEY_ID)).text
    present = ("Default-20261128", OTHER)
    again = start(once, "shop", "production", present)
    assert again.label == "Default-20261128-2"
    later = start(once, "shop", "production", present, day=date(2027, 1, 2))
    assert later.label == "Default-20270102"
    loaded = load_text(later.text, "projects.yaml")
    assert [each.retired.key_id for each in list_retired(loaded, "shop")] == [KEY_ID, OTHER]


def test_started_again_before_the_apply_changes_nothing() -> None:
    """The manifest says so already and Sentry has no such key: it waits, on any day."""
    once = start(TEXT, "shop", "production", ("Default", KEY_ID)).text
    for day in (DAY, date(2026, 11, 30)):
        again = start(once, "shop", "production", ("Default", KEY_ID), day=day)
        assert again == Start(once, "Default-20261128", KEY_ID, is_waiting=True)


def test_no_key_or_several() -> None:
    """Without exactly one key of the label there is nothing to rotate; ids are named."""
    with pytest.raises(PolicyError, match="has no key labelled 'Default' yet"):
        start(TEXT, "shop", "production", ("other", KEY_ID))
    with pytest.raises(AmbiguousOwner, match=f"{KEY_ID}, {OTHER}"):
        start(TEXT, "shop", "production", ("Default", OTHER), ("Default", KEY_ID))


def test_unknown_names() -> None:
    """An entry or key that is not in the manifest is told with those that are."""
    loaded = load_text(TEXT, "projects.yaml")
    with pytest.raises(SettingsError, match=r"(?s)is no entry.*shop, studio-api, studio-web-app"):
        find_key(loaded, "shp", "production")
    with pytest.raises(SettingsError, match=r"(?s)is no key of shop.*preview, production"):
        find_key(loaded, "shop", "prod")
    with pytest.raises(SettingsError, match="is no entry"):
        list_retired(loaded, "none")
    with pytest.raises(SettingsError, match="is no key of studio"):
        list_retired(loaded, "studio", "none")
    assert list_retired(loaded, "studio", "production") == []


def test_paths() -> None:
    """A part's key stands below the part, hyphens in its name included."""
    loaded = load_text(TEXT, "projects.yaml")
    entry = find_key(loaded, "studio-web-app", "production")
    expected = ("projects", "studio", "parts", "web-app", "keys", "production")
    assert path_of_key(entry, "production") == expected
    assert find_retired_path(loaded, KEY_ID) is None


def test_state_that_would_delete_the_key_is_refused() -> None:
    """What an earlier version recorded would delete the key; an apply first mends that."""
    urn = "urn:pulumi:s::p::sentry:index/sentryKey:SentryKey::shop/production/Default-20261128"
    resource = {"type": "sentry:index/sentryKey:SentryKey", "urn": urn}
    entry = make_entry()
    raise_if_engine_would_delete([{**resource, "retainOnDelete": True}], entry, "production")
    raise_if_engine_would_delete([], entry, "production")
    with pytest.raises(PolicyError, match="is deleted when it is replaced"):
        raise_if_engine_would_delete([resource], entry, "production")
