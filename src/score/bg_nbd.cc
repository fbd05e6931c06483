// SPDX-License-Identifier: Apache-2.0

#include "relata/score/bg_nbd.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>
#include <map>
#include <tuple>

#include "base/strings.h"
#include "score/newton.h"
#include "score/special.h"

namespace relata {
namespace {

using internal::Concat;
using internal::Derivatives;
using internal::Digamma;
using internal::LogGamma;
using internal::Trigamma;

constexpr Eigen::Index kR = 0, kAlpha = 1, kA = 2, kB = 3;

BgNbd FromVector(const Eigen::VectorXd& v) { return {v[kR], v[kAlpha], v[kA], v[kB]}; }

// The part of the log likelihood that depends on x alone: ln A1 + ln A2 of the paper.
double CountTerm(const BgNbd& m, double x) {
  return LogGamma(m.r + x) - LogGamma(m.r) + m.r * std::log(m.alpha) + LogGamma(m.a + m.b) +
         LogGamma(m.b + x) - LogGamma(m.b) - LogGamma(m.a + m.b + x);
}

// ln A3 and ln A4: the customer lives at T, or left after the last purchase (x > 0).
struct LifeTerms {
  double alive = 0;
  double left = -std::numeric_limits<double>::infinity();

  double LogSum() const {
    return left > alive ? left + std::log1p(std::exp(alive - left))
                        : alive + std::log1p(std::exp(left - alive));
  }
  double LeftShare() const { return 1 / (1 + std::exp(alive - left)); }
};

LifeTerms LifeOf(const BgNbd& m, const RepeatBuying& c) {
  const auto x = static_cast<double>(c.x);
  LifeTerms terms;
  terms.alive = -(m.r + x) * std::log(m.alpha + c.T);
  if (c.x > 0) {
    terms.left = std::log(m.a) - std::log(m.b + x - 1) - (m.r + x) * std::log(m.alpha + c.t_x);
  }
  return terms;
}

// The sums that depend on x alone need one evaluation for each x that occurs.
using CountsByX = std::map<int64_t, int64_t>;

void AddCountTerm(const BgNbd& m, int64_t count_x, int64_t customers, Derivatives& d) {
  const auto x = static_cast<double>(count_x);
  const auto n = static_cast<double>(customers);
  d.value += n * CountTerm(m, x);
  const double ab = Digamma(m.a + m.b) - Digamma(m.a + m.b + x);
  d.gradient[kR] += n * (Digamma(m.r + x) - Digamma(m.r) + std::log(m.alpha));
  d.gradient[kAlpha] += n * m.r / m.alpha;
  d.gradient[kA] += n * ab;
  d.gradient[kB] += n * (ab + Digamma(m.b + x) - Digamma(m.b));
  const double ab2 = Trigamma(m.a + m.b) - Trigamma(m.a + m.b + x);
  d.hessian(kR, kR) += n * (Trigamma(m.r + x) - Trigamma(m.r));
  d.hessian(kR, kAlpha) += n / m.alpha;
  d.hessian(kAlpha, kAlpha) -= n * m.r / (m.alpha * m.alpha);
  d.hessian(kA, kA) += n * ab2;
  d.hessian(kA, kB) += n * ab2;
  d.hessian(kB, kB) += n * (ab2 + Trigamma(m.b + x) - Trigamma(m.b));
}

// Upper triangle only.
void AddLifeTerm(const BgNbd& m, const RepeatBuying& c, Derivatives& d) {
  const auto x = static_cast<double>(c.x);
  const auto n = static_cast<double>(c.customers);
  const double rx = m.r + x;
  const double to_now = 1 / (m.alpha + c.T);
  const LifeTerms terms = LifeOf(m, c);
  d.value += n * terms.LogSum();
  const double log_now = -std::log(m.alpha + c.T);
  if (c.x == 0) {
    d.gradient[kR] += n * log_now;
    d.gradient[kAlpha] -= n * rx * to_now;
    d.hessian(kR, kAlpha) -= n * to_now;
    d.hessian(kAlpha, kAlpha) += n * rx * to_now * to_now;
    return;
  }
  // ln(e^A + e^B): slopes are mixed by the share w of B; the square of their difference curves it.
  const double w = terms.LeftShare();
  const double v = 1 - w;
  const double to_last = 1 / (m.alpha + c.t_x);
  const double log_last = -std::log(m.alpha + c.t_x);
  const double to_b = 1 / (m.b + x - 1);
  const std::array<double, 4> slope_a = {log_now, -rx * to_now, 0, 0};
  const std::array<double, 4> slope_b = {log_last, -rx * to_last, 1 / m.a, -to_b};
  for (size_t i = 0; i < 4; ++i) {
    const auto row = static_cast<Eigen::Index>(i);
    d.gradient[row] += n * (v * slope_a[i] + w * slope_b[i]);
    for (size_t j = i; j < 4; ++j) {
      d.hessian(row, static_cast<Eigen::Index>(j)) +=
          n * w * v * (slope_b[i] - slope_a[i]) * (slope_b[j] - slope_a[j]);
    }
  }
  d.hessian(kR, kAlpha) -= n * (v * to_now + w * to_last);
  d.hessian(kAlpha, kAlpha) += n * rx * (v * to_now * to_now + w * to_last * to_last);
  d.hessian(kA, kA) -= n * w / (m.a * m.a);
  d.hessian(kB, kB) += n * w * to_b * to_b;
}

void AddPenalty(double weight, const Eigen::VectorXd& at, Derivatives& d) {
  for (Eigen::Index i = 0; i < at.size(); ++i) {
    const double log = std::log(at[i]);
    d.value -= weight * log * log;
    d.gradient[i] -= weight * 2 * log / at[i];
    d.hessian(i, i) -= weight * 2 * (1 - log) / (at[i] * at[i]);
  }
}

absl::Status CheckHistory(const RepeatBuying& c) {
  const bool fits = c.x >= 0 && c.customers >= 0 && c.t_x >= 0 && c.t_x <= c.T &&
                    std::isfinite(c.T) && (c.x > 0 || c.t_x == 0);
  return fits ? absl::OkStatus()
              : InvalidArgument(Concat("no history of purchases: x = ", c.x, ", t_x = ",
                                       std::to_string(c.t_x), ", T = ", std::to_string(c.T)));
}

// (1 - (1 - z)^(a-1) 2F1(a+b-1-r, a-1; a+b+x-1; z)) (a+b+x-1) / (a-1) with 1 - z = s / (s + t),
// s = alpha + T: the numerator of equation (10) after Euler's transformation, which takes the
// powers of r + x out of the series so that it neither overflows nor cancels for large x.
double NumeratorAwayFromOne(const BgNbd& m, double x, double s, double t) {
  const double z = t / (s + t);
  const double c = m.a + m.b + x - 1;
  const double series = internal::Hypergeometric2F1(m.a + m.b - 1 - m.r, m.a - 1, c, z);
  return c / (m.a - 1) * (1 - std::exp((m.a - 1) * std::log(s / (s + t))) * series);
}

double Numerator(const BgNbd& m, double x, double s, double t) {
  if (t <= 0) return 0;
  // At a = 1, and at a + b + x = 1, the formula is 0/0 though its limit is finite and smooth: the
  // mean of two points beside it is right to the square of their distance.
  constexpr double kBeside = 1e-5;
  if (std::abs(m.a - 1) < kBeside) {
    BgNbd low = m, high = m;
    low.a = 1 - 2 * kBeside;
    high.a = 1 + 2 * kBeside;
    return (NumeratorAwayFromOne(low, x, s, t) + NumeratorAwayFromOne(high, x, s, t)) / 2;
  }
  if (std::abs(m.a + m.b + x - 1) < kBeside) {
    BgNbd low = m, high = m;
    low.b = std::max(m.b - 2 * kBeside, m.b / 2);
    high.b = m.b + (m.b - low.b);
    return (NumeratorAwayFromOne(low, x, s, t) + NumeratorAwayFromOne(high, x, s, t)) / 2;
  }
  return NumeratorAwayFromOne(m, x, s, t);
}

}  // namespace

std::optional<RepeatBuying> SummarisePurchases(std::span<const Timestamp> at, Timestamp now,
                                               Duration unit) {
  std::vector<Timestamp> days;
  for (const Timestamp t : at) {
    if (t <= now) days.push_back(t);
  }
  if (days.empty() || unit.micros <= 0) return std::nullopt;
  std::sort(days.begin(), days.end());
  const Timestamp first = days.front();
  Timestamp last = first;
  RepeatBuying history;
  for (const Timestamp t : days) {
    if (UtcDate(t) == UtcDate(last)) continue;
    last = t;
    ++history.x;
  }
  const auto units = [&](Timestamp until) {
    return static_cast<double>((until - first).micros) / static_cast<double>(unit.micros);
  };
  history.t_x = units(last);
  history.T = units(now);
  return history;
}

std::vector<RepeatBuying> GroupHistories(std::span<const RepeatBuying> histories) {
  std::vector<RepeatBuying> grouped(histories.begin(), histories.end());
  std::sort(grouped.begin(), grouped.end(), [](const RepeatBuying& a, const RepeatBuying& b) {
    return std::tie(a.x, a.t_x, a.T) < std::tie(b.x, b.t_x, b.T);
  });
  size_t kept = 0;
  for (size_t i = 0; i < grouped.size(); ++i) {
    RepeatBuying& last = grouped[kept == 0 ? 0 : kept - 1];
    if (kept > 0 && last.x == grouped[i].x && last.t_x == grouped[i].t_x &&
        last.T == grouped[i].T) {
      last.customers += grouped[i].customers;
    } else {
      grouped[kept++] = grouped[i];
    }
  }
  grouped.resize(kept);
  return grouped;
}

absl::StatusOr<BgNbdFit> FitBgNbd(std::span<const RepeatBuying> histories,
                                  const BgNbdOptions& options) {
  BgNbdFit fit;
  CountsByX counts;
  double ages = 0;
  for (const RepeatBuying& c : histories) {
    RELATA_RETURN_IF_ERROR(CheckHistory(c));
    fit.customers += c.customers;
    fit.repeat_customers += c.x > 0 ? c.customers : 0;
    fit.repeat_purchases += c.x * c.customers;
    counts[c.x] += c.customers;
    ages += c.T * static_cast<double>(c.customers);
  }
  if (fit.repeat_customers < std::max<int64_t>(1, options.least_repeat_customers)) {
    return FailedPrecondition(Concat("too few customers who came back: ", fit.repeat_customers,
                                     ", and ", options.least_repeat_customers, " are needed"));
  }
  const std::vector<RepeatBuying> grouped = GroupHistories(histories);
  const auto n = static_cast<double>(fit.customers);
  const auto derivatives = [&](const Eigen::VectorXd& at) {
    const BgNbd m = FromVector(at);
    Derivatives d(4);
    for (const auto& [x, customers] : counts) AddCountTerm(m, x, customers, d);
    for (const RepeatBuying& c : grouped) AddLifeTerm(m, c, d);
    if (options.penalty > 0) AddPenalty(options.penalty * n, at, d);
    d.hessian = Eigen::MatrixXd(d.hessian.selfadjointView<Eigen::Upper>());
    return d;
  };
  // Begin with the population's mean rate and a fair chance of leaving.
  const double rate = static_cast<double>(fit.repeat_purchases) / std::max(ages, 1e-9);
  Eigen::VectorXd start(4);
  start << 1, std::clamp(1 / std::max(rate, 1e-9), 1e-3, 1e4), 1, 2;
  absl::StatusOr<internal::Maximum> maximum = internal::MaximisePositive(derivatives, start, n);
  if (!maximum.ok()) {
    return Annotate(maximum.status(), "BG/NBD: a small penalty (0.001) gives an answer");
  }
  fit.model = FromVector(maximum->at);
  fit.standard_error = FromVector(maximum->standard_error);
  fit.log_likelihood = LogLikelihood(fit.model, grouped);
  fit.penalty = options.penalty;
  fit.iterations = maximum->iterations;
  return fit;
}

double LogLikelihood(const BgNbd& model, std::span<const RepeatBuying> histories) {
  CountsByX counts;
  double sum = 0;
  for (const RepeatBuying& c : histories) {
    counts[c.x] += c.customers;
    sum += static_cast<double>(c.customers) * LifeOf(model, c).LogSum();
  }
  for (const auto& [x, customers] : counts) {
    sum += static_cast<double>(customers) * CountTerm(model, static_cast<double>(x));
  }
  return sum;
}

double ProbabilityAlive(const BgNbd& model, const RepeatBuying& customer) {
  return customer.x == 0 ? 1 : 1 - LifeOf(model, customer).LeftShare();
}

double ExpectedPurchases(const BgNbd& model, const RepeatBuying& customer, double t) {
  return Numerator(model, static_cast<double>(customer.x), model.alpha + customer.T, t) *
         ProbabilityAlive(model, customer);
}

double ExpectedPurchases(const BgNbd& model, double t) {
  return Numerator(model, 0, model.alpha, t);
}

double ProbabilityOfPurchases(const BgNbd& model, int64_t n, double t) {
  if (n < 0 || t < 0) return 0;
  if (t == 0) return n == 0 ? 1 : 0;
  const auto x = static_cast<double>(n);
  const double z = t / (model.alpha + t);
  const auto log_beta = [](double p, double q) {
    return LogGamma(p) + LogGamma(q) - LogGamma(p + q);
  };
  const double base = log_beta(model.a, model.b);
  const double count = LogGamma(model.r + x) - LogGamma(model.r) - LogGamma(x + 1) +
                       model.r * std::log1p(-z) + x * std::log(z);
  double p = std::exp(log_beta(model.a, model.b + x) - base + count);
  if (n > 0) {
    // One less the sum of n negative binomial terms is an incomplete beta function.
    p += std::exp(log_beta(model.a + 1, model.b + x - 1) - base) *
         internal::IncompleteBeta(x, model.r, z);
  }
  return p;
}

double DiscountedPurchases(const BgNbd& model, const RepeatBuying& customer, double rate,
                           double horizon) {
  const double alive = ProbabilityAlive(model, customer);
  const auto expected = [&](double t) {
    return Numerator(model, static_cast<double>(customer.x), model.alpha + customer.T, t);
  };
  if (rate <= 0) {
    return horizon > 0 ? alive * expected(horizon) : std::numeric_limits<double>::quiet_NaN();
  }
  // Beyond 40 / rate nothing is left of a purchase.
  const bool bounded = horizon > 0 && horizon < 40 / rate;
  const double end = bounded ? horizon : 40 / rate;
  const double inside =
      internal::Integrate([&](double t) { return std::exp(-rate * t) * expected(t); }, end);
  const double rest = bounded ? std::exp(-rate * end) * expected(end) : 0;
  return alive * (rest + rate * inside);
}

HoldOut CompareHoldOut(const BgNbd& model, std::span<const HeldOut> held_out) {
  constexpr int64_t kLastLine = 7;
  HoldOut report;
  std::map<int64_t, HoldOut::Line> lines;
  double absolute = 0, square = 0, se = 0, sa = 0, see = 0, saa = 0, sea = 0;
  for (const HeldOut& one : held_out) {
    const double expected = ExpectedPurchases(model, one.history, one.t);
    const auto actual = static_cast<double>(one.purchases);
    HoldOut::Line& line = lines[std::min(one.history.x, kLastLine)];
    ++line.customers;
    line.expected += expected;
    line.actual += actual;
    ++report.customers;
    report.expected += expected;
    report.actual += one.purchases;
    absolute += std::abs(expected - actual);
    square += (expected - actual) * (expected - actual);
    se += expected;
    sa += actual;
    see += expected * expected;
    saa += actual * actual;
    sea += expected * actual;
  }
  if (report.customers == 0) return report;
  const auto n = static_cast<double>(report.customers);
  report.mean_absolute_error = absolute / n;
  report.root_mean_square_error = std::sqrt(square / n);
  const double spread =
      std::sqrt(std::max(0.0, see - se * se / n) * std::max(0.0, saa - sa * sa / n));
  report.correlation = spread > 0 ? (sea - se * sa / n) / spread : 0;
  for (auto& [x, line] : lines) {
    line.x = x;
    line.expected /= static_cast<double>(line.customers);
    line.actual /= static_cast<double>(line.customers);
    report.lines.push_back(line);
  }
  return report;
}

}  // namespace relata
