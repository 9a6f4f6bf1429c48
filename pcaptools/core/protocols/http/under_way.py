"""What is known of exchanges and messages that are on their way."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from pcaptools.core.protocols.http.fields import HeaderFields
from pcaptools.core.protocols.http.kept import KeptBody
from pcaptools.core.protocols.http.verdict import Cause
from pcaptools.core.protocols.unfinished import Share
from pcaptools.core.protocols.websocket import handshake


@dataclass(slots=True)
class Exchange:
    """A request and what is known of its response."""

    number: int
    method: str | None
    url: str | None
    http_version: str = ""
    end: int | None = None
    """When the request's last byte was seen."""
    upgrade: handshake.Request | None = None
    """What its Upgrade said, if it had one."""
    start: int = 0
    """When its first byte was seen, the response's where the request was not."""
    latency: int | None = None
    """From the request's last byte to the response's first."""
    missing: int = 0
    """Bytes of the request's body that were not captured."""
    cause: Cause | None = None
    """Why they are missing."""
    told: bool = False
    """It was told that it is not complete."""
    share: Share | None = None
    """Of what all sessions may hold, where it is one of several that wait, or its target is long."""

    def waited(self, start: int) -> int | None:
        """Return the time from the request's end to a response's start; None if that did not wait for it."""
        return None if self.end is None or start < self.end else start - self.end


@dataclass(slots=True)
class Message:
    """The message that a direction is in."""

    kind: Literal["request", "response"]
    exchange: Exchange
    start: int
    http_version: str
    interim: bool = False
    fields: HeaderFields | None = None
    body: KeptBody | None = None
    """What is kept of its body, when somebody asked for bodies."""
