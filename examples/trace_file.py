"""Print the requests and responses of a capture file: python examples/trace_file.py FILE."""

import sys

from pcaptools.core.decode.packet import packet
from pcaptools.core.protocols.detect import Analysers
from pcaptools.core.sources.files import create_offline_session
from pcaptools.core.tcp.tracker import TCPTracker

tracker = TCPTracker(Analysers())
tracker.on("http_request", lambda session, http: print(f"{session.src} asks {session.dst}: {http.method} {http.url}"))
tracker.on("http_response", lambda session, http: print(f"{session.dst} answers {http.url}: {http.status_code}"))
tracker.on("gap", lambda session, direction, length: print(f"{session.src}, {direction}: {length} bytes missing"))

with create_offline_session(sys.argv[1], "tcp") as source:
    for raw in source:
        tracker.track_packet(packet(raw))
tracker.finish()
