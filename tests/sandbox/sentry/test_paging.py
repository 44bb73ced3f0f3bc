"""Pages: Link headers with both relations, cursors, and page sizes."""

import re

import pytest

from tests.sandbox.sentry.acme import Acme

LINK = re.compile(r'<([^>]+)>; rel="(\w+)"; results="(\w+)"; cursor="([^"]+)"')


def links(header: str) -> dict[str, tuple[str, str, str]]:
    """URL, results and cursor keyed by relation."""
    return {rel: (url, results, cursor) for url, rel, results, cursor in LINK.findall(header)}


@pytest.fixture
def five(acme: Acme) -> Acme:
    """Five projects p0 to p4 in one team."""
    acme.team("web")
    for number in range(5):
        acme.project(f"p{number}", "web")
    return acme


def test_link_without_query_string(five: Acme) -> None:
    """Both relations are there on the only page; without a query the URL reads ?&cursor=."""
    answer = five.get("/organizations/acme/projects/")
    base = f"{five.sandbox.sentry_url}/api/0/organizations/acme/projects/"
    assert answer.headers["link"] == (
        f'<{base}?&cursor=100:-1:1>; rel="previous"; results="false"; cursor="100:-1:1", '
        f'<{base}?&cursor=100:1:0>; rel="next"; results="false"; cursor="100:1:0"'
    )


def test_link_keeps_the_query(five: Acme) -> None:
    """The other parameters stay in the URL, encoded; the cursor is replaced."""
    answer = five.get("/organizations/acme/projects/?query=p%200%3A&per_page=1&cursor=1:0:0")
    url = links(answer.headers["link"])["next"][0]
    assert url.endswith("/projects/?query=p%200%3A&per_page=1&cursor=1:1:0")


def test_offset_pages_are_walked_by_the_header(five: Acme) -> None:
    """Following the next cursor shows each project once, in the order of slugs."""
    seen, cursor, sizes = [], "", []
    for _ in range(10):
        answer = five.get(f"/organizations/acme/projects/?per_page=2&cursor={cursor}")
        seen += [project["slug"] for project in answer.body]
        sizes.append(len(answer.body))
        _, results, cursor = links(answer.headers["link"])["next"]
        if results == "false":
            break
    assert seen == ["p0", "p1", "p2", "p3", "p4"]
    assert sizes == [2, 2, 1]


def test_offset_page_goes_back(five: Acme) -> None:
    """The previous cursor of the second page is the first page."""
    second = five.get("/organizations/acme/projects/?per_page=2&cursor=2:1:0")
    _, results, cursor = links(second.headers["link"])["previous"]
    assert (results, cursor) == ("true", "2:0:1")
    first = five.get(f"/organizations/acme/projects/?per_page=2&cursor={cursor}")
    assert [project["slug"] for project in first.body] == ["p0", "p1"]


@pytest.mark.parametrize(
    ("query", "detail"),
    [
        ("per_page=0", "Invalid per_page value. Must be between 1 and 100."),
        ("per_page=101", "Invalid per_page value. Must be between 1 and 100."),
        ("per_page=many", "Invalid per_page parameter."),
        ("cursor=nonsense", "Invalid cursor parameter."),
        ("cursor=1:2", "Invalid cursor parameter."),
        ("cursor=100:-1:1", "Pagination offset cannot be negative"),
    ],
)
def test_bad_page_is_400(five: Acme, query: str, detail: str) -> None:
    """Each impossible page has its own text."""
    answer = five.get(f"/organizations/acme/projects/?{query}")
    assert (answer.status, answer.body) == (400, {"detail": detail})


def test_negative_offset_in_a_list_by_key_is_400(web: Acme) -> None:
    """A list by key skips no negative number of items either."""
    answer = web.get("/projects/acme/shop/keys/?cursor=5:-3:0")
    assert answer.status == 400
    assert answer.body == {"detail": "Pagination offset cannot be negative"}


def test_keys_come_ten_at_a_time_newest_first(web: Acme) -> None:
    """Key lists default to ten, take up to a hundred, and their cursor is a key's number."""
    for number in range(14):
        web.key("shop", name=f"k{number:02}")
    first = web.get("/projects/acme/shop/keys/")
    names = [f"k{number:02}" for number in reversed(range(14))] + ["Default"]
    assert [key["name"] for key in first.body] == names[:10]
    _, results, cursor = links(first.headers["link"])["next"]
    assert results == "true"
    assert cursor.endswith(":0:0")
    second = web.get(f"/projects/acme/shop/keys/?cursor={cursor}")
    assert [key["name"] for key in second.body] == names[10:]
    assert links(second.headers["link"])["next"][1] == "false"
    assert links(second.headers["link"])["previous"][1] == "true"
    assert len(web.get("/projects/acme/shop/keys/?per_page=100").body) == 15


def test_keyset_page_goes_back(web: Acme) -> None:
    """The previous cursor of the second page shows the first page again, with nothing before."""
    for number in range(3):
        web.key("shop", name=f"k{number}")
    first = web.get("/projects/acme/shop/keys/?per_page=2")
    forward = links(first.headers["link"])["next"][2]
    second = web.get(f"/projects/acme/shop/keys/?per_page=2&cursor={forward}")
    assert [key["name"] for key in second.body] == ["k0", "Default"]
    back = links(second.headers["link"])["previous"][2]
    again = web.get(f"/projects/acme/shop/keys/?per_page=2&cursor={back}")
    assert again.body == first.body
    assert links(again.headers["link"])["previous"][1] == "false"
    assert links(again.headers["link"])["next"][1] == "true"


def test_keyset_cursors_of_a_single_item(web: Acme) -> None:
    """With one key both cursors carry its number; the next one skips a page's worth."""
    header = web.get("/projects/acme/shop/keys/").headers["link"]
    number = web.sandbox.control("GET", "/sentry/keys")[0]["id"]
    found = links(header)
    assert found["previous"][1:] == ("false", f"{number}:0:1")
    assert found["next"][1:] == ("false", f"{number}:10:0")


def test_empty_keyset_list_has_zero_cursors(web: Acme) -> None:
    """An empty list still carries both relations."""
    found = links(web.get("/projects/acme/shop/keys/?status=inactive").headers["link"])
    assert found["previous"][1:] == ("false", "0:0:1")
    assert found["next"][1:] == ("false", "0:0:0")
