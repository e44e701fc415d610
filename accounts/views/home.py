"""The front door: a new installation's first page, looking around, and where signed-in people go."""

from uuid import UUID

from django.contrib import messages
from django.contrib.auth import login
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from accounts.domain.links import use_sign_in_link
from accounts.domain.start import demo_is_open, sign_in_as_demo, start_for_real, state_of_installation
from accounts.forms.refusals import refuse
from accounts.forms.start import StartForm
from accounts.models import Organisation, User
from accounts.queries.demo import demo_cast
from accounts.refusals import Refused, WrongState
from accounts.scope import memberships_of, organisations_sat_in

BACKEND = "django.contrib.auth.backends.ModelBackend"


@require_safe
def home(request: HttpRequest) -> HttpResponse:
    """Signed in: to one's organisation, or the list of them. Signed out: what this is, or the first page."""
    user = request.user
    if not isinstance(user, User):
        if state_of_installation() == "new":
            return redirect("start")
        return render(request, "home.html", {"demo": demo_is_open()})
    if user.is_operator:
        return redirect("admin:index")
    places = {membership.organisation for membership in memberships_of(user)}
    places |= set(organisations_sat_in(user))
    if len(places) == 1:
        return redirect(home_of(places.pop()))
    listed = [(place, home_of(place)) for place in sorted(places, key=lambda place: place.name)]
    return render(request, "accounts/places.html", {"places_of_mine": listed})


def home_of(organisation: Organisation) -> str:
    """The address of what an organisation's people see first."""
    return reverse("asked", kwargs={"slug": organisation.slug})


def start(request: HttpRequest) -> HttpResponse:
    """*Look around* or *Start for real*. Once somebody has started, it leads to sign-in."""
    if state_of_installation() != "new":
        return redirect("home")
    form = StartForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            started = start_for_real(**form.cleaned_data)
        except WrongState as refused:
            messages.error(request, refused.sentence)
            return redirect("account_login")
        except Refused as refused:
            refuse(form, refused)
        else:
            login(request, started.administrator, backend=BACKEND)
            return redirect("settings_mail", slug=started.organisation.slug)
    return render(
        request,
        "accounts/start.html",
        {"form": form, "demo": demo_is_open()},
        status=422 if form.is_bound else 200,
    )


@require_safe
def demo(request: HttpRequest) -> HttpResponse:
    """The invented people, to be one of them by one click."""
    if not demo_is_open():
        return redirect("home")
    return render(
        request,
        "accounts/demo.html",
        {"people": demo_cast(), "new": state_of_installation() == "new", "next": request.GET.get("next", "")},
    )


@require_POST
def demo_sign_in(request: HttpRequest) -> HttpResponse:
    """Be one of the demo's people. Only while the demo is open; to `next` only inside this site."""
    try:
        user = get_object_or_404(User, email=request.POST.get("email", "").lower(), is_active=True)
        sign_in_as_demo(user)
    except WrongState as refused:
        messages.error(request, refused.sentence)
        return redirect("home")
    login(request, user, backend=BACKEND)
    messages.info(request, _("You are %(name)s now, one of the invented people.") % {"name": user})
    target = request.POST.get("next", "")
    if not url_has_allowed_host_and_scheme(target, {request.get_host()}, require_https=request.is_secure()):
        target = reverse("home")
    return redirect(target)


def sign_in_by_link(request: HttpRequest, user_id: UUID, token: str) -> HttpResponse:
    """A link passed on by hand: opening it shows a button, pressing it signs in, once."""
    if request.method == "POST":
        try:
            user = use_sign_in_link(user_id, token)
        except Refused as refused:
            return render(request, "accounts/link.html", {"problem": refused.sentence}, status=refused.status)
        login(request, user, backend=BACKEND)
        messages.success(
            request, _("You are signed in. The link is used up: choose a password, or add a passkey, for next time.")
        )
        return redirect("account_set_password")
    return render(request, "accounts/link.html")
