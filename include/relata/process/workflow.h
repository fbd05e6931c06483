// SPDX-License-Identifier: Apache-2.0
//
// Workflows: when something becomes true, something is to be done.
//
// A workflow is a definition of kind "workflow" over one type:
//
//   {"type": "ticket", "on": "change", "when": "ticket.severity == 'critical' && ticket.open",
//    "actions": [{"do": "create_task", "text": "Call the customer", "role": "service", "days": 1},
//                {"do": "set", "field": "escalated", "value": "true"}]}
//
// "on": "change" fires in the commit that makes the condition true for a record: true after it and
// not before. "on": "time" fires when Advance finds it true for the first time since it was last
// not true (absence of an event, a date reached). "on": "enter" and "on": "leave" name a "segment"
// and fire for the records that come into it or go out of it, by what a commit writes or by time,
// where "when" is true (it may be left out); what a new definition of the segment changes fires
// nothing. A workflow with "enabled": false never fires.
//
// Effects outside the graph are data: every action but "set" is a line in the outbox, which the
// host reads, carries out and acknowledges. What an action sets may make other workflows fire, at
// most kMaxCascade deep; two that feed each other are refused with the commit.
//
// As thread-safe as the Crm.

#ifndef RELATA_PROCESS_WORKFLOW_H_
#define RELATA_PROCESS_WORKFLOW_H_

#include <string>
#include <string_view>
#include <vector>

#include "relata/base/status.h"
#include "relata/engine/crm.h"

namespace relata {

struct WorkflowAction {
  std::string kind;  // create_task, notify, assign, enrol: outbox; set: a field
  std::string text;
  std::string role;   // who is to do it
  int days = 0;       // until it is due
  std::string field;  // set
  std::string value;  // set: an expression over the type
};

struct Workflow {
  std::string name;
  std::string type;
  bool on_time = false;
  bool enabled = true;
  std::string when;
  std::vector<WorkflowAction> actions;
  std::string segment;  // not empty: fires on entries into it, or on exits
  bool on_leave = false;
};

// InvalidArgument names what is wrong.
absl::StatusOr<Workflow> ParseWorkflow(std::string_view name, std::string_view body);

// Saves a workflow after checking its condition and actions against the schema.
absl::Status DefineWorkflow(Crm& crm, std::string_view name, std::string_view body,
                            const Actor& actor, Timestamp now);

std::vector<Workflow> ListWorkflows(const Crm& crm);

// One thing the host is to do.
struct OutboxItem {
  Seq seq = 0;
  std::string workflow;
  RecordRef subject;
  Timestamp at;
  std::string body;  // JSON: {"do", "text", "role", "due"}
  bool done = false;
};
// The outbox in order; without those done unless `all`. What is read follows how much is still to
// be done, not how much ever was; with `all`, everything.
absl::StatusOr<std::vector<OutboxItem>> Outbox(const Crm& crm, bool all = false);
// Records that the host did it. NotFound when there is no such item; doing it twice is fine.
absl::Status Acknowledge(Crm& crm, Seq item, const Actor& actor, Timestamp now);

// The rule of the write path that fires workflows.
Decider WorkflowRunner();

}  // namespace relata

#endif  // RELATA_PROCESS_WORKFLOW_H_
