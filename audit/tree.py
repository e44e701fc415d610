"""The Merkle tree of RFC 6962, section 2.1: hashes, inclusion proofs, consistency proofs. Pure: no database, no clock.

A *node* is a complete subtree, named by its level and its index on that level: 2 ** level leaves, from leaf
index * 2 ** level on. It never changes once it is complete, so it is what the log stores. Every other hash of the
tree, its root too, is folded from nodes. Which ones a proof takes is known from sizes alone, before anything is read.
"""

import hashlib
from collections.abc import Iterable, Iterator, Mapping, Sequence

Place = tuple[int, int]
"""(level, index) of a node."""

EMPTY = hashlib.sha256(b"").digest()


def leaf_hash(entry: bytes) -> bytes:
    return hashlib.sha256(b"\x00" + entry).digest()


def node_hash(left: bytes, right: bytes) -> bytes:
    return hashlib.sha256(b"\x01" + left + right).digest()


def root(leaves: Sequence[bytes]) -> bytes:
    """The root over these leaf hashes, by the definition and from nothing stored."""
    if not leaves:
        return EMPTY
    if len(leaves) == 1:
        return leaves[0]
    split = _split(len(leaves))
    return node_hash(root(leaves[:split]), root(leaves[split:]))


def _split(size: int) -> int:
    """The largest power of two smaller than `size`."""
    return 1 << (size - 1).bit_length() - 1


# --- The nodes a tree is folded from


def nodes_over(start: int, end: int) -> list[Place]:
    """The nodes, from left to right, that together are the subtree over the leaves from `start` to before `end`.

    As in every subtree of the tree, `start` is a multiple of a power of two that is not less than its size.
    """
    found = []
    while start < end:
        level = (end - start).bit_length() - 1
        found.append((level, start >> level))
        start += 1 << level
    return found


def fold(hashes: Sequence[bytes]) -> bytes:
    """The hash of a subtree from those of the nodes it is made of, left to right; of none, that of the empty tree."""
    if not hashes:
        return EMPTY
    folded = hashes[-1]
    for left in reversed(hashes[:-1]):
        folded = node_hash(left, folded)
    return folded


def grown(size: int, edge: Sequence[bytes], leaves: Iterable[bytes]) -> Iterator[tuple[int, int, bytes]]:
    """Every node that becomes complete when `leaves` are added to a tree of `size`: its level, its index, its hash.

    `edge` are the hashes of `nodes_over(0, size)`. Level by level, from left to right; the leaves are level 0.
    """
    left_of = {level: hash for (level, _place), hash in zip(nodes_over(0, size), edge, strict=True)}
    level, first, row = 0, size, list(leaves)
    while row:
        yield from ((level, place, hash) for place, hash in enumerate(row, first))
        if first & 1:
            first, row = first - 1, [left_of[level], *row]
        level, first, row = level + 1, first >> 1, list(map(node_hash, row[::2], row[1::2]))


# --- Proofs: subtrees, each by the nodes it is folded from


def inclusion(index: int, size: int) -> list[list[Place]]:
    """Of which nodes each hash of the proof is folded that leaf `index` is in the tree of `size`; nearest first.

    Raises ValueError for a leaf that the tree does not have.
    """
    if not 0 <= index < size:
        raise ValueError(f"A tree of {size} has no leaf {index}.")
    return [nodes_over(*subtree) for subtree in _path(index, 0, size)]


def _path(index: int, start: int, end: int) -> list[tuple[int, int]]:
    if end - start == 1:
        return []
    middle = start + _split(end - start)
    if index < middle:
        return [*_path(index, start, middle), (middle, end)]
    return [*_path(index, middle, end), (start, middle)]


def consistency(first: int, second: int) -> list[list[Place]]:
    """Of which nodes each hash of the proof is folded that the tree of `second` extends that of `first`.

    Raises ValueError for sizes between which there is no proof.
    """
    if not 0 < first <= second:
        raise ValueError(f"There is no proof from {first} to {second}.")
    return [nodes_over(*subtree) for subtree in _extension(first, 0, second, known=True)]


def _extension(first: int, start: int, end: int, *, known: bool) -> list[tuple[int, int]]:
    if first == end:
        return [] if known else [(start, end)]
    middle = start + _split(end - start)
    if first <= middle:
        return [*_extension(first, start, middle, known=known), (middle, end)]
    return [*_extension(first, middle, end, known=False), (start, middle)]


def folded(proof: Iterable[Sequence[Place]], hashes: Mapping[Place, bytes]) -> list[bytes]:
    """The hashes of a proof. Raises KeyError for a node that is not there."""
    return [fold([hashes[place] for place in nodes]) for nodes in proof]


# --- Verifying: RFC 9162, sections 2.1.3.2 and 2.1.4.2


def includes(index: int, size: int, leaf: bytes, proof: Sequence[bytes], root: bytes) -> bool:
    """Whether the proof leads from the leaf at `index` to the root of the tree of `size`."""
    if not 0 <= index < size:
        return False
    place, last, found = index, size - 1, leaf
    for sibling in proof:
        if last == 0:
            return False
        if place & 1 or place == last:
            found = node_hash(sibling, found)
            while not place & 1 and place:
                place, last = place >> 1, last >> 1
        else:
            found = node_hash(found, sibling)
        place, last = place >> 1, last >> 1
    return last == 0 and found == root


def extends(first: int, second: int, first_root: bytes, second_root: bytes, proof: Sequence[bytes]) -> bool:
    """Whether the proof shows that the tree of `second` leaves begins with the tree of `first`."""
    if first == second:
        return not proof and first_root == second_root
    if first == 0:
        return not proof and first_root == EMPTY
    if first > second or not proof:
        return False
    hashes = list(proof) if first & (first - 1) else [first_root, *proof]
    place, last = first - 1, second - 1
    while place & 1:
        place, last = place >> 1, last >> 1
    old = new = hashes[0]
    for sibling in hashes[1:]:
        if last == 0:
            return False
        if place & 1 or place == last:
            old, new = node_hash(sibling, old), node_hash(sibling, new)
            while not place & 1 and place:
                place, last = place >> 1, last >> 1
        else:
            new = node_hash(new, sibling)
        place, last = place >> 1, last >> 1
    return last == 0 and old == first_root and new == second_root
