#include "js_run.hpp"

#include <emscripten/emscripten.h>
#include <emscripten/threading.h>

#include <utility>

namespace outpost::wasm {
namespace {

constexpr double kAskEveryMs = 20;  ///< often enough for a person, too seldom to cost anything

}  // namespace

JsRun::JsRun(emscripten::val poll) : poll_(std::move(poll)), silent_(poll_.isUndefined()) {}

void JsRun::report(std::size_t done, std::size_t total) {
  done_ = done;
  total_ = total;
  if (!silent_ && (done == total || emscripten_get_now() - asked_ms_ >= kAskEveryMs)) ask();
}

bool JsRun::requested() const {
  if (!silent_ && emscripten_is_main_runtime_thread() != 0 && emscripten_get_now() - asked_ms_ >= kAskEveryMs) ask();
  return stop_.load(std::memory_order_relaxed);
}

void JsRun::ask() const {
  asked_ms_ = emscripten_get_now();
  if (poll_(static_cast<double>(done_), static_cast<double>(total_)).as<bool>()) {
    stop_.store(true, std::memory_order_relaxed);
  }
}

}  // namespace outpost::wasm
