/// @file  Exit statuses and error messages: how a failure leaves the program.
#pragma once

#include <span>
#include <string>

#include <outpost/base/result.hpp>

#include "output/terminal.hpp"

namespace outpost::edge {

enum class ExitStatus : int {
  success = 0,
  usage = 2,        ///< an option, command, detector or column is wrong
  bad_data = 3,     ///< the input is not what it should be, does not fit the model, or is too little
  bad_model = 4,    ///< the model file is damaged
  io = 5,           ///< a file does not exist; reading or writing failed
  unsupported = 6,  ///< outside what this build can do
  memory = 7,
  interrupted = 130,
  closed_pipe = 141,  ///< the reader of standard output has gone; as a shell reports SIGPIPE
};

ExitStatus exit_status(const Error& error);

/// "outpost: MESSAGE", and the hint on an indented line. `arguments`: of the command line; a message that begins with
/// one of them (a path) keeps its first letter.
std::string error_text(const Error& error, const Terminal& terminal, std::span<const std::string> arguments);

/// The table of statuses for --help.
std::string exit_status_help(const Terminal& terminal);

}  // namespace outpost::edge
