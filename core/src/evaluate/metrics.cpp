#include <outpost/evaluate/metrics.hpp>

#include <algorithm>
#include <cstddef>
#include <string>
#include <vector>

#include <outpost/base/json_text.hpp>
#include <outpost/base/random.hpp>
#include <outpost/base/sort.hpp>

namespace outpost {
namespace {

/// Rows of one distinct score.
struct Group {
  float score = 0;
  std::uint64_t anomalies = 0;
  std::uint64_t normals = 0;
};

/// All that ranking metrics need of the rows: distinct scores, highest first, with their counts.
struct Ranking {
  std::vector<Group> groups;
  std::uint64_t anomalies = 0;
  std::uint64_t normals = 0;
};

Result<void> check_rows(std::span<const float> scores, std::span<const std::uint8_t> labels) {
  if (scores.size() != labels.size()) {
    return fail(ErrorCode::invalid_argument,
                std::to_string(scores.size()) + " scores were given with " + std::to_string(labels.size()) + " labels",
                "give one label a score");
  }
  for (std::size_t i = 0; i < scores.size(); ++i) {
    if (labels[i] > 1) {
      return fail(ErrorCode::invalid_argument,
                  "the label of row " + std::to_string(i) + " is " + std::to_string(labels[i]),
                  "labels are 0 (normal) or 1 (anomaly)");
    }
    if (scores[i] != scores[i]) {
      return fail(ErrorCode::invalid_argument, "the score of row " + std::to_string(i) + " is not a number",
                  "score the rows again with a detector that gives finite scores");
    }
  }
  return {};
}

Result<Ranking> rank_rows(std::span<const float> scores, std::span<const std::uint8_t> labels) {
  OUTPOST_TRY(check_rows(scores, labels));
  std::vector<float> by_class[2];
  for (std::size_t i = 0; i < scores.size(); ++i) by_class[labels[i]].push_back(scores[i]);
  sort_floats(by_class[0]);
  sort_floats(by_class[1]);

  Ranking ranking;
  ranking.normals = by_class[0].size();
  ranking.anomalies = by_class[1].size();
  std::size_t normal = by_class[0].size();
  std::size_t anomaly = by_class[1].size();
  while (normal > 0 || anomaly > 0) {
    const bool from_normals = anomaly == 0 || (normal > 0 && by_class[0][normal - 1] > by_class[1][anomaly - 1]);
    Group& group = ranking.groups.emplace_back();
    group.score = from_normals ? by_class[0][normal - 1] : by_class[1][anomaly - 1];
    while (normal > 0 && by_class[0][normal - 1] == group.score) {
      --normal;
      ++group.normals;
    }
    while (anomaly > 0 && by_class[1][anomaly - 1] == group.score) {
      --anomaly;
      ++group.anomalies;
    }
  }
  return ranking;
}

Result<Ranking> rank_two_classes(std::span<const float> scores, std::span<const std::uint8_t> labels) {
  OUTPOST_TRY_ASSIGN(Ranking ranking, rank_rows(scores, labels));
  if (ranking.anomalies == 0 || ranking.normals == 0) {
    return fail(ErrorCode::not_enough_data,
                "of " + std::to_string(scores.size()) + " rows " + std::to_string(ranking.anomalies) +
                    " are labelled as anomalies",
                "the metric compares anomalies with normal rows: give labels with both");
  }
  return ranking;
}

double auc_of(const Ranking& ranking) {
  // Twice the pairs won, ties counting once: whole numbers, so no order of adding shows.
  std::uint64_t twice = 0;
  std::uint64_t normals_below = ranking.normals;
  for (const Group& group : ranking.groups) {
    normals_below -= group.normals;
    twice += group.anomalies * (2 * normals_below + group.normals);
  }
  return static_cast<double>(twice) / 2 / static_cast<double>(ranking.anomalies) / static_cast<double>(ranking.normals);
}

double average_precision_of(const Ranking& ranking) {
  double sum = 0;
  std::uint64_t anomalies = 0;
  std::uint64_t rows = 0;
  for (const Group& group : ranking.groups) {
    anomalies += group.anomalies;
    rows += group.anomalies + group.normals;
    if (group.anomalies == 0) continue;
    sum += static_cast<double>(group.anomalies) * (static_cast<double>(anomalies) / static_cast<double>(rows));
  }
  return sum / static_cast<double>(ranking.anomalies);
}

/// Draws as many rows of a class as it has, with replacement, into the counts of a resample.
void resample_class(const std::vector<std::uint32_t>& group_of_row, std::uint64_t Group::*count, Random& random,
                    std::vector<Group>& groups) {
  for (std::size_t i = 0; i < group_of_row.size(); ++i) {
    ++(groups[group_of_row[static_cast<std::size_t>(random.uniform_index(group_of_row.size()))]].*count);
  }
}

std::vector<std::uint32_t> groups_of_rows(const Ranking& ranking, std::uint64_t Group::*count) {
  std::vector<std::uint32_t> rows;
  for (std::size_t g = 0; g < ranking.groups.size(); ++g) {
    rows.insert(rows.end(), static_cast<std::size_t>(ranking.groups[g].*count), static_cast<std::uint32_t>(g));
  }
  return rows;
}

double quantile(const std::vector<double>& ascending, double p) {
  const double place = static_cast<double>(ascending.size() - 1) * p;
  const auto below = static_cast<std::size_t>(place);
  const std::size_t above = std::min(below + 1, ascending.size() - 1);
  return ascending[below] + (place - static_cast<double>(below)) * (ascending[above] - ascending[below]);
}

Result<Interval> interval_of(std::span<const float> scores, std::span<const std::uint8_t> labels,
                             const BootstrapOptions& options, double (*metric)(const Ranking&)) {
  if (options.resamples < 1 || options.resamples > 1'000'000) {
    return fail(ErrorCode::invalid_argument, "resamples " + std::to_string(options.resamples) + " is out of range",
                "give 1 to 1000000");
  }
  if (!(options.level > 0 && options.level < 1)) {
    return fail(ErrorCode::invalid_argument, "level " + shortest_text(options.level) + " is out of range",
                "give a share between 0 and 1, such as 0.95");
  }
  OUTPOST_TRY_ASSIGN(const Ranking ranking, rank_two_classes(scores, labels));
  const auto anomaly_groups = groups_of_rows(ranking, &Group::anomalies);
  const auto normal_groups = groups_of_rows(ranking, &Group::normals);
  Ranking resample = ranking;
  std::vector<double> values;
  values.reserve(options.resamples);
  for (std::size_t r = 0; r < options.resamples; ++r) {
    for (Group& group : resample.groups) group.anomalies = group.normals = 0;
    Random random(options.seed, r);
    resample_class(anomaly_groups, &Group::anomalies, random, resample.groups);
    resample_class(normal_groups, &Group::normals, random, resample.groups);
    values.push_back(metric(resample));
  }
  std::sort(values.begin(), values.end());
  return Interval{quantile(values, (1 - options.level) / 2), quantile(values, (1 + options.level) / 2)};
}

double ratio(std::uint64_t part, std::uint64_t rest) {
  return part == 0 ? 0 : static_cast<double>(part) / static_cast<double>(part + rest);
}

}  // namespace

Result<double> roc_auc(std::span<const float> scores, std::span<const std::uint8_t> labels) {
  OUTPOST_TRY_ASSIGN(const Ranking ranking, rank_two_classes(scores, labels));
  return auc_of(ranking);
}

Result<double> average_precision(std::span<const float> scores, std::span<const std::uint8_t> labels) {
  OUTPOST_TRY_ASSIGN(const Ranking ranking, rank_two_classes(scores, labels));
  return average_precision_of(ranking);
}

Result<double> precision_at_n(std::span<const float> scores, std::span<const std::uint8_t> labels, std::size_t n) {
  OUTPOST_TRY_ASSIGN(const Ranking ranking, rank_rows(scores, labels));
  if (n > scores.size()) {
    return fail(ErrorCode::invalid_argument,
                "n is " + std::to_string(n) + ", there are " + std::to_string(scores.size()) + " rows",
                "give at most the number of rows");
  }
  const std::uint64_t wanted = n == 0 ? ranking.anomalies : n;
  if (wanted == 0) {
    return fail(ErrorCode::not_enough_data, "no row is labelled as an anomaly", "give n, or labels with anomalies");
  }
  double found = 0;
  std::uint64_t left = wanted;
  for (const Group& group : ranking.groups) {
    const std::uint64_t rows = group.anomalies + group.normals;
    if (rows >= left) {
      found += static_cast<double>(group.anomalies) * static_cast<double>(left) / static_cast<double>(rows);
      break;
    }
    found += static_cast<double>(group.anomalies);
    left -= rows;
  }
  return found / static_cast<double>(wanted);
}

double Confusion::precision() const { return ratio(true_positive, false_positive); }
double Confusion::recall() const { return ratio(true_positive, false_negative); }
double Confusion::f1() const {
  const std::uint64_t twice = 2 * true_positive;
  return ratio(twice, false_positive + false_negative);
}

Result<Confusion> confusion(std::span<const float> scores, std::span<const std::uint8_t> labels, float threshold) {
  OUTPOST_TRY(check_rows(scores, labels));
  Confusion counts;
  for (std::size_t i = 0; i < scores.size(); ++i) {
    if (scores[i] > threshold) {
      ++(labels[i] != 0 ? counts.true_positive : counts.false_positive);
    } else {
      ++(labels[i] != 0 ? counts.false_negative : counts.true_negative);
    }
  }
  return counts;
}

Result<Interval> roc_auc_interval(std::span<const float> scores, std::span<const std::uint8_t> labels,
                                  const BootstrapOptions& options) {
  return interval_of(scores, labels, options, auc_of);
}

Result<Interval> average_precision_interval(std::span<const float> scores, std::span<const std::uint8_t> labels,
                                            const BootstrapOptions& options) {
  return interval_of(scores, labels, options, average_precision_of);
}

}  // namespace outpost
