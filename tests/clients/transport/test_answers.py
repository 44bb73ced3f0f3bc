"""Every status is one error of the tree, and every form of a fault is read."""

import json

import pytest

from watchpost.errors import (
    ApiError,
    ApiUnavailable,
    Conflict,
    Forbidden,
    Invalid,
    Moved,
    NotFound,
    RateLimited,
    Unauthorized,
    UnclearWrite,
    UnexpectedResponse,
)
from watchpost.transport.answers import Answer, compute_detail, error_class, raise_for_answer

EXPECTED: dict[int, type[ApiError]] = {
    301: Moved,
    302: Moved,
    303: Moved,
    307: Moved,
    308: Moved,
    400: Invalid,
    401: Unauthorized,
    403: Forbidden,
    404: NotFound,
    409: Conflict,
    410: ApiUnavailable,
    422: Invalid,
    429: RateLimited,
}


def answer(status: int, body: object = None, **headers: str) -> Answer:
    """An answer to a GET."""
    return Answer("GET /x", status, headers, body)


@pytest.mark.parametrize("status", range(200, 600))
def test_every_status_is_mapped(status: int) -> None:
    """2xx is an answer, everything else an error; no status is left out."""
    if status < 300:
        raise_for_answer(answer(status), "GET", "Test", "TEST_TOKEN")
        return
    expected = EXPECTED.get(status, UnexpectedResponse)
    if status == 408 or status >= 500:
        expected = ApiUnavailable
    with pytest.raises(expected) as caught:
        raise_for_answer(answer(status), "GET", "Test", "TEST_TOKEN")
    assert type(caught.value) is expected
    assert caught.value.status == status


@pytest.mark.parametrize("status", [408, 500, 501, 502, 503, 504, 599])
def test_failed_write_is_unclear(status: int) -> None:
    """A write that failed on the other side may have been applied."""
    assert error_class(status, "POST") is UnclearWrite
    assert error_class(status, "PUT") is UnclearWrite
    assert error_class(status, "GET") is ApiUnavailable


@pytest.mark.parametrize(
    ("body", "detail"),
    [
        ({"detail": "Invalid token"}, "Invalid token"),
        ({"detail": ["You do not have permission."]}, "You do not have permission."),
        ({"detail": {"code": "sso-required", "message": "Must login"}}, "Must login"),
        ({"message": "Too Many Attempts."}, "Too Many Attempts."),
        ({"slug": ["Enter a valid slug."]}, "slug: Enter a valid slug."),
        ({"rateLimit": {"count": ["Too small."]}}, "count: Too small."),
        ({"non_field_errors": ["Name or slug is required"]}, "Name or slug is required"),
        (
            {"message": "Validation failed.", "errors": {"key": ["Required."]}},
            "Validation failed.; key: Required.",
        ),
        ("Bad Gateway", "Bad Gateway"),
        ("<html><body>Bad Gateway</body></html>", "an HTML page"),
        (None, ""),
        ("x" * 999, "x" * 300 + "..."),
        ({"detail": "a\x1b[2J\x9b2J\u202eb\ud800\x00"}, "a [2J 2J b"),
        (json.loads('{"detail":' + "[" * 900 + '"x"' + "]" * 900 + "}"), ""),
        (json.loads('{"a":' * 900 + '"x"' + "}" * 900), ""),
    ],
)
def test_every_form_of_a_fault_is_read(body: object, detail: str) -> None:
    """Text, list, object, nested fields, pages and nothing."""
    assert compute_detail(answer(400, body)) == detail


def test_missing_scope_is_named() -> None:
    """The header that says which scopes would do is passed on."""
    header = 'Bearer error="insufficient_scope", scope="project:write project:admin"'
    refused = answer(403, **{"www-authenticate": header})
    with pytest.raises(Forbidden, match="project:write project:admin"):
        raise_for_answer(refused, "GET", "Test", "TEST_TOKEN")


@pytest.mark.parametrize("body", ["<html>login</html>", None, 5, [1]])
def test_wrong_shape_is_unexpected(body: object) -> None:
    """The login page of a proxy is not taken for an empty list."""
    with pytest.raises(UnexpectedResponse, match="a list of objects"):
        answer(200, body).as_list()
    with pytest.raises(UnexpectedResponse, match="an object"):
        answer(200, body).as_object()
