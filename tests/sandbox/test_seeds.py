"""What a fresh sandbox holds in the profiles demo and empty."""

from tests.sandboxes import RunningSandbox

MARKER = "watchpost:"


def test_the_demo_has_its_fleet(demo_sandbox: RunningSandbox) -> None:
    """Six applications and a service; all run but the one that was never deployed."""
    found = {a["name"]: a["status"] for a in demo_sandbox.coolify("GET", "/applications").body}
    assert found == {
        "billing-api": "running:healthy",
        "shop-api": "running:healthy",
        "shop-web": "running:healthy",
        "studio-api": "running:healthy",
        "studio-desktop": "exited",
        "studio-web": "running:healthy",
    }
    assert [s["uuid"] for s in demo_sandbox.coolify("GET", "/services").body] == ["shop-queue"]
    projects = [(p["uuid"], p["name"]) for p in demo_sandbox.coolify("GET", "/projects").body]
    assert projects == [("shop", "Shop"), ("studio", "Studio"), ("billing", "Billing")]


def test_nothing_of_the_demo_is_owed_a_deployment(demo_sandbox: RunningSandbox) -> None:
    """Every row of a running app is older than its deployment, which had these variables."""
    for app in demo_sandbox.coolify("GET", "/applications").body:
        path = f"/deployments/applications/{app['uuid']}"
        found = demo_sandbox.coolify("GET", path).body["deployments"]
        rows = demo_sandbox.coolify("GET", f"/applications/{app['uuid']}/envs").body
        assert rows
        assert not [row for row in rows if (row["comment"] or "").startswith(MARKER)]
        if app["status"] == "exited":
            assert found == []
        else:
            assert max(row["updated_at"] for row in rows) < found[0]["created_at"]


def test_one_app_of_the_demo_is_wired_by_hand(demo_sandbox: RunningSandbox) -> None:
    """billing-api has the DSN of the Default key of acme-billing, with copies and no mark."""
    keys = demo_sandbox.sentry("GET", "/api/0/projects/acme/acme-billing/keys/").body
    dsn = keys[0]["dsn"]["public"]
    assert dsn.startswith(demo_sandbox.sentry_url.replace("://", "://" + keys[0]["public"] + "@"))
    rows = demo_sandbox.coolify("GET", "/applications/billing-api/envs").body
    wired = [row for row in rows if row["key"] == "SENTRY_DSN"]
    assert [(row["value"], row["is_preview"]) for row in wired] == [(dsn, False), (dsn, True)]
    assert all(row["is_buildtime"] and row["is_runtime"] for row in wired)


def test_empty_is_empty(empty_sandbox: RunningSandbox) -> None:
    """No projects in either service, but an organization and the tokens of contracts."""
    assert empty_sandbox.coolify("GET", "/projects").body == []
    assert empty_sandbox.sentry("GET", "/api/0/organizations/acme/projects/").body == []
    assert set(empty_sandbox.tokens["coolify"]) == {
        *("root", "read", "sensitive", "write", "deploy"),
        *("foreign", "member", "memberread", "expired"),
    }
