#include <catch2/catch.hpp>
#include <iostream>

#include "cli_data.hpp"

using namespace outpost::test;

namespace {

/// What bash would offer for the last of `words`.
std::string bash_offers(const TemporaryFolder& folder, const std::vector<std::string>& words) {
  const std::string script = folder.file("outpost.bash");
  if (read_file(script).empty()) folder.write("outpost.bash", cli({"completion", "bash"}).run().out);
  std::string line = "source " + script + "; COMP_WORDS=(outpost";
  for (const std::string& word : words) line += " '" + word + "'";
  line += "); COMP_CWORD=" + std::to_string(words.size()) + "; _outpost; printf '%s ' \"${COMPREPLY[@]}\"";
  const Outcome result = Program({"bash", "-c", line}).run();
  REQUIRE(result.status == 0);
  REQUIRE(result.err.empty());
  return result.out;
}

}  // namespace

TEST_CASE("outpost completion bash: is registered for outpost", "[cli]") {
  const TemporaryFolder folder;
  const std::string script = folder.write("c.bash", cli({"completion", "bash"}).run().out);
  const Outcome result = Program({"bash", "-c", "source " + script + "; complete -p outpost"}).run();
  CHECK(result.status == 0);
  CHECK(contains(result.out, "-F _outpost outpost"));
}

TEST_CASE("outpost completion bash: offers commands, options, values and detectors", "[cli]") {
  const TemporaryFolder folder;
  CHECK(bash_offers(folder, {"de"}) == "detect detectors ");
  CHECK(bash_offers(folder, {"detect", "--thre"}) == "--threshold --threshold-factor --threads ");
  CHECK(bash_offers(folder, {"detect", "--format", "nd"}) == "ndjson ");
  CHECK(bash_offers(folder, {"detect", "--format", "=", "nd"}) == "ndjson ");
  CHECK(bash_offers(folder, {"train", "x.csv", "--detector", "i"}) == "iforest ");
  CHECK(bash_offers(folder, {"detectors", "k"}) == "knn ");
  CHECK(bash_offers(folder, {"completion", "f"}) == "fish ");
  // Nothing of ours for a path: bash then completes file names.
  CHECK(bash_offers(folder, {"score", "x.csv", "--model", "m"}) == " ");
  CHECK(bash_offers(folder, {"version", "--det"}) == " ");
}

TEST_CASE("outpost completion: zsh and fish scripts know every command, option and detector", "[cli]") {
  for (const char* shell : {"zsh", "fish"}) {
    const Outcome result = cli({"completion", shell}).run();
    REQUIRE(result.status == 0);
    for (const char* part : {"detect", "train", "score", "evaluate", "inspect", "contamination", "missing-indicator",
                             "iforest ecod hbos knn lof pca", "table csv json ndjson"}) {
      INFO(shell);
      CHECK(contains(result.out, part));
    }
  }
  CHECK(lines_of(cli({"completion", "zsh"}).run().out)[0] == "#compdef outpost");
}

namespace {

/// False, with a line that counts the test as skipped, where there is no such shell.
bool has_shell(const std::string& shell) {
  if (Program({"bash", "-c", "command -v " + shell}).run().status == 0) return true;
  std::cout << "SKIPPED: " << shell << " is not installed" << std::endl;
  return false;
}

// An interactive zsh in a terminal of its own, into which a line and Tab are typed. What the completion system offers
// is printed between < and >.
constexpr const char* kZshTyping = R"zsh(
zmodload zsh/zpty
zpty inner zsh -f -i
zpty -w inner 'PROMPT= RPROMPT=; autoload -Uz compinit && compinit -D -u; source '$1'
compadd() {
  local -a found
  if [[ ${@[1,(i)(-|--)]} == *-(O|A|D)\ * ]]; then builtin compadd "$@"; return; fi
  builtin compadd -O found "$@"
  for each in $found; do print -r -- "<$each>"; done
  builtin compadd "$@"
}
finish() { print "<""END>" }
comppostfuncs=(finish)
bindkey "^I" complete-word
print "<""READY>"'
zpty -r inner line '*<READY>*'
zpty -w -n inner $2$'\t'
zpty -r inner line '*<END>*'
print -r -- $line
zpty -d inner
)zsh";

/// What zsh offers for `line`, one after the other: "<detect><detectors>".
std::string zsh_offers(const std::string& script, const std::string& line) {
  const Outcome result =
      Program({"timeout", "60", "zsh", "-f", "-c", kZshTyping, "zsh", script, line}).environment("TERM", "xterm").run();
  INFO(result.err);
  REQUIRE(result.status == 0);
  std::string offers;
  for (std::size_t at = result.out.find('<'); at != std::string::npos; at = result.out.find('<', at + 1)) {
    offers += result.out.substr(at, result.out.find('>', at) + 1 - at);
  }
  const std::string end = "<END>";
  REQUIRE(offers.size() >= end.size());
  return offers.substr(0, offers.size() - end.size());
}

/// What fish offers for `line`, without the descriptions.
std::string fish_offers(const TemporaryFolder& folder, const std::string& script, const std::string& line) {
  const Outcome result = Program({"fish", "--no-config", "-c", "source " + script + "; complete -C '" + line + "'"})
                             .environment("HOME", folder.path())
                             .run();
  INFO(result.err);
  REQUIRE(result.status == 0);
  std::string offers;
  for (const std::string& each : lines_of(result.out)) offers += "<" + each.substr(0, each.find('\t')) + ">";
  return offers;
}

}  // namespace

TEST_CASE("outpost completion zsh: offers commands, options, values and detectors", "[cli]") {
  if (!has_shell("zsh")) return;
  const TemporaryFolder folder;
  const std::string script = folder.write("_outpost", cli({"completion", "zsh"}).run().out);
  CHECK(zsh_offers(script, "outpost det") == "<detect><detectors>");
  CHECK(zsh_offers(script, "outpost detect --thre") == "<--threshold><--threshold-factor><--threads>");
  CHECK(zsh_offers(script, "outpost detect --format nd") == "<ndjson>");
  CHECK(zsh_offers(script, "outpost detect --format=nd") == "<ndjson>");
  CHECK(zsh_offers(script, "outpost train x.csv --detector i") == "<iforest>");
  CHECK(zsh_offers(script, "outpost detectors k") == "<knn>");
  CHECK(zsh_offers(script, "outpost completion f") == "<fish>");
  CHECK(zsh_offers(script, "outpost score x.csv --model " + folder.path() + "/_out") == "<_outpost>");
}

TEST_CASE("outpost completion fish: offers commands, options, values and detectors", "[cli]") {
  if (!has_shell("fish")) return;
  const TemporaryFolder folder;
  const std::string script = folder.write("outpost.fish", cli({"completion", "fish"}).run().out);
  CHECK(fish_offers(folder, script, "outpost det") == "<detect><detectors>");
  CHECK(fish_offers(folder, script, "outpost detect --thre") == "<--threads><--threshold><--threshold-factor>");
  CHECK(fish_offers(folder, script, "outpost detect --format nd") == "<ndjson>");
  CHECK(fish_offers(folder, script, "outpost detect --format=nd") == "<--format=ndjson>");
  CHECK(fish_offers(folder, script, "outpost train x.csv --detector i") == "<iforest>");
  CHECK(fish_offers(folder, script, "outpost detectors k") == "<knn>");
  CHECK(fish_offers(folder, script, "outpost completion f") == "<fish>");
}
