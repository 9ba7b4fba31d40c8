"""Apprise, loaded when first used: a third of a second, and never on an event loop."""

from __future__ import annotations

import logging
from typing import Any


def instantiated(url: str) -> Any:
    """The service behind an Apprise URL; None when it is none. Sends nothing. Slow at first.

    What Apprise has to say stays within it: it could hold parts of the address.
    """
    logger = logging.getLogger("apprise")
    if not logger.handlers:
        logger.addHandler(logging.NullHandler())
    logger.propagate = False
    import apprise

    asset = apprise.AppriseAsset(async_mode=False, secure_logging=True)
    return apprise.Apprise.instantiate(url, asset=asset, suppress_exceptions=True)
