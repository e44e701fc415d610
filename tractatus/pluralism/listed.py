"""A result that is a list above all, and can be gone through as one."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Generic, TypeVar, overload

Item = TypeVar("Item")


class Listed(Generic[Item]):
    """A frozen dataclass whose items, in its first field, can be gone through and picked as those of a tuple."""

    @property
    def _items(self) -> tuple[Item, ...]:
        items: tuple[Item, ...] = getattr(self, self.__match_args__[0])  # type: ignore[attr-defined]
        return items

    def __iter__(self) -> Iterator[Item]:
        return iter(self._items)

    def __len__(self) -> int:
        return len(self._items)

    @overload
    def __getitem__(self, at: int) -> Item: ...
    @overload
    def __getitem__(self, at: slice) -> tuple[Item, ...]: ...
    def __getitem__(self, at: int | slice) -> Item | tuple[Item, ...]:
        return self._items[at]
