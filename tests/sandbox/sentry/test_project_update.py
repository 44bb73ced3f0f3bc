"""Changing a project: fields, limits, options, and what members may change."""

from typing import Any

import pytest

from tests.sandbox.sentry.acme import GATE, Acme

NO_DOMAIN = "Empty value will block all requests, use * to accept from all domains"
DEFAULTS = {
    "digestsMinDelay": 300,
    "digestsMaxDelay": 1800,
    "resolveAge": 0,
    "subjectPrefix": "[Sentry]",
    "subjectTemplate": "$shortID - $title",
    "allowedDomains": ["*"],
    "dataScrubber": True,
    "dataScrubberDefaults": True,
    "scrubIPAddresses": False,
    "sensitiveFields": [],
    "safeFields": [],
    "relayPiiConfig": None,
    "storeCrashReports": None,
    "verifySSL": False,
    "scrapeJavaScript": True,
    "securityTokenHeader": None,
    "defaultEnvironment": None,
    "highlightTags": [],
    "groupingEnhancements": "",
    "fingerprintingRules": "",
}


def test_defaults(web: Acme) -> None:
    """A new project has the server's defaults, with its organization inside."""
    shown = web.detail("shop")
    assert {name: shown[name] for name in DEFAULTS} == DEFAULTS
    assert shown["organization"]["slug"] == "acme"


@pytest.mark.parametrize(
    ("field", "value", "stored"),
    [
        ("name", "n" * 200, "n" * 200),
        ("platform", "python", "python"),
        ("platform", "", "node"),
        ("platform", None, "node"),
        ("digestsMinDelay", 60, 60),
        ("digestsMaxDelay", 3600, 3600),
        ("resolveAge", 48, 48),
        ("resolveAge", -1, -1),
        ("resolveAge", None, 0),
        ("resolveAge", "", 0),
        ("subjectPrefix", " [acme] ", "[acme]"),
        ("subjectPrefix", "", ""),
        ("subjectTemplate", "$title", "$title"),
        ("allowedDomains", ["a.example", ""], ["a.example"]),
        ("dataScrubber", False, False),
        ("scrubIPAddresses", "true", True),
        ("sensitiveFields", ["card", "iban"], ["card", "iban"]),
        ("safeFields", ["order"], ["order"]),
        ("relayPiiConfig", '{"rules": {}}', '{"rules": {}}'),
        ("storeCrashReports", 5, 5),
        ("securityToken", "abc123", "abc123"),
        ("securityTokenHeader", "X-Token", "X-Token"),
        ("verifySSL", True, True),
        ("defaultEnvironment", "production", "production"),
        ("highlightTags", ["release"], ["release"]),
        ("highlightContext", {"user": ["id", "id"]}, {"user": ["id"]}),
        ("allowedDomains", ["https://a.com/x"], ["https://a.com/x"]),
        ("enableAutoReleaseCreation", False, False),
        ("groupingEnhancements", "family:native -app", "family:native -app"),
        ("fingerprintingRules", "type:X -> x", "type:X -> x"),
        ("unknownField", 1, None),
    ],
)
def test_field_is_stored(web: Acme, field: str, value: Any, stored: Any) -> None:
    """A valid value shows in the answer and in the next read; unknown fields are ignored."""
    answer = web.change("shop", **{field: value})
    assert answer.status == 200, answer.text
    assert answer.body.get(field) == stored
    assert web.detail("shop").get(field) == stored


@pytest.mark.parametrize(
    ("body", "errors"),
    [
        ({"name": "n" * 201}, {"name": ["Ensure this field has no more than 200 characters."]}),
        ({"name": ""}, {"name": ["This field may not be blank."]}),
        ({"platform": "cobol"}, {"platform": ["Invalid platform"]}),
        (
            {"digestsMinDelay": 59, "digestsMaxDelay": 3601},
            {
                "digestsMinDelay": ["Ensure this value is greater than or equal to 60."],
                "digestsMaxDelay": ["Ensure this value is less than or equal to 3600."],
            },
        ),
        (
            {"digestsMinDelay": 1900},
            {"digestsMinDelay": ["The minimum delay on digests must be lower than the maximum."]},
        ),
        ({"allowedDomains": []}, {"allowedDomains": [NO_DOMAIN]}),
        ({"allowedDomains": ""}, {"allowedDomains": [NO_DOMAIN]}),
        (
            {"allowedDomains": ["a.com", "https://b.com:80/x"]},
            {"allowedDomains": {"1": ["https://b.com:80/x is not an acceptable domain"]}},
        ),
        ({"highlightContext": []}, {"highlightContext": ["Expected a dictionary."]}),
        ({"highlightContext": None}, {"highlightContext": ["This field may not be null."]}),
        ({"highlightContext": {"": []}}, {"highlightContext": ["Key '' is invalid."]}),
        (
            {"highlightContext": {"user": "id"}},
            {"highlightContext": ["Value for 'user' must be a list of strings."]},
        ),
        (
            {"sensitiveFields": ["a" * 2000, "b" * 2001]},
            {"sensitiveFields": ["List of sensitive fields is too long."]},
        ),
        (
            {"subjectPrefix": "p" * 201},
            {"subjectPrefix": ["Ensure this field has no more than 200 characters."]},
        ),
        ({"resolveAge": "soon"}, {"resolveAge": ["A valid integer is required."]}),
        ({"dataScrubber": None}, {"dataScrubber": ["This field may not be null."]}),
        ({"groupingConfig": "x"}, {"groupingConfig": ["Grouping config cannot be manually set."]}),
        (
            {"secondaryGroupingExpiry": None},
            {"secondaryGroupingExpiry": ["Secondary grouping expiry cannot be manually set."]},
        ),
        (
            {"securityTokenHeader": "a b"},
            {"securityTokenHeader": ["This value does not match the required pattern."]},
        ),
        (
            {"safeFields": "x"},
            {"safeFields": ['Expected a list of items but got type "str".']},
        ),
        ({"slug": "teams"}, {"slug": ['The slug "teams" is reserved and not allowed.']}),
    ],
)
def test_bad_value_is_400(web: Acme, body: dict[str, Any], errors: dict[str, Any]) -> None:
    """Each fault has the server's text, and nothing of the body is stored."""
    before = web.detail("shop")
    answer = web.change("shop", verifySSL=True, **body)
    assert (answer.status, answer.body) == (400, errors)
    assert web.detail("shop") == before


def test_broken_scrubbing_rules_are_400(web: Acme) -> None:
    """Scrubbing rules must be a JSON object."""
    for rules in ("{", "[]"):
        answer = web.change("shop", relayPiiConfig=rules)
        assert (answer.status, list(answer.body)) == (400, ["relayPiiConfig"])


def test_name_does_not_change_the_slug(web: Acme) -> None:
    """A new name leaves the slug alone."""
    assert web.change("shop", name="Other").body["slug"] == "shop"


@pytest.mark.parametrize(
    ("option", "value", "stored"),
    [
        ("filters:error_messages", " A*\n\nb* ", "A*\nb*"),
        ("filters:releases", "V1\nv2", "v1\nv2"),
        ("filters:blacklisted_ips", "10.0.0.0/8\n127.0.0.1", "10.0.0.0/8\n127.0.0.1"),
        ("filters:log_messages", "Hello*", "Hello*"),
        ("filters:trace_metric_names", "m*", "m*"),
        ("filters:react-hydration-errors", False, False),
        ("filters:chunk-load-error", False, False),
        ("sentry:resolve_age", "9", 9),
        ("sentry:safe_fields", [" Order "], ["order"]),
        ("sentry:relay_pii_config", " ", None),
        ("sentry:csp_ignored_sources", "A\nb", "a\nb"),
        ("sentry:scrub_data", 0, False),
        ("mail:subject_prefix", "[x]", "[x]"),
        ("unknown:option", "x", None),
    ],
)
def test_option_is_stored(web: Acme, option: str, value: Any, stored: Any) -> None:
    """Text filters are lines, trimmed; releases and addresses in lower case; unknown ignored."""
    assert web.change("shop", options={option: value}).status == 200
    assert web.detail("shop")["options"].get(option) == stored


def test_options_show_empty_texts(web: Acme) -> None:
    """A text filter that is not set reads as an empty string."""
    options = web.detail("shop")["options"]
    assert options["filters:error_messages"] == options["filters:releases"] == ""


def test_bad_address_is_400(web: Acme) -> None:
    """An address filter takes addresses and networks only."""
    answer = web.change("shop", options={"filters:blacklisted_ips": "somewhere"})
    assert answer.status == 400


def test_update_is_not_atomic(web: Acme) -> None:
    """A missing plan feature is told after the fields and earlier options were stored."""
    web.disable("custom-inbound-filters")
    options = {"filters:blacklisted_ips": "10.0.0.1", "filters:error_messages": "X"}
    answer = web.change("shop", name="Renamed", resolveAge=7, options=options)
    assert answer.status == 400
    assert answer.body == {"detail": "You do not have that feature enabled"}
    shown = web.detail("shop")
    assert (shown["name"], shown["resolveAge"]) == ("Renamed", 7)
    assert shown["options"]["filters:blacklisted_ips"] == "10.0.0.1"
    assert shown["options"]["filters:error_messages"] == ""


@pytest.mark.parametrize(
    ("option", "value"),
    [
        ("filters:error_messages", ["X"]),
        ("sentry:safe_fields", "order"),
        ("sentry:resolve_age", "soon"),
        ("sentry:relay_pii_config", 1),
    ],
)
def test_unusable_option_is_500(web: Acme, option: str, value: Any) -> None:
    """The server fails on an option of the wrong type."""
    answer = web.change("shop", options={option: value})
    assert (answer.status, answer.body["detail"]) == (500, "Internal Error")


def test_reader_may_not_write(web: Acme) -> None:
    """With project:read alone a change is 403, and the detail is a list."""
    answer = web.call("PUT", "/projects/acme/shop/", {"name": "x"}, token="readonly")
    assert (answer.status, answer.body) == (403, {"detail": [GATE]})


def test_readers_false_values_are_accepted_and_ignored(web: Acme) -> None:
    """With project:read alone a body of only false values is 200 and changes nothing."""
    web.change("shop", scrubIPAddresses=True)
    body = {"scrubIPAddresses": False, "name": ""}
    answer = web.call("PUT", "/projects/acme/shop/", body, token="readonly")
    assert answer.status == 200
    assert web.detail("shop")["scrubIPAddresses"] is True


def test_reader_may_star(web: Acme) -> None:
    """The bookmark is the caller's own and passes with project:read."""
    body = {"isBookmarked": True}
    answer = web.call("PUT", "/projects/acme/shop/", body, token="readonly")
    assert (answer.status, answer.body["isBookmarked"]) == (200, True)
    assert web.change("shop", isBookmarked=False).body["isBookmarked"] is False


def test_writer_may_change_but_not_delete(web: Acme) -> None:
    """project:write changes a project; deleting asks for project:admin."""
    assert web.call("PUT", "/projects/acme/shop/", {"name": "x"}, token="writer").status == 200
    answer = web.call("DELETE", "/projects/acme/shop/", token="writer")
    assert answer.status == 403
    assert answer.headers["www-authenticate"].endswith('scope="project:admin"')
