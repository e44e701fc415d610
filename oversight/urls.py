"""The addresses of what agents do, under an organisation's own; and that of the public simulator."""

from django.urls import URLPattern, path

from oversight.views import agents, glass, keys, requests, simulator, stops

_HERE = "o/<slug:slug>/agents/"

urlpatterns: list[URLPattern] = [
    path(_HERE, agents.agents, name="agents"),
    path(f"{_HERE}sessions/<uuid:pk>/", agents.agent_session, name="agent_session"),
    path(f"{_HERE}checks/<uuid:pk>/", agents.agent_check, name="agent_check"),
    path(f"{_HERE}handoffs/<uuid:pk>/", agents.agent_handoff, name="agent_handoff"),
    path(f"{_HERE}requests/", requests.judgment_requests, name="judgment_requests"),
    path(f"{_HERE}requests/<uuid:pk>/", requests.judgment_request, name="judgment_request"),
    path(f"{_HERE}requests/<uuid:pk>/grant/", requests.judgment_request_grant, name="judgment_request_grant"),
    path(f"{_HERE}requests/<uuid:pk>/refuse/", requests.judgment_request_refuse, name="judgment_request_refuse"),
    path(f"{_HERE}requests/<uuid:pk>/convene/", requests.judgment_request_convene, name="judgment_request_convene"),
    path(f"{_HERE}freezes/", stops.freezes, name="freezes"),
    path(f"{_HERE}freezes/<uuid:pk>/lift/", stops.freeze_lift, name="freeze_lift"),
    path(f"{_HERE}sessions/<uuid:pk>/freeze/", stops.freeze_session, name="freeze_session"),
    path(f"{_HERE}keys/<uuid:pk>/freeze/", stops.freeze_key, name="freeze_key"),
    path(f"{_HERE}projects/<uuid:pk>/freeze/", stops.freeze_project, name="freeze_project"),
    path(f"{_HERE}glass/", glass.glass_list, name="glass_list"),
    path(f"{_HERE}glass/break/", glass.glass_break, name="glass_break"),
    path(f"{_HERE}glass/<uuid:pk>/", glass.glass, name="glass"),
    path(f"{_HERE}glass/<uuid:pk>/mend/", glass.glass_mend, name="glass_mend"),
    path(f"{_HERE}glass/<uuid:pk>/review/", glass.glass_review, name="glass_review"),
    path(f"{_HERE}keys/<uuid:pk>/", keys.agent_key, name="agent_key"),
    path(f"{_HERE}keys/<uuid:pk>/mode/", keys.agent_key_mode, name="agent_key_mode"),
    path(f"{_HERE}checks/<uuid:pk>/mark/", keys.agent_check_mark, name="agent_check_mark"),
    path("public/simulator/", simulator.public_simulator, name="public_simulator"),
    path("public/simulator/27027/", simulator.public_simulator_walk, name="public_simulator_walk"),
]
