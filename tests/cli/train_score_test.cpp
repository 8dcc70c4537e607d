#include <catch2/catch.hpp>

#include "cli_data.hpp"

using namespace outpost::test;

TEST_CASE("outpost train, score: a model scores new rows with the columns of detect", "[cli]") {
  const TemporaryFolder folder;
  const std::string data = folder.write("data.csv", odd_one_out(200));
  const std::string model = folder.file("m.onnx");
  const Outcome train = cli({"train", data, "--label", "label", "--detector", "knn", "-o", model}).run();
  REQUIRE(train.status == 0);
  CHECK(contains(train.out, "200 rows"));
  CHECK(contains(train.out, "Next: outpost score NEW.csv --model " + model));
  // Columns in another order, and one that the model does not know.
  const std::string fresh = "extra,b,a\nx,20.5,10.5\ny,-70,300\n";
  const Outcome score = cli({"score", "-", "--model", model, "--format", "csv"}).input(fresh).run();
  INFO(score.err);
  REQUIRE(score.status == 0);
  const auto lines = lines_of(score.out);
  REQUIRE(lines.size() == 3);
  CHECK(lines[0] == "row,score,probability,label,severity");
  CHECK(fields_of(lines[1])[3] == "0");
  CHECK(fields_of(lines[2])[3] == "1");
  CHECK(fields_of(lines[2])[4] == "critical");
  CHECK(folder.names() == std::vector<std::string>{"data.csv", "m.onnx"});
}

TEST_CASE("outpost train: same data, same bytes, whatever the threads", "[cli][property]") {
  const TemporaryFolder folder;
  const std::string data = folder.write("data.csv", timed_rows(6000));
  REQUIRE(cli({"train", data, "-o", folder.file("one"), "--threads", "1"}).run().status == 0);
  REQUIRE(cli({"train", data, "-o", folder.file("two"), "--threads", "2"}).run().status == 0);
  CHECK(!read_file(folder.file("one")).empty());
  CHECK(read_file(folder.file("one")) == read_file(folder.file("two")));
}

TEST_CASE("outpost score: labels give the quality of a model on new rows", "[cli]") {
  const TemporaryFolder folder;
  const std::string model = folder.file("m.onnx");
  REQUIRE(cli({"train", "-", "--label", "label", "-o", model}).input(odd_one_out(100)).run().status == 0);
  const Outcome score =
      cli({"score", "-", "--model", model, "--label", "label", "--format", "json"}).input(odd_one_out(40)).run();
  REQUIRE(score.status == 0);
  const auto json = json_of(score.out);
  CHECK(json["quality"]["roc_auc"] == 1.0);
  CHECK(json["training_rows"] == 100);
  CHECK(json["rows"].size() == 40);
}

TEST_CASE("outpost score: a missing column is named and is bad data", "[cli][error]") {
  const TemporaryFolder folder;
  const std::string model = folder.file("m.onnx");
  REQUIRE(cli({"train", "-", "--label", "label", "-o", model}).input(odd_one_out(100)).run().status == 0);
  const Outcome score = cli({"score", "-", "--model", model}).input("a,c\n1,2\n").run();
  CHECK(score.status == 3);
  CHECK(score.out.empty());
  CHECK(contains(score.err, "b"));
}

TEST_CASE("outpost score: categories and cells the model cannot read are told", "[cli]") {
  const TemporaryFolder folder;
  const std::string model = folder.file("m.onnx");
  REQUIRE(cli({"train", "-", "-o", model}).input(timed_rows(300)).run().status == 0);
  const std::string fresh = "time,load,mode\n2024-03-02T00:00:00Z,oops,idle\n2024-03-02T00:01:00Z,1.5,asleep\n";
  const Outcome score = cli({"score", "-", "--model", model, "--format", "csv"}).input(fresh).run();
  REQUIRE(score.status == 0);
  CHECK(contains(score.err, "1 cell is not of the type"));
  CHECK(contains(score.err, "1 cell has a category"));
  CHECK(!contains(score.out, "nan"));
}

TEST_CASE("outpost score: damaged, cut and foreign model files are refused with status 4", "[cli][error]") {
  const TemporaryFolder folder;
  const std::string model = folder.file("m.onnx");
  REQUIRE(cli({"train", "-", "--label", "label", "-o", model}).input(odd_one_out(100)).run().status == 0);
  const std::string bytes = read_file(model);
  const std::string data = folder.write("data.csv", odd_one_out(10));
  for (const std::string& wrong : {bytes.substr(0, bytes.size() / 2), std::string("a,b\n1,2\n"), std::string()}) {
    const std::string path = folder.write("wrong.onnx", wrong);
    const Outcome score = cli({"score", data, "--model", path}).run();
    CHECK(score.status == 4);
    CHECK(contains(score.err, "wrong.onnx"));
    CHECK(score.out.empty());
  }
  CHECK(cli({"score", data, "--model", folder.file("none.onnx")}).run().status == 5);
}

TEST_CASE("outpost train, score: what is missing on the command line is said, with a command that works",
          "[cli][error]") {
  const Outcome train = cli({"train", "data.csv"}).run();
  CHECK(train.status == 2);
  CHECK(contains(train.err, "outpost train data.csv -o MODEL"));
  const Outcome score = cli({"score", "data.csv"}).run();
  CHECK(score.status == 2);
  CHECK(contains(score.err, "--model MODEL"));
}

TEST_CASE("outpost train: a time is kept in the model only where one is given", "[cli]") {
  const TemporaryFolder folder;
  const std::string data = folder.write("data.csv", odd_one_out(60));
  const auto time_of = [&](const std::string& model) {
    return json_of(cli({"inspect", folder.file(model), "--format", "json"}).run().out)["training_time"];
  };
  REQUIRE(cli({"train", data, "-o", folder.file("none.onnx")}).run().status == 0);
  CHECK(time_of("none.onnx") == "");
  REQUIRE(cli({"train", data, "-o", folder.file("given.onnx"), "--time", "yesterday"}).run().status == 0);
  CHECK(time_of("given.onnx") == "yesterday");
  REQUIRE(cli({"train", data, "-o", folder.file("epoch.onnx")})
              .environment("SOURCE_DATE_EPOCH", "1709296200")
              .run()
              .status == 0);
  CHECK(time_of("epoch.onnx") == "2024-03-01T12:30:00Z");
  const Outcome wrong =
      cli({"train", data, "-o", folder.file("x.onnx")}).environment("SOURCE_DATE_EPOCH", "soon").run();
  CHECK(wrong.status == 2);
  CHECK(contains(wrong.err, "SOURCE_DATE_EPOCH: 'soon'"));
}
