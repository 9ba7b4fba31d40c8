"""Parts that the arguments of tools share."""

from __future__ import annotations

from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field

Percent = Annotated[float, Field(ge=0, le=100)]
PathText = Annotated[str, Field(min_length=1, max_length=4096)]
Host = Annotated[str, Field(min_length=1, max_length=253, pattern=r"^[A-Za-z0-9_.:\[\]%-]+$")]
Port = Annotated[int, Field(ge=1, le=65535)]

Seconds = Annotated[float, Field(gt=0, le=300)]
Url = Annotated[
    str,
    Field(min_length=1, max_length=2000, pattern=r"^[Hh][Tt][Tt][Pp][Ss]?://[^\s\x00-\x1f\x7f]+$"),
]


class ToolArguments(BaseModel):
    """What a tool is told; a name that it does not know is a mistake."""

    model_config = ConfigDict(extra="forbid", frozen=True)
