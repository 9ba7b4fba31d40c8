"""Where results go: the shapes of ``deliver_to``, and what of an address may be shown."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Annotated, Any, Literal
from urllib.parse import unquote, urlsplit

from pydantic import (
    AfterValidator,
    BaseModel,
    ConfigDict,
    Field,
    StrictBool,
    StrictStr,
    ValidationError,
)

from jobs_tui.models.errors import InvalidInput
from jobs_tui.models.validation import all_findings

FIELD = "deliver_to"
MOST = 20
"""Targets of one job."""
HIDDEN = "***"
SEALED = "delivery_"
"""How the secrets begin that hold addresses which were given in the clear."""
RESULT_PLACES = (
    "result",
    "answer",
    "status",
    "change",
    "error_message",
    "verdict",
    "verdict_reason",
    "execution_id",
    "job_id",
    "job_name",
)
"""What a started job's parameter may get, beside places in a JSON answer (``$.items[0]``)."""
_WITH_HOST = frozenset(
    {"http", "https", "json", "jsons", "xml", "xmls", "form", "forms", "mailto", "mailtos"}
    | {"gotify", "gotifys", "apprise", "apprises"}
)
"""Ways whose addresses begin with a host; with the others a token may stand in its place."""


def _one_line(text: str) -> str:
    if not text.strip():
        raise ValueError("it is empty")
    if any(ord(character) < 32 or ord(character) == 127 for character in text):
        raise ValueError("it holds a control character")
    return text.strip()


Line = Annotated[StrictStr, Field(max_length=4096), AfterValidator(_one_line)]


class _Target(BaseModel):
    model_config = ConfigDict(extra="forbid", use_attribute_docstrings=True)


class NotifyTarget(_Target):
    """A message to persons, by a way of Apprise."""

    type: Literal["notify"]
    url: Line
    """An Apprise URL, or a secret that holds one"""
    shown: Line | None = None
    """What may be shown of the URL; told by answers, not needed"""


class WebhookTarget(_Target):
    """A signed POST."""

    type: Literal["webhook"]
    url: Line
    """http:// or https://, or a secret that holds it"""
    secret: Line
    """The secret that signs the call: a name or a reference"""
    shown: Line | None = None
    """What may be shown of the URL; told by answers, not needed"""


class FileTarget(_Target):
    """A file on this machine."""

    type: Literal["file"]
    path: Line
    """Absolute, or beneath the directory `results` of the home; may hold `{date}`, `{run}`,
    `{job}`"""
    append: StrictBool = True
    """Whether each result is put behind the last one, or in its place"""


class JobTarget(_Target):
    """A run of another job."""

    type: Literal["job"]
    job: Line
    """Its id, or its name"""
    parameters: dict[StrictStr, Line] = {}
    """From its parameters to `result`, `answer`, `status`..., or a place such as `$.total`"""


_MODELS: Mapping[str, type[_Target]] = {
    "notify": NotifyTarget,
    "webhook": WebhookTarget,
    "file": FileTarget,
    "job": JobTarget,
}


def delivery_targets(sent: Sequence[Mapping[str, Any]]) -> tuple[dict[str, Any], ...]:
    """The targets with all their fields, those that stay empty left out.

    Raises:
        InvalidInput: one has the wrong shape; ``field`` is ``deliver_to.0.url`` and the like.
    """
    if len(sent) > MOST:
        raise InvalidInput(
            f"deliver_to has {len(sent)} targets, and {MOST} are possible.",
            "Deliver to another job that passes the result on.",
            field=FIELD,
        )
    return tuple(_target(one, f"{FIELD}.{position}") for position, one in enumerate(sent))


def _target(sent: Mapping[str, Any], place: str) -> dict[str, Any]:
    kind = sent.get("type")
    model = _MODELS.get(kind) if isinstance(kind, str) else None
    if model is None:
        said = "is missing" if kind is None else f"{kind!r:.40} is no way of delivery"
        raise InvalidInput(
            f"{place}.type {said}.",
            f"Use one of {', '.join(_MODELS)}; notify sends mail and messages, as"
            " mailto://user:password@example.org does.",
            field=f"{place}.type",
        )
    try:
        found = model.model_validate(dict(sent))
    except ValidationError as error:
        first = all_findings(error)[0]
        where = ".".join([place, *(str(part) for part in first.place)])
        text = first.text.removeprefix(".".join(str(part) for part in first.place))
        if first.kind == "extra_forbidden":
            fields = ", ".join(name for name in model.model_fields if name != "shown")
            raise InvalidInput(
                f"{where}: a target of type {kind} has no such field.",
                f"It has {fields}.",
                field=where,
            ) from None
        raise InvalidInput(f"{where}{text}", _HINTS.get(first.place[:1], ""), field=where) from None
    return {name: value for name, value in found.model_dump().items() if value not in (None, {})}


_HINTS: Mapping[tuple[str | int, ...], str] = {
    ("url",): "For example https://example.org/hook, or the name of a secret that holds the URL.",
    ("secret",): "The call is signed: keep a secret with `jobs-tui secret set NAME` and name it.",
    ("path",): "For example /srv/reports/{date}.md.",
    ("job",): "Name the job by its id or its name.",
}


def shown_address(url: str) -> str:
    """What may be shown of an address: the way and, where there is one, the host.

    ``https://example.org/***``, ``mailto://***@example.org``, ``slack://***``.
    """
    scheme, separator, rest = url.partition("://")
    if not separator:
        return HIDDEN
    if scheme.lower() not in _WITH_HOST:
        return f"{scheme}://{HIDDEN}"
    authority, slash, path = rest.partition("/")
    authority, query, _ = authority.partition("?")
    user, at, host = authority.rpartition("@")
    found = f"{scheme}://{f'{HIDDEN}@' if user or at else ''}{host}"
    return f"{found}/{HIDDEN}" if (slash and path) or query else found


def is_harmless(url: str) -> bool:
    """Whether all of an address may be shown: nothing in it could be a token."""
    return shown_address(url) == url.rstrip("/")


def secret_parts(url: str) -> set[str]:
    """What must not be told of an address: all of it, and each piece that could be a token."""
    found = {url}
    try:
        parts = urlsplit(url)
        pieces = [parts.username, parts.password, parts.query, parts.fragment]
    except ValueError:
        return found
    pieces += [piece for piece in (*parts.path.split("/"), *parts.query.split("&")) if piece]
    pieces += [piece.partition("=")[2] for piece in parts.query.split("&")]
    pieces += [parts.path, f"{parts.path}?{parts.query}"]
    if parts.scheme.lower() not in _WITH_HOST:
        pieces.append(parts.netloc)
    long = {piece for piece in pieces if piece and len(piece) >= 6}
    return found | long | {unquote(piece) for piece in long}


def references_of(targets: Sequence[Mapping[str, Any]]) -> list[str]:
    """The addresses and secrets that targets name, references to secrets among them."""
    return [str(one[name]) for one in targets for name in ("url", "secret") if name in one]


def words(target: Mapping[str, Any], job_name: str | None = None) -> str:
    """Where a target leads, without anything secret: ``webhook https://example.org/***``.

    Args:
        job_name: of the job that a target of type job starts.
    """
    kind = target["type"]
    if kind in ("notify", "webhook"):
        return f"{kind} {target.get('shown') or target['url']}"
    if kind == "file":
        return f"file {target['path']}{'' if target.get('append', True) else ' (replaced)'}"
    return f"job {job_name or target['job']}"
