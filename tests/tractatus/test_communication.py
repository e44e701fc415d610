"""Messages: the same facts in every register and format, nothing dropped, nobody talked down to."""

import itertools
import json
import time
from datetime import UTC, date, datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tractatus.communication import FORMATS, AdaptiveCommunicationOrchestrator
from tractatus.datafiles import DataError
from tractatus.registers import (
    KINDS,
    SHIPPED,
    Register,
    names_in,
    read_patronising,
    read_register,
    sentences,
    shipped_registers,
    whole,
)

communication = AdaptiveCommunicationOrchestrator()
SHIPPED_REGISTERS = [read_register(f"registers/{name}.toml") for name in SHIPPED]
FACTS = {
    kind: sorted(
        {
            name
            for register in SHIPPED_REGISTERS
            for line in (*register.wordings[kind].lines, *register.wordings[kind].easy)
            for name in names_in(line)
        }
    )
    for kind in KINDS
}


def compose(kind="invitation", facts=(), **person):
    return communication.compose({"kind": kind, "facts": dict(facts)}, person)


# --- The same facts


@pytest.mark.parametrize(("kind", "name", "form"), list(itertools.product(KINDS, SHIPPED, FORMATS)))
def test_every_fact_stands_in_the_body_once_in_every_register_and_format(kind, name, form):
    facts = {fact: f"<{fact} value>" for fact in [*FACTS[kind], "name", "sender", "address", "date", "unheard of"]}
    said = compose(kind, facts, register=name, format=form)
    assert (said.register, said.format, said.language) == (name, form, "en")
    # The subject stands above a letter and an easy-read text, and may hold a fact that a line says too.
    body = said.body.replace(said.subject, "", 1) if form != "mail" else said.body
    assert {fact: body.count(value) for fact, value in facts.items()} == dict.fromkeys(facts, 1)


@pytest.mark.parametrize("kind", KINDS)
def test_registers_and_formats_speak_of_the_same_facts(kind):
    spoken = {
        frozenset(name for line in lines for name in names_in(line))
        for register in SHIPPED_REGISTERS
        for lines in (register.wordings[kind].lines, register.wordings[kind].easy)
    }
    assert len(spoken) == 1


@pytest.mark.parametrize("kind", KINDS)
def test_a_message_without_facts_still_says_what_it_is(kind):
    for name, form in itertools.product(SHIPPED, FORMATS):
        said = compose(kind, register=name, format=form)
        assert said.subject
        assert "{" not in said.subject + said.body
        assert len(said.body.split("\n\n")) >= 3


def test_an_unknown_fact_is_listed_rather_than_dropped():
    said = compose(facts={"where_to_park": "behind the house", "question": "May it?"}, register="plain")
    assert said.body.endswith("Also:\nWhere to park: behind the house\n\nThank you\n")


def test_a_fact_that_says_nothing_is_left_out_and_said_so():
    said = compose(facts={"paid": None, "question": " "})
    assert "What you get" not in said.body
    assert "The fact “paid” says nothing and is left out." in said.reasons
    assert said.subject == "You are invited to a deliberation"


def test_invitation_has_the_sentence_of_core_concepts():
    for name in SHIPPED:
        assert "Multiple moral frameworks are in tension. We need diverse perspectives." in compose(register=name).body


@pytest.mark.parametrize(
    ("value", "said"),
    [
        ("as it is.", "The question is: as it is."),
        ("open", "The question is: open"),
        (7, "The question is: 7"),
        (0.5, "The question is: 0.5"),
        (True, "The question is: yes"),
        (False, "The question is: no"),
        (date(2026, 11, 9), "The question is: 9 November 2026"),
        (datetime(2026, 11, 9, 8, 5, tzinfo=UTC), "The question is: 9 November 2026, 08:05 (UTC)"),
        (["a", 2, ["b"]], "The question is: a; 2; b"),
        ({"who": "they", "when": None}, "The question is: who: they; when: "),
        ("{link} and {question}", "The question is: {link} and {question}"),
    ],
)
def test_facts_are_written_out(value, said):
    assert said in compose(facts={"question": value, "link": "x"}).body.split("\n\n")


def test_a_full_stop_of_the_fact_is_enough():
    assert "Please answer by Friday.\n" in compose(facts={"answer_by": "Friday."}).body
    assert "Please answer by Friday.\n" in compose(facts={"answer_by": "Friday"}).body


def test_subject_is_one_line_whatever_the_facts_hold():
    said = compose(facts={"question": "May it?\r\nBcc: everybody@example.org\x00\u2028" + "x" * 500})
    assert said.subject.startswith("You are invited: May it? Bcc:")
    assert said.subject.isprintable()
    assert len(said.subject) == 150
    assert "x" * 500 in said.body


def test_letter_has_address_and_date_above():
    said = compose(facts={"address": "1 Street\nTown", "date": date(2026, 11, 2)}, format="letter", register="formal")
    assert said.body.startswith("1 Street\nTown\n\n2 November 2026\n\nInvitation to a deliberation\n\nTo whom it may")
    assert said.body.endswith("Yours faithfully\n")


@pytest.mark.parametrize("register", SHIPPED_REGISTERS, ids=SHIPPED)
def test_easy_read_is_one_short_sentence_a_line(register):
    for wording in register.wordings.values():
        for line in wording.easy:
            assert len(line.split()) <= 10, line
            assert sum(line.count(mark) for mark in ".?!") <= 1, line
            assert ";" not in line


# --- Never patronising


@pytest.mark.parametrize("register", SHIPPED_REGISTERS, ids=SHIPPED)
def test_no_shipped_sentence_talks_down_to_anybody(register):
    said = [sentence for sentence, _, _ in sentences(register)]
    assert len(said) > 100
    assert {sentence: communication.patronising_in(sentence, "en") for sentence in said} == {
        sentence: {} for sentence in said
    }


def test_nothing_composed_talks_down_to_anybody():
    for kind, name, form in itertools.product(KINDS, SHIPPED, FORMATS):
        said = compose(kind, {fact: "X" for fact in FACTS[kind]}, register=name, format=form)
        assert communication.patronising_in(said.subject + "\n" + said.body, "en") == {}


def test_a_word_is_found_whole_and_with_why():
    assert list(communication.patronising_in("Don’t worry, it is simply done", "en-NZ")) == ["don t worry", "simply"]
    assert communication.patronising_in("An injustice, adjusted naturalistically", "en") == {}
    assert communication.patronising_in("simply", "de") == {}


def test_a_patronising_fact_stands_and_is_pointed_out():
    said = compose(facts={"purpose": "Of course you simply agree"})
    assert "Of course you simply agree" in said.body
    assert any("“purpose”" in reason and "may talk down" in reason for reason in said.reasons)


# --- Registers, languages


OWN = """
[[register]]
name = "{name}"
language = "{language}"
of_a_people = {of_a_people}
{author}greeting = ["{greeting}"]
closing = ["[farewell]"]
also = "[also]"
yes = "[yes]"
no = "[no]"

[[message]]
kind = "invitation"
subject = ["[call]: {{question}}", "[call]"]
lines = ["[question] {{question}}"]
easy = ["[question] {{question}}"]
"""


def own(**facts):
    given_ = {
        "name": "own-people",
        "language": "qaa",
        "of_a_people": "true",
        "author": 'author = "Those whom the people names"\n',
        "greeting": "[grĕeting]",
    }
    return read_register("own-people.toml", text=OWN.format(**(given_ | facts)))


def test_a_peoples_register_is_used_with_its_authors_name():
    with_own = AdaptiveCommunicationOrchestrator(registers=[own()])
    said = with_own.compose(
        {"kind": "invitation", "facts": {"question": "May it?", "paid": True, "on": date(2026, 11, 2)}},
        {"register": "own-people", "language": "qaa-XX"},
    )
    assert said.subject == "[call]: May it?"
    assert said.body == "[grĕeting]\n\n[question] May it?\n\n[also]\nPaid: [yes]\nOn: 2026-11-02\n\n[farewell]\n"
    assert said.reasons[0] == "The register is own-people in qaa, written by Those whom the people names."
    assert "No list of patronising words is known for “qaa”: none was looked for." in said.reasons
    assert ("own-people", "qaa") in with_own.registers()


@pytest.mark.parametrize("author", ["", 'author = " "\n'])
def test_a_peoples_register_without_its_named_author_is_refused(author):
    with pytest.raises(ValueError, match=r"own-people\.toml, line \d: author: "):
        own(author=author)


def test_a_register_made_by_hand_is_refused_without_its_author_too():
    made = {name: getattr(own(), name) for name in Register.__dataclass_fields__}
    with pytest.raises(ValueError, match="author: a people's register names who wrote it"):
        Register(**(made | {"author": ""}))


def test_a_language_without_a_register_falls_back_and_says_so():
    said = compose(language="de-AT", register="casual")
    assert (said.language, said.register) == ("en", "casual")
    assert "No register in “de-AT” can say this: en is used instead." in said.reasons


def test_a_region_is_read_as_its_language():
    said = compose(language="en-NZ")
    assert said.language == "en"
    assert not any("instead" in reason for reason in said.reasons)


def test_the_language_goes_before_the_tone_but_a_peoples_register_is_for_its_people():
    invitation = {"kind": "invitation", "facts": {}}
    german = own(name="amtlich", language="de", of_a_people="false", author="")
    known = AdaptiveCommunicationOrchestrator(registers=[own(), german])
    said = known.compose(invitation, {"register": "casual", "language": "de"})
    assert (said.register, said.language) == ("amtlich", "de")
    assert "The register casual cannot say this in de: amtlich is used instead." in said.reasons
    said = known.compose(invitation, {"register": "casual", "language": "qaa"})
    assert (said.register, said.language) == ("casual", "en")
    said = known.compose({"kind": "handoff"}, {"register": "own-people", "language": "qaa"})
    assert (said.register, said.language) == ("plain", "en"), "it has no words for a handoff"


@pytest.mark.parametrize(
    ("facts", "complaint"),
    [
        ({"name": "plain", "language": "en"}, "own-people.toml, line 3: name: 'plain' in 'en' is there already"),
        (
            {"language": "en", "greeting": "My dear"},
            "own-people.toml, line 7: greeting: “my dear” in “My dear” talks down",
        ),
    ],
)
def test_a_register_that_does_not_fit_is_named_with_its_line(facts, complaint):
    with pytest.raises(DataError, match=complaint):
        AdaptiveCommunicationOrchestrator(registers=[own(**facts)])


def test_an_organisation_adds_words_of_its_own():
    words = read_patronising("own.toml", text='[[word]]\nlanguage = "qaa"\nwords = ["greeting"]\nwhy = "a test"')
    with pytest.raises(DataError, match="greeting: “grĕeting”"):
        AdaptiveCommunicationOrchestrator(registers=[own()], patronising=words)


MESSAGE = '[[message]]\nkind = "invitation"\nsubject = ["A"]\nlines = ["B"]\neasy = ["C"]\n'


@pytest.mark.parametrize(
    ("text", "complaint"),
    [
        ("", r"own.toml: one table headed \[\[register\]\] is expected, not 0"),
        (OWN.replace("{{question}}", "{{Question}}"), "line 14: subject: a fact's name in braces, in small letters"),
        (OWN.replace(', "[call]"', ""), "line 14: subject: the last one is used where no fact is given"),
        (OWN + MESSAGE, "line 18: kind: 'invitation' is there already, in line 13"),
        (OWN.replace("invitation", "gossip"), "line 13: kind: one of invitation, round_opens"),
        (
            OWN.replace('no = "[no]"', 'no = "[no]"\nmonths = ["a"]'),
            "line 11: months: twelve names are expected, not 1",
        ),
        (OWN.replace("{language}", "Deutsch"), "line 4: language: a language tag such as en"),
    ],
)
def test_a_wrong_register_is_named_with_its_line(text, complaint):
    filled = (
        text.format(name="x", language="qaa", of_a_people="false", author="", greeting="Hello") if "{" in text else ""
    )
    with pytest.raises(DataError, match=complaint):
        read_register("own.toml", text=filled)


def test_a_register_that_ships_says_every_kind_of_message():
    with pytest.raises(DataError, match=r"a register that ships says every kind of message; \w+ is missing"):
        whole(own())
    assert all(whole(register) is register for register in SHIPPED_REGISTERS)


def test_nobody_changes_a_register_that_ships():
    with pytest.raises(TypeError):
        shipped_registers()[0].labels["x"] = "y"


def test_what_was_not_read_is_refused():
    with pytest.raises(TypeError, match=r"registers\[0\]: a Register is expected, not dict"):
        AdaptiveCommunicationOrchestrator(registers=[{}])
    with pytest.raises(TypeError, match=r"patronising\[0\]: a Patronising is expected"):
        AdaptiveCommunicationOrchestrator(patronising=["simply"])


# --- Arguments and any input


@pytest.mark.parametrize(
    ("message", "person", "error", "text"),
    [
        ("hello", {}, TypeError, "message: an object is expected, not str"),
        ({}, {}, TypeError, r"message\.kind: text is expected, not nothing"),
        (
            {"kind": "gossip"},
            {},
            ValueError,
            r"message\.kind: one of invitation, round_opens, .* is expected, not 'gossip'",
        ),
        ({"kind": "outcome", "facts": []}, {}, TypeError, r"message\.facts: an object is expected, not list"),
        ({"kind": "outcome", "facts": {1: 2}}, {}, TypeError, r"message\.facts: text is expected, not int"),
        ({"kind": "outcome", "facts": {"x": b""}}, {}, TypeError, r"message\.facts\.x: text, a number, .* not bytes"),
        ({"kind": "outcome"}, None, TypeError, "person: an object is expected, not nothing"),
        ({"kind": "outcome"}, {"register": "pirate"}, ValueError, r"person\.register: one of formal, plain, casual is"),
        ({"kind": "outcome"}, {"format": "fax"}, ValueError, r"person\.format: one of mail, letter, easy-read is"),
        ({"kind": "outcome"}, {"language": 3}, TypeError, r"person\.language: text is expected, not int"),
    ],
)
def test_wrong_arguments_are_named(message, person, error, text):
    with pytest.raises(error, match=text):
        communication.compose(message, person)


values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=10,
)
names = st.text() | st.sampled_from(sorted({name for facts in FACTS.values() for name in facts}))


@given(st.sampled_from(KINDS), st.dictionaries(names, values, max_size=5), st.text(), st.sampled_from(FORMATS))
@settings(deadline=None, max_examples=80)
def test_any_facts_and_language_are_composed_and_none_is_lost(kind, facts, language, form):
    bodies = []
    for name in SHIPPED:
        said = compose(kind, facts, register=name, language=language, format=form)
        assert said == compose(kind, facts, register=name, language=language, format=form)
        assert json.loads(json.dumps(said.to_dict()))["subject"] == said.subject
        assert not set("\r\n\x00") & set(said.subject)
        bodies.append(said.body)
    for value in facts.values():
        if isinstance(value, str) and value.strip():
            assert all(value in body for body in bodies)


def test_deep_and_huge_facts_are_written_in_bounded_time():
    deep = []
    for _ in range(10_000):
        deep = [deep]
    started = time.thread_time()
    said = compose(facts={"deep": deep, "big": 10**5_000, "long": "simply " * 150_000, "a" * 1_000_000: "x"})
    assert "simply " * 150_000 in said.body
    assert "Deep: …" in said.body
    assert time.thread_time() - started < 2
