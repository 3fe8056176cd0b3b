"""A process that dies with its parent's pipe: when the parent ends, however it ends, the stack stops.

    python -m tocsin.stack.leash DATA_DIR

It waits for the end of its standard input. The parent holds the other end and never writes; the
system closes it even after `kill -9`.
"""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path

from tocsin.stack.local import stop_stack
from tocsin.stack.settings import StackSettings


def tie_to_this_process(data_dir: Path) -> subprocess.Popen[bytes]:
    """Start the watcher; close the `stdin` of what is returned, or end, and the stack stops."""
    return subprocess.Popen(
        [sys.executable, "-m", "tocsin.stack.leash", str(data_dir)],
        stdin=subprocess.PIPE,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    )


def main() -> None:
    """Wait for the end of standard input, then stop the stack."""
    for sign in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(sign, signal.SIG_IGN)
    data_dir = Path(sys.argv[1])
    while os.read(0, 4096):
        pass
    stop_stack(StackSettings(data_dir=data_dir), lambda _: None)


if __name__ == "__main__":
    main()
