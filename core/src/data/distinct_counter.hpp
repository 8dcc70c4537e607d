/// @file  Counts the occurrences of 64-bit keys, up to a number of different ones.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include <outpost/data/scan.hpp>

namespace outpost {

/// Open addressing, linear probing; memory grows with the keys met (at most 256 KiB) and is given back by close().
/// A key is a value's bits or a text's hash, so texts with equal 64-bit hashes count as equal.
class DistinctCounter {
 public:
  /// At most kMaxTrackedDistinct different keys are counted.
  explicit DistinctCounter(std::size_t max_keys = kMaxTrackedDistinct) : max_keys_(max_keys) {}

  enum class Outcome : std::uint8_t {
    seen,   ///< counted; or ignored, after close()
    fresh,  ///< new: its ordinal is size() - 1
    full,   ///< new, but there is no room: not counted, and the owner calls close()
  };
  struct Entry {
    std::uint64_t key = 0;
    std::uint64_t count = 0;
    std::size_t ordinal = 0;  ///< place in the order of first occurrence
  };

  Outcome add(std::uint64_t key) {
    if (closed_) {
      top_.count += key == top_.key ? 1 : 0;
      return Outcome::seen;
    }
    if (slots_.empty()) grow();
    const std::size_t mask = slots_.size() - 1;
    std::size_t place = home(key);
    while (slots_[place].state != 0) {
      if (slots_[place].key == key) {
        slots_[place].state += kOneMore;
        return Outcome::seen;
      }
      place = (place + 1) & mask;
    }
    return insert(place, key);
  }

  /// Forgets all keys but the most frequent (of equal ones the first met), which is counted on.
  void close();
  bool closed() const { return closed_; }
  /// Different keys met; stays as it is after close().
  std::size_t size() const { return size_; }
  /// The most frequent key; size() >= 1.
  Entry top() const;
  /// Keys in no order; empty after close().
  std::vector<Entry> entries() const;

 private:
  // The low 24 bits of `state` are the ordinal, the others the count; 0 is an empty slot.
  struct Slot {
    std::uint64_t key = 0;
    std::uint64_t state = 0;
  };
  static constexpr std::uint64_t kOneMore = std::uint64_t{1} << 24;
  static_assert(kMaxTrackedDistinct < kOneMore);

  std::size_t home(std::uint64_t key) const {
    return static_cast<std::size_t>(((key ^ (key >> 32)) * 0x9E3779B97F4A7C15U) >> shift_);
  }
  Outcome insert(std::size_t place, std::uint64_t key);
  void grow();

  std::size_t max_keys_;
  std::vector<Slot> slots_;
  std::size_t size_ = 0;
  unsigned shift_ = 64;
  bool closed_ = false;
  Entry top_;
};

}  // namespace outpost
