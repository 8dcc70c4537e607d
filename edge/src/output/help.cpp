#include "output/help.hpp"

#include <CLI/CLI.hpp>
#include <algorithm>
#include <vector>

#include "exit_status.hpp"

namespace outpost::edge {
namespace {

constexpr std::size_t kNameColumn = 26;

/// "-o, --output FILE".
std::string option_head(const CLI::Option& option) {
  std::string head;
  for (const std::string& name : option.get_snames()) head += "-" + name + ", ";
  for (const std::string& name : option.get_lnames()) head += "--" + name + ", ";
  if (head.size() > 2) head.resize(head.size() - 2);
  if (option.get_items_expected_max() > 0) head += " " + option.get_type_name();
  return head;
}

void append_entry(std::string& out, const std::string& head, const std::string& text, const Terminal& terminal) {
  out += "  " + head;
  if (head.size() + 2 > kNameColumn - 2) {
    out += "\n" + std::string(kNameColumn, ' ');
  } else {
    out.append(kNameColumn - 2 - head.size(), ' ');
  }
  const std::size_t room = std::max<std::size_t>(20, terminal.width - std::min(terminal.width, kNameColumn));
  for (const char c : wrap_text(text, room, 0)) {
    out += c;
    if (c == '\n') out.append(kNameColumn, ' ');
  }
  out += '\n';
}

std::string usage_line(const CLI::App& app) {
  std::string line = "Usage: outpost";
  if (app.get_parent() == nullptr) return line + " COMMAND [OPTIONS]";
  line += " " + app.get_name();
  for (const CLI::Option* option : app.get_options()) {
    if (option->get_positional()) line += " " + option->get_name();
  }
  return line + " [OPTIONS]";
}

}  // namespace

std::string help_text(const CLI::App& app, const std::string& examples, const Terminal& terminal) {
  std::string out = usage_line(app) + "\n\n" + wrap_text(app.get_description(), terminal.width, 0) + "\n";
  const auto heading = [&](const std::string& text) { out += "\n" + terminal.paint(text + ":", Colour::bold) + "\n"; };
  const auto commands = app.get_subcommands([](const CLI::App*) { return true; });
  if (!commands.empty()) heading("Commands");
  for (const CLI::App* command : commands) append_entry(out, command->get_name(), command->get_description(), terminal);
  bool first = true;
  for (const CLI::Option* option : app.get_options()) {
    if (!option->get_positional()) continue;
    if (first) heading("Arguments");
    first = false;
    append_entry(out, option->get_name(), option->get_description(), terminal);
  }
  for (const std::string& group : app.get_groups()) {
    const auto members = app.get_options(
        [&](const CLI::Option* option) { return option->get_group() == group && option->nonpositional(); });
    if (members.empty()) continue;
    heading(group);
    for (const CLI::Option* option : members)
      append_entry(out, option_head(*option), option->get_description(), terminal);
  }
  if (!examples.empty()) {
    heading("Examples");
    out += examples;
  }
  out += "\n" + exit_status_help(terminal);
  return out;
}

}  // namespace outpost::edge
