"""The people the tests are about: roles with names, in one organisation, and an outsider from another."""

from dataclasses import dataclass, field

from accounts.models import Membership, Organisation, Project, User
from accounts.permissions import SYSTEM
from accounts.roles import Role
from accounts.scope import open_organisation
from tests.prepared import made_once

PASSWORD = "a long enough sentence"


def make_user(name: str, email: str = "", **facts: object) -> User:
    """A user who belongs nowhere: `Facilitator` gets facilitator@people.example."""
    address = email or f"{name.lower().replace(' ', '.')}@people.example"
    return User.objects.create_user(address, name, **facts)


def make_organisation(slug: str = "care", name: str = "Kererū Care", **facts: object) -> Organisation:
    """An organisation without members. Time zone Pacific/Auckland unless said otherwise."""
    facts.setdefault("time_zone", "Pacific/Auckland")
    return Organisation.objects.create(slug=slug, name=name, **facts)


def make_member(organisation: Organisation, name: str, *roles: Role, email: str = "") -> User:
    """A new user with a current membership in these roles."""
    from accounts.domain.members import add_member

    address = email or f"{name.lower().replace(' ', '.')}@{organisation.slug}.example"
    return add_member(organisation, by=SYSTEM, email=address, name=name, roles=roles).user


def make_project(organisation: Organisation, slug: str = "hiring", name: str = "Hiring") -> Project:
    project = Project(organisation=organisation, slug=slug, name=name)
    project.save(force_insert=True)
    return project


@dataclass
class Cast:
    """Everybody, by the part they play. `outsider` holds every role in `other`, and none here."""

    organisation: Organisation = field(init=False)
    project: Project = field(init=False)
    other: Organisation = field(init=False)
    other_project: Project = field(init=False)
    administrator: User = field(init=False)
    facilitator: User = field(init=False)
    second_facilitator: User = field(init=False)
    holder: User = field(init=False)
    second_holder: User = field(init=False)
    reviewer: User = field(init=False)
    editor: User = field(init=False)
    auditor: User = field(init=False)
    operator: User = field(init=False)
    outsider: User = field(init=False)
    stakeholders: list[User] = field(init=False)

    def __post_init__(self) -> None:
        vars(self).update(made_once("cast", self._made))

    def _made(self) -> dict[str, object]:
        self.organisation = make_organisation()
        self.administrator = make_member(self.organisation, "Administrator", Role.ADMINISTRATOR)
        self.facilitator = make_member(self.organisation, "Facilitator", Role.FACILITATOR)
        self.second_facilitator = make_member(self.organisation, "Second facilitator", Role.FACILITATOR)
        self.holder = make_member(self.organisation, "Holder", Role.DECISION_HOLDER)
        self.second_holder = make_member(self.organisation, "Second holder", Role.DECISION_HOLDER)
        self.reviewer = make_member(self.organisation, "Reviewer", Role.REVIEWER)
        self.editor = make_member(self.organisation, "Editor", Role.EDITOR)
        self.auditor = make_member(self.organisation, "Auditor", Role.AUDITOR)
        self.project = make_project(self.organisation)
        # Stakeholders sit on seats; they are members of nothing.
        self.stakeholders = [make_user(f"Stakeholder {number}") for number in ("one", "two", "three", "four")]
        self.operator = make_user("Operator", is_operator=True)
        self.other = make_organisation("harbour", "Harbour Trust")
        self.outsider = make_member(self.other, "Outsider", *Role)
        self.other_project = make_project(self.other)
        return vars(self)

    @property
    def first(self) -> User:
        return self.stakeholders[0]

    def membership(self, user: User, organisation: Organisation | None = None) -> Membership:
        """The current membership of a user, in the cast's organisation unless said otherwise."""
        organisation = organisation or self.organisation
        with open_organisation(organisation):
            return (
                Membership.objects.select_related("user", "organisation")
                .prefetch_related("role_rows")
                .get(user=user, ended_at__isnull=True)
            )
