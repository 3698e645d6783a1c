"""How often somebody may dispatch, whichever door it comes through: asked by the verbs themselves."""

from events import conf, origin, throttle
from events.actor import SERVER, Actor


def admit_dispatch(by: Actor) -> None:
    """Count one dispatch, of one event or of a batch; raise TooManyRequests if there are too many.

    Each key has EVENTS_DISPATCH_RATE, and so has each user without one; all that come from one network address have
    EVENTS_DISPATCH_ADDRESS_RATE together. Counted in this process. The server's own events are not counted: nobody
    could wait for them.
    """
    if by is SERVER:
        return
    throttle.admit("dispatch", conf.dispatch_rate(), by.key or by.name)
    if address := origin.address():
        throttle.admit("dispatch from", conf.dispatch_address_rate(), address)
