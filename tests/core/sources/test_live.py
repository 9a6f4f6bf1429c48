from __future__ import annotations

import contextlib
import http.client
import http.server
import json
import os
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator

import pcapy
import pytest
from support.netns import Namespace, linked_namespaces, live

from pcaptools.core.errors import DeviceError, FilterError, PermissionDeniedError, UsageError
from pcaptools.core.sources.base import Batch, RawPacket, Record, Stats
from pcaptools.core.sources.live import LiveSource, create_session

pytestmark = live


@pytest.fixture
def udp() -> Iterator[tuple[socket.socket, int]]:
    """A socket that sends to itself over the loopback, and its port."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as made:
        made.bind(("127.0.0.1", 0))
        made.connect(made.getsockname())
        yield made, made.getsockname()[1]


@pytest.fixture(scope="module")
def link() -> Iterator[tuple[Namespace, Namespace]]:
    with linked_namespaces() as ends:
        yield ends


def listen(source: LiveSource, act: Callable[[], object], *, seconds: float = 0.0) -> list[Record]:
    """Capture while a thread acts, then stops the source; return what was seen."""

    def run() -> None:
        time.sleep(0.02)
        act()
        time.sleep(seconds)
        source.stop()

    thread = threading.Thread(target=run)
    thread.start()
    records = [record for batch in source.batches() for record in batch.records]
    thread.join()
    return records


def captured(act: Callable[[], object], filter: str, **options: int) -> tuple[list[Record], Stats]:  # noqa: A002
    with create_session("lo", filter, **options) as source:  # type: ignore[arg-type]
        return listen(source, act), source.stats()


class TestRecords:
    def test_an_exchange_over_the_loopback(self) -> None:
        with serving() as port:

            def get() -> None:
                connection = http.client.HTTPConnection("127.0.0.1", port, timeout=5)
                connection.request("GET", "/wire")
                assert connection.getresponse().read() == b"hello"
                connection.close()

            before = time.time_ns()
            records, _ = captured(get, f"tcp port {port}")
        wire = b"".join(data for _, _, data in records)
        assert wire.count(b"GET /wire HTTP/1.1\r\n") == 1
        assert wire.count(b"hello") == 1
        times = [ts for ts, _, _ in records]
        assert times == sorted(times)
        assert before - 1_000_000 <= times[0] <= times[-1] <= time.time_ns()
        assert all(length == len(data) for _, length, data in records)

    def test_what_came_just_before_stop_is_handed_over(self, udp: tuple[socket.socket, int]) -> None:
        records, _ = captured(lambda: udp[0].send(b"the last words"), f"udp port {udp[1]}")
        assert [data[-14:] for _, _, data in records] == [b"the last words"]

    def test_the_snap_length_cuts(self, udp: tuple[socket.socket, int]) -> None:
        records, _ = captured(lambda: udp[0].send(b"x" * 1000), f"udp port {udp[1]}", snap_length=60)
        assert [(length, len(data)) for _, length, data in records] == [(14 + 20 + 8 + 1000, 60)]

    def test_the_longest_packets_come_whole(self, udp: tuple[socket.socket, int]) -> None:
        records, _ = captured(lambda: udp[0].send(b"x" * 65_507), f"udp port {udp[1]}")
        assert [(length, len(data)) for _, length, data in records] == [(14 + 65_535, 14 + 65_535)]

    def test_only_what_the_filter_lets_through(self, udp: tuple[socket.socket, int]) -> None:
        def act() -> None:
            udp[0].send(b"x" * 10)
            udp[0].send(b"x" * 500)

        records, _ = captured(act, f"udp port {udp[1]} and greater 400")
        assert [length for _, length, _ in records] == [14 + 20 + 8 + 500]

    def test_link_types_are_those_of_files(self, link: tuple[Namespace, Namespace]) -> None:
        here, _ = link
        with here.entered(), create_session(here.device) as ethernet, create_session("any") as cooked:
            assert (ethernet.link_type, cooked.link_type) == (1, 113)

    def test_a_tunnel_without_link_layer_is_linktype_raw(self, link: tuple[Namespace, Namespace]) -> None:
        here, _ = link
        with tun_device(here) as device:
            here.ip("link", "set", device, "up")
            with here.entered(), create_session(device) as source:
                assert source.link_type == 101

    def test_events(self, udp: tuple[socket.socket, int]) -> None:
        seen: list[RawPacket] = []

        def take(packet: RawPacket) -> None:
            seen.append(packet)
            source.stop()

        with create_session("lo", f"udp port {udp[1]}") as source:
            source.on("packet", take)
            threading.Timer(0.05, udp[0].send, [b"abc"]).start()
            source.run()
        assert [(packet.data[-3:], packet.link_type) for packet in seen] == [(b"abc", 1)]

    def test_a_burst_is_whole_and_in_bounded_batches(self, udp: tuple[socket.socket, int]) -> None:
        sizes = []
        with create_session("lo", f"udp port {udp[1]}") as source:

            def burst() -> None:
                for number in range(20_000):
                    udp[0].send(b"%08d" % number)

            thread = threading.Thread(target=burst)
            thread.start()
            numbers: list[bytes] = []
            for batch in source.batches():
                sizes.append(len(batch.records))
                numbers += [data[-8:] for _, _, data in batch.records]
                if len(numbers) >= 20_000 or (not batch.records and not thread.is_alive()):
                    break
            thread.join()
            assert source.stats().ps_drop == 0
        assert numbers == [b"%08d" % number for number in range(20_000)]
        assert max(sizes) <= 4096


class TestIdle:
    def test_empty_batches_keep_coming(self) -> None:
        with create_session("lo", "udp port 9") as source:
            batches = source.batches()
            start = time.monotonic()
            assert [next(batches) for _ in range(3)] == [Batch(1, [])] * 3
            assert 0.55 < time.monotonic() - start < 1.5

    def test_stop_from_a_thread_is_answered_at_once(self) -> None:
        with create_session("lo", "udp port 9") as source:
            assert answer_time(source, source.stop) < 0.2

    def test_stop_from_a_signal_handler_is_answered_at_once(self) -> None:
        with create_session("lo", "udp port 9") as source:
            before = signal.signal(signal.SIGUSR1, lambda *_: source.stop())
            try:
                assert answer_time(source, lambda: os.kill(os.getpid(), signal.SIGUSR1)) < 0.2
            finally:
                signal.signal(signal.SIGUSR1, before)

    def test_close_from_a_thread_is_answered_at_once(self) -> None:
        with create_session("lo", "udp port 9") as source:
            assert answer_time(source, source.close) < 0.2

    def test_stop_before_the_start(self) -> None:
        with create_session("lo", "udp port 9") as source:
            source.stop()
            source.stop()
            assert list(source.batches()) == []

    def test_nothing_comes_out_of_a_closed_source(self) -> None:
        source = create_session("lo", "udp port 9")
        source.close()
        source.close()
        source.stop()
        assert list(source.batches()) == []

    def test_idling_costs_nothing(self) -> None:
        with create_session("lo", "udp port 9") as source:
            threading.Timer(1, source.stop).start()
            start = time.thread_time()
            list(source.batches())
            assert time.thread_time() - start < 0.1

    def test_a_packet_is_seen_soon(self, udp: tuple[socket.socket, int]) -> None:
        delays = []
        with create_session("lo", f"udp port {udp[1]}") as source:
            batches = source.batches()
            for _ in range(20):
                sent = time.monotonic()
                udp[0].send(b"x")
                while not next(batches).records:
                    pass
                delays.append(time.monotonic() - sent)
        assert sorted(delays)[10] < 0.05


class TestOtherDescriptors:
    def test_the_reader_of_the_output_goes_away(self) -> None:
        read_end, write_end = os.pipe()
        with create_session("lo", "udp port 9") as source:
            source.extra_fds.append(write_end)
            assert answer_time(source, lambda: os.close(read_end)) < 0.2
            assert source.reader_gone
        os.close(write_end)

    def test_a_reader_that_stays(self) -> None:
        read_end, write_end = os.pipe()
        with create_session("lo", "udp port 9") as source:
            source.extra_fds.append(write_end)
            assert answer_time(source, source.stop) < 0.2
            assert not source.reader_gone
        os.close(read_end)
        os.close(write_end)

    def test_a_signal_wake_up_pipe_is_read_and_ends_nothing(self, udp: tuple[socket.socket, int]) -> None:
        read_end, write_end = os.pipe()
        os.set_blocking(read_end, False)
        with create_session("lo", f"udp port {udp[1]}") as source:
            source.extra_fds.append(read_end)

            def act() -> None:
                os.write(write_end, b"\x1c")
                udp[0].send(b"still there")

            assert len(listen(source, act, seconds=0.05)) == 1
            with pytest.raises(BlockingIOError):
                os.read(read_end, 1)
        os.close(read_end)
        os.close(write_end)


class TestStats:
    def test_the_loopback_counts_twice_and_says_so(self, udp: tuple[socket.socket, int]) -> None:
        records, stats = captured(lambda: [udp[0].send(b"x") for _ in range(5)], f"udp port {udp[1]}")
        assert (len(records), stats) == (5, Stats(10, 0, 0))
        assert "twice" in (LiveSource.stats.__doc__ or "")

    def test_they_stay_readable_after_close(self, udp: tuple[socket.socket, int]) -> None:
        with create_session("lo", f"udp port {udp[1]}") as source:
            listen(source, lambda: udp[0].send(b"x"))
        assert source.stats() == Stats(2, 0, 0)

    def test_drops_are_counted(self, udp: tuple[socket.socket, int]) -> None:
        with create_session("lo", f"udp port {udp[1]}", buffer_size=1) as source:
            for _ in range(5_000):  # 5 MB into a ring of 1 that nobody reads
                udp[0].send(b"x" * 1000)
            assert source.stats().ps_drop > 0


class TestLink:
    """On a link of our own between two namespaces."""

    def test_what_crosses_the_link(self, link: tuple[Namespace, Namespace]) -> None:
        here, there = link
        with here.entered():
            source = create_session("", "udp port 9")
            sender = socket.socket(socket.AF_INET6, socket.SOCK_DGRAM)
        with source, sender:
            assert source.device == here.device
            records = listen(source, lambda: sender.sendto(b"over six", (there.ipv6, 9)))
            assert [data[-8:] for _, _, data in records] == [b"over six"]
            assert source.stats().ps_recv >= 1

    @pytest.mark.parametrize("wanted", [True, False])
    def test_the_device_is_promiscuous_only_when_asked(self, link: tuple[Namespace, Namespace], wanted: bool) -> None:
        here, _ = link
        with here.entered(), create_session(here.device, promiscuous=wanted):
            assert promiscuity(here) == int(wanted)
        assert promiscuity(here) == 0

    @pytest.mark.parametrize("change", [("set", "{}", "down"), ("del", "{}")])
    def test_the_interface_goes_away(self, change: tuple[str, ...]) -> None:
        records: list[Record] = []
        with linked_namespaces() as (here, _):
            with here.entered():
                source = create_session(here.device, "udp port 9")
                sender = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
            with source, sender:
                sender.setsockopt(socket.SOL_SOCKET, socket.SO_BROADCAST, 1)
                for _ in range(3):
                    sender.sendto(b"x", (here.broadcast, 9))  # waits for no ARP
                here.ip("link", *(word.format(here.device) for word in change))
                ended = f"{here.device} ended: the interface went down"
                with pytest.raises(DeviceError, match=ended):
                    records.extend(record for batch in source.batches() for record in batch.records)
                # more when something crossed the link before the filter was set
                assert source.stats().ps_recv >= 3
        assert len(records) == 3


class TestRefusals:
    def test_no_such_interface(self) -> None:
        with pytest.raises(DeviceError, match=r'no such interface: "nosuch"; there are .*lo') as caught:
            create_session("nosuch")
        assert not isinstance(caught.value, PermissionDeniedError)

    @pytest.mark.parametrize("name", ["a\0b", "\udc80", "x" * 300, "a/b"])
    def test_what_is_no_name(self, name: str) -> None:
        with pytest.raises(DeviceError, match="no such interface"):
            create_session(name)

    def test_no_monitor_mode(self) -> None:
        with pytest.raises(DeviceError, match="lo has no monitor mode"):
            create_session("lo", monitor=True)

    def test_an_interface_that_is_down(self, link: tuple[Namespace, Namespace]) -> None:
        here, _ = link
        down = pytest.raises(DeviceError, match="the interface pctun is down")
        with tun_device(here) as device, here.entered(), down:
            create_session(device)

    def test_another_failure_has_libpcaps_words(self, monkeypatch: pytest.MonkeyPatch) -> None:
        class Reader:
            def __getattr__(self, name: str) -> Callable[..., int]:
                return lambda *_: -1

        def fail(*_: object) -> None:
            raise pcapy.PcapError("No room")

        monkeypatch.setattr(pcapy, "create", lambda _: Reader())
        monkeypatch.setattr(pcapy, "open_live", fail)
        with pytest.raises(DeviceError, match="cannot capture on eth7: no room"):
            create_session("eth7")
        monkeypatch.setattr(pcapy, "open_live", lambda *_: Reader())
        with pytest.raises(DeviceError, match="cannot capture on eth7: libpcap's error -1"):
            create_session("eth7")

    @pytest.mark.parametrize("size", [0, -1, 2048])
    def test_a_buffer_that_cannot_be(self, size: int) -> None:
        with pytest.raises(UsageError, match="1 to 2047"):
            create_session("lo", buffer_size=size)

    @pytest.mark.parametrize(
        ("expression", "words"),
        [
            ("ip proto \tcp", r"bad filter \"ip proto \\tcp\": unknown ip proto 'cp'; it holds a TAB"),
            ("port 99999", "illegal port number 99999 > 65535$"),
            ("foo bar", "syntax error$"),
            ("tcp and udp", "expression rejects all packets$"),
            ("port \0", "embedded null"),
            ("host \udc80", "surrogates not allowed"),
        ],
    )
    def test_a_bad_filter(self, expression: str, words: str) -> None:
        with pytest.raises(FilterError, match=words):
            create_session("lo", expression)

    def test_a_refused_capture_leaves_no_descriptor(self) -> None:
        def refused() -> None:
            for device, expression in (("nosuch", ""), ("lo", "foo bar")):
                with pytest.raises((DeviceError, FilterError)):
                    create_session(device, expression)

        refused()
        before = len(os.listdir("/proc/self/fd"))
        refused()
        create_session("lo").close()
        assert len(os.listdir("/proc/self/fd")) == before


@pytest.mark.parametrize(
    ("device", "says"),
    [
        ("lo", "PermissionDeniedError no permission to capture on lo; run: "),
        ("nosuch", 'DeviceError no such interface: "nosuch"; there are '),
    ],
)
def test_without_permission(device: str, says: str) -> None:
    # the interpreter's files may be private to root, so it becomes nobody only after its imports
    program = f"""
import os, psutil
from pcaptools.core.errors import PcapToolsError
from pcaptools.core.sources.live import create_session
os.setgroups([])
os.setresgid(65534, 65534, 65534)
os.setresuid(65534, 65534, 65534)
try:
    create_session({device!r})
except PcapToolsError as error:
    print(type(error).__name__, error)
"""
    environment = dict(os.environ, PYTHONPATH=os.pathsep.join(filter(None, sys.path)))
    done = subprocess.run(
        [sys.executable, "-c", program], check=False, capture_output=True, text=True, timeout=30, env=environment
    )
    assert done.stdout.startswith(says), done.stderr


def test_reading_goes_on_after_root_is_given_up(udp: tuple[socket.socket, int]) -> None:
    with create_session("lo", f"udp port {udp[1]}") as source:
        child = os.fork()
        if child == 0:
            os.setresuid(65534, 65534, 65534)
            seen = listen(source, lambda: udp[0].send(b"x"))
            os._exit(0 if (len(seen), source.stats().ps_recv) == (1, 2) else 1)
        assert os.waitpid(child, 0)[1] == 0


def answer_time(source: LiveSource, act: Callable[[], object]) -> float:
    """Act from a thread on an idle source and return how long its loop took to end after that."""
    acted: list[float] = []

    def later() -> None:
        time.sleep(0.25)
        acted.append(time.monotonic())
        act()

    thread = threading.Thread(target=later)
    thread.start()
    assert all(not batch.records for batch in source.batches())
    ended = time.monotonic()
    thread.join()
    return ended - acted[0]


def promiscuity(where: Namespace) -> int:
    shown = json.loads(where.ip("-d", "-j", "link", "show", where.device))
    return int(shown[0]["promiscuity"])


@contextlib.contextmanager
def tun_device(where: Namespace) -> Iterator[str]:
    where.ip("tuntap", "add", "dev", "pctun", "mode", "tun")
    try:
        yield "pctun"
    finally:
        where.ip("link", "del", "pctun")


@contextlib.contextmanager
def serving() -> Iterator[int]:
    class Hello(http.server.BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(200)
            self.send_header("Content-Length", "5")
            self.end_headers()
            self.wfile.write(b"hello")

        def log_message(self, *_: object) -> None:
            pass

    with http.server.HTTPServer(("127.0.0.1", 0), Hello) as server:
        thread = threading.Thread(target=server.serve_forever, args=[0.01])
        thread.start()
        try:
            yield server.server_address[1]
        finally:
            server.shutdown()
            thread.join()
