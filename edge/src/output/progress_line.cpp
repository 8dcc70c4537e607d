#include "output/progress_line.hpp"

#include <unistd.h>

#include <algorithm>
#include <cmath>
#include <utility>

#include "output/number_text.hpp"

namespace outpost::edge {
namespace {

constexpr auto kDelay = std::chrono::milliseconds(100);
constexpr std::uint64_t kLargeFile = 1'000'000;  // bytes; reading that much is announced at once

void write_line(const std::string& text) {
  // Losing a progress line is no error.
  if (::write(STDERR_FILENO, text.data(), text.size()) < 0) return;
}

}  // namespace

void ProgressLine::begin(std::string phase, std::string unit) {
  if (!shown_) return;
  clear();
  phase_ = std::move(phase);
  unit_ = std::move(unit);
  source_ = nullptr;
  begin_ = Clock::now();
  next_ = begin_ + kDelay;
}

void ProgressLine::begin_reading(std::string phase, const ByteSource& source) {
  if (!shown_) return;
  begin(std::move(phase), "");
  source_ = &source;
  if (source.size().value_or(0) >= kLargeFile) next_ = begin_;
}

void ProgressLine::report(std::size_t done, std::size_t total) {
  if (!shown_ || phase_.empty()) return;
  const Clock::time_point now = Clock::now();
  if (now < next_) return;
  next_ = now + kDelay;
  const double seconds = std::chrono::duration<double>(now - begin_).count();
  if (source_ != nullptr) {
    draw(static_cast<double>(source_->position()), static_cast<double>(source_->size().value_or(0)), seconds);
  } else {
    draw(static_cast<double>(done), static_cast<double>(total), seconds);
  }
}

void ProgressLine::draw(double done, double total, double seconds) {
  std::string line = phase_;
  if (total > 0) line += "  " + short_number(std::floor(100 * std::min(1.0, done / total)), 3) + " %";
  if (seconds > 0 && done > 0) {
    const double rate = done / seconds;
    line += source_ != nullptr ? "  " + bytes_text(rate) + "/s"
                               : "  " + grouped(static_cast<std::uint64_t>(rate)) + " " + unit_ + "/s";
    if (total > done) line += "  " + duration_text((total - done) / rate) + " left";
  }
  write_line("\r" + fit_text(line, terminal_.width - 1) + "\x1b[K");
  drawn_ = true;
}

void ProgressLine::clear() {
  if (drawn_) write_line("\r\x1b[K");
  drawn_ = false;
}

}  // namespace outpost::edge
