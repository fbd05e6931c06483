// SPDX-License-Identifier: Apache-2.0
//
// Every noun of the standard schema in one include: what a CRM speaks of before anybody has added
// anything. Programs that use a few nouns include those alone; StandardSchema (crm/schema.h) gives
// the schema without any of them.
//
// The order is the numbering of types in a new database. Append; never insert or reorder.

#ifndef RELATA_CRM_STANDARD_H_
#define RELATA_CRM_STANDARD_H_

#include "relata/crm/account.h"
#include "relata/crm/activity.h"
#include "relata/crm/behaviour.h"
#include "relata/crm/campaign.h"
#include "relata/crm/company.h"
#include "relata/crm/contact.h"
#include "relata/crm/contact_log.h"
#include "relata/crm/contact_point.h"
#include "relata/crm/contract.h"
#include "relata/crm/dispute.h"
#include "relata/crm/document.h"
#include "relata/crm/employment.h"
#include "relata/crm/establishment.h"
#include "relata/crm/exchange_rate.h"
#include "relata/crm/household.h"
#include "relata/crm/invoice.h"
#include "relata/crm/lead.h"
#include "relata/crm/marketing_event.h"
#include "relata/crm/membership.h"
#include "relata/crm/notice.h"
#include "relata/crm/objective.h"
#include "relata/crm/opportunity.h"
#include "relata/crm/order.h"
#include "relata/crm/product.h"
#include "relata/crm/project.h"
#include "relata/crm/quote.h"
#include "relata/crm/subscription.h"
#include "relata/crm/survey_answer.h"
#include "relata/crm/ticket.h"
#include "relata/crm/user.h"
#include "relata/model/type.h"

namespace relata::crm {

inline constexpr TypeSpec kStandardTypes[] = {
    // Identity, B2B and B2C.
    SpecOf(account),
    SpecOf(establishment),
    SpecOf(contact),
    SpecOf(household),
    SpecOf(employment),
    SpecOf(lead),
    SpecOf(membership),
    // Contact points.
    SpecOf(email_address),
    SpecOf(phone_number),
    SpecOf(postal_address),
    SpecOf(messaging_account),
    SpecOf(contact_point),
    // Relationship.
    SpecOf(activity),
    SpecOf(task),
    SpecOf(campaign),
    SpecOf(campaign_member),
    SpecOf(marketing_event),
    SpecOf(attendance),
    SpecOf(ticket),
    SpecOf(dispute),
    SpecOf(survey_answer),
    SpecOf(document),
    // Transactions.
    SpecOf(product),
    SpecOf(price_list),
    SpecOf(price),
    SpecOf(opportunity),
    SpecOf(opportunity_line),
    SpecOf(contact_role),
    SpecOf(quote),
    SpecOf(quote_line),
    SpecOf(order),
    SpecOf(order_line),
    SpecOf(invoice),
    SpecOf(invoice_line),
    SpecOf(credit_note),
    SpecOf(product_return),
    SpecOf(payment),
    SpecOf(subscription),
    SpecOf(contract),
    SpecOf(warranty),
    SpecOf(asset),
    SpecOf(project),
    SpecOf(exchange_rate),
    // Ourselves.
    SpecOf(user),
    SpecOf(team),
    SpecOf(territory),
    SpecOf(user_role),
    SpecOf(company),
    SpecOf(working_calendar),
    SpecOf(holiday),
    SpecOf(objective),
    SpecOf(notice),
    SpecOf(processing_activity),
    SpecOf(rights_request),
    SpecOf(breach),
    // Behaviour.
    SpecOf(page_view),
    SpecOf(form_sent),
    SpecOf(email_sent),
    SpecOf(email_opened),
    SpecOf(email_clicked),
    SpecOf(email_bounced),
    SpecOf(download),
    SpecOf(app_used),
    SpecOf(login),
    SpecOf(unsubscribe),
    SpecOf(preference_changed),
    // Behaviour of those who are not contacts yet.
    SpecAbout<Lead>(page_view),
    SpecAbout<Lead>(form_sent),
    SpecAbout<Lead>(email_sent),
    SpecAbout<Lead>(email_opened),
    SpecAbout<Lead>(email_clicked),
    SpecAbout<Lead>(email_bounced),
    SpecAbout<Lead>(download),
    SpecAbout<Lead>(app_used),
    SpecAbout<Lead>(login),
    SpecAbout<Lead>(unsubscribe),
    SpecAbout<Lead>(preference_changed),
    // The send seam.
    SpecOf(contact_attempt),
    SpecOf(contact_outcome),
    SpecAbout<Lead>(contact_attempt),
    SpecAbout<Lead>(contact_outcome),
};

}  // namespace relata::crm

#endif  // RELATA_CRM_STANDARD_H_
