"""The child process of `producers.workers`: tasks in on stdin, results out on stdout, one at a time.

It parses bytes of strangers, so it has no secrets, a limit on memory, and an alarm that ends it when
its parent is not there to do so. Frames are a length of 4 bytes and a pickle, on a private pipe.
"""

from __future__ import annotations

import datetime as dt
import os
import pickle
import resource
import signal
import struct
import sys
from collections.abc import Callable
from typing import Any, BinaryIO

from producers.items import NotAFeed, Page, ParsedFeed
from producers.parse import parse_feed
from producers.publishers import load_outlets


def parse(
    body: bytes, url: str, now: dt.datetime, content_type: str | None
) -> ParsedFeed | NotAFeed:
    """Parse a feed, knowing the outlets' time zones."""
    return parse_feed(
        body, url=url, now=now, content_type=content_type, zone_of=load_outlets().zone_of
    )


def extract(body: bytes, url: str, charset: str | None) -> Page:
    """Extract the article from a page; trafilatura is loaded only where pages are read."""
    from producers.extract import extract_page  # noqa: PLC0415

    return extract_page(body, url=url, charset=charset)


TASKS: dict[str, Callable[..., Any]] = {"parse": parse, "extract": extract}


def main() -> None:
    """Serve tasks until stdin ends."""
    memory, seconds = int(sys.argv[1]), int(sys.argv[2])
    resource.setrlimit(resource.RLIMIT_AS, (memory, memory))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    frames_in = sys.stdin.buffer
    # whatever prints must not print into the frames
    frames_out = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)
    while (frame := _read_frame(frames_in)) is not None:
        signal.alarm(seconds)
        task, arguments = pickle.loads(frame)  # noqa: S301 - from our own parent
        try:
            answer: tuple[str, Any] = ("done", TASKS[task](**arguments))
        except MemoryError:
            answer = ("failed", "it needs more memory than a worker may have")
        except Exception as error:  # noqa: BLE001 - a library's failure on bytes of strangers
            answer = ("failed", f"{type(error).__name__}: {error}"[:500])
        signal.alarm(0)
        result = pickle.dumps(answer, protocol=pickle.HIGHEST_PROTOCOL)
        frames_out.write(struct.pack(">I", len(result)) + result)
        frames_out.flush()


def _read_frame(stream: BinaryIO) -> bytes | None:
    head = stream.read(4)
    if len(head) < 4:
        return None
    return stream.read(struct.unpack(">I", head)[0])


if __name__ == "__main__":
    main()
