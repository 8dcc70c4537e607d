#include <catch2/catch.hpp>

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

TEST_CASE("outpost completion: zsh and fish accept the scripts, where these shells are installed", "[cli]") {
  const TemporaryFolder folder;
  for (const char* shell : {"zsh", "fish"}) {
    if (Program({"bash", "-c", std::string("command -v ") + shell}).run().status != 0) {
      WARN(shell << " is not installed");
      continue;
    }
    const std::string script = folder.write(shell, cli({"completion", shell}).run().out);
    const Outcome result = Program({shell, "-n", script}).run();
    INFO(result.err);
    CHECK(result.status == 0);
  }
}
