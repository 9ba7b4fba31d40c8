"""Which names this server answers to: a guard against DNS rebinding.

A page from elsewhere can have its own name lead to 127.0.0.1 and then ask this server as if it
were its own; the browser still sends that name as ``Host``. An address cannot be led elsewhere.
"""

from __future__ import annotations

from ipaddress import IPv4Address, IPv6Address, ip_address
from urllib.parse import urlsplit

from jobs_tui.store.settings import Settings

EVERY = "*"
"""In the setting ``allowed_hosts``: any name, no guard."""


class AllowedHosts:
    """The names and addresses that a request may be for.

    Args:
        bound: the address that was bound.
        asked: the name or address that was asked for, as in the setting ``host``.
    """

    def __init__(self, bound: str, asked: str, settings: Settings) -> None:
        self._bound = _address(bound)
        names = {"localhost", asked, _public_host(settings.public_url), *settings.allowed_hosts}
        self._names = {name_of(name) for name in names}
        self._every = EVERY in settings.allowed_hosts

    def allows(self, header: str) -> bool:
        """Whether a request with this ``Host`` is for us."""
        name = name_of(header)
        if self._every or (name and name in self._names):
            return True
        address = _address(name)
        if address is None:
            return False
        everywhere = self._bound is not None and self._bound.is_unspecified
        return address.is_loopback or everywhere or address == self._bound


def name_of(header: str) -> str:
    """The name or address in a ``Host`` header, in lower case, without port and brackets."""
    text = header.strip().lower()
    if text.startswith("[") and "]" in text:
        return text[1:].partition("]")[0]
    if text.count(":") == 1:
        text = text.partition(":")[0]
    return text.removesuffix(".")


def _address(text: str) -> IPv4Address | IPv6Address | None:
    try:
        return ip_address(text)
    except ValueError:
        return None


def _public_host(url: str) -> str:
    try:
        return urlsplit(url).hostname or ""
    except ValueError:
        return ""
