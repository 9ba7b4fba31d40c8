"""The protocol's half: our tools and resources as a server of the official SDK.

Both eras are the SDK's business: sessions with a handshake, and requests that stand alone.
Imported when the first client comes, in a thread: the libraries take most of a second.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from typing import Any

import mcp_types as types
from anyio import to_thread
from mcp.server.caching import CacheHint
from mcp.server.context import ServerRequestContext
from mcp.server.lowlevel import NotificationOptions, Server
from mcp.server.models import InitializationOptions
from mcp.server.session import ServerSession
from mcp.server.subscriptions import (
    InMemorySubscriptionBus,
    ListenHandler,
    ResourcesListChanged,
    ResourceUpdated,
)
from mcp.shared.exceptions import MCPError

from jobs_tui import __version__
from jobs_tui.models.errors import JobsTuiError, NotFound
from jobs_tui.server.mcp import reading
from jobs_tui.server.mcp.calling import Caller, Failed, call
from jobs_tui.server.mcp.changes import Changes
from jobs_tui.server.mcp.schemas import schema_of
from jobs_tui.server.mcp.texts import text_of
from jobs_tui.server.mcp.tools import BY_NAME, TOOLS, JobTool
from jobs_tui.server.mcp.views import JOBS

NAME = "jobs-tui"
INSTRUCTIONS = """\
Background jobs that go on after this conversation: reminders, scheduled reports, watching, \
follow-ups. Use job_create when the user wants something done later, again and again, or until \
something happens; pick the job_type that fits (ONE_OFF, SCHEDULED, RECURRING, ONGOING) and write \
instructions that can be followed without this conversation. Always pass the user's time zone as \
trigger_config.cron_timezone. Tell the user the schedule, the next run, who does it and every \
warning. Look with execution_list whether runs went well, and report results that are worth it; \
subscribe to jobs://jobs/{job_id} to hear when a run ends. When the user says that the goal of an \
ONGOING job is met, set its status to COMPLETED with job_update."""
WORKERS = 8
"""Calls that are worked on at once; others wait their turn."""
LIST_SECONDS = 300
"""For how long a client may keep the list of tools."""

_log = logging.getLogger(__name__)

Request = ServerRequestContext[Any, Any]
WhoCalls = Callable[[Request], Caller]


class JobsServer(Server[Any]):
    """The server that all clients of one process talk to.

    Args:
        who: who has sent a request.
        watcher: whose eyes see the changes that subscribers are told of.
    """

    def __init__(self, who: WhoCalls, watcher: Caller) -> None:
        self._who = who
        self._executor = ThreadPoolExecutor(WORKERS, "mcp")
        self._bus = InMemorySubscriptionBus()
        self._listen = ListenHandler(self._bus)
        self._subscribers: dict[str, dict[int, ServerSession]] = {}
        self._changes = Changes(watcher.ctx, self._tell, self._tell_list)
        self._tools = [_offered(tool) for tool in TOOLS]
        self._schemas = {tool.name: tool.input_schema for tool in self._tools}
        super().__init__(
            NAME,
            version=__version__,
            title="jobs-tui",
            description="Background jobs for AI agents and shell commands.",
            instructions=INSTRUCTIONS,
            cache_hints={"tools/list": CacheHint(LIST_SECONDS * 1000, "public")},
            get_tool_input_schema=self._schemas.get,
            on_list_tools=self._list_tools,
            on_call_tool=self._call_tool,
            on_list_resources=self._list_resources,
            on_list_resource_templates=self._list_templates,
            on_read_resource=self._read,
            on_subscribe_resource=self._subscribe,
            on_unsubscribe_resource=self._unsubscribe,
            on_subscriptions_listen=self._listening,
        )

    def create_initialization_options(self, *args: Any, **kwargs: Any) -> InitializationOptions:
        """As the SDK's; what changes is told in the older era as well."""
        if not args:
            kwargs.setdefault("notification_options", NotificationOptions(resources_changed=True))
        return super().create_initialization_options(*args, **kwargs)

    async def aclose(self) -> None:
        """End subscriptions and workers."""
        self._listen.close()
        await self._changes.close()
        self._executor.shutdown(wait=False, cancel_futures=True)

    async def _list_tools(self, request: Request, params: object) -> types.ListToolsResult:
        return types.ListToolsResult(tools=self._tools)

    async def _call_tool(
        self, request: Request, params: types.CallToolRequestParams
    ) -> types.CallToolResult:
        tool = BY_NAME.get(params.name)
        if tool is None:
            raise MCPError(
                types.INVALID_PARAMS,
                f"There is no tool {params.name!r:.80}. There are {', '.join(BY_NAME)}.",
            )
        try:
            answer = await call(
                tool,
                self._who(request),
                params.arguments or {},
                self._executor,
                # Does nothing for a client that sent no progressToken.
                tell=request.session.report_progress,
            )
        except Failed as error:
            return types.CallToolResult(
                content=[types.TextContent(type="text", text=str(error))], is_error=True
            )
        return types.CallToolResult(
            content=[types.TextContent(type="text", text=text_of(answer))],
            structured_content=answer.model_dump(mode="json", exclude_none=True),
        )

    async def _list_resources(
        self, request: Request, params: types.PaginatedRequestParams | None
    ) -> types.ListResourcesResult:
        offset = _offset(params.cursor if params is not None else None)
        ctx = self._who(request).ctx
        found, following = await to_thread.run_sync(partial(reading.page, ctx, offset))
        resources = [
            types.Resource(
                uri=uri, name=uri.rpartition("/")[2], title=title, description=about or None,
                mime_type=reading.JSON,
            )
            for uri, title, about in found
        ]  # fmt: skip
        if not offset:
            resources.insert(
                0,
                types.Resource(
                    uri=JOBS, name="jobs", title="Jobs", mime_type=reading.JSON,
                    description="All jobs, newest first.",
                ),
            )  # fmt: skip
        return types.ListResourcesResult(
            resources=resources, next_cursor=None if following is None else str(following)
        )

    async def _list_templates(
        self, request: Request, params: object
    ) -> types.ListResourceTemplatesResult:
        return types.ListResourceTemplatesResult(
            resource_templates=[
                types.ResourceTemplate(
                    uri_template=one.uri,
                    name=one.name,
                    description=one.description,
                    mime_type=one.mime_type,
                )
                for one in reading.TEMPLATES
            ]
        )

    async def _read(
        self, request: Request, params: types.ReadResourceRequestParams
    ) -> types.ReadResourceResult:
        uri = str(params.uri)
        try:
            kind, text = await to_thread.run_sync(
                partial(reading.read, self._who(request).ctx, uri)
            )
        except JobsTuiError as error:
            raise _protocol_error(error, uri) from error
        return types.ReadResourceResult(
            contents=[types.TextResourceContents(uri=uri, mime_type=kind, text=text)]
        )

    async def _subscribe(
        self, request: Request, params: types.SubscribeRequestParams
    ) -> types.EmptyResult:
        uri = str(params.uri)
        try:
            reading.place_of(uri)
        except JobsTuiError as error:
            raise _protocol_error(error, uri) from error
        # The SDK has no other way to hear of a session's end.
        connection = request.session._connection
        subscribed = self._subscribers.setdefault(uri, {})
        if id(connection) not in subscribed:
            subscribed[id(connection)] = request.session
            connection.exit_stack.callback(self._forget, uri, id(connection))
            await self._changes.add(uri)
        return types.EmptyResult()

    async def _unsubscribe(
        self, request: Request, params: types.UnsubscribeRequestParams
    ) -> types.EmptyResult:
        self._forget(str(params.uri), id(request.session._connection))
        return types.EmptyResult()

    def _forget(self, uri: str, connection: int) -> None:
        subscribed = self._subscribers.get(uri, {})
        if subscribed.pop(connection, None) is not None:
            self._changes.remove(uri)
        if not subscribed:
            self._subscribers.pop(uri, None)

    async def _listening(
        self, request: Request, params: types.SubscriptionsListenRequestParams
    ) -> types.SubscriptionsListenResult:
        wanted = params.notifications
        uris = [str(uri) for uri in wanted.resource_subscriptions or ()]
        async with self._changes.watching(uris, lists=bool(wanted.resources_list_changed)):
            return await self._listen(request, params)

    async def _tell(self, uri: str) -> None:
        await self._bus.publish(ResourceUpdated(uri))
        for session in list(self._subscribers.get(uri, {}).values()):
            await session.send_resource_updated(uri)

    async def _tell_list(self) -> None:
        await self._bus.publish(ResourcesListChanged())
        sessions = {
            key: session for each in self._subscribers.values() for key, session in each.items()
        }
        for session in sessions.values():
            await session.send_resource_list_changed()


def _offered(tool: JobTool) -> types.Tool:
    return types.Tool(
        name=tool.name,
        title=tool.title,
        description=tool.description,
        input_schema=schema_of(tool.arguments),
        output_schema=schema_of(tool.answer, answer=True),
        annotations=types.ToolAnnotations(
            title=tool.title,
            read_only_hint=tool.read_only,
            destructive_hint=tool.destructive,
            idempotent_hint=tool.repeatable,
            open_world_hint=tool.name in ("job_create", "job_run"),
        ),
    )


def _offset(cursor: str | None) -> int:
    if cursor is None:
        return 0
    if not cursor.isdecimal() or not cursor.isascii() or len(cursor) > 9:
        raise MCPError(types.INVALID_PARAMS, "The cursor is none of ours.")
    return int(cursor)


def _protocol_error(error: JobsTuiError, uri: str) -> MCPError:
    code = types.INVALID_PARAMS if isinstance(error, NotFound) else types.INTERNAL_ERROR
    return MCPError(code, error.sentence(), {"uri": uri[:200]})
