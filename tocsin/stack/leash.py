"""A process that dies with its parent's pipe: when the parent ends, however it ends, the stack stops.

    python -m tocsin.stack.leash DATA_DIR

It waits for the end of its standard input. The parent holds the other end and never writes; the
system closes it even after `kill -9`. What has a pid file `run/child-*.json` there is stopped first.
"""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path

from tocsin.stack.local import stop_stack
from tocsin.stack.processes import read_pid_file, stop_process
from tocsin.stack.settings import StackSettings

CHILD_SECONDS = 20.0


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
    for path in sorted((data_dir / "run").glob("child-*.json")):
        child = read_pid_file(path)
        if child is not None:
            stop_process(child, CHILD_SECONDS)
        path.unlink(missing_ok=True)
    stop_stack(StackSettings(data_dir=data_dir), lambda _: None)


if __name__ == "__main__":
    main()
