/// @file  Running summaries of numbers and of times, in memory independent of how many there are.
#pragma once

#include <cmath>
#include <cstdint>
#include <cstring>
#include <limits>
#include <vector>

#include <outpost/data/scan.hpp>

#include "distinct_counter.hpp"

namespace outpost {

/// Counts non-negative steps in buckets an eighth of an octave wide (below 16: one a whole number). Each bucket
/// keeps its mean, so that steps that are all equal are known exactly. At most about 500 buckets are ever made.
class StepHistogram {
 public:
  void add(double step);
  bool empty() const { return buckets_.empty(); }
  /// Mean of the bucket that holds the lower median.
  double median() const;
  /// Are there different steps?
  bool vary() const { return lowest_ < highest_; }
  /// How many steps are from `low` to `high` by their bucket's mean.
  std::uint64_t count_between(double low, double high) const;
  std::uint64_t total() const { return total_; }
  double lowest() const { return lowest_; }
  void clear();

 private:
  struct Bucket {
    std::uint32_t index = 0;
    std::uint64_t count = 0;
    double sum = 0;
  };
  std::vector<Bucket> buckets_;  // in order of index
  std::size_t last_ = 0;         // where the step before went: most often the right place again
  std::uint64_t total_ = 0;
  double lowest_ = 0;
  double highest_ = 0;
};

/// Of a column of numbers. Sums are taken in blocks of fixed length around the mean so far, and blocks are joined
/// (T. F. Chan, G. H. Golub, R. J. LeVeque, "Algorithms for computing the sample variance", 1983): as exact as
/// Welford's method without its division a number.
class NumberStats {
 public:
  /// Without `steps`, steps between ascending whole numbers are not gathered.
  explicit NumberStats(std::size_t max_distinct, bool steps = true) : wants_steps_(steps), distinct_(max_distinct) {}

  /// `x` is not NaN.
  void add(double x) {
    const double size = std::fabs(x);
    if (size > kHuge) {
      if (!admit_huge(x)) return;
    }
    if (block_count_ == kBlock) close_block();
    if (count_ == 0) start(x);
    const double deviation = x * scale_ - center_;
    sum_ += deviation;
    sum_squares_ += deviation * deviation;
    ++block_count_;
    ++count_;
    min_ = x < min_ ? x : min_;
    max_ = x > max_ ? x : max_;
    if (size > 1e18 || (size < 1e-37 && size > 0)) ++beyond_float32_;
    if (integers_) integers_ = size >= 9e18 || static_cast<double>(static_cast<std::int64_t>(x)) == x;
    if (ascending_) {
      ascending_ = x >= previous_;
      if (wants_steps_) add_step(x);
      previous_ = x;
    }
    add_distinct(x);
  }

  std::uint64_t count() const { return count_; }  ///< finite ones
  std::uint64_t infinite() const { return infinite_; }
  bool integers() const { return integers_; }
  double min() const { return min_; }
  /// Fills what a profile says about numbers; dominant_value is the number as text.
  void fill(ColumnProfile& profile);

 private:
  static constexpr double kHuge = 1e140;  // below, sums of squares stay finite
  static constexpr std::uint32_t kBlock = 1024;

  void start(double x) {
    min_ = max_ = x;
    center_ = x * scale_;
  }
  bool admit_huge(double x);
  void close_block();
  void add_step(double x);
  void add_distinct(double x) {
    const double no_minus_zero = x + 0.0;
    std::uint64_t bits;
    std::memcpy(&bits, &no_minus_zero, sizeof bits);
    if (distinct_.add(bits) == DistinctCounter::Outcome::full) close_distinct();
  }
  void close_distinct();

  std::uint64_t count_ = 0;
  double center_ = 0;
  double scale_ = 1;
  double sum_ = 0;
  double sum_squares_ = 0;
  double min_ = 0;
  double max_ = 0;
  double previous_ = -std::numeric_limits<double>::infinity();
  std::uint32_t block_count_ = 0;
  bool integers_ = true;
  bool ascending_ = true;
  bool wants_steps_;
  std::uint64_t beyond_float32_ = 0;
  DistinctCounter distinct_;

  double joined_count_ = 0;
  double mean_ = 0;
  double squares_ = 0;
  std::uint64_t infinite_ = 0;
  std::uint64_t distinct_lost_ = 0;
  StepHistogram steps_;
};

/// Of a column of times in milliseconds.
class TimeStats {
 public:
  explicit TimeStats(std::size_t max_distinct) : numbers_(max_distinct, false) {}
  void add(std::int64_t ms);
  std::uint64_t count() const { return numbers_.count(); }
  void fill(ColumnProfile& profile);

 private:
  NumberStats numbers_;
  StepHistogram steps_;
  std::uint64_t backwards_ = 0;
  std::int64_t first_ = 0;
  std::int64_t previous_ = 0;
  bool hour_varies_ = false;
  bool weekday_varies_ = false;
};

}  // namespace outpost
