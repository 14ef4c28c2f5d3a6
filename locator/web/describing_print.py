"""What the calls for papers answer, for the OpenAPI document; tests hold real answers against it.

In: nothing.    Out: pydantic models.
Never knows: how a paper is made.
"""

from __future__ import annotations

from typing import Any

from pydantic import Field, RootModel

from locator.web.describing import Told


class Pdf(RootModel[bytes]):
    """A PDF."""


class Png(RootModel[bytes]):
    """A picture."""


class Zip(RootModel[bytes]):
    """A ZIP of pictures with their world files."""


class SavedAnswer(Told):
    """The saved routes of a region."""

    version: int = Field(description="Rises with every change; 0: nothing was saved yet.")
    routes: list[dict[str, Any]] = Field(description="Each as the order of a paper: names and values.")
    may_save: bool = Field(description="Is there a staff key, so that routes can be saved from here?")


class ChangedAnswer(Told):
    """The saved routes were changed."""

    version: int = Field(description="The version that stands now.")
