"""What holds of every envelope and of every text, whatever somebody writes."""

import hashlib
import json
from datetime import UTC
from uuid import UUID

import pytest
import rfc8785
from hypothesis import given, settings
from hypothesis import strategies as st

from accounts.refusals import Invalid
from audit import envelope, tree
from audit.texts import commitment

pytestmark = pytest.mark.alone
TEXT = st.text(alphabet=st.characters(exclude_categories=["Cs"]))
NAME = st.from_regex(r"[a-z][a-z0-9_]{0,20}", fullmatch=True)
MOMENT = st.datetimes(timezones=st.just(UTC)).filter(lambda moment: moment.year >= 1000)
HEX = st.binary(min_size=32, max_size=32).map(bytes.hex)

ENVELOPES = st.builds(
    envelope.build,
    id=st.uuids(),
    timestamp=MOMENT,
    organisation=st.none() | st.uuids(),
    project=st.none() | st.uuids(),
    session=st.none() | TEXT,
    actor=st.builds(envelope.Actor, st.sampled_from(["human", "agent", "system"]), st.none() | HEX, st.none() | NAME),
    agent=st.none() | st.fixed_dictionaries({"name": TEXT, "version": TEXT, "model": TEXT}),
    service=st.sampled_from(envelope.SERVICES),
    event=st.lists(NAME, min_size=1, max_size=4).map(".".join),
    decision=NAME,
    boundary=st.none() | TEXT,
    context_pressure=st.none() | st.sampled_from(envelope.PRESSURES),
    coordination=st.lists(
        st.fixed_dictionaries({"service": NAME, "result": NAME, "microseconds": st.integers(0, 10**9)}), max_size=3
    ),
    subject=st.tuples(NAME, st.uuids().map(str)),
    outcome=st.none() | NAME,
    policy=st.none() | HEX,
    mode=st.none() | st.sampled_from(envelope.MODES),
    cause=st.none() | st.uuids(),
    commitments=st.dictionaries(NAME, HEX, max_size=5),
)


@given(ENVELOPES)
def test_canonical_bytes_are_the_same_after_any_reading(written):
    """Who parses our bytes and writes them again by RFC 8785 finds the same leaf."""
    exact = envelope.canonical(written)
    assert exact == rfc8785.dumps(written)
    read = json.loads(exact)
    assert tuple(sorted(read)) == tuple(sorted(envelope.KEYS))
    assert envelope.canonical(dict(reversed(read.items()))) == exact
    assert tree.leaf_hash(exact) == hashlib.sha256(b"\x00" + exact).digest()
    assert UUID(read["id"])
    assert len(read["timestamp"]) == len("2026-11-21T12:00:00.000000Z")


@given(TEXT, TEXT, st.binary(min_size=32, max_size=32))
def test_commitments_are_equal_only_for_equal_words(one, other, salt):
    assert (commitment(salt, one) == commitment(salt, other)) == (one == other)


@given(TEXT, st.characters(categories=["Cs"]), TEXT)
@settings(max_examples=30)
def test_half_a_surrogate_pair_is_refused_in_a_sentence(before, half, after):
    with pytest.raises(Invalid, match="cannot be kept"):
        commitment(b"salt", before + half + after)
