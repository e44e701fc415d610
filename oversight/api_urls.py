"""The addresses of the JSON interface to agents at work, under /api/v1/."""

from django.urls import path, register_converter

from oversight import api, api_sessions


class SessionName:
    """What an agent calls its session, which may hold anything; whether there is one of this name, the view says."""

    regex = "(?s:.+)"

    def to_python(self, value: str) -> str:
        return value

    def to_url(self, value: str) -> str:
        return value


register_converter(SessionName, "session")

urlpatterns = [
    path("checks/", api.Checks.as_view(), name="api_checks"),
    path("checks/<uuid:key>/", api.OneCheck.as_view(), name="api_check"),
    path("judgment-requests/<uuid:key>/", api.OneRequest.as_view(), name="api_judgment_request"),
    path("reports/", api.Reports.as_view(), name="api_reports"),
    path("sessions/", api_sessions.Sessions.as_view(), name="api_sessions"),
    path("sessions/<session:id>/pressure/", api_sessions.SessionPressure.as_view(), name="api_session_pressure"),
    path("sessions/<session:id>/handoff/", api_sessions.SessionHandoff.as_view(), name="api_session_handoff"),
    path("sessions/<session:id>/end/", api_sessions.SessionEnd.as_view(), name="api_session_end"),
]
