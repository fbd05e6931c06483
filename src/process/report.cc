// SPDX-License-Identifier: Apache-2.0

#include "relata/process/report.h"

#include <algorithm>
#include <map>
#include <utility>

#include "base/strings.h"
#include "engine/conditions.h"
#include "process/fill.h"
#include "relata/process/maintenance.h"
#include "relata/score/forecast.h"
#include "relata/segment/segment.h"

namespace relata {
namespace {

using internal::Concat;

constexpr int kForecastMonths = 6;
constexpr size_t kFieldsShown = 14;  // of a type, in the completeness table
constexpr std::string_view kStyle =
    "body{font:15px/1.5 system-ui,sans-serif;margin:2rem auto;max-width:60rem;padding:0 1rem;"
    "color:#1c2530;background:#fff}h1{font-size:1.6rem;margin:0}h2{font-size:1.15rem;"
    "margin:2.2rem 0 .6rem}p.note{color:#5b6773;margin:.2rem 0 0}table{border-collapse:collapse;"
    "width:100%}td,th{text-align:left;padding:.25rem .6rem .25rem 0;border-bottom:1px solid "
    "#e6eaee;"
    "font-weight:400}th{color:#5b6773}td.n,th.n{text-align:right;font-variant-numeric:tabular-nums}"
    "td.b{width:45%}.bar{background:#2f6f9f;height:.8rem;border-radius:2px;min-width:1px}"
    ".late{color:#a3301f;font-weight:600}@media print{body{margin:0}}";

std::string Escape(std::string_view text) {
  std::string out;
  for (const char c : text) {
    switch (c) {
      case '&':
        out += "&amp;";
        break;
      case '<':
        out += "&lt;";
        break;
      case '>':
        out += "&gt;";
        break;
      case '"':
        out += "&quot;";
        break;
      default:
        out += c;
    }
  }
  return out;
}

// "12 345" with a narrow no-break space between thousands.
std::string Grouped(int64_t n) {
  std::string digits = std::to_string(n < 0 ? -n : n);
  for (size_t at = digits.size(); at > 3; at -= 3) digits.insert(at - 3, "\u202f");
  return n < 0 ? "\u2212" + digits : digits;
}

std::string Amount(const Money& m) {
  return Concat(Grouped((m.units + Money::kUnitsPerMajor / 2) / Money::kUnitsPerMajor), " ",
                m.currency.ToString());
}

// A page being written, in one language.
class Page {
 public:
  explicit Page(Language language) : language_(language) {}

  std::string_view Say(std::string_view en, std::string_view fr) const {
    return language_ == Language::kFrench ? fr : en;
  }
  void Add(std::string_view html) { html_ += html; }
  void Title(std::string_view en, std::string_view fr) {
    Add(Concat("<h2>", Say(en, fr), "</h2>\n"));
  }
  void Note(std::string_view text) { Add(Concat("<p class=\"note\">", Escape(text), "</p>\n")); }
  // One row: a label, a figure and a bar of `share` (0 to 1).
  void Bar(std::string_view label, std::string_view figure, double share) {
    const int width = static_cast<int>(1000 * std::clamp(share, 0.0, 1.0));
    Add(Concat("<tr><td>", Escape(label), "</td><td class=\"n\">", Escape(figure),
               "</td><td class=\"b\"><div class=\"bar\" style=\"width:", width / 10, ".",
               width % 10, "%\"></div></td></tr>\n"));
  }
  std::string Take() { return std::move(html_); }

 private:
  const Language language_;
  std::string html_;
};

absl::Status AddFunnel(Page& page, const Crm& crm, const QueryOptions& asking) {
  RELATA_ASSIGN_OR_RETURN(const std::vector<FunnelStage> stages, OpportunityFunnel(crm, asking));
  page.Title("Pipeline", "Portefeuille commercial");
  int64_t most = 1;
  for (const FunnelStage& s : stages) most = std::max(most, s.deals);
  page.Add("<table>\n");
  for (const FunnelStage& s : stages) {
    std::string figure = Grouped(s.deals);
    for (const Money& m : s.amounts) figure += Concat(" · ", Amount(m));
    page.Bar(s.stage, figure, static_cast<double>(s.deals) / static_cast<double>(most));
  }
  page.Add("</table>\n");
  if (stages.empty()) page.Note(page.Say("No open opportunity.", "Aucune opportunité en cours."));
  return absl::OkStatus();
}

absl::Status AddForecast(Page& page, const Crm& crm, const QueryOptions& asking) {
  RELATA_ASSIGN_OR_RETURN(const Forecast forecast, WeightedForecast(crm, kForecastMonths, asking));
  page.Title("Forecast by month", "Prévision par mois");
  int64_t most = 1;
  for (const ForecastMonth& m : forecast.months) most = std::max(most, m.weighted.units);
  page.Add("<table>\n");
  for (const ForecastMonth& m : forecast.months) {
    const std::string label = Concat(m.year, m.month < 10 ? "-0" : "-", m.month);
    page.Bar(label, Concat(Amount(m.weighted), " (", Amount(m.low), " – ", Amount(m.high), ")"),
             static_cast<double>(m.weighted.units) / static_cast<double>(most));
  }
  page.Add("</table>\n");
  for (const ForecastMonth& m : forecast.overdue) {
    page.Note(Concat(Grouped(m.deals),
                     page.Say(" open deals are past their close date: ",
                              " affaires en cours ont dépassé leur date de clôture : "),
                     Amount(m.amount)));
  }
  page.Note(
      page.Say("Amount times probability; in brackets the 80 % interval.",
               "Montant multiplié par la probabilité ; entre parenthèses l'intervalle à 80 %."));
  return absl::OkStatus();
}

absl::Status AddSegments(Page& page, const Crm& crm, const QueryOptions& asking) {
  page.Title("Segments", "Segments");
  std::vector<std::pair<std::string, int64_t>> sizes;
  int64_t most = 1;
  for (const Segment& segment : ListSegments(crm)) {
    RELATA_ASSIGN_OR_RETURN(const QueryAnswer members, SegmentMembers(crm, segment.name, asking));
    sizes.emplace_back(segment.name, members.count);
    most = std::max(most, members.count);
  }
  page.Add("<table>\n");
  for (const auto& [name, count] : sizes) {
    page.Bar(name, Grouped(count), static_cast<double>(count) / static_cast<double>(most));
  }
  page.Add("</table>\n");
  if (sizes.empty()) page.Note(page.Say("No segment is defined.", "Aucun segment défini."));
  return absl::OkStatus();
}

absl::Status AddCompleteness(Page& page, const Crm& crm, const QueryOptions& asking,
                             Language language) {
  page.Title("Completeness", "Complétude");
  for (const std::string_view type : {"account", "contact", "lead", "opportunity"}) {
    absl::StatusOr<std::vector<FieldFill>> fields = FieldCompleteness(crm, type, asking, language);
    if (absl::IsPermissionDenied(fields.status())) continue;
    RELATA_RETURN_IF_ERROR(fields.status());
    if (fields->empty()) continue;
    const std::string& label = crm.schema()->Find(type)->plural_label.In(language);
    page.Note(Concat(label.empty() ? std::string(type) : label, " (", Grouped((*fields)[0].records),
                     ")"));
    page.Add("<table>\n");
    for (size_t i = 0; i < fields->size() && i < kFieldsShown; ++i) {
      const FieldFill& f = (*fields)[i];
      page.Bar(f.label, Concat(100 * f.filled / f.records, " %"),
               static_cast<double>(f.filled) / static_cast<double>(f.records));
    }
    page.Add("</table>\n");
  }
  return absl::OkStatus();
}

absl::Status AddMaintenance(Page& page, const Crm& crm, const QueryOptions& asking,
                            Language language) {
  RELATA_ASSIGN_OR_RETURN(const std::vector<MaintenanceJob> jobs,
                          MaintenanceCalendar(crm, asking.now));
  if (jobs.empty()) return absl::OkStatus();
  page.Title("Maintenance", "Entretien de la base");
  page.Add("<table>\n");
  for (const MaintenanceJob& job : jobs) {
    const std::string_view state =
        job.overdue ? page.Say("overdue", "en retard") : page.Say("on time", "à jour");
    page.Add(Concat("<tr><td>", Escape(job.label.empty() ? job.name : job.label.In(language)),
                    "</td><td>", Escape(job.role), "</td><td",
                    job.overdue ? " class=\"late\">" : ">", state, "</td><td>",
                    Escape(job.last_result), "</td></tr>\n"));
  }
  page.Add("</table>\n");
  return absl::OkStatus();
}

}  // namespace

absl::StatusOr<std::vector<FieldFill>> FieldCompleteness(const Crm& crm, std::string_view type_name,
                                                         const QueryOptions& asking,
                                                         Language language) {
  const std::shared_ptr<const Schema> schema = crm.schema();
  const TypeDef* type = schema->Find(type_name);
  if (type == nullptr) return NotFound(Concat("there is no type '", type_name, "'"));
  RELATA_ASSIGN_OR_RETURN(const Permissions permissions,
                          internal::PermissionsOf(crm, asking.reader));
  if (!permissions.MayRead(type->id)) {
    return PermissionDenied(Concat("the role may not read ", type_name));
  }
  RELATA_ASSIGN_OR_RETURN(const std::shared_ptr<const Snapshot> view, crm.View({type_name}));
  std::vector<FieldFill> fields;
  const int64_t records = view->Count(type->id);
  for (const FieldDef& field : type->fields) {
    if (!field.readable() || !permissions.MayRead(type->id, field.id)) continue;
    FieldFill fill{field.name, field.label.In(language),
                   internal::CountFilled(*view, type->id, field.id), records};
    if (fill.filled > 0) fields.push_back(std::move(fill));
  }
  std::stable_sort(fields.begin(), fields.end(),
                   [](const FieldFill& a, const FieldFill& b) { return a.filled > b.filled; });
  return fields;
}

absl::StatusOr<std::vector<FunnelStage>> OpportunityFunnel(const Crm& crm,
                                                           const QueryOptions& asking) {
  QueryOptions all = asking;
  all.limit = 0;
  RELATA_ASSIGN_OR_RETURN(const QueryAnswer open,
                          crm.Query("opportunity", "opportunity.status == 'open'", all));
  RELATA_ASSIGN_OR_RETURN(const Permissions permissions,
                          internal::PermissionsOf(crm, asking.reader));
  RELATA_ASSIGN_OR_RETURN(const std::shared_ptr<const Snapshot> view, crm.View({"opportunity"}));
  const TypeDef& type = *view->schema().Find("opportunity");
  const FieldDef& stage_field = *type.FindField("stage");
  const FieldId amount_field = type.FindField("amount")->id;
  for (const FieldId field : {stage_field.id, amount_field}) {
    if (!permissions.MayRead(type.id, field)) {
      return PermissionDenied(
          Concat("the role may not read opportunity.", type.field(field)->name));
    }
  }
  std::vector<std::string> order;
  for (const PicklistEntry& option : stage_field.options) order.push_back(option.code);
  std::map<std::string, std::pair<int64_t, std::map<Currency, Money>>> stages;
  for (const Row row : open.rows) {
    const std::string stage = ToDisplay(view->Get({type.id, row}, stage_field.id));
    auto& [deals, amounts] = stages[stage];
    ++deals;
    if (std::find(order.begin(), order.end(), stage) == order.end()) order.push_back(stage);
    const Value amount = view->Get({type.id, row}, amount_field);
    if (amount.is_null()) continue;
    Money& sum = amounts[amount.money().currency];
    if (const std::optional<Money> added = Add(sum, amount.money())) sum = *added;
  }
  std::vector<FunnelStage> funnel;
  for (const std::string& name : order) {
    const auto found = stages.find(name);
    if (found == stages.end()) continue;
    FunnelStage stage{name.empty() ? "–" : name, found->second.first, {}};
    for (const auto& [currency, sum] : found->second.second) stage.amounts.push_back(sum);
    funnel.push_back(std::move(stage));
  }
  return funnel;
}

absl::StatusOr<std::string> HtmlReport(const Crm& crm, const QueryOptions& asking,
                                       Language language) {
  Page page(language);
  page.Add(Concat("<!doctype html>\n<html lang=\"", page.Say("en", "fr"),
                  "\"><head><meta charset=\"utf-8\"><meta name=\"viewport\" "
                  "content=\"width=device-width\"><title>Relata</title><style>",
                  kStyle, "</style></head><body>\n<h1>", page.Say("Customer base", "Base clients"),
                  "</h1>\n"));
  page.Note(Concat(page.Say("As of ", "Au "), FormatTimestamp(asking.now)));
  RELATA_RETURN_IF_ERROR(AddFunnel(page, crm, asking));
  RELATA_RETURN_IF_ERROR(AddForecast(page, crm, asking));
  RELATA_RETURN_IF_ERROR(AddSegments(page, crm, asking));
  RELATA_RETURN_IF_ERROR(AddCompleteness(page, crm, asking, language));
  RELATA_RETURN_IF_ERROR(AddMaintenance(page, crm, asking, language));
  page.Add("</body></html>\n");
  return page.Take();
}

}  // namespace relata
