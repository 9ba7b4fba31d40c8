"""Where results are to go, looked at before a job is saved.

Addresses hold tokens: one that is given in the clear is sealed among the secrets of the home, and
the job keeps a reference to it and what may be shown. So no face, record or export has it.
"""

from __future__ import annotations

import secrets as random
import sqlite3
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit

from jobs_tui.agents import prompt as prompts
from jobs_tui.guard.json_paths import check_path
from jobs_tui.guard.notification_urls import instantiated
from jobs_tui.guard.result_files import NoPlace, place_of
from jobs_tui.guard.secrets.entries import SCHEMES, is_reference, parse_reference
from jobs_tui.guard.secrets.resolver import Secrets
from jobs_tui.models.delivery_target import (
    FIELD,
    RESULT_PLACES,
    SEALED,
    delivery_targets,
    is_harmless,
    shown_address,
)
from jobs_tui.models.errors import InvalidInput, JobsTuiError, NotFound
from jobs_tui.models.job import Definition, Job
from jobs_tui.models.job_input import JobPatch
from jobs_tui.service.context import Context
from jobs_tui.store import secrets as secret_rows

SAMPLE = {"date": "2026-01-01", "run": "1", "job": "job"}
_BY_ITSELF = ("result", "answer")


@dataclass(slots=True)
class Outgoing:
    """The targets of a job as they are kept."""

    sent: JobPatch
    """What the caller sent, with them in place."""
    warnings: list[str] = field(default_factory=list)
    addresses: dict[str, str] = field(default_factory=dict)
    """New secrets: name and address."""

    def save(self, ctx: Context, connection: sqlite3.Connection) -> None:
        """Seal the addresses, in the transaction that saves the job. Raises KeyProblem."""
        for name, address in self.addresses.items():
            secret_rows.save(
                connection,
                name,
                sealed=Secrets(ctx.store).seal(address),
                reference=None,
                description=f"address of a delivery: {shown_address(address)}",
                at=ctx.now(),
                by=ctx.actor,
            )
            ctx.audit(connection, "secret.set", name, "sealed")


def outgoing(
    ctx: Context,
    sent: JobPatch,
    base: Definition | None = None,
    *,
    to_come: Sequence[str] = (),
) -> Outgoing:
    """Look at the targets that a caller sent. Loads Apprise: not for an event loop.

    Args:
        base: the job as it is; an address that it has already keeps its secret.
        to_come: names of jobs that will be there when this one is saved.

    Raises:
        InvalidInput: with ``field``, such as ``deliver_to.0.url``.
    """
    found = Outgoing(sent)
    if "deliver_to" not in sent.model_fields_set or not sent.deliver_to:
        return found
    looker = _Looker(ctx, found, () if base is None else base.deliver_to, to_come)
    targets = list[dict[str, Any]]()
    for position, target in enumerate(delivery_targets(sent.deliver_to)):
        kept = looker.look(target, f"{FIELD}.{position}")
        if kept in targets:
            raise InvalidInput(
                f"{FIELD}.{position} is there twice.", "Leave one out.", field=f"{FIELD}.{position}"
            )
        targets.append(kept)
    found.sent = sent.model_copy(update={"deliver_to": targets})
    return found


class _Looker:
    def __init__(
        self,
        ctx: Context,
        found: Outgoing,
        before: Sequence[Mapping[str, Any]],
        to_come: Sequence[str],
    ) -> None:
        self._ctx = ctx
        self._found = found
        self._before = before
        self._to_come = to_come
        self._secrets = Secrets(ctx.store)

    def look(self, target: dict[str, Any], place: str) -> dict[str, Any]:
        """The target as it is kept."""
        kind = target["type"]
        if kind == "file":
            self._file(target, place)
            return target
        if kind == "job":
            return self._job(target, place)
        if kind == "webhook":
            target["secret"] = self._reference(target["secret"], f"{place}.secret")
        return self._address(target, place)

    def _file(self, target: dict[str, Any], place: str) -> None:
        try:
            place_of(target["path"], SAMPLE, self._ctx.store.home.data)
        except NoPlace as error:
            raise InvalidInput(error.message, error.hint, field=f"{place}.path") from None

    def _address(self, target: dict[str, Any], place: str) -> dict[str, Any]:
        url, where = target["url"], f"{place}.url"
        if is_reference(url):
            target["url"] = self._reference(url, where)
            self._look_into(target, where)
            return target
        target.pop("shown", None)
        problem = address_problem(target["type"], url)
        if problem:
            raise InvalidInput(f"{where}: {problem}", _HINT[target["type"]], field=where)
        if is_harmless(url):
            return target
        name = self._known(target["type"], url) or self._sealed(url)
        return {**target, "url": f"store:{name}", "shown": shown_address(url)}

    def _reference(self, text: str, place: str) -> str:
        what = "it"
        scheme, colon, _ = text.partition(":")
        if colon and scheme not in SCHEMES:
            raise InvalidInput(
                f"{place} is neither an address (with ://) nor a reference to a secret.",
                f"Ways of keeping secrets: {', '.join(SCHEMES)}; a name alone is one of this home.",
                field=place,
            )
        if not colon and secret_rows.get(self._ctx.store.jobs.reader(), text) is None:
            what = "the address" if place.endswith("url") else "the secret itself"
            raise InvalidInput(
                f"{place} names no secret of this home.",
                f"Keep {what} with `jobs-tui secret set NAME` and write NAME here.",
                field=place,
            )
        try:
            reference = parse_reference(text)
        except InvalidInput as error:
            raise InvalidInput(f"{place}: {error.message}", error.hint, field=place) from None
        problem = self._secrets.problem(reference)
        if problem:
            self._found.warnings.append(f"{place}: {problem}")
        return reference

    def _look_into(self, target: dict[str, Any], place: str) -> None:
        """Warn of a sealed secret that holds no address; nothing outside is asked for one."""
        scheme, _, name = target["url"].partition(":")
        row = secret_rows.get(self._ctx.store.jobs.reader(), name) if scheme == "store" else None
        if row is None or row.sealed is None:
            return
        try:
            address = self._secrets.resolve(target["url"]).strip()
        except JobsTuiError:
            return  # warned of already
        problem = address_problem(target["type"], address)
        if problem:
            self._found.warnings.append(f"{place}: what the secret {name} holds will not do.")
        else:
            target["shown"] = shown_address(address)

    def _known(self, kind: str, url: str) -> str:
        """The name of the secret that holds the address already; empty when there is none."""
        for target in self._before:
            scheme, _, name = str(target.get("url", "")).partition(":")
            if target["type"] != kind or scheme != "store" or not name.startswith(SEALED):
                continue
            try:
                if self._secrets.resolve(target["url"]) == url:
                    return name
            except JobsTuiError:
                continue  # gone or sealed with another key: it is sealed anew
        return next((one for one, held in self._found.addresses.items() if held == url), "")

    def _sealed(self, url: str) -> str:
        name = f"{SEALED}{random.token_hex(6)}"
        self._found.addresses[name] = url
        return name

    def _job(self, target: dict[str, Any], place: str) -> dict[str, Any]:
        from jobs_tui.service import jobs

        given: Mapping[str, str] = target.get("parameters") or {}
        for name, value in given.items():
            if value.startswith("$"):
                check_path(value, f"{place}.parameters.{name}")
            elif value not in RESULT_PLACES:
                raise InvalidInput(
                    f"{place}.parameters.{name}: {value!r:.60} is nothing that a result has.",
                    f"Use one of {', '.join(RESULT_PLACES)}, or a place such as $.total.",
                    field=f"{place}.parameters.{name}",
                )
        try:
            job = jobs.find(self._ctx, target["job"])
        except NotFound as error:
            if target["job"] in self._to_come:
                return target
            raise InvalidInput(error.message, error.hint, field=f"{place}.job") from None
        self._check_parameters(job, given, place)
        return {**target, "job": job.id}

    def _check_parameters(self, job: Job, given: Mapping[str, str], place: str) -> None:
        known = prompts.declared_and_used(job.definition, self._ctx.directory)
        names = [one.name for one in known]
        for name in given:
            if name not in names:
                takes = ", ".join(names) if names else "none"
                raise InvalidInput(
                    f"{place}.parameters: the job {job.name!r:.80} has no parameter {name!r:.60}.",
                    f"It takes: {takes}.",
                    field=f"{place}.parameters.{name}",
                )
        filled = given or _BY_ITSELF
        for one in known:
            if one.required and one.default is None and one.name not in filled:
                self._found.warnings.append(
                    f"{place}: the job {job.name!r:.80} will refuse to start: its parameter"
                    f" {one.name} gets no value."
                )


_HINT = {
    "notify": "For example ntfys://ntfy.sh/topic or mailto://user:password@example.org; "
    "docs/delivery.md names more.",
    "webhook": "For example https://example.org/hook.",
}


def address_problem(kind: str, url: str) -> str:
    """Why an address cannot be one of this kind, a sentence that does not hold it; empty: it can.
    Loads Apprise for ``notify``.
    """
    if kind == "webhook":
        try:
            parts = urlsplit(url)
            sound = parts.scheme.lower() in ("http", "https") and bool(parts.hostname)
            sound = sound and parts.port != 0
        except ValueError:
            sound = False
        return "" if sound else "it is no address of http:// or https://."
    return "" if instantiated(url) is not None else "Apprise does not understand this address."
