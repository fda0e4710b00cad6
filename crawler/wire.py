"""What passes between a crawl's process and the one that records: frames of four bytes of length and a MessagePack
message. The job goes in, messages come out.
"""

import struct
import threading
from collections import deque
from collections.abc import Iterator
from typing import IO, Any

import msgspec

from crawler.items import Job, Message

_READ_AHEAD = 16 * 1024 * 1024  # bytes of messages that wait while a batch is committed
_END = b""
_encoder = msgspec.msgpack.Encoder()
_decoder = msgspec.msgpack.Decoder(Message)


class Start(msgspec.Struct, frozen=True):
    """What a crawl's process is told: its job, and settings of Scrapy's that a person gave."""

    job: Job
    settings: dict[str, Any] = {}


def send_start(pipe: IO[bytes], start: Start) -> None:
    """Tell it, and close the pipe."""
    try:
        pipe.write(_encoder.encode(start))
        pipe.close()
    except BrokenPipeError:
        pass  # the child is gone; its end is found where its answers are read


def read_start(pipe: IO[bytes]) -> Start:
    """What `send_start` told."""
    return msgspec.msgpack.decode(pipe.read(), type=Start)


def send(pipe: IO[bytes], message: Message) -> None:
    """Raises BrokenPipeError where nobody reads any more."""
    encoded = _encoder.encode(message)
    pipe.write(struct.pack(">I", len(encoded)) + encoded)
    pipe.flush()


def received(pipe: IO[bytes], pause: float) -> Iterator[Message | None]:
    """Messages as they come; None wherever none came for `pause` seconds.

    Raises `msgspec.MsgspecError` for what is no message.
    """
    ahead = _ReadAhead(pipe)
    try:
        while (frame := ahead.take(pause)) != _END:
            yield None if frame is None else _decoder.decode(frame)
    finally:
        ahead.stop()


class _ReadAhead:
    """Frames of a pipe, read by a thread, so that the child goes on while this process commits."""

    def __init__(self, pipe: IO[bytes]) -> None:
        self._pipe = pipe
        self._frames: deque[bytes] = deque()
        self._bytes = 0
        self._stopped = False
        self._changed = threading.Condition()
        threading.Thread(target=self._read, daemon=True).start()

    def take(self, seconds: float) -> bytes | None:
        """The next frame, `_END` behind the last one; None where none came in time."""
        with self._changed:
            if not self._changed.wait_for(lambda: self._frames, seconds):
                return None
            frame = self._frames.popleft()
            self._bytes -= len(frame)
            self._changed.notify_all()
            return frame

    def stop(self) -> None:
        """No more frames are wanted: the thread ends."""
        with self._changed:
            self._stopped = True
            self._changed.notify_all()

    def _read(self) -> None:
        while len(head := self._pipe.read(4)) == 4:
            (size,) = struct.unpack(">I", head)
            frame = self._pipe.read(size)
            if len(frame) < size or not self._put(frame):
                break  # what is left of a frame whose writer died is dropped
        self._put(_END)

    def _put(self, frame: bytes) -> bool:
        with self._changed:
            self._changed.wait_for(lambda: self._stopped or self._bytes < _READ_AHEAD)
            self._frames.append(frame)
            self._bytes += len(frame)
            self._changed.notify_all()
            return not self._stopped
