"""The web server's own log, without what strangers can make it write.

A request that is no HTTP is answered 400; a traceback for each would let anybody fill the disk,
or block an engine whose output nobody reads.
"""

from __future__ import annotations

import logging

from aiohttp.http_exceptions import HttpProcessingError


class _NotTheirs(logging.Filter):
    """Lets pass what is our own fault."""

    def filter(self, record: logging.LogRecord) -> bool:
        """False for badly framed requests and connections that were cut off."""
        error = record.exc_info[1] if record.exc_info else None
        return not isinstance(error, HttpProcessingError | ConnectionError | TimeoutError)


def server_log() -> logging.Logger:
    """The logger to give to aiohttp's server."""
    log = logging.getLogger("jobs_tui.server.http")
    if not log.filters:
        log.addFilter(_NotTheirs())
    return log
