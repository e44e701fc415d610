"""The addresses of `accounts`; those of sign-in itself are allauth's."""

from django.urls import path

from accounts.views import home, own, settings

_SETTINGS = "o/<slug:slug>/settings/"

urlpatterns = [
    path("", home.home, name="home"),
    path("start/", home.start, name="start"),
    path("demo/", home.demo, name="demo"),
    path("demo/sign-in/", home.demo_sign_in, name="demo_sign_in"),
    path("in/<uuid:user_id>/<str:token>/", home.sign_in_by_link, name="sign_in_by_link"),
    path("accounts/sessions/", own.own_sessions, name="own_sessions"),
    path("accounts/sessions/end-others/", own.own_sessions_end_others, name="own_sessions_end_others"),
    path("accounts/sessions/<str:handle>/end/", own.own_session_end, name="own_session_end"),
    path(_SETTINGS, settings.settings, name="settings"),
    path(f"{_SETTINGS}members/", settings.settings_members, name="settings_members"),
    path(
        f"{_SETTINGS}members/<uuid:membership_id>/roles/", settings.settings_member_roles, name="settings_member_roles"
    ),
    path(f"{_SETTINGS}members/<uuid:membership_id>/end/", settings.settings_member_end, name="settings_member_end"),
    path(f"{_SETTINGS}members/<uuid:membership_id>/link/", settings.settings_member_link, name="settings_member_link"),
    path(f"{_SETTINGS}projects/", settings.settings_projects, name="settings_projects"),
    path(
        f"{_SETTINGS}projects/<uuid:project_id>/close/",
        settings.settings_project_archive,
        name="settings_project_archive",
    ),
    path(f"{_SETTINGS}keys/", settings.settings_keys, name="settings_keys"),
    path(f"{_SETTINGS}keys/<uuid:key_id>/revoke/", settings.settings_key_revoke, name="settings_key_revoke"),
    path(f"{_SETTINGS}mail/", settings.settings_mail, name="settings_mail"),
    path(f"{_SETTINGS}mail/test/", settings.settings_mail_test, name="settings_mail_test"),
]
