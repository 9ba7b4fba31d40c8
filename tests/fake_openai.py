"""A loopback server that talks like OpenAI's Chat Completions, for tests and for trying things out.

In a test it says what it is told, turn by turn. Started by hand (``python -m tests.fake_openai
--port 8900``) the prompt tells it, line by line:

    CALL system_health {"cpu_above": 80}     ask for this tool, one call an answer
    BOTH disk_usage {"path": "/"}            ask for this tool together with the call before
    THINK about it                           a thinking part before the answer
    SAY anything                             the answer; without it, it repeats what tools said
    SLOW / ENDLESS / SILENT                  a word a second / words for ever / no answer
    ERROR 429 / GARBAGE / EMPTY / CUT        what endpoints do on bad days
"""

from __future__ import annotations

import argparse
import contextlib
import json
import threading
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

Call = tuple[str, str, dict[str, Any] | str]
"""Id, name, arguments (a text goes out as it is)."""


@dataclass(frozen=True)
class Turn:
    """One answer of the model."""

    text: str = ""
    calls: Sequence[Call] = ()
    thinking: str = ""
    usage: tuple[int, int] | None = (120, 30)
    """Input and output tokens; None: the endpoint does not say."""
    status: int = 200
    body: bytes | None = None
    """Sent in place of an answer."""
    headers: dict[str, str] = field(default_factory=dict)
    pause: float = 0.0
    """Seconds between two words."""
    endless: bool = False
    silent: bool = False
    cut: bool = False
    """Drop the connection after the text."""


def error(status: int, message: str = "no", code: str | None = None, **headers: str) -> Turn:
    """An answer as OpenAI gives it when something is wrong."""
    told = {"error": {"message": message, "type": "invalid_request_error", "code": code}}
    return Turn(status=status, body=json.dumps(told).encode(), headers=headers)


class FakeOpenAI:
    """The server, in a thread of its own; a context manager."""

    def __init__(self, *turns: Turn, port: int = 0, models: Sequence[str] = ("fake-1",)) -> None:
        self.turns = list(turns)
        """What it says next; the last is repeated. None at all: the prompt tells it."""
        self.models = models
        self.requests: list[dict[str, Any]] = []
        """Bodies that came in."""
        self.headers: list[dict[str, str]] = []
        self.asked = threading.Event()
        """Set by each request for an answer."""
        self.answered = threading.Event()
        """Set when all of an answer has been sent."""
        self.closing = threading.Event()
        self.hang_ups = 0
        """Connections that the client closed before the answer was complete."""
        self.hung_up = threading.Event()
        fake = self

        class Handler(_Handler):
            owner = fake

        self._server = ThreadingHTTPServer(("127.0.0.1", port), Handler)
        self._server.daemon_threads = True
        self._thread = threading.Thread(
            target=self._server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True
        )

    @property
    def base_url(self) -> str:
        """What an agent is given."""
        return f"http://127.0.0.1:{self._server.server_address[1]}/v1"

    def __enter__(self) -> FakeOpenAI:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.closing.set()
        self._server.shutdown()
        self._server.server_close()

    def next_turn(self, request: dict[str, Any]) -> Turn:
        """What to say to a request."""
        if not self.turns:
            return told_by_prompt(request)
        return self.turns.pop(0) if len(self.turns) > 1 else self.turns[0]


def told_by_prompt(request: dict[str, Any]) -> Turn:
    """The answer that the prompt asks for, see the module."""
    messages = request["messages"]
    prompt = next((_text(m) for m in reversed(messages) if m["role"] == "user"), "")
    lines = [line.strip() for line in prompt.splitlines()]
    results = [_text(m) for m in messages if m["role"] == "tool"]
    groups: list[list[Call]] = []
    for number, line in enumerate(lines):
        word, _, rest = line.partition(" ")
        if word in ("CALL", "BOTH"):
            name, _, arguments = rest.partition(" ")
            call = (f"call_{number}", name, arguments or "{}")
            if word == "BOTH" and groups:
                groups[-1].append(call)
            else:
                groups.append([call])
    answered = 0
    for group in groups:
        if answered >= len(results):
            return Turn("Let me look.\n", group)
        answered += len(group)
    words = {line.partition(" ")[0]: line.partition(" ")[2] for line in lines}
    said = (
        words.get("SAY") or "\n".join(["Done.", *results]) if groups or "SAY" in words else prompt
    )
    if "ERROR" in words:
        return error(int(words["ERROR"] or 500), "you asked for it")
    if "GARBAGE" in words:
        return Turn(body=b"<html>It works!</html>")
    if "EMPTY" in words:
        return Turn("")
    return Turn(
        said,
        thinking=words.get("THINK", ""),
        pause=1.0 if "SLOW" in words else 0.0,
        endless="ENDLESS" in words,
        silent="SILENT" in words,
        cut="CUT" in words,
    )


def _text(message: dict[str, Any]) -> str:
    content = message.get("content") or ""
    return content if isinstance(content, str) else "".join(p.get("text", "") for p in content)


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    owner: FakeOpenAI

    def log_message(self, *_: object) -> None:
        """Nothing on stderr."""

    def do_GET(self) -> None:
        """The list of models."""
        models = [{"id": name, "object": "model"} for name in self.owner.models]
        self._send(200, json.dumps({"object": "list", "data": models}).encode())

    def do_POST(self) -> None:
        """An answer."""
        request = json.loads(self.rfile.read(int(self.headers["content-length"])))
        self.owner.requests.append(request)
        self.owner.headers.append(dict(self.headers))
        turn = self.owner.next_turn(request)
        self.owner.asked.set()
        try:
            self._answer(turn, request)
            self.owner.answered.set()
        except (BrokenPipeError, ConnectionResetError):
            self.owner.hang_ups += 1
            self.owner.hung_up.set()
            self.close_connection = True

    def _answer(self, turn: Turn, request: dict[str, Any]) -> None:
        if turn.silent:
            self.connection.settimeout(0.02)
            while not self.owner.closing.is_set():
                try:
                    if not self.connection.recv(1):
                        raise BrokenPipeError
                except TimeoutError:
                    continue
        elif turn.body is not None:
            self._send(turn.status, turn.body, turn.headers)
        elif request.get("stream"):
            self._stream(turn, request)
        else:
            self._whole(turn, request)

    def _send(self, status: int, body: bytes, headers: dict[str, str] | None = None) -> None:
        self.send_response(status)
        for name, value in {"content-type": "application/json", **(headers or {})}.items():
            self.send_header(name.replace("_", "-"), value)
        self.send_header("content-length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def _whole(self, turn: Turn, request: dict[str, Any]) -> None:
        message: dict[str, Any] = {"role": "assistant", "content": turn.text or None}
        if turn.calls:
            message["tool_calls"] = [_call(*call) for call in turn.calls]
        choice = {"index": 0, "message": message, "finish_reason": _reason(turn)}
        whole = {**_base(request, "chat.completion"), "choices": [choice]}
        self._send(200, json.dumps({**whole, **_usage(turn)}).encode())

    def _stream(self, turn: Turn, request: dict[str, Any]) -> None:
        self.send_response(200)
        self.send_header("content-type", "text/event-stream")
        self.send_header("transfer-encoding", "chunked")
        self.end_headers()
        base = _base(request, "chat.completion.chunk")
        for delta in self._deltas(turn):
            choice = {"index": 0, "delta": delta, "finish_reason": None}
            self._chunk(json.dumps({**base, "choices": [choice]}))
        if turn.cut:
            self.close_connection = True
            return
        last = {"index": 0, "delta": {}, "finish_reason": _reason(turn)}
        self._chunk(json.dumps({**base, "choices": [last]}))
        if turn.usage:
            self._chunk(json.dumps({**base, "choices": [], **_usage(turn)}))
        self._chunk("[DONE]")
        self.wfile.write(b"0\r\n\r\n")

    def _deltas(self, turn: Turn) -> Iterator[dict[str, Any]]:
        yield {"role": "assistant", "content": ""}
        for part in _pieces(turn.thinking):
            yield {"reasoning_content": part}
        for part in _pieces(turn.text):
            yield {"content": part}
            if turn.pause:
                self.owner.closing.wait(turn.pause)
        number = 0
        while turn.endless and not self.owner.closing.wait(0.005):
            number += 1
            yield {"content": f"word {number}\n"}
        for index, call in enumerate(turn.calls):
            made = _call(*call)
            arguments = made["function"].pop("arguments")
            yield {"tool_calls": [{"index": index, **made}]}
            for part in (arguments[at : at + 7] for at in range(0, len(arguments), 7)):
                yield {"tool_calls": [{"index": index, "function": {"arguments": part}}]}

    def _chunk(self, text: str) -> None:
        data = f"data: {text}\n\n".encode()
        self.wfile.write(b"%x\r\n%b\r\n" % (len(data), data))
        self.wfile.flush()


def _pieces(text: str) -> Iterator[str]:
    words = text.split(" ")
    yield from (word + " " for word in words[:-1])
    if words[-1]:
        yield words[-1]


def _call(call_id: str, name: str, arguments: dict[str, Any] | str) -> dict[str, Any]:
    text = arguments if isinstance(arguments, str) else json.dumps(arguments)
    return {"id": call_id, "type": "function", "function": {"name": name, "arguments": text}}


def _reason(turn: Turn) -> str:
    return "tool_calls" if turn.calls else "stop"


def _base(request: dict[str, Any], kind: str) -> dict[str, Any]:
    return {"id": "c1", "object": kind, "created": 1_780_000_000, "model": request["model"]}


def _usage(turn: Turn) -> dict[str, Any]:
    if turn.usage is None:
        return {}
    given, made = turn.usage
    tokens = {"prompt_tokens": given, "completion_tokens": made, "total_tokens": given + made}
    return {"usage": tokens}


def main() -> None:
    """Serve until interrupted."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument("--port", type=int, default=8900)
    parser.add_argument("--model", action="append", help="name of a model that it has (fake-1)")
    arguments = parser.parse_args()
    fake = FakeOpenAI(port=arguments.port, models=arguments.model or ("fake-1",))
    with fake, contextlib.suppress(KeyboardInterrupt):
        print(f"base_url {fake.base_url}", flush=True)  # noqa: T201
        threading.Event().wait()


if __name__ == "__main__":
    main()
