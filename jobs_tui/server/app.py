"""The aiohttp application: routes, and errors as JSON (DESIGN 10)."""

from __future__ import annotations

import logging
import sqlite3
from collections.abc import Awaitable, Callable

from aiohttp import web
from aiohttp.typedefs import Middleware

from jobs_tui.models.errors import JobsTuiError, StoreError
from jobs_tui.server import docs, metrics
from jobs_tui.server.answers import json_response
from jobs_tui.server.api import (
    audit,
    catalogue,
    lifecycle,
    outbox,
    resources,
    scheduled_tasks,
    secrets,
    tokens,
)
from jobs_tui.server.api.approvals import Approvals
from jobs_tui.server.api.deliveries import Deliveries
from jobs_tui.server.api.errors import TRY_AGAIN, Unprocessable, detail_of
from jobs_tui.server.api.executions import Executions
from jobs_tui.server.api.jobs import Jobs
from jobs_tui.server.api.routing import methods_at, register
from jobs_tui.server.api.stream import Streams
from jobs_tui.server.health import Health, Ready
from jobs_tui.server.webhooks import Webhooks
from jobs_tui.service.context import Context
from jobs_tui.store.settings import Settings

WEBHOOK_ROUTES = (
    "/webhooks/{path}",
    "/api/v1/webhooks/{path}",
    "/api/v1/jobs/webhook/{path}",
)
"""One webhook under all its addresses (compatibility.md)."""
HEALTH_ROUTES = ("/healthz", "/api/health", "/api/ready")

_log = logging.getLogger(__name__)

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]


def build_app(
    ctx: Context,
    settings: Settings,
    ready: Ready,
    wake: Callable[[], None],
    access: Middleware,
    check: resources.Check,
) -> web.Application:
    """The routes of one engine.

    Args:
        access: what every request passes before its handler; puts in who asks.
        ready: which parts of the engine are ready, by name.
        wake: called after each commit that queued a run.
        check: tries out an agent or an environment.
    """
    app = web.Application(
        client_max_size=settings.body_limit, middlewares=[_errors_as_json, access]
    )
    webhooks, health = Webhooks(ctx, settings, wake), Health(ctx.store, ready)
    streams = Streams(ctx)
    app.on_shutdown.append(lambda app: streams.close())
    register(app, webhooks.routes(WEBHOOK_ROUTES))
    register(app, Jobs(wake).routes())
    register(app, lifecycle.routes())
    register(app, Executions(wake, streams).routes())
    register(app, Deliveries(wake).routes())
    register(app, Approvals(wake).routes())
    register(app, outbox.routes())
    register(app, scheduled_tasks.routes())
    register(app, tokens.routes())
    register(app, audit.routes())
    register(app, resources.routes(check))
    register(app, secrets.routes())
    register(app, catalogue.routes())
    register(app, health.routes(HEALTH_ROUTES))
    register(app, metrics.routes())
    register(app, docs.routes())
    docs.prepare(app)
    return app


@web.middleware
async def _errors_as_json(request: web.Request, handler: Handler) -> web.StreamResponse:
    try:
        return await handler(request)
    except web.HTTPMethodNotAllowed as error:
        # A variable of another route's path would take this one's name too.
        known = methods_at(request.app, request.path) or error.allowed_methods
        allowed = ", ".join(sorted(known))
        detail = f"{request.method:.20} is not possible here, only {allowed}."
        return json_response({"detail": detail}, 405, {"Allow": allowed})
    except web.HTTPNotFound:
        return json_response({"detail": "There is nothing at this address."}, 404)
    except Unprocessable as error:
        return json_response({"detail": error.detail}, 422)
    except (StoreError, sqlite3.Error) as error:
        _log.warning("a request to %s failed: %s", request.path[:200], error)
        detail = error.sentence() if isinstance(error, StoreError) else "The store cannot be read."
        return json_response({"detail": detail}, 503, {"Retry-After": str(TRY_AGAIN)})
    except JobsTuiError as error:
        part = "query" if request.method in ("GET", "HEAD", "DELETE") else "body"
        return json_response({"detail": detail_of(error, part)}, error.http_status)
    except ConnectionError:
        # Nobody is there any more to read the answer, nor is it anybody's mistake here.
        return json_response({"detail": "The connection was cut off."}, 400)
    except web.HTTPException as error:
        return json_response({"detail": f"{error.reason}."}, error.status)
    except Exception:
        # Our own mistake: the whole story goes to the log, none of it to a stranger.
        _log.exception("a request to %s failed", request.path[:200])
        return json_response({"detail": "This host made a mistake; its log says which."}, 500)
