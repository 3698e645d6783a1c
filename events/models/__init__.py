"""The tables."""

from events.models.attempt import Attempt
from events.models.consumer import Consumer
from events.models.credential import AccessToken, ApiKey
from events.models.event import Event
from events.models.grant import ProjectGrant
from events.models.policy import TopicPolicy
from events.models.presence import Presence

__all__ = ["AccessToken", "ApiKey", "Attempt", "Consumer", "Event", "Presence", "ProjectGrant", "TopicPolicy"]
