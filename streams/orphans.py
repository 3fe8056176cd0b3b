"""Children that do not outlive their parent, however it ends."""

from __future__ import annotations

import ctypes
import signal
import sys

_PR_SET_PDEATHSIG = 1


def end_with_parent(sign: signal.Signals) -> None:
    """Ask the kernel to send this process `sign` when its parent dies; Linux only.

    Called in the child. A parent that is killed cannot tell its children, and a reading process that
    waits for work would otherwise wait for ever.
    """
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, sign)
