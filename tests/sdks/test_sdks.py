"""Real SDKs send real errors to the sandbox; each arrives complete, in the issue it belongs to."""

from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.sandbox.sentry.acme import Acme
from tests.sandboxes import RunningSandbox, start_sandbox
from tests.sdks.apps import ENVIRONMENT, HERE, NODE, PYTHON, ReportingApp, entry, own_frames

OLD, NEW = "shop@1.0.0", "shop@1.1.0"
HANDLED = "payment:card"
UNHANDLED = "error.unhandled:true"
REPEATED = "parcel"
MESSAGE = "stock"
EXIT_OF_A_CRASH = 1
# Keyed by language: the first words of the titles of its events, and how many events have each. To
# a message the SDK for Node adds a stack, and from that the server takes the title.
TITLES = {
    PYTHON: {"CheckoutFailed:": 3, "LookupError:": 3, "stock": 1},
    NODE: {"CheckoutFailed:": 3, "ReferenceError:": 3, "Object.message": 1},
}
SDKS = {PYTHON: "sentry.python", NODE: "sentry.javascript.node"}
# Keyed by language: the cause that the app meets, and the functions it was in, oldest first.
CAUSES = {PYTHON: "KeyError", NODE: "RangeError"}
PLACES = {PYTHON: ["check_out", "price_of"], NODE: ["checkOut", "priceOf"]}


@pytest.fixture(scope="module")
def sandbox() -> Iterator[RunningSandbox]:
    """A sandbox for all of these tests; none of them changes what another reads."""
    with start_sandbox("empty") as running:
        yield running


@pytest.fixture(scope="module")
def acme(sandbox: RunningSandbox) -> Acme:
    """Acme with a team."""
    acme = Acme(sandbox)
    acme.team("web")
    return acme


@pytest.fixture(scope="module", params=[PYTHON, NODE])
def app(acme: Acme, request: pytest.FixtureRequest) -> ReportingApp:
    """An app that took all of its steps, and crashed once more in a newer release."""
    app = ReportingApp(acme, request.param)
    assert app.run(OLD, "handled", "message", "repeat", "busy", "crash") == EXIT_OF_A_CRASH
    app.resolve(UNHANDLED)
    assert app.run(NEW, "crash") == EXIT_OF_A_CRASH
    return app


def test_a_chain_of_exceptions_arrives(app: ReportingApp) -> None:
    """The cause comes first and what surfaced last, each with type and value."""
    chain = entry(app.event(UNHANDLED), "exception")["values"]
    assert [thrown["type"] for thrown in chain] == [CAUSES[app.language], "CheckoutFailed"]
    assert chain[1]["value"] == "order 4712 cannot be paid"


def test_what_nobody_caught_is_unhandled(app: ReportingApp) -> None:
    """An error that ended the app is unhandled, and says so on its issue and its event."""
    surfaced = entry(app.event(UNHANDLED), "exception")["values"][-1]
    assert surfaced["mechanism"]["handled"] is False
    assert app.issue(UNHANDLED)["isUnhandled"] is True
    assert app.issue(HANDLED)["isUnhandled"] is False


def test_frames_arrive_with_their_source(app: ReportingApp) -> None:
    """The app's own frames come oldest first, each with its line and the lines around it."""
    frames = own_frames(entry(app.event(UNHANDLED), "exception")["values"][0])
    assert [frame["function"] for frame in frames][-2:] == PLACES[app.language]
    crash = frames[-1]
    path, line = Path(crash["absPath"] or crash["filename"]), crash["lineNo"]
    assert path.parent == HERE
    source = path.read_text("utf-8").splitlines()
    shown = dict(crash["context"])
    assert {line - 1, line, line + 1} <= set(shown)
    assert all(text == source[number - 1] for number, text in shown.items())


def test_breadcrumbs_arrive(app: ReportingApp) -> None:
    """What led to an error is told oldest first."""
    crumbs = entry(app.event(HANDLED), "breadcrumbs")["values"]
    told = [(crumb["category"], crumb["message"], crumb["level"]) for crumb in crumbs]
    assert told == [
        ("auth", "signed in", "info"),
        ("cart", "put teapot into the cart", "info"),
    ]


def test_tags_user_and_extras_arrive(app: ReportingApp) -> None:
    """What the app says about an error stands on its event."""
    event = app.event(HANDLED)
    tags = {tag["key"]: tag["value"] for tag in event["tags"]}
    assert (tags["shop"], tags["payment"], tags["level"]) == ("harbour", "card", "error")
    assert (event["user"]["id"], event["user"]["email"]) == ("7", "mia@example.com")
    assert event["context"]["basket"] == ["teapot"]
    assert event["contexts"]["trace"]["trace_id"]
    assert event["sdk"]["name"].startswith(SDKS[app.language])


def test_release_and_environment_arrive(app: ReportingApp) -> None:
    """An event names the release and the environment that the app was started with."""
    event = app.event(HANDLED)
    tags = {tag["key"]: tag["value"] for tag in event["tags"]}
    assert (event["release"]["version"], tags["release"]) == (OLD, OLD)
    assert tags["environment"] == ENVIRONMENT
    names = app.acme.get(f"/projects/acme/{app.language}/environments/").body
    assert [each["name"] for each in names] == [ENVIRONMENT]


def test_a_message_arrives_with_its_level(app: ReportingApp) -> None:
    """A message that is no error is an issue of its level."""
    assert app.issue(MESSAGE)["level"] == "warning"
    assert app.event(MESSAGE)["message"] == "stock of mugs is low"


def test_what_is_no_error_leaves_no_event(app: ReportingApp) -> None:
    """Sessions, transactions, check-ins, log lines and attachments are taken and not kept."""
    events = app.acme.get(f"/projects/acme/{app.language}/events/").body
    assert Counter(event["title"].split()[0] for event in events) == TITLES[app.language]
    sent = [call for call in app.acme.sandbox.log("sentry") if "/envelope/" in call["path"]]
    assert {call["status"] for call in sent} == {200}
    assert len(sent) > sum(TITLES[app.language].values())


def test_the_same_error_is_one_issue(app: ReportingApp) -> None:
    """The same error three times, for two customers, is one issue with three events."""
    issue = app.issue(REPEATED)
    assert (issue["count"], issue["userCount"]) == ("3", 2)
    assert (issue["status"], issue["substatus"]) == ("unresolved", "new")
    events = app.acme.get(f"/organizations/acme/issues/{issue['shortId']}/events/").body
    assert [event["title"].split()[-3:] for event in events] == [
        [number, "is", "lost"] for number in ("1003", "1002", "1001")
    ]


def test_an_error_of_a_newer_release_is_a_regression(app: ReportingApp) -> None:
    """A resolved error that comes back in a newer release is unresolved and regressed."""
    issue = app.issue(UNHANDLED)
    assert (issue["status"], issue["substatus"], issue["count"]) == ("unresolved", "regressed", "2")
    shown = app.acme.get(f"/organizations/acme/issues/{issue['id']}/").body
    versions = [shown[name]["version"] for name in ("firstRelease", "lastRelease")]
    assert versions == [OLD, NEW]
