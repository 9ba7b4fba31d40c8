"""Jobs over HTTP, as reference/create_job_api.md and jobs_service_sdk.md have them."""

from __future__ import annotations

import asyncio
import sqlite3
from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

from aiohttp import web

from jobs_tui.models.enums import JobStatus, Kind, TriggerType
from jobs_tui.models.errors import InvalidInput
from jobs_tui.models.job import Job
from jobs_tui.models.job_change import JobChange
from jobs_tui.models.job_input import (
    JobCreate,
    JobPreview,
    PreviewInput,
    StartInput,
    validated,
)
from jobs_tui.server.answers import encoded, json_response
from jobs_tui.server.api import reading
from jobs_tui.server.api.errors import KEY, Unprocessable, of_start
from jobs_tui.server.api.models import (
    History,
    HTTPValidationError,
    JobResponse,
    Problem,
    StartedResponse,
)
from jobs_tui.server.api.preview_models import PreviewResponse
from jobs_tui.server.api.routing import Answer, Query, Route, context_of, either
from jobs_tui.service import answers, dry_run, idempotency, jobs, lifecycle, runs, search, starts
from jobs_tui.service.context import Context
from jobs_tui.service.engine_state import webhook_base
from jobs_tui.service.purge import purge_job

SEARCHES = ("keyword", "semantic")
MOST_JOBS = 1000
MOST_RUNS = 500
"""Rows of one page."""
ONE = "/api/v1/jobs/{job_id}"

FLAG = {"type": "boolean"}
KEY_HEADER = Query(
    KEY,
    {"type": "string", "minLength": 1, "maxLength": idempotency.LONGEST_KEY},
    "A repeat with the same key and body gets the first answer again, for 24 hours.",
)
OFFSET = Query("offset", {"type": "integer", "minimum": 0, "maximum": reading.FURTHEST})


class Jobs:
    """The handlers of ``/api/v1/jobs``.

    Args:
        wake: called after each commit that queued a run.
    """

    def __init__(self, wake: Callable[[], None]) -> None:
        self._wake = wake

    def routes(self) -> list[Route]:
        """All of them."""
        missing: dict[int, Answer] = {404: Problem}
        wrong: dict[int, Answer] = {422: HTTPValidationError}
        clash: dict[int, Answer] = {409: Problem}
        paged = (Query("limit", {"type": "integer", "minimum": 1, "maximum": MOST_JOBS}), OFFSET)
        filters = (
            Query("enabled", FLAG),
            Query("trigger_type", {"enum": [str(item) for item in TriggerType]}),
            Query("status", {"enum": [str(item) for item in JobStatus]}),
            Query(
                "q",
                {"type": "string"},
                "Words in name, description, tags, prompt or latest results: all of them, or the"
                " text itself.",
            ),
            Query(
                "search",
                {"enum": list(SEARCHES)},
                "Rank by `q`, the best first: by its words, or by what it means. `X-Search-Engine`"
                " names what served, `X-Search-Note` says why nothing better did.",
            ),
            Query("tag", {"type": "string"}),
        )
        history = (
            Query("limit", {"type": "integer", "minimum": 1, "maximum": MOST_RUNS, "default": 50}),
            OFFSET,
        )
        found = [
            Route(
                "GET",
                "/api/v1/jobs",
                self.list,
                "read",
                "List jobs, newest first",
                either({200: list[JobResponse]}, wrong),
                query=(*filters, *paged),
            ),
            Route(
                "POST",
                "/api/v1/jobs",
                self.create,
                "admin",
                "Create a job",
                either({201: JobResponse}, wrong),
                JobCreate,
                True,
                headers=(KEY_HEADER,),
            ),
            Route(
                "POST",
                "/api/v1/jobs/preview",
                self.preview,
                "read",
                "See what a job would do; nothing is written",
                either({200: PreviewResponse}, wrong),
                JobPreview,
                True,
            ),
            Route(
                "POST",
                f"{ONE}/preview",
                self.preview_one,
                "read",
                "See what a start of a job would do; nothing is written",
                either({200: PreviewResponse}, missing, wrong),
                PreviewInput,
            ),
            Route("GET", ONE, self.get, "read", "Get a job", either({200: JobResponse}, missing)),
            Route(
                "PATCH",
                ONE,
                self.edit,
                "admin",
                "Change a job; null clears a field",
                either({200: JobResponse}, missing, clash, wrong),
                JobChange,
                True,
            ),
            Route(
                "DELETE",
                ONE,
                self.delete,
                "admin",
                "Delete a job; it can be restored unless it is purged",
                either({204: "Deleted.", 400: Problem}, missing, wrong),
                query=(Query("purge", FLAG, "Remove it with its history for good."),),
            ),
            Route(
                "POST",
                f"{ONE}/trigger",
                self.trigger,
                "trigger",
                "Start a run of a job",
                either({200: StartedResponse, 400: Problem}, missing, wrong),
                StartInput,
                headers=(KEY_HEADER,),
            ),
            Route(
                "POST",
                f"{ONE}/enable",
                self.enable,
                "admin",
                "Enable a job",
                either({200: JobResponse}, missing, clash),
            ),
            Route(
                "POST",
                f"{ONE}/disable",
                self.disable,
                "admin",
                "Disable a job",
                either({200: JobResponse}, missing, clash),
            ),
            Route(
                "POST",
                f"{ONE}/restore",
                self.restore,
                "admin",
                "Take a delete back",
                either({200: JobResponse}, missing, clash),
            ),
            Route(
                "GET",
                f"{ONE}/executions",
                self.executions,
                "read",
                "History of a job, newest first",
                either({200: History}, missing, wrong),
                query=history,
            ),
        ]
        return [replace(route, tag="jobs") for route in found]

    async def list(self, request: web.Request) -> web.Response:
        """A bare list; how many there are without paging is in ``X-Total-Count``."""
        ctx = context_of(request)
        wanted = {
            "enabled": reading.flag(request, "enabled"),
            "trigger_type": reading.choice(request, "trigger_type", list(TriggerType)),
            "status": reading.choice(request, "status", list(JobStatus)),
            "query": reading.text(request, "q"),
            "tag": reading.text(request, "tag"),
        }
        mode = reading.choice(request, "search", SEARCHES)
        limit = reading.number(request, "limit", 1, MOST_JOBS)
        offset = reading.number(request, "offset", 0, reading.FURTHEST) or 0

        def work() -> tuple[dict[str, str], bytes]:
            headers: dict[str, str] = {}
            if mode is None:
                found = jobs.listing(ctx, **wanted)  # type: ignore[arg-type]
            else:
                found, headers = _ranked(ctx, wanted, mode)
            page = found[offset : None if limit is None else offset + limit]
            headers["X-Total-Count"] = str(len(found))
            return headers, encoded(answers.job_responses(ctx, page))

        headers, body = await asyncio.to_thread(work)
        return web.Response(body=body, content_type="application/json", headers=headers)

    async def create(self, request: web.Request) -> web.Response:
        """201 with the webhook's secret, which no other answer holds."""
        ctx, sent = context_of(request), await reading.body_of(request)

        def prepare() -> Callable[[sqlite3.Connection], idempotency.Answer]:
            operation = jobs.create_operation(ctx, sent)
            base = webhook_base(ctx)

            def create(connection: sqlite3.Connection) -> idempotency.Answer:
                saved = operation(connection)
                body = answers.job_fields(saved.job, base, (), secret=saved.webhook_secret)
                return idempotency.Answer(201, body)

            return create

        return await once(request, ctx, sent, prepare)

    async def preview(self, request: web.Request) -> web.Response:
        """What a job would do."""
        ctx, sent = context_of(request), await reading.body_of(request)
        found = await asyncio.to_thread(dry_run.of_fields, ctx, sent)
        return json_response(dry_run.answer(found))

    async def preview_one(self, request: web.Request) -> web.Response:
        """What a start of a job would do."""
        ctx, job_id = context_of(request), reading.path_part(request, "job_id")
        sent = validated(PreviewInput, await reading.body_of(request))

        def work() -> dict[str, Any]:
            found = dry_run.of_job(ctx, jobs.present(ctx, job_id), sent.values)
            return dry_run.answer(found)

        return json_response(await asyncio.to_thread(work))

    async def get(self, request: web.Request) -> web.Response:
        """One job."""
        ctx, job_id = context_of(request), reading.path_part(request, "job_id")
        return await _job(ctx, lambda: jobs.present(ctx, job_id))

    async def edit(self, request: web.Request) -> web.Response:
        """Change what is named; with ``status`` that as well, both or nothing."""
        ctx, job_id = context_of(request), reading.path_part(request, "job_id")
        sent = await reading.body_of(request)

        def work() -> dict[str, Any]:
            jobs.present(ctx, job_id)
            saved = lifecycle.change(ctx, job_id, sent)
            return answers.job_response(ctx, saved.job, secret=saved.webhook_secret)

        return json_response(await asyncio.to_thread(work))

    async def delete(self, request: web.Request) -> web.Response:
        """204; with ``purge`` nothing of it stays, deleted before or not."""
        ctx, job_id = context_of(request), reading.path_part(request, "job_id")
        act = purge_job if reading.flag(request, "purge") else jobs.archive
        await asyncio.to_thread(act, ctx, job_id)
        return web.Response(status=204)

    async def enable(self, request: web.Request) -> web.Response:
        """Armed again from now."""
        return await _act(request, jobs.resume)

    async def disable(self, request: web.Request) -> web.Response:
        """Nothing starts it any more."""
        return await _act(request, jobs.pause)

    async def restore(self, request: web.Request) -> web.Response:
        """Back from the deleted ones."""
        return await _act(request, jobs.restore)

    async def trigger(self, request: web.Request) -> web.Response:
        """Queue a run; the body may be missing."""
        ctx, job_id = context_of(request), reading.path_part(request, "job_id")
        sent = await reading.body_of(request)

        def prepare() -> Callable[[sqlite3.Connection], idempotency.Answer]:
            wanted = validated(StartInput, sent)
            start = starts.start_operation(
                ctx,
                jobs.present(ctx, job_id),
                starts.Request(
                    kind=Kind.API,
                    parameters=wanted.parameters or {},
                    config_override=wanted.config_override or {},
                    metadata={},
                ),
            )
            return lambda connection: idempotency.Answer(200, start(connection).answer())

        return await start_once(request, ctx, sent, prepare, self._wake)

    async def executions(self, request: web.Request) -> web.Response:
        """The history object."""
        ctx, job_id = context_of(request), reading.path_part(request, "job_id")
        limit = reading.number(request, "limit", 1, MOST_RUNS) or 50
        offset = reading.number(request, "offset", 0, reading.FURTHEST) or 0

        def work() -> dict[str, Any]:
            jobs.present(ctx, job_id)
            page = runs.history(ctx, job_id, limit=limit, offset=offset)
            return answers.history_answer(page)

        return json_response(await asyncio.to_thread(work))


def _ranked(ctx: Context, wanted: Mapping[str, Any], mode: str) -> tuple[list[Job], dict[str, str]]:
    """The jobs that pass the other filters, in the order of a search; what served it, as headers.

    Raises:
        InvalidInput: there is nothing to search for.
    """
    passing = jobs.listing(ctx, **{**wanted, "query": None})
    archived = wanted["status"] == JobStatus.ARCHIVED
    find = search.by_meaning if mode == "semantic" else search.by_keywords
    try:
        answer = find(ctx, wanted["query"] or "", 1, archived=archived)
    except InvalidInput as error:
        raise Unprocessable(("query", "q"), error.sentence(), "missing") from None
    by_id = {job.id: job for job in passing}
    headers = {"X-Search-Engine": answer.engine}
    if answer.note:
        # A header holds no line ends, and not every letter.
        line = " ".join(answer.note.split())
        headers["X-Search-Note"] = line.encode("ascii", "replace").decode("ascii")
    return [by_id[job_id] for job_id in answer.ids if job_id in by_id], headers


async def start_once(
    request: web.Request,
    ctx: Context,
    sent: Mapping[str, Any],
    prepare: Callable[[], Callable[[sqlite3.Connection], idempotency.Answer]],
    wake: Callable[[], None],
) -> web.Response:
    """Queue a run unless a repeat asks for it, and tell the engine."""
    try:
        answer = await once(request, ctx, sent, prepare)
    except InvalidInput as error:
        raise of_start(error) from None
    wake()
    return answer


async def once(
    request: web.Request,
    ctx: Context,
    sent: Mapping[str, Any],
    prepare: Callable[[], Callable[[sqlite3.Connection], idempotency.Answer]],
) -> web.Response:
    """Do it, unless a repeat asks for it (header ``Idempotency-Key``)."""
    key_text = reading.header(request, KEY)

    def work() -> idempotency.Answer:
        key = None
        if key_text is not None:
            key = idempotency.key_of(key_text, request.method, request.path, sent)
        return idempotency.once(ctx, key, prepare)

    answer = await asyncio.to_thread(work)
    headers = {"Idempotency-Replayed": "true"} if answer.again else None
    return json_response(answer.body, answer.status_code, headers)


async def _act(request: web.Request, act: Callable[[Context, str], Job]) -> web.Response:
    ctx, job_id = context_of(request), reading.path_part(request, "job_id")
    return await _job(ctx, lambda: act(ctx, job_id))


async def _job(ctx: Context, find: Callable[[], Job]) -> web.Response:
    body = await asyncio.to_thread(lambda: answers.job_response(ctx, find()))
    return json_response(body)
