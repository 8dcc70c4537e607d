/// @file  The whole program but main().
#pragma once

#include <string>
#include <vector>

#include "exit_status.hpp"

namespace outpost::edge {

/// Runs `outpost ARGUMENTS` (without the program's name). Prints results on standard output and all else on standard
/// error. May throw std::bad_alloc.
ExitStatus run_program(const std::vector<std::string>& arguments);

}  // namespace outpost::edge
