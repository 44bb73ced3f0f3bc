"""Old slugs of renamed projects."""

import pytest

from tests.sandbox.sentry.acme import GATE, Acme


@pytest.fixture
def moved(web: Acme) -> Acme:
    """The project shop, renamed to store."""
    assert web.change("shop", slug="store").body["slug"] == "store"
    return web


def test_old_slug_redirects_with_path_and_query(moved: Acme) -> None:
    """Every path under the old slug answers 302 to the same path under the new one."""
    answer = moved.get("/projects/acme/shop/keys/?status=active")
    url = "/api/0/projects/acme/store/keys/?status=active"
    assert answer.status == 302
    assert answer.headers["location"] == url
    assert answer.body == {
        "slug": "store",
        "detail": {
            "code": "resource-moved",
            "message": "Resource has been moved",
            "extra": {"url": url, "slug": "store"},
        },
    }


def test_delete_on_the_old_slug_deletes_nothing(moved: Acme) -> None:
    """A DELETE on the old slug is a redirect like any other."""
    assert moved.call("DELETE", "/projects/acme/shop/").status == 302
    assert moved.get("/projects/acme/store/").status == 200


def test_redirect_is_hidden_from_strangers(moved: Acme) -> None:
    """Who may not see the project does not learn its new slug."""
    answer = moved.get("/projects/acme/shop/", "foreign")
    assert (answer.status, answer.body) == (403, {"detail": GATE})


def test_new_project_ends_the_redirect_until_it_is_deleted(moved: Acme) -> None:
    """The old slug belongs to a new project that takes it; once that is gone it redirects again."""
    moved.project("shop", "web")
    assert moved.get("/projects/acme/shop/").status == 200
    moved.call("DELETE", "/projects/acme/shop/")
    assert moved.get("/projects/acme/shop/").status == 302


def test_redirect_to_a_deleted_project_is_403(moved: Acme) -> None:
    """When the renamed project is deleted its old slug answers 403, its new one 404."""
    moved.call("DELETE", "/projects/acme/store/")
    assert moved.get("/projects/acme/shop/").status == 403
    assert moved.get("/projects/acme/store/").status == 404


def test_two_renames_lead_to_the_newest_slug(moved: Acme) -> None:
    """Both former slugs lead to the present one, and going back works."""
    moved.change("store", slug="outlet")
    for old in ("shop", "store"):
        assert moved.get(f"/projects/acme/{old}/").body["slug"] == "outlet"
    assert moved.change("outlet", slug="shop").status == 200
    assert moved.get("/projects/acme/shop/").status == 200


def test_taken_slug_is_400(moved: Acme) -> None:
    """A slug of another project is a field error that names that project."""
    moved.project("api", "web", name="The API")
    answer = moved.change("store", slug="api")
    assert answer.status == 400
    assert answer.body == {"slug": ["Another project (The API) is already using that slug"]}


def test_id_needs_no_redirect(moved: Acme) -> None:
    """A project is found by its id under any name."""
    project_id = moved.detail("store")["id"]
    assert moved.get(f"/projects/acme/{project_id}/").body["slug"] == "store"
