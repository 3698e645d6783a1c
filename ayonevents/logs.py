"""What is never written to the log: keys, tokens, passwords and cookies, whoever logs them."""

import logging
import traceback

from events.redaction import masked_text

SERVER_LOGS = ("uvicorn.access", "uvicorn.error", "uvicorn.asgi", "gunicorn.access", "gunicorn.error")
"""Loggers of servers other than ``manage.py serve``, with handlers of their own; they tell of addresses and frames."""


class SecretsFilter(logging.Filter):
    """Masks secrets in the message, its arguments, the traceback and the stack of a record; lets every record pass."""

    def filter(self, record: logging.LogRecord) -> bool:
        """Mask them in the record itself, so that no handler after this one sees them either."""
        if isinstance(record.args, tuple):  # some formatters take them one by one
            record.args = tuple(masked_text(each) if isinstance(each, str) else each for each in record.args)
        said = record.getMessage()
        shown = masked_text(said)
        if shown != said:  # the name is in the message and the value is an argument
            record.msg, record.args = shown, None
        if record.exc_info and not record.exc_text:
            record.exc_text = "".join(traceback.format_exception(*record.exc_info)).rstrip("\n")
        if record.exc_text:
            record.exc_text = masked_text(record.exc_text)
        if record.stack_info:
            record.stack_info = masked_text(record.stack_info)
        return True


class OneLineFilter(logging.Filter):
    """Tells of what a client has done wrong in one line: a warning without a traceback."""

    def filter(self, record: logging.LogRecord) -> bool:
        """Lower the record's level and drop its traceback."""
        record.levelno, record.levelname = logging.WARNING, logging.getLevelName(logging.WARNING)
        record.exc_info = record.exc_text = None
        return True


def mask_server_logs() -> None:
    """Mask the logs of whichever server runs this process."""
    for name in SERVER_LOGS:
        logging.getLogger(name).addFilter(SecretsFilter())
