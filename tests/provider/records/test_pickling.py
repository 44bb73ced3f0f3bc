"""What states hold of the provider: two names, for ever."""

from pulumi.dynamic.dynamic import serialize_provider

from components.record_provider import PlatformRecordProvider
from tests.provider.records.stack import RecordStack

STORED = (
    "gASVPAAAAAAAAACMGmNvbXBvbmVudHMucmVjb3JkX3Byb3ZpZGVylIwWUGxhdGZvcm1SZWNvcmRQcm92aWRlcpST"
    "lClSlC4="
)


def test_the_stored_class_is_two_names_for_ever() -> None:
    """States hold these bytes: another path or name would make them unreadable."""
    assert serialize_provider(PlatformRecordProvider()) == STORED


def test_a_configured_provider_stores_no_secret(stack: RecordStack) -> None:
    """The fingerprint key is found anew by each process and never stored."""
    assert serialize_provider(stack.provider) == STORED
    assert PlatformRecordProvider.serialize_as_secret_always is False


def test_two_thousand_records_do_not_recurse() -> None:
    """Serialising stays flat and equal, however many records one program has."""
    assert {serialize_provider(PlatformRecordProvider()) for _ in range(2000)} == {STORED}
