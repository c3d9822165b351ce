"""Who the user is, for the one place that may know."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Protocol


class Credentials(Protocol):
    """They travel to workers, with the options."""

    def headers_for(self, address: str) -> Mapping[str, str]:
        """Authorization, Cookie, or nothing where `address` is not that place."""
