"""How often somebody may ask for what is dear."""

from events import conf, throttle
from events.actor import Actor


def admit_dispatch(actor: Actor) -> None:
    """Count a request that dispatches events; TooManyRequests (429) above EVENTS_DISPATCH_RATE."""
    throttle.admit("dispatch", conf.dispatch_rate(), actor.name)
