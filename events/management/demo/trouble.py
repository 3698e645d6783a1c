"""Why jobs of the demo fail, and what the services have to say then."""

from dataclasses import dataclass

from events.management.demo import tracebacks


@dataclass(frozen=True, slots=True, kw_only=True)
class Trouble:
    """Why a job can fail."""

    description: str
    message: str
    traceback: str


FFMPEG = Trouble(
    description="Transcode of {name} failed: frame 1043 cannot be decoded",
    message="ffmpeg returned 1: Invalid data found when processing input",
    traceback=tracebacks.FFMPEG,
)
UPLOAD_BUSY = Trouble(
    description="Upload of {name} failed: the review site is overloaded (503)",
    message="503 Server Error: Service Temporarily Unavailable",
    traceback=tracebacks.UPLOAD_BUSY,
)
SHOTGRID_AWAY = Trouble(
    description="ShotGrid change of {name} not processed: ShotGrid cannot be reached",
    message="timed out after 30 s",
    traceback=tracebacks.SHOTGRID_AWAY,
)
CHAT_LIMIT = Trouble(
    description="Message about {name} not sent: too many messages, wait 30 s",
    message="rate_limited, retry after 30 s",
    traceback=tracebacks.CHAT_LIMIT,
)
FTRACK_FPS = Trouble(
    description="ftrack update of {name} not processed: the shot has no frame rate",
    message="KeyError: 'fps'",
    traceback=tracebacks.FTRACK_FPS,
)
