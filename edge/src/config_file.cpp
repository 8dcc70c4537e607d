#include "config_file.hpp"

#include <unistd.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <cstdlib>
#include <sstream>
#include <string_view>

#include <outpost/base/names.hpp>
#include <outpost/host/whole_file.hpp>

namespace outpost::edge {
namespace {

constexpr std::size_t kMaxConfigBytes = 1 << 20;

std::string default_path() {
  const char* config_home = std::getenv("XDG_CONFIG_HOME");
  if (config_home != nullptr && *config_home != '\0') return std::string(config_home) + "/outpost/config.toml";
  const char* home = std::getenv("HOME");
  return home != nullptr ? std::string(home) + "/.config/outpost/config.toml" : std::string();
}

/// The line (from 1) on which `key` is set, 0 where that is not found.
std::size_t line_of(const std::string& text, const std::string& key) {
  std::istringstream stream(text);
  std::string line;
  for (std::size_t number = 1; std::getline(stream, line); ++number) {
    const std::size_t begin = line.find_first_not_of(" \t\"'[");
    if (begin != std::string::npos && line.compare(begin, key.size(), key) == 0) return number;
  }
  return 0;
}

tl::unexpected<Error> unknown(const std::string& path, const std::string& text, const std::string& key,
                              const std::string& what, const std::vector<std::string>& known) {
  const std::vector<std::string_view> views(known.begin(), known.end());
  const std::string_view near = nearest_name(key, views);
  return fail(ErrorCode::invalid_argument,
              path + ": line " + std::to_string(line_of(text, key)) + ": " + what + " '" + key + "'",
              near.empty() ? "keys are the long options without --; see outpost detect --help"
                           : "did you mean '" + std::string(near) + "'?");
}

/// Long option names of one command.
std::vector<std::string> keys_of(const CLI::App& command) {
  std::vector<std::string> keys;
  for (const CLI::Option* option : command.get_options()) {
    for (const std::string& name : option->get_lnames()) {
      if (name != "help" && name != "config") keys.push_back(name);
    }
  }
  return keys;
}

bool contains(const std::vector<std::string>& list, const std::string& value) {
  return std::find(list.begin(), list.end(), value) != list.end();
}

void append_arguments(std::vector<std::string>& arguments, const CLI::Option& option, const CLI::ConfigItem& item) {
  if (option.get_items_expected_max() == 0) {  // a flag
    if (!item.inputs.empty() && (item.inputs.front() == "true" || item.inputs.front() == "1")) {
      arguments.push_back("--" + item.name);
    }
    return;
  }
  for (const std::string& value : item.inputs) arguments.push_back("--" + item.name + "=" + value);
}

}  // namespace

Result<std::vector<std::string>> config_arguments(const std::string& path, const CLI::App& app,
                                                  const CLI::App& command) {
  std::vector<std::string> arguments;
  const std::string file = path.empty() ? default_path() : path;
  if (path.empty() && (file.empty() || ::access(file.c_str(), F_OK) != 0)) return arguments;
  OUTPOST_TRY_ASSIGN(const auto bytes, host::read_whole_file(file, kMaxConfigBytes));
  const std::string text(bytes.begin(), bytes.end());

  std::vector<CLI::ConfigItem> items;
  try {
    std::istringstream stream(text);
    items = CLI::ConfigTOML().from_config(stream);
  } catch (const CLI::Error& wrong) {
    return fail(ErrorCode::invalid_argument, file + ": " + wrong.what(), "write one key = value a line");
  }

  std::vector<std::string> all_keys;
  std::vector<std::string> all_commands;
  for (const CLI::App* each : app.get_subcommands([](const CLI::App*) { return true; })) {
    all_commands.push_back(each->get_name());
    for (const std::string& key : keys_of(*each)) all_keys.push_back(key);
  }
  for (const CLI::ConfigItem& item : items) {
    const std::string section = item.parents.empty() ? "" : item.parents.front();
    if (!section.empty() && !contains(all_commands, section)) {
      return unknown(file, text, section, "there is no command", all_commands);
    }
    if (item.name == "++" || item.name == "--") continue;  // CLI11's marks for the ends of sections
    const std::vector<std::string> known = section.empty() ? all_keys : keys_of(*app.get_subcommand(section));
    if (!contains(known, item.name)) return unknown(file, text, item.name, "there is no option", known);
    if (!section.empty() && section != command.get_name()) continue;
    const CLI::Option* option = command.get_option_no_throw("--" + item.name);
    if (option != nullptr && option->count() == 0) append_arguments(arguments, *option, item);
  }
  return arguments;
}

}  // namespace outpost::edge
