// SPDX-License-Identifier: Apache-2.0
//
// Relata: an embeddable CRM engine. Include this header to use all of it.
//
// Start with Crm (engine/crm.h): open a database, change it through a Transaction, ask it with
// expressions. Everything else is in rooms, one folder each, and a room's headers answer one kind
// of question about the graph. Below, each room stands on those above it.
//
//   room        what it is for                                          begin with
//   base        time, money, zones, ids, errors                         base/time.h, base/status.h
//   model       types, fields, values, actors                           model/type.h, model/value.h
//   crm         the standard schema, one header a noun                  crm/account.h
//   expression  the one language of every condition                     expression/expression.h
//   consent     the law as pure rules: may we, by which article         consent/decide.h
//   access      roles, hidden fields                                    access/role.h
//   storage     where a graph is kept, and how to write another store   storage/store.h
//   engine      the graph: open, commit, ask, look back, verify         engine/crm.h
//   segment     named conditions kept current; audiences                segment/segment.h
//   score       points, RFM, customer value, propensity, forecasts      score/rule_score.h
//   quality     what a cell means: names, numbers, addresses            quality/normalize.h
//   process     pipelines, workflows, overview, timeline, reports       process/overview.h
//   exchange    files in and out: audit, import, export, dump           exchange/import.h
//   privacy     rights, erasure, retention, registers, the send seam    privacy/rights.h
//
// The suite that a store of your own must pass is testing/store_conformance.h.

#ifndef RELATA_RELATA_H_
#define RELATA_RELATA_H_

#include "relata/access/role.h"
#include "relata/base/id.h"
#include "relata/base/language.h"
#include "relata/base/money.h"
#include "relata/base/status.h"
#include "relata/base/text.h"
#include "relata/base/time.h"
#include "relata/base/zone.h"
#include "relata/consent/audit_chain.h"
#include "relata/consent/bases.h"
#include "relata/consent/calling_hours.h"
#include "relata/consent/deadlines.h"
#include "relata/consent/decide.h"
#include "relata/consent/decision.h"
#include "relata/consent/double_opt_in.h"
#include "relata/consent/erasure.h"
#include "relata/consent/explanation.h"
#include "relata/consent/facts.h"
#include "relata/consent/grant_checks.h"
#include "relata/consent/holidays.h"
#include "relata/consent/ledger_cache.h"
#include "relata/consent/ledger_line.h"
#include "relata/consent/negatives.h"
#include "relata/consent/policy.h"
#include "relata/consent/prohibitions.h"
#include "relata/consent/question.h"
#include "relata/consent/receipt.h"
#include "relata/consent/rule_pack.h"
#include "relata/consent/rules.h"
#include "relata/consent/scope.h"
#include "relata/consent/secret.h"
#include "relata/consent/suppression.h"
#include "relata/consent/timing.h"
#include "relata/consent/unsubscribe.h"
#include "relata/consent/vectors.h"
#include "relata/consent/vocabulary.h"
#include "relata/crm/schema.h"
#include "relata/crm/standard.h"
#include "relata/engine/as_of.h"
#include "relata/engine/audit_log.h"
#include "relata/engine/crm.h"
#include "relata/engine/hierarchy.h"
#include "relata/engine/hooks.h"
#include "relata/engine/pushdown.h"
#include "relata/engine/snapshot.h"
#include "relata/engine/threads.h"
#include "relata/engine/transaction.h"
#include "relata/engine/verify.h"
#include "relata/exchange/audit.h"
#include "relata/exchange/csv.h"
#include "relata/exchange/dump.h"
#include "relata/exchange/export.h"
#include "relata/exchange/import.h"
#include "relata/exchange/mapping.h"
#include "relata/exchange/parse.h"
#include "relata/exchange/preset.h"
#include "relata/exchange/restore.h"
#include "relata/expression/evaluate.h"
#include "relata/expression/explanation.h"
#include "relata/expression/expression.h"
#include "relata/expression/graph_view.h"
#include "relata/expression/issue.h"
#include "relata/expression/json.h"
#include "relata/expression/plan.h"
#include "relata/expression/sql.h"
#include "relata/expression/value_type.h"
#include "relata/model/actor.h"
#include "relata/model/column.h"
#include "relata/model/consent_entry.h"
#include "relata/model/schema.h"
#include "relata/model/schema_report.h"
#include "relata/model/type.h"
#include "relata/model/type_name.h"
#include "relata/model/validate.h"
#include "relata/model/value.h"
#include "relata/privacy/archive.h"
#include "relata/privacy/erasure.h"
#include "relata/privacy/journal.h"
#include "relata/privacy/proof.h"
#include "relata/privacy/registers.h"
#include "relata/privacy/retention.h"
#include "relata/privacy/rights.h"
#include "relata/privacy/send.h"
#include "relata/process/definitions.h"
#include "relata/process/maintenance.h"
#include "relata/process/overview.h"
#include "relata/process/pipeline.h"
#include "relata/process/report.h"
#include "relata/process/timeline.h"
#include "relata/process/trajectory.h"
#include "relata/process/workflow.h"
#include "relata/quality/field_readers.h"
#include "relata/quality/normalize.h"
#include "relata/score/affinity.h"
#include "relata/score/bg_nbd.h"
#include "relata/score/cadence.h"
#include "relata/score/customers.h"
#include "relata/score/deal_report.h"
#include "relata/score/deals.h"
#include "relata/score/decay.h"
#include "relata/score/evaluation.h"
#include "relata/score/features.h"
#include "relata/score/forecast.h"
#include "relata/score/gamma_gamma.h"
#include "relata/score/lifetime_value.h"
#include "relata/score/model.h"
#include "relata/score/propensity.h"
#include "relata/score/proportion.h"
#include "relata/score/rfm.h"
#include "relata/score/rule_score.h"
#include "relata/score/sales_model.h"
#include "relata/score/score_keeper.h"
#include "relata/score/signals.h"
#include "relata/segment/audience.h"
#include "relata/segment/contact_rules.h"
#include "relata/segment/segment.h"
#include "relata/storage/backup.h"
#include "relata/storage/group_commit.h"
#include "relata/storage/memory.h"
#include "relata/storage/postgres.h"
#include "relata/storage/pushdown.h"
#include "relata/storage/sqlite.h"
#include "relata/storage/store.h"
#include "relata/storage/wrapper.h"

#endif  // RELATA_RELATA_H_
