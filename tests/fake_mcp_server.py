"""A small MCP server for tests: ``python tests/fake_mcp_server.py stdio|http|sse [PORT]``."""

from __future__ import annotations

import asyncio
import contextlib
import os
import socket
import sys
from collections.abc import Iterator

import uvicorn
from mcp.server import MCPServer
from mcp.server.mcpserver.exceptions import ToolError
from mcp_types import ToolAnnotations

server = MCPServer("fake", version="1.0", log_level="ERROR")


@server.tool(annotations=ToolAnnotations(read_only_hint=True))
def echo(message: str) -> str:
    """Say it again."""
    print(f"echo was asked for {message}", file=sys.stderr, flush=True)  # noqa: T201
    return f"Echo: {message}"


@server.tool()
def variable(name: str) -> str:
    """A variable of the environment."""
    return os.environ.get(name, "(not set)")


@server.tool(name="odd-name.x")
def odd() -> str:
    """A name that not every provider accepts."""
    return f"odd in {os.getcwd()}"


@server.tool()
def fail() -> str:
    """Always fails."""
    raise ToolError("the disk is on fire")


@server.tool()
def die() -> str:
    """Ends the server."""
    print("I am dying", file=sys.stderr, flush=True)  # noqa: T201
    os._exit(3)


@server.tool()
async def sleep() -> str:
    """Does not come back."""
    await asyncio.Event().wait()
    return "never"


class _Server(uvicorn.Server):
    path = "mcp"

    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        """Signals stay as they are."""
        yield

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        """Say where it listens."""
        await super().startup(sockets)
        port = self.servers[0].sockets[0].getsockname()[1]
        print(f"http://127.0.0.1:{port}/{self.path}", flush=True)  # noqa: T201


def _listen(kind: str, port: int) -> None:
    app = server.sse_app() if kind == "sse" else server.streamable_http_app()
    listener = _Server(uvicorn.Config(app, host="127.0.0.1", port=port, log_level="error"))
    listener.path = "sse" if kind == "sse" else "mcp"
    asyncio.run(listener.serve())


if __name__ == "__main__":
    print("fake server says hello", file=sys.stderr, flush=True)  # noqa: T201
    if sys.argv[1] == "stdio":
        server.run("stdio")
    else:
        _listen(sys.argv[1], int(sys.argv[2]) if len(sys.argv) > 2 else 0)
