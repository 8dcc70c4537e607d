/// @file  The text of --help.
#pragma once

#include <string>

#include <CLI/App.hpp>

#include "output/terminal.hpp"

namespace outpost::edge {

/// Usage, what it does, options by group wrapped to the terminal, then `examples` and the exit statuses.
std::string help_text(const CLI::App& app, const std::string& examples, const Terminal& terminal);

}  // namespace outpost::edge
