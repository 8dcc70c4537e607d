/// @file  Session: what one run of the program has at hand: terminals, threads, progress, cancellation.
#pragma once

#include <memory>
#include <string>

#include <outpost/base/execution.hpp>
#include <outpost/threads/thread_pool.hpp>

#include "options.hpp"
#include "output/progress_line.hpp"
#include "output/terminal.hpp"

namespace outpost::edge {

class Session {
 public:
  Session(const Options& options, const Cancellation& cancellation);

  /// How to print a report: standard output, or a file when there is --output (80 columns, no colour).
  const Terminal& out() const { return out_; }
  const Terminal& err() const { return err_; }
  ProgressLine& progress() { return progress_; }
  const Cancellation& cancellation() const { return cancellation_; }
  /// Threads start with the first call.
  RunContext run();
  /// "outpost: TEXT" on standard error, unless --quiet.
  void note(const std::string& text);

 private:
  Terminal out_;
  Terminal err_;
  ProgressLine progress_;
  const Cancellation& cancellation_;
  std::size_t threads_;
  bool quiet_;
  std::unique_ptr<ThreadPool> pool_;
};

}  // namespace outpost::edge
