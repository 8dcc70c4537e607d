#include "distinct_counter.hpp"

#include <algorithm>

namespace outpost {

std::size_t max_tracked_distinct(std::size_t columns) {
  std::size_t slots = 16'384;
  const std::size_t share = kDistinctBytes / std::max<std::size_t>(columns, 1);  // a product would overflow 32 bits
  while (slots * 16 > share && slots > 128) slots /= 2;
  return std::clamp(slots / 8 * 5, kMinTrackedDistinct, kMaxTrackedDistinct);
}

DistinctCounter::Outcome DistinctCounter::insert(std::size_t place, std::uint64_t key) {
  if (size_ == max_keys_) return Outcome::full;
  slots_[place] = {key, kOneMore | size_};
  ++size_;
  if (size_ * 8 > slots_.size() * 5) grow();
  return Outcome::fresh;
}

void DistinctCounter::grow() {
  std::vector<Slot> old(slots_.empty() ? 8 : slots_.size() * 2);
  old.swap(slots_);
  shift_ = 64;
  for (std::size_t size = slots_.size(); size > 1; size /= 2) --shift_;
  const std::size_t mask = slots_.size() - 1;
  for (const Slot& slot : old) {
    if (slot.state == 0) continue;
    std::size_t place = home(slot.key);
    while (slots_[place].state != 0) place = (place + 1) & mask;
    slots_[place] = slot;
  }
}

DistinctCounter::Entry DistinctCounter::top() const {
  if (closed_) return top_;
  Entry best;
  for (const Slot& slot : slots_) {
    if (slot.state == 0) continue;
    const Entry entry{slot.key, slot.state / kOneMore, static_cast<std::size_t>(slot.state % kOneMore)};
    if (entry.count > best.count || (entry.count == best.count && entry.ordinal < best.ordinal)) best = entry;
  }
  return best;
}

void DistinctCounter::close() {
  top_ = top();
  closed_ = true;
  std::vector<Slot>().swap(slots_);
}

std::vector<DistinctCounter::Entry> DistinctCounter::entries() const {
  std::vector<Entry> all;
  if (!closed_) all.reserve(size_);
  for (const Slot& slot : slots_) {
    if (slot.state != 0) {
      all.push_back({slot.key, slot.state / kOneMore, static_cast<std::size_t>(slot.state % kOneMore)});
    }
  }
  return all;
}

}  // namespace outpost
