"""A breaker for a channel: while its server is away nothing is tried, save one message now and then as a probe."""

from collections.abc import Callable

FAILURES_TO_OPEN = 3


class Breaker:
    """Opens after failures by the server's fault with no success between them; `time` is monotonic, in seconds."""

    def __init__(self, time: Callable[[], float], probe_seconds: float) -> None:
        self._time = time
        self.probe_seconds = probe_seconds
        self._failures = 0
        self._probe_at = 0.0
        self.is_open = False

    def lets_through(self) -> bool:
        """Tell whether a message may be tried now; of an open breaker that takes the turn of the probe."""
        if not self.is_open:
            return True
        if self.wait() > 0:
            return False
        self._probe_at = self._time() + self.probe_seconds
        return True

    def wait(self) -> float:
        """Return the seconds until a message may be tried."""
        return max(0.0, self._probe_at - self._time()) if self.is_open else 0.0

    def failed(self) -> None:
        """Note a failure by the server's fault."""
        self._failures += 1
        if not self.is_open and self._failures >= FAILURES_TO_OPEN:
            self.is_open = True
            self._probe_at = self._time() + self.probe_seconds

    def succeeded(self) -> bool:
        """Note a success; return whether the server was away until now."""
        was_open, self.is_open, self._failures = self.is_open, False, 0
        return was_open

    def probe_now(self) -> None:
        """Let the next message through at once."""
        self._probe_at = self._time()
