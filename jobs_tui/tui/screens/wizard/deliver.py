"""Where results go, as fields of the form: part of the draft.

An address may hold a token. That of a job that exists is shown as what may be shown of it, and
stands for the target as it is kept; one that is typed is in the field alone and never in a draft.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from jobs_tui.guard.secrets.entries import SCHEMES
from jobs_tui.models.delivery_target import FIELD, HIDDEN, SEALED, shown_address
from jobs_tui.models.enums import DeliverWhen
from jobs_tui.models.errors import InvalidInput, JobsTuiError
from jobs_tui.models.job import Definition
from jobs_tui.models.short_targets import target_of, target_texts, text_of, without_token
from jobs_tui.service import secrets
from jobs_tui.service.context import Context
from jobs_tui.service.outbox import target_words
from jobs_tui.tui.screens.wizard.limits import LimitsDraft


@dataclass(slots=True)
class DeliverDraft(LimitsDraft):
    """The fields of the first step that say where results go, as they were typed."""

    deliver_to: str = ""
    """Targets between commas."""
    deliver_secret: str = ""
    """What signs the calls of all webhooks that name no secret of their own."""
    deliver_when: str = DeliverWhen.ALWAYS.value
    kept_targets: dict[str, Any] = field(default_factory=dict)
    """Those of the job as it is, by the texts that stand for them; they hold no address."""

    def delivery(self) -> dict[str, Any]:
        """The fields of JobCreate.

        Raises:
            InvalidInput: a target cannot be read; field ``deliver_to``.
        """
        return {"deliver_to": self.targets(), "deliver_when": self.deliver_when}

    def targets(self) -> list[dict[str, Any]]:
        """The targets, webhooks with the secret that signs. Raises as :meth:`delivery`."""
        found = []
        for text in target_texts(self.deliver_to):
            target = dict(self.kept_targets.get(text) or _typed(text))
            if target.get("type") == "webhook" and self.deliver_secret.strip():
                target.setdefault("secret", self.deliver_secret.strip())
            found.append(target)
        return found

    @property
    def signs(self) -> bool:
        """Whether there is a call that has to be signed."""
        try:
            return any(one.get("type") == "webhook" for one in self.targets())
        except InvalidInput:
            return bool(self.deliver_secret)


def _typed(text: str) -> dict[str, Any]:
    if text == HIDDEN or (text.endswith(HIDDEN) and "://" in text):
        raise InvalidInput(
            f"Of {text!r:.60} only this is known: a draft keeps no address that may hold a token.",
            "Write it again.",
            field=FIELD,
        )
    return target_of(text)


def fields_of(definition: Definition, called: Callable[[str], str]) -> dict[str, Any]:
    """The fields of :class:`DeliverDraft` that make the targets of a job again.

    Args:
        called: how the job of an id is named.
    """
    targets = definition.deliver_to
    signed_by = next((one["secret"] for one in targets if one["type"] == "webhook"), "")
    kept: dict[str, Any] = {}
    for one in targets:
        target = {name: value for name, value in one.items() if name != "shown"}
        if one["type"] == "webhook" and one["secret"] == signed_by:
            del target["secret"]
            one = {name: value for name, value in one.items() if name != "secret"}
        if one["type"] == "job":
            target["job"] = called(one["job"])
        shown = one.get("shown", "")
        sealed = str(one.get("url", "")).startswith(f"store:{SEALED}")
        if "url" in target:
            target["url"] = target["url"].removeprefix("store:")
        alone = sum(other.get("shown") == shown for other in targets) == 1
        text = text_of({**target, "url": shown} if sealed and shown and alone else target)
        kept[text] = one
    return {
        "deliver_to": ", ".join(kept),
        "deliver_secret": signed_by.removeprefix("store:"),
        "deliver_when": definition.deliver_when.value,
        "kept_targets": kept,
    }


def keepable(ctx: Context, draft: DeliverDraft) -> dict[str, str]:
    """What of the fields a draft may keep in the store: no address, no secret by its value."""
    texts = target_texts(draft.deliver_to)
    safe = [text if text in draft.kept_targets else without_token(text) for text in texts]
    secret = draft.deliver_secret.strip()
    reference = secret.partition(":")[0] in SCHEMES and ":" in secret
    named = reference or secrets.exists(ctx, secret)
    return {
        "deliver_to": draft.deliver_to if safe == texts else ", ".join(safe),
        "deliver_secret": draft.deliver_secret if named else "",
    }


def words(ctx: Context, draft: DeliverDraft) -> str:
    """Where results go, nothing secret in it; empty while that cannot be read."""
    try:
        targets = [_shown(one) for one in draft.targets()]
        return "; ".join(target_words(ctx, targets))
    except (JobsTuiError, KeyError):
        return ""  # the form says what is wrong


def _shown(target: Mapping[str, Any]) -> dict[str, Any]:
    url = target.get("url")
    if not isinstance(url, str) or "shown" in target or "://" not in url:
        return dict(target)
    return {**target, "shown": shown_address(url)}
