"""The states of one endpoint and of a session, in two tables and nowhere else.

Every rule about what a segment does to the state lives here. State is kept for each endpoint, as a tracer
must (it sees each side's segments, not their minds); the names people know from RFC 9293 are derived from
the pair.
"""

from __future__ import annotations

from enum import IntEnum
from typing import Literal

FIN, SYN, RST, PSH, ACK, URG, ECE, CWR = (1 << bit for bit in range(8))


class EndpointState(IntEnum):
    """What an endpoint's own segments have said so far."""

    SILENT = 0
    """Nothing was seen of it."""
    SYN_SENT = 1
    SYN_ACK_SENT = 2
    OPEN = 3
    """Its SYN was acknowledged, or it was met in the middle of a session."""
    FIN_SENT = 4
    FIN_ACKED = 5
    """Its FIN was acknowledged: it will send nothing new."""
    RESET = 6


class Kind(IntEnum):
    """What a segment is for the state of the endpoint that sent it, or whose peer acknowledged it."""

    SYN = 0
    SYN_ACK = 1
    ACK = 2
    FIN = 3
    FIN_ACKED = 4
    RST = 5
    SYN_ACKED = 6


S, K = EndpointState, Kind
TRANSITIONS: dict[EndpointState, dict[Kind, EndpointState]] = {
    S.SILENT: {
        K.SYN: S.SYN_SENT,
        K.SYN_ACK: S.SYN_ACK_SENT,
        K.ACK: S.OPEN,
        K.FIN: S.FIN_SENT,
        K.RST: S.RESET,
    },
    S.SYN_SENT: {
        # RFC 9293, 3.5, figure 7: in a simultaneous open both sides send SYN, then SYN+ACK
        K.SYN_ACK: S.SYN_ACK_SENT,
        K.ACK: S.OPEN,
        K.SYN_ACKED: S.OPEN,
        K.FIN: S.FIN_SENT,
        K.RST: S.RESET,
    },
    S.SYN_ACK_SENT: {K.ACK: S.OPEN, K.SYN_ACKED: S.OPEN, K.FIN: S.FIN_SENT, K.RST: S.RESET},
    S.OPEN: {K.FIN: S.FIN_SENT, K.RST: S.RESET},
    S.FIN_SENT: {K.FIN_ACKED: S.FIN_ACKED, K.RST: S.RESET},
    # a RST after an orderly close tells nothing new: the session stays closed
    S.FIN_ACKED: {},
    S.RESET: {},
}


# The same by position: an enum's hash is a function in Python, and this is asked of every unusual segment.
_AFTER = tuple(tuple(TRANSITIONS[state].get(kind, state) for kind in Kind) for state in EndpointState)


def after(state: EndpointState, kind: Kind) -> EndpointState:
    """Return the endpoint's state after a segment; what is in no row of the table changes nothing."""
    return _AFTER[state][kind]


SessionState = Literal[
    "SYN_SENT",
    "SYN_RCVD",
    "ESTAB",
    "FIN_WAIT",
    "CLOSE_WAIT",
    "LAST_ACK",
    "CLOSING",
    "TIME_WAIT",
    "CLOSED",
    "RESET",
]

_CLOSING_STATES: dict[tuple[bool | None, bool | None], SessionState] = {
    # (src's FIN: None not sent, False sent, True acknowledged; dst's likewise), as src's host would say
    (False, None): "FIN_WAIT",
    (True, None): "FIN_WAIT",
    (None, False): "CLOSE_WAIT",
    (None, True): "CLOSE_WAIT",
    (False, False): "CLOSING",
    (False, True): "LAST_ACK",
    (True, False): "TIME_WAIT",
    (True, True): "CLOSED",
}


def session_state(src: EndpointState, dst: EndpointState) -> SessionState:
    """Derive the word for people from the two endpoints, seen from `src`'s side."""
    return _WORDS[src][dst]


def _word(src: EndpointState, dst: EndpointState) -> SessionState:
    if S.RESET in (src, dst):
        return "RESET"
    closing = _CLOSING_STATES.get((_fin(src), _fin(dst)))
    if closing:
        return closing
    if S.SYN_ACK_SENT in (src, dst):
        return "SYN_RCVD"
    if (src, dst) in ((S.SYN_SENT, S.SILENT), (S.SILENT, S.SYN_SENT), (S.SYN_SENT, S.SYN_SENT)):
        return "SYN_SENT"
    return "ESTAB"


def _fin(state: EndpointState) -> bool | None:
    return {S.FIN_SENT: False, S.FIN_ACKED: True}.get(state)


_WORDS = tuple(tuple(_word(src, dst) for dst in EndpointState) for src in EndpointState)
