/// @file  JsRun: progress to JavaScript, and its wish to stop.
#pragma once

#include <emscripten/val.h>

#include <atomic>

#include <outpost/base/execution.hpp>

namespace outpost::wasm {

/// Asks `poll(done, total)`, which returns true to stop and never throws; undefined = nobody asks. JavaScript values
/// belong to the thread that made them: the other threads see the last answer only.
class JsRun final : public Progress, public Cancellation {
 public:
  explicit JsRun(emscripten::val poll);
  void report(std::size_t done, std::size_t total) override;
  bool requested() const override;
  /// The context of one computation; this object must outlive it.
  RunContext context(Executor& executor) { return RunContext(executor, this, this); }

 private:
  void ask() const;

  emscripten::val poll_;
  bool silent_;
  mutable std::atomic<bool> stop_{false};
  mutable double asked_ms_ = 0;  ///< touched by the calling thread only
  std::size_t done_ = 0;
  std::size_t total_ = 0;
};

}  // namespace outpost::wasm
