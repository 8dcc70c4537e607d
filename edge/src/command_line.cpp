#include "command_line.hpp"

#include <CLI/CLI.hpp>
#include <algorithm>
#include <string_view>

#include <outpost/base/names.hpp>

#include "config_file.hpp"

namespace outpost::edge {
namespace {

const Command* find_command(const std::string& name) {
  for (const Command& command : commands()) {
    if (name == command.name) return &command;
  }
  return nullptr;
}

Error unknown_command(const std::string& word) {
  std::vector<std::string_view> names;
  for (const Command& command : commands()) names.emplace_back(command.name);
  const std::string_view near = nearest_name(word, names);
  const std::string hint =
      near.empty() ? "see the list: outpost --help" : "did you mean 'outpost " + std::string(near) + "'?";
  return {ErrorCode::invalid_argument, "there is no command '" + word + "'", hint};
}

Error unknown_option(const CLI::App& app, const std::string& word) {
  const std::string given = word.substr(0, word.find('='));
  std::vector<std::string> names;
  for (const CLI::Option* option : app.get_options()) {
    for (const std::string& name : option->get_lnames()) names.push_back("--" + name);
  }
  const std::vector<std::string_view> views(names.begin(), names.end());
  const std::string_view near = nearest_name(given, views);
  const std::string help = "see them all: outpost " + app.get_name() + " --help";
  return {ErrorCode::invalid_argument, "'" + app.get_name() + "' has no option '" + given + "'",
          near.empty() ? help : "did you mean " + std::string(near) + "? " + help};
}

/// What CLI11 did not understand, as an error of ours.
Result<void> check_leftovers(const CLI::App& app) {
  const auto parsed = app.get_subcommands();
  if (parsed.empty()) {
    const auto left = app.remaining();
    if (left.empty()) return {};
    if (left.front().front() == '-') {
      return fail(ErrorCode::invalid_argument, "there is no option '" + left.front() + "' before a command",
                  "the command comes first: outpost detect FILE " + left.front());
    }
    return tl::unexpected<Error>(unknown_command(left.front()));
  }
  const auto left = parsed.front()->remaining();
  if (left.empty()) return {};
  const auto option = std::find_if(left.begin(), left.end(),
                                   [](const std::string& word) { return word.size() > 1 && word.front() == '-'; });
  if (option != left.end()) return tl::unexpected<Error>(unknown_option(*parsed.front(), *option));
  return fail(ErrorCode::invalid_argument, "'" + left.front() + "' is one argument too many",
              "quote names that hold spaces; see outpost " + parsed.front()->get_name() + " --help");
}

/// One pass of CLI11 over `arguments`.
Result<void> parse_once(CLI::App& app, const std::vector<std::string>& arguments, bool& help) {
  std::vector<std::string> reversed(arguments.rbegin(), arguments.rend());
  try {
    app.parse(std::move(reversed));
  } catch (const UsageError& wrong) {
    return tl::unexpected<Error>(wrong.error);
  } catch (const CLI::CallForHelp&) {
    help = true;
    return {};
  } catch (const CLI::ArgumentMismatch& wrong) {
    const std::string text = wrong.what();  // "--top: 1 required NUMBER missing"
    return fail(ErrorCode::invalid_argument, text.substr(0, text.find(':')) + " needs a value",
                "give it behind the option: see outpost COMMAND --help");
  } catch (const CLI::ParseError& wrong) {
    return fail(ErrorCode::invalid_argument, wrong.what(), "see outpost --help");
  }
  return check_leftovers(app);
}

}  // namespace

std::unique_ptr<CLI::App> make_app(Options& options) {
  auto app = std::make_unique<CLI::App>(
      "Finds what does not belong in data: detects anomalies in CSV, TSV, JSON and NDJSON, trains models, "
      "and scores new rows. Nothing leaves this machine.",
      "outpost");
  app->set_help_flag("-h,--help", "Show this help");
  app->require_subcommand(0, 1);
  app->allow_extras();
  for (const Command& command : commands()) {
    CLI::App* sub = app->add_subcommand(command.name, command.summary);
    sub->allow_extras();
    command.add_options(*sub, options);
  }
  return app;
}

Result<CommandLine> parse_command_line(const std::vector<std::string>& arguments) {
  CommandLine line;
  std::unique_ptr<CLI::App> app = make_app(line.options);
  OUTPOST_TRY(parse_once(*app, arguments, line.help));
  const auto parsed = app->get_subcommands();
  if (parsed.empty()) return line;
  line.command = find_command(parsed.front()->get_name());
  if (line.help) return line;

  OUTPOST_TRY_ASSIGN(std::vector<std::string> added, config_arguments(line.options.config, *app, *parsed.front()));
  if (added.empty()) return line;
  // The file's options go right behind the command's name, so that a `--` of the user's changes nothing.
  std::vector<std::string> all = arguments;
  const auto place = std::find(all.begin(), all.end(), line.command->name);
  all.insert(place + 1, added.begin(), added.end());
  line.options = Options{};
  app = make_app(line.options);
  OUTPOST_TRY(parse_once(*app, all, line.help));
  return line;
}

}  // namespace outpost::edge
