/// `outpost completion SHELL`: scripts made from the program's own grammar.
#include <CLI/CLI.hpp>
#include <algorithm>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include <outpost/base/names.hpp>
#include <outpost/detect/registry.hpp>

#include "command_line.hpp"
#include "commands/commands.hpp"
#include "output/sink.hpp"

namespace outpost::edge {
namespace {

constexpr const char* kExamples =
    "  outpost completion bash > ~/.local/share/bash-completion/completions/outpost\n"
    "  outpost completion zsh > \"${fpath[1]}/_outpost\"\n"
    "  outpost completion fish > ~/.config/fish/completions/outpost.fish\n";

void add_options(CLI::App& app, Options& options) {
  add_value_option(app, "SHELL", "bash|zsh|fish", "Which shell",
                   [&options](const std::string& value) { options.name = value; });
  add_value_option(app, "-o,--output", "FILE", "Write here instead of standard output",
                   [&options](const std::string& value) { options.output = value; });
}

using AppList = std::vector<const CLI::App*>;

std::string replace_all(std::string text, std::string_view what, std::string_view with) {
  for (std::size_t at = text.find(what); at != std::string::npos; at = text.find(what, at + with.size())) {
    text.replace(at, what.size(), with);
  }
  return text;
}

/// Words an option or argument may have, between spaces; empty where anything may be said.
std::string choices_of(const CLI::Option& option) {
  const std::string type = option.get_type_name();
  if (type == "DETECTOR") {
    std::string names;
    for (const DetectorInfo& info : detector_registry()) names.append(names.empty() ? "" : " ").append(info.name);
    return names;
  }
  return type.find('|') == std::string::npos ? std::string() : replace_all(type, "|", " ");
}

bool takes_file(const CLI::Option& option) { return option.get_type_name() == "FILE"; }
bool takes_value(const CLI::Option& option) { return option.get_items_expected_max() > 0; }

const CLI::Option* positional_of(const CLI::App& command) {
  for (const CLI::Option* option : command.get_options()) {
    if (option->get_positional()) return option;
  }
  return nullptr;
}

std::vector<const CLI::Option*> named_options(const CLI::App& command) {
  return command.get_options([](const CLI::Option* option) { return option->nonpositional(); });
}

/// "-o" and "--output" of an option.
std::vector<std::string> flags_of(const CLI::Option& option) {
  std::vector<std::string> flags;
  for (const std::string& name : option.get_snames()) flags.push_back("-" + name);
  for (const std::string& name : option.get_lnames()) flags.push_back("--" + name);
  return flags;
}

std::string joined(const std::vector<std::string>& list, std::string_view between) {
  std::string out;
  for (const std::string& each : list) out.append(out.empty() ? "" : between).append(each);
  return out;
}

/// Options that any command has, once each; an option means the same wherever it is.
std::vector<const CLI::Option*> distinct_options(const AppList& commands) {
  std::vector<const CLI::Option*> list;
  std::vector<std::string> seen;
  for (const CLI::App* command : commands) {
    for (const CLI::Option* option : named_options(*command)) {
      if (std::find(seen.begin(), seen.end(), option->get_name()) != seen.end()) continue;
      seen.push_back(option->get_name());
      list.push_back(option);
    }
  }
  return list;
}

std::string bash_script(const AppList& commands) {
  std::vector<std::string> names;
  for (const CLI::App* command : commands) names.push_back(command->get_name());
  std::string out =
      "# bash completion for outpost; made by: outpost completion bash\n"
      "_outpost() {\n"
      "  local current=${COMP_WORDS[COMP_CWORD]} previous=${COMP_WORDS[COMP_CWORD-1]} command= options= words= i\n"
      "  COMPREPLY=()\n"
      "  # --option=value reaches us as three words\n"
      "  if [[ $current == = ]]; then current=\n"
      "  elif [[ $previous == = ]]; then previous=${COMP_WORDS[COMP_CWORD-2]}\n"
      "  fi\n"
      "  for ((i = 1; i < COMP_CWORD; i++)); do\n"
      "    case ${COMP_WORDS[i]} in\n"
      "      " +
      joined(names, "|") +
      ") command=${COMP_WORDS[i]}; break ;;\n"
      "    esac\n"
      "  done\n"
      "  if [[ -z $command ]]; then\n"
      "    COMPREPLY=($(compgen -W '" +
      joined(names, " ") +
      " --help' -- \"$current\"))\n"
      "    return\n"
      "  fi\n"
      "  case $previous in\n";
  for (const CLI::Option* option : distinct_options(commands)) {
    if (!takes_value(*option)) continue;
    const std::string choices = choices_of(*option);
    out += "    " + joined(flags_of(*option), "|") + ") ";
    out += choices.empty() ? "return ;;\n" : "COMPREPLY=($(compgen -W '" + choices + "' -- \"$current\")); return ;;\n";
  }
  out += "  esac\n  case $command in\n";
  for (const CLI::App* command : commands) {
    std::vector<std::string> flags;
    for (const CLI::Option* option : named_options(*command)) {
      for (const std::string& flag : flags_of(*option)) flags.push_back(flag);
    }
    const CLI::Option* positional = positional_of(*command);
    out += "    " + command->get_name() + ") options='" + joined(flags, " ") + "' words='" +
           (positional != nullptr ? choices_of(*positional) : std::string()) + "' ;;\n";
  }
  out +=
      "  esac\n"
      "  if [[ $current == -* ]]; then COMPREPLY=($(compgen -W \"$options\" -- \"$current\"))\n"
      "  elif [[ -n $words ]]; then COMPREPLY=($(compgen -W \"$words\" -- \"$current\"))\n"
      "  fi\n"
      "}\n"
      "# Without words of ours bash completes file names.\n"
      "complete -o default -F _outpost outpost\n";
  return out;
}

/// Text within single quotes of a shell, free of what _arguments takes for its own.
std::string zsh_text(const std::string& text) {
  std::string out = replace_all(text, "'", "'\\''");
  for (const char* special : {"[", "]", ":"}) out = replace_all(out, special, std::string("\\") + special);
  return out;
}

std::string zsh_action(const CLI::Option& option) {
  const std::string choices = choices_of(option);
  if (!choices.empty()) return "(" + choices + ")";
  return takes_file(option) ? "_files" : " ";
}

std::string zsh_script(const AppList& commands) {
  std::string out =
      "#compdef outpost\n"
      "# zsh completion for outpost; made by: outpost completion zsh\n"
      "_outpost() {\n"
      "  local -a commands\n"
      "  commands=(\n";
  for (const CLI::App* command : commands) {
    out += "    '" + command->get_name() + ":" + zsh_text(command->get_description()) + "'\n";
  }
  out +=
      "  )\n"
      "  if (( CURRENT == 2 )); then\n"
      "    _describe 'command' commands\n"
      "    return\n"
      "  fi\n"
      "  local command=$words[2]\n"
      "  shift words\n"
      "  (( CURRENT-- ))\n"
      "  case $command in\n";
  for (const CLI::App* command : commands) {
    out += "    " + command->get_name() + ")\n      _arguments";
    for (const CLI::Option* option : named_options(*command)) {
      const std::string text = "[" + zsh_text(option->get_description()) + "]";
      for (const std::string& flag : flags_of(*option)) {
        const bool is_long = flag.size() > 2;
        out += " \\\n        '*" + flag + (takes_value(*option) && is_long ? "=" : "") + text;
        if (takes_value(*option)) out += ":value:" + zsh_action(*option);
        out += "'";
      }
    }
    if (const CLI::Option* positional = positional_of(*command)) {
      out += " \\\n        '1:" + positional->get_name() + ":" + zsh_action(*positional) + "'";
    }
    out += "\n      ;;\n";
  }
  return out +
         "  esac\n"
         "}\n"
         "if [[ $funcstack[1] == _outpost ]]; then _outpost \"$@\"; else compdef _outpost outpost; fi\n";
}

std::string fish_text(const std::string& text) { return replace_all(replace_all(text, "\\", "\\\\"), "'", "\\'"); }

std::string fish_script(const AppList& commands) {
  std::string out = "# fish completion for outpost; made by: outpost completion fish\n";
  for (const CLI::App* command : commands) {
    out += "complete -c outpost -f -n __fish_use_subcommand -a " + command->get_name() + " -d '" +
           fish_text(command->get_description()) + "'\n";
  }
  for (const CLI::App* command : commands) {
    const std::string head = "complete -c outpost -n '__fish_seen_subcommand_from " + command->get_name() + "'";
    const CLI::Option* positional = positional_of(*command);
    if (positional != nullptr && !choices_of(*positional).empty()) {
      out += head + " -f -a '" + choices_of(*positional) + "'\n";
    }
    for (const CLI::Option* option : named_options(*command)) {
      out += head;
      for (const std::string& name : option->get_snames()) out += " -s " + name;
      for (const std::string& name : option->get_lnames()) out += " -l " + name;
      const std::string choices = choices_of(*option);
      if (!choices.empty()) out += " -x -a '" + choices + "'";
      if (choices.empty() && takes_value(*option)) out += takes_file(*option) ? " -r -F" : " -x";
      out += " -d '" + fish_text(option->get_description()) + "'\n";
    }
  }
  return out;
}

Result<void> run(const Options& options, Session&) {
  Options unused;
  const std::unique_ptr<CLI::App> app = make_app(unused);
  const CLI::App& grammar = *app;
  const AppList commands = grammar.get_subcommands([](const CLI::App*) { return true; });
  std::string script;
  if (options.name == "bash") {
    script = bash_script(commands);
  } else if (options.name == "zsh") {
    script = zsh_script(commands);
  } else if (options.name == "fish") {
    script = fish_script(commands);
  } else {
    const std::vector<std::string_view> shells = {"bash", "zsh", "fish"};
    const std::string_view near = nearest_name(options.name, shells);
    return fail(ErrorCode::invalid_argument,
                options.name.empty() ? "completion needs a shell" : "there is no completion for '" + options.name + "'",
                (near.empty() ? "" : "did you mean " + std::string(near) + "? ") + "choose one of bash, zsh, fish");
  }
  OUTPOST_TRY_ASSIGN(Sink sink, Sink::open(options.output));
  sink.write(script);
  return sink.finish();
}

}  // namespace

Command completion_command() {
  return {"completion", "Print a completion script for bash, zsh or fish", kExamples, add_options, run};
}

}  // namespace outpost::edge
