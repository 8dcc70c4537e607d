#include "session.hpp"

#include <unistd.h>

#include <cstdio>

namespace outpost::edge {
namespace {

Terminal report_terminal(const Options& options) {
  if (options.output.empty() || options.output == "-") return look_at_terminal(STDOUT_FILENO, options.no_color);
  return Terminal{};
}

}  // namespace

Session::Session(const Options& options, const Cancellation& cancellation)
    : out_(report_terminal(options)),
      err_(look_at_terminal(STDERR_FILENO, options.no_color)),
      progress_(err_, options.quiet),
      cancellation_(cancellation),
      threads_(options.threads),
      quiet_(options.quiet) {}

RunContext Session::run() {
  if (!pool_) pool_ = std::make_unique<ThreadPool>(threads_);
  return RunContext(*pool_, &progress_, &cancellation_);
}

void Session::note(const std::string& text) {
  if (quiet_) return;
  progress_.clear();
  const std::string line = "outpost: " + text + "\n";
  std::fwrite(line.data(), 1, line.size(), stderr);
}

}  // namespace outpost::edge
