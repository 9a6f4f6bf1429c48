"""What the line of a packet says of IEEE 802.11: what the radio knew, who sends to whom, what kind of frame."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from pcaptools.core.decode.radiotap import Radiotap
    from pcaptools.core.decode.wlan import WLAN
    from pcaptools.core.decode.wlan_amsdu import AMSDU, Subframe
    from pcaptools.core.decode.wlan_management import (
        Action,
        AssociationRequest,
        AssociationResponse,
        Authentication,
        Beacon,
        Deauthentication,
        Management,
    )
    from pcaptools.core.decode.wlan_monitor import AVS, Prism

MAX_RATES = 16


def radiotap(header: Radiotap) -> str:
    """Return channel, signal and rate, and that the frame is damaged."""
    parts = [f"{header.frequency} MHz" if header.frequency else ""]
    signal = header.dbm_antsignal if header.dbm_antsignal is not None else _first(header.antennas, "dbm_antsignal")
    parts.append(f"{signal} dBm" if signal is not None else "")
    parts.append(f"{header.rate:g} Mb/s" if header.rate else "")
    parts.append("bad FCS" if header.flags is not None and header.flags.badfcs else "")
    return " ".join(filter(None, parts)) or "radiotap"


def _first(antennas: list[dict[str, Any]], name: str) -> int | None:
    return next((antenna[name] for antenna in antennas if name in antenna), None)


def monitor(header: Prism | AVS) -> str:
    """Return the channel, where it is told."""
    channel = header.items.get("channel")
    return f"channel {channel}" if channel else type(header).__name__


def wlan_link(frame: WLAN) -> str:
    """Return from whom to whom: of a data frame the ends, of others the stations."""
    source, target = frame.shost or frame.ta, frame.dhost or frame.ra
    return f"{source} -> {target}" if source else f"-> {target}"


def wlan(frame: WLAN) -> str:
    """Return the kind of frame, where what it carries does not tell it."""
    child = frame.child
    if child is not None and child.key not in {"payload", "malformed", "truncated"}:
        return ""
    details = frame.control or {}
    words = ["802.11", frame.subtype_name]
    words += [f"{name} {details[key]}" for name, key in _DETAILS if key in details]
    return " ".join(words)


_DETAILS = (
    ("aid", "aid"), ("tid", "tid"), ("from", "starting_sequence"), ("type", "trigger_type"), ("of", "carried_frame"),
)  # fmt: skip


def amsdu(aggregate: AMSDU) -> str:
    """Return how many packets there are."""
    return f"A-MSDU of {aggregate.count}"


def subframe(packet: Subframe) -> str:
    """Return its own addresses."""
    return f"{packet.shost} -> {packet.dhost}"


def management(body: Management) -> str:
    """Return the kind of frame and the network."""
    return _words(body)


def beacon(body: Beacon) -> str:
    """Return the network, how it is protected, its channel and its rates."""
    security = body.security or ("WEP" if body.capabilities is not None and body.capabilities.privacy else "open")
    channel = f"channel {body.channel}" if body.channel is not None else ""
    return _words(body, security, channel, _rates(body))


def probe_request(body: Management) -> str:
    """Return which network is looked for, and the rates."""
    return _words(body, _rates(body))


def association_request(body: AssociationRequest) -> str:
    """Return the network and how the station wants to be protected."""
    return _words(body, body.security)


def association_response(body: AssociationResponse) -> str:
    """Return the status and the station's number."""
    return _words(body, body.status or "", f"aid {body.aid}" if body.aid else "")


def authentication(body: Authentication) -> str:
    """Return the algorithm, the step and how it went."""
    step = f"{body.algorithm_name} {body.transaction}" if body.transaction is not None else ""
    return _words(body, step, body.status or "")


def deauthentication(body: Deauthentication) -> str:
    """Return the reason."""
    return _words(body, f"reason {body.reason_code} ({body.reason})" if body.reason_code is not None else "")


def action(body: Action) -> str:
    """Return what is asked for, and the status or reason in an answer."""
    details = body.details or {}
    outcome = details.get("status") or details.get("reason") or ""
    name = f"{body.category_name} {body.action_name or ''}".rstrip() if body.category is not None else ""
    tid = f"tid {details['tid']}" if "tid" in details else ""
    return _words(body, name, tid, outcome)


def _words(body: Management, *words: str) -> str:
    ssid = "" if body.ssid is None else f'"{body.ssid}"'
    return " ".join(filter(None, ("802.11", body.name, ssid, *words)))


def _rates(body: Management) -> str:
    """Return the rates, the basic ones with an asterisk."""
    basic = set(body.basic_rates)
    rates = [f"{rate:g}{'*' if rate in basic else ''}" for rate in body.supported_rates[:MAX_RATES]]
    return f"{','.join(rates)} Mb/s" if rates else ""


LINKS: dict[str, Callable[[Any], str]] = {
    "Radiotap": radiotap,
    "Prism": monitor,
    "AVS": monitor,
    "WLAN": wlan_link,
    "PaddedWLAN": wlan_link,
    "Subframe": subframe,
}
LINES: dict[str, Callable[[Any], str]] = {
    "WLAN": wlan,
    "PaddedWLAN": wlan,
    "AMSDU": amsdu,
    "Other": management,
    "Management": management,
    "Beacon": beacon,
    "ProbeResponse": beacon,
    "ProbeRequest": probe_request,
    "AssociationRequest": association_request,
    "ReassociationRequest": association_request,
    "AssociationResponse": association_response,
    "Authentication": authentication,
    "Deauthentication": deauthentication,
    "Disassociation": deauthentication,
    "Action": action,
}
