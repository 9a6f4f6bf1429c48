"""What a live capture lost is told of each exchange: by the snap length, or by a kernel that could not wait."""

from __future__ import annotations

import shutil
import signal
from collections.abc import Iterator
from http.client import HTTPConnection

import pytest
from support import netns, network
from support.exchanges import Web, named, web
from support.programs import http_trace, summary
from support.schema import validate_lines

_missing = [name for name in ("nginx", "curl") if shutil.which(name) is None]
pytestmark = [
    *netns.live,
    pytest.mark.skipif(bool(_missing), reason=f"needs {', '.join(_missing) or 'nothing more'}"),
]


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Web]:
    """nginx on loopback."""
    with web(network.Namespace(), "127.0.0.1", tmp_path_factory.mktemp("nginx") / "files") as server:
        yield server


def test_cut_by_the_snap_length(site: Web) -> None:
    with http_trace("lo", site.filter, "-s", "700", "--json") as trace:
        site.curl("/page?n=1", "/large?n=2")
        trace.end()
    told = named(validate_lines(trace.out), "http_incomplete")
    assert {(line["number"], line["reason"]) for line in told} == {(2, "snap_length")}


def test_dropped_by_the_kernel(site: Web) -> None:
    """It stands still while more comes than the buffer holds."""
    with http_trace("lo", site.filter, "-b", "1", "--json") as trace:
        peer = HTTPConnection(site.host, site.port, timeout=10)
        for number in range(200):
            if number == 1:
                trace.await_line('"http_response_complete"')
                trace.process.send_signal(signal.SIGSTOP)
            peer.request("GET", f"/large?n={number}")
            peer.getresponse().read()
        trace.process.send_signal(signal.SIGCONT)
        trace.await_line('"url":"/large?n=5"')
        peer.request("GET", "/page?n=200")  # the same connection goes on: what is missing is a gap now
        peer.getresponse().read()
        trace.await_line('"url":"/page?n=200"')
        peer.close()
        trace.end()
    assert summary(trace.err)[2] > 0, "nothing was dropped: this run says nothing"
    assert {line["reason"] for line in named(validate_lines(trace.out), "http_incomplete")} == {"kernel_drops"}
