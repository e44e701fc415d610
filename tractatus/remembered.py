"""What was worked out for short texts is kept; what is long, as an agent may send it, is worked out anew."""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache, wraps
from typing import ParamSpec, TypeVar

LONGEST = 200
"""Characters of all texts together that a remembered call may have."""

Given = ParamSpec("Given")
Answer = TypeVar("Answer")


def remembered(most: int) -> Callable[[Callable[Given, Answer]], Callable[Given, Answer]]:
    """A decorator of functions of texts: the answers to the last `most` calls with short texts are kept.

    So what is kept stays within `most` times `LONGEST` characters, whatever is sent.
    """

    def decorated(function: Callable[Given, Answer]) -> Callable[Given, Answer]:
        kept = lru_cache(maxsize=most)(function)

        @wraps(function)
        def called(*texts: Given.args, **named: Given.kwargs) -> Answer:
            if len(texts) == 1 and not named:  # as most are called
                return kept(*texts) if len(texts[0]) <= LONGEST else function(*texts)  # type: ignore[arg-type,call-arg]
            length = sum(map(len, texts))  # type: ignore[arg-type]
            return kept(*texts) if length <= LONGEST and not named else function(*texts, **named)

        called.cache_info = kept.cache_info  # type: ignore[attr-defined]
        return called

    return decorated
