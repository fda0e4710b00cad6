"""A network of its own for what is tried: every address of the world is this machine, and names lead where they should.

In a network namespace with nothing but a loopback, one route makes any address local, so that a connection to any of
them is met by the canary. A name server there answers differently the second time. `unshare` of util-linux and `ip` of
iproute2 do this; where they may not be used, the rows that need names are left out.
"""

import os
import socket
import struct
import subprocess
import sys
import tempfile
import threading
from collections import Counter
from pathlib import Path

PUBLIC = "93.184.216.34"  # that the names below lead to besides what they should not
PRIVATE = "127.0.0.66"
INSIDE = "NEWSTRAIL_TORTURE_INSIDE"
_UNSHARE = ["unshare", "--net", "--mount"]
_SETUP = (
    "ip link set lo up", "ip route add local 0.0.0.0/0 dev lo", "ip -6 route add local ::/0 dev lo",
)  # fmt: skip


def reachable() -> list[str] | None:
    """The command in front of another that gives it such a network; None where that may not be had."""
    for command in (_UNSHARE, [*_UNSHARE, "--map-root-user"]):
        try:
            done = subprocess.run([*command, "sh", "-c", _SETUP[0]], capture_output=True, timeout=20, check=False)
        except (OSError, subprocess.TimeoutExpired):
            return None
        if done.returncode == 0:
            return command
    return None


def enter(folder: Path) -> None:
    """Called in the new namespace: make the network, and a name server for it."""
    for line in _SETUP:
        done = subprocess.run(line.split(), capture_output=True, text=True, check=False)
        if done.returncode:
            print(f"  {line}: {done.stderr.strip()}", flush=True)
    names = folder / "resolv.conf"
    names.write_text("nameserver 127.0.0.53\noptions timeout:2 attempts:2\n", encoding="ascii")
    subprocess.run(["mount", "--bind", str(names), "/etc/resolv.conf"], check=True)
    NameServer().start()


class NameServer(threading.Thread):
    """Answers A and AAAA on 127.0.0.53. `…-after-N.rebind.test` is public for its first N look-ups, then private."""

    def __init__(self) -> None:
        super().__init__(daemon=True)
        self._asked: Counter[str] = Counter()
        self._socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self._socket.bind(("127.0.0.53", 53))

    def run(self) -> None:
        while True:
            question, client = self._socket.recvfrom(512)
            self._socket.sendto(self._answer(question), client)

    def _answer(self, question: bytes) -> bytes:
        labels, at = [], 12
        while length := question[at]:
            labels.append(question[at + 1 : at + 1 + length].decode("latin-1").lower())
            at += 1 + length
        (kind,) = struct.unpack_from(">H", question, at + 1)
        records = self._records(".".join(labels), kind)
        head = struct.pack(">HHHHHH", *struct.unpack_from(">H", question), 0x8180, 1, len(records), 0, 0)
        body = b"".join(b"\xc0\x0c" + struct.pack(">HHIH", kind, 1, 0, len(record)) + record for record in records)
        return head + question[12 : at + 5] + body

    def _records(self, name: str, kind: int) -> list[bytes]:
        public, private = socket.inet_aton(PUBLIC), socket.inet_aton(PRIVATE)
        if name.endswith(".mixed.test"):
            return [public, private] if kind == 1 else []
        if name.endswith(".dual.test"):
            return [public] if kind == 1 else [socket.inet_pton(socket.AF_INET6, "::1")] if kind == 28 else []
        if name.endswith(".rebind.test") and kind == 1:
            self._asked[name] += 1
            looks = int(name.split(".", maxsplit=1)[0].rpartition("-")[2])
            return [public if self._asked[name] <= looks else private]
        return []


def rerun(module: str, command: list[str], arguments: list[str]) -> list[str]:
    """Run a module of this package in such a network; its failures."""
    with tempfile.TemporaryDirectory(prefix="newstrail-torture-") as folder:
        found = Path(folder) / "failures"
        environment = {**os.environ, INSIDE: str(found)}
        done = subprocess.run([*command, sys.executable, "-m", module, *arguments], env=environment, check=False)
        if not found.exists():
            return [f"{module} ended with {done.returncode}"]
        return [line for line in found.read_text(encoding="utf-8").split("\0") if line]


class Canary:
    """Listens on every address of this machine; whoever connects is a failure, unless it came by the public address."""

    def __init__(self) -> None:
        self.seen: list[str] = []
        try:
            self._socket = socket.socket(socket.AF_INET6)
            self._socket.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 0)
            self._socket.bind(("::", 0))
        except OSError:
            self._socket = socket.socket(socket.AF_INET)
            self._socket.bind(("0.0.0.0", 0))
        self._socket.listen(64)
        self.port: int = self._socket.getsockname()[1]
        threading.Thread(target=self._accept, daemon=True).start()

    def _accept(self) -> None:
        while True:
            try:
                connection, _ = self._socket.accept()
            except OSError:
                return
            with connection:
                here = str(connection.getsockname()[0]).removeprefix("::ffff:")
                if here == PUBLIC:
                    continue
                connection.settimeout(1)
                try:
                    said = connection.recv(200).split(b"\r\n")[0].decode("latin-1")
                except OSError:
                    said = ""
                self.seen.append(f"{here}: {said}")

    def close(self) -> None:
        self._socket.close()
