"""What is done once the answer has gone out, so that how long it takes tells the person who asked nothing.

A code is mailed only to an address that is known here; a page that waited for the mail server would say which are.
"""

import logging
from collections.abc import Callable
from threading import local
from typing import Any

from django.core.signals import request_finished, request_started

log = logging.getLogger(__name__)


class _Waiting(local):
    work: list[Callable[[], object]] | None = None


_here = _Waiting()


def when_answered(work: Callable[[], object]) -> None:
    """Do `work` when the answer of this thread's request has gone out; at once where there is no request.

    Nobody is there any more to be told that it failed: the log is.
    """
    if _here.work is None:
        work()
    else:
        _here.work.append(work)


def connect() -> None:
    request_started.connect(_begin, dispatch_uid="accounts.after_answer.begin")
    request_finished.connect(_finish, dispatch_uid="accounts.after_answer.finish")


def _begin(sender: object, **kwargs: Any) -> None:
    _here.work = []


def _finish(sender: object, **kwargs: Any) -> None:
    waiting, _here.work = _here.work or [], None
    for work in waiting:
        try:
            work()
        except Exception:
            log.exception("What was to be done after the answer failed.")
