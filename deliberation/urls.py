"""The addresses of deliberations, in the order of the process."""

from django.urls import URLPattern, URLResolver, path

from deliberation.views import (
    accommodations,
    agreement,
    amendments,
    calendar,
    card,
    conflict,
    dissent,
    drafting,
    drafts,
    export,
    home,
    intake,
    invitations,
    ledger,
    outbox,
    own_words,
    participation,
    precedent,
    publication,
    questions,
    review,
    running,
    seats,
    signing,
    suggestions,
    taking_part,
    terms,
)
from deliberation.views import outcome as outcome_views
from deliberation.views import rounds as round_pages
from deliberation.views import stakeholders as people

HERE = "o/<slug:slug>/"
ONE = "o/<slug:slug>/d/<int:number>/"

arriving = [
    path(HERE + "asked/", home.asked, name="asked"),
    path(HERE + "board/", home.board, name="board"),
    path(HERE + "settings/suggestions/", suggestions.settings_suggestions, name="settings_suggestions"),
    path(HERE + "board.csv", home.board_csv, name="board_csv"),
    path(HERE + "outbox/", outbox.outbox, name="outbox"),
    path(HERE + "outbox/<slug:key>/", outbox.outbox_mail, name="outbox_mail"),
]

beginning = [
    path(HERE + "d/new/", conflict.deliberation_new, name="deliberation_new"),
    path(ONE, conflict.deliberation, name="deliberation"),
    path(ONE + "take-up/", conflict.take_up, name="deliberation_take_up"),
    path(ONE + "dismiss/", conflict.dismiss, name="deliberation_dismiss"),
    path(ONE + "intake/", intake.deliberation_intake, name="deliberation_intake"),
    path(ONE + "intake/findings/", intake.finding_add, name="deliberation_finding_add"),
    path(ONE + "intake/findings/<uuid:pk>/strike/", intake.finding_strike, name="deliberation_finding_strike"),
    path(ONE + "intake/options/", intake.option_add, name="deliberation_option_add"),
    path(ONE + "intake/options/<uuid:pk>/edit/", intake.option_edit, name="deliberation_option_edit"),
    path(ONE + "intake/options/<uuid:pk>/strike/", intake.option_strike, name="deliberation_option_strike"),
    path(ONE + "intake/options/<uuid:pk>/harms/", intake.harm_add, name="deliberation_harm_add"),
    path(ONE + "intake/harms/<uuid:pk>/strike/", intake.harm_strike, name="deliberation_harm_strike"),
    path(ONE + "intake/suggest/", intake.suggest, name="deliberation_suggest"),
    path(ONE + "intake/<slug:kind>/", intake.tension_add, name="deliberation_tension_add"),
    path(ONE + "intake/<slug:kind>/<uuid:pk>/", intake.tension_settle, name="deliberation_tension_settle"),
    path(ONE + "terms/", terms.terms, name="deliberation_terms"),
    path(ONE + "terms/accept/", terms.accept, name="deliberation_terms_accept"),
    path(ONE + "seats/", seats.seats, name="deliberation_seats"),
    path(ONE + "seats/hand-over/", seats.hand_over, name="deliberation_hand_over"),
    path(ONE + "submit/", conflict.submit, name="deliberation_submit"),
    path(ONE + "settle/", conflict.settle, name="deliberation_settle"),
    path(ONE + "export.zip", export.deliberation_export, name="deliberation_export"),
    path(ONE + "withdraw/", conflict.withdraw, name="deliberation_withdraw"),
]

stakeholders = [
    path(ONE + "people/", people.stakeholders, name="stakeholders"),
    path(ONE + "people/suggest/", people.stakeholders_suggest, name="stakeholders_suggest"),
    path(ONE + "people/add/", people.stakeholder_add, name="stakeholder_add"),
    path(ONE + "people/decide/", people.stakeholders_approve, name="stakeholders_approve"),
    path(ONE + "people/reopen/", people.stakeholders_reopen, name="stakeholders_reopen"),
    path(ONE + "people/amend/", amendments.amendment_new, name="amendment_new"),
    path(ONE + "people/amend/<uuid:key>/", amendments.amendment_decide, name="amendment_decide"),
    path(ONE + "people/<uuid:key>/", people.stakeholder_edit, name="stakeholder_edit"),
    path(ONE + "people/<uuid:key>/keep/", people.stakeholder_keep, name="stakeholder_keep"),
    path(ONE + "people/<uuid:key>/drop/", people.stakeholder_drop, name="stakeholder_drop"),
    path(ONE + "people/gap/<slug:kind>/<uuid:key>/", people.stakeholders_gap, name="stakeholders_gap"),
    path(ONE + "invitations/", invitations.invitations, name="invitations"),
    path(ONE + "invitations/<uuid:key>/send/", invitations.invitation_send, name="invitation_send"),
    path(ONE + "invitations/<uuid:key>/renew/", invitations.invitation_renew, name="invitation_renew"),
    path(
        ONE + "invitations/<uuid:key>/not-reached/", invitations.invitation_not_reached, name="invitation_not_reached"
    ),
    path(ONE + "invitations/<uuid:key>/letter/", invitations.invitation_letter, name="invitation_letter"),
    path(ONE + "invitations/mails/<uuid:key>/again/", invitations.notice_resend, name="notice_resend"),
    path(ONE + "invitations/requests/<uuid:key>/", invitations.request_answer, name="request_answer"),
    path("p/<str:token>/", participation.participate, name="participate"),
    path(ONE + "asked/accept/", taking_part.card_accept, name="card_accept"),
    path(ONE + "asked/decline/", taking_part.card_decline, name="card_decline"),
    path(ONE + "asked/leave/", taking_part.card_leave, name="card_leave"),
    path(ONE + "asked/frameworks/", taking_part.card_frameworks, name="card_frameworks"),
    path(ONE + "asked/otherwise/<slug:kind>/", taking_part.card_otherwise, name="card_otherwise"),
]

asked = [
    path(ONE + "asked/", card.card, name="card"),
    path(ONE + "asked/sent/<slug:kind>/<uuid:row_id>/", card.card_sent, name="card_sent"),
    path(ONE + "asked/words/", own_words.card_words, name="card_words"),
    path(ONE + "asked/words/<uuid:entry_id>/<str:name>/", own_words.card_erase, name="card_erase"),
    path(ONE + "asked/confirm/<slug:kind>/<uuid:row_id>/", card.card_confirm, name="card_confirm"),
    path(ONE + "asked/<int:round_number>/more-time/", card.card_more_time, name="card_more_time"),
    path(ONE + "asked/<int:round_number>/nothing-to-add/", card.card_pass, name="card_pass"),
    path(ONE + "draft/<str:form>/", drafts.draft_save, name="draft_save"),
]

rounds = [
    # Rounds 2 and 3 have pages of their own, at the same kind of address as the others.
    path(ONE + "round/2/", accommodations.accommodations, name="accommodations"),
    path(ONE + "round/3/", agreement.agreement, name="agreement"),
    path(ONE + "round/<int:round_number>/", round_pages.round_page, name="round"),
    path(ONE + "round/<int:round_number>/open/", running.round_open, name="round_open"),
    path(ONE + "round/<int:round_number>/close/", running.round_close, name="round_close"),
    path(ONE + "round/<int:round_number>/enter/<slug:what>/", running.enter, name="enter_for"),
    path(ONE + "round/more-time/<uuid:wish_id>/", running.more_time_answer, name="more_time_answer"),
    path(ONE + "round/2/shared/", accommodations.shared_value_add, name="shared_value_add"),
    path(ONE + "round/2/proposals/", accommodations.proposal_add, name="proposal_add"),
    path(ONE + "round/2/proposals/<uuid:option_id>/", accommodations.stance_submit, name="stance_submit"),
    path(ONE + "round/2/proposals/<uuid:option_id>/cost/", accommodations.proposal_cost, name="proposal_cost"),
    path(ONE + "round/questions/", questions.question_put, name="question_put"),
    path(ONE + "round/questions/<uuid:question_id>/", questions.question_reply, name="question_reply"),
    path(ONE + "round/3/agreements/", agreement.agreement_put, name="agreement_put"),
    path(ONE + "round/3/agreements/<uuid:agreement_id>/", agreement.agreement_answer, name="agreement_answer"),
    path(ONE + "round/3/differences/", agreement.difference_put, name="difference_put"),
    path(ONE + "round/3/sides/<uuid:side_id>/", agreement.side_answer, name="side_answer"),
    path(ONE + "round/3/shift/", agreement.shift_tell, name="shift_tell"),
]

outcome = [
    path(ONE + "outcome/", outcome_views.outcome, name="outcome"),
    path(ONE + "outcome.json", outcome_views.outcome_json, name="outcome_json"),
    path(ONE + "outcome.md", outcome_views.outcome_markdown, name="outcome_markdown"),
    path(ONE + "outcome.pdf", outcome_views.outcome_pdf, name="outcome_pdf"),
    path(ONE + "outcome/draft/", drafting.outcome_draft, name="outcome_draft"),
    path(ONE + "outcome/circulate/", drafting.outcome_circulate, name="outcome_circulate"),
    path(ONE + "outcome/set-aside/", drafting.outcome_set_aside, name="outcome_set_aside"),
    path(ONE + "outcome/send/", drafting.outcome_send_to_sign, name="outcome_send_to_sign"),
    path(ONE + "outcome/dissent/", dissent.dissent_write, name="dissent_write"),
    path(ONE + "outcome/dissent/<uuid:pk>/join/", dissent.dissent_join, name="dissent_join"),
    path(ONE + "outcome/dissent/<uuid:pk>/withdraw/", dissent.dissent_withdraw, name="dissent_withdraw"),
    path(ONE + "outcome/dissent/<uuid:pk>/answer/", dissent.dissent_answer, name="dissent_answer"),
    path(ONE + "outcome/sign/", signing.outcome_sign, name="outcome_sign"),
    path(ONE + "outcome/return/", signing.outcome_return, name="outcome_return"),
    path(ONE + "outcome/commitments/<uuid:pk>/", signing.commitment_report, name="commitment_report"),
    path(ONE + "outcome/publication/", publication.publication_propose, name="publication_propose"),
    path(ONE + "outcome/publication/publish/", publication.publication_publish, name="publication_publish"),
    path(ONE + "outcome/publication/end/", publication.publication_unpublish, name="publication_unpublish"),
    path(ONE + "outcome/publication/choice/", publication.quote_choose, name="quote_choose"),
    path("published/<slug:slug>/", publication.published, name="published"),
]

precedents: list[URLPattern] = [
    path(HERE + "precedents/", precedent.precedent_list, name="precedents"),
    path(HERE + "precedents/<int:number>/", precedent.precedent, name="precedent"),
    path(HERE + "precedents/<int:number>/cite/", precedent.precedent_cite, name="precedent_cite"),
    path(HERE + "ledger/", ledger.ledger, name="ledger"),
    path(HERE + "ledger.csv", ledger.ledger_csv, name="ledger_csv"),
    path(ONE + "change/", precedent.change_report, name="change_report"),
    path(HERE + "reviews/", review.reviews, name="reviews"),
    path(HERE + "reviews/calendar/", calendar.calendar_link, name="calendar_link"),
    path(HERE + "reviews/reports/<uuid:report_id>/", review.change_decide, name="change_decide"),
    path(HERE + "reviews/<int:number>/", review.review, name="review"),
    path(HERE + "reviews/<int:number>/open/", review.review_open, name="review_open"),
    path(HERE + "reviews/<int:number>/start/", review.review_start, name="review_start"),
    path(HERE + "reviews/<int:number>/give-back/", review.review_give_back, name="review_give_back"),
    path(HERE + "reviews/<int:number>/prepare/", review.review_prepare, name="review_prepare"),
    path(HERE + "reviews/<int:number>/sign/", review.review_sign, name="review_sign"),
    path(HERE + "reviews/<int:number>/deliberate/", review.review_successor, name="review_successor"),
    path(ONE + "review/", review.review_speak, name="review_speak"),
    path("reviews.ics", calendar.reviews_ics, name="reviews_ics"),
]

urlpatterns: list[URLPattern | URLResolver] = [
    *arriving,
    *beginning,
    *stakeholders,
    *asked,
    *rounds,
    *outcome,
    *precedents,
]
