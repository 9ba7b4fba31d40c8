"""An OPA server on loopback: what it says, and everything that is no decision."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest

from jobs_tui.guard.policy.engine import PolicyEngine
from jobs_tui.models.enums import Decision
from jobs_tui.models.errors import NotFound
from jobs_tui.models.verdict import ALLOWED, Verdict
from tests.guard.policy.made import opa

Reply = Callable[[BaseHTTPRequestHandler], None]


class Fake:
    """A server that answers as told."""

    def __init__(self) -> None:
        self.questions: list[Any] = []
        self.tokens: list[str | None] = []
        self.reply: Reply = lambda handler: None
        self.go_on = threading.Event()
        fake = self

        class Handler(BaseHTTPRequestHandler):
            def log_message(self, *args: Any) -> None:
                pass

            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["Content-Length"]))
                fake.tokens.append(self.headers["Authorization"])
                fake.questions.append((self.path, json.loads(body)))
                fake.reply(self)

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.server.server_address[1]}/v1/data/jobs/authz"

    def says(self, body: bytes, status: int = 200) -> None:
        def reply(handler: BaseHTTPRequestHandler) -> None:
            handler.send_response(status)
            handler.send_header("Content-Length", str(len(body)))
            handler.end_headers()
            handler.wfile.write(body)

        self.reply = reply


@pytest.fixture
def fake() -> Iterator[Fake]:
    """Listening."""
    found = Fake()
    thread = threading.Thread(target=found.server.serve_forever, args=(0.01,), daemon=True)
    thread.start()
    yield found
    found.go_on.set()
    found.server.shutdown()
    found.server.server_close()
    thread.join()


@pytest.fixture(autouse=True)
def _no_proxy(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("http_proxy", "HTTP_PROXY", "all_proxy", "ALL_PROXY"):
        monkeypatch.delenv(name, raising=False)


def no_worker() -> Any:
    raise AssertionError("an OPA policy needs no worker")


def asked(fake: Fake, result: object) -> Verdict:
    fake.says(json.dumps({"result": result}).encode())
    return PolicyEngine(no_worker).decide([opa(fake.url)], {"action": "run"})


def test_it_is_asked_as_opa_wants_it(fake: Fake) -> None:
    assert asked(fake, {"allow": True}) == ALLOWED
    assert fake.questions == [("/v1/data/jobs/authz", {"input": {"action": "run"}})]


@pytest.mark.parametrize(
    ("result", "verdict"),
    [
        ({"allow": True, "deny": []}, ALLOWED),
        ({"deny": []}, ALLOWED),
        ({"allow": True, "deny": ["no"]}, Verdict(Decision.DENY, "policy opa denies this: no")),
        ({"allow": False}, Verdict(Decision.DENY, "policy opa does not allow this")),
        ({"allow": "yes"}, Verdict(Decision.DENY, "policy opa does not allow this")),
        ({"allow": None, "deny": []}, Verdict(Decision.DENY, "policy opa does not allow this")),
        (
            {"allow": True, "ask": ["sure?"]},
            Verdict(Decision.ASK, "policy opa wants this approved: sure?"),
        ),
    ],
)
def test_its_decisions(fake: Fake, result: object, verdict: Verdict) -> None:
    assert asked(fake, result) == verdict


@pytest.mark.parametrize(
    ("body", "status", "why"),
    [
        (b"{}", 200, "knows no such document"),
        (b'{"decision_id": "x"}', 200, "knows no such document"),
        (b'{"result": {}}', 200, "has neither allow nor deny"),
        (b'{"result": {"ask": []}}', 200, "has neither allow nor deny"),
        (b'{"result": true}', 200, "is no object"),
        (b'{"result": null}', 200, "is no object"),
        (b'{"result": {"deny": 3}}', 200, "deny is neither a set of texts"),
        (b'{"result": {"deny": null}}', 200, "deny is neither a set of texts"),
        (b"[]", 200, "knows no such document"),
        (b"<html>", 200, "did not answer in JSON"),
        (b"[" * 100_000, 200, "did not answer in JSON"),
        (b'{"code": "internal_error"}', 500, "answered 500"),
        (b'{"result": {"allow": true}}', 201, "answered 201"),
        (b"", 302, "answered 302"),
        (b" " * 1_000_001, 200, "answered too much"),
    ],
)
def test_what_is_no_decision_denies(fake: Fake, body: bytes, status: int, why: str) -> None:
    fake.says(body, status)
    verdict = PolicyEngine(no_worker).decide([opa(fake.url)], {})
    assert verdict.decision is Decision.DENY
    assert verdict.reason.startswith("policy opa could not decide: ")
    assert why in verdict.reason


def test_one_that_says_nothing(fake: Fake) -> None:
    fake.reply = lambda handler: fake.go_on.wait() and None
    verdict = PolicyEngine(no_worker).decide([opa(fake.url, timeout=0.1)], {})
    assert verdict.reason.endswith("/v1/data/jobs/authz gave no answer within 0.1 s")


def test_one_that_never_comes_to_an_end(fake: Fake) -> None:
    def drip(handler: BaseHTTPRequestHandler) -> None:
        handler.send_response(200)
        handler.send_header("Content-Length", "100000")
        handler.end_headers()
        try:
            while not fake.go_on.wait(0.01):
                handler.wfile.write(b" ")
        except OSError:
            pass

    fake.reply = drip
    verdict = PolicyEngine(no_worker).decide([opa(fake.url, timeout=0.2)], {})
    assert verdict.reason.endswith("gave no answer within 0.2 s")


def test_one_that_is_not_there(fake: Fake) -> None:
    fake.server.server_close()
    verdict = PolicyEngine(no_worker).decide([opa(fake.url)], {})
    assert "cannot be reached" in verdict.reason


def test_one_that_hangs_up(fake: Fake) -> None:
    fake.reply = lambda handler: handler.connection.close()
    verdict = PolicyEngine(no_worker).decide([opa(fake.url)], {})
    assert "cannot be reached" in verdict.reason


async def test_from_within_an_event_loop(fake: Fake) -> None:
    fake.says(b'{"result": {"allow": true}}')
    engine = PolicyEngine(no_worker)
    assert (
        engine.decide([opa(fake.url)], {}) == await engine.adecide([opa(fake.url)], {}) == ALLOWED
    )


def test_a_password_in_the_address_is_told_nobody(fake: Fake) -> None:
    fake.says(b"{}")
    url = fake.url.replace("//", "//ada:hunter22@") + "?key=hunter22"
    verdict = PolicyEngine(no_worker).decide([opa(url)], {})
    assert verdict.decision is Decision.DENY
    assert "hunter22" not in verdict.reason


class TestToken:
    """The policy has a reference; the token itself goes to the server and nowhere else."""

    def test_it_is_sent_and_only_then(self, fake: Fake) -> None:
        fake.says(b'{"result": {"allow": true}}')
        engine = PolicyEngine(no_worker)
        asked = {"env:T": "hunter22\n"}.__getitem__
        assert engine.decide([opa(fake.url, token="env:T")], {}, asked) == ALLOWED
        assert engine.decide([opa(fake.url)], {}, asked) == ALLOWED
        assert fake.tokens == ["Bearer hunter22", None]

    @pytest.mark.parametrize("value", ["", "a\nb", "é"])
    def test_one_that_is_none_denies(self, fake: Fake, value: str) -> None:
        verdict = PolicyEngine(no_worker).decide(
            [opa(fake.url, token="env:T")], {}, lambda reference: value
        )
        assert verdict.reason == (
            "policy opa could not decide: its token is empty, or no token that a header can hold"
        )
        assert fake.tokens == []

    def test_one_that_is_missing_denies(self, fake: Fake) -> None:
        def missing(reference: str) -> str:
            raise NotFound(f"There is no secret {reference}.", "Set it.")

        engine = PolicyEngine(no_worker)
        verdict = engine.decide([opa(fake.url, token="store:T")], {}, missing)
        assert verdict.decision is Decision.DENY
        assert "its token cannot be had: There is no secret store:T" in verdict.reason
        assert "cannot be had here" in engine.decide([opa(fake.url, token="env:T")], {}).reason

    def test_one_that_is_refused_is_told_as_such(self, fake: Fake) -> None:
        fake.says(b"{}", 401)
        engine = PolicyEngine(no_worker)
        verdict = engine.decide([opa(fake.url, token="env:T")], {}, lambda reference: "hunter22")
        assert "refused the token (401)" in verdict.reason
        assert "hunter22" not in verdict.reason
        assert "wants a token" in engine.decide([opa(fake.url)], {}).reason
