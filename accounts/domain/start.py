"""The first step of a new installation, and looking around before it."""

from dataclasses import dataclass

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from accounts import clock, signals
from accounts.domain.acting import acting_in
from accounts.domain.addresses import clean_address
from accounts.domain.organisations import create_organisation, free_slug
from accounts.domain.projects import create_project
from accounts.models import Installation, Organisation, Project, User
from accounts.models.installation import MailChoice
from accounts.permissions import SYSTEM, require
from accounts.queries.demo import demo_people
from accounts.refusals import Invalid, WrongState
from accounts.roles import Role


@dataclass(frozen=True)
class Started:
    organisation: Organisation
    administrator: User
    project: Project


def state_of_installation() -> str:
    """`new` until somebody started for real or an operator made an organisation; `started` from then on."""
    if Installation.objects.filter(started_at__isnull=False).exists():
        return "started"
    return "started" if Organisation.objects.filter(is_demo=False).exists() else "new"


def demo_is_open() -> bool:
    """Whether the demo's people can be signed in by one click."""
    ended = Installation.objects.filter(demo_ended_at__isnull=False).exists()
    return not ended and Organisation.objects.filter(is_demo=True, deactivated_at__isnull=True).exists()


def start_for_real(
    *, organisation_name: str, name: str, email: str, time_zone: str = "UTC", language: str = "en"
) -> Started:
    """Make the first organisation and its administrator, and end the demo's sign-in. It happens once.

    Raises Invalid by field (`organisation_name`, `name`, `email`, `time_zone`), WrongState once anybody has
    started.
    """
    errors = {}
    if not organisation_name.strip():
        errors["organisation_name"] = _("An organisation needs a name.")
    if not name.strip():
        errors["name"] = _("Please say who you are.")
    if errors:
        raise Invalid(errors=errors)
    email = clean_address(email)
    Installation.current()
    with transaction.atomic():
        # Of two people who send this form at once, the second waits here and then finds it done.
        installation = Installation.objects.select_for_update().get(pk=1)
        _require_start(state_of_installation())
        if User.objects.filter(email=email).exists():
            raise Invalid(_("Somebody with this address is here already. Use another one."), "email")
        organisation = create_organisation(
            free_slug(organisation_name),
            organisation_name,
            by=SYSTEM,
            administrator_email=email,
            administrator_name=name,
            time_zone=time_zone,
            language=language,
        )
        administrator = User.objects.get(email=email)
        project = create_project(organisation, str(_("General")), by=administrator, slug="general")
        moment = clock.now()
        installation.started_at = moment
        installation.demo_ended_at = moment
        installation.save(update_fields=["started_at", "demo_ended_at"])
        # Their open sessions end with this: nobody stays signed in as an invented person.
        User.objects.filter(pk__in=[user.pk for user in demo_people()]).update(is_active=False)
        signals.acted.send(
            sender="start_for_real",
            event="installation.start",
            by=administrator,
            organisation=organisation,
            subject=("organisation", organisation.pk),
            decision="started",
            role=Role.ADMINISTRATOR.value,
        )
    return Started(organisation, administrator, project)


def _require_start(state: str) -> None:
    try:
        require(SYSTEM, "start_for_real", state)
    except WrongState:
        raise WrongState(_("This installation has been started already. Ask its administrator to add you.")) from None


def sign_in_as_demo(user: User) -> User:
    """Let somebody who looks around be one of the invented people. Raises WrongState when the demo has ended,
    Invalid for anybody who is not of the demo. The caller signs them in."""
    with transaction.atomic():
        if not demo_is_open():
            raise WrongState(_("The demo has ended here."))
        require(SYSTEM, "sign_in_as_demo", "demo")
        organisation = Organisation.objects.filter(is_demo=True).earliest("created_at")
        if user not in demo_people():
            raise Invalid(_("This person is not one of the demo."))
        signals.acted.send(
            sender="sign_in_as_demo",
            event="demo.sign_in",
            by=user,
            organisation=organisation,
            subject=("organisation", organisation.pk),
            decision="signed_in",
        )
    return user


def choose_mail(organisation: Organisation, choice: MailChoice | str, *, by: User) -> Installation:
    """Say how mail leaves this installation. Raises WrongState where it serves more than one organisation:
    then it is not one administrator's to say."""
    if choice not in {MailChoice.MAIL, MailChoice.LINKS}:
        raise Invalid(_("Choose one of the two."), "mail_choice")
    Installation.current()
    with acting_in("choose_mail", organisation, by=by) as act:
        if Organisation.objects.filter(is_demo=False).exclude(pk=organisation.pk).exists():
            raise WrongState(_("This installation serves several organisations. Its operator decides about mail."))
        Installation.objects.filter(pk=1).update(mail_choice=choice)
        act.done(("organisation", organisation.pk), str(choice))
    return Installation.current()
