// SPDX-License-Identifier: Apache-2.0
//
// The receipt of a consent: what the person gets, and what an auditor reads.
//
// One JSON document with the fields of the Kantara consent receipt 1.1 on its top level (so that
// readers of that format understand it) and the record of ISO/IEC TS 27560:2023 beside them, under
// "record", with the event and its state in the words of the W3C Data Privacy Vocabulary. A receipt
// is made from one ledger entry; withdrawals have receipts too. It names the person by the opaque
// id the caller gives, never by an address.

#ifndef RELATA_CONSENT_RECEIPT_H_
#define RELATA_CONSENT_RECEIPT_H_

#include <string>
#include <string_view>
#include <vector>

#include "relata/base/status.h"
#include "relata/consent/vocabulary.h"

namespace relata {

// A legal person that processes the data.
struct ReceiptController {
  std::string name;
  std::string contact;  // a person or role
  std::string address;
  std::string email;
  std::string phone;
  std::string role = "controller";  // "processor", "joint-controller" ...
};

// What the ledger entry does not know.
struct ReceiptContext {
  std::string receipt_id;    // unique; the public id of the entry
  std::string principal_id;  // opaque name of the person
  Jurisdiction jurisdiction = Jurisdiction::kUnknown;
  std::string service;  // to what the consent belongs ("newsletter of the shop")
  std::string policy_url;
  std::string notice;  // the words shown, or where they are kept
  std::vector<ReceiptController> controllers;
  std::vector<std::string> data_categories;  // of the person's data ("contact details")
  std::string termination;                   // how to withdraw
  std::string retention;                     // for how long the data is kept
  bool third_parties = false;                // is the data disclosed to others?
  std::vector<std::string> third_party_names;
  std::vector<std::string> sensitive_categories;  // special categories (GDPR 9)
};

// The state of the entry in the words of the Data Privacy Vocabulary ("ConsentGiven",
// "ConsentWithdrawn", "ConsentRequested", "ConsentRefused", "ConsentUnknown").
std::string_view ConsentStatusOf(const ConsentEntry& entry);

// The receipt of `entry` as JSON, keys in the order of the standards. InvalidArgument when the
// entry says nothing about consent (a bounce, a restriction), or when receipt_id, principal_id,
// policy_url or the controllers, which every receipt must have, are missing.
absl::StatusOr<std::string> MakeReceipt(const ConsentEntry& entry, const ReceiptContext& context);

}  // namespace relata

#endif  // RELATA_CONSENT_RECEIPT_H_
