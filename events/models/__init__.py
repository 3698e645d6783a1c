"""The tables."""

from events.models.consumer import Consumer
from events.models.credential import AccessToken, ApiKey
from events.models.event import Event
from events.models.grant import ProjectGrant
from events.models.policy import TopicPolicy

__all__ = ["AccessToken", "ApiKey", "Consumer", "Event", "ProjectGrant", "TopicPolicy"]
