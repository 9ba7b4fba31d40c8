"""Tools that only models are given: a shell, files, requests."""

from __future__ import annotations

import asyncio
import errno
import os
import stat
import tempfile
from functools import partial
from typing import IO, Annotated, Literal

from pydantic import Field

from jobs_tui.tools.arguments import PathText, ToolArguments, Url
from jobs_tui.tools.reaching import cause, shown_url
from jobs_tui.tools.tool import Tool, ToolContext, ToolFailed, ToolResult
from jobs_tui.tools.words import count, rows, short, size

TEXT_LIMIT = 50_000
"""Characters of a text that a model is given at once."""
WRITE_LIMIT = 5_000_000


class ShellCommand(ToolArguments):
    """A script for bash."""

    command: Annotated[str, Field(min_length=1, max_length=100_000)] = Field(
        description="the command line or script, run by bash"
    )
    timeout: Annotated[float, Field(gt=0, le=3600)] = Field(
        120.0, description="seconds it may take"
    )


async def _shell(arguments: ShellCommand, context: ToolContext) -> ToolResult:
    done = await context.processes.run(
        ["bash", "--noprofile", "--norc", "-c", arguments.command],
        cwd=context.working_directory,
        timeout=arguments.timeout,
        limit=TEXT_LIMIT,
    )
    parts = [f"exit code {done.exit_code}"]
    if done.stdout:
        parts.append(f"stdout:\n{done.stdout.rstrip()}")
    if done.stderr:
        parts.append(f"stderr:\n{done.stderr.rstrip()}")
    if done.cut:
        parts.append(f"(output was cut after {TEXT_LIMIT:,} bytes)")
    return ToolResult(
        text="\n".join(parts),
        summary=short(f"exit {done.exit_code}: {arguments.command}"),
        data={"exit_code": done.exit_code},
    )


class ReadFile(ToolArguments):
    """Which file, and which part of it."""

    path: PathText = Field(description="the file")
    first_line: Annotated[int, Field(ge=1)] = Field(1, description="line to begin with, from 1")
    lines: Annotated[int, Field(ge=1, le=10_000)] = Field(1000, description="how many lines")


async def _read(arguments: ReadFile, context: ToolContext) -> ToolResult:
    return await asyncio.to_thread(partial(_read_part, arguments, context.path(arguments.path)))


def _regular(path: str) -> IO[bytes]:
    """A file to read from; a pipe would wait and a device never end. Raises OSError."""
    number = os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC)
    if not stat.S_ISREG(os.fstat(number).st_mode):
        os.close(number)
        raise OSError(errno.EINVAL, "it is no regular file")
    return os.fdopen(number, "rb")


def _read_part(arguments: ReadFile, path: str) -> ToolResult:
    kept: list[str] = []
    taken = number = 0
    cut = False
    try:
        with _regular(path) as file:
            # a line without an end is cut into lines of the most that a model is given
            for number, raw in enumerate(iter(partial(file.readline, TEXT_LIMIT), b""), start=1):
                if number < arguments.first_line:
                    continue
                if len(kept) == arguments.lines or taken > TEXT_LIMIT:
                    cut = True
                    break
                kept.append(raw.decode("utf-8", "replace"))
                taken += len(raw)
    except OSError as error:
        raise ToolFailed(f"{path} cannot be read: {error.strerror}.") from None
    rest = f"\n(more follows from line {arguments.first_line + len(kept)})" if cut else ""
    return ToolResult(
        text="".join(kept)[:TEXT_LIMIT] + rest,
        summary=f"{count(len(kept), 'line')} of {path}",
        data={"path": path, "lines": len(kept), "more": cut},
    )


class WriteFile(ToolArguments):
    """Which file, and what shall be in it."""

    path: PathText = Field(description="the file; its directory must exist")
    content: Annotated[str, Field(max_length=WRITE_LIMIT)] = Field(description="all of it")
    mode: Literal["create", "replace", "append"] = Field(
        "create", description="create fails when the file is there"
    )


async def _write(arguments: WriteFile, context: ToolContext) -> ToolResult:
    path = context.path(arguments.path)
    await asyncio.to_thread(_write_whole, arguments, path)
    return ToolResult(
        text=f"{path}: {size(len(arguments.content.encode()))} written",
        summary=f"wrote {path}",
        data={"path": path},
    )


def _write_whole(arguments: WriteFile, path: str) -> None:
    try:
        if arguments.mode == "replace":
            _replace(path, arguments.content)
            return
        if os.path.exists(path) and not os.path.isfile(path):
            raise OSError(errno.EINVAL, "it is no regular file")
        with open(path, "x" if arguments.mode == "create" else "a", encoding="utf-8") as file:
            file.write(arguments.content)
    except FileExistsError:
        raise ToolFailed(f"{path} is there already.", "Use mode replace or append.") from None
    except OSError as error:
        raise ToolFailed(f"{path} cannot be written: {error.strerror}.") from None


def _replace(path: str, content: str) -> None:
    """All or nothing: who reads it finds the old text or the new one, also after a power cut."""
    number, part = tempfile.mkstemp(prefix=".part-", dir=os.path.dirname(path))
    try:
        with open(number, "w", encoding="utf-8") as file:
            file.write(content)
            file.flush()
            if os.path.exists(path):
                os.fchmod(number, stat.S_IMODE(os.stat(path).st_mode))
            os.fsync(number)
        os.replace(part, path)
    except BaseException:
        os.unlink(part)
        raise


class ListDirectory(ToolArguments):
    """Which directory."""

    path: PathText = Field(".", description="the directory")
    limit: Annotated[int, Field(ge=1, le=5000)] = Field(500, description="how many entries")


async def _list(arguments: ListDirectory, context: ToolContext) -> ToolResult:
    path = context.path(arguments.path)
    try:
        names = await asyncio.to_thread(lambda: sorted(os.listdir(path)))
    except OSError as error:
        raise ToolFailed(f"{path} cannot be listed: {error.strerror}.") from None
    lines = []
    for name in names[: arguments.limit]:
        inside = os.path.join(path, name)
        try:
            state = os.lstat(inside)
        except OSError:
            continue
        kind = "link" if os.path.islink(inside) else "dir" if os.path.isdir(inside) else "file"
        lines.append((kind, size(state.st_size) if kind == "file" else "", name))
    more = len(names) - arguments.limit
    return ToolResult(
        text=rows(lines, right=(1,)) + (f"\n(and {more:,} more)" if more > 0 else ""),
        summary=f"{count(len(names), 'entry', 'entries')} in {path}",
        data={"path": path, "entries": len(names)},
    )


class HttpRequest(ToolArguments):
    """A request as it is sent."""

    url: Url = Field(description="http:// or https:// address")
    method: Literal["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE"] = Field(
        "GET", description="method"
    )
    headers: dict[str, str] = Field({}, description="headers")
    body: str | None = Field(None, max_length=WRITE_LIMIT, description="body, as text")
    timeout: Annotated[float, Field(gt=0, le=300)] = Field(30.0, description="seconds it may take")


async def _request(arguments: HttpRequest, context: ToolContext) -> ToolResult:
    import httpx2

    try:
        async with (
            asyncio.timeout(arguments.timeout),
            httpx2.AsyncClient(follow_redirects=True, timeout=arguments.timeout) as client,
            client.stream(
                arguments.method,
                arguments.url,
                headers={"User-Agent": "jobs-tui", **arguments.headers},
                content=None if arguments.body is None else arguments.body.encode(),
            ) as answer,
        ):
            body = b""
            async for piece in answer.aiter_bytes():
                body += piece
                if len(body) > 4 * TEXT_LIMIT:
                    break
    except (httpx2.TimeoutException, TimeoutError):
        raise ToolFailed(
            f"{shown_url(arguments.url)} gave no whole answer within {arguments.timeout:g} s."
        ) from None
    except (httpx2.HTTPError, httpx2.InvalidURL, OSError, ValueError) as error:
        raise ToolFailed(f"{shown_url(arguments.url)} does not answer: {cause(error)}.") from None
    text = body.decode(answer.encoding or "utf-8", "replace")
    cut = len(text) > TEXT_LIMIT
    kind = answer.headers.get("content-type", "--")
    return ToolResult(
        text=f"{answer.status_code} {answer.reason_phrase}\ncontent-type: {kind}\n\n"
        + text[:TEXT_LIMIT]
        + (f"\n(cut after {TEXT_LIMIT:,} characters)" if cut else ""),
        summary=f"{answer.status_code} from {short(shown_url(arguments.url), 150)}",
        data={"status": answer.status_code},
    )


SHELL_COMMAND = Tool(
    name="shell_command",
    title="Shell command",
    description="Runs a command with bash on this machine and gives its output and exit code.",
    arguments=ShellCommand,
    run=_shell,
    read_only=False,
    for_models=True,
    needs=("bash",),
)
READ_FILE = Tool(
    name="read_file",
    title="Read a file",
    description="Reads lines of a text file.",
    arguments=ReadFile,
    run=_read,
    read_only=True,
    for_models=True,
)
WRITE_FILE = Tool(
    name="write_file",
    title="Write a file",
    description="Creates a text file, replaces it, or appends to it.",
    arguments=WriteFile,
    run=_write,
    read_only=False,
    for_models=True,
)
LIST_DIRECTORY = Tool(
    name="list_directory",
    title="List a directory",
    description="Lists what is in a directory, with kinds and sizes.",
    arguments=ListDirectory,
    run=_list,
    read_only=True,
    for_models=True,
)
HTTP_REQUEST = Tool(
    name="http_request",
    title="HTTP request",
    description="Sends an HTTP request and gives status and body of the answer.",
    arguments=HttpRequest,
    run=_request,
    read_only=False,
    for_models=True,
)
