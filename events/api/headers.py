"""What the headers of a request say beside the credential."""

from rest_framework.request import Request

from events.validation import NAME_LENGTH, SENDER_TYPE, UNSTORABLE


def sender_of(request: Request) -> dict[str, str | None]:
    """Return who sends by the headers; what they say wrongly is ignored, as in AYON."""
    sender = request.headers.get("X-Sender", "")
    sender_type = request.headers.get("X-Sender-Type", "")
    return {
        "sender": sender if 0 < len(sender) <= NAME_LENGTH and not UNSTORABLE.search(sender) else None,
        "sender_type": sender_type if len(sender_type) <= NAME_LENGTH and SENDER_TYPE.fullmatch(sender_type) else "api",
    }
