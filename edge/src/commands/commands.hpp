/// @file  The commands of `outpost`, one file each; the program is made from this list.
#pragma once

#include <span>

#include <CLI/App.hpp>

#include <outpost/base/result.hpp>

#include "options.hpp"
#include "session.hpp"

namespace outpost::edge {

struct Command {
  const char* name;
  const char* summary;   ///< one line, for the list of commands
  const char* examples;  ///< lines for --help
  void (*add_options)(CLI::App& app, Options& options);
  Result<void> (*run)(const Options& options, Session& session);
};

/// In the order of --help.
std::span<const Command> commands();

Command detect_command();
Command train_command();
Command score_command();
Command explain_command();
Command evaluate_command();
Command detectors_command();
Command inspect_command();
Command completion_command();
Command version_command();

}  // namespace outpost::edge
