"""What clients get that do not ask for JSON."""

from tests.sandbox.coolify.app import App
from tests.sandboxes import RunningSandbox, send

ANYTHING = {"Accept": "*/*"}


def test_a_server_error_is_a_page(app: App) -> None:
    """A 500 is HTML for them, JSON for others."""
    app.create("A", "x", is_multiline=True)
    url = f"{app.sandbox.coolify_url}/api/v1{app.path}/envs"
    token = app.sandbox.tokens["coolify"]["root"]
    answer = send("PATCH", url, token=token, body={"key": "A"}, headers=ANYTHING)
    assert (answer.status, answer.headers["content-type"]) == (500, "text/html; charset=utf-8")
    assert "Internal Server Error" in answer.text
    scripted = {**ANYTHING, "X-Requested-With": "XMLHttpRequest"}
    answer = send("PATCH", url, token=token, body={"key": "A"}, headers=scripted)
    assert answer.body == {"message": "Server Error"}


def test_a_refused_page_number_is_a_redirect(contracts_sandbox: RunningSandbox) -> None:
    """Laravel's own validation sends them back, and answers JSON to others."""
    url = f"{contracts_sandbox.coolify_url}/api/v1/deployments/applications/railpack-hono?take=0"
    token = contracts_sandbox.tokens["coolify"]["root"]
    assert send("GET", url, token=token, headers=ANYTHING).status == 302
    assert send("GET", url, token=token).body["errors"] == {
        "take": ["The take field must be at least 1."]
    }


def test_refusals_of_the_endpoints_are_json_for_everybody(app: App) -> None:
    """404, 409 and 422 do not depend on what is accepted."""
    url = f"{app.sandbox.coolify_url}/api/v1{app.path}/envs"
    token = app.sandbox.tokens["coolify"]["root"]
    assert send("POST", url, token=token, body={}, headers=ANYTHING).body["errors"]
    nowhere = f"{app.sandbox.coolify_url}/api/v1/applications/nowhere"
    assert send("GET", nowhere, token=token, headers=ANYTHING).body == {
        "message": "Application not found."
    }
