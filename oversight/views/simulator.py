"""The public simulator: anybody types an act and sees how it would be judged. Nothing typed is kept, anywhere.

What people type comes by POST, so that it stands in no address, no log of addresses and no browser's history; a link
names one of the examples that ship with the software. Neither writes a row, opens a session or leaves a line in a log.
"""

from __future__ import annotations

from dataclasses import asdict, replace
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.cache import add_never_cache_headers
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_safe

from audit.models import Surface
from audit.views.metrics import shown_or_404
from oversight.forms.simulator import ProposalForm
from oversight.simulator import shipped
from oversight.simulator.judging import judge
from oversight.simulator.proposal import Proposal
from oversight.simulator.telling import tell, turns
from oversight.simulator.walk import STOPS, Walk
from tractatus import PressureLevel

FIRST = "port"
"""The example that is there before anybody has typed."""


@require_http_methods(["GET", "HEAD", "POST"])
@sensitive_post_parameters()
def public_simulator(request: HttpRequest) -> HttpResponse:
    """The form and, below it, the act judged: an example that a link names, or what was typed."""
    shown_or_404(Surface.Name.SIMULATOR)
    if request.method == "POST":
        return _typed(request)
    name = request.GET.get("example", FIRST)
    example = shipped.examples().get(name)
    if example is None:
        raise Http404
    level = request.GET.get("pressure", example.proposal.pressure)
    if level not in set(PressureLevel):
        raise Http404
    proposal = replace(example.proposal, pressure=level)
    return _page(request, ProposalForm(initial=asdict(proposal)), proposal, here=name, found="example" in request.GET)


def _typed(request: HttpRequest) -> HttpResponse:
    form = ProposalForm(request.POST)
    if form.is_valid():
        return _page(request, form, form.proposal())
    # What htmx asks for as one types is shown in any case: it would leave the page as it is otherwise. Where the button
    # was pressed it then sends the form whole, and what is wrong stands at the fields.
    typing = bool(request.headers.get("HX-Request")) and "do" not in request.POST
    return _page(request, form, None, status=200 if typing else 422)


def _page(
    request: HttpRequest,
    form: ProposalForm,
    proposal: Proposal | None,
    *,
    here: str = "",
    found: bool = True,
    status: int = 200,
) -> HttpResponse:
    """`found` says that this is an answer, which no search engine is to list."""
    facts: dict[str, Any] = {"form": form, "turns": turns(_level(form["pressure"].value()))}
    if proposal is not None:
        facts["told"] = tell(judge(proposal))
        facts["turns"] = facts["told"].turns
    facts |= {"examples": list(shipped.examples().values()), "house": shipped.house().items(), "here": here}
    response = render(request, "oversight/simulator.html", facts, status=status)
    if found:
        response.headers["X-Robots-Tag"] = "noindex"
    if request.method == "POST":
        add_never_cache_headers(response)
    return response


def _level(given: object) -> PressureLevel:
    return next((level for level in PressureLevel if level == given), PressureLevel.NORMAL)


@require_safe
def public_simulator_walk(request: HttpRequest) -> HttpResponse:
    """The 27027 case: one step a page, or the whole of it to read and to print."""
    shown_or_404(Surface.Name.SIMULATOR)
    facts: dict[str, Any] = {"walk": Walk(), "stops": STOPS, "shown": STOPS}
    if "whole" not in request.GET:
        asked = request.GET.get("step", "1")
        stop = next((one for one in STOPS if str(one.number) == asked), None)
        if stop is None:
            raise Http404
        facts |= {
            "stop": stop,
            "shown": (stop,),
            "before": STOPS[stop.number - 2] if stop.number > 1 else None,
            "after": STOPS[stop.number] if stop.number < len(STOPS) else None,
        }
    return render(request, "oversight/walk.html", facts)
