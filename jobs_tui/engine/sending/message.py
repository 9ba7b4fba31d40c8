"""What a delivery tells of a run: as JSON, as Markdown, as plain text. Everything was masked when
it was stored.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from jobs_tui.guard.terminal_text import clean_output, plain
from jobs_tui.models.times import from_text

TEST = "test"
"""Kind of a run that is made up to try a target out."""
LONGEST_CHANGE = 100_000
"""Characters of a difference that are told."""
LONGEST_NOTE = 4_000
"""Characters of a message to persons."""
CUT = "\n[cut: the run has all of it]"


@dataclass(frozen=True, slots=True)
class Message:
    """One result, ready to be told.

    ``run`` is what ``store.result_deliveries.whole`` gives.
    """

    delivery_id: str
    run: Mapping[str, Any]
    base_url: str
    """Of the API, without a slash at its end."""

    @property
    def text(self) -> str:
        """The answer, else what is kept of the result, else why it failed."""
        run = self.run
        return str(run["answer"] or run["result"] or run["error_message"] or "")

    @property
    def answer(self) -> str | None:
        """All that the run has answered, cut where answers are cut."""
        found = self.run["answer"]
        return str(found) if found is not None else self.run["result"]

    @property
    def change(self) -> str | None:
        """The difference to the last answer."""
        found = self.run["change"]
        return None if found is None else cut(str(found), LONGEST_CHANGE)

    @property
    def title(self) -> str:
        """``nightly #12: completed``, one line."""
        run = self.run
        status = str(run["status"]).replace("_", " ")
        verdict = f", {str(run['verdict']).replace('_', ' ')}" if run["verdict"] else ""
        return f"{plain(run['job_name'])} #{run['number']}: {status}{verdict}"

    def document(self) -> dict[str, Any]:
        """Everything, for programs; the same at each try."""
        run = self.run
        worth = run["worth_reporting"]
        verdict = {
            "verdict": run["verdict"],
            "reason": run["verdict_reason"],
            "worth_reporting": None if worth is None else bool(worth),
        }
        said = any(value is not None for value in verdict.values())
        address = f"{self.base_url}/api/v1/executions/{run['id']}"
        return {
            "id": self.delivery_id,
            "event": "test" if run["kind"] == TEST else "run.ended",
            "job": {"id": run["job_id"], "name": run["job_name"]},
            "execution": {
                "id": run["id"],
                "number": run["number"],
                "kind": run["kind"],
                "attempt": run["attempt"],
                "started_at": run["started_at"],
                "completed_at": run["completed_at"],
                "duration_ms": run["duration_ms"],
                "exit_code": run["exit_code"],
                "error_message": run["error_message"],
            },
            "status": run["status"],
            "result": run["result"],
            "answer": self.answer,
            "verdict": verdict if said else None,
            "change": self.change,
            "links": {"execution": address, "log": f"{address}/logs?format=text"},
        }

    def json_line(self) -> str:
        """The document on one line, with its end."""
        return json.dumps(self.document(), ensure_ascii=False, separators=(",", ":")) + "\n"

    def note(self) -> str:
        """For persons: plain text without anything that steers a terminal, cut where it is long."""
        return cut("\n\n".join(self._parts()), LONGEST_NOTE)

    def plain_entry(self) -> str:
        """As part of a text file."""
        rule = "=" * 72
        body = "\n\n".join(self._parts())
        return f"{rule}\n{self.title}\n{self._when()} {self.delivery_id}\n{rule}\n{body}\n\n"

    def markdown_entry(self) -> str:
        """As part of a Markdown file."""
        run = self.run
        parts = [f"## {_escaped(self.title)}", f"{self._when()} · `{run['id']}`"]
        if run["verdict_reason"]:
            parts.append(_escaped(plain(run["verdict_reason"])))
        if run["error_message"]:
            parts.append(f"**Error:** {_escaped(plain(run['error_message']))}")
        if self.answer:
            parts.append(_fenced(readable(self.answer), "text"))
        if self.change:
            parts.append("Changed since last time:")
            parts.append(_fenced(readable(self.change), "diff"))
        return "\n\n".join(parts) + f"\n\n<!-- {self.delivery_id} -->\n\n"

    def _parts(self) -> list[str]:
        run, found = self.run, list[str]()
        if run["verdict_reason"]:
            found.append(plain(run["verdict_reason"]))
        if run["error_message"]:
            found.append(f"Error: {plain(run['error_message'])}")
        if self.answer:
            found.append(readable(self.answer))
        if self.change:
            found.append(f"Changed since last time:\n{readable(self.change)}")
        return found or ["It said nothing."]

    def _when(self) -> str:
        return _stamp(self.run["completed_at"] or self.run["created_at"])


def cut(text: str, most: int) -> str:
    """At most ``most`` characters; says so where something is missing."""
    return text if len(text) <= most else text[: most - len(CUT)] + CUT


def readable(text: str) -> str:
    """Lines without escapes, controls and colours."""
    return "\n".join(plain(line) for line in clean_output(text).split("\n")).strip("\n")


def _stamp(at: str | datetime) -> str:
    moment = from_text(at) if isinstance(at, str) else at
    return f"{moment:%Y-%m-%d %H:%M:%S}Z"


def _escaped(text: str) -> str:
    return "".join(f"\\{one}" if one in "\\`*_[]<>#|" else one for one in text)


def _fenced(text: str, kind: str) -> str:
    """A block that its text cannot end."""
    fence = "```"
    while fence in text:
        fence += "`"
    return f"{fence}{kind}\n{text}\n{fence}"
