"""Workers of xdist that are forked from a warm process, for `tests.builders.warm_sessions`.

The session cannot fork them itself: by then it has threads, and a configuration that workers make anew. So a process
that is forked before the session begins does it, and hands back the ends of the pipes that execnet talks through.
"""

import os
import signal
import socket
import sys
from collections.abc import Callable
from typing import Any

import execnet.gateway_io as gateway_io

_plain: Callable[..., Any] = gateway_io.create_io


def lend_workers(leave: Callable[[int], None]) -> None:
    """Have sessions of this process fork their workers.

    Parameters
    ----------
    leave
        Ends a worker with an exit status.
    """
    here, there = socket.socketpair()
    if not os.fork():
        here.close()
        _fork_when_asked(there, leave)
    there.close()

    def create_io(spec: Any, execmodel: Any) -> Any:
        return WarmIO(here, execmodel) if spec.popen and not spec.python else _plain(spec, execmodel)

    gateway_io.create_io = create_io


def _fork_when_asked(asked: socket.socket, leave: Callable[[int], None]) -> None:
    """Fork a worker for each message, which brings its standard input and output and a pipe that it holds open."""
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)  # the system forgets workers that have ended
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # as long as the session goes on, it may ask for another
    while (message := socket.recv_fds(asked, 1, 3))[0]:
        if not (worker := os.fork()):
            asked.close()
            signal.signal(signal.SIGCHLD, signal.SIG_DFL)
            signal.signal(signal.SIGINT, signal.default_int_handler)
            _work(*message[1], leave=leave)
        for file in message[1]:
            os.close(file)
        asked.sendall(worker.to_bytes(8, "big"))
    os._exit(0)


def _work(stdin: int, stdout: int, alive: int, *, leave: Callable[[int], None]) -> None:
    """Do what execnet has a new interpreter do."""
    for number, file in enumerate((stdin, stdout)):
        os.dup2(file, number)
        os.close(file)
    sys.stdin, sys.stdout = open(0, closefd=False), open(1, "w", closefd=False)  # noqa: SIM115
    sys.argv[:] = ["-c"]
    exec(gateway_io.popen_bootstrapline, {"__name__": "__main__"})
    leave(0)


class WarmIO(gateway_io.Popen2IO):  # type: ignore[misc]
    """The pipes to a worker and its end, for execnet."""

    def __init__(self, asked: socket.socket, execmodel: Any) -> None:
        (stdin, to_worker), (from_worker, stdout), (self._end, alive) = os.pipe(), os.pipe(), os.pipe()
        socket.send_fds(asked, [b"1"], [stdin, stdout, alive])
        for file in (stdin, stdout, alive):
            os.close(file)
        self._worker = int.from_bytes(asked.recv(8), "big")
        super().__init__(os.fdopen(to_worker, "wb"), os.fdopen(from_worker, "rb"), execmodel=execmodel)

    def wait(self) -> None:
        """Wait until the worker has ended, and with it what holds its pipe."""
        os.read(self._end, 1)

    def kill(self) -> None:
        """End a worker that does not end by itself."""
        os.kill(self._worker, signal.SIGKILL)
