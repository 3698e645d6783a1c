"""The services of the demo: which jobs each of them pulls, and how it words what it does."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Service:
    """A kind of worker: which jobs it pulls, under which names it runs, and how it words what it does."""

    target: str
    sources: tuple[str, ...]
    senders: tuple[str, ...]
    begun: str
    done: str
    """The descriptions of a job at work and of a finished one; ``{name}`` is what the source is about."""
    log: tuple[str, ...]
    """What the payload of a finished job says."""
    sender_type: str = "api"
    sequential: bool = False
    max_retries: int = 3
    ignored_sender_types: tuple[str, ...] = ()
    approved_only: bool = False
    pace: int = 100
    """Per cent of a job that are done in one go of the live stream."""

    def request(self, sender: str) -> dict[str, object]:
        """Return what to enroll with."""
        request: dict[str, object] = {
            # A single topic may be given as a text, which some services do.
            "sourceTopic": list(self.sources) if len(self.sources) > 1 else self.sources[0],
            "targetTopic": self.target,
            "sender": sender,
            "senderType": self.sender_type,
            "description": f"Waiting for {sender}",
            "sequential": self.sequential,
            "maxRetries": self.max_retries,
            "ignoreSenderTypes": list(self.ignored_sender_types),
        }
        if self.approved_only:
            request["filter"] = {"conditions": [{"key": "payload/newValue", "value": "Approved"}]}
        return request


SERVICES = (
    Service(
        target="ftrack.proc",
        sources=("ftrack.leech",),
        senders=("ftrack-processor",),
        sender_type="ftrack",
        sequential=True,
        begun="Processing ftrack update of {name}",
        done="Processed ftrack update of {name}",
        log=("ftrack event loaded", "entity found by its ftrack id", "1 attribute changed"),
    ),
    Service(
        target="shotgrid.proc",
        sources=("shotgrid.event*",),
        senders=("shotgrid-processor",),
        sender_type="shotgrid",
        sequential=True,
        max_retries=2,
        begun="Processing ShotGrid change of {name}",
        done="Processed ShotGrid change of {name}",
        log=("ShotGrid event loaded", "entity found by its ShotGrid id", "1 attribute changed"),
    ),
    Service(
        target="ftrack.sync",
        sources=(
            "entity.folder.created",
            "entity.folder.status_changed",
            "entity.task.created",
            "entity.task.status_changed",
            "entity.task.assignees_changed",
            "entity.version.created",
            "entity.version.status_changed",
        ),
        senders=("ftrack-transmitter",),
        ignored_sender_types=("ftrack", "shotgrid"),
        begun="Sending {name} to the tracker",
        done="Sent {name} to the tracker",
        log=("session is alive", "entity found", "committed"),
    ),
    Service(
        target="transcode.review",
        sources=("entity.version.created",),
        senders=("transcode-01", "transcode-02", "transcode-03", "transcode-04"),
        begun="Transcoding {name}",
        done="Transcoded {name} to H.264, 1920x1080",
        log=("frames copied to the local disk", "ffmpeg: 2 passes", "review.mp4 written"),
        pace=14,
    ),
    Service(
        target="review.upload",
        sources=("transcode.review",),
        senders=("review-uploader-a", "review-uploader-b"),
        begun="Uploading review of {name}",
        done="Uploaded review of {name}",
        log=("upload session opened", "3 parts sent", "checksum is right"),
        pace=35,
    ),
    Service(
        target="chat.notify",
        sources=("review.upload",),
        senders=("chat-notifier",),
        begun="Telling the team about {name}",
        done="Told the team that {name} is ready for review",
        log=("message posted to #dailies",),
    ),
    Service(
        target="example.brew_coffee_on_approve",
        sources=("entity.folder.status_changed",),
        senders=("coffee-maker-studio",),
        approved_only=True,
        begun="Brewing coffee for {user}...",
        done="Coffee for {user} brewed successfully",
        log=("beans ground", "cup is full"),
        pace=25,
    ),
)
