"""Errors that a user of pcaptools can cause. Traffic never raises any of them.

PcapToolsError              anything below; the command line prints it in one line
  UsageError                the command line contradicts itself (exit status 2)
  DeviceError               no such interface, or it went away
    PermissionDeniedError   the interface is there, the right to capture is not
  FilterError               libpcap refuses the filter expression
  CaptureFileError          a capture file that cannot be opened, read or written
    NotACaptureFileError    it is something else
    TruncatedFileError      it ends in the middle of a record; all whole packets were delivered
"""

from __future__ import annotations


class PcapToolsError(Exception):
    """A user's mistake, told in one line: what is wrong and, where there is one, the remedy."""

    exit_status = 1

    def __init__(self, message: str, remedy: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.remedy = remedy

    def __str__(self) -> str:
        return f"{self.message}; {self.remedy}" if self.remedy else self.message


class UsageError(PcapToolsError):
    """The words of the command line do not go together."""

    exit_status = 2


class DeviceError(PcapToolsError):
    """No such interface, or it cannot be captured on, or it went away."""


class PermissionDeniedError(DeviceError):
    """The interface exists, but this process may not capture on it."""


class FilterError(PcapToolsError):
    """The filter expression is not valid pcap-filter(7)."""


class CaptureFileError(PcapToolsError):
    """A capture file could not be opened, read or written."""


class NotACaptureFileError(CaptureFileError):
    """The file is neither pcap nor pcapng."""


class TruncatedFileError(CaptureFileError):
    """The file ends inside a record. Every whole packet before was delivered."""
