"""
The manifest as it is written: one pydantic model per mapping of the file, and the JSON Schema made
from them.

Does not: apply defaults that depend on other fields, or compare entries; see `entries` and
`environments`.

Source: docs/manifest.md, whose fields these are. Descriptions appear in editors through
docs/projects.schema.json.
"""

from __future__ import annotations

from typing import Annotated, Any, Literal, TypeAlias

from pydantic import Discriminator, Field, Tag

from watchpost.manifest.blocks import AllowBlock, Block, IgnoreBlock, LimitsBlock, RetiredKeyBlock
from watchpost.manifest.frameworks import (
    Origin,  # noqa: TC001 - pydantic reads the annotation when the class is made
)
from watchpost.manifest.record_blocks import (
    RecordsBlock,  # noqa: TC001 - pydantic reads the annotation when the class is made
)
from watchpost.manifest.rules import (
    BuildToken,
    CoolifyName,
    Environment,
    Identifier,
    Label,
    Organization,
    Platform,
    ProjectName,
    SlugTemplate,
    TeamSlug,
    Uuid,
    VariableName,
    VariableText,
)

OnRemove: TypeAlias = Literal["keep", "delete"]
Redeploy: TypeAlias = Literal["never", "if-needed"]
FrameworkName: TypeAlias = Literal["nextjs", "vite", "fastapi", "python", "node", "electron"]


def _by_shape(text_tag: str, mapping_tag: str) -> Discriminator:
    return Discriminator(lambda value: mapping_tag if isinstance(value, dict) else text_tag)


class DefaultsBlock(Block):
    """Values for every entry that does not set its own."""

    team: Identifier | None = Field(
        None, description="Key of the team that owns entries without `teams`."
    )
    slug: SlugTemplate = Field(
        "{id}",
        description="Template of Sentry's slugs. {id}: the entry's id, for a part `entry-part`; "
        "{workspace}: the next field; {part}: the part's own name.",
    )
    workspace: Identifier | None = Field(
        None, description="Text for {workspace} in slugs. Default: the organization."
    )
    on_remove: OnRemove = Field(
        "keep", description="What becomes of a Sentry project when its entry is removed."
    )


class TeamBlock(Block):
    """A Sentry team."""

    name: Label | None = Field(
        None, description="Name shown in Sentry. Default: the key in title case."
    )
    slug: TeamSlug | None = Field(None, description="Slug in Sentry. Default: the key.")
    existing: bool = Field(
        default=False,
        description="true: others look after this team; it is bound to projects, never made.",
    )


class RateLimitBlock(Block):
    """At most `count` events per `window_seconds`."""

    count: int = Field(ge=1, description="Number of events accepted per window.")
    window_seconds: int = Field(ge=1, le=86_400, description="Length of the window in seconds.")


class KeyBlock(Block):
    """A client key, that is a DSN."""

    label: Label | None = Field(
        None,
        description="Label shown in Sentry. Default: the key's name. `Default` is the key that "
        "Sentry makes with each project.",
    )
    rate_limit: RateLimitBlock | None = Field(None, description="Default: unlimited.")
    retired: tuple[RetiredKeyBlock, ...] = Field(
        default=(),
        description="Keys of Sentry's that this one replaced; `watchpost rotate` keeps the list.",
    )
    shipped: bool = Field(
        default=False,
        description="true: builds outside Coolify hold the DSN, so that a retired key is disabled "
        "only with --force-shipped.",
    )


class NamedAppBlock(Block):
    """A Coolify application or service, by its names."""

    project: CoolifyName = Field(description="Name of the Coolify project.")
    environment: CoolifyName = Field("production", description="Name of the Coolify environment.")
    name: CoolifyName = Field(description="Name of the application or service.")


AppReference: TypeAlias = Annotated[
    Annotated[Uuid, Tag("<uuid>")] | Annotated[NamedAppBlock, Tag("<names>")],
    _by_shape("<uuid>", "<names>"),
]


class FrameworkVariableBlock(Block):
    """One variable of a framework that Watchpost does not know."""

    origin: Origin = Field(alias="from", description="Where the value comes from.")
    build: bool | None = Field(
        None, description="Whether the build sees it. Default: only for build-token."
    )
    run: bool | None = Field(
        None, description="Whether the running app sees it. Default: all but build-token."
    )


Framework: TypeAlias = Annotated[
    Annotated[FrameworkName, Tag("<name>")]
    | Annotated[
        dict[VariableName, FrameworkVariableBlock], Field(min_length=1), Tag("<variables>")
    ],
    _by_shape("<name>", "<variables>"),
]


class PlainVariableBlock(Block):
    """A plain variable with its flags."""

    value: VariableText = Field(description="The value; not for secrets.")
    preview: VariableText | None = Field(
        None, description="Value for preview deployments. Default: the same value."
    )
    build: bool = Field(default=False, description="Whether the build sees it.")
    run: bool = Field(default=True, description="Whether the running app sees it.")


PlainVariable: TypeAlias = Annotated[
    Annotated[VariableText, Tag("<text>")] | Annotated[PlainVariableBlock, Tag("<flags>")],
    _by_shape("<text>", "<flags>"),
]


class AppBlock(Block):
    """A Coolify application or service that receives variables."""

    app: AppReference | None = Field(
        None, description="The Coolify application: its uuid, or {project, environment, name}."
    )
    service: AppReference | None = Field(
        None,
        description="The Coolify service, instead of `app`: its uuid, or its names likewise.",
    )
    framework: Framework = Field(
        description="Which variables with which flags: a known framework, or a mapping of your own."
    )
    key: Identifier | None = Field(
        None, description="Key whose DSN the app receives. Default: the entry's only key."
    )
    preview_key: Identifier | None = Field(
        None,
        description="Key for preview deployments. Default: none, so they report nothing.",
    )
    environment: Environment = Field(
        "production", description="Sentry environment; preview deployments report as `preview`."
    )
    build_token: BuildToken | None = Field(
        None,
        description="env:NAME, an environment variable that holds the token for uploading source "
        "maps. It becomes SENTRY_AUTH_TOKEN while building, never at run time.",
    )
    build_token_in_previews: bool = Field(
        default=False, description="true: preview deployments may upload source maps too."
    )
    variables: dict[VariableName, PlainVariable] = Field(
        default={}, description="Further plain variables; not for secrets."
    )
    redeploy: Redeploy | None = Field(
        None,
        description="Whether a running app is redeployed on a change. Default: if-needed.",
    )
    take_over: bool | None = Field(
        None, description="true: variables of these names that somebody else set may be changed."
    )
    mark: bool | None = Field(
        None,
        description="false: our mark is not written to the variables' comments, so that they never "
        "become ours. Default: true.",
    )


class PartBlock(Block):
    """One Sentry project."""

    name: ProjectName | None = Field(
        None, description="Name shown in Sentry. Default: the id in title case."
    )
    slug: SlugTemplate | None = Field(
        None, description="Slug in Sentry, or a template. Default: defaults.slug."
    )
    platform: Platform = Field(description="Sentry's platform.")
    teams: tuple[Identifier, ...] | None = Field(
        None, min_length=1, description="Keys of the teams that own it. Default: defaults.team."
    )
    keys: dict[Identifier, KeyBlock] | None = Field(
        None,
        min_length=1,
        description="Client keys. Default: `production`, which is Sentry's own key `Default`.",
    )
    apps: tuple[AppBlock, ...] = Field(
        default=(), description="Coolify apps that report to this project."
    )
    digests_min_delay_seconds: int | None = Field(
        None, ge=60, le=3600, description="Shortest wait between mails. Default: not managed."
    )
    digests_max_delay_seconds: int | None = Field(
        None, ge=60, le=3600, description="Longest wait between mails. Default: not managed."
    )
    resolve_age_hours: int | None = Field(
        None,
        ge=0,
        description="Hours after which a silent issue resolves itself. Default: not managed.",
    )
    on_remove: OnRemove | None = Field(
        None, description="keep or delete the Sentry project when this entry is removed."
    )
    take_over: bool = Field(
        default=False, description="true: a project that exists already may be changed to match."
    )


class GroupBlock(Block):
    """A monorepo: several Sentry projects under one id."""

    name: ProjectName | None = Field(
        None, description="Begins the names of its parts. Default: the id in title case."
    )
    parts: dict[Identifier, PartBlock] = Field(
        min_length=1,
        description="One Sentry project each; `web` of `studio` has the id studio-web.",
    )
    teams: tuple[Identifier, ...] | None = Field(
        None, min_length=1, description="Teams of the parts that name none."
    )
    on_remove: OnRemove | None = Field(None, description="For the parts that say nothing else.")


def _shape_of_project(value: object) -> str:
    is_group = isinstance(value, GroupBlock) or (isinstance(value, dict) and "parts" in value)
    return "<group>" if is_group else "<project>"


ProjectBlock: TypeAlias = Annotated[
    Annotated[PartBlock, Tag("<project>")] | Annotated[GroupBlock, Tag("<group>")],
    Discriminator(_shape_of_project),
]


def _shape_of_allow(value: object) -> str:
    return "<list>" if isinstance(value, tuple) else "<one>"


Allow: TypeAlias = Annotated[
    Annotated[AllowBlock, Tag("<one>")] | Annotated[tuple[AllowBlock, ...], Tag("<list>")],
    Discriminator(_shape_of_allow),
]


class ManifestDocument(Block):
    """Which Sentry projects exist, who owns them, and which Coolify apps report to them."""

    version: Literal[1] = Field(description="Version of this format: 1.")
    organization: Organization = Field(description="Slug of the Sentry organization.")
    defaults: DefaultsBlock = Field(
        default_factory=DefaultsBlock, description="Values for every entry that sets none."
    )
    teams: dict[Identifier, TeamBlock] = Field(
        default={}, description="Teams by the key that entries use."
    )
    projects: dict[Identifier, ProjectBlock] = Field(
        description="Entries by their id, which never changes: name and slug may."
    )
    limits: LimitsBlock = Field(
        default_factory=LimitsBlock, description="How much one run may do before it is refused."
    )
    allow: Allow = Field(default=(), description="Exceptions from the limits: one, or a list.")
    ignore: tuple[IgnoreBlock, ...] = Field(
        default=(), description="Findings of `watchpost drift` that do not count."
    )
    records: RecordsBlock | None = Field(
        None, description="The platform's own table that tells of each project. Default: none."
    )


def render_json_schema() -> str:
    """
    Return the JSON Schema of the manifest as text with a final newline; equal models give equal
    text.
    """
    import json  # noqa: PLC0415 - validating needs no JSON

    schema = _simplify(ManifestDocument.model_json_schema(by_alias=True))
    schema = {"$schema": "https://json-schema.org/draft/2020-12/schema", **schema}
    return json.dumps(schema, indent=2, ensure_ascii=False) + "\n"


def _simplify(node: Any) -> Any:
    """Remove generated titles, and `null` as a choice: no field may be without a value."""
    if isinstance(node, list):
        return [_simplify(item) for item in node]
    if not isinstance(node, dict):
        return node
    kept = {key: _simplify(value) for key, value in node.items() if not _is_noise(key, value)}
    choices = [choice for choice in kept.get("anyOf", []) if choice != {"type": "null"}]
    if len(choices) != 1:
        return kept
    del kept["anyOf"]
    return {**choices[0], **kept}


def _is_noise(key: str, value: Any) -> bool:
    return (key == "title" and isinstance(value, str)) or (key == "default" and value is None)
