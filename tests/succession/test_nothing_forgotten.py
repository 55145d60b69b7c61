"""Every column that names an organisation has been thought of: a new one fails here until somebody
says whether it follows when the organisation is taken over."""

from django.apps import apps

from organisations.models import Organisation

FOLLOWS = {
    "organisations.organisation.parent",
    "organisations.contact.organisation",
    "organisations.membership.organisation",
    "organisations.invitation.organisation",
    "organisations.namedhandler.organisation",
    "offers.offer.organisation",
    "offers.offerdraft.organisation",
    "referrals.concern.organisation",
    "referrals.referraldraft.organisation",
    "partnerships.agreement.scope_organisation",
    "partnerships.agreementparty.organisation",
    "partnerships.anchoringassessment.organisation",
    "partnerships.budgetline.paid_by",
    "partnerships.calendarfeed.organisation",
    "partnerships.clause.owner",
    "partnerships.enquiry.organisation",
    "partnerships.enquiry.sender",
    "partnerships.entrance.organisation",
    "partnerships.entrancepost.organisation",
    "partnerships.forum.organisation",
    "partnerships.forummember.organisation",
    "partnerships.review.organisation",
    "partnerships.savedview.organisation",
    # What is still to be done follows; what was done stays with who did it.
    "partnerships.actionpoint.organisation",
    # Written by a trigger with the parties.
    "partnerships.framepair.public",
    "partnerships.framepair.association",
}
STAYS = {
    # The past, as it was.
    "organisations.organisation.succeeded_by",
    "organisations.organisationprofile.organisation",
    "organisations.termsacceptance.organisation",
    "partnerships.agendaitem.proposed_by",
    "partnerships.document.by_organisation",
    "partnerships.minutescomment.organisation",
    # Gone after 7 days.
    "partnerships.sectiondraft.organisation",
    "partnerships.reportdraft.organisation",
    "referrals.signpostcount.organisation",
    # They pause the clocks of the referrals that are open in the old organisation.
    "organisations.closingperiod.organisation",
    # Sender and receiver never change: the wall refuses it.
    "referrals.referral.sender",
    "referrals.referral.receiver",
    "referrals.consent.sender",
    "referrals.consent.receiver",
    "referrals.referralevent.sender",
    "referrals.referralevent.receiver",
    "referrals.outcome.sender",
    "referrals.outcome.receiver",
    "referrals.message.sender",
    "referrals.message.receiver",
    "referrals.referralpatient.owner",
    "referrals.codesms.sender",
    # Plans themselves.
    "succession.successionpart.source",
    "succession.successionpart.target",
    "succession.successionapproval.organisation",
}


def test_every_column_that_names_an_organisation_follows_or_stays() -> None:
    found = {
        f"{model._meta.label_lower}.{field.name}"
        for model in apps.get_models(include_auto_created=True)
        for field in model._meta.concrete_fields
        if field.related_model is Organisation
    }

    assert not found - FOLLOWS - STAYS, "does it follow? then portal.succession moves it"
    assert not (FOLLOWS | STAYS) - found, "gone"
    assert not FOLLOWS & STAYS
