"""« ACI »: the contract of a CPTS: where it stands, how much, when, and what is followed."""

from pages.parts import (
    aci_calendar,
    aci_follow_up,
    aci_money,
    aci_saving,
    aci_stages,
    aci_state,
    aci_status,
    blocks,
    frame,
    overview,
)

page = frame.open_page("ACI : contrat et suivi")
if page.cpts is None:
    overview.no_cpts()
else:
    aci_saving.receive(page, page.cpts)
    aci = aci_state.open_aci(page, page.cpts)
    blocks.title(page.cpts.label)
    aci_saving.reminder(aci)
    aci_status.show(aci)
    aci_stages.show(aci)
    aci_money.show(aci)
    aci_calendar.show(aci)
    aci_follow_up.show(aci)
    aci_saving.block(aci)
