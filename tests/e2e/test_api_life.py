"""The SDK's "Complete Example" and the life of a job of each trigger, by a client of another hand.

The client does what compatibility.md saw the published one do: ``urljoin``, ``UserKey``, a JSON
content type on every request, booleans as ``True`` and ``False``.
"""

from __future__ import annotations

import hashlib
import hmac
import json
import urllib.error
import urllib.request
from typing import Any
from urllib.parse import urlencode, urljoin

import pytest

from tests.e2e.home import LiveHome, wait_for

pytestmark = pytest.mark.e2e


class Client:
    """A control plane client in thirty lines."""

    def __init__(self, base_url: str, key: str) -> None:
        self._base_url = base_url
        self._headers = {"Authorization": f"UserKey {key}", "Content-Type": "application/json"}

    def call(self, method: str, path: str, payload: Any = None, **query: Any) -> tuple[int, Any]:
        """(status, parsed body or None)."""
        url = urljoin(self._base_url, path) + (f"?{urlencode(query)}" if query else "")
        body = None if payload is None else json.dumps(payload).encode()
        request = urllib.request.Request(url, body, self._headers, method=method)
        try:
            with urllib.request.urlopen(request, timeout=30) as answer:
                status, text = answer.status, answer.read()
        except urllib.error.HTTPError as error:
            status, text = error.code, error.read()
        return status, json.loads(text) if text else None

    def jobs(self, method: str, tail: str = "", payload: Any = None, **query: Any) -> Any:
        """A call below ``/api/v1/jobs`` that must succeed."""
        status, body = self.call(method, f"/api/v1/jobs{tail}", payload, **query)
        assert status < 400, (method, tail, status, body)
        return body


@pytest.fixture
def client(home: LiveHome) -> Client:
    """A client with the token of the home's first engine."""
    address = home.serve()
    return Client(f"http://{address}", home.command("token", "show").out.strip())


def ended(client: Client, job_id: str, execution_id: str) -> dict[str, Any]:
    """The run's history entry when it has ended."""

    def look() -> dict[str, Any] | None:
        history = client.jobs("GET", f"/{job_id}/executions", limit=50, offset=0)
        entry = next(e for e in history["executions"] if e["execution_id"] == execution_id)
        return None if entry["status"] in ("queued", "running") else dict(entry)

    return dict(wait_for("the end of a run", look))


def test_the_complete_example(client: Client) -> None:
    job = client.jobs(
        "POST",
        payload={
            "name": "Weekly Security Scan",
            "description": "Scan all repositories for vulnerabilities",
            "trigger_type": "cron",
            "cron_schedule": "0 0 * * 0",
            "cron_timezone": "UTC",
            "planning_mode": "predefined_team",
            "entity_type": "team",
            "entity_id": "security-team-uuid",
            "prompt_template": "Scan all repositories and report vulnerabilities",
            "executor_type": "specific_queue",
            "worker_queue_name": "security",
            "enabled": True,
        },
    )
    assert job["next_execution_at"]
    result = client.jobs("POST", f"/{job['id']}/trigger", {"parameters": {}})
    assert (result["status"], result["job_id"]) == ("started", job["id"])
    entry = ended(client, job["id"], result["execution_id"])
    assert entry["status"] == "failed"
    assert "security-team-uuid" in entry["error_message"]
    assert client.jobs("POST", f"/{job['id']}/disable")["enabled"] is False
    assert client.call("POST", f"/api/v1/jobs/{job['id']}/trigger", {})[0] == 400
    assert client.jobs("POST", f"/{job['id']}/enable")["enabled"] is True


def test_the_life_of_a_job_of_each_trigger(client: Client, home: LiveHome) -> None:
    shell = {"planning_mode": "predefined_agent", "entity_type": "agent", "entity_id": "shell"}
    cron = client.jobs(
        "POST",
        payload=shell
        | {
            "name": "Nightly Backup",
            "trigger_type": "cron",
            "cron_schedule": "0 2 * * *",
            "cron_timezone": "America/New_York",
            "prompt_template": "echo saved {{ run_date }}",
        },
    )
    hook = client.jobs(
        "POST",
        payload=shell
        | {
            "name": "Deploy on Push",
            "trigger_type": "webhook",
            "prompt_template": "echo deploy {{ branch_name }} to {{ environment }}",
        },
    )
    manual = client.jobs(
        "POST",
        payload={
            "name": "Emergency Rollback",
            "trigger_type": "manual",
            "planning_mode": "predefined_workflow",
            "prompt_template": "echo roll {{ service_name }} back to {{ version }}",
            "executor_type": "auto",
        },
    )
    listed = client.jobs("GET", enabled=True)
    assert [job["id"] for job in listed] == [manual["id"], hook["id"], cron["id"]]
    assert [job["id"] for job in client.jobs("GET", trigger_type="webhook")] == [hook["id"]]
    assert client.jobs("GET", f"/{hook['id']}")["webhook_secret"] is None

    changed = client.jobs("PATCH", f"/{cron['id']}", {"cron_schedule": "0 10 * * *"})
    assert changed["cron_schedule"] == "0 10 * * *"

    started = client.jobs(
        "POST",
        f"/{manual['id']}/trigger",
        {"parameters": {"service_name": "api", "version": "2"}, "config_override": {"timeout": 60}},
    )
    assert ended(client, manual["id"], started["execution_id"])["status"] == "completed"
    assert home.command("logs", started["execution_id"]).out == "roll api back to 2\n"

    body = json.dumps(
        {
            "parameters": {"branch_name": "feature-x", "environment": "staging"},
            "metadata": {"source": "github", "commit": "abc123"},
        }
    ).encode()
    signature = hmac.new(hook["webhook_secret"].encode(), body, hashlib.sha256).hexdigest()
    request = urllib.request.Request(
        hook["webhook_url"], body, {"X-Webhook-Signature": signature}, method="POST"
    )
    with urllib.request.urlopen(request, timeout=30) as answer:
        triggered = json.loads(answer.read())
    entry = ended(client, hook["id"], triggered["execution_id"])
    assert entry["trigger_metadata"] == {"source": "github", "commit": "abc123"}
    assert home.command("logs", triggered["execution_id"]).out == "deploy feature-x to staging\n"

    assert client.call("DELETE", f"/api/v1/jobs/{cron['id']}") == (204, None)
    assert client.call("GET", f"/api/v1/jobs/{cron['id']}")[0] == 404
    assert client.jobs("POST", f"/{cron['id']}/restore")["id"] == cron["id"]


def test_without_a_key_nothing_is_told(client: Client, home: LiveHome) -> None:
    stranger = Client(client._base_url, "guess")
    assert stranger.call("GET", "/api/v1/jobs")[0] == 401
    assert stranger.call("GET", "/healthz")[0] == 200
    reader = home.json("token", "create", "--scope", "read", "--name", "reader")["token"]
    assert Client(client._base_url, reader).call("GET", "/api/v1/jobs") == (200, [])
    assert Client(client._base_url, reader).call("POST", "/api/v1/jobs", {})[0] == 403
