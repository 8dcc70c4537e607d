#include "number_stats.hpp"

#include <algorithm>
#include <bit>

#include <outpost/base/json_text.hpp>

#include "cells.hpp"

namespace outpost {
namespace {

/// Of `entries` (bits of doubles), those that become equal to another one as float32.
std::uint64_t count_merged(const std::vector<DistinctCounter::Entry>& entries) {
  std::vector<float> narrow;
  narrow.reserve(entries.size());
  for (const DistinctCounter::Entry& entry : entries) {
    double value;
    std::memcpy(&value, &entry.key, sizeof value);
    narrow.push_back(to_float32(value));
  }
  std::sort(narrow.begin(), narrow.end());
  std::uint64_t merged = 0;
  for (std::size_t i = 0; i < narrow.size(); ++i) {
    const bool shared = (i > 0 && narrow[i] == narrow[i - 1]) || (i + 1 < narrow.size() && narrow[i] == narrow[i + 1]);
    merged += shared ? 1 : 0;
  }
  return merged;
}

std::uint32_t bucket_of(double step) {
  const auto whole = step < 9e18 ? static_cast<std::uint64_t>(step) : std::uint64_t{9'000'000'000'000'000'000U};
  if (whole < 16) return static_cast<std::uint32_t>(whole);
  const auto shift = static_cast<std::uint32_t>(64 - std::countl_zero(whole)) - 4;  // leaves 8 .. 15
  return 16 + (shift - 1) * 8 + static_cast<std::uint32_t>(whole >> shift) - 8;
}

}  // namespace

void StepHistogram::add(double step) {
  lowest_ = total_ == 0 ? step : std::min(lowest_, step);
  highest_ = total_ == 0 ? step : std::max(highest_, step);
  ++total_;
  const std::uint32_t index = bucket_of(step);
  if (last_ >= buckets_.size() || buckets_[last_].index != index) {
    const auto place =
        std::lower_bound(buckets_.begin(), buckets_.end(), index,
                         [](const Bucket& bucket, std::uint32_t wanted) { return bucket.index < wanted; });
    last_ = static_cast<std::size_t>(place - buckets_.begin());
    if (place == buckets_.end() || place->index != index) buckets_.insert(place, Bucket{index, 0, 0});
  }
  ++buckets_[last_].count;
  buckets_[last_].sum += step;
}

double StepHistogram::median() const {
  std::uint64_t below = 0;
  for (const Bucket& bucket : buckets_) {
    below += bucket.count;
    if (below * 2 >= total_) return bucket.sum / static_cast<double>(bucket.count);
  }
  return 0;
}

std::uint64_t StepHistogram::count_between(double low, double high) const {
  std::uint64_t count = 0;
  for (const Bucket& bucket : buckets_) {
    const double mean = bucket.sum / static_cast<double>(bucket.count);
    if (mean >= low && mean <= high) count += bucket.count;
  }
  return count;
}

void StepHistogram::clear() { *this = StepHistogram(); }

/// Infinities are counted here; for the first finite number so large that its square would overflow, all sums are
/// brought to a smaller scale.
bool NumberStats::admit_huge(double x) {
  if (std::fabs(x) > std::numeric_limits<double>::max()) {
    ++infinite_;
    add_distinct(x);
    return false;
  }
  if (scale_ == 1) {
    constexpr double kShrink = 0x1p-600;
    scale_ = kShrink;
    center_ *= kShrink;
    sum_ *= kShrink;
    sum_squares_ *= kShrink * kShrink;
    mean_ *= kShrink;
    squares_ *= kShrink * kShrink;
  }
  return true;
}

void NumberStats::close_block() {
  if (block_count_ == 0) return;
  const double n = block_count_;
  const double block_mean = center_ + sum_ / n;
  const double block_squares = std::max(0.0, sum_squares_ - sum_ * (sum_ / n));
  const double total = joined_count_ + n;
  const double difference = block_mean - mean_;
  mean_ = joined_count_ == 0 ? block_mean : mean_ + difference * (n / total);
  if (joined_count_ > 0) squares_ += difference * difference * (joined_count_ / total * n);
  squares_ += block_squares;
  joined_count_ = total;
  center_ = mean_;
  sum_ = 0;
  sum_squares_ = 0;
  block_count_ = 0;
}

void NumberStats::add_step(double x) {
  if (!ascending_ || !integers_) {
    wants_steps_ = false;
    steps_.clear();
  } else if (count_ > 1) {
    steps_.add(x - previous_);
  }
}

void NumberStats::close_distinct() {
  distinct_lost_ = count_merged(distinct_.entries());
  distinct_.close();
}

void NumberStats::fill(ColumnProfile& profile) {
  close_block();
  const std::uint64_t values = count_ + infinite_;
  profile.non_finite = infinite_;
  profile.beyond_float32 = beyond_float32_;
  profile.integers = count_ > 0 && integers_;
  profile.ascending = count_ > 0 && ascending_;
  profile.min = min_;
  profile.max = max_;
  if (count_ > 0) {
    // Rounding must not put the mean outside the range.
    profile.mean = std::clamp(mean_ / scale_, min_, max_);
    profile.standard_deviation = std::sqrt(squares_ / static_cast<double>(count_)) / scale_;
  }
  profile.distinct = distinct_.size();
  profile.distinct_exact = !distinct_.closed();
  profile.distinct_lost = distinct_.closed() ? distinct_lost_ : count_merged(distinct_.entries());
  if (values > 0) {
    const DistinctCounter::Entry top = distinct_.top();
    double value;
    std::memcpy(&value, &top.key, sizeof value);
    profile.dominant_count = top.count;
    profile.dominant_value = shortest_text(value);
    profile.all_differ = top.count == 1;
  }
  if (wants_steps_ && !steps_.empty() && ascending_ && integers_) {
    const double median = steps_.median();
    profile.all_differ = profile.all_differ && steps_.lowest() > 0;
    profile.steps_vary = steps_.vary();
    profile.steady_steps =
        static_cast<double>(steps_.count_between(median / 2, median * 2)) / static_cast<double>(steps_.total());
  }
}

void TimeStats::add(std::int64_t ms) {
  if (numbers_.count() == 0) {
    first_ = ms;
  } else if (ms < previous_) {
    ++backwards_;
  } else {
    steps_.add(static_cast<double>(ms - previous_));
  }
  hour_varies_ = hour_varies_ || time_of_day(ms) != time_of_day(first_);
  weekday_varies_ = weekday_varies_ || weekday_of(ms) != weekday_of(first_);
  previous_ = ms;
  numbers_.add(static_cast<double>(ms));
}

void TimeStats::fill(ColumnProfile& profile) {
  numbers_.fill(profile);
  profile.integers = true;
  profile.distinct_lost = 0;  // times never enter a detector as they are
  profile.beyond_float32 = 0;
  profile.time_backwards = backwards_;
  profile.hour_varies = hour_varies_;
  profile.weekday_varies = weekday_varies_;
  if (steps_.empty()) return;
  const double median = steps_.median();
  profile.median_step_ms = median;
  profile.steps_vary = steps_.vary();
  const std::uint64_t steady = steps_.count_between(median / 2, median * 2);
  profile.steady_steps = static_cast<double>(steady) / static_cast<double>(steps_.total());
  const double infinity = std::numeric_limits<double>::infinity();
  if (median > 0) {
    const double limit = std::nextafter(10 * median, infinity);
    profile.time_gaps = steps_.count_between(limit, infinity);
  }
}

}  // namespace outpost
