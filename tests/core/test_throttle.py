import pytest

from events import throttle
from events.errors import TooManyRequests

HIGH = f"{throttle.HIGH_RATE}/minute"


@pytest.mark.parametrize("rate", ["10/minute", HIGH])
def test_as_many_are_admitted_as_the_rate_says_and_no_more(rate: str) -> None:
    most = int(rate.split("/", maxsplit=1)[0])
    for _ in range(most):
        throttle.admit("try", rate, "somebody")
    with pytest.raises(TooManyRequests) as refusal:
        throttle.admit("try", rate, "somebody")
    assert 1 <= refusal.value.wait <= 120  # one minute, or what is left of two
    throttle.admit("try", rate, "somebody else")
    throttle.admit("something else", rate, "somebody")


def test_what_is_left_of_a_high_rate_is_counted_one_by_one() -> None:
    most = throttle.HIGH_RATE + 50
    for _ in range(most):
        throttle.admit("try", f"{most}/minute", "somebody")
    with pytest.raises(TooManyRequests):
        throttle.admit("try", f"{most}/minute", "somebody")


@pytest.mark.parametrize(
    ("rate", "tenfold"), [("10/minute", "100 per 1 minute"), ("3 per 20 seconds", "30 per 20 second"), ("", "")]
)
def test_a_rate_is_multiplied_in_the_same_time(rate: str, tenfold: str) -> None:
    assert throttle.times(rate, 10) == tenfold
