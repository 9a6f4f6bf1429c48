"""TCP events as text lines."""

from __future__ import annotations

from pcaptools.core.events import Event, TcpAnomaly, TcpEnd, TcpGap, TcpReset, TcpRetransmit, TcpStart, TcpSynRetry

TCP_EVENTS = (TcpStart, TcpEnd, TcpReset, TcpSynRetry, TcpRetransmit, TcpAnomaly)
"""What `--tcp-verbose` adds; a gap is shown always, since it explains what is not shown."""


def format_tcp(event: Event) -> tuple[str, str]:
    """Return what happened, and the style it is shown in."""
    if isinstance(event, TcpRetransmit):
        return (
            f"TCP retransmit seq {event.seqno} len {event.length} ({event.kind.replace('_', ' ')})",
            "warning",
        )
    if isinstance(event, TcpAnomaly):
        return f"TCP {event.kind.replace('_', ' ')} seq {event.seqno} len {event.length}", "warning"
    if isinstance(event, TcpGap):
        return f"TCP gap: {format_missing(event.length)}", "error"
    if isinstance(event, TcpReset):
        return "TCP reset", "warning"
    if isinstance(event, TcpSynRetry):
        return "TCP syn retry", "warning"
    return ("TCP start" if isinstance(event, TcpStart) else "TCP end"), "number"


def format_missing(count: int | None) -> str:
    """Return how many bytes were not captured, in words."""
    if count is None:
        return "unknown number of bytes missing"
    return "1 byte missing" if count == 1 else f"{count} bytes missing"
