#include "exit_status.hpp"

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

std::string error_text(const Error& error, const Terminal& terminal) {
  std::string text = terminal.paint("outpost: ", Colour::red) + printable(error.message) + "\n";
  if (!error.hint.empty()) text += "  " + wrap_text(printable(error.hint), terminal.width - 2, 2) + "\n";
  return text;
}

const char* exit_status_help() {
  return "Exit status:\n"
         "    0  success\n"
         "    2  usage: an unknown command, option, detector, parameter or column, or a value out of range\n"
         "    3  bad input data: not readable as rows, too little, or not fitting the model\n"
         "    4  the model file is damaged or not a model\n"
         "    5  a file does not exist, or reading or writing failed\n"
         "    6  not supported by this build\n"
         "    7  out of memory\n"
         "  130  interrupted (Ctrl-C, SIGTERM); no output file is left half written\n"
         "  141  the reader of standard output went away (nothing is said)\n";
}

}  // namespace outpost::edge
