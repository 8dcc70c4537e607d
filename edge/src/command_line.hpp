/// @file  The command line: which command, with which options, and what is wrong with it.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include <CLI/App.hpp>

#include <outpost/base/result.hpp>

#include "commands/commands.hpp"
#include "options.hpp"

namespace outpost::edge {

/// The program's grammar over `options`, which must outlive it. Parsing fills `options`.
std::unique_ptr<CLI::App> make_app(Options& options);

/// A command line that was understood.
struct CommandLine {
  const Command* command = nullptr;  ///< nullptr: `outpost` alone, or its --help
  bool help = false;
  Options options;
};

/// `arguments` without the program's name. The configuration file is read as well; what the command line says beats
/// it. Errors: invalid_argument, with the nearest name as a hint; those of reading the configuration file.
Result<CommandLine> parse_command_line(const std::vector<std::string>& arguments);

}  // namespace outpost::edge
