// SPDX-License-Identifier: Apache-2.0

#include "score/trees.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <string>
#include <utility>

#include "base/strings.h"
#ifdef RELATA_HAS_XGBOOST
#include <xgboost/c_api.h>

#include "nlohmann/json.hpp"
#endif

namespace relata {

bool CanTrainTrees() {
#ifdef RELATA_HAS_XGBOOST
  return true;
#else
  return false;
#endif
}

namespace internal {

#ifndef RELATA_HAS_XGBOOST

absl::StatusOr<TreesFit> FitTrees(std::span<const FeatureReader>, std::span<const uint8_t>,
                                  std::span<const int64_t>, int) {
  return absl::UnimplementedError("this build cannot learn boosted trees: it has no XGBoost");
}

#else

namespace {

using Json = nlohmann::json;

// What a column of XGBoost's matrix is: a number, or whether a feature has a level.
struct MatrixColumn {
  int32_t feature = 0;
  int32_t level = -1;
};

std::vector<MatrixColumn> MatrixColumns(std::span<const FeatureReader> readers) {
  std::vector<MatrixColumn> columns;
  for (size_t f = 0; f < readers.size(); ++f) {
    const ModelFeature& feature = readers[f].feature();
    if (feature.is_number) columns.push_back({static_cast<int32_t>(f), -1});
    for (size_t level = 1; !feature.is_number && level < feature.weights.size(); ++level) {
      columns.push_back({static_cast<int32_t>(f), static_cast<int32_t>(level)});
    }
  }
  return columns;
}

std::vector<float> FillMatrix(std::span<const FeatureReader> readers,
                              std::span<const MatrixColumn> columns,
                              std::span<const int64_t> rows) {
  std::vector<float> matrix;
  matrix.reserve(rows.size() * columns.size());
  for (const int64_t row : rows) {
    for (const MatrixColumn& column : columns) {
      const FeatureReader& reader = readers[static_cast<size_t>(column.feature)];
      if (column.level < 0) {
        matrix.push_back(static_cast<float>(reader.Number(row)));
        continue;
      }
      const size_t code = reader.Code(row);
      matrix.push_back(code == 0 ? std::numeric_limits<float>::quiet_NaN()
                       : code == static_cast<size_t>(column.level) ? 1.0F
                                                                   : 0.0F);
    }
  }
  return matrix;
}

// The handles of one training, freed with it.
struct Handles {
  Handles() = default;
  Handles(const Handles&) = delete;
  Handles& operator=(const Handles&) = delete;
  ~Handles() {
    if (booster != nullptr) XGBoosterFree(booster);
    if (data != nullptr) XGDMatrixFree(data);
  }

  DMatrixHandle data = nullptr;
  BoosterHandle booster = nullptr;
};

absl::Status Check(int code) {
  return code == 0 ? absl::OkStatus()
                   : absl::InternalError(ToAbsl(Concat("XGBoost: ", XGBGetLastError())));
}

// One node and what is below it, the mean of its leaves by the weight of the records they hold.
double AddNode(const Json& json, std::span<const MatrixColumn> columns,
               std::vector<SplitNode>& tree) {
  const auto id = json.at("nodeid").get<size_t>();
  if (tree.size() <= id) tree.resize(id + 1);
  if (json.contains("leaf")) {
    tree[id].value = json["leaf"].get<double>();
    return tree[id].value;
  }
  SplitNode node;
  const auto& column =
      columns[static_cast<size_t>(std::stoi(json.at("split").get<std::string>().substr(1)))];
  node.column = column.feature;
  node.level = column.level;
  node.threshold = json.at("split_condition").get<double>();
  node.yes = json.at("yes").get<int32_t>();
  node.no = json.at("no").get<int32_t>();
  node.absent = json.at("missing").get<int32_t>();
  double sum = 0, cover = 0;
  for (const Json& child : json.at("children")) {
    const auto weight = child.at("cover").get<double>();
    sum += weight * AddNode(child, columns, tree);
    cover += weight;
  }
  node.value = cover > 0 ? sum / cover : 0;
  tree[id] = node;
  return node.value;
}

// XGBoost reports by codes, its text forms are read by a parser that throws.
absl::Status ReadTrees(BoosterHandle booster, std::span<const MatrixColumn> columns,
                       Trees& trees) try {
  bst_ulong count = 0;
  const char** dumps = nullptr;
  RELATA_RETURN_IF_ERROR(Check(XGBoosterDumpModelEx(booster, "", 1, "json", &count, &dumps)));
  for (bst_ulong i = 0; i < count; ++i) {
    std::vector<SplitNode> tree;
    AddNode(Json::parse(dumps[i]), columns, tree);
    trees.push_back(std::move(tree));
  }
  return absl::OkStatus();
} catch (const std::exception& error) {
  return absl::InternalError(
      ToAbsl(Concat("a tree of XGBoost cannot be read: ", std::string_view(error.what()))));
}

}  // namespace

absl::StatusOr<TreesFit> FitTrees(std::span<const FeatureReader> readers,
                                  std::span<const uint8_t> truth, std::span<const int64_t> rows,
                                  int rounds) {
  const std::vector<MatrixColumn> columns = MatrixColumns(readers);
  std::vector<float> labels;
  double yes = 0;
  for (const int64_t row : rows) {
    labels.push_back(static_cast<float>(truth[static_cast<size_t>(row)]));
    yes += truth[static_cast<size_t>(row)];
  }
  const double rate = yes / std::max<double>(1, static_cast<double>(rows.size()));
  if (!(rate > 0 && rate < 1)) return InvalidArgument("all records have the same outcome");
  Handles h;
  {
    const std::vector<float> matrix = FillMatrix(readers, columns, rows);
    RELATA_RETURN_IF_ERROR(
        Check(XGDMatrixCreateFromMat(matrix.data(), rows.size(), columns.size(),
                                     std::numeric_limits<float>::quiet_NaN(), &h.data)));
  }
  RELATA_RETURN_IF_ERROR(
      Check(XGDMatrixSetFloatInfo(h.data, "label", labels.data(), labels.size())));
  RELATA_RETURN_IF_ERROR(Check(XGBoosterCreate(&h.data, 1, &h.booster)));
  // One thread and a seed: the same records give the same trees.
  const std::pair<const char*, std::string> parameters[] = {{"objective", "binary:logistic"},
                                                            {"tree_method", "hist"},
                                                            {"max_depth", "4"},
                                                            {"eta", "0.06"},
                                                            {"lambda", "2"},
                                                            {"min_child_weight", "8"},
                                                            {"colsample_bytree", "0.6"},
                                                            {"subsample", "0.8"},
                                                            {"seed", "7"},
                                                            {"nthread", "1"},
                                                            {"verbosity", "0"},
                                                            {"base_score", std::to_string(rate)}};
  for (const auto& [name, value] : parameters) {
    RELATA_RETURN_IF_ERROR(Check(XGBoosterSetParam(h.booster, name, value.c_str())));
  }
  for (int round = 0; round < rounds; ++round) {
    RELATA_RETURN_IF_ERROR(Check(XGBoosterUpdateOneIter(h.booster, round, h.data)));
  }
  TreesFit fit;
  const double given = std::stod(std::to_string(rate));
  fit.base = std::log(given / (1 - given));
  RELATA_RETURN_IF_ERROR(ReadTrees(h.booster, columns, fit.trees));
  return fit;
}

#endif

}  // namespace internal
}  // namespace relata
