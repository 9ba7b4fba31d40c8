"""How this home is reached over HTTP."""

from __future__ import annotations

from jobs_tui.store.database import Store
from jobs_tui.store.settings import Settings


def base_url(store: Store, settings: Settings) -> str:
    """From ``public_url``, else the engine's bound address, else the configured one (DESIGN 7)."""
    if settings.public_url:
        return settings.public_url.rstrip("/")
    row = store.row("select address from engine where id = 1 and stopped_at is null")
    address = row["address"] if row is not None and row["address"] else None
    address = address or f"{settings.host}:{settings.port or 7802}"
    return address if address.startswith("https://") else f"http://{address}"
