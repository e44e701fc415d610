"""Lines of the log. Some addresses are keys: whoever reads the log must not be able to use them."""

import logging
import re

KEYS = (
    re.compile(r"(?<=/p/)[\w.-]{20,}"),  # the link of an invitation
    re.compile(r"(?<=/in/)[0-9a-f-]{36}/[^/\s\"']+"),  # a sign-in link
    re.compile(r"(?<=/reset/key/)[^/\s\"']+"),  # a mailed link to a new password
    re.compile(r"(?<=token=)[^&\s\"']+"),  # the address of a calendar
    re.compile(r"\btr_[0-9a-f]{12}_[\w-]+"),  # an API key
    re.compile(r"(?<=://)[^/\s@]+:[^/\s@]+(?=@)"),  # name and password of a database, a broker, a mail server
)


class Lines(logging.Formatter):
    """Plain lines, with traces, in which keys are left out."""

    def format(self, record: logging.LogRecord) -> str:
        line = super().format(record)
        for key in KEYS:
            line = key.sub("…", line)
        return line
