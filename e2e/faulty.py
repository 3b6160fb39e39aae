"""Peers that fail as networks do: they hang, drip, break off, reset, or speak something else.

`peer()` makes one, at 127.0.0.1: of a behaviour, which says what happens to each connection; of `nobody`, who does not
listen; or of `black_hole`, which does not even accept.
"""

from __future__ import annotations

import contextlib
import socket
import struct
import threading
from dataclasses import dataclass, field
from typing import Callable, Iterator

HEAD = b"HTTP/1.1 200 OK\r\nContent-Type: text/xml\r\nContent-Length: 1000\r\n\r\n"


@dataclass
class Peer:
    """One who listens, or does not, at `address`."""

    address: str
    connections: list[socket.socket] = field(default_factory=list)
    heard: threading.Event = field(default_factory=threading.Event)  # somebody has sent something
    closing: threading.Event = field(default_factory=threading.Event)


Behaviour = Callable[[socket.socket, Peer], None]


# Behaviours


def say_nothing(connection: socket.socket, peer: Peer) -> None:
    while connection.recv(65536):
        peer.heard.set()


def drip(text: bytes) -> Behaviour:
    """A byte a second."""

    def behave(connection, peer):
        for byte in text:
            connection.send(bytes([byte]))
            if peer.closing.wait(1):
                return

    return behave


def say(text: bytes, then: Behaviour | None = None) -> Behaviour:
    """Once there is a request, say that, and hang up unless told what then."""

    def behave(connection, peer):
        connection.recv(65536)
        connection.sendall(text)
        if then:
            then(connection, peer)

    return behave


def page(status: str, *headers: str) -> Behaviour:
    """What a login page or a load balancer answers."""
    return say("\r\n".join([f"HTTP/1.1 {status}", "Content-Type: text/html", *headers, "Connection: close", "", "<p>"]).encode())


def hang_up(connection: socket.socket, peer: Peer) -> None:
    connection.recv(65536)


def reset(connection: socket.socket, peer: Peer) -> None:
    connection.recv(65536)
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))


# Peers


def peer(what) -> contextlib.AbstractContextManager[Peer]:
    """A peer, until the block ends."""
    return what() if what in (nobody, black_hole, silent_name_server) else listening(what)


@contextlib.contextmanager
def listening(behave: Behaviour) -> Iterator[Peer]:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        peer = Peer(address_of(listener))
        thread = threading.Thread(target=serve, args=(listener, behave, peer))
        thread.start()
        try:
            yield peer
        finally:
            peer.closing.set()
            listener.shutdown(socket.SHUT_RDWR)  # wakes who waits in accept, as closing does not
            thread.join()


def serve(listener: socket.socket, behave: Behaviour, peer: Peer) -> None:
    threads = []
    with contextlib.suppress(OSError):  # shut down
        while True:
            connection, _ = listener.accept()
            peer.connections.append(connection)
            threads.append(threading.Thread(target=treat, args=(connection, behave, peer)))
            threads[-1].start()
    for connection in peer.connections:
        with contextlib.suppress(OSError):  # it is closed already
            connection.shutdown(socket.SHUT_RDWR)
    for thread in threads:
        thread.join()


def treat(connection: socket.socket, behave: Behaviour, peer: Peer) -> None:
    with connection, contextlib.suppress(OSError):  # the client has gone
        behave(connection, peer)


@contextlib.contextmanager
def black_hole() -> Iterator[Peer]:
    """Connecting takes for ever: the queue of connections to accept is full, and the kernel drops what asks for more."""
    with contextlib.ExitStack() as sockets:
        listener = sockets.enter_context(socket.create_server(("127.0.0.1", 0), backlog=0))
        for _ in range(3):
            filler = sockets.enter_context(socket.socket())
            filler.setblocking(False)
            filler.connect_ex(listener.getsockname())
        yield Peer(address_of(listener))


@contextlib.contextmanager
def nobody() -> Iterator[Peer]:
    """Connecting is refused: the port is taken, and nobody listens."""
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        yield Peer(address_of(taken))


@contextlib.contextmanager
def silent_name_server() -> Iterator[Peer]:
    """Takes every question and answers none."""
    with socket.socket(type=socket.SOCK_DGRAM) as server:
        server.bind(("127.0.0.1", 0))
        yield Peer(address_of(server))


def address_of(bound: socket.socket) -> str:
    host, port = bound.getsockname()
    return f"{host}:{port}"
