"""What is kept, and the time: just before and just after each threshold, and with a clock that goes backwards.

libfaketime stands between the program and the C library's clocks, so it takes a dynamic build. The program's clock
stands still, at the second that a test says.
"""

import contextlib
from dataclasses import dataclass
from datetime import datetime, timedelta, timezone
from urllib.parse import parse_qs, urlsplit

import loopback
import pytest

from homes import ROLE, TOKEN, Home, maker
from plugin import ACCESS_KEY, assert_credential, token_url
from tools import LIBFAKETIME

MINUTE = 60
HOUR = 60 * MINUTE
YEAR = 365 * 24 * HOUR


@dataclass
class Clock:
    """Runs in a home, at times that are counted in seconds from a `start`."""

    home: Home
    start: datetime

    def at(self, seconds, *arguments):
        """One run then: whose key signed its token, and when."""
        environment = {
            "LD_PRELOAD": str(LIBFAKETIME), "FAKETIME": f"{self.start + timedelta(seconds=seconds):%Y-%m-%d %H:%M:%S}",
            "TZ": "UTC",
            # The time of day is what moves; waits and files keep their own.
            "FAKETIME_DONT_FAKE_MONOTONIC": "1", "NO_FAKE_STAT": "1",
        }  # fmt: skip
        credential = assert_credential(self.home.run(*arguments, env=environment))
        url = parse_qs(urlsplit(token_url(credential["status"]["token"])).query)
        signed = datetime.strptime(url["X-Amz-Date"][0], "%Y%m%dT%H%M%SZ").replace(tzinfo=timezone.utc)
        return url["X-Amz-Credential"][0].split("/")[0], (signed - self.start).total_seconds()


@pytest.fixture
def with_session(tmp_path):
    """with_session(seconds): a Clock; the first session of its STS, ASIAFIRST, ends then, the others in 20 years."""
    # Files have the real times. A start far from those would make them old, or not yet written.
    start = datetime.now(timezone.utc).replace(microsecond=0)

    def session(key_id, seconds):
        answer = loopback.session(key_id)
        end = start + timedelta(seconds=seconds)
        return {**answer, "body": answer["body"].replace("{now+3600}", f"{end:%Y-%m-%dT%H:%M:%SZ}")}

    with contextlib.ExitStack() as stack:

        def with_session(seconds):
            answers = [session("ASIAFIRST", seconds), session("ASIANEXT", 20 * YEAR)]
            return Clock(stack.enter_context(maker(tmp_path, AssumeRole=answers))(), start)

        yield with_session


def test_the_clock_is_moved(with_session):
    """Else nothing below means anything."""
    clock = with_session(HOUR)
    for seconds in 0, YEAR, -10 * YEAR:
        assert clock.at(seconds, "--profile", "keys") == (ACCESS_KEY, seconds)


# A session that was got at the start and ends after an hour: when is it used?

SESSION = {
    "at once": (0, True),
    "a quarter of an hour before its end": (45 * MINUTE, True),
    "a second later": (45 * MINUTE + 1, False),
    "at its end": (HOUR, False),
    "a year later": (YEAR, False),
    "a second back": (-1, True),
    "years back": (-10 * YEAR, True),
}


@pytest.mark.parametrize(("seconds", "is_used"), SESSION.values(), ids=SESSION)
def test_session(seconds, is_used, with_session):
    clock = with_session(HOUR)
    assert clock.at(0, *ROLE) == ("ASIAFIRST", 0)
    assert clock.at(seconds, *ROLE) == ("ASIAFIRST" if is_used else "ASIANEXT", seconds)


def test_session_of_a_quarter_of_an_hour(with_session):
    """It is used but in the second of its birth."""
    clock = with_session(15 * MINUTE)
    assert clock.at(0, *ROLE) == ("ASIAFIRST", 0)
    assert clock.at(0, *ROLE) == ("ASIAFIRST", 0)
    assert clock.at(1, *ROLE) == ("ASIANEXT", 1)


# A token that was signed at the start and ends after 14 minutes: when is it handed out again?

MIN_TTL_0 = ["--min-ttl", "0"]
MIN_TTL_840 = ["--min-ttl", "840"]
HANDED_OUT = {
    "at once": (0, [], True),
    "a minute before its end": (13 * MINUTE, [], True),
    "a second later": (13 * MINUTE + 1, [], False),
    "in its last second": (14 * MINUTE - 1, MIN_TTL_0, True),
    "at its end": (14 * MINUTE, MIN_TTL_0, False),
    "new enough": (0, MIN_TTL_840, True),
    "a second too old": (1, MIN_TTL_840, False),
    "a year later": (YEAR, MIN_TTL_0, False),
    "a second back": (-1, [], False),
    "years back": (-10 * YEAR, [], False),
}


@pytest.mark.parametrize(("seconds", "flags", "is_handed_out"), HANDED_OUT.values(), ids=HANDED_OUT)
def test_token(seconds, flags, is_handed_out, with_session):
    clock = with_session(HOUR)
    assert clock.at(0, *TOKEN) == ("ASIAFIRST", 0)
    signed_by, signed_at = clock.at(seconds, *TOKEN, *flags)
    assert signed_at == (0 if is_handed_out else seconds)


def test_token_ends_with_its_session(with_session):
    """A minute before it, and so it is handed out until two minutes before."""
    clock = with_session(10 * MINUTE)
    assert clock.at(0, *TOKEN) == ("ASIAFIRST", 0)
    assert clock.at(8 * MINUTE, *TOKEN) == ("ASIAFIRST", 0)
    assert clock.at(8 * MINUTE + 1, *TOKEN) == ("ASIANEXT", 8 * MINUTE + 1)
