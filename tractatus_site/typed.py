"""The words in a form that could not be taken, to be shown to whoever typed them."""

from dataclasses import dataclass

from django.http import HttpRequest

# Never shown back: secrets, and what only machines put into a form.
HIDDEN = ("password", "csrf", "token", "secret", "code", "next")
# Shorter values are choices and numbers, which nobody has to type again from memory.
LONG_ENOUGH = 20


@dataclass(frozen=True)
class Typed:
    """One field of the form: its name as a person may read it, and what stood in it."""

    label: str
    words: str


def typed_words(request: HttpRequest) -> list[Typed]:
    """What a person typed into the form of this request and would miss; empty unless it is a readable form."""
    if request.method != "POST":
        return []
    try:
        fields = request.POST
    except Exception:  # a broken or oversized body must not turn a refusal into a crash
        return []
    return [
        Typed(name.rsplit("-", 1)[-1].replace("_", " ").capitalize(), words)
        for name, values in fields.lists()
        if not any(part in name.lower() for part in HIDDEN)
        for words in map(str, values)
        if len(words) >= LONG_ENOUGH
    ]
