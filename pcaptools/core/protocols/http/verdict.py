"""Why an exchange is not complete, in words and for programs."""

from __future__ import annotations

from typing import Literal

from pcaptools.core.events import IncompleteReason
from pcaptools.core.protocols.base import EndReason, Gap

Cause = Literal["bytes_missing", "snap_length", "kernel_drops"]
"""Why bytes are missing; the first: nobody knows."""
CAUSES: dict[Cause, str] = {
    "bytes_missing": "missing",
    "snap_length": "cut off by the snap length",
    "kernel_drops": "missing, the kernel dropped packets",
}
ENDS: dict[EndReason, str] = {
    "fin": "the connection ended",
    "rst": "the connection was reset",
    "timeout": "the connection fell silent",
    "replaced": "another connection took its ports",
    "evicted": "the session was forgotten",
    "end of input": "the capture ended",
}
END_REASONS: dict[EndReason, IncompleteReason] = {
    "fin": "ended",
    "rst": "ended",
    "timeout": "open",
    "replaced": "ended",
    "evicted": "bound",
    "end of input": "open",
}


def cause_of(gap: Gap, since: int) -> Cause:
    """Tell why the bytes of a gap are missing, in an exchange that has been open `since` then (ns)."""
    if gap.snapped:
        return "snap_length"
    return "kernel_drops" if gap.dropped and gap.dropped >= since else "bytes_missing"


def joined(one: Cause | None, other: Cause | None) -> Cause | None:
    """Return the cause of two losses together: drops explain both, of two others neither explains both."""
    if one is None or other is None or one == other:
        return one or other
    return "kernel_drops" if "kernel_drops" in (one, other) else "bytes_missing"


def missing_words(length: int, cause: Cause | None) -> str:
    """Say how many bytes are missing, and why."""
    return f"{length} byte{'' if length == 1 else 's'} {CAUSES[cause or 'bytes_missing']}"
