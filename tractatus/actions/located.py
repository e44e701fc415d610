"""A piece of text that knows where in the action it was written, however deep it was quoted there."""

from __future__ import annotations

from tractatus.actions.facts import Place


class Located:
    """Text with its origin: character `i` of `text` stands at `offset + i` of the value at `path`, or at `positions[i]`
    where quoting broke the text up (`--port="27017"`). With neither it has no place that could be rewritten."""

    __slots__ = ("offset", "path", "positions", "text")

    def __init__(
        self, text: str, path: tuple[str | int, ...], offset: int | None = 0, positions: list[int] | None = None
    ) -> None:
        self.text = text
        self.path = path
        self.offset = offset
        self.positions = positions

    def place(self, start: int = 0, end: int | None = None) -> Place | None:
        """The place of `text[start:end]`, None where it does not stand there in one piece."""
        if end is None:
            end = len(self.text)
        if self.offset is not None:
            return Place(self.path, (self.offset + start, self.offset + end))
        if self.positions is None or start >= end:
            return None
        first, last = self.positions[start], self.positions[end - 1]
        return Place(self.path, (first, last + 1)) if last - first == end - start - 1 else None

    def part(self, start: int, end: int | None = None) -> Located:
        """`text[start:end]` with its origin."""
        if end is None:
            end = len(self.text)
        if self.offset is not None:
            return Located(self.text[start:end], self.path, self.offset + start)
        positions = None if self.positions is None else self.positions[start:end]
        return Located(self.text[start:end], self.path, None, positions)

    def unplaced(self) -> Located:
        """The same text without a place, for what a program would make of it but nobody wrote."""
        return Located(self.text, self.path, None)
