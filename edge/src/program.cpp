#include "program.hpp"

#include <unistd.h>

#include <algorithm>
#include <cstdio>

#include "command_line.hpp"
#include "interrupt.hpp"
#include "output/help.hpp"
#include "output/sink.hpp"
#include "session.hpp"

namespace outpost::edge {
namespace {

constexpr const char* kGreeting =
    "outpost finds what does not belong in data.\n"
    "\n"
    "  outpost detect data.csv              the odd rows of a file, and what is odd about them\n"
    "  outpost inspect data.csv             what is in a file: types, gaps, findings\n"
    "  outpost train data.csv -o MODEL      learn what is normal\n"
    "  outpost score new.csv --model MODEL  compare new rows with it\n"
    "  outpost explain data.csv             what each feature adds to a score, and what would change it\n"
    "  outpost detectors                    the methods to choose from\n"
    "\n"
    "All commands and options: outpost --help, outpost COMMAND --help\n";

constexpr const char* kExamples =
    "  outpost detect data.csv\n"
    "  outpost detect data.csv --format csv > scores.csv\n"
    "  zcat big.csv.gz | outpost detect - --top 20\n"
    "  outpost evaluate labelled.csv --label label --detector knn\n";

Result<void> print(const std::string& text) {
  OUTPOST_TRY_ASSIGN(Sink sink, Sink::open(""));
  sink.write(text);
  return sink.finish();
}

Result<void> print_help(const CommandLine& line) {
  Options options;
  const std::unique_ptr<CLI::App> app = make_app(options);
  const Terminal terminal = look_at_terminal(STDOUT_FILENO, false);
  if (line.command == nullptr) return print(help_text(*app, kExamples, terminal));
  return print(help_text(*app->get_subcommand(line.command->name), line.command->examples, terminal));
}

Result<void> run(const std::vector<std::string>& arguments, const Cancellation& cancellation) {
  OUTPOST_TRY_ASSIGN(const CommandLine line, parse_command_line(arguments));
  if (line.help) return print_help(line);
  if (line.command == nullptr) return print(kGreeting);
  Session session(line.options, cancellation);
  return line.command->run(line.options, session);
}

}  // namespace

ExitStatus run_program(const std::vector<std::string>& arguments) {
  const Interrupt interrupt;
  const Result<void> result = run(arguments, interrupt);
  if (result) return ExitStatus::success;
  const ExitStatus status = exit_status(result.error());
  if (status == ExitStatus::closed_pipe) return status;
  const bool no_color = std::find(arguments.begin(), arguments.end(), "--no-color") != arguments.end();
  const std::string text = error_text(result.error(), look_at_terminal(STDERR_FILENO, no_color), arguments);
  std::fwrite(text.data(), 1, text.size(), stderr);
  return status;
}

}  // namespace outpost::edge
