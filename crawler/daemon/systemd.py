"""What systemd wants to hear of a service (`sd_notify(3)`); nothing is said where nobody listens."""

import os
import socket
import time


class Systemd:
    """The socket and the watchdog that the environment names; children do not inherit them."""

    def __init__(self) -> None:
        self._address = os.environ.pop("NOTIFY_SOCKET", "")
        period = os.environ.pop("WATCHDOG_USEC", "")
        meant = os.environ.pop("WATCHDOG_PID", str(os.getpid())) == str(os.getpid())
        self.heartbeat = int(period) / 2e6 if meant and period.isdigit() and int(period) else None  # seconds

    def tell(self, *lines: str) -> None:
        """Lines such as `READY=1`, in one datagram."""
        if not self._address:
            return
        address = "\0" + self._address[1:] if self._address.startswith("@") else self._address
        with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM | socket.SOCK_CLOEXEC) as channel:
            try:
                channel.sendto("\n".join(lines).encode(), address)
            except OSError:
                return  # a daemon lives on without

    def ready(self, status: str) -> None:
        """The start, or rereading the configuration, is over."""
        self.tell("READY=1", f"STATUS={status}")

    def reloading(self) -> None:
        """The configuration is read again."""
        self.tell("RELOADING=1", f"MONOTONIC_USEC={time.clock_gettime_ns(time.CLOCK_MONOTONIC) // 1000}")

    def stopping(self) -> None:
        """No new crawl; the running ones are told to stop."""
        self.tell("STOPPING=1")

    def alive(self) -> None:
        """Now and then, for the watchdog."""
        self.tell("WATCHDOG=1")
