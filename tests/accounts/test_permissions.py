"""The one table of who may do what, and that everything reads it."""

import pytest
from django.urls import URLPattern, URLResolver, get_resolver

from accounts import table
from accounts.permissions import ANY, SYSTEM, TABLE, Caller, Rule, add, may, require, rule
from accounts.refusals import NotAllowed, WrongState
from accounts.roles import Part, Role
from tests.cast import Cast

# Pages that show nothing of anybody: files, the description of the interface, health, the language of a page.
OPEN_TO_ALL = {"schema", "api_docs", "healthz", "readyz", "metrics", "set_language", "style", "style_card", "about"}
OPEN_TO_ALL |= {"security_txt", "client_file"}


def url_names(resolver: URLResolver, space: str = "") -> set[str]:
    found = set()
    for pattern in resolver.url_patterns:
        if isinstance(pattern, URLResolver):
            inner = f"{space}{pattern.namespace}:" if pattern.namespace else space
            found |= url_names(pattern, inner)
        elif isinstance(pattern, URLPattern) and pattern.name:
            found.add(space + pattern.name)
    return found


def test_every_route_is_named_in_a_row():
    routes = {route for row in TABLE.values() for route in row.routes}
    spaces = tuple(route[:-1] for route in routes if route.endswith(":*"))
    names = {name for name in url_names(get_resolver()) if not name.startswith(spaces)}
    assert names - routes - OPEN_TO_ALL == set()


def test_every_route_in_a_row_exists():
    names = url_names(get_resolver())
    named = {route for row in TABLE.values() for route in row.routes if not route.endswith(":*")}
    # Pages of the sign-in library that our settings switch off are named so that switching them on is covered.
    switched_off = {
        "account_confirm_password_reset_code",
        "account_complete_password_reset",
        "account_password_reset_completed",
        "mfa_trust",
        "account_email_verification_sent",
    }
    assert named - names - switched_off == set()


def test_every_verb_of_accounts_says_what_it_is_and_has_an_event():
    for row in table.rows():
        if not row.is_read:
            assert row.says, row.verb
            assert row.event, row.verb


def test_every_verb_outside_reads_has_somebody_who_may():
    for row in TABLE.values():
        assert row.who, row.verb
        assert row.states, row.verb


def test_a_role_and_a_part_of_one_name_are_told_apart():
    row = Rule("v", "m", (ANY,), None, (Part.FACILITATOR,))
    assert row.admits([Part.FACILITATOR])
    assert not row.admits([Role.FACILITATOR])


def test_table_takes_one_row_a_verb_and_knows_its_words():
    with pytest.raises(ValueError, match="row already"):
        add(Rule("add_member", "m", (ANY,), None, ("member",)))
    with pytest.raises(ValueError, match="nobody"):
        add(Rule("new_verb", "m", (ANY,), None, ("king",)))
    with pytest.raises(LookupError):
        rule("no_such_verb")


def test_may_asks_who_and_when(cast: Cast):
    administrator = Caller(user=cast.administrator, membership=cast.membership(cast.administrator))
    editor = Caller(user=cast.editor, membership=cast.membership(cast.editor))
    operator = Caller(user=cast.operator)
    assert may(administrator, "add_member", "active")
    assert not may(administrator, "add_member", "deactivated")
    assert not may(editor, "add_member")
    assert not may(operator, "add_member")
    assert may(operator, "create_organisation")
    assert may(SYSTEM, "add_member", "active")
    assert may(Caller(), "start_for_real", "new")
    assert not may(Caller(), "start_for_real", "started")
    with pytest.raises(NotAllowed):
        require(editor, "add_member", "deactivated")
    with pytest.raises(WrongState):
        require(administrator, "add_member", "deactivated")


def test_deactivated_user_and_ended_membership_stand_nowhere(cast: Cast):
    membership = cast.membership(cast.administrator)
    cast.administrator.is_active = False
    assert Caller(user=cast.administrator, membership=membership).standing == ("anyone",)
    membership = cast.membership(cast.editor)
    membership.ended_at = membership.created_at
    assert Caller(user=cast.editor, membership=membership).standing == ("anyone",)


def test_rows_use_states_of_one_machine_that_lead_somewhere():
    """`to` of a row is a state that some row of the same machine begins in, or an end of that machine."""
    for row in TABLE.values():
        if row.is_read:
            assert row.to is None, row.verb
