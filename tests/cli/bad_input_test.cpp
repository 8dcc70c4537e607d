#include <catch2/catch.hpp>
#include <iostream>

#include "cli_data.hpp"

using namespace outpost::test;

namespace {

Outcome detect(const std::string& bytes, std::vector<std::string> more = {}) {
  std::vector<std::string> all = {"detect", "-", "--format", "csv"};
  all.insert(all.end(), more.begin(), more.end());
  return cli(all).input(bytes).run();
}

/// Refused as bad data: status 3, nothing on standard output, and each part is said.
void check_refused(const Outcome& result, const std::vector<std::string>& parts) {
  INFO(result.err);
  CHECK(result.status == 3);
  CHECK(result.out.empty());
  CHECK(contains(result.err, "outpost: "));
  CHECK(contains(result.err, "\n  "));  // what to do
  for (const std::string& part : parts) CHECK(contains(result.err, part));
}

/// Accepted: `rows` lines whose scores are numbers.
void check_scored(const Outcome& result, std::size_t rows) {
  INFO(result.err);
  REQUIRE(result.status == 0);
  CHECK(lines_of(result.out).size() == rows + 1);
  CHECK(!contains(result.out, "nan"));
  CHECK(!contains(result.out, "inf"));
}

std::string column_of_numbers(const std::string& special, std::size_t rows = 40) {
  std::string text = "a,b\n";
  for (std::size_t r = 0; r < rows; ++r) {
    text += (r == 5 ? special : std::to_string(r * 7 % 11)) + "," + std::to_string(r % 9) + "\n";
  }
  return text;
}

}  // namespace

TEST_CASE("bad input: an empty file, a header only, one row", "[cli][error]") {
  check_refused(detect(""), {"standard input", "empty"});
  check_refused(detect("a,b\n"), {"row"});
  check_refused(detect("a,b\n1,2\n"), {});
}

TEST_CASE("bad input: columns all missing or constant are left out, and nothing left is told", "[cli][error]") {
  check_scored(detect("a,b,c\n1,,5\n2,,5\n3,NA,5\n9,,5\n4,,5\n"), 5);
  check_refused(detect("a,b\n,5\n,5\n,5\n"), {});
}

TEST_CASE("bad input: huge, infinite and not-a-number cells never reach a score", "[cli]") {
  for (const char* detector : {"iforest", "ecod", "hbos", "knn", "lof", "pca"}) {
    for (const char* cell : {"1e308", "-1e308", "inf", "-Infinity", "NaN", "1e-320", "1e999"}) {
      INFO(detector << " " << cell);
      check_scored(detect(column_of_numbers(cell), {"--detector", detector}), 40);
    }
  }
}

TEST_CASE("bad input: a ragged row has its line, and can be filled", "[cli][error]") {
  const std::string rows = "a,b\n1,2\n3\n4,5\n9,1\n";
  check_refused(detect(rows), {"line 3", "--ragged fill"});
  check_scored(detect(rows, {"--ragged", "fill"}), 4);
}

TEST_CASE("bad input: an unterminated quote has the line on which it begins", "[cli][error]") {
  check_refused(detect("a,b\n1,2\n\"3,4\n5,6\n"), {"line 3", "quote"});
}

TEST_CASE("bad input: NUL bytes are refused with their line", "[cli][error]") {
  check_refused(detect(std::string("a,b\n1,2\n3,\0004\n5,6\n", 18)), {"line 3", "NUL"});
}

TEST_CASE("bad input: Latin-1 is read and told by inspect", "[cli]") {
  std::string rows = "town,x\n";
  for (int r = 0; r < 30; ++r) rows += std::string(r % 2 == 0 ? "K\xF6ln" : "Bonn") + "," + std::to_string(r) + "\n";
  check_scored(detect(rows), 30);
  const Outcome inspect = cli({"inspect", "-", "--format", "json"}).input(rows).run();
  REQUIRE(inspect.status == 0);
  CHECK(contains(inspect.out, "K\u00f6ln"));
  CHECK(contains(inspect.out, "\"category\": \"encoding\""));
}

TEST_CASE("bad input: a file of 100,000 columns", "[cli]") {
  std::string header, one, two, three;
  for (int c = 0; c < 100'000; ++c) {
    const std::string separator = c == 0 ? "" : ",";
    header += separator + "c" + std::to_string(c);
    one += separator + std::to_string(c % 7);
    two += separator + std::to_string(c % 11);
    three += separator + std::to_string(c % 13);
  }
  const std::string rows = header + "\n" + one + "\n" + two + "\n" + three + "\n";
  check_scored(detect(rows), 3);
  CHECK(cli({"detect", "-"}).input(rows).run().status == 0);
  CHECK(cli({"inspect", "-"}).input(rows).run().status == 0);
}

TEST_CASE("bad input: a folder, a file that is not there", "[cli][error]") {
  const TemporaryFolder folder;
  const Outcome directory = cli({"detect", folder.path()}).run();
  CHECK(directory.status == 5);
  CHECK(contains(directory.err, folder.path()));
  CHECK(contains(directory.err, "directory"));
  const Outcome missing = cli({"detect", folder.file("none.csv")}).run();
  CHECK(missing.status == 5);
  CHECK(contains(missing.err, "none.csv"));
  const Outcome no_folder =
      cli({"detect", "-", "--format", "csv", "-o", folder.file("no/out.csv")}).input(odd_one_out(20)).run();
  CHECK(no_folder.status == 5);
  CHECK(contains(no_folder.err, "no/out.csv"));
}

TEST_CASE("bad input: the reader of the output goes away", "[cli][error]") {
  const Outcome result = cli({"detect", "-", "--label", "label", "--format", "csv"})
                             .input(odd_one_out(60'000))
                             .close_output_after(1)
                             .run();
  CHECK(result.status == 141);
  CHECK(result.err.empty());
}

TEST_CASE("bad input: a full disk is told, and leaves no file", "[cli][error]") {
  const Outcome full = cli({"detect", "-", "--label", "label", "--format", "csv"})
                           .input(odd_one_out(50))
                           .standard_output("/dev/full")
                           .run();
  CHECK(full.status == 5);
  CHECK(contains(full.err, "No space left"));
  const TemporaryFolder folder;
  for (const char* command : {"detect", "train"}) {
    const Outcome result = cli({command, "-", "-o", folder.file("out.csv"), "--detector", "knn"})
                               .input(odd_one_out(20'000))
                               .file_size_limit(64)
                               .run();
    CHECK(result.status == 5);
    CHECK(contains(result.err, "out.csv"));
    CHECK(folder.names().empty());
  }
}

TEST_CASE("bad input: an existing file survives a failed run", "[cli][error]") {
  const TemporaryFolder folder;
  const std::string target = folder.write("out.csv", "before");
  CHECK(cli({"detect", "-", "-o", target}).input("a,b\n1\n").run().status == 3);
  CHECK(read_file(target) == "before");
}

TEST_CASE("bad input: JSON that is not rows, and cut JSON, have their place", "[cli][error]") {
  check_refused(detect("{\"a\": [1, 2"), {"line 1"});
  check_refused(detect("[{\"a\": 1}, {\"a\": 2}, "), {});
  check_refused(detect("{\"a\": 1}\n{\"a\": \n"), {"line 2"});
}

namespace {

#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
constexpr bool kSanitized = true;
#elif defined(__has_feature)
#if __has_feature(address_sanitizer) || __has_feature(thread_sanitizer) || __has_feature(memory_sanitizer)
constexpr bool kSanitized = true;
#else
constexpr bool kSanitized = false;
#endif
#else
constexpr bool kSanitized = false;
#endif

/// A sanitizer's shadow memory does not fit any limit of the address space.
bool limits_work() {
  if (kSanitized) std::cout << "SKIPPED: a sanitizer does not run in a limited address space" << std::endl;
  return !kSanitized;
}

Outcome detect_within(std::size_t kilobytes, const std::string& data, const std::string& more) {
  const std::string script = "ulimit -v " + std::to_string(kilobytes) + "; exec " OUTPOST_PROGRAM " detect " + data +
                             " --label label --format csv " + more;
  return Program({"bash", "-c", script}).run();
}

}  // namespace

TEST_CASE("bad input: too little memory ends with 7 and no file", "[cli][error]") {
  if (!limits_work()) return;
  const TemporaryFolder folder;
  const std::string data = folder.write("data.csv", odd_one_out(1'000'000));
  // The address space holds the program, but not the matrix of 8 MB beside it.
  const Outcome result = detect_within(16'000, data, "--threads 1 -o " + folder.file("out.csv"));
  INFO(result.err);
  CHECK(result.status == 7);
  CHECK(contains(result.err, "memory"));
  CHECK(folder.names() == std::vector<std::string>{"data.csv"});
}

TEST_CASE("bad input: memory that runs out on any thread ends with 7", "[cli][error]") {
  if (!limits_work()) return;
  const TemporaryFolder folder;
  const std::string data = folder.write("data.csv", odd_one_out(200'000));
  std::size_t refused = 0;
  for (std::size_t megabytes = 20; megabytes <= 116; megabytes += 6) {
    const Outcome result =
        detect_within(megabytes * 1000, data, "--threads 4 --detector knn -o " + folder.file("out.csv"));
    INFO(megabytes << " MB: " << result.status << " " << result.err);
    CHECK((result.status == 0 || result.status == 7));
    refused += result.status == 7;
  }
  CHECK(refused > 0);
}

TEST_CASE("bad input: messages begin alike, and names keep their letters", "[cli][error]") {
  const TemporaryFolder folder;
  const Outcome core = cli({"detect", "-", "--detector", "knm"}).run();
  CHECK(core.err.rfind("outpost: there is no detector 'knm'\n  did you mean 'knn'?", 0) == 0);
  CHECK(core.err.find(".\n") == std::string::npos);
  folder.write("Data of mine.csv", "a,b\n1,2\n3\n");
  const Outcome named = cli({"detect", "Data of mine.csv"}).folder(folder.path()).run();
  CHECK(named.err.rfind("outpost: Data of mine.csv, line 3: ", 0) == 0);
}
