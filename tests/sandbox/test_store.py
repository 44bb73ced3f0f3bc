"""The sandbox's storage."""

from pathlib import Path

import pytest

from sandbox.store import Store

SCHEMA = "CREATE TABLE IF NOT EXISTS things (id INTEGER PRIMARY KEY, name TEXT);"


@pytest.fixture
def store() -> Store:
    """A store with one empty table."""
    made = Store()
    made.create(SCHEMA)
    return made


def test_rows_are_dicts(store: Store) -> None:
    """A row is keyed by column, and insert answers its id."""
    number = store.insert("things", name="a")
    assert store.rows("SELECT * FROM things") == [{"id": number, "name": "a"}]
    assert store.row("SELECT name FROM things WHERE id = ?", number) == {"name": "a"}
    assert store.row("SELECT name FROM things WHERE id = ?", number + 1) is None


def test_update_and_delete(store: Store) -> None:
    """Both go by id, and no columns are no change."""
    number = store.insert("things", name="a")
    store.update("things", number)
    store.update("things", number, name="b")
    assert store.rows("SELECT name FROM things") == [{"name": "b"}]
    store.delete("things", number)
    assert store.rows("SELECT name FROM things") == []


def test_a_failed_transaction_leaves_nothing(store: Store) -> None:
    """What a block wrote before it raised is taken back; otherwise it stays."""

    def fail() -> None:
        with store.transaction():
            store.insert("things", name="lost")
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        fail()
    with store.transaction():
        store.insert("things", name="kept")
    assert store.rows("SELECT name FROM things") == [{"name": "kept"}]


def test_a_snapshot_brings_everything_back(store: Store) -> None:
    """Restoring undoes inserts, deletes and the numbering."""
    first = store.insert("things", name="a")
    image = store.snapshot()
    store.delete("things", first)
    store.insert("things", name="b")
    store.restore(image)
    assert store.rows("SELECT * FROM things") == [{"id": first, "name": "a"}]


def test_a_file_keeps_and_restores_its_content(tmp_path: Path) -> None:
    """A store in a file is found again by the next one, after a restore too."""
    path = str(tmp_path / "sandbox.sqlite")
    store = Store(path)
    store.create(SCHEMA)
    store.insert("things", name="a")
    image = store.snapshot()
    store.insert("things", name="b")
    store.restore(image)
    store.close()
    again = Store(path)
    again.create(SCHEMA)
    assert again.rows("SELECT name FROM things") == [{"name": "a"}]
    again.close()


def test_tables_and_columns_are_known(store: Store) -> None:
    """Tables are found by prefix; an unknown table has no columns."""
    assert store.tables("thi") == ["things"]
    assert store.tables("other") == []
    assert store.columns("things") == ["id", "name"]
    assert store.columns("nothing") == []
