"""What tools of the network share: proxies, trust, addresses without passwords, causes in words."""

from __future__ import annotations

import errno
import os
import re
import socket
import ssl
from collections.abc import Mapping
from urllib.parse import urlsplit
from urllib.request import proxy_bypass_environment  # type: ignore[attr-defined]

from jobs_tui.tools.words import short

UNKNOWN = "the name is not known"


def shown_url(url: str) -> str:
    """An address as it may be shown: a password in it stands in no report and no log."""
    return re.sub(r"^([a-z]+://)[^/?#\s]*@", r"\1***@", url, flags=re.IGNORECASE)


def proxy_for(url: str, env: Mapping[str, str]) -> str | None:
    """The proxy that the variables of the run, else of the engine, name for an address.

    As other programs read them: ``https_proxy``, ``http_proxy``, ``all_proxy``, ``no_proxy``, in
    small letters or capitals.
    """
    parts = urlsplit(url)

    def said(name: str) -> str:
        for variables in (env, os.environ):
            for spelt in (name, name.upper()):
                if variables.get(spelt):
                    return str(variables[spelt])
        return ""

    # no_proxy as urllib reads it; an empty one would make it look at the engine's alone
    if proxy_bypass_environment(parts.netloc.rpartition("@")[2], {"no": said("no_proxy")}):
        return None
    return said(f"{parts.scheme}_proxy") or said("all_proxy") or None


def cause(error: BaseException) -> str:
    """Why something could not be reached: the innermost reason, in words, without a full stop."""
    chain: list[BaseException] = []
    one: BaseException | None = error
    while one is not None and one not in chain:
        chain.append(one)
        one = one.__cause__ or one.__context__
    for found in reversed(chain):
        if isinstance(found, ssl.SSLCertVerificationError):
            why = (found.verify_message or "it cannot be verified").rstrip(".")
            return f"its certificate is not trusted ({why})"
        if isinstance(found, ssl.SSLError):
            return f"it does not speak TLS as we do ({(found.reason or str(found)).rstrip('.')})"
        if isinstance(found, socket.gaierror):
            return f"{UNKNOWN} ({found.strerror})"
        if isinstance(found, OSError) and found.errno and found.errno in errno.errorcode:
            return os.strerror(found.errno)
    said = short(str(error)).rstrip(".")
    number = re.search(r"\[Errno (\d+)\]", said)  # several addresses were tried: told as one text
    if number is not None and int(number[1]) in errno.errorcode:
        return os.strerror(int(number[1]))
    return said or type(error).__name__
