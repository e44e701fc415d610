"""Search by words: every match and no other, by the beginnings of words, in any writing; nothing of what was erased."""

import importlib

import pytest
from django.apps import apps
from django.db import connection

from accounts import clock
from accounts.scope import open_organisation
from audit.domain.erasure import erase_text
from audit.models import Entry, Text
from audit.texts import keep
from deliberation.domain.findable import LONGEST, MOST, beginnings_in, make_findable, words_of
from deliberation.models import Searchable
from deliberation.queries import ledger as reads
from deliberation.queries.precedent import Wanted, precedents
from tests.copies import past_the_guards
from tests.deliberation.stages import at_circulated, at_decided, precedent_of

earlier = importlib.import_module("deliberation.migrations.0011_words_that_find")

QUESTION = (
    "May the NIGHT-line record what callers say, re-reading either/or 3.5 of it? "
    "判断を急がない。ได้ไหม Über Straße Cafe\u0301"
)
WAITS = "Applicants whose application is read wait longer."
DECLINED = "People were declined on the tool's word alone."


def is_found(**wanted):
    return len(precedents(Searchable.objects.get(kind="precedent").organisation, Wanted(**wanted)))


def lost(**wanted):
    return {str(row.loss) for row in reads.losses(reads.Wanted(**wanted), today=clock.now().date())}


def promised(**wanted):
    rows = reads.promises(reads.Wanted(show="promises", **wanted), today=clock.now().date())
    return {str(row.what) for row in rows}


def kept():
    return set(Searchable.objects.values_list("kind", "row", "words"))


@pytest.fixture
def decided(cast, inside):
    """Decided, with a question that is written in many ways."""
    deliberation = at_decided(cast)
    deliberation.question = keep(deliberation.organisation, QUESTION)
    with past_the_guards():
        deliberation.save(update_fields=["question"])
    make_findable(precedent_of(deliberation))
    return deliberation


@pytest.mark.django_db
def test_what_is_looked_for_is_found_where_words_begin(decided):
    there = [
        "callers", "CALL", "night line", "night-line", "line-night", "either", "either/or", "or", "3.5", "re-read",
        "über", "ÜBER", "strasse", "STRASSE", "straße", "café", "判断", "判", "断を", "急がない", "い", "を急", "ไหม",
        "ไ", "record night 判断", "", "?!", "\x00night", "tool", "person",
    ]  # fmt: skip
    absent = [
        "elephant", "allers", "call elephant", "断判", "判断elephant", "words:callers", "callers | elephant",
        "!elephant", "NEAR(callers line)", "' OR 1=1 --", "uber", "x" * 300, " ".join(["night"] * 40 + ["elephant"]),
    ]  # fmt: skip
    assert [words for words in there if not is_found(text=words)] == []
    assert [words for words in absent if is_found(text=words)] == []


@pytest.mark.django_db
def test_losses_and_promises_are_found_by_what_is_said_and_for_whom(decided):
    assert lost(text="declined") == lost(text="callers tool's decl") == {DECLINED}
    assert lost(text="callers") == lost(text="applicants") == {DECLINED, WAITS}
    assert lost(text="train") == set()  # said of a promise
    assert lost(bearer="Borderline applicants") == lost(bearer="border", text="reply person") == {WAITS}
    assert lost(bearer="callers") == lost(value="dignity") == set()
    assert lost(value="full automation", text="declined") == {DECLINED}
    assert promised(text="train recruitment") == promised(bearer="everybody") == {"Train two readers"}
    assert promised(bearer="trial", value="automation") == {"Write to those declined in the trial"}
    assert promised(text="callers", state="done") == set()


@pytest.mark.django_db
def test_drafts_are_not_found(cast, inside):
    at_circulated(cast)
    assert kept() == set()


@pytest.mark.django_db
def test_others_find_nothing_of_it(cast, decided):
    with open_organisation(cast.other):
        assert list(precedents(cast.other, Wanted(text="callers"))) == []
        assert lost(text="declined") == set()


@pytest.mark.django_db
def test_what_is_erased_is_found_no_more_and_the_rest_still_is(cast, decided):
    entry = Entry.objects.filter(event="deliberation.outcome.circulate").latest("pk")
    erase_text(entry, "loss-2-loss", by=cast.facilitator, reason="I named somebody.")
    assert lost(text="callers alone") == lost(text="word") == set()
    assert len(lost(text="callers")) == len(lost(text="applicants")) == 2
    assert not [words for _kind, _row, words in kept() if {"alone", "declined", "word"} <= set(words.split())]


@pytest.mark.django_db
@pytest.mark.parametrize("where", ["question", "decision", "value", "bearer", "owner"])
def test_the_database_itself_lets_go_of_what_is_erased(decided, where):
    version = precedent_of(decided).outcome.signed_version
    text = {
        "question": decided.question,
        "decision": version.decision,
        "value": version.values.get(side="deprioritized").text,
        "bearer": version.remainders.first().bearer,
        "owner": version.commitments.first().owner,
    }[where]
    Text.objects.filter(pk=text.pk).update(body="", salt=b"", erased_at=clock.now())
    assert kept() == set()
    if connection.vendor == "sqlite":
        with connection.cursor() as cursor:
            cursor.execute("SELECT count(*) FROM deliberation_fts")
            assert cursor.fetchone() == (0,)


@pytest.mark.django_db
def test_what_was_signed_earlier_gets_its_words_from_the_migration(decided):
    made = kept()
    assert {kind for kind, _row, _words in made} == set(Searchable.Kind)
    Searchable.objects.all().delete()
    earlier.fill(apps, None)
    assert kept() == made


@pytest.mark.alone
def test_texts_are_taken_apart_alike_now_and_in_the_migration():
    longest = "a" * (LONGEST + 5)
    texts = [QUESTION, longest, "ΐﷺ ǰ İ", "", "\ud800 \x00", "จ", "AI判断b", "हिन्दी", "한국어는 띄어 쓴다"]
    for text in texts:
        assert earlier.words_of([text]) == " ".join(words_of([text]))
        assert all(any(one.startswith(begins) for one in words_of([text])) for begins in beginnings_in(text))
    assert words_of([longest]) == beginnings_in(longest) == ["a" * LONGEST]
    assert words_of(["AI判断b हिन्दी"]) == ["ai", "b", "हिन्दी", "判断", "断"]


@pytest.mark.alone
def test_of_a_text_that_is_all_different_words_so_much_is_kept_as_postgresql_takes():
    everything = "".join(f"{chr(0x10400 + n % 40)}{n:x} " for n in range(60_000))
    assert MOST - LONGEST < len(" ".join(words_of([everything]))) <= MOST
