"""Frames of a capture sent over a link of our own, as they are."""

from __future__ import annotations

import socket
from pathlib import Path

from support.netns import Namespace

from pcaptools.core.sources.files import FileSource


def frames_of(path: Path) -> list[bytes]:
    """Return the frames of a capture file."""
    with FileSource([path]) as source:
        return [data for batch in source.batches() for _, _, data in batch.records]


def replay(place: Namespace, frames: list[bytes]) -> None:
    """Send frames from one end of a link."""
    with place.entered(), socket.socket(socket.AF_PACKET, socket.SOCK_RAW) as link:
        link.bind((place.device, 0))
        for frame in frames:
            link.send(frame)
