"""Recognising how a delivery is signed, and checking it."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from jobs_tui.guard.hook_proof import PROOF_HEADER, check_time, fits, proof_headers, style_of
from jobs_tui.models.enums import HookStyle
from jobs_tui.models.errors import Unauthorised

NOW = datetime(2026, 8, 21, 14, 2, 11, tzinfo=UTC)
BODY = b'{"ref": "refs/heads/main"}'
ALL = list(HookStyle)


def signed(style: HookStyle, secret: str = "s3cret") -> dict[str, str]:
    made = proof_headers(style, secret, BODY, "id-1", NOW)
    return {name.lower(): value for name, value in made.items()}


def test_githubs_documented_example() -> None:
    """docs.github.com, "Validating webhook deliveries"."""
    header = "sha256=757107ea0eb2509fc211221cce984b8a37570b6d7586c22c46f4379c8b043e17"
    headers = {"x-hub-signature-256": header}
    assert style_of(headers, ALL) is HookStyle.GITHUB
    assert fits(HookStyle.GITHUB, "It's a Secret to Everybody", headers, b"Hello, World!")
    assert not fits(HookStyle.GITHUB, "It's a Secret to Everybody", headers, b"Hello, World?")
    assert not fits(HookStyle.GITHUB, "It's a secret to Everybody", headers, b"Hello, World!")


@pytest.mark.parametrize("style", ALL)
def test_every_style_is_recognised_and_fits(style: HookStyle) -> None:
    headers = signed(style)
    assert style_of(headers, ALL) is style
    assert style_of(headers, [style]) is style
    check_time(style, headers, NOW)
    assert fits(style, "s3cret", headers, BODY)
    assert not fits(style, "s3cres", headers, BODY)
    assert not fits(style, "", signed(style, ""), BODY)
    # A GitLab token says nothing about the body; the others do.
    assert fits(style, "s3cret", headers, BODY + b" ") is (style is HookStyle.GITLAB)


@pytest.mark.parametrize("style", ALL)
def test_a_style_that_is_not_allowed_is_not_looked_for(style: HookStyle) -> None:
    others = [one for one in ALL if one is not style]
    with pytest.raises(Unauthorised) as caught:
        style_of(signed(style), others)
    for other in others:
        assert PROOF_HEADER[other] in caught.value.message
    assert PROOF_HEADER[style] not in caught.value.message


def test_a_blank_header_is_none() -> None:
    assert style_of({"x-webhook-signature": " ", **signed(HookStyle.GITLAB)}, ALL) is (
        HookStyle.GITLAB
    )


@pytest.mark.parametrize("value", ["\udcff", "é" * 100, "s3cret\x00", "S3CRET", "s3cre"])
def test_tokens_that_are_nearly_right(value: str) -> None:
    assert not fits(HookStyle.GITLAB, "s3cret", {"x-gitlab-token": value}, BODY)


@pytest.mark.parametrize("missing", ["webhook-id", "webhook-timestamp"])
def test_standard_webhooks_are_complete(missing: str) -> None:
    headers = signed(HookStyle.STANDARD)
    del headers[missing]
    with pytest.raises(Unauthorised, match=f"{missing} is missing"):
        check_time(HookStyle.STANDARD, headers, NOW)


def test_standard_webhooks_of_another_time() -> None:
    later = datetime(2026, 8, 21, 14, 7, 12, tzinfo=UTC)
    with pytest.raises(Unauthorised, match="5 minutes"):
        check_time(HookStyle.STANDARD, signed(HookStyle.STANDARD), later)
    check_time(HookStyle.GENERIC, {}, later)
