"""MCP servers of a run in the form that each agent program wants (AGENTS.md 3)."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

Servers = Mapping[str, Mapping[str, Any]]

_ODD = re.compile(r"[^A-Za-z0-9_-]")


@dataclass(frozen=True, slots=True)
class Handed:
    """What a program is told of MCP servers."""

    text: str = ""
    """Of the file; empty: no file."""
    args: tuple[str, ...] = ()
    env: dict[str, str] = field(default_factory=dict)
    left_out: tuple[str, ...] = ()
    """A sentence for each server that the program cannot use."""


def transport(server: Mapping[str, Any]) -> str:
    """``stdio``, ``sse`` or ``http``."""
    kind = str(server.get("type") or server.get("transport") or "").lower()
    if kind == "sse":
        return "sse"
    if kind in ("stdio", "local") or (not kind and server.get("command")):
        return "stdio"
    return "http"


def handed(form: str, servers: Servers) -> Handed:
    """The servers in the form of ``CommandTemplate.mcp``; those marked ``disabled`` are not."""
    named = _named({name: one for name, one in servers.items() if not one.get("disabled")})
    return _FORMS[form](named) if named else Handed()


def _named(servers: Servers) -> dict[str, Mapping[str, Any]]:
    """Names of letters, digits, ``_`` and ``-``: more than that, not every program takes."""
    found: dict[str, Mapping[str, Any]] = {}
    for name, server in servers.items():
        plain = base = _ODD.sub("_", name) or "server"
        number = 2
        while plain in found:
            plain, number = f"{base}_{number}", number + 1
        found[plain] = server
    return found


def _stdio(server: Mapping[str, Any], **more: Any) -> dict[str, Any]:
    wanted = {name: server.get(name) for name in ("args", "env", "cwd")}
    told = {name: value for name, value in wanted.items() if value}
    return {**more, "command": str(server.get("command", "")), "args": [], **told}


def _remote(server: Mapping[str, Any], key: str = "url", **more: Any) -> dict[str, Any]:
    headers = server.get("headers")
    told = {**more, key: str(server.get("url", ""))}
    return {**told, "headers": dict(headers)} if headers else told


def _claude(servers: Servers) -> Handed:
    def one(server: Mapping[str, Any]) -> dict[str, Any]:
        kind = transport(server)
        return _stdio(server) if kind == "stdio" else _remote(server, type=kind)

    return _json({"mcpServers": {name: one(server) for name, server in servers.items()}})


def _copilot(servers: Servers) -> Handed:
    def one(server: Mapping[str, Any]) -> dict[str, Any]:
        kind = transport(server)
        if kind == "stdio":
            return _stdio(server, type="local", tools=["*"])
        return _remote(server, type=kind, tools=["*"])

    return _json({"mcpServers": {name: one(server) for name, server in servers.items()}})


def _gemini(servers: Servers) -> Handed:
    def one(server: Mapping[str, Any]) -> dict[str, Any]:
        kind = transport(server)
        if kind == "stdio":
            return _stdio(server)
        return _remote(server, "url" if kind == "sse" else "httpUrl")

    return _json({"mcpServers": {name: one(server) for name, server in servers.items()}})


def _opencode(servers: Servers) -> Handed:
    def one(server: Mapping[str, Any]) -> dict[str, Any]:
        if transport(server) != "stdio":
            return _remote(server, type="remote", enabled=True)
        local = {"type": "local", "command": [server.get("command", ""), *_args(server)]}
        return {**local, "environment": dict(server.get("env") or {}), "enabled": True}

    return _json({"mcp": {name: one(server) for name, server in servers.items()}})


def _codex(servers: Servers) -> Handed:
    lines: list[str] = []
    left_out = []
    for name, server in servers.items():
        kind = transport(server)
        if kind == "sse":
            left_out.append(f"The MCP server {name} is not used: codex knows no SSE.")
            continue
        told = _stdio(server) if kind == "stdio" else _remote(server)
        if headers := told.pop("headers", None):
            told["http_headers"] = headers
        lines.append(f"[mcp_servers.{_toml(name)}]")
        lines += [f"{key} = {_toml(value)}" for key, value in told.items()]
    return Handed("\n".join([*lines, ""]) if lines else "", left_out=tuple(left_out))


def _goose(servers: Servers) -> Handed:
    args: list[str] = []
    env: dict[str, str] = {}
    left_out = []
    for name, server in servers.items():
        if transport(server) == "stdio":
            words = [str(server.get("command", "")), *_args(server)]
            if any(not word or word.split() != [word] for word in words):
                why = "goose takes no arguments with blanks in them"
                left_out.append(f"The MCP server {name} is not used: {why}.")
                continue
            args += ["--with-extension", " ".join(words)]
            env |= {str(key): str(value) for key, value in (server.get("env") or {}).items()}
        elif server.get("headers") or transport(server) == "sse":
            why = "goose takes no headers and no SSE on its command line"
            left_out.append(f"The MCP server {name} is not used: {why}.")
        else:
            args += ["--with-streamable-http-extension", str(server.get("url", ""))]
    return Handed(args=tuple(args), env=env, left_out=tuple(left_out))


_FORMS: Mapping[str, Callable[[Servers], Handed]] = {
    "claude": _claude,
    "codex": _codex,
    "copilot": _copilot,
    "gemini": _gemini,
    "goose": _goose,
    "opencode": _opencode,
}


def _args(server: Mapping[str, Any]) -> list[str]:
    return [str(one) for one in server.get("args") or []]


def _json(data: Mapping[str, Any]) -> Handed:
    return Handed(json.dumps(data, ensure_ascii=False, indent=1))


def _toml(value: object) -> str:
    """A value of texts, lists and tables as TOML; JSON's strings are TOML's but for DEL."""
    if isinstance(value, Mapping):
        return "{ " + ", ".join(f"{_toml(str(k))} = {_toml(v)}" for k, v in value.items()) + " }"
    if isinstance(value, (list, tuple)):
        return "[" + ", ".join(_toml(one) for one in value) + "]"
    return json.dumps(str(value), ensure_ascii=False).replace("\x7f", "\\u007f")
