"""The topics that are in use, as a tree: ``entity.*`` has ``entity.folder.*`` has ``entity.folder.created``."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from django.db.models import Exists, OuterRef

from events import catalogue
from events.models import Event
from events.queryset import EventQuerySet

NEAR = 500
"""Numbers of the stream before the latest change of a topic, among which an event is looked for that is readable."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Branch:
    """A topic, or a group of topics, and its link in the list of events."""

    name: str
    """What the branch adds to the one above: ``folder.created``."""
    pattern: str
    """What it stands for: ``entity.folder.created``, or ``entity.folder.*``."""
    url: str
    is_chosen: bool
    branches: list["Branch"]

    @property
    def is_open(self) -> bool:
        """Tell whether something in the group is chosen, or the group itself."""
        return self.is_chosen or any(branch.is_open for branch in self.branches)


def topics_in_use(readable: EventQuerySet) -> list[str]:
    """Return the topics on which something readable has changed lately, as the topic goes; the others can be typed."""
    near = readable.filter(topic=OuterRef("topic"), position__gt=OuterRef("position") - NEAR).order_by()
    latest = Event.objects.filter(position__in=catalogue.latest_of_topics().values())
    return sorted(latest.filter(Exists(near)).values_list("topic", flat=True))


def tree_of(names: Iterable[str], chosen: str, url_of: Callable[[str | None], str], above: str = "") -> list[Branch]:
    """Return the branches for some topics that begin with ``above``; a group of one topic is that topic.

    ``url_of`` makes the link that chooses a pattern; the link of the chosen one gives it up.
    """
    groups: dict[str, list[str]] = {}
    for topic in names:
        # What is next, with its dot: a topic and the group of the same name are two branches.
        element, dot, _ = topic[len(above) :].partition(".")
        groups.setdefault(element + dot, []).append(topic)
    branches = []
    for group in groups.values():
        head = _common_head(group)
        pattern = group[0] if len(group) == 1 else f"{head}*"
        branch = Branch(
            name=pattern[len(above) :],
            pattern=pattern,
            url=url_of(None if pattern == chosen else pattern),
            is_chosen=pattern == chosen,
            branches=[] if len(group) == 1 else tree_of(group, chosen, url_of, head),
        )
        branches.append(branch)
    return branches


def _common_head(names: list[str]) -> str:
    """Return the elements that all the names, which are sorted, begin with, and the dot after each."""
    head = ""
    for one, other in zip(names[0].split(".")[:-1], names[-1].split(".")[:-1], strict=False):
        if one != other:
            break
        head += f"{one}."
    return head
