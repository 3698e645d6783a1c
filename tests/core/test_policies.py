"""What a list of rulings and the limits of a key say of one topic."""

from itertools import pairwise

import pytest

from events.policies import Policy, Rank, Scope, Verb, in_order, ruling


def ruled(*policies: Policy, verb: Verb = Verb.DISPATCH, topic: str = "chat.message") -> bool | None:
    """Return the ruling, which does not depend on the order in which the policies were read."""
    forwards, backwards = ruling(in_order(policies), verb, topic), ruling(in_order(policies[::-1]), verb, topic)
    assert forwards is backwards
    return forwards


def allow(topic: str, verb: Verb = Verb.DISPATCH, rank: Rank = Rank.EVERYBODY) -> Policy:
    return Policy(verb=verb, topic=topic, allows=True, rank=rank)


def refuse(topic: str, verb: Verb = Verb.DISPATCH, rank: Rank = Rank.EVERYBODY) -> Policy:
    return Policy(verb=verb, topic=topic, allows=False, rank=rank)


def test_no_policy_leaves_it_to_the_role() -> None:
    assert ruled() is None
    assert ruled(allow("log.*"), allow("chat.message", Verb.READ), refuse("chat")) is None


@pytest.mark.parametrize("pattern", ["chat.message", "chat.*", "*", "*.message", "ch*ge"])
def test_a_policy_rules_on_what_its_pattern_matches(pattern: str) -> None:
    assert ruled(allow(pattern)) is True
    assert ruled(refuse(pattern)) is False


@pytest.mark.parametrize(
    ("weaker", "stronger"), [("*", "chat.*"), ("chat.*", "chat.message*"), ("chat.message*", "chat.message")]
)
def test_the_more_exact_topic_counts(weaker: str, stronger: str) -> None:
    assert ruled(allow(weaker, rank=Rank.KEY), refuse(stronger)) is False
    assert ruled(refuse(weaker, rank=Rank.KEY), allow(stronger)) is True


def test_among_equal_topics_who_is_named_more_closely_counts() -> None:
    for rank, closer in pairwise(Rank):
        assert ruled(refuse("chat.*", rank=rank), allow("chat.*", rank=closer)) is True
        assert ruled(allow("chat.*", rank=rank), refuse("chat.*", rank=closer)) is False


def test_among_equals_the_refusal_counts() -> None:
    assert ruled(allow("chat.*", rank=Rank.GROUP), refuse("chat.*", rank=Rank.GROUP)) is False


@pytest.mark.parametrize(("wide", "narrow"), [(Verb.DISPATCH, Verb.PUBLISH), (Verb.READ, Verb.RECEIVE)])
def test_the_wider_verb_counts_for_the_narrower_one_and_not_the_other_way(wide: Verb, narrow: Verb) -> None:
    assert ruled(allow("chat.*", wide), verb=narrow) is True
    assert ruled(allow("chat.*", narrow), verb=wide) is None
    assert Scope(verbs=frozenset({wide})).allows_verb(narrow)
    assert not Scope(verbs=frozenset({narrow})).allows_verb(wide)


def test_an_unlimited_key_reaches_everything() -> None:
    assert Scope().allows(Verb.OPERATE, "chat.message", None)


@pytest.mark.parametrize(
    ("verb", "topic", "project", "expected"),
    [
        (Verb.DISPATCH, "chat.message", "alpha", True),
        (Verb.READ, "chat.message", "alpha", False),
        (Verb.DISPATCH, "log.error", "alpha", False),
        (Verb.DISPATCH, "chat.message", "beta", False),
        (Verb.DISPATCH, "chat.message", None, False),
    ],
)
def test_a_limited_key_reaches_what_all_its_limits_allow(
    verb: Verb, topic: str, project: str | None, expected: bool
) -> None:
    scope = Scope(verbs=frozenset({Verb.DISPATCH}), topics=("test.event", "chat.*"), projects=frozenset({"alpha"}))
    assert scope.allows(verb, topic, project) is expected
