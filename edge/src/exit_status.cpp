#include "exit_status.hpp"

#include <utility>

#include "output/message_text.hpp"
#include "output/sink.hpp"

namespace outpost::edge {

ExitStatus exit_status(const Error& error) {
  switch (error.code) {
    case ErrorCode::invalid_argument: return ExitStatus::usage;
    case ErrorCode::invalid_data: return ExitStatus::bad_data;
    case ErrorCode::unsupported: return ExitStatus::unsupported;
    case ErrorCode::not_enough_data: return ExitStatus::bad_data;
    case ErrorCode::corrupt_model: return ExitStatus::bad_model;
    case ErrorCode::schema_mismatch: return ExitStatus::bad_data;
    case ErrorCode::not_found: return ExitStatus::io;
    case ErrorCode::io_error: return is_closed_pipe(error) ? ExitStatus::closed_pipe : ExitStatus::io;
    case ErrorCode::out_of_memory: return ExitStatus::memory;
    case ErrorCode::cancelled: return ExitStatus::interrupted;
  }
  return ExitStatus::usage;
}

std::string error_text(const Error& error, const Terminal& terminal, std::span<const std::string> arguments) {
  std::string text = terminal.paint("outpost: ", Colour::red) + message_text(error.message, arguments) + "\n";
  if (!error.hint.empty()) text += "  " + wrap_text(message_text(error.hint, arguments), terminal.width - 2, 2) + "\n";
  return text;
}

std::string exit_status_help(const Terminal& terminal) {
  static constexpr std::pair<const char*, const char*> kMeanings[] = {
      {"  0", "success"},
      {"  2", "usage: an unknown command, option, detector, parameter or column, or a value out of range"},
      {"  3", "bad input data: not readable as rows, too little, or not fitting the model"},
      {"  4", "the model file is damaged or not a model"},
      {"  5", "a file does not exist, or reading or writing failed"},
      {"  6", "not supported by this build"},
      {"  7", "out of memory"},
      {"130", "interrupted (Ctrl-C, SIGTERM); no output file is left half written"},
      {"141", "the reader of standard output went away (nothing is said)"}};
  std::string out = terminal.paint("Exit status:", Colour::bold) + "\n";
  for (const auto& [status, meaning] : kMeanings) {
    out += std::string("  ") + status + "  ";
    const std::string wrapped = wrap_text(meaning, terminal.width - 7, 0);
    for (const char c : wrapped) {
      out += c;
      if (c == '\n') out.append(7, ' ');
    }
    out += '\n';
  }
  return out;
}

}  // namespace outpost::edge
