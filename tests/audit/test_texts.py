"""People's words: once, committed to, erasable."""

import hashlib
import hmac
import json

import pytest

from accounts import clock
from accounts.refusals import Invalid
from audit.models import Text
from audit.texts import SALT_BYTES, commitment, keep
from tests.cast import Cast

WORDS = [
    "plain",
    "",
    "two\r\nlines\n",
    "emoji 👩‍👩‍👧 and مرحبا بكم",
    "<script>alert('x')</script>",
    'quote " backslash \\ tab \t bell \x07 \u2028',
    "word " * 20_000,
]


@pytest.mark.parametrize("words", WORDS, ids=range(len(WORDS)))
def test_words_are_kept_exactly_as_written(cast: Cast, inside, words):
    text = Text.objects.get(pk=keep(inside, words).pk)
    assert text.body == words
    assert str(text) == words


def test_commitment_is_hmac_over_the_canonical_json_of_the_words(cast: Cast):
    text = keep(cast.organisation, 'é\n"')
    canonical = json.dumps('é\n"', ensure_ascii=False).encode()
    assert len(bytes(text.salt)) == SALT_BYTES
    assert text.commitment == hmac.new(bytes(text.salt), canonical, hashlib.sha256).hexdigest()
    assert text.commitment == commitment(bytes(text.salt), text.body)


def test_same_words_twice_are_committed_to_differently(cast: Cast):
    assert keep(cast.organisation, "yes").commitment != keep(cast.organisation, "yes").commitment


@pytest.mark.parametrize("words", ["nul \x00", "half a pair \ud83d"])
def test_what_no_database_keeps_is_refused_in_a_sentence(cast: Cast, words):
    with pytest.raises(Invalid, match="cannot be kept"):
        keep(cast.organisation, words)
    assert not Text._base_manager.exists()


def test_erased_words_print_that_they_were_erased_and_the_commitment_stays(cast: Cast, inside):
    text = keep(inside, "My words")
    Text.objects.filter(pk=text.pk).update(body="", salt=b"", erased_at=clock.now())
    erased = Text.objects.get(pk=text.pk)
    assert erased.is_erased
    assert str(erased).startswith("erased on request, ")
    assert "My words" not in str(erased)
    assert erased.commitment == text.commitment
