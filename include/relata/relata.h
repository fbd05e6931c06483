// SPDX-License-Identifier: Apache-2.0
//
// Relata: an embeddable CRM engine. Include this header to use all of it.
//
// Start with Crm (engine/crm.h): open a database, change it through a Transaction, ask it with
// expressions. The standard schema is in relata/crm/, one header a noun; every other room answers
// one kind of question about the graph and has its own headers.

#ifndef RELATA_RELATA_H_
#define RELATA_RELATA_H_

#include "relata/base/id.h"
#include "relata/base/money.h"
#include "relata/base/status.h"
#include "relata/base/time.h"
#include "relata/crm/schema.h"
#include "relata/crm/standard.h"
#include "relata/engine/as_of.h"
#include "relata/engine/crm.h"
#include "relata/engine/snapshot.h"
#include "relata/engine/transaction.h"
#include "relata/exchange/audit.h"
#include "relata/exchange/export.h"
#include "relata/exchange/import.h"
#include "relata/model/actor.h"
#include "relata/model/schema.h"
#include "relata/model/type.h"
#include "relata/model/value.h"
#include "relata/process/maintenance.h"
#include "relata/process/overview.h"
#include "relata/process/pipeline.h"
#include "relata/process/report.h"
#include "relata/process/timeline.h"
#include "relata/process/trajectory.h"
#include "relata/process/workflow.h"
#include "relata/score/customers.h"
#include "relata/score/deal_report.h"
#include "relata/score/deals.h"
#include "relata/score/forecast.h"
#include "relata/score/rfm.h"
#include "relata/score/rule_score.h"
#include "relata/score/sales_model.h"
#include "relata/score/score_keeper.h"
#include "relata/score/signals.h"
#include "relata/segment/audience.h"
#include "relata/segment/segment.h"

#endif  // RELATA_RELATA_H_
