"""Fit by the embeddings of an endpoint, a real one on this machine."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest

from jobs_tui.agents.smart.engines.broken import EngineBroken
from jobs_tui.agents.smart.engines.choosing import EngineWish, engine_for
from jobs_tui.agents.smart.engines.endpoint import BATCH, EndpointEngine
from jobs_tui.agents.smart.engines.fitting import Document

Answer = Callable[[dict[str, Any]], tuple[int, Any]]


def by_letter(body: dict[str, Any]) -> tuple[int, Any]:
    """The first letter is the meaning; in another order, as endpoints may."""
    data = [
        {"index": place, "embedding": [3.0 if text.startswith(one) else 0.0 for one in "abc"] + [1]}
        for place, text in enumerate(body["input"])
    ]
    return 200, {"data": data[::-1]}


class Endpoint:
    """What it was asked, and how it answers."""

    def __init__(self) -> None:
        self.answer: Answer = by_letter
        self.asked: list[tuple[str, str | None, dict[str, Any]]] = []
        self.url = ""


@pytest.fixture
def endpoint() -> Iterator[Endpoint]:
    served = Endpoint()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
            served.asked.append((self.path, self.headers["Authorization"], body))
            code, answer = served.answer(body)
            raw = answer if isinstance(answer, bytes) else json.dumps(answer).encode()
            self.send_response(code)
            self.send_header("Content-Length", str(len(raw)))
            self.end_headers()
            self.wfile.write(raw)

        def log_message(self, *args: Any) -> None:
            """Quiet."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    served.url = f"http://127.0.0.1:{server.server_port}/v1"
    thread = threading.Thread(target=server.serve_forever, args=(0.01,))
    thread.start()
    yield served
    server.shutdown()
    thread.join()
    server.server_close()


DOCUMENTS = [Document("one", "One", "b text"), Document("two", "Two", "a text", ("a part",))]


def test_the_nearest_is_found_with_one_request(endpoint: Endpoint) -> None:
    engine = EndpointEngine(endpoint.url, "small", "sk-1")
    fits = engine.fits("anything", DOCUMENTS)
    assert fits[1].score > 0.6 > fits[0].score
    assert fits[1].reason == "nearest: a text (1.00)"
    assert endpoint.asked == [
        (
            "/v1/embeddings",
            "Bearer sk-1",
            {"model": "small", "input": ["anything", "b text", "a text", "a part"]},
        )
    ]
    engine.fits("other", DOCUMENTS)
    assert endpoint.asked[1][2]["input"] == ["other"]


def test_many_texts_go_in_several_requests(endpoint: Endpoint) -> None:
    many = [Document(str(n), "x", f"c {n}") for n in range(BATCH)]
    fits = EndpointEngine(f"{endpoint.url}/embeddings/", "m").fits("c", many)
    assert [len(body["input"]) for _, _, body in endpoint.asked] == [BATCH, 1]
    assert endpoint.asked[0][1] is None
    assert len(fits) == BATCH


@pytest.mark.parametrize(
    ("code", "answer", "said"),
    [
        (401, {"error": "bad key"}, "answered 401"),
        (200, b"<html>", "no answer that can be used"),
        (200, [], "no list of 4 embeddings"),
        (200, {"data": [{"embedding": [1.0]}]}, "no list of 4 embeddings"),
        (200, {"data": [{"embedding": None}] * 4}, "no list of numbers"),
        (200, {"data": [{"embedding": ["1"]}] * 4}, "finite numbers"),
        (200, {"data": [{"embedding": [0.0]}] * 4}, "finite numbers"),
        (200, b'{"data": [{"embedding": [NaN]}, 1, 1, 1]}', "no object"),
        (
            200,
            {"data": [{"embedding": [1.0]}] * 3 + [{"embedding": [1.0, 2.0]}]},
            "different lengths",
        ),
    ],
)
def test_an_answer_that_cannot_be_used_is_a_sentence_without_the_key(
    endpoint: Endpoint, code: int, answer: Any, said: str
) -> None:
    endpoint.answer = lambda body: (code, answer)
    with pytest.raises(EngineBroken, match=said) as raised:
        EndpointEngine(endpoint.url, "m", "sk-secret").fits("x", DOCUMENTS)
    assert "sk-secret" not in raised.value.sentence()


@pytest.mark.parametrize("url", ["http://127.0.0.1:1/v1", "nonsense", "http://[::bad"])
def test_an_endpoint_that_is_not_there_is_a_sentence(url: str) -> None:
    with pytest.raises(EngineBroken, match="gave no answer"):
        EndpointEngine(url, "m").fits("x", DOCUMENTS)


def test_an_endpoint_is_taken_before_everything_else_and_kept() -> None:
    wish = EngineWish("auto", "http://127.0.0.1:1/v1", "m")
    assert engine_for(wish).name == "endpoint"
    assert engine_for(wish) is engine_for(wish)
