"""An exchange as a whole: what a request and its response were, put together from their events."""

from __future__ import annotations

from dataclasses import dataclass, field

from pcaptools.core.events import (
    Conversation,
    HttpRequest,
    HttpRequestComplete,
    HttpResponse,
    HttpResponseComplete,
    WebSocketMessage,
)


@dataclass(slots=True)
class Exchange:
    """A request, its response, and what was seen of both; times are ns since the epoch."""

    session: Conversation
    number: int
    request: HttpRequest | None = None
    """None when it was not seen: joined in the middle."""
    request_body: bytes | None = None
    """Transfer coding undone, content coding not; None when bodies are not kept."""
    request_complete: HttpRequestComplete | None = None
    interim: list[HttpResponse] = field(default_factory=list)
    response: HttpResponse | None = None
    """The final one; a WebSocketUpgrade where it was that."""
    response_body: bytes | None = None
    response_complete: HttpResponseComplete | None = None
    messages: list[WebSocketMessage] = field(default_factory=list)
    connect: int | None = None
    """Nanoseconds that the TCP handshake took, on the first exchange of its session."""
    verdict: str = "complete"
    """complete, or why it is not."""
