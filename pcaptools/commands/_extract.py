"""--extract: each body as a file of its own, in one folder and nowhere else."""

from __future__ import annotations

import contextlib
import errno
import hashlib
import io
import os
import re
import stat
from collections.abc import Iterable
from mimetypes import MimeTypes
from pathlib import PurePosixPath
from typing import Self
from urllib.parse import unquote

from pcaptools.core.errors import CaptureFileError
from pcaptools.core.events import Event, HttpBody, HttpRequest, HttpRequestBody, HttpResponse
from pcaptools.core.privileges import give_to_invoker, remedy_for
from pcaptools.core.protocols.http.coding import decode_content
from pcaptools.core.protocols.http.media import sniff
from pcaptools.core.sources.whole import write_whole
from pcaptools.printers.bodies import body_media
from pcaptools.printers.jsonl import encode

INDEX = "index.jsonl"
MAX_NAME = 100
"""Characters taken from a URL for a file's name; file systems end at 255 bytes."""
MAX_OPEN = 65_536
"""Requests whose URL is remembered for the name of their bodies."""
MAX_URLS = 16 << 20
"""Characters of all these URLs."""
_UNSAFE = re.compile(r"[^A-Za-z0-9._-]+")
_TYPES = MimeTypes(filenames=())  # the table that comes with Python: the same names on every machine
_USUAL = {
    "application/javascript": ".js", "application/json": ".json", "image/jpeg": ".jpg", "text/html": ".html",
    "text/javascript": ".js", "text/plain": ".txt", "application/xml": ".xml", "text/xml": ".xml",
    "image/webp": ".webp", "font/woff2": ".woff2", "application/wasm": ".wasm", "image/avif": ".avif",
}  # fmt: skip


class BodyFolder:
    """Saves bodies, decoded, and tells each in the index: name, sha256, size, and what it was the body of."""

    def __init__(self, path: str, *, force: bool, limit: int) -> None:
        """Make the folder if there is none. `limit` bounds a decoded body, in bytes."""
        self._force = force
        self._limit = limit
        self._urls: dict[tuple[str, int], str] = {}
        self._url_characters = 0
        self.count = 0
        """Bodies saved."""
        try:
            if not os.path.lexists(path):
                os.mkdir(path)
                give_to_invoker(path)
            self._folder = os.open(path, os.O_RDONLY | os.O_DIRECTORY)
        except (OSError, ValueError) as error:
            reason = (error.strerror if isinstance(error, OSError) else None) or str(error)
            raise CaptureFileError(f"cannot save bodies in {path!r}: {reason}", remedy_for(error)) from None
        self._path = path
        self._index: io.FileIO | None = None  # made for the first body: a run that fails early leaves nothing behind
        self._end = 0  # of the index
        if not os.access(path, os.W_OK | os.X_OK):
            refused = PermissionError(errno.EACCES, os.strerror(errno.EACCES))
            raise CaptureFileError(f"cannot save bodies in {path!r}: {refused.strerror}", remedy_for(refused))
        if not force and self._has(INDEX):
            raise CaptureFileError(f"{path!r} has bodies already", "use another folder, or overwrite with --force")

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def take(self, events: Iterable[Event]) -> None:
        """Save the bodies among these events."""
        for event in events:
            if isinstance(event, HttpRequest):
                self._remember(event, event.url)
            elif isinstance(event, HttpResponse):
                if event.url is not None:
                    self._remember(event, event.url)
            elif isinstance(event, HttpBody):
                self._save(event)

    def close(self) -> None:
        """Close the index. May be called more than once."""
        if self._folder < 0:
            return
        if self._index is not None:
            with contextlib.suppress(OSError):
                self._index.close()
        os.close(self._folder)
        self._folder = -1

    def _remember(self, event: HttpRequest | HttpResponse, url: str) -> None:
        key = event.session.id, event.number
        self._forget(key)
        while self._urls and (len(self._urls) >= MAX_OPEN or self._url_characters + len(url) > MAX_URLS):
            self._forget(next(iter(self._urls)))
        self._urls[key] = url
        self._url_characters += len(url)

    def _forget(self, key: tuple[str, int]) -> None:
        self._url_characters -= len(self._urls.pop(key, ""))

    def _save(self, event: HttpBody) -> None:
        decoded = decode_content(event.fields, event.body, self._limit)
        side = "request" if isinstance(event, HttpRequestBody) else "response"
        url = self._urls.get((event.session.id, event.number), "")
        if side == "response":
            self._forget((event.session.id, event.number))
        media = body_media(event.fields).name
        name = f"{event.session.id}-{event.number}-{side}-{safe_name(url, media or sniff(decoded.data))}"
        notes = [decoded.note] * bool(decoded.note)
        notes += [f"{event.left_out} more bytes were not kept"] * bool(event.left_out)
        entry = {
            "file": name, "sha256": hashlib.sha256(decoded.data).hexdigest(), "size": len(decoded.data),
            "content_type": media, "decoded": decoded.codings, "session": event.session.id,
            "number": event.number, "side": side, "url": url, "note": ", ".join(notes),
        }  # fmt: skip
        self._put(name, decoded.data)
        self._tell(name, encode(entry).encode("ascii") + b"\n")
        self.count += 1

    def _put(self, name: str, data: bytes) -> None:
        with io.FileIO(self._open(name), "wb") as file:
            try:
                write_whole(file, data)
            except OSError as error:  # a full disk: no half of a body stays
                self._take_back(name)
                raise self._cannot_save(error) from None

    def _tell(self, name: str, line: bytes) -> None:
        """Add a body to the index: its line, whole, or neither line nor body."""
        if self._index is None:
            self._index = io.FileIO(self._open(INDEX), "wb")
        try:
            write_whole(self._index, line)
        except OSError as error:
            self._take_back(name)
            with contextlib.suppress(OSError):
                self._index.truncate(self._end)
            raise self._cannot_save(error) from None
        self._end += len(line)

    def _take_back(self, name: str) -> None:
        with contextlib.suppress(OSError):
            os.unlink(name, dir_fd=self._folder)

    def _cannot_save(self, error: OSError) -> CaptureFileError:
        return CaptureFileError(f"cannot save a body in {self._path!r}: {error.strerror}")

    def _open(self, name: str) -> int:
        """Make a new file in the folder, through its descriptor: whatever the name, it is a name in that folder.

        With `force` an ordinary file of that name is replaced; a link is, too, and never followed.
        """
        flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW
        try:
            fd = os.open(name, flags, 0o666, dir_fd=self._folder)
        except FileExistsError:
            if not self._force:
                message = f"{name} exists already in {self._path!r}"
                raise CaptureFileError(message, "use another folder, or overwrite with --force") from None
            self._remove(name)
            fd = os.open(name, flags, 0o666, dir_fd=self._folder)
        except OSError as error:
            raise CaptureFileError(f"cannot write in {self._path!r}: {error.strerror}") from None
        give_to_invoker(fd)
        return fd

    def _has(self, name: str) -> bool:
        try:
            os.stat(name, dir_fd=self._folder, follow_symlinks=False)
        except OSError:
            return False
        return True

    def _remove(self, name: str) -> None:
        mode = os.stat(name, dir_fd=self._folder, follow_symlinks=False).st_mode
        if not (stat.S_ISREG(mode) or stat.S_ISLNK(mode)):
            raise CaptureFileError(f"{name} in {self._path!r} is no file")
        os.unlink(name, dir_fd=self._folder)


def safe_name(url: str, media: str) -> str:
    """Return the end of a file's name: the last segment of a URL's path, made harmless, with an ending by the type."""
    path = url.partition("?")[0].partition("#")[0]
    segment = unquote(path, errors="replace").rstrip("/").rpartition("/")[2]
    name = _UNSAFE.sub("_", segment).strip("._")[:MAX_NAME]
    ending = _USUAL.get(media) or _TYPES.guess_extension(media) or ""
    own = PurePosixPath(name).suffix.lower()
    if own and (not ending or own in _TYPES.guess_all_extensions(media) or own == ending):
        return name
    return (name or "body") + (ending or ("" if own else ".bin"))
