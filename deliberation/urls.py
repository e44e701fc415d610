"""The addresses of deliberations, in the order of the process."""

from django.urls import URLPattern, URLResolver, path

from deliberation.views import home, outbox

HERE = "o/<slug:slug>/"
ONE = "o/<slug:slug>/d/<int:number>/"

arriving = [
    path(HERE + "asked/", home.asked, name="asked"),
    path(HERE + "board/", home.board, name="board"),
    path(HERE + "board.csv", home.board_csv, name="board_csv"),
    path(HERE + "outbox/", outbox.outbox, name="outbox"),
    path(HERE + "outbox/<slug:key>/", outbox.outbox_mail, name="outbox_mail"),
]

conflict: list[URLPattern] = []

stakeholders: list[URLPattern] = []

rounds: list[URLPattern] = []

outcome: list[URLPattern] = []

precedents: list[URLPattern] = []

urlpatterns: list[URLPattern | URLResolver] = [
    *arriving,
    *conflict,
    *stakeholders,
    *rounds,
    *outcome,
    *precedents,
]
