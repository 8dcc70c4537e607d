/// @file  Ctrl-C and termination: the first signal asks to stop, the second ends the program at once.
#pragma once

#include <outpost/base/execution.hpp>

namespace outpost::edge {

/// Installs handlers for SIGINT and SIGTERM (without restarting system calls, so that a read that waits is left),
/// and ignores SIGPIPE and SIGXFSZ, so that writing fails with an error instead.
/// The one object of the program: signal handlers reach process-wide state only.
class Interrupt final : public Cancellation {
 public:
  Interrupt();
  bool requested() const override;
};

}  // namespace outpost::edge
