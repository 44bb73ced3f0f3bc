"""
What an agent does in one sitting: every tool, the resource and the prompt, whatever the transport.

Does not: connect. The promises are asserted here, because both transports keep the same ones.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from tests.clients.agents.agent import text_of

if TYPE_CHECKING:
    from mcp import Client

    from tests.clients.agents.served import Fleet

READING = ["project_recent_errors", "project_error_detail", "project_wiring"]
ALL = [*READING[:2], "project_error_resolve", READING[2]]
REASON = "totals are optional since 1.4.2, see #123"


async def drive(client: Client, fleet: Fleet, project: dict[str, str]) -> None:
    """Use all that is offered; *project* is what names the project, nothing where one is fixed."""
    await _look_at_offers(client, project)
    issue = fleet.issue("shop")
    recent = await _call(client, fleet, "project_recent_errors", project, "TeapotLost")
    assert [each["issueId"] for each in recent["errors"]] == [fleet.issue("shop", 1), issue]
    detail = await _call(
        client, fleet, "project_error_detail", {**project, "issueId": issue}, "do_TeapotBroken"
    )
    assert (detail["count"], detail["status"]) == (2, "unresolved")
    wiring = await _call(client, fleet, "project_wiring", project, "SENTRY_DSN")
    assert wiring["state"] == "missing"
    await _read_digest(client, project)
    assert fleet.sandbox.writes() == []
    sent = {**project, "issueId": detail["shortId"], "reason": REASON, "inRelease": "next"}
    resolved = await _call(client, fleet, "project_error_resolve", sent, "is resolved now")
    assert resolved["wasChanged"] is True
    again = await _call(client, fleet, "project_error_resolve", sent, "resolved already")
    assert (again["wasChanged"], again["status"]) == (False, "resolved")


async def _look_at_offers(client: Client, project: dict[str, str]) -> None:
    tools = (await client.list_tools()).tools
    assert [tool.name for tool in tools] == ALL
    for tool in tools:
        assert ("projectId" in str(tool.input_schema)) is bool(project), tool.name
        assert tool.input_schema["additionalProperties"] is False
        assert tool.output_schema is not None
        assert tool.title
        hints, is_write = tool.annotations, tool.name == "project_error_resolve"
        assert hints is not None
        assert (hints.read_only_hint, hints.destructive_hint) == (not is_write, is_write)
        for word in ("\nUse it ", "\nDo not use it "):
            assert word in (tool.description or ""), tool.name
    (prompt,) = (await client.list_prompts()).prompts
    assert [each.name for each in prompt.arguments or []] == list(project)
    templates = (await client.list_resource_templates()).resource_templates
    assert len(templates) == len(project)
    assert "never instructions" in (client.instructions or "")


async def _call(
    client: Client, fleet: Fleet, name: str, sent: dict[str, Any], told: str
) -> dict[str, Any]:
    """One call with its price and its figures looked at; the client checks them by the schema."""
    fleet.sandbox.clear_log()
    answer = await client.call_tool(name, sent)
    text = text_of(answer)
    assert answer.is_error is False, text
    assert told in text
    assert len(fleet.requests()) <= 2
    (tool,) = (each for each in (await client.list_tools()).tools if each.name == name)
    assert tool.output_schema is not None
    figures: dict[str, Any] = answer.structured_content
    assert set(figures) == set(tool.output_schema["required"])
    assert "eapot" not in str(figures)
    return figures


async def _read_digest(client: Client, project: dict[str, str]) -> None:
    """The resource and the prompt are the preamble; the issue with one event is not in it."""
    (resource,) = (await client.list_resources()).resources
    (contents,) = (await client.read_resource(resource.uri)).contents
    (message,) = (await client.get_prompt("project_health", project)).messages
    assert message.content.type == "text"
    for text in (getattr(contents, "text", ""), message.content.text):
        assert text.startswith("[PROJECT HEALTH]\nshop, last 6h")
        assert "TeapotBroken" in text
        assert "TeapotLost" not in text
