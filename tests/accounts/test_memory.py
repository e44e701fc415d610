"""What stays for as long as a process runs is not looked through for garbage, and still goes when it is let go of."""

from __future__ import annotations

import gc
import weakref

import pytest

from accounts.memory import set_aside

pytestmark = pytest.mark.alone


class Kept:
    """What is held for long."""


def test_what_is_set_aside_is_not_looked_through_and_still_goes() -> None:
    kept = Kept()
    gone = weakref.ref(kept)
    try:
        set_aside()
        assert gc.get_freeze_count() > 0
        assert not any(one is kept for one in gc.get_objects())
        del kept
        assert gone() is None
    finally:
        gc.unfreeze()
