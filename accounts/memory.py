"""What a process holds for as long as it runs, set aside from what is looked through for garbage."""

from __future__ import annotations

import gc


def set_aside() -> None:
    """Set aside all that is held now.

    A page makes so many objects that Python looks through everything for garbage while it is made. The modules and the
    framework's data are some 300,000 objects and 0.2 s, the instructions of a large project several times that, and
    somebody waits for it. What is set aside still goes when nothing refers to it any more; only circles in it stay.
    """
    gc.collect()
    gc.freeze()
