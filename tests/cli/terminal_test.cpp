#include <signal.h>

#include <algorithm>
#include <catch2/catch.hpp>
#include <cctype>

#include "cli_data.hpp"

using namespace outpost::test;

namespace {

/// Columns that a line takes, escapes not counted. The texts of these tests hold no wide characters.
std::size_t shown_width(const std::string& line) {
  std::size_t width = 0;
  for (std::size_t i = 0; i < line.size(); ++i) {
    if (line[i] == '\x1b') {
      while (i < line.size() && std::isalpha(static_cast<unsigned char>(line[i])) == 0) ++i;
    } else if (line[i] != '\r' && (line[i] & 0xC0) != 0x80) {
      ++width;
    }
  }
  return width;
}

/// A file large enough for its reading to be announced at once.
std::string large_file(const TemporaryFolder& folder) { return folder.write("large.csv", odd_one_out(80'000)); }

}  // namespace

TEST_CASE("outpost on a terminal: colours, and tables as wide as it is", "[cli]") {
  const TemporaryFolder folder;
  folder.write("d.csv", timed_rows(400));
  for (const unsigned short columns : {50, 80, 140}) {
    const Outcome result = cli({"detect", "d.csv"}).folder(folder.path()).terminal(columns).run();
    REQUIRE(result.status == 0);
    CHECK(contains(result.out, "\x1b["));
    std::size_t widest = 0;
    for (const std::string& line : lines_of(result.out)) {
      INFO(line);
      if (!contains(line, "Next:") && !contains(line, "outpost detect")) CHECK(shown_width(line) <= columns);
      widest = std::max(widest, shown_width(line));
    }
    CHECK(widest > 40);
  }
}

TEST_CASE("outpost on a terminal: NO_COLOR, TERM=dumb and --no-color each turn colours off", "[cli]") {
  const TemporaryFolder folder;
  const std::string data = folder.write("d.csv", timed_rows(100));
  CHECK(!contains(cli({"detect", data}).terminal(80).environment("NO_COLOR", "1").run().out, "\x1b["));
  CHECK(!contains(cli({"detect", data}).terminal(80).environment("TERM", "dumb").run().out, "\x1b["));
  CHECK(!contains(cli({"detect", data, "--no-color"}).terminal(80).run().out, "\x1b["));
  CHECK(contains(cli({"detect", data}).terminal(80).environment("TERM", "xterm").run().out, "\x1b["));
}

TEST_CASE("outpost: COLUMNS says how wide", "[cli]") {
  const TemporaryFolder folder;
  folder.write("d.csv", timed_rows(100));
  const Outcome result = cli({"detect", "d.csv"}).folder(folder.path()).environment("COLUMNS", "60").run();
  REQUIRE(result.status == 0);
  for (const std::string& line : lines_of(result.out)) {
    INFO(line);
    CHECK(shown_width(line) <= 60);
  }
}

TEST_CASE("outpost on a terminal: progress has phase, percent and rate, and is taken away", "[cli]") {
  const TemporaryFolder folder;
  const std::string data = large_file(folder);
  const Outcome result =
      cli({"detect", data, "--label", "label", "--format", "csv"}).terminal(100).terminal_for_errors_only().run();
  REQUIRE(result.status == 0);
  INFO(result.err);
  CHECK(contains(result.err, "Reading"));
  CHECK(contains(result.err, " %"));
  CHECK(contains(result.err, "MB/s"));
  const std::string last = "\r\x1b[K";
  CHECK(result.err.substr(result.err.size() - last.size()) == last);
  CHECK(lines_of(result.out).size() == 80'001);
}

TEST_CASE("outpost: no progress without a terminal, nor with --quiet", "[cli]") {
  const TemporaryFolder folder;
  const std::string data = large_file(folder);
  CHECK(cli({"detect", data, "--label", "label", "--format", "csv"}).run().err.empty());
  CHECK(cli({"detect", data, "--label", "label", "--format", "csv", "-q"})
            .terminal(100)
            .terminal_for_errors_only()
            .run()
            .err.empty());
}

TEST_CASE("outpost on a terminal: data cannot drive it", "[cli]") {
  const TemporaryFolder folder;
  std::string rows = "name,x\n";
  for (int r = 0; r < 30; ++r)
    rows += "\x1b]0;owned\x07n" + std::to_string(r) + "," + std::to_string(r * r % 17) + "\n";
  const std::string data = folder.write("d.csv", rows);
  const Outcome result = cli({"detect", data, "--type", "name=text"}).terminal(90).run();
  REQUIRE(result.status == 0);
  CHECK(!contains(result.out, "\x1b]"));
  CHECK(!contains(result.out, "\x07"));
}

TEST_CASE("outpost: Ctrl-C in the middle ends with 130 and leaves no file", "[cli][error]") {
  const TemporaryFolder folder;
  const std::string data = large_file(folder);
  const Outcome result = cli({"detect", data, "-o", folder.file("out.csv"), "--detector", "lof"})
                             .terminal(100)
                             .signal_when_shown("Reading", SIGINT)
                             .run();
  CHECK(result.status == 130);
  CHECK(folder.names() == std::vector<std::string>{"large.csv"});
}

TEST_CASE("outpost: Ctrl-C while standard input is silent ends it, as does termination", "[cli][error]") {
  for (const int signal_number : {SIGINT, SIGTERM}) {
    const Outcome result =
        cli({"detect", "-"}).input("a,b\n1,2\n").keep_input_open().signal_when_waiting(signal_number).run();
    CHECK(result.status == 130);
    CHECK(result.out.empty());
    CHECK(contains(result.err, "standard input"));
  }
}
