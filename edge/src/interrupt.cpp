#include "interrupt.hpp"

#include <signal.h>
#include <unistd.h>

#include <atomic>

#include "exit_status.hpp"

namespace outpost::edge {
namespace {

// A handler has no argument of ours, so this is the one variable of the program that is not in an object.
std::atomic<bool> stop_requested{false};
static_assert(std::atomic<bool>::is_always_lock_free, "a signal handler must not lock");

extern "C" void on_stop_signal(int) {
  if (stop_requested.exchange(true)) _exit(static_cast<int>(ExitStatus::interrupted));
}

void handle(int signal_number, void (*handler)(int)) {
  struct sigaction action {};
  action.sa_handler = handler;
  sigemptyset(&action.sa_mask);
  sigaction(signal_number, &action, nullptr);
}

}  // namespace

Interrupt::Interrupt() {
  handle(SIGINT, on_stop_signal);
  handle(SIGTERM, on_stop_signal);
  handle(SIGPIPE, SIG_IGN);
  handle(SIGXFSZ, SIG_IGN);
}

bool Interrupt::requested() const { return stop_requested.load(std::memory_order_relaxed); }

}  // namespace outpost::edge
