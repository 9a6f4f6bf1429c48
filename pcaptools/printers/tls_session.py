"""TLS sessions: what their hellos tell, in a line and as fields in JSON."""

from __future__ import annotations

from typing import Any

from pcaptools.core.events import TlsSession
from pcaptools.printers.console import Painter
from pcaptools.printers.safe import safe

MAX_OFFERED = 6
"""Protocols that a line shows of those that a client offers."""


def format_session(event: TlsSession, paint: Painter) -> str:
    """Return what stands in a session's line after its two ends."""
    facts = [paint("url", safe(event.sni)) if event.sni else "no server name"]
    if event.alpn:
        facts.append(f"ALPN {safe(event.alpn)}")
    elif event.alpn_offered:
        more = len(event.alpn_offered) - MAX_OFFERED
        offered = " ".join(event.alpn_offered[:MAX_OFFERED]) + (f" and {more} more" if more > 0 else "")
        facts.append(f"ALPN offered {safe(offered)}")
    if event.cipher:
        facts.append(event.cipher)
    notes = paint("warning", f" [{safe(event.notes)}]") if event.notes else ""
    version = event.version or "TLS"
    if not version.startswith(("TLS", "SSL")):
        version = f"TLS {version}"
    return f"{version} session: {', '.join(facts)}{notes}\n"


def session_fields(event: TlsSession) -> dict[str, Any]:
    """Return the fields of a session in JSON."""
    return {
        "sni": event.sni,
        "alpn": event.alpn,
        "alpn_offered": event.alpn_offered,
        "version": event.version,
        "cipher": event.cipher,
        "notes": event.notes,
    }
