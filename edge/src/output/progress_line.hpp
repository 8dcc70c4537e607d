/// @file  ProgressLine: one line on standard error that says how far the work has come. Terminals only.
#pragma once

#include <chrono>
#include <cstddef>
#include <string>

#include <outpost/base/execution.hpp>
#include <outpost/data/byte_source.hpp>

#include "output/terminal.hpp"

namespace outpost::edge {

/// Draws at most ten times a second, and first when a phase has taken a tenth of a second or reads a large file.
class ProgressLine final : public Progress {
 public:
  ProgressLine(const Terminal& terminal, bool quiet) : terminal_(terminal), shown_(terminal.is_terminal && !quiet) {}
  ~ProgressLine() override { clear(); }
  ProgressLine(const ProgressLine&) = delete;
  ProgressLine& operator=(const ProgressLine&) = delete;

  /// A new phase ("fitting knn"), counted in `unit` ("rows").
  void begin(std::string phase, std::string unit);
  /// A new phase whose progress is how far `source` has been read. `source` must outlive the phase.
  void begin_reading(std::string phase, const ByteSource& source);
  void report(std::size_t done, std::size_t total) override;
  /// Takes the line away; anything may be printed then.
  void clear();

 private:
  using Clock = std::chrono::steady_clock;
  void draw(double done, double total, double seconds);

  Terminal terminal_;
  bool shown_;
  bool drawn_ = false;
  std::string phase_;
  std::string unit_;
  const ByteSource* source_ = nullptr;
  Clock::time_point begin_{};
  Clock::time_point next_{};
};

}  // namespace outpost::edge
