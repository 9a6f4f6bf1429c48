from __future__ import annotations

from typing import Any

import pytest
from support.crosscheck import Row, rows

from pcaptools.core.decode.layer import decode_layer
from pcaptools.core.decode.ssdp import MAX_HEADERS, SSDP

P = "link.ip.udp.ssdp."
UUID = "uuid:4d696e69-444c-164e-9d41-e2c783cc8ea9"

CHECKS = rows("ssdp.pcap", {
    2: [
        (P + "method", "NOTIFY", "http.request.method"),
        (P + "target", "*", "http.request.uri"),
        (P + "version", "1.1", "http.request.version", "HTTP/1.1"),
        (P + "location", "http://10.9.0.1:8200/rootDesc.xml", "http.location"),
        (P + "server", "Debian DLNADOC/1.50 UPnP/1.0 MiniDLNA/1.3.0", "http.server"),
        (P + "nt", UUID, "http.unknown_header", rf"NT:{UUID}\r\n"),
        (P + "usn", UUID, "http.unknown_header[1]", rf"USN:{UUID}\r\n"),
        (P + "nts", "ssdp:alive", "http.unknown_header[2]", r"NTS:ssdp:alive\r\n"),
        (P + "headers[0]", ("HOST", "239.255.255.250:1900"), "http.host", "239.255.255.250:1900"),
    ],
    3: [
        (P + "method", "M-SEARCH", "http.request.method"),
        (P + "st", "urn:schemas-upnp-org:device:MediaServer:1", "http.request.line[3]",
         r"ST: urn:schemas-upnp-org:device:MediaServer:1\r\n"),
    ],
    4: [
        (P + "status_code", 200, "http.response.code"),
        (P + "reason", "OK", "http.response.phrase"),
        (P + "location", "http://10.9.0.1:8200/rootDesc.xml", "http.location"),
    ],
})  # fmt: skip


@pytest.mark.parametrize("row", CHECKS, ids=str)
def test_as_tshark_reads_it(row: Row) -> None:
    row.check()


def ssdp(data: bytes, end: int | None = None) -> Any:
    return decode_layer(SSDP, data, 0, len(data) if end is None else end, 3)


def test_names_of_headers_in_any_case_and_line_ends_of_any_kind() -> None:
    found = ssdp(b"HTTP/1.1 200\nst:upnp:rootdevice\nUsn : x\n\nbody: no header\n")
    assert (found.status_code, found.reason, found.st, found.usn) == (200, "", "upnp:rootdevice", "x")
    assert found.headers == [("st", "upnp:rootdevice"), ("Usn", "x")]
    assert found.as_dict() == {
        "status_code": 200, "reason": "", "version": "1.1", "st": "upnp:rootdevice", "usn": "x",
        "headers": [["st", "upnp:rootdevice"], ["Usn", "x"]],
    }  # fmt: skip


@pytest.mark.parametrize("data", [b"", b"GET / HTTP/1.1\r\n", b"NOTIFY *\r\n", b"\xff" * 20, b"HTTP/1.1 20 OK\r\n"])
def test_what_does_not_begin_as_it_should(data: bytes) -> None:
    assert ssdp(data).reason.startswith("no start line of SSDP: ")


def test_a_line_without_a_colon_keeps_the_headers_before() -> None:
    found = ssdp(b"NOTIFY * HTTP/1.1\r\nNT: a\r\nnonsense\r\nUSN: b\r\n\r\n")
    assert (found.nt, found.usn, found.malformed.reason) == ("a", None, "a header without a colon: nonsense")


def test_headers_are_bounded() -> None:
    most = b"NOTIFY * HTTP/1.1\r\n" + b"A: b\r\n" * MAX_HEADERS
    assert (len(ssdp(most + b"\r\n").headers), ssdp(most + b"\r\n").child) == (MAX_HEADERS, None)
    found = ssdp(most + b"A: b\r\n" * 2 + b"\r\n")
    assert (len(found.headers), found.malformed.reason) == (MAX_HEADERS, f"more than {MAX_HEADERS} headers")


def test_what_the_snap_length_cut() -> None:
    whole = b"NOTIFY * HTTP/1.1\r\nNT: a\r\nUSN: b\r\n\r\n"
    assert ssdp(whole).child is None
    for size in range(17, len(whole)):
        assert ssdp(whole[:size], len(whole)).truncated.reason == "SSDP cut short"


@pytest.mark.parametrize(
    ("data", "recognised"),
    [
        (b"M-SEARCH * HTTP/1.1\r\n", True),
        (b"NOTIFY * HTTP/1.1\r\n", True),
        (b"HTTP/1.1 200 OK\r\nST: a\r\nUSN: b\r\n\r\n", True),
        (b"HTTP/1.1 200 OK\r\nUSN: b\r\n\r\n", False),
        (b"NOTIFY sip:a HTTP/1.1", False),
        (b"", False),
    ],
)
def test_recognises(data: bytes, recognised: bool) -> None:
    assert SSDP.recognises(b"--" + data, 2, len(data) + 2) == recognised
