/// @file  The configuration file: options by their long names, as TOML.
#pragma once

#include <string>
#include <vector>

#include <CLI/App.hpp>

#include <outpost/base/result.hpp>

namespace outpost::edge {

/// Reads `path`, or where that is empty $XDG_CONFIG_HOME/outpost/config.toml (else ~/.config/outpost/config.toml) if it
/// exists, and gives the options that `command` knows and the command line has not set, as arguments. Keys before any
/// section hold for every command that has them; a section [detect] for that command alone.
/// Errors: not_found, io_error; invalid_argument with the line for a key that no command has.
Result<std::vector<std::string>> config_arguments(const std::string& path, const CLI::App& app,
                                                  const CLI::App& command);

}  // namespace outpost::edge
