"""IEEE 802.11's reason codes and status codes, in words (IEEE 802.11-2020, 9.4.1.7 and 9.4.1.9)."""

from __future__ import annotations

REASONS = {
    1: "unspecified", 2: "authentication no longer valid", 3: "sender is leaving the network",
    4: "inactivity", 5: "access point cannot handle so many stations",
    6: "class 2 frame from an unauthenticated station",
    7: "class 3 frame from an unassociated station", 8: "sender is leaving the BSS",
    9: "station to associate is not authenticated", 10: "unacceptable power capability",
    11: "unacceptable supported channels", 12: "BSS transition management", 13: "invalid element", 14: "MIC failure",
    15: "4-way handshake timeout", 16: "group key handshake timeout",
    17: "element in the 4-way handshake differs", 18: "invalid group cipher", 19: "invalid pairwise cipher",
    20: "invalid AKMP", 21: "unsupported RSNE version", 22: "invalid RSNE capabilities",
    23: "802.1X authentication failed", 24: "cipher suite rejected by policy", 25: "TDLS peer unreachable",
    26: "TDLS teardown, unspecified", 27: "session ended by the SSP", 28: "no SSP roaming agreement",
    29: "SSP rejects the cipher suite or AKM", 30: "service not authorized here",
    31: "too little bandwidth for the TS now",
    32: "unspecified QoS reason", 33: "too little bandwidth for this station", 34: "too many frames unacknowledged",
    35: "station sends beyond its TXOP", 36: "peer is leaving or resetting", 37: "peer no longer uses the stream",
    38: "mechanism used without setup", 39: "peer timeout", 45: "peer does not support the cipher suite",
    46: "authorized access limit reached", 47: "external service requirements", 48: "invalid FT action frame count",
    49: "invalid PMKID", 50: "invalid MDE", 51: "invalid FTE", 52: "mesh peering canceled",
    53: "mesh: most peers reached",
    54: "mesh configuration policy violated", 55: "mesh close received", 56: "mesh: most retries reached",
    57: "mesh confirm timeout", 58: "mesh: invalid GTK", 59: "mesh: inconsistent parameters",
    60: "mesh: invalid security capability", 61: "mesh path: no proxy information",
    62: "mesh path: no forwarding information",
    63: "mesh path: destination unreachable", 64: "MAC address exists in the mesh",
    65: "mesh channel switch, regulatory", 66: "mesh channel switch, unspecified",
    67: "link in the other channel failed", 68: "other channel is occupied", 71: "poor RSSI",
}  # fmt: skip

STATUSES = {
    0: "success", 1: "unspecified failure", 2: "TDLS wakeup schedule rejected, another offered",
    3: "TDLS wakeup schedule rejected", 5: "security disabled", 6: "unacceptable lifetime", 7: "not in the same BSS",
    10: "cannot support all requested capabilities", 11: "no association to renew", 12: "reason outside the standard",
    13: "authentication algorithm not supported", 14: "authentication out of sequence", 15: "challenge failure",
    16: "timeout waiting for the next frame", 17: "access point cannot handle more stations",
    18: "basic rates not supported", 19: "short preamble not supported", 20: "PBCC not supported",
    21: "channel agility not supported", 22: "spectrum management required", 23: "unacceptable power capability",
    24: "unacceptable supported channels", 25: "short slot time not supported", 26: "DSSS-OFDM not supported",
    27: "HT features not supported", 28: "R0KH unreachable", 29: "PCO transition time not supported",
    30: "rejected temporarily, try again later", 31: "robust management policy violated", 32: "unspecified QoS failure",
    33: "too little bandwidth for another QoS station", 34: "poor channel conditions", 35: "QoS not supported",
    37: "declined", 38: "invalid parameters", 39: "rejected, changes suggested", 40: "invalid element",
    41: "invalid group cipher", 42: "invalid pairwise cipher", 43: "invalid AKMP", 44: "unsupported RSNE version",
    45: "invalid RSNE capabilities", 46: "cipher suite rejected by policy", 47: "rejected for the delay period",
    48: "direct link not allowed", 49: "destination not in the BSS", 50: "destination is no QoS station",
    51: "listen interval too large", 52: "invalid FT action frame count", 53: "invalid PMKID", 54: "invalid MDE",
    55: "invalid FTE", 56: "TCLAS processing not supported", 57: "too few resources for TCLAS processing",
    58: "TS not created, another BSS suggested", 59: "GAS advertisement protocol not supported",
    60: "no outstanding GAS request", 61: "no response from the GAS server", 62: "GAS query timeout",
    63: "GAS response too large", 64: "home network does not support the request",
    65: "advertisement server unreachable", 67: "refused by SSPN permissions",
    68: "unauthenticated access not supported", 72: "invalid RSNE", 73: "U-APSD coexistence not supported",
    74: "U-APSD coexistence mode not supported", 75: "bad interval with U-APSD coexistence",
    76: "anti-clogging token required", 77: "finite cyclic group not supported", 78: "no alternative TBTT found",
    79: "transmission failure", 80: "requested TCLAS not supported", 81: "TCLAS resources exhausted",
    82: "rejected, BSS transition suggested", 83: "rejected, schedule recommended", 84: "no wakeup schedule specified",
    85: "success, destination in power save mode", 86: "FST pending, admitting", 87: "performing FST now",
    88: "FST pending, gaps in the block ack window", 89: "U-PID setting rejected", 92: "refused for an external reason",
    93: "access point out of memory", 94: "emergency services not supported", 95: "GAS query response outstanding",
    96: "rejected for DSE, initiator is dependent", 97: "TCLAS processing terminated", 98: "TS schedule conflict",
    99: "denied, use another band", 100: "reservation conflict", 101: "MAF limit exceeded",
    102: "MCCA track limit exceeded", 103: "unacceptable spectrum management", 104: "VHT features not supported",
    105: "enablement denied", 106: "enablement denied by an authorized GDB", 107: "authorization deenabled",
    108: "energy limited operation not supported", 109: "only NDP block acks", 110: "unacceptable max away duration",
    111: "flow control not supported", 112: "FILS authentication failure", 113: "unknown authentication server",
    116: "notification period not allocated", 117: "channel splitting failed", 118: "allocation failed",
    119: "CMMG features not supported", 120: "GAS fragment not available", 121: "success, CAG version is current",
    122: "GLK not authorized", 123: "unknown password identifier", 124: "TCLAS terminated, too little capacity",
    125: "TCLAS terminated, policy conflict", 126: "SAE hash to element", 128: "insufficient capacity for SCS",
    129: "insufficient capacity for MSCS", 130: "TCLAS resources exhausted for MSCS", 132: "EHT features not supported",
}  # fmt: skip


def reason_name(code: int) -> str:
    """Return what a reason code means."""
    return REASONS.get(code, "unknown")


def status_name(code: int) -> str:
    """Return what a status code means."""
    return STATUSES.get(code, "unknown")
