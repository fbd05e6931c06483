// SPDX-License-Identifier: Apache-2.0
//
// The learned forecast, its back-test, and what the book of deals says about how deals go.

#include "shell/sales_command.h"

#include <cmath>
#include <cstdio>
#include <sstream>
#include <string>
#include <vector>

#include "base/strings.h"
#include "relata/score/deal_report.h"
#include "relata/score/sales_model.h"
#include "shell/records.h"

namespace relata::shell {
namespace {

using internal::Concat;

std::string MonthName(int month) {
  char text[16];
  std::snprintf(text, sizeof text, "%04d-%02d", month / 12, month % 12 + 1);
  return text;
}

std::string Whole(double amount) { return std::to_string(std::llround(amount)); }

std::string Percent(double share) {
  char text[16];
  std::snprintf(text, sizeof text, "%.0f %%", share * 100);
  return text;
}

// "2025-01,103.5" a line; other lines are passed over.
absl::StatusOr<MonthlySeries> ReadSeries(const std::string& file) {
  RELATA_ASSIGN_OR_RETURN(const std::string text, ReadText(file));
  MonthlySeries series;
  series.name = file.substr(file.rfind('/') + 1);
  std::istringstream lines(text);
  for (std::string line; std::getline(lines, line);) {
    int year = 0;
    int month = 0;
    double value = 0;
    if (std::sscanf(line.c_str(), "%4d-%2d%*[,;\t ]%lf", &year, &month, &value) != 3) continue;
    if (month >= 1 && month <= 12 && value > 0) series.values[year * 12 + month - 1] = value;
  }
  if (series.values.empty()) {
    return InvalidArgument(Concat(file, ": lines such as 2025-01,103.5 are expected"));
  }
  return series;
}

Json IntervalJson(const std::array<double, 3>& low, const std::array<double, 3>& high) {
  return {{"50", {low[0], high[0]}}, {"80", {low[1], high[1]}}, {"95", {low[2], high[2]}}};
}

Json MonthJson(const SalesMonth& m) {
  Json out = {{"month", MonthName(m.month)},
              {"mean", m.mean},
              {"won_deals", m.won_deals},
              {"intervals", IntervalJson(m.low, m.high)},
              {"from_open", m.from_open},
              {"from_open_intervals", IntervalJson(m.open_low, m.open_high)}};
  if (m.quota > 0) {
    out["quota"] = m.quota;
    out["quota_probability"] = m.reach;
    out["variance_to_quota"] = m.mean - m.quota;
  }
  return out;
}

Json DayJson(const std::optional<Date>& day) {
  return day ? Json(ToDisplay(Value::Day(*day))) : Json();
}

// What of the deals' lives is missing in the book.
void TellExtent(const Session& session, const BookExtent& extent) {
  if (extent.closings_from) {
    session.PrintLine(
        Concat(session.Say("no deal that ended before ", "aucune affaire terminée avant le "),
               ToDisplay(Value::Day(*extent.closings_from)),
               session.Say(" is here: deals are counted from then on",
                           " n'est là : les affaires comptent à partir de ce jour")));
  }
  if (extent.openings_until) {
    session.PrintLine(Concat(
        session.Say("no deal opened after ", "aucune affaire ouverte après le "),
        ToDisplay(Value::Day(*extent.openings_until)),
        session.Say(" is here: later months are of open deals only",
                    " n'est là : les mois suivants sont ceux des affaires en cours seulement")));
  }
}

int TellBackTest(const Session& session, const DealBook& book, const BackTest& test) {
  if (session.json) {
    Json lines = Json::array();
    for (const BackTestLine& line : test.lines) {
      Json one = MonthJson(line.forecast);
      one["as_of"] = ToDisplay(Value::Day(line.day));
      one["ahead"] = line.ahead;
      one["actual"] = line.actual;
      one["actual_from_open"] = line.actual_from_open;
      one["naive"] = line.naive;
      one["whole"] = line.whole;
      lines.push_back(std::move(one));
    }
    session.PrintLine(Json({{"currency", book.currency.ToString()},
                            {"forecasts", lines},
                            {"judged", test.whole},
                            {"openings_until", DayJson(test.extent.openings_until)},
                            {"closings_from", DayJson(test.extent.closings_from)},
                            {"origins", test.origins},
                            {"recorded_origins", test.recorded},
                            {"coverage", test.coverage},
                            {"coverage_from_open", test.open_coverage},
                            {"error", test.error},
                            {"naive_error", test.naive_error},
                            {"root_error", test.root_error},
                            {"naive_root_error", test.naive_root_error},
                            {"bias", test.bias},
                            {"deals", test.deals},
                            {"predicted_wins", test.predicted_wins},
                            {"actual_wins", test.actual_wins},
                            {"brier", test.brier},
                            {"base_brier", test.base_brier}})
                          .dump());
    return kDone;
  }
  TextTable table(
      {std::string(session.Say("as of", "au")), std::string(session.Say("month", "mois")),
       std::string(session.Say("forecast", "prévision")), "80 %",
       std::string(session.Say("actual", "réel")), std::string(session.Say("naive", "naïf")),
       std::string(session.Say("of open deals", "des affaires en cours")), "80 %",
       std::string(session.Say("actual", "réel"))});
  for (const BackTestLine& line : test.lines) {
    const SalesMonth& f = line.forecast;
    table.Add({ToDisplay(Value::Day(line.day)), MonthName(f.month), Whole(f.mean),
               Concat(Whole(f.low[1]), " - ", Whole(f.high[1])),
               Concat(Whole(line.actual), line.whole ? "" : "*"), Whole(line.naive),
               Whole(f.from_open), Concat(Whole(f.open_low[1]), " - ", Whole(f.open_high[1])),
               Whole(line.actual_from_open)});
  }
  session.Print(table.ToString());
  const auto coverage = [&](const std::array<double, 3>& c) {
    return Concat("50 %: ", Percent(c[0]), ", 80 %: ", Percent(c[1]), ", 95 %: ", Percent(c[2]));
  };
  TellExtent(session, test.extent);
  if (test.whole < static_cast<int64_t>(test.lines.size())) {
    session.PrintLine(
        Concat(test.whole, session.Say(" of ", " sur "), test.lines.size(),
               session.Say(" months can be judged as a whole, not those marked *",
                           " mois peuvent être jugés en entier, pas ceux marqués *")));
  }
  session.PrintLine(Concat(session.Say("inside the intervals: ", "dans les intervalles : "),
                           coverage(test.coverage)));
  session.PrintLine(Concat(session.Say("of open deals: ", "des affaires en cours : "),
                           coverage(test.open_coverage)));
  session.PrintLine(Concat(
      session.Say("mean error ", "erreur moyenne "), Percent(test.error),
      session.Say(" (naive ", " (naïf "), Percent(test.naive_error),
      session.Say("), root of the mean squared ", "), racine de l'erreur quadratique "),
      Percent(test.root_error), session.Say(" (naive ", " (naïf "), Percent(test.naive_root_error),
      session.Say("), bias ", "), biais "), Percent(test.bias)));
  session.PrintLine(
      Concat(test.recorded, session.Say(" of ", " sur "), test.origins,
             session.Say(" days from what was recorded by then, the others by the dates in the "
                         "records; naive is the mean of the three months before",
                         " jours d'après ce qui était enregistré, les autres d'après les dates des "
                         "fiches ; naïf : la moyenne des trois mois d'avant")));
  session.PrintLine(Concat(test.deals, session.Say(" open deals: ", " affaires en cours : "),
                           Percent(test.predicted_wins),
                           session.Say(" foreseen to be won, ", " prévues gagnées, "),
                           Percent(test.actual_wins), session.Say(" were", " l'ont été")));
  return kDone;
}

Json DealJson(const Crm& crm, const DealOutlook& d) {
  const absl::StatusOr<std::string> name = crm.Name(d.opportunity);
  Json out = {{"id", name.ok() ? *name : ""},
              {"win", d.win},
              {"win_in_horizon", d.win_in_horizon},
              {"amount", d.amount},
              {"clock", d.clock}};
  if (d.closes) out["closes"] = ToDisplay(Value::Day(*d.closes));
  return out;
}

struct Told {
  const DealBook& book;  // of today
  const SalesModel& model;
  const SalesForecast& forecast;
  bool past = false;      // as of a past day
  bool recorded = false;  // from what the database had recorded by then
  Date today;

  // Whether everything that a month brought is known by now.
  bool Over(int month) const {
    return MonthStart(month + 1) <= std::max(today, AddDays(book.last, 1));
  }
};

// Where the figures of a past day come from.
std::string_view Source(const Session& session, bool recorded) {
  return recorded ? session.Say("from what was recorded by then", "d'après ce qui était enregistré")
                  : session.Say("by the dates in the records: nothing was recorded yet",
                                "d'après les dates des fiches : rien n'était encore enregistré");
}

int TellForecast(const Session& session, const Crm& crm, const Told& told, bool why) {
  const DealBook& book = told.book;
  const SalesModel& model = told.model;
  const SalesForecast& forecast = told.forecast;
  const bool past = told.past;
  const size_t shown = std::min<size_t>(10, forecast.deals.size());
  if (session.json) {
    Json months = Json::array();
    for (const SalesMonth& m : forecast.months) {
      months.push_back(MonthJson(m));
      if (!past || !told.Over(m.month)) continue;
      const double actual = WonIn(book, m.month);
      months.back()["actual"] = actual;
      months.back()["actual_from_open"] = WonIn(book, m.month, forecast.day);
      months.back()["variance_to_actual"] = m.mean - actual;
    }
    Json groups = Json::array();
    for (const GroupEffect& g : model.by_age.groups) {
      groups.push_back({{"kind", g.kind},
                        {"name", g.name},
                        {"won", g.won},
                        {"closed", g.closed},
                        {"win_factor", g.win},
                        {"lose_factor", g.lose}});
    }
    Json deals = Json::array();
    for (size_t i = 0; i < shown; ++i) deals.push_back(DealJson(crm, forecast.deals[i]));
    session.PrintLine(Json({{"as_of", ToDisplay(Value::Day(forecast.day))},
                            {"known_by", told.recorded ? "records" : "dates"},
                            {"openings_until", DayJson(model.extent.openings_until)},
                            {"closings_from", DayJson(model.extent.closings_from)},
                            {"currency", book.currency.ToString()},
                            {"months", months},
                            {"open_deals", forecast.deals.size()},
                            {"deals", deals},
                            {"groups", groups},
                            {"series", model.series},
                            {"season", model.win_season},
                            {"closed_deals", model.all.won + model.all.lost},
                            {"amounts_are_estimates", book.amounts_are_estimates}})
                          .dump());
    return kDone;
  }
  for (const SalesMonth& m : forecast.months) {
    std::string line =
        Concat(MonthName(m.month), "  ", Whole(m.mean), " ", book.currency.ToString());
    const char* levels[] = {"50", "80", "95"};
    for (size_t i = 0; i < 3; ++i) {
      line += Concat("  ", levels[i], " % [", Whole(m.low[i]), " - ", Whole(m.high[i]), "]");
    }
    line +=
        Concat(session.Say("  from open deals ", "  des affaires en cours "), Whole(m.from_open));
    if (m.quota > 0) {
      line += Concat(session.Say("  quota ", "  objectif "), Whole(m.quota), " (", Percent(m.reach),
                     ")");
    }
    if (past && told.Over(m.month)) {
      line += Concat(session.Say("  actual ", "  réel "), Whole(WonIn(book, m.month)));
    }
    session.PrintLine(line);
  }
  session.PrintLine(
      Concat(forecast.deals.size(),
             session.Say(" open deals; learned from ", " affaires en cours ; appris de "),
             model.all.won + model.all.lost, session.Say(" closed ones, as of ", " closes, au "),
             ToDisplay(Value::Day(forecast.day))));
  TellExtent(session, model.extent);
  if (past) session.PrintLine(Source(session, told.recorded));
  for (size_t i = 0; why && i < shown; ++i) {
    const DealOutlook& d = forecast.deals[i];
    const absl::StatusOr<std::string> title = crm.Title(d.opportunity, QuestionOf(session));
    session.PrintLine(Concat("  ", title.ok() ? *title : "?", ": ", Whole(d.amount), " x ",
                             Percent(d.win_in_horizon),
                             session.Say(" in these months, ", " sur ces mois, "), Percent(d.win),
                             session.Say(" in the end", " au total"),
                             d.closes ? Concat(session.Say(", closes about ", ", clôture vers le "),
                                               ToDisplay(Value::Day(*d.closes)))
                                      : ""));
  }
  return kDone;
}

int TellPatterns(const Session& session, const Crm& crm, const DealBook& book) {
  const absl::StatusOr<ContactSequences> sequences = SequencesOf(crm, book, QuestionOf(session));
  if (!sequences.ok()) return session.Fail(sequences.status());
  GroupShare all;
  const std::vector<DealPattern> patterns = FindPatterns(book, *sequences, &all);
  Json list = Json::array();
  TextTable table(
      {std::string(session.Say("kind", "nature")), std::string(session.Say("pattern", "motif")),
       std::string(session.Say("closed", "closes")), std::string(session.Say("won", "gagnées")),
       "95 %", std::string(session.Say("false finds", "faux"))});
  for (const DealPattern& p : patterns) {
    list.push_back({{"kind", p.kind},
                    {"name", p.name},
                    {"won", p.won},
                    {"closed", p.closed},
                    {"share", p.share},
                    {"low", p.interval.low},
                    {"high", p.interval.high},
                    {"drawn", p.drawn},
                    {"p", p.p},
                    {"false_discovery_rate", p.rate}});
    if (p.rate > 0.1) continue;
    table.Add({p.kind, p.name, std::to_string(p.closed), Percent(p.share),
               Concat(Percent(p.interval.low), " - ", Percent(p.interval.high)), Percent(p.rate)});
  }
  if (session.json) {
    session.PrintLine(Json({{"won", all.hits}, {"closed", all.n}, {"patterns", list}}).dump());
    return kDone;
  }
  session.Print(table.ToString());
  session.PrintLine(
      Concat(patterns.size(), session.Say(" patterns looked at; ", " motifs examinés ; "), all.hits,
             session.Say(" of ", " sur "), all.n,
             session.Say(" closed deals were won", " affaires closes ont été gagnées")));
  return kDone;
}

int TellChannels(const Session& session, const DealBook& book) {
  Json list = Json::array();
  TextTable table(
      {std::string(session.Say("channel", "canal")), std::string(session.Say("opened", "ouvertes")),
       std::string(session.Say("won", "gagnées")), std::string(session.Say("lost", "perdues")),
       std::string(session.Say("share", "part")), "95 %",
       std::string(session.Say("amount", "montant")), std::string(session.Say("days", "jours"))});
  for (const ChannelLine& c : ConversionByChannel(book)) {
    list.push_back({{"channel", c.channel},
                    {"opened", c.opened},
                    {"won", c.won},
                    {"lost", c.lost},
                    {"share", c.share},
                    {"low", c.interval.low},
                    {"high", c.interval.high},
                    {"won_amount", c.won_amount},
                    {"days_to_win", c.days_to_win}});
    table.Add({c.channel.empty() ? std::string(session.Say("all", "tous")) : c.channel,
               std::to_string(c.opened), std::to_string(c.won), std::to_string(c.lost),
               Percent(c.share), Concat(Percent(c.interval.low), " - ", Percent(c.interval.high)),
               Whole(c.won_amount), Whole(c.days_to_win)});
  }
  session.Print(session.json ? Json({{"channels", list}}).dump() + "\n" : table.ToString());
  return kDone;
}

int TellStages(const Session& session, const DealBook& book) {
  Json list = Json::array();
  TextTable table({std::string(session.Say("stage", "étape")),
                   std::string(session.Say("entered", "entrées")),
                   std::string(session.Say("left", "sorties")),
                   std::string(session.Say("median days", "jours (médiane)")),
                   std::string(session.Say("3 of 4 by", "3 sur 4 avant")),
                   std::string(session.Say("won in the end", "gagnées au total")), "95 %"});
  const auto days = [](double d) { return d < 0 ? std::string("-") : Whole(d); };
  for (const StageLine& s : StageFriction(book)) {
    const double share =
        s.closed == 0 ? 0 : static_cast<double>(s.won) / static_cast<double>(s.closed);
    list.push_back({{"stage", s.stage},
                    {"entered", s.entered},
                    {"left", s.left},
                    {"median_days", s.days},
                    {"slow_days", s.slow_days},
                    {"won", s.won},
                    {"closed", s.closed},
                    {"low", s.interval.low},
                    {"high", s.interval.high}});
    table.Add({s.stage, std::to_string(s.entered), std::to_string(s.left), days(s.days),
               days(s.slow_days), Percent(share),
               Concat(Percent(s.interval.low), " - ", Percent(s.interval.high))});
  }
  session.Print(session.json ? Json({{"stages", list}}).dump() + "\n" : table.ToString());
  return kDone;
}

}  // namespace

int RunSales(const Session& session, const SalesRequest& request) {
  constexpr int kMostMonths = 60;
  if (request.months < 1 || request.months > kMostMonths) {
    return session.UsageError("--months is 1 to 60");
  }
  const absl::StatusOr<Crm> crm = session.Open();
  if (!crm.ok()) return session.Fail(crm.status());
  const DealFields fields{request.offer, request.sector, "", ""};
  const absl::StatusOr<DealBook> book = DealsOf(*crm, QuestionOf(session), fields);
  if (!book.ok()) return session.Fail(book.status());
  if (request.patterns) return TellPatterns(session, *crm, *book);
  if (request.channels) return TellChannels(session, *book);
  if (request.stages) return TellStages(session, *book);
  std::vector<MonthlySeries> outside;
  for (const std::string& file : request.series) {
    absl::StatusOr<MonthlySeries> series = ReadSeries(file);
    if (!series.ok()) return session.Fail(series.status());
    outside.push_back(*std::move(series));
  }
  const BookOfDay of_day = [&](Date day) {
    return DealsKnownOn(*crm, day, QuestionOf(session), fields, book->currency);
  };
  if (request.back_test) {
    const absl::StatusOr<BackTest> test =
        BackTestSales(*book, request.months, request.seed, outside, of_day);
    if (!test.ok()) return session.Fail(test.status());
    return TellBackTest(session, *book, *test);
  }
  Date day = UtcDate(session.now());
  if (!request.as_of.empty()) {
    const std::optional<Timestamp> at = ParseInstant(request.as_of);
    if (!at) return session.UsageError("--as-of is a day such as 2026-09-30");
    if (UtcDate(*at) > day) {
      return session.UsageError("--as-of is a past day: nothing is known of later ones");
    }
    day = UtcDate(*at);
  }
  absl::StatusOr<KnownBook> known = KnownBook{BookAsOf(*book, day), true};
  if (!request.as_of.empty()) known = of_day(day);
  if (!known.ok()) return session.Fail(known.status());
  absl::StatusOr<SalesModel> model = FitSales(known->book, day, outside);
  if (!model.ok()) return session.Fail(model.status());
  // Without forecasts made before there is nothing to correct by. Where nothing was recorded, dates
  // tell, of the deals known on the day and no others.
  const BookOfDay earlier = [&](Date origin) -> absl::StatusOr<KnownBook> {
    absl::StatusOr<KnownBook> recorded = of_day(origin);
    if (!recorded.ok() || recorded->recorded) return recorded;
    return KnownBook{BookAsOf(known->book, origin), false};
  };
  if (const auto test = BackTestSales(known->book, 3, request.seed, outside, earlier); test.ok()) {
    Calibrate(*model, test->lines);
  }
  SalesOptions options;
  options.months = request.months;
  options.seed = request.seed;
  absl::StatusOr<std::map<int, double>> quotas =
      QuotasOf(*crm, QuestionOf(session), book->currency);
  if (!quotas.ok()) return session.Fail(quotas.status());
  options.quotas = *std::move(quotas);
  const SalesForecast forecast = ForecastSales(known->book, *model, options);
  const Told told{
      *book, *model, forecast, !request.as_of.empty(), known->recorded, UtcDate(session.now())};
  return TellForecast(session, *crm, told, request.why);
}

}  // namespace relata::shell
