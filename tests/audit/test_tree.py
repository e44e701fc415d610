"""The tree: the reference vectors of Certificate Transparency, and the definition at every size up to 40."""

import hashlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from audit import tree

pytestmark = pytest.mark.alone

LEAVES = ["", "00", "10", "2021", "3031", "40414243", "5051525354555657", "606162636465666768696a6b6c6d6e6f"]
ROOTS = [
    "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
    "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
    "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
    "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
    "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
    "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
    "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
    "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
]
# (index, size): the proof, from the same reference
INCLUSIONS = {
    (0, 1): [],
    (0, 8): [
        "96a296d224f285c67bee93c30f8a309157f0daa35dc5b87e410b78630a09cfc7",
        "5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e",
        "6b47aaf29ee3c2af9af889bc1fb9254dabd31177f16232dd6aab035ca39bf6e4",
    ],
    (5, 8): [
        "bc1a0643b12e4d2d7c77918f44e0f4f79a838b6cf9ec5b5c283e1f4d88599e6b",
        "ca854ea128ed050b41b35ffc1b87b8eb2bde461e9e3b5596ece6b9d5975a0ae0",
        "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
    ],
    (2, 3): ["fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125"],
    (1, 5): [
        "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
        "5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e",
        "bc1a0643b12e4d2d7c77918f44e0f4f79a838b6cf9ec5b5c283e1f4d88599e6b",
    ],
}
CONSISTENCIES = {
    (1, 1): [],
    (1, 8): INCLUSIONS[0, 8],
    (6, 8): [
        "0ebc5d3437fbe2db158b9f126a1d118e308181031d0a949f8dededebc558ef6a",
        "ca854ea128ed050b41b35ffc1b87b8eb2bde461e9e3b5596ece6b9d5975a0ae0",
        "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
    ],
    (2, 5): [
        "5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e",
        "bc1a0643b12e4d2d7c77918f44e0f4f79a838b6cf9ec5b5c283e1f4d88599e6b",
    ],
}
MOST = 40
HASHES = [tree.leaf_hash(bytes([index])) for index in range(MOST)]
STORED = {(level, index): found for level, index, found in tree.grown(0, [], HASHES)}


def reference(size: int) -> list[bytes]:
    return [tree.leaf_hash(bytes.fromhex(leaf)) for leaf in LEAVES[:size]]


def stored(size: int) -> dict[tree.Place, bytes]:
    return {(level, index): found for level, index, found in tree.grown(0, [], reference(size))}


def test_roots_are_those_of_certificate_transparency():
    assert [tree.root(reference(size)).hex() for size in range(1, 9)] == ROOTS
    assert tree.root([]) == tree.fold([]) == hashlib.sha256(b"").digest()
    folded = [tree.fold([stored(size)[place] for place in tree.nodes_over(0, size)]).hex() for size in range(1, 9)]
    assert folded == ROOTS


@pytest.mark.parametrize(("index", "size"), INCLUSIONS)
def test_inclusion_proofs_are_those_of_certificate_transparency(index: int, size: int):
    proof = tree.folded(tree.inclusion(index, size), stored(8))
    assert [one.hex() for one in proof] == INCLUSIONS[index, size]
    assert tree.includes(index, size, reference(8)[index], proof, bytes.fromhex(ROOTS[size - 1]))


@pytest.mark.parametrize(("first", "second"), CONSISTENCIES)
def test_consistency_proofs_are_those_of_certificate_transparency(first: int, second: int):
    proof = tree.folded(tree.consistency(first, second), stored(8))
    assert [one.hex() for one in proof] == CONSISTENCIES[first, second]
    assert tree.extends(first, second, bytes.fromhex(ROOTS[first - 1]), bytes.fromhex(ROOTS[second - 1]), proof)


def test_every_leaf_of_every_tree_is_proved_and_no_other_in_its_place():
    for size in range(1, MOST + 1):
        root = tree.root(HASHES[:size])
        for index in range(size):
            proof = tree.folded(tree.inclusion(index, size), STORED)
            assert tree.includes(index, size, HASHES[index], proof, root)
            assert not tree.includes(index, size, HASHES[index - 1], proof, root) or size == 1
            for other in {index - 1, index + 1, index ^ 2, size}:
                assert not tree.includes(other, size, HASHES[index], proof, root)
            for wrong in _spoilt(proof, root):
                assert not tree.includes(index, size, HASHES[index], wrong, root)
            assert not tree.includes(index, size, HASHES[index], proof, tree.EMPTY)


def test_every_tree_is_proved_to_extend_every_smaller_one():
    roots = [tree.root(HASHES[:size]) for size in range(MOST + 1)]
    for second in range(1, MOST + 1):
        for first in range(1, second + 1):
            proof = tree.folded(tree.consistency(first, second), STORED)
            assert tree.extends(first, second, roots[first], roots[second], proof)
            if first == second:
                continue
            assert not tree.extends(first, second, roots[first - 1], roots[second], proof)
            assert not tree.extends(first, second, roots[first], roots[second - 1], proof)
            assert not tree.extends(first, second, roots[second], roots[first], proof)
            assert not tree.extends(second, first, roots[second], roots[first], proof)
            for wrong in _spoilt(proof, roots[first]):
                assert not tree.extends(first, second, roots[first], roots[second], wrong)


def _spoilt(proof: list[bytes], root: bytes) -> list[list[bytes]]:
    """The proof with one hash changed, left out or added."""
    changed = [[*proof[:at], tree.EMPTY, *proof[at + 1 :]] for at in range(len(proof))]
    shorter = [proof[:-1], proof[1:]] if proof else []
    return [*changed, *shorter, [*proof, root], [root, *proof], [*proof, b""]]


def test_empty_tree_is_extended_by_every_tree():
    assert tree.extends(0, 5, tree.EMPTY, tree.root(HASHES[:5]), [])
    assert not tree.extends(0, 5, HASHES[0], tree.root(HASHES[:5]), [])
    assert not tree.extends(0, 5, tree.EMPTY, tree.root(HASHES[:5]), [HASHES[0]])


@pytest.mark.parametrize(("index", "size"), [(0, 0), (1, 1), (-1, 3), (5, 4)])
def test_leaf_that_is_not_there_has_no_proof(index: int, size: int):
    with pytest.raises(ValueError, match="has no leaf"):
        tree.inclusion(index, size)
    assert not tree.includes(index, size, HASHES[0], [], HASHES[0])


@pytest.mark.parametrize(("first", "second"), [(0, 3), (4, 3), (-1, 2)])
def test_sizes_without_a_proof_are_refused(first: int, second: int):
    with pytest.raises(ValueError, match="no proof"):
        tree.consistency(first, second)


@given(st.lists(st.integers(0, 12), max_size=5))
def test_tree_grown_in_parts_has_the_nodes_of_one_grown_at_once(parts: list[int]):
    found: dict[tree.Place, bytes] = {}
    size = 0
    for part in parts:
        edge = [found[place] for place in tree.nodes_over(0, size)]
        leaves = [tree.leaf_hash(bytes([index])) for index in range(size, size + part)]
        for level, index, hashed in tree.grown(size, edge, leaves):
            assert (level, index) not in found
            found[level, index] = hashed
        size += part
    whole = [tree.leaf_hash(bytes([index])) for index in range(size)]
    assert found == {(level, index): hashed for level, index, hashed in tree.grown(0, [], whole)}
    assert tree.fold([found[place] for place in tree.nodes_over(0, size)]) == tree.root(whole)
