"""The addresses of the instruction history, under an organisation's own."""

from django.urls import path

from instructions.views import acts, customisation, files, findings, listing, surroundings, writing

_HERE = "o/<slug:slug>/instructions/"
_ONE = f"{_HERE}<uuid:pk>/"
_SETTINGS = "o/<slug:slug>/settings/"

urlpatterns = [
    path(_HERE, listing.instruction_list, name="instructions"),
    path(f"{_HERE}import/", files.instruction_import, name="instruction_import"),
    path(f"{_HERE}import/<uuid:pk>/", files.instruction_import_decide, name="instruction_import_decide"),
    path(f"{_HERE}export/", files.instruction_export, name="instruction_export"),
    path(f"{_HERE}findings/", findings.instruction_findings, name="instruction_findings"),
    path(f"{_HERE}changed/<uuid:pk>/", findings.instruction_changed, name="instruction_changed"),
    path(f"{_HERE}new/", writing.instruction_new, name="instruction_new"),
    path(f"{_HERE}periods/", surroundings.period_list, name="periods"),
    path(f"{_HERE}periods/<uuid:pk>/end/", surroundings.period_end, name="period_end"),
    path(f"{_HERE}variables/", surroundings.variable_list, name="variables"),
    path(f"{_HERE}variables/<uuid:pk>/remove/", surroundings.variable_remove, name="variable_remove"),
    path(f"{_HERE}draft/<str:form>/", writing.instruction_draft, name="instruction_draft"),
    path(_ONE, listing.instruction_page, name="instruction"),
    path(f"{_ONE}publish/", acts.instruction_publish, name="instruction_publish"),
    path(f"{_ONE}reject/", acts.instruction_reject, name="instruction_reject"),
    path(f"{_ONE}withdraw/", acts.instruction_withdraw, name="instruction_withdraw"),
    path(f"{_ONE}retire/", acts.instruction_retire, name="instruction_retire"),
    path(f"{_ONE}reinstate/", acts.instruction_reinstate, name="instruction_reinstate"),
    path(f"{_ONE}revise/", writing.instruction_revise, name="instruction_revise"),
    path(f"{_ONE}supersede/", writing.instruction_supersede, name="instruction_supersede"),
    path(f"{_SETTINGS}thresholds/", customisation.settings_thresholds, name="settings_thresholds"),
    path(f"{_SETTINGS}boundaries/", customisation.settings_boundaries, name="settings_boundaries"),
    path(f"{_SETTINGS}packs/", customisation.settings_packs, name="settings_packs"),
    path(f"{_SETTINGS}frameworks/", customisation.settings_frameworks, name="settings_frameworks"),
    path(f"{_SETTINGS}registers/", customisation.settings_registers, name="settings_registers"),
    path(f"{_SETTINGS}verbosity/", customisation.settings_verbosity, name="settings_verbosity"),
]
