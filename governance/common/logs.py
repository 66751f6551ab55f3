"""Structured logs: one JSON object a line, with the request id."""

import json
import logging
import re
from datetime import UTC, datetime

from governance.common.middleware import request_id

# Addresses that are a secret by themselves: whoever reads one in a log could use it.
SECRET = re.compile(r"(/calendar/|/password/reset/key/)[^/\s\"']+")


def without_secrets(text: str) -> str:
    """Return a line for a log, the secret part of an address left out."""
    return SECRET.sub(r"\1…", text)


class JsonFormatter(logging.Formatter):
    """Write a record as one line of JSON."""

    def format(self, record: logging.LogRecord) -> str:
        """Return the line."""
        line = {
            "at": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname,
            "logger": record.name,
            "request_id": request_id.get(),
            "message": without_secrets(record.getMessage()),
        }
        if record.exc_info:
            line["error"] = without_secrets(self.formatException(record.exc_info))
        return json.dumps(line, ensure_ascii=False)
