// SPDX-License-Identifier: Apache-2.0

#include "relata/consent/explanation.h"

#include <algorithm>

#include "base/strings.h"
#include "nlohmann/json.hpp"
#include "relata/model/value.h"

namespace relata {
namespace {

using internal::Concat;
using OrderedJson = nlohmann::ordered_json;

constexpr std::string_view kVerdictNames[] = {"passed", "allows", "asks", "denies"};

std::string_view Name(Verdict v) { return internal::NameIn(kVerdictNames, v); }

// Candidates as Decide takes them: every pack when a residence is unknown.
std::vector<Jurisdiction> CandidatesOf(const Facts& facts, const RulePack& pack) {
  std::vector<Jurisdiction> out;
  bool unknown = facts.jurisdictions.empty();
  for (Jurisdiction j : facts.jurisdictions) {
    unknown = unknown || j == Jurisdiction::kUnknown;
    if (j != Jurisdiction::kUnknown) out.push_back(j);
  }
  if (unknown) out.insert(out.end(), pack.all().begin(), pack.all().end());
  return out;
}

std::vector<ExplainedStep> StepsOf(const Trace& trace, const Question& q, const RulePack& pack) {
  std::vector<ExplainedStep> out;
  TraceStep last;
  for (const TraceStep& s : trace.steps) {
    if (!out.empty() && s == last) continue;
    last = s;
    out.push_back({s.rule, s.verdict, s.jurisdiction,
                   pack.Citation(s.rule, s.jurisdiction, q.channel, q.audience, q.at),
                   pack.version(s.jurisdiction), s.seq});
  }
  return out;
}

// Entries behind the settling rule: those the decision names, then the others of the trace.
std::vector<Seq> MatchedBy(const Decision& d, const std::vector<ExplainedStep>& steps) {
  std::vector<Seq> out(d.matched.begin(), d.matched.begin() + d.matched_count);
  for (const ExplainedStep& s : steps) {
    if (s.rule != d.rule || s.jurisdiction != d.jurisdiction || s.seq == 0) continue;
    if (std::find(out.begin(), out.end(), s.seq) == out.end()) out.push_back(s.seq);
  }
  return out;
}

}  // namespace

std::string Sentence(const Decision& decision, const RulePack& pack, Language language) {
  std::string out(pack.Message(decision.rule, language));
  if (decision.has_retry()) {
    const bool french = language == Language::kFrench;
    out += Concat(french ? " À redemander à partir du " : " Ask again from ",
                  FormatTimestamp(decision.retry_at), ".");
  }
  return out;
}

ConsentExplanation Explain(const Question& question, const Facts& facts, const RulePack& pack,
                           const Policy& policy, Language language) {
  ConsentExplanation out;
  Trace trace;
  out.decision = Decide(question, facts, pack, policy, &trace);
  out.language = language;
  out.sentence = Sentence(out.decision, pack, language);
  if (out.decision.outcome == Outcome::kNeedsEvidence) {
    out.needed = pack.Needed(out.decision.rule, language);
  }
  out.citation = pack.Citation(out.decision.rule, out.decision.jurisdiction, question.channel,
                               question.audience, question.at);
  out.steps = StepsOf(trace, question, pack);
  out.matched = MatchedBy(out.decision, out.steps);
  for (Jurisdiction j : CandidatesOf(facts, pack)) {
    Facts alone = facts;
    alone.jurisdictions = std::span(&j, 1);
    out.candidates.push_back(Decide(question, alone, pack, policy));
  }
  return out;
}

std::string ConsentExplanation::ToText() const {
  std::string out = Concat(relata::Name(decision.outcome), " ", relata::Name(decision.rule));
  if (!citation.empty()) out += Concat(" (", citation, ")");
  out += Concat(": ", sentence);
  if (!needed.empty()) {
    out += Concat(language == Language::kFrench ? " Il manque : " : " Missing: ", needed);
  }
  out += '\n';
  for (const ExplainedStep& s : steps) {
    out += Concat("  ", relata::Name(s.jurisdiction), " ", VersionText(s.pack_version), "  ",
                  Name(s.verdict), "  ", relata::Name(s.rule));
    if (s.seq != 0) out += Concat("  entry ", s.seq);
    if (!s.citation.empty()) out += Concat("  (", s.citation, ")");
    out += '\n';
  }
  return out;
}

std::string ConsentExplanation::ToJson() const {
  OrderedJson out;
  out["decision"] = relata::Name(decision.outcome);
  out["reason"] = relata::Name(decision.rule);
  if (decision.basis != Basis::kNone) out["basis"] = relata::Name(decision.basis);
  if (decision.has_retry()) out["retry_at"] = FormatTimestamp(decision.retry_at);
  if (decision.jurisdiction != Jurisdiction::kUnknown) {
    out["jurisdiction"] = relata::Name(decision.jurisdiction);
    out["pack"] = VersionText(decision.pack_version);
  }
  if (!citation.empty()) out["citation"] = citation;
  out["sentence"] = sentence;
  if (!needed.empty()) out["needed"] = needed;
  out["entries"] = matched;
  for (size_t i = 0; i < std::size(kFlagNames); ++i) {
    if ((decision.loosened >> i & 1) != 0) out["loosened"].push_back(kFlagNames[i]);
  }
  for (const Decision& d : candidates) {
    out["candidates"].push_back({{"jurisdiction", relata::Name(d.jurisdiction)},
                                 {"decision", relata::Name(d.outcome)},
                                 {"reason", relata::Name(d.rule)}});
  }
  for (const ExplainedStep& s : steps) {
    OrderedJson step = {{"rule", relata::Name(s.rule)},
                        {"verdict", Name(s.verdict)},
                        {"jurisdiction", relata::Name(s.jurisdiction)},
                        {"pack", VersionText(s.pack_version)}};
    if (!s.citation.empty()) step["citation"] = s.citation;
    if (s.seq != 0) step["entry"] = s.seq;
    out["steps"].push_back(std::move(step));
  }
  return out.dump(-1, ' ', false, OrderedJson::error_handler_t::replace);
}

}  // namespace relata
