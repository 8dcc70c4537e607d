#include "cli_data.hpp"

#include <algorithm>
#include <catch2/catch.hpp>

using namespace outpost::test;

TEST_CASE("outpost detect: CSV has one line a row, in order, with the pinned columns first", "[cli]") {
  const TemporaryFolder folder;
  const std::string data = folder.write("data.csv", odd_one_out(60));
  const Outcome result = cli({"detect", data, "--label", "label", "--format", "csv"}).run();
  REQUIRE(result.status == 0);
  CHECK(result.err.empty());
  const auto lines = lines_of(result.out);
  REQUIRE(lines.size() == 61);
  CHECK(lines[0] == "row,score,probability,label,severity");
  double highest = -1;
  std::size_t odd = 0;
  for (std::size_t r = 0; r < 60; ++r) {
    const auto fields = fields_of(lines[r + 1]);
    REQUIRE(fields.size() == 5);
    CHECK(fields[0] == std::to_string(r));
    const double probability = std::stod(fields[2]);
    CHECK((probability >= 0 && probability <= 1));
    CHECK((fields[3] == "1") == (probability > 0.5));
    CHECK((fields[4] == "none") == (fields[3] == "0"));
    if (std::stod(fields[1]) > highest) {
      highest = std::stod(fields[1]);
      odd = r;
    }
  }
  CHECK(odd == 59);
  CHECK(fields_of(lines[60])[3] == "1");
}

TEST_CASE("outpost detect: the number of threads changes nothing", "[cli][property]") {
  const TemporaryFolder folder;
  const std::string data = folder.write("data.csv", timed_rows(9000));
  const Outcome one = cli({"detect", data, "--format", "csv", "--threads", "1"}).run();
  const Outcome three = cli({"detect", data, "--format", "csv", "--threads", "3"}).run();
  REQUIRE(one.status == 0);
  CHECK(one.out == three.out);
}

TEST_CASE("outpost detect: standard input gives what the file gives", "[cli][property]") {
  const TemporaryFolder folder;
  const std::string rows = odd_one_out(80);
  const std::string data = folder.write("data.csv", rows);
  const Outcome file = cli({"detect", data, "--format", "ndjson"}).run();
  const Outcome pipe = cli({"detect", "-", "--format", "ndjson"}).input(rows).run();
  REQUIRE(file.status == 0);
  CHECK(pipe.status == 0);
  CHECK(file.out == pipe.out);
}

TEST_CASE("outpost detect: a label column never reaches the detector", "[cli][property]") {
  const TemporaryFolder folder;
  std::string flipped = odd_one_out(50);
  for (std::size_t at = flipped.find(",0\n"); at != std::string::npos; at = flipped.find(",0\n", at + 1)) {
    if (at % 2 == 0) flipped[at + 1] = '1';
  }
  const Outcome a = cli({"detect", "-", "--label", "label", "--format", "csv"}).input(odd_one_out(50)).run();
  const Outcome b = cli({"detect", "-", "--label", "label", "--format", "csv"}).input(flipped).run();
  const Outcome c = cli({"detect", "-", "--exclude", "label", "--format", "csv"}).input(flipped).run();
  REQUIRE(a.status == 0);
  CHECK(a.out == b.out);
  CHECK(a.out == c.out);
}

TEST_CASE("outpost detect: a forgotten label column is pointed out", "[cli]") {
  const Outcome result = cli({"detect", "-", "--format", "csv"}).input(odd_one_out(50)).run();
  REQUIRE(result.status == 0);
  CHECK(contains(result.err, "--label label"));
  CHECK(cli({"detect", "-", "--format", "csv", "--quiet"}).input(odd_one_out(50)).run().err.empty());
}

TEST_CASE("outpost detect: JSON holds metadata and all rows, flagged ones with what stands out", "[cli]") {
  const Outcome result = cli({"detect", "-", "--label", "label", "--format", "json"}).input(odd_one_out(60)).run();
  REQUIRE(result.status == 0);
  const auto json = json_of(result.out);
  CHECK(json["detector"] == "iforest");
  CHECK(json["row_count"] == 60);
  CHECK(json["features"] == nlohmann::json({"a", "b"}));
  CHECK(json["left_out"][0]["column"] == "label");
  CHECK(json["quality"]["roc_auc"] == 1.0);
  REQUIRE(json["rows"].size() == 60);
  const auto& odd = json["rows"][59];
  CHECK(odd["row"] == 59);
  CHECK(odd["label"] == 1);
  CHECK(odd["severity"] != "none");
  REQUIRE(odd["features"].size() == 2);
  // Both features are far out; the signs say to which side.
  for (const auto& feature : odd["features"]) {
    const bool is_a = feature["feature"] == "a";
    CHECK(feature["value"] == (is_a ? 100 : -50));
    CHECK((is_a ? feature["robust_z"] > 10 : feature["robust_z"] < -10));
  }
  CHECK(!json["rows"][0].contains("features"));
}

TEST_CASE("outpost detect: the table shows the odd row first, with time, reasons and the threshold", "[cli]") {
  const Outcome result = cli({"detect", "-"}).input(timed_rows(600)).environment("COLUMNS", "140").run();
  REQUIRE(result.status == 0);
  const auto lines = lines_of(result.out);
  const auto has_first = std::find_if(lines.begin(), lines.end(), [](const std::string& line) {
    return contains(line, "   1  300  ") && contains(line, "  05:00:00  ") && contains(line, "load 500 \u2191 ");
  });
  INFO(result.out);
  CHECK(has_first != lines.end());
  CHECK(contains(result.out, "600 rows, 3 columns (CSV, comma, with a header)"));
  CHECK(contains(result.out, "Most anomalous rows, times on 2024-03-01 (UTC)"));
  CHECK(contains(result.out, "\u03c3: robust standard deviations from the median"));
  CHECK(contains(result.out, "< threshold"));
  CHECK(!contains(result.out, "\x1b["));
}

TEST_CASE("outpost detect: --top and --contamination do what they say", "[cli]") {
  const auto flagged = [](const char* share) {
    const Outcome result =
        cli({"detect", "-", "--format", "json", "--contamination", share}).input(timed_rows(1000)).run();
    REQUIRE(result.status == 0);
    const auto json = json_of(result.out);
    CHECK(json["threshold_method"] == "contamination");
    return json["flagged"].get<int>();
  };
  CHECK(flagged("0.1") >= 50);
  CHECK(flagged("0.1") <= 150);
  CHECK(flagged("0.01") <= 20);
  const Outcome three = cli({"detect", "-", "--top", "3"}).input(timed_rows(200)).environment("COLUMNS", "140").run();
  CHECK(contains(three.out, "\n     3  "));
  CHECK(!contains(three.out, "\n     4  "));
}

TEST_CASE("outpost detect: --output names a file, its ending the format, and nothing else is printed", "[cli]") {
  const TemporaryFolder folder;
  const std::string target = folder.file("scores.csv");
  const Outcome result = cli({"detect", "-", "--label", "label", "-o", target}).input(odd_one_out(30)).run();
  REQUIRE(result.status == 0);
  CHECK(result.out.empty());
  CHECK(lines_of(read_file(target)).size() == 31);
  CHECK(folder.names() == std::vector<std::string>{"scores.csv"});
}

TEST_CASE("outpost detect: columns, types, delimiter, header and ragged rows can be told", "[cli]") {
  const std::string rows = "1;5;x\n2;6;y\n3;7;x\n2;5\n1;6;y\n9;9;x\n";
  const auto json = [&](std::vector<std::string> more) {
    std::vector<std::string> all = {"detect", "-", "--format", "json", "--header", "no", "--delimiter", ";"};
    all.insert(all.end(), more.begin(), more.end());
    const Outcome result = cli(all).input(rows).run();
    INFO(result.err);
    REQUIRE(result.status == 0);
    return json_of(result.out);
  };
  CHECK(json({"--ragged", "fill"})["features"] == nlohmann::json({"c0", "c1", "c2"}));
  CHECK(json({"--ragged", "fill", "--exclude", "c0,c2"})["features"] == nlohmann::json({"c1"}));
  CHECK(json({"--ragged", "fill", "--include", "c0"})["features"] == nlohmann::json({"c0"}));
  CHECK(json({"--ragged", "fill", "--type", "c0=categorical"})["row_count"] == 6);
}

TEST_CASE("outpost detect: every detector finds the odd row of a small file", "[cli]") {
  for (const char* detector : {"iforest", "ecod", "hbos", "knn", "lof", "pca"}) {
    const Outcome result = cli({"detect", "-", "--label", "label", "--detector", detector, "--format", "json"})
                               .input(odd_one_out(100))
                               .run();
    INFO(detector << result.err);
    REQUIRE(result.status == 0);
    const auto json = json_of(result.out);
    CHECK(json["detector"] == detector);
    CHECK(json["quality"]["roc_auc"] == 1.0);
  }
}

namespace {

/// One row a second of one day; every seventieth has two features far out, whose names are long.
std::string long_names(bool two_days) {
  std::string rows = "timestamp,context_switches_per_s,disk_write_kb_per_second\n";
  for (int r = 0; r < 600; ++r) {
    const std::string day = two_days && r >= 300 ? "2024-03-02T" : "2024-03-01T";
    const std::string minute = std::to_string(10 + r / 60), second = std::to_string(10 + r % 50);
    rows += day + "12:" + minute + ":" + second + "Z," + std::to_string(r % 70 == 69 ? 123'400 + r : 50 + r % 7) + "," +
            std::to_string(r % 70 == 69 ? 987'600 - r : 20 + r % 11) + "\n";
  }
  return rows;
}

/// Lines of the table of anomalous rows, under its titles.
std::vector<std::string> top_lines(const std::string& rows, const char* width) {
  const Outcome result = cli({"detect", "-", "--top", "5"}).input(rows).environment("COLUMNS", width).run();
  REQUIRE(result.status == 0);
  const auto lines = lines_of(result.out);
  auto line = std::find_if(lines.begin(), lines.end(), [](const auto& each) { return contains(each, "stands out"); });
  if (line == lines.end()) {
    line = std::find_if(lines.begin(), lines.end(), [](const auto& each) { return contains(each, "severity"); });
  }
  REQUIRE(line != lines.end());
  const auto end = std::find_if(line, lines.end(), [](const auto& each) { return each.rfind("  \u03c3:", 0) == 0; });
  return {line, end};
}

std::size_t count_of(const std::string& text, const std::string& part) {
  std::size_t count = 0;
  for (std::size_t at = text.find(part); at != std::string::npos; at = text.find(part, at + 1)) ++count;
  return count;
}

}  // namespace

TEST_CASE("outpost detect: at 80 columns the table keeps a whole reason, at 120 two", "[cli]") {
  const auto narrow = top_lines(long_names(false), "80");
  REQUIRE(narrow.size() == 6);
  CHECK(!contains(narrow[0], "rank"));
  CHECK(!contains(narrow[0], "prob."));
  const auto wide = top_lines(long_names(false), "140");
  REQUIRE(wide.size() == 6);
  CHECK(contains(wide[0], "rank"));
  CHECK(contains(wide[0], "prob."));
  for (std::size_t i = 1; i < 6; ++i) {
    INFO(narrow[i] << "\n" << wide[i]);
    CHECK(count_of(narrow[i], "\u03c3") == 1);
    CHECK(count_of(narrow[i], "\u2026") == 0);
    CHECK(contains(narrow[i], "  12:"));
    CHECK(!contains(narrow[i], "2024"));
    CHECK(count_of(wide[i], "\u03c3") == 2);
  }
}

TEST_CASE("outpost detect: where it is very narrow reasons go under their rows, numbers uncut", "[cli]") {
  for (const char* width : {"40", "48", "58"}) {
    const auto lines = top_lines(long_names(false), width);
    REQUIRE(lines.size() == 11);
    for (std::size_t i = 2; i < lines.size(); i += 2) {
      INFO(lines[i]);
      CHECK(lines[i].rfind("      ", 0) == 0);
      CHECK(count_of(lines[i], " \u2191 ") == 1);
      CHECK(lines[i].substr(lines[i].size() - 2) == "\u03c3");
    }
  }
}

TEST_CASE("outpost detect: times of two days keep their dates", "[cli]") {
  const auto lines = top_lines(long_names(true), "100");
  for (std::size_t i = 1; i < lines.size(); ++i) CHECK(contains(lines[i], "2024-03-0"));
}
