// Our own models in ONNX Runtime, and what the program says where it cannot be had.
#include <iostream>

#include <catch2/catch.hpp>

#include <outpost/host/onnx_session.hpp>

#include "cli_data.hpp"

using namespace outpost::test;

namespace {

bool have_onnxruntime() {
  const auto found = outpost::host::find_onnxruntime();
  if (!found) std::cout << "SKIPPED: " << found.error().message << std::endl;
  return found.has_value();
}

}  // namespace

TEST_CASE("outpost score: ONNX Runtime gives the rows of the core", "[cli][onnx]") {
  if (!have_onnxruntime()) return;
  const TemporaryFolder folder;
  const std::string data = folder.write("data.csv", timed_rows(500));
  const std::string model = folder.file("m.onnx");
  REQUIRE(cli({"train", data, "-o", model}).run().status == 0);
  for (const char* format : {"csv", "ndjson"}) {
    const Outcome core = cli({"score", data, "--model", model, "--runtime", "core", "--format", format}).run();
    const Outcome runtime =
        cli({"score", data, "--model", model, "--runtime", "onnxruntime", "--format", format}).run();
    INFO(runtime.err);
    REQUIRE(runtime.status == 0);
    CHECK(lines_of(runtime.out).size() >= 500);
    CHECK(runtime.out == core.out);
  }
  const auto json =
      json_of(cli({"score", data, "--model", model, "--runtime", "onnxruntime", "--format", "json"}).run().out);
  CHECK(contains(json["runtime"], "ONNX Runtime 1."));
  CHECK(json["flagged"].get<int>() > 0);
  CHECK(contains(cli({"score", data, "--model", model, "--runtime", "onnxruntime"}).run().out, "Run by"));
}

TEST_CASE("outpost score: a library that is not ONNX Runtime is told, with what to do", "[cli][error]") {
  const TemporaryFolder folder;
  const std::string data = folder.write("data.csv", odd_one_out(60));
  const std::string model = folder.file("m.onnx");
  REQUIRE(cli({"train", data, "--label", "label", "-o", model}).run().status == 0);
  const Outcome missing =
      cli({"score", data, "--model", model, "--runtime", "onnxruntime", "--onnxruntime", folder.file("none.so")}).run();
  CHECK((missing.status == 5 || missing.status == 6));  // 6: a build without ONNX Runtime says that first
  CHECK(missing.out.empty());
  const std::string text = folder.write("text.so", "text");
  const Outcome wrong =
      cli({"score", data, "--model", model, "--runtime", "onnxruntime"}).environment("OUTPOST_ONNXRUNTIME", text).run();
  CHECK(wrong.status == 6);
  CHECK(!wrong.err.empty());
  // The core needs no library.
  CHECK(cli({"score", data, "--model", model}).environment("OUTPOST_ONNXRUNTIME", text).run().status == 0);
}

TEST_CASE("outpost score: options for models of others are refused for our own", "[cli][error]") {
  const TemporaryFolder folder;
  const std::string data = folder.write("data.csv", odd_one_out(60));
  const std::string model = folder.file("m.onnx");
  REQUIRE(cli({"train", data, "--label", "label", "-o", model}).run().status == 0);
  const std::vector<std::vector<std::string>> wrong = {
      {"--score-output", "score"}, {"--lower-is-anomalous"}, {"--reconstruction-error"}, {"--threshold", "0.5"},
      {"--contamination", "0.1"},  {"--include", "a,b"},     {"--type", "a=numeric"}};
  for (const auto& more : wrong) {
    std::vector<std::string> command = {"score", data, "--model", model};
    command.insert(command.end(), more.begin(), more.end());
    const Outcome run = cli(command).run();
    CHECK(run.status == 2);
    CHECK(contains(run.err, more.front() + ": "));
  }
}

TEST_CASE("outpost score: data without a row are refused, whoever made the model", "[cli][error]") {
  const TemporaryFolder folder;
  const std::string model = folder.file("m.onnx");
  REQUIRE(cli({"train", "-", "--label", "label", "-o", model}).input(odd_one_out(60)).run().status == 0);
  const Outcome run = cli({"score", "-", "--model", model, "--format", "csv"}).input("a,b\n").run();
  CHECK(run.status == 3);
  CHECK(contains(run.err, "standard input has no rows of data"));
  CHECK(run.out.empty());
}

TEST_CASE("outpost inspect: our own model shows its graph", "[cli][onnx]") {
  const TemporaryFolder folder;
  const std::string model = folder.file("m.onnx");
  REQUIRE(cli({"train", "-", "-o", model}).input(timed_rows(300)).run().status == 0);
  const auto json = json_of(cli({"inspect", model, "--format", "json"}).run().out);
  CHECK(json["made_by_outpost"] == true);
  CHECK(json["graph"]["inputs"][0]["name"] == "features");
  CHECK(json["graph"]["outputs"].size() == 3);
  CHECK(json["graph"]["operators"]["ai.onnx.ml.TreeEnsembleRegressor"] == 1);
  CHECK(json["graph"]["metadata_bytes"].contains("outpost.schema"));
  CHECK(json["graph"]["opsets"] == nlohmann::json({{"ai.onnx", 17}, {"ai.onnx.ml", 3}}));
  CHECK(json["graph"]["runnable"] == true);
  const Outcome table = cli({"inspect", model}).run();
  CHECK(contains(table.out, "score float32 [N], probability float32 [N], label int64 [N]"));
}
