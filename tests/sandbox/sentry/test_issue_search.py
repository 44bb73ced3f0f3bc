"""The query language of issue searches: what each kind of term finds, and what is refused."""

import pytest

from tests.sandbox.sentry.searched_shop import SearchedShop, error, iso

BAD = "Error parsing search query: "


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("is:new", "Paid Mild Old"),
        ("is:ongoing", ""),
        ("is:regressed", ""),
        ("is:escalating", ""),
        ("is:archived", ""),
        ("is:ignored", ""),
        ("is:unassigned", "Paid Mild Old"),
        ("is:assigned", ""),
        ("is:for_review", "Paid Mild Old"),
        ("!is:unresolved", ""),
        ("is:unlinked", "Paid Mild Old"),
        ("assigned:none", "Paid Mild Old"),
        ("assigned:me", ""),
        ("firstSeen:-6h", "Paid Mild"),
        ("firstSeen:+6h", "Old"),
        ("age:-1w", "Paid Mild Old"),
        ("lastSeen:-30m", "Paid Mild"),
        ("lastSeen:+30m", "Old"),
        ("level:warning", "Mild"),
        ("!level:warning", "Paid Old"),
        ("level:[warning, fatal]", "Paid Mild"),
        ('payment:["card one", cash]', "Paid"),
        ("level:[]", ""),
        ("level:[warning,  , ]", None),
        ("environment:production", "Paid Old"),
        ("release:shop@1", "Old"),
        ("release:latest", "Mild Old"),
        ("firstRelease:shop@2", "Mild"),
        ("first_release:latest", "Mild"),
        ("issue:SHOP-1", "Old"),
        ("times_seen:>1", "Old"),
        ("timesSeen:<=1", "Paid Mild"),
        ("!times_seen:2", "Paid Mild"),
        ("has:payment", "Paid"),
        ("!has:payment", "Mild Old"),
        ("has:release", "Mild Old"),
        ('payment:"card one"', "Paid"),
        ("tags[payment]:card*", "Paid"),
        ("payment:*CARD*O*", "Paid"),
        ("payment:card*card*one", ""),
        ("payment:card*done", ""),
        (r"payment:card\*", ""),
        ('"m*d: *oom"', "Mild"),
        ('"m*d: *zoom"', ""),
        ("!payment:card*", "Mild Old"),
        ('"payment":"card one"', "Paid"),
        ("user.email:mia@example.com", "Old"),
        ("user:id:8", "Old"),
        ("user.id:[7, 9]", "Old"),
        ("error.type:Mild", "Mild"),
        ("title:*Mild*", "Mild"),
        ("stack.function:check_out", "Paid Mild Old"),
        ("stack.lineno:>7", ""),
        ("error.handled:true", "Paid Mild Old"),
        ("error.unhandled:1", ""),
        ("issue.priority:medium", "Mild"),
        ("mild: boom", None),
        ("mild", "Mild"),
        ('"Mild: boom"', "Mild"),
        ("SHOP in", "Paid Mild Old"),
        ("boom (of)", ""),
        ("!message:boom", ""),
        ("is:unresolved level:error release:shop@2", "Old"),
        ("release:shop@1 environment:staging", ""),
    ],
)
def test_queries(stocked: SearchedShop, query: str, found: str | None) -> None:
    """A query's terms must all hold, those about events for one and the same event."""
    if found is None:
        assert stocked.issues(query).status == 400
    else:
        assert stocked.found(query) == found.split()


def test_dates_in_queries(stocked: SearchedShop) -> None:
    """Dates may be compared with a moment; without an operator a moment or a day is meant."""
    assert stocked.found(f"firstSeen:>{iso(6)}") == ["Paid", "Mild"]
    assert stocked.found(f"firstSeen:<{iso(6)}") == ["Old"]
    assert stocked.found(f"firstSeen:{iso(10)}") == ["Old"]
    assert stocked.found(f"event.timestamp:<{iso(6)}") == ["Old"]
    assert stocked.found(f"event.timestamp:>={iso(0.5)}Z") == ["Paid", "Mild"]
    assert stocked.found("lastSeen:2001-01-01") == []


def test_issue_ids_in_queries(stocked: SearchedShop) -> None:
    """An issue is found by its number."""
    mild = stocked.issues("mild").body[0]["id"]
    assert stocked.found(f"issue.id:{mild}") == ["Mild"]
    assert stocked.found(f"issue.id:[{mild}, 1]") == ["Mild"]


@pytest.mark.parametrize(
    ("query", "reason"),
    [
        ("is:foo", "Invalid value for \"is\" search, valid values are ['archived',"),
        ("is:[new]", '"in" syntax invalid for "is" search'),
        ("a OR b", 'Boolean statements containing "OR" or "AND" are not supported'),
        ("a and b", 'Boolean statements containing "OR" or "AND" are not supported'),
        ("(a", "Parse error at '(a' (column 1). This is commonly caused by unmatched"),
        ("a)", "Parse error at 'a)' (column 2)."),
        ("level:", "Empty string after 'level:'"),
        ('level:"a', "Invalid quote at '\"a': quotes must enclose text or be escaped."),
        ("firstSeen:soon", "first_seen: Invalid date: soon. Expected +/-duration"),
        ("!firstSeen:-6h", "first_seen: Invalid date: -6h."),
        ("timesSeen:>1t", "times_seen: Invalid number: >1t."),
        ("issue.id:SHOP-1", "issue.id: Invalid number: SHOP-1."),
        ("error.handled:maybe", "error.handled: Invalid boolean: maybe."),
        ('has:"a b"', 'Invalid format for "has" search: was expecting a field or tag instead'),
        ("level:[a, ]", "Lists should not have empty values"),
    ],
)
def test_bad_queries_are_400(bare: SearchedShop, query: str, reason: str) -> None:
    """A query that cannot be read is refused with the reason."""
    status, detail = bare.refusal(query)
    assert status == 400
    assert detail.startswith(BAD + reason)


def test_searches_that_are_not_simulated_say_so(bare: SearchedShop) -> None:
    """What the server knows and the sandbox does not is 501, not silence."""
    assert bare.refusal(viewId=1) == (501, "Not simulated: views of issues")
    status, detail = bare.refusal("bookmarks:me")
    assert (status, detail) == (501, "Not simulated: searching issues by bookmarks")


def test_lists_of_quoted_texts(bare: SearchedShop) -> None:
    """A text in a list may hold commas, brackets, and quotes of its own."""
    bare.send("Cash", tags={"payment": 'by "cash"'})
    bare.send("Card", tags={"payment": "a, b]"})
    assert bare.found(r'payment:["by \"cash\""]') == ["Cash"]
    assert bare.found('payment:["a, b]", x]') == ["Card"]


@pytest.mark.parametrize(
    "query",
    [
        "level:[a" + ",  " * 40 + "!",
        "level:[" + r'"\",' * 40 + "!",
        "message:" + "*a" * 20 + "*b",
        '"' + "a*" * 20 + 'b"',
        "(" * 2000,
        "firstSeen:-" + "9" * 5000 + "h",
        "times_seen:>" + "9" * 5000,
        "level:'; DROP TABLE sentry_issues; --",
        "%",
    ],
)
def test_no_query_is_too_hard(bare: SearchedShop, query: str) -> None:
    """A query that is made to keep a search busy, or to break out of it, is answered at once."""
    bare.send("a" * 100, exception=error("a" * 100, "a" * 1000))
    assert bare.issues(query).status in (200, 400)
    assert bare.found("") == ["a" * 100]
