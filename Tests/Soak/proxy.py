"""The network of one instance: a proxy between it and the broker, which can be cut, hung, and made to lose answers."""

import contextlib
import selectors
import socket
import threading
import time

# How a proxy treats what it gets.
OPEN = "open"
# Connections end, and new ones are refused.
CUT = "cut"
# Nothing passes in either direction; it arrives late, after `open`, even if the instance has closed its connection.
HANG = "hang"
# Requests pass and answers do not; they are lost, and the connections end with the next change.
DEAF = "deaf"


class _Pipe:
    """One direction of a connection."""

    def __init__(self, source: socket.socket, target: socket.socket, is_answer: bool) -> None:
        self.source, self.target, self.is_answer = source, target, is_answer
        self.held = bytearray()
        self.has_ended = False


class Proxy:
    """Listens on a port of its own, which stays the same."""

    def __init__(self, port: int) -> None:
        self._broker = ("127.0.0.1", port)
        self._listener: socket.socket | None = None
        self._mode = OPEN
        self._wanted = OPEN
        self._pipes: list[_Pipe] = []
        self._selector = selectors.DefaultSelector()
        self._ending = False
        self.port = 0
        self._listen()
        self._thread = threading.Thread(target=self._run, daemon=True)
        self._thread.start()

    def set(self, mode: str) -> None:
        """Changes the mode, and returns when it is in force."""
        self._wanted = mode
        while self._mode != mode and self._thread.is_alive():
            time.sleep(0.002)

    def lead_to(self, port: int) -> None:
        """Connections end, and new ones go to another broker."""
        self.set(CUT)
        self._broker = ("127.0.0.1", port)
        self.set(OPEN)

    @property
    def mode(self) -> str:
        """How it treats what it gets."""
        return self._wanted

    def close(self) -> None:
        """Ends all."""
        self._ending = True
        self._thread.join()

    def _listen(self) -> None:
        listener = socket.socket()
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind(("127.0.0.1", self.port))
        listener.listen(64)
        listener.setblocking(False)
        self.port = listener.getsockname()[1]
        self._listener = listener
        self._selector.register(listener, selectors.EVENT_READ, None)

    def _run(self) -> None:
        while not self._ending:
            if self._wanted != self._mode:
                self._change(self._wanted)
            for key, _ in self._selector.select(0.02):
                if key.data is None:
                    self._accept()
                else:
                    self._read(key.data)
        self._change(CUT)
        self._selector.close()

    def _change(self, mode: str) -> None:
        if CUT in (self._mode, mode) or self._mode == DEAF:
            self._drop()
        if mode == CUT and self._listener:
            self._selector.unregister(self._listener)
            self._listener.close()
            self._listener = None
        elif mode != CUT and not self._listener:
            self._listen()
        if mode == OPEN:
            for pipe in list(self._pipes):
                self._flush(pipe)
        self._mode = mode

    def _drop(self) -> None:
        for pipe in self._pipes:
            self._forget(pipe.source)
            pipe.source.close()
        self._pipes = []

    def _forget(self, one: socket.socket) -> None:
        with contextlib.suppress(KeyError, ValueError):
            self._selector.unregister(one)

    def _accept(self) -> None:
        assert self._listener
        try:
            client, _ = self._listener.accept()
        except OSError:
            return
        try:
            broker = socket.create_connection(self._broker, 2)
        except OSError:
            client.close()
            return
        for one, other, is_answer in ((client, broker, False), (broker, client, True)):
            one.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            # Writing waits: little is on its way at any time. A broker that is stopped takes nothing for a while.
            one.settimeout(60)
            pipe = _Pipe(one, other, is_answer)
            self._pipes.append(pipe)
            self._selector.register(one, selectors.EVENT_READ, pipe)

    def _read(self, pipe: _Pipe) -> None:
        try:
            data = pipe.source.recv(1 << 18)
        except OSError:
            data = b""
        if not data:
            pipe.has_ended = True
            self._forget(pipe.source)
            if self._mode != HANG:
                self._end(pipe)
            return
        if self._mode == DEAF and pipe.is_answer:
            return
        pipe.held += data
        if self._mode != HANG:
            self._flush(pipe)

    def _flush(self, pipe: _Pipe) -> None:
        if pipe.held:
            try:
                pipe.target.sendall(pipe.held)
            except OSError:
                pipe.has_ended = True
            pipe.held.clear()
        if pipe.has_ended:
            self._end(pipe)

    def _end(self, pipe: _Pipe) -> None:
        """Ends a connection whose one side has ended, when the broker has what the instance had sent."""
        pair = [one for one in self._pipes if one.source in (pipe.source, pipe.target)]
        for one in pair:
            self._pipes.remove(one)
            self._forget(one.source)
        for one in pair:
            if one.held and not one.is_answer and one is not pipe:
                with contextlib.suppress(OSError):
                    one.target.sendall(one.held)
        for one in pair:
            one.source.close()
