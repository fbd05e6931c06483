// SPDX-License-Identifier: Apache-2.0
//
// Lifetime value and propensity models at size: how the cost of a fit grows with the customers, how
// long a logistic regression on a million records takes beside scikit-learn on the same data, and
// how many records a second a model scores on one thread. CPU time of the thread; what counts are
// ratios.
//
//   model_workload [PYTHON]    PYTHON has numpy and scikit-learn, and runs logistic_peer.py;
//   without
//                              it there is no peer

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <ctime>
#include <numeric>
#include <random>
#include <string>
#include <vector>

#include "relata/score/bg_nbd.h"
#include "relata/score/propensity.h"
#include "score/logistic.h"

namespace relata {
namespace {

double CpuSeconds() {
  timespec t{};
  clock_gettime(CLOCK_THREAD_CPUTIME_ID, &t);
  return static_cast<double>(t.tv_sec) + static_cast<double>(t.tv_nsec) * 1e-9;
}

// Customers as the model supposes them, ages in whole days.
std::vector<RepeatBuying> Customers(size_t n) {
  std::mt19937_64 random(7);
  std::vector<RepeatBuying> histories(n);
  for (RepeatBuying& h : histories) {
    const double rate = std::gamma_distribution<>(0.6, 1 / 5.0)(random);
    const double ga = std::gamma_distribution<>(0.8, 1)(random);
    const double leave = ga / (ga + std::gamma_distribution<>(2.4, 1)(random));
    const double age = std::floor(100 + 600 * std::uniform_real_distribution<>()(random));
    h.T = age / 7;
    for (double t = 0;;) {
      t += std::exponential_distribution<>(std::max(rate, 1e-12))(random);
      const double day = std::ceil(t * 7);
      if (day > age) break;
      if (day / 7 > h.t_x) ++h.x;
      h.t_x = day / 7;
      if (std::bernoulli_distribution(leave)(random)) break;
    }
  }
  return histories;
}

void MeasureLifetimeValue() {
  std::printf("BG/NBD by maximum likelihood\n  customers  different  seconds  ns/customer\n");
  for (const size_t n : {size_t{125'000}, size_t{250'000}, size_t{500'000}, size_t{1'000'000}}) {
    const std::vector<RepeatBuying> histories = Customers(n);
    const double start = CpuSeconds();
    const auto fit = FitBgNbd(histories);
    const double seconds = CpuSeconds() - start;
    if (!fit.ok()) {
      std::printf("  %9zu  no fit\n", n);
      continue;
    }
    std::printf("  %9zu  %9zu  %7.2f  %11.0f   r %.3f alpha %.3f a %.3f b %.3f, %d steps\n", n,
                GroupHistories(histories).size(), seconds, 1e9 * seconds / static_cast<double>(n),
                fit->model.r, fit->model.alpha, fit->model.a, fit->model.b, fit->iterations);
  }
}

struct LogisticData {
  internal::Design design;
  std::vector<uint8_t> truth;
};

LogisticData MakeLogisticData(int64_t rows, size_t columns) {
  std::mt19937_64 random(3);
  std::normal_distribution<> normal;
  LogisticData data;
  data.design.rows = rows;
  data.design.dense_columns = columns;
  data.design.weights = 1 + columns;
  data.design.dense.resize(static_cast<size_t>(rows) * columns);
  std::vector<double> weights(columns);
  for (double& w : weights) w = 0.2 * normal(random);
  for (int64_t row = 0; row < rows; ++row) {
    double margin = -1;
    double* x = data.design.dense.data() + static_cast<size_t>(row) * columns;
    const double common = normal(random);
    for (size_t c = 0; c < columns; ++c) {
      x[c] = 0.9 * normal(random) + (c % 10 == 0 ? 0.4 * common : 0);
      margin += weights[c] * x[c];
    }
    data.truth.push_back(std::bernoulli_distribution(1 / (1 + std::exp(-margin)))(random));
  }
  return data;
}

double Objective(const LogisticData& data, const std::vector<double>& w, double penalty) {
  double sum = 0;
  for (int64_t row = 0; row < data.design.rows; ++row) {
    const double m = internal::MarginOf(data.design, w, row);
    sum += std::log1p(std::exp(data.truth[static_cast<size_t>(row)] ? -m : m));
  }
  for (size_t i = 1; i < w.size(); ++i) sum += penalty / 2 * w[i] * w[i];
  return sum;
}

bool WriteAll(const std::string& file, const void* bytes, size_t size) {
  std::FILE* out = std::fopen(file.c_str(), "wb");
  if (out == nullptr) return false;
  const bool written = std::fwrite(bytes, 1, size, out) == size;
  return std::fclose(out) == 0 && written;
}

void MeasureLogistic(const char* python) {
  constexpr int64_t kRows = 1'000'000;
  constexpr size_t kColumns = 100;
  const LogisticData data = MakeLogisticData(kRows, kColumns);
  std::vector<int64_t> rows(kRows);
  std::iota(rows.begin(), rows.end(), int64_t{0});
  const double start = CpuSeconds();
  const internal::LogisticFit fit = internal::FitLogistic(data.design, data.truth, rows, 1);
  const double seconds = CpuSeconds() - start;
  std::printf("Logistic regression, %lld x %zu: %.2f s, %d passes, by %s, objective %.4f\n",
              static_cast<long long>(kRows), kColumns, seconds, fit.passes,
              fit.newton ? "Newton" : "L-BFGS", Objective(data, fit.weights, 1));
  if (python == nullptr) return;
  const std::string folder = std::string(RELATA_BENCH_SCRATCH);
  const std::string x = folder + "/logistic_x.bin";
  const std::string y = folder + "/logistic_y.bin";
  if (!WriteAll(x, data.design.dense.data(), data.design.dense.size() * sizeof(double)) ||
      !WriteAll(y, data.truth.data(), data.truth.size())) {
    std::printf("  cannot write %s\n", x.c_str());
    return;
  }
  std::fflush(stdout);
  const std::string command = "OMP_NUM_THREADS=1 OPENBLAS_NUM_THREADS=1 '" + std::string(python) +
                              "' '" RELATA_BENCH_SOURCE "/logistic_peer.py' '" + x + "' '" + y +
                              "' " + std::to_string(kColumns) + " " + std::to_string(seconds);
  if (std::system(command.c_str()) != 0) std::printf("  the peer did not run\n");
  std::remove(x.c_str());
  std::remove(y.c_str());
}

void MeasureScoring() {
  constexpr size_t kLearn = 20'000;
  constexpr size_t kScore = 1'000'000;
  std::mt19937_64 random(9);
  FeatureTable table;
  for (int c = 0; c < 20; ++c) {
    FeatureColumn column;
    column.name = "f" + std::to_string(c);
    column.is_number = c % 2 == 0;
    for (int level = 0; !column.is_number && level < 8; ++level) {
      column.levels.push_back("level" + std::to_string(level));
    }
    for (size_t i = 0; i < kScore; ++i) {
      if (column.is_number) {
        column.numbers.push_back(random() % 20 == 0 ? kAbsentNumber
                                                    : std::normal_distribution<>()(random));
      } else {
        column.codes.push_back(static_cast<int32_t>(random() % 8));
      }
    }
    table.columns.push_back(std::move(column));
  }
  FeatureTable learn = table;
  for (FeatureColumn& column : learn.columns) {
    (column.is_number ? column.numbers.resize(kLearn) : column.codes.resize(kLearn));
  }
  std::vector<uint8_t> truth;
  for (size_t i = 0; i < kLearn; ++i) {
    const double v = learn.columns[0].numbers[i];
    truth.push_back(std::bernoulli_distribution(v > 0 ? 0.4 : 0.2)(random));
  }
  const auto training = TrainPropensity(learn, truth);
  if (!training.ok()) return;
  double best = 1e9;
  for (int run = 0; run < 5; ++run) {
    const double start = CpuSeconds();
    const std::vector<double> scores = ScoreTable(training->model, table);
    best = std::min(best, CpuSeconds() - start);
    if (scores.size() != kScore) return;
  }
  std::printf("Scoring %zu records by 10 numbers and 10 levels: %.1f million records a second\n",
              kScore, static_cast<double>(kScore) / best / 1e6);
}

}  // namespace
}  // namespace relata

int main(int argc, char** argv) {
  relata::MeasureLifetimeValue();
  relata::MeasureScoring();
  relata::MeasureLogistic(argc > 1 ? argv[1] : nullptr);
  return 0;
}
