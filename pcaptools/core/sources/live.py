"""Live capture through pcapy-ng: non-blocking reads under our own poll.

Limitations, all of pcapy-ng: times are whole microseconds; the kernel's clock is the only one; the netmask is
unknown to the filter, so `ip broadcast` knows only the all-ones address.
"""

from __future__ import annotations

import contextlib
import os
import threading
import time
from collections.abc import Callable, Iterator
from typing import Any

import pcapy

from pcaptools.core import devices
from pcaptools.core.devices import Code, default_device, device_names, linktype_of
from pcaptools.core.errors import DeviceError, FilterError, PermissionDeniedError, UsageError
from pcaptools.core.privileges import permission_remedy
from pcaptools.core.sources.base import BATCH_PACKETS, Batch, Record, Source, Stats
from pcaptools.core.sources.poll import PollSet

SNAP_LENGTH = 262144
"""libpcap's maximum: longer than any packet, offloaded ones included."""

IDLE_S = 0.2
"""An idle link gives an empty batch this often."""

_DRAIN_S = 0.12
"""After `stop()`, reading on ends after this time at the latest, however busy the link is."""

_RETIRE_S = 0.005
"""The kernel hands over a block of its ring up to two buffer timeouts and this much after a packet came."""

_MAX_BUFFER_MB = 2047  # libpcap takes the size in bytes, as an int


def create_session(
    device: str = "",
    filter: str = "",  # noqa: A002 (the name that node_pcap's users know)
    *,
    promiscuous: bool = True,
    buffer_size: int = 10,
    buffer_timeout: int = 10,
    snap_length: int = SNAP_LENGTH,
    monitor: bool = False,
) -> LiveSource:
    """Open `device` (the default one when empty) for capture, with a pcap-filter(7) expression.

    `buffer_size` is the kernel's ring in MB; `buffer_timeout` is how many ms a packet may wait in it.
    """
    if not 0 < buffer_size <= _MAX_BUFFER_MB:
        raise UsageError(f"a capture buffer of {buffer_size} MB is not possible", f"give 1 to {_MAX_BUFFER_MB}")
    device = device or default_device()
    reader = _create(device)
    reader.set_snaplen(snap_length)
    reader.set_promisc(int(promiscuous))
    reader.set_timeout(buffer_timeout)
    reader.set_buffer_size(buffer_size * 1024 * 1024)
    if monitor:
        reader.set_rfmon(1)
    _activate(reader, device)
    with contextlib.ExitStack() as undo:
        undo.callback(reader.close)
        reader.setnonblock(1)
        _set_filter(reader, filter)
        source = LiveSource(reader, device, buffer_timeout)
        undo.pop_all()
    return source


class LiveSource(Source):
    """A running capture on one interface; made by `create_session`."""

    live = True

    def __init__(self, reader: Any, device: str, buffer_timeout: int) -> None:
        super().__init__()
        self.device = device
        self.link_type: int = linktype_of(reader.datalink())
        """LINKTYPE_ number."""
        self.extra_fds: list[int] = []
        """More descriptors to watch, filled in before `batches()`.

        One that is open only for reading, as the end of a signal wake-up pipe, is read empty whenever
        something is in it. Of any other, as stdout, only its end is watched for: see `reader_gone`.
        """
        self.reader_gone = False
        """`batches()` ended because the reader of one of `extra_fds` went away."""
        self._reader = reader
        self._timeout_s = buffer_timeout / 1000
        self._stats = Stats()
        self._stopped = self._closed = False
        # Held around every use of the reader: pcapy-ng releases the GIL inside libpcap, and a `close()` at
        # that moment would free what is in use. Reentrant, since a signal handler may call `stop()` any time.
        self._lock = threading.RLock()
        self._wake_read, self._wake_write = os.pipe()
        os.set_blocking(self._wake_write, False)

    def batches(self) -> Iterator[Batch]:
        """Yield packets as they come; what had arrived before `stop()` or an error is still handed over."""
        wait = self._waiter()
        due = time.monotonic() + IDLE_S
        failure: DeviceError | None = None
        while not self._stopped and failure is None:
            self.reader_gone = wait(due - time.monotonic())
            if self.reader_gone:
                return
            # whether ready or not: libpcap may hold packets that poll does not see (on BPF devices)
            records, failure = self._read()
            if records or time.monotonic() >= due:
                due = time.monotonic() + IDLE_S
                yield Batch(self.link_type, records)
        yield from self._drain()
        if failure is not None:
            raise failure

    def preload(self) -> None:
        """Import what the list of devices needs."""
        devices.preload()

    def stats(self) -> Stats:
        """Return libpcap's counters as they come.

        Limitations: Linux counts every packet of the loopback interface twice, out and in, before libpcap
        drops one of the two; libpcap's counters are 32 bits wide.
        """
        with self._lock, contextlib.suppress(pcapy.PcapError):
            if not self._closed:
                self._stats = Stats(*self._reader.stats())
        return self._stats

    def stop(self) -> None:
        """End `batches()` soon. May be called from another thread or a signal handler, more than once."""
        self._stopped = True
        with self._lock, contextlib.suppress(BlockingIOError):  # full: it has been woken more than enough
            if not self._closed:
                os.write(self._wake_write, b"\0")

    def close(self) -> None:
        """Release the descriptors; the last counters stay readable. May be called more than once."""
        self.stop()
        with self._lock:
            if self._closed:
                return
            self.stats()
            self._closed = True
            self._reader.close()
            os.close(self._wake_read)
            os.close(self._wake_write)

    def _waiter(self) -> Callable[[float], bool]:
        with self._lock:
            if self._closed:
                return lambda _: False
            fd = self._reader.getfd()
            poll = PollSet([fd, self._wake_read] if fd >= 0 else [self._wake_read], self.extra_fds)
        if fd >= 0:
            return poll.wait
        # nothing to wait on, so libpcap must be asked often
        return lambda seconds: poll.wait(min(seconds, self._timeout_s))

    def _read(self) -> tuple[list[Record], DeviceError | None]:
        """Take what libpcap has, at most a batch, and the error that it met after that."""
        got: dict[Any, bytes] = {}
        failure = None
        with self._lock:
            if self._closed:
                return [], None
            try:
                # The callback must never raise: pcapy-ng would lose packets and the exception. A method
                # written in C runs no bytecode, so that not even a signal's handler can raise inside it.
                self._reader.dispatch(BATCH_PACKETS, got.__setitem__)
            except pcapy.PcapError as error:
                failure = DeviceError(f"the capture on {self.device} ended: {_lower(error)}")
        return [_record(header, data) for header, data in got.items()], failure

    def _drain(self) -> Iterator[Batch]:
        """Hand over what was still in the kernel's ring when the capture ended."""
        if self._closed:
            return
        deadline = time.monotonic() + _DRAIN_S
        time.sleep(min(2 * self._timeout_s + _RETIRE_S, _DRAIN_S))
        while True:
            records, _ = self._read()
            if records:
                yield Batch(self.link_type, records)
            if not records or time.monotonic() >= deadline:
                return


def _record(header: Any, data: bytes) -> Record:
    seconds, microseconds = header.getts()
    return seconds * 1_000_000_000 + microseconds * 1000, header.getlen(), data


def _create(device: str) -> Any:
    try:
        return pcapy.create(device)
    except ValueError:  # a NUL or a byte that is not UTF-8 in it
        raise _no_such_device(device) from None
    except pcapy.PcapError as error:
        raise DeviceError(f"cannot capture on {device}: {_lower(error)}") from None


def _activate(reader: Any, device: str) -> None:
    """Start the capture. pcapy-ng never raises here, and an unchecked failure reads as silence for ever."""
    code = reader.activate()
    if code >= 0:
        return
    reader.close()
    if code == Code.NO_SUCH_DEVICE or (code in Code.NOT_PERMITTED and device not in device_names()):
        raise _no_such_device(device)
    if code in Code.NOT_PERMITTED:
        raise PermissionDeniedError(f"no permission to capture on {device}", permission_remedy())
    if code == Code.RFMON_NOT_SUPPORTED:
        raise DeviceError(f"{device} has no monitor mode", "leave --monitor out")
    if code == Code.INTERFACE_NOT_UP:
        raise DeviceError(f"the interface {device} is down", "bring it up first")
    raise DeviceError(f"cannot capture on {device}: {_reason(device, code)}")


def _no_such_device(device: str) -> DeviceError:
    names = device_names()
    there = f"there are {', '.join(names)}" if names else "there are none that can be captured on"
    return DeviceError(f'no such interface: "{device}"', there)


def _reason(device: str, code: int) -> str:
    """Ask libpcap for its words by the only way of pcapy-ng that passes them on."""
    try:
        pcapy.open_live(device, SNAP_LENGTH, 0, 10).close()
    except pcapy.PcapError as error:
        return _lower(error)
    return f"libpcap's error {code}"


def _set_filter(reader: Any, expression: str) -> None:
    if not expression.strip():
        return
    try:
        reader.setfilter(expression)
    except (pcapy.PcapError, ValueError) as error:  # ValueError: a NUL or a byte that is not UTF-8 in it
        hint = r"it holds a TAB: something turned \t into one, quote the filter with '…'" if "\t" in expression else ""
        shown = expression.replace("\t", r"\t")
        raise FilterError(f'bad filter "{shown}": {error}', hint) from None


def _lower(error: Exception) -> str:
    text = str(error)
    return text[:1].lower() + text[1:]
