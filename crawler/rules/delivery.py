"""How a webhook is signed, and when what could not be delivered is tried again."""

import base64
import binascii
import hashlib
import hmac
import math

GIVEN_UP_AFTER = 86400  # seconds from the first attempt
_LONGEST_WAIT = 4 * 3600  # seconds
_LONGEST_REST = 600  # seconds
_FAILURES = 3  # in a row, after which a channel takes nothing now
_REFUSALS = 10  # in a row, of messages that are each tried for the first time
_GROWTH = 1.5  # of the wait, from one second on


def headers(secret: str, message_id: str, timestamp: int, body: bytes) -> dict[str, str]:
    """The headers of a signed webhook, by the Standard Webhooks specification 1.0.0.

    HMAC-SHA256 over `id.timestamp.body`; `timestamp` is in seconds since 1970, of this attempt. A secret that begins
    with `whsec_` is base64, any other is taken as it is written (UTF-8).

    >>> headers("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw", "msg_p5jXN8AQM9LWM0D4loKWxJek", 1614265330,
    ...         b'{"test": 2432232314}')["webhook-signature"]
    'v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE='
    """
    signed = b".".join([message_id.encode(), str(timestamp).encode(), body])
    signature = base64.b64encode(hmac.digest(_key(secret), signed, hashlib.sha256)).decode()
    return {"webhook-id": message_id, "webhook-timestamp": str(timestamp), "webhook-signature": f"v1,{signature}"}


def _key(secret: str) -> bytes:
    if secret.startswith("whsec_"):
        try:
            return base64.b64decode(secret.removeprefix("whsec_"), validate=True)
        except binascii.Error:
            pass  # it only looks like one
    return secret.encode()


def wait_after(attempts: int) -> int:
    """Seconds until the next attempt after so many failed ones: from 1 s, half as long again each time, at most 4 h.

    >>> [wait_after(n) for n in (1, 2, 3, 4, 10, 20, 30)]
    [1, 2, 3, 4, 39, 2217, 14400]
    """
    return min(math.ceil(_GROWTH ** min(attempts - 1, 50)), _LONGEST_WAIT)


def rest_after(failures: int, refused: bool) -> int:
    """Seconds that a channel is spared after so many failures in a row, the last of which is a receiver's that is down,
    or (`refused`) that refused a message: 0 while they may be single messages', at most 10 minutes.

    >>> [rest_after(n, refused=False) for n in (1, 2, 3, 4, 10, 30)]
    [0, 0, 1, 2, 18, 600]
    >>> [rest_after(n, refused=True) for n in (3, 9, 10, 30)]
    [0, 0, 18, 600]
    """
    if failures < (_REFUSALS if refused else _FAILURES):
        return 0
    return min(wait_after(failures - _FAILURES + 1), _LONGEST_REST)
