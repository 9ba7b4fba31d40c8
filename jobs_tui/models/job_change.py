"""What a caller may send to change the status of a job, for requests and ``/openapi.json``."""

from __future__ import annotations

from typing import Literal

from pydantic import BaseModel, ConfigDict

from jobs_tui.models.job_input import JobPatch, Short, without_defaults


class ReasonInput(BaseModel):
    """Why something is done; the body may be missing."""

    model_config = ConfigDict(
        extra="ignore",
        use_attribute_docstrings=True,
        json_schema_extra={"examples": [{"reason": "the invoice was paid"}]},
    )

    reason: Short | None = None
    """One sentence, shown with the status"""


class JobChange(JobPatch):
    """Fields to change, and the status that the job is to have; what is absent stays."""

    model_config = ConfigDict(json_schema_extra=without_defaults)

    status: Literal["active", "paused", "completed", "cancelled", "archived"] | None = None
    """`active` resumes it, `completed` and `cancelled` end it for good; the others follow"""
    status_reason: Short | None = None
    """Why, one sentence; only with `status`"""
