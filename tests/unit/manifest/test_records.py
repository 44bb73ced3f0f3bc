"""The platform's own table: templates filled in, one row per entry."""

from pathlib import Path
from typing import Any

import pytest

from tests.unit.manifest.documents import app, entry, manifest, write
from watchpost.manifest import KeyDsn, Manifest, PlainText, RecordRow, load_manifest

RECORDS: dict[str, Any] = {
    "url": "env:DATABASE_URL",
    "table": "projects",
    "key": {"column": "slug", "value": "{workspace}/{id}"},
    "set": {"sentry_dsn": "{dsn}"},
}


def load(folder: Path, records: dict[str, Any] | None = None, **projects: Any) -> Manifest:
    """Load a manifest with these entries, or one `shop`, and *records* changed."""
    document = manifest(
        projects=projects or {"shop": entry(apps=[app()])}, records={**RECORDS, **(records or {})}
    )
    return load_manifest(write(folder, document))


def shop_row(folder: Path, template: str, shop: dict[str, Any] | None = None) -> Any:
    """What a column of the shop's row shall hold, by its template."""
    loaded = load(folder, {"set": {"column": template}}, shop=shop or entry(apps=[app()]))
    assert loaded.records is not None
    return loaded.records.row_of(loaded.entries[0]).values["column"]


def test_a_manifest_without_the_block_has_no_records(tmp_path: Path) -> None:
    """Records are asked for, never assumed."""
    assert load_manifest(write(tmp_path, manifest())).records is None


def test_each_entry_has_its_row(tmp_path: Path) -> None:
    """Entries and parts get one row each, with defaults applied."""
    parts = {"web": {"platform": "javascript-react"}}
    loaded = load(tmp_path, shop=entry(), studio={"teams": ["web"], "parts": parts})
    records = loaded.records
    assert records is not None
    assert (records.url, records.insert, records.on_remove) == ("env:DATABASE_URL", False, "keep")
    assert [records.row_of(each) for each in loaded.entries] == [
        RecordRow("shop", "projects", "slug", "acme/shop", {"sentry_dsn": shop_dsn()}),
        RecordRow(
            "studio-web",
            "projects",
            "slug",
            "acme/studio-web",
            {"sentry_dsn": KeyDsn("studio-web", "production")},
        ),
    ]
    assert records.rows["shop"].label == "projects.slug=acme/shop"


def shop_dsn(key: str = "production") -> KeyDsn:
    """The DSN of a key of the shop's."""
    return KeyDsn("shop", key)


@pytest.mark.parametrize(
    ("template", "text"),
    [
        ("{workspace}/{organization}", "acme/acme"),
        ("{id}:{slug}", "shop:shop"),
        ("{name} on {platform}", "Shop on python-fastapi"),
        ("constant", "constant"),
        ("", ""),
        ('{{"slug": "{slug}"}}', '{"slug": "shop"}'),
    ],
)
def test_templates_are_filled_in(tmp_path: Path, template: str, text: str) -> None:
    """Each placeholder stands for what the entry says; doubled braces are braces."""
    assert shop_row(tmp_path, template) == PlainText(text)


def test_the_dsn_is_named_and_not_held(tmp_path: Path) -> None:
    """`{dsn}` is the only key's DSN; `{dsn.KEY}` that of the key of this name."""
    keys = {"production": {"label": "Default"}, "backend": {}}
    assert shop_row(tmp_path, "{dsn}") == shop_dsn()
    assert shop_row(tmp_path, "{dsn.backend}", entry(keys=keys)) == shop_dsn("backend")


def test_the_build_token_is_a_reference(tmp_path: Path) -> None:
    """`{build_token}` is what the entry's apps name, which is never the token itself."""
    tokened = app(framework="vite", build_token="env:SHOP_TOKEN")
    twice = entry(apps=[tokened, app(app="shop-admin"), {**tokened, "app": "shop-3"}])
    assert shop_row(tmp_path, "{build_token}", twice) == PlainText("env:SHOP_TOKEN")


def test_what_stands_for_nothing_is_null(tmp_path: Path) -> None:
    """A build token that no app has, and the part of an entry without parts, are null."""
    assert shop_row(tmp_path, "{build_token}") is None
    assert shop_row(tmp_path, "part {part}") is None


def test_the_part_is_its_own_name(tmp_path: Path) -> None:
    """`{part}` is the part's name, in the key as well, where every entry has one."""
    parts = {"web": {"platform": "javascript-react"}, "api": {"platform": "python"}}
    key = {"column": "slug", "value": "{part}"}
    loaded = load(tmp_path, {"key": key}, studio={"teams": ["web"], "parts": parts})
    assert loaded.records is not None
    assert [row.key_value for row in loaded.records.rows.values()] == ["web", "api"]


def test_a_key_that_a_record_holds_is_used(tmp_path: Path) -> None:
    """A key whose DSN goes to the record alone is not noted as one that nobody uses."""
    keys = {"production": {"label": "Default"}, "backend": {}}
    shop = entry(keys=keys, apps=[app(key="production")])
    columns = {"sentry_dsn": "{dsn.backend}"}
    assert load(tmp_path, {"set": columns}, shop=shop).notes == ()
    assert load(tmp_path, {"set": {"a": "{slug}"}}, shop=shop).notes != ()


def test_equal_records_are_equal_wherever_they_stand(tmp_path: Path) -> None:
    """The order of the file does not matter: positions take no part in a comparison."""
    first = load(tmp_path)
    text = (tmp_path / "projects.yaml").read_text()
    second = load_manifest(write(tmp_path, "# moved\n\n" + text))
    assert first.records == second.records
    assert first.records is not None
    assert second.records is not None
    assert first.records.position != second.records.position
