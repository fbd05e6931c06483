// SPDX-License-Identifier: Apache-2.0
//
// Why a contact was allowed, asked about or denied.
//
// An explanation lists every rule that was tried with what became of it, the article it rests on
// and the version of the rules; the ledger entries that decided; what evidence is missing; and one
// sentence in English or French. It names entries by their place in the ledger and nothing else, so
// it holds no personal data and can be logged.

#ifndef RELATA_CONSENT_EXPLANATION_H_
#define RELATA_CONSENT_EXPLANATION_H_

#include <memory>
#include <string>
#include <vector>

#include "relata/consent/decide.h"

namespace relata {

// One rule tried. `citation` is borrowed from the pack.
struct ExplainedStep {
  Rule rule = Rule::kNoBasis;
  Verdict verdict = Verdict::kPassed;
  Jurisdiction jurisdiction = Jurisdiction::kUnknown;
  std::string_view citation;
  uint32_t pack_version = 0;
  Seq seq = 0;  // the entry it was tried on; 0: none
};

// Plain value; the pack must outlive it, unless `pack` holds it.
struct ConsentExplanation {
  Decision decision;
  Language language = Language::kEnglish;
  std::string sentence;                  // what was answered and why
  std::string needed;                    // what would have to be supplied; empty: nothing helps
  std::string_view citation;             // of the rule that settled it
  std::vector<Seq> matched;              // every entry on which the settling rule rests
  std::vector<Decision> candidates;      // the answer under each law asked, in order
  std::vector<ExplainedStep> steps;      // every rule tried, in order
  std::shared_ptr<const RulePack> pack;  // what the citations are borrowed from, where it is shared

  // "deny FR.PHONE.HOURS (C. conso D223-9 ...): ..." on one line, then one line a step.
  std::string ToText() const;
  // {"decision","reason","basis","retry_at","jurisdiction","pack","citation","sentence","needed",
  //  "entries","loosened","candidates":[...],"steps":[...]}; only the keys that apply.
  std::string ToJson() const;
};

// Decides again and keeps what led to the answer. The decision is the one Decide gives.
ConsentExplanation Explain(const Question& question, const Facts& facts, const RulePack& pack,
                           const Policy& policy, Language language = Language::kEnglish);

// The sentence of a decision that was kept without its facts: the rule's own sentence, and when to
// ask again.
std::string Sentence(const Decision& decision, const RulePack& pack, Language language);

}  // namespace relata

#endif  // RELATA_CONSENT_EXPLANATION_H_
