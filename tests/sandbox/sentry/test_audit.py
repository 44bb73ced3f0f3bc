"""The audit log."""

from tests.sandbox.sentry.acme import Acme

PATH = "/organizations/acme/audit-logs/"


def test_changes_are_listed_newest_first(web: Acme) -> None:
    """Each change is a row with its event, actor, object and note."""
    web.key("shop", name="extra")
    body = web.get(PATH).body
    assert [row["event"] for row in body["rows"]] == [
        "projectkey.create",
        "project.create",
        "team.create",
        "member.join-team",
    ]
    row = body["rows"][1]
    assert row["actor"]["email"] == "admin@example.com"
    assert (row["note"], row["targetObject"]) == (
        "created project shop",
        int(web.detail("shop")["id"]),
    )
    assert {"team.remove", "projectkey.remove", "project.edit"} <= set(body["options"])


def test_filters_and_pages(web: Acme) -> None:
    """Rows are filtered by event and actor, and come in pages with a Link header."""
    assert [r["event"] for r in web.get(f"{PATH}?event=team.create").body["rows"]] == [
        "team.create"
    ]
    assert web.get(f"{PATH}?event=odd").body["rows"] == []
    assert web.get(f"{PATH}?actor=1").body["rows"] == []
    assert web.get(f"{PATH}?actor=x").status == 400
    page = web.get(f"{PATH}?per_page=1")
    assert len(page.body["rows"]) == 1
    assert 'rel="next"; results="true"' in page.headers["link"]


def test_integration_is_no_actor(web: Acme) -> None:
    """What an internal integration does has no actor here."""
    web.call("PUT", "/projects/acme/shop/", {"name": "x"}, token="internal")
    assert web.get(PATH).body["rows"][0]["actor"] is None


def test_log_needs_org_write(web: Acme) -> None:
    """Reading the log asks for org:write."""
    answer = web.get(PATH, "readonly")
    assert answer.status == 403
    assert answer.headers["www-authenticate"].endswith('scope="org:write"')
