"""The index of words: it finds for nobody what is another's, what was erased, or what was never signed."""

from __future__ import annotations

import importlib
import json
from collections.abc import Callable
from threading import Thread
from typing import Any
from urllib.parse import urlencode

import pytest
from django.apps import apps
from django.db import IntegrityError, connection, transaction
from django.urls import reverse

from accounts import clock
from accounts.ids import uuid7
from accounts.models import Organisation
from accounts.scope import open_organisation
from audit.domain.erasure import erase_text
from audit.models import Entry, Text
from audit.signals import text_erased
from audit.texts import keep
from deliberation.domain.findable import make_findable
from deliberation.domain.outcome import sign_outcome
from deliberation.models import Deliberation, OutcomeVersion, PrecedentTerm, Searchable
from deliberation.queries import ledger as reads
from deliberation.queries.precedent import Wanted, precedents
from tests.attack.arena import together
from tests.cast import Cast
from tests.copies import past_the_guards
from tests.deliberation import stages
from tests.deliberation.pages import signed_in

RARE = "xylophonist"
HOSTILE = [
    "%", "_", "\\", "'", '"', "*", "^", "(", ")", ":*", "a:*", "NEAR(", "words:", "searchable:", "-", "AND", "OR",
    "' | '", "' & !'", "\x00", "a\x00b", "a\\", "x" * 10_000, "判" * 10_000, "a b " * 2_500, "?!…", "́́", "\u202e",
    "🧑‍⚖️", "ﷺ", "\ufdd0", "{}", "%s", "%(who)s", "word'; DROP TABLE deliberation_searchable; --",
]  # fmt: skip


def kept_anywhere(word: str) -> list[str]:
    """The tables, also those behind an index, in which the word is still readable."""
    found = []
    with connection.cursor() as cursor:
        for table in connection.introspection.table_names(cursor):
            cursor.execute(f'SELECT * FROM "{table}"')
            columns = b"\n".join(
                value.encode() if isinstance(value, str) else bytes(value)
                for row in cursor.fetchall()
                for value in row
                if isinstance(value, str | bytes | memoryview)
            )
            if word.encode() in columns.lower():
                found.append(table)
    return found


def entry_with(text: Text) -> tuple[Entry, str]:
    for entry in Entry.objects.order_by("pk"):
        for name, digest in json.loads(bytes(entry.canonical))["commitments"].items():
            if digest == text.commitment:
                return entry, name
    raise AssertionError(text.pk)


def signed(cast: Cast, deliberation: Deliberation) -> Deliberation:
    mine = Deliberation.objects.get(pk=deliberation.pk)
    version = OutcomeVersion.objects.filter(deliberation=mine).latest("number")
    sign_outcome(mine, by=cast.holder, version_id=version.pk, name="Holder")
    return mine


@pytest.mark.django_db(transaction=True)
def test_words_that_are_erased_while_somebody_signs_are_not_found_afterwards() -> None:
    """Words that are erased in the moment of the signature are in no index afterwards."""
    cast = Cast()
    with open_organisation(cast.organisation):
        deliberation = stages.at_signing(cast, dissent=False)
        version = OutcomeVersion.objects.get(deliberation=deliberation)
        entry, name = entry_with(version.decision)
        assert "borderline" in version.decision.body

    def erase() -> None:
        try:
            with open_organisation(cast.organisation):
                erase_text(entry, name, by=cast.facilitator, reason="I named somebody.")
        finally:
            connection.close()

    eraser = Thread(target=erase)

    def just_before(execute: Callable[..., Any], sql: str, params: Any, many: bool, context: Any) -> Any:
        if sql.startswith('INSERT INTO "deliberation_precedentterm') and not eraser.ident:
            eraser.start()
            eraser.join(0.5)  # held by the signature, or done
        return execute(sql, params, many, context)

    with open_organisation(cast.organisation), connection.execute_wrapper(just_before):
        signed(cast, deliberation)
    eraser.join(20)
    with open_organisation(cast.organisation):
        assert Text.objects.get(pk=version.decision_id).is_erased
        assert Searchable.objects.exists()
        # What other texts say too is found by those: "sort" is a word of the decision alone.
        assert not [row for row in Searchable.objects.all() if "sort" in row.words.split()]
        assert not PrecedentTerm.objects.filter(text=version.decision_id).exists()


@pytest.mark.django_db(transaction=True)
def test_two_texts_erased_at_once_are_both_found_no_more() -> None:
    """Of one decision two texts are erased at once: neither is found, and the others still are."""
    cast = Cast()
    with open_organisation(cast.organisation):
        deliberation = stages.at_decided(cast, dissent=False)
        version = OutcomeVersion.objects.get(deliberation=deliberation)
        asked = [entry_with(text) for text in (version.decision, version.justification)]
        calls = [
            lambda entry=entry, name=name: erase_text(entry, name, by=cast.facilitator, reason="Names.")
            for entry, name in asked
        ]
    results = together(cast.organisation, *calls)
    assert all(isinstance(one, Entry) for one in results), results
    with open_organisation(cast.organisation):
        words = {word for row in Searchable.objects.all() for word in row.words.split()}
        assert not words & {"sort", "harm", "hours"}
        assert "posts" in words  # to what it applies


@pytest.fixture
def decided(cast: Cast, inside: None) -> Deliberation:
    """Decided, over a question that has a rare word."""
    deliberation = stages.at_decided(cast, dissent=False)
    deliberation.question = keep(deliberation.organisation, f"Shall the {RARE} play at night?")
    with past_the_guards():
        deliberation.save(update_fields=["question"])
    make_findable(stages.precedent_of(deliberation))
    return deliberation


def found(organisation: Organisation, words: str) -> set[int]:
    """How many rows each search gives, of those that take words."""
    today = clock.now().date()
    return {
        len(precedents(organisation, Wanted(text=words))),
        len(reads.page_of(reads.Wanted(text=words), None, today=today).rows),
        len(reads.page_of(reads.Wanted(bearer=words), None, today=today).rows),
        len(reads.page_of(reads.Wanted(value=words), None, today=today).rows),
        len(reads.page_of(reads.Wanted(show="promises", text=words, bearer=words), None, today=today).rows),
    }


@pytest.mark.django_db
def test_whatever_is_looked_for_finds_at_most_what_is_ones_own(cast: Cast, decided: Deliberation) -> None:
    """Whatever is typed into a search is words to it and nothing else, and never leads to another organisation's."""
    for words in HOSTILE:
        assert max(found(cast.organisation, words)) <= 2, words
        with open_organisation(cast.other):
            assert found(cast.other, words) == {0}, words
    browser = signed_in(cast.facilitator)
    for where in ("precedents", "ledger", "ledger_csv"):
        here = reverse(where, args=["care"])
        for words in ("%_\\'", "\x00a", "\ud800", "?!", HOSTILE[-1]):
            asked = urlencode(dict.fromkeys(("q", "bearer", "value"), words), errors="surrogatepass")
            assert browser.get(f"{here}?{asked}").status_code in {200, 422}, (where, words)
    with open_organisation(cast.other):
        assert found(cast.other, RARE) == {0}


@pytest.mark.django_db
def test_nothing_of_an_erased_word_is_left_in_any_table(cast: Cast, decided: Deliberation) -> None:
    """A word that was erased is in no table any more, not in those either in which an index keeps its own."""
    assert {"audit_text", "deliberation_searchable"} <= set(kept_anywhere(RARE))
    question = Text.objects.get(pk=decided.question_id)
    Text.objects.filter(pk=question.pk).update(body="", salt=b"", erased_at=clock.now())
    text_erased.send(sender=erase_text, organisation=decided.organisation, text=question)
    assert kept_anywhere(RARE) == []
    assert found(cast.organisation, RARE) == {0}
    # The rest is found again, and the migration run anew on what is left brings no more than that.
    left = set(Searchable.objects.values_list("kind", "row", "words"))
    assert {kind for kind, _row, _words in left} == set(Searchable.Kind)
    Searchable.objects.all().delete()
    importlib.import_module("deliberation.migrations.0011_words_that_find").fill(apps, None)
    assert set(Searchable.objects.values_list("kind", "row", "words")) == left


@pytest.mark.django_db
def test_no_words_are_put_under_another_organisations_decision(cast: Cast, decided: Deliberation) -> None:
    """Past every verb no words are filed for another organisation, nor moved to one, and what was filed stays so."""
    row = Searchable.objects.get(kind="precedent")
    table = "deliberation_searchable"
    other = Searchable._meta.get_field("organisation").get_db_prep_save(cast.other.pk, connection)
    own = Searchable._meta.pk.get_db_prep_save(row.pk, connection)
    new = Searchable._meta.pk.get_db_prep_save(uuid7(), connection)
    insert = (
        f"INSERT INTO {table} (id, organisation_id, deliberation_id, kind, row, words) "
        f"SELECT %s, %s, deliberation_id, kind, row, words FROM {table} WHERE id = %s"
    )
    move = f"UPDATE {table} SET organisation_id = %s WHERE id = %s"
    for statement, given in ((insert, [new, other, own]), (move, [other, own])):
        with pytest.raises(IntegrityError), transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(statement, given)
