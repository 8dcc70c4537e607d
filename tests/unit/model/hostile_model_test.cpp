// Model files that somebody made to do harm: each is one edit of a good file, sealed again with a correct checksum, and
// each is refused before it is used, with the reason.
#include <outpost/model/pipeline.hpp>

#include <algorithm>
#include <cstdio>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include <catch2/catch.hpp>

#include <outpost/onnx/graph_writer.hpp>

#include "onnx/fields.hpp"
#include "onnx/wire.hpp"
#include "test_data.hpp"

namespace outpost {
namespace {

namespace field = onnx::field;

/// A message taken apart, so that a test may change any field and put it together again.
struct Message {
  std::vector<onnx::WireField> fields;
  std::vector<std::string> contents;  ///< of length-delimited fields

  static Message parse(std::string_view bytes) {
    Message message;
    onnx::WireReader reader({reinterpret_cast<const std::uint8_t*>(bytes.data()), bytes.size()});
    for (onnx::WireField each; reader.next(each);) {
      message.contents.emplace_back(each.text());
      message.fields.push_back(each);
    }
    REQUIRE_FALSE(reader.damaged());
    return message;
  }
  std::string encode() const {
    std::string out;
    for (std::size_t i = 0; i < fields.size(); ++i) {
      if (fields[i].type == onnx::WireType::bytes) onnx::append_text(out, fields[i].id, contents[i]);
      if (fields[i].type == onnx::WireType::varint) onnx::append_integer(out, fields[i].id, fields[i].integer());
      if (fields[i].type == onnx::WireType::fixed32) {
        onnx::append_float(out, fields[i].id, onnx::float_of_bits(static_cast<std::uint32_t>(fields[i].number)));
      }
    }
    return out;
  }
  /// Edits the first field `id` for which `accept` holds; fails the test where there is none.
  void edit(std::uint32_t id, const std::function<bool(const Message&)>& accept,
            const std::function<void(Message&)>& change) {
    for (std::size_t i = 0; i < fields.size(); ++i) {
      if (fields[i].id != id || fields[i].type != onnx::WireType::bytes) continue;
      Message inner = parse(contents[i]);
      if (!accept(inner)) continue;
      change(inner);
      contents[i] = inner.encode();
      return;
    }
    FAIL("no field " << id << " to edit");
  }
  std::string text(std::uint32_t id) const {
    for (std::size_t i = 0; i < fields.size(); ++i) {
      if (fields[i].id == id && fields[i].type == onnx::WireType::bytes) return contents[i];
    }
    return {};
  }
  void set(std::uint32_t id, const std::string& value) {
    for (std::size_t i = 0; i < fields.size(); ++i) {
      if (fields[i].id != id) continue;
      contents[i] = value;
      return;
    }
    add(id, value);
  }
  void set(std::uint32_t id, std::uint64_t value) {
    for (onnx::WireField& each : fields) {
      if (each.id == id) each.number = value;
    }
  }
  void add(std::uint32_t id, const std::string& value) {
    onnx::WireField each;
    each.id = id;
    each.type = onnx::WireType::bytes;
    fields.push_back(each);
    contents.push_back(value);
  }
  void remove(std::uint32_t id, const std::function<bool(const Message&)>& accept) {
    for (std::size_t i = 0; i < fields.size(); ++i) {
      if (fields[i].id != id || !accept(parse(contents[i]))) continue;
      fields.erase(fields.begin() + static_cast<std::ptrdiff_t>(i));
      contents.erase(contents.begin() + static_cast<std::ptrdiff_t>(i));
      return;
    }
    FAIL("no field " << id << " to remove");
  }
};

using Edit = std::function<void(Message&)>;

bool any(const Message&) { return true; }

std::function<bool(const Message&)> with_text(std::uint32_t id, std::string value) {
  return [id, value = std::move(value)](const Message& message) { return message.text(id) == value; };
}

Edit in_graph(Edit change) {
  return [change = std::move(change)](Message& model) { model.edit(field::model::graph, any, change); };
}

Edit in_node(const std::string& op_type, Edit change) {
  return in_graph(
      [=](Message& graph) { graph.edit(field::graph::node, with_text(field::node::op_type, op_type), change); });
}

Edit in_tensor(const std::string& name, Edit change) {
  return in_graph(
      [=](Message& graph) { graph.edit(field::graph::initializer, with_text(field::tensor::name, name), change); });
}

/// Replaces the integers of an attribute of the tree ensemble.
Edit in_trees(const std::string& name, std::function<void(std::vector<std::int64_t>&)> change) {
  return in_node("TreeEnsembleRegressor", [=](Message& node) {
    node.edit(field::node::attribute, with_text(field::attribute::name, name), [=](Message& attribute) {
      std::vector<std::int64_t> values;
      const std::string packed = attribute.text(field::attribute::ints);
      REQUIRE(
          onnx::unpack_varints({reinterpret_cast<const std::uint8_t*>(packed.data()), packed.size()}, 1 << 20, values));
      change(values);
      std::string field_bytes;
      onnx::append_packed(field_bytes, 1, values);
      attribute.set(field::attribute::ints, Message::parse(field_bytes).contents[0]);
    });
  });
}

Edit in_metadata(const std::string& key, std::function<void(std::string&)> change) {
  return [=](Message& model) {
    model.edit(field::model::metadata_props, with_text(field::entry::key, key), [=](Message& entry) {
      std::string value = entry.text(field::entry::value);
      change(value);
      entry.set(field::entry::value, value);
    });
  };
}

/// Replaces the first `from`; fails the test where there is none.
std::function<void(std::string&)> replaced(std::string from, std::string to) {
  return [=](std::string& text) {
    const std::size_t at = text.find(from);
    REQUIRE(at != std::string::npos);
    text.replace(at, from.size(), to);
  };
}

struct Attack {
  std::string name;
  std::string detector;
  Edit edit;
  std::string reason;  ///< a part of the message
};

std::vector<Attack> attacks() {
  const auto first_float = [](Message& tensor) {
    std::string data = tensor.text(field::tensor::raw_data);
    data[3] = '\x7f';  // with the next: not a number
    data[2] = '\xc0';
    tensor.set(field::tensor::raw_data, data);
  };
  return {
      {"tensor data in another file", "iforest",
       in_tensor("preprocess.impute",
                 [](Message& tensor) {
                   std::string location;
                   onnx::append_text(location, 1, "location");
                   onnx::append_text(location, 2, "/etc/passwd");
                   tensor.add(field::tensor::external_data, location);
                 }),
       "in another file"},
      {"another operator set", "iforest",
       [](Message& model) {
         model.edit(field::model::opset_import, with_text(field::opset::domain, ""),
                    [](Message& opset) { opset.set(field::opset::version, 21); });
       },
       "operator set 21"},
      {"a cycle of nodes", "ecod", in_node("IsNaN", [](Message& node) { node.set(field::node::input, "label"); }),
       "'label' before it is defined: a cycle"},
      {"an operator of another domain", "hbos",
       in_node("IsNaN", [](Message& node) { node.add(field::node::domain, "com.example"); }), "domain 'com.example'"},
      {"an operator changed", "iforest",
       in_node("IsNaN", [](Message& node) { node.set(field::node::op_type, "IsInf"); }),
       "its graph is not the one of its state"},
      {"a node too many", "knn", in_graph([](Message& graph) {
         std::string node;
         onnx::append_text(node, field::node::input, "features");
         onnx::append_text(node, field::node::output, "leak");
         onnx::append_text(node, field::node::op_type, "Identity");
         graph.add(field::graph::node, node);
       }),
       "its graph is not the one of its state"},
      {"an output swapped", "pca", in_graph([](Message& graph) {
         graph.edit(field::graph::output, with_text(field::value_info::name, "probability"),
                    [](Message& output) { output.set(field::value_info::name, "features"); });
       }),
       "its graph is not the one of its state"},
      {"a shape larger than its data", "knn",
       in_tensor("calibration.scores",
                 [](Message& tensor) {
                   std::string dims;
                   onnx::append_varint(dims, 1U << 30);
                   tensor.set(field::tensor::dims, dims);
                 }),
       "bytes of data for 1073741824 elements"},
      {"a shape that overflows", "knn",
       in_tensor("calibration.scores",
                 [](Message& tensor) {
                   std::string dims;
                   for (int i = 0; i < 4; ++i) onnx::append_varint(dims, 1U << 30);
                   tensor.set(field::tensor::dims, dims);
                 }),
       "overflows"},
      {"a tensor taken away", "lof", in_graph([](Message& graph) {
         graph.remove(field::graph::initializer, with_text(field::tensor::name, "calibration.threshold"));
       }),
       "before it is defined"},
      {"a threshold that is not a number", "iforest", in_tensor("calibration.threshold", first_float), "calibration"},
      {"an imputed value that is not a number", "iforest", in_tensor("preprocess.impute", first_float), "out of range"},
      {"a tree link out of bounds", "iforest",
       in_trees("nodes_truenodeids", [](std::vector<std::int64_t>& ids) { ids.front() = 1 << 20; }), ""},
      {"a tree link back to the root", "iforest",
       in_trees("nodes_falsenodeids", [](std::vector<std::int64_t>& ids) { ids.front() = 0; }), ""},
      {"a split on a feature that does not exist", "iforest",
       in_trees("nodes_featureids", [](std::vector<std::int64_t>& ids) { ids.front() = 9; }), ""},
      {"a negative feature", "iforest",
       in_trees("nodes_featureids", [](std::vector<std::int64_t>& ids) { ids.front() = -1; }), ""},
      {"a leaf of a tree that does not exist", "iforest",
       in_trees("target_treeids", [](std::vector<std::int64_t>& ids) { ids.back() = 77; }), ""},
      {"lists of different length", "iforest",
       in_trees("nodes_treeids", [](std::vector<std::int64_t>& ids) { ids.pop_back(); }), ""},
      {"a newer format", "iforest", in_metadata("outpost.format", replaced("1", "99")), "format version 99"},
      {"an unknown detector", "iforest", in_metadata("outpost.detector", replaced("iforest.v1", "oracle.v9")),
       "'oracle.v9', unknown"},
      {"another detector than the graph's", "iforest",
       in_metadata("outpost.detector", replaced("iforest.v1", "pca.v1")), ""},
      {"a parameter out of range", "knn", in_metadata("outpost.parameters", replaced("\"5\"", "\"99999\"")), "outside"},
      {"metadata that are no JSON", "knn", in_metadata("outpost.training", [](std::string& text) { text = "{"; }),
       "'outpost.training' is no JSON object"},
      {"metadata nested without end", "knn",
       in_metadata("outpost.schema", [](std::string& text) { text = std::string(100000, '['); }), "'outpost.schema'"},
      {"fewer features in the schema than in the graph", "ecod",
       in_metadata("outpost.schema",
                   [](std::string& text) {
                     text.erase(text.find("{\"name\":\"f0\""), text.find("},{") + 2 - text.find("{\"name\":\"f0\""));
                   }),
       ""},
      {"statistics beyond float32", "ecod",
       in_metadata("outpost.training",
                   [](std::string& text) { text.insert(text.find("\"scale\":") + 8, "9e99,\"other\":"); }),
       ""},
      {"a self-test with other scores", "hbos",
       in_metadata("outpost.selftest",
                   [](std::string& text) {
                     char& digit = text[text.find("\"scores\":\"") + 14];
                     digit = digit == '1' ? '2' : '1';
                   }),
       "self-test fails"},
      {"a self-test without rows for its scores", "hbos",
       in_metadata("outpost.selftest", [](std::string& text) { text = "{\"rows\":\"\",\"scores\":\"3f800000\"}"; }),
       "5 rows, each with a score"},
      {"a self-test of no rows", "hbos",
       in_metadata("outpost.selftest", [](std::string& text) { text = "{\"rows\":\"\",\"scores\":\"\"}"; }),
       "5 rows, each with a score"},
      {"metadata made to fill memory", "hbos",
       in_metadata("outpost.parameters",
                   [](std::string& text) {
                     text = "[";
                     for (int i = 0; i < 1'000'000; ++i) text += "{},";
                     text += "{}]";
                   }),
       "'outpost.parameters' is no JSON object"},
      {"a 0/1 column with a scale", "pca mixed",
       in_tensor("preprocess.center",
                 [](Message& tensor) {
                   std::string data = tensor.text(field::tensor::raw_data);
                   data[data.size() - 1] = '\x3f';  // the last column's center becomes about 1
                   data[data.size() - 2] = '\x80';
                   tensor.set(field::tensor::raw_data, data);
                 }),
       "0/1 column with a scale"},
      {"a subgraph", "hbos",
       in_node("IsNaN",
               [](Message& node) {
                 std::string output, body, attribute;
                 onnx::append_text(output, field::value_info::name, "features");
                 onnx::append_text(body, field::graph::output, output);
                 onnx::append_text(attribute, field::attribute::name, "body");
                 onnx::append_text(attribute, field::attribute::graph, body);
                 node.add(field::node::attribute, attribute);
               }),
       "its graph is not the one of its state"},
      {"a sparse tensor", "hbos",
       in_node("IsNaN",
               [](Message& node) {
                 std::string attribute;
                 onnx::append_text(attribute, field::attribute::name, "value");
                 onnx::append_text(attribute, field::attribute::sparse_tensor, "");
                 node.add(field::node::attribute, attribute);
               }),
       "sparse tensor"},
      {"a node without output", "hbos", in_graph([](Message& graph) { graph.add(field::graph::node, ""); }),
       "a node without operator"},
      {"a metadata key taken away", "hbos",
       [](Message& model) {
         model.remove(field::model::metadata_props, with_text(field::entry::key, "outpost.selftest"));
       },
       "'outpost.selftest' are missing"},
  };
}

/// A small model of the detector.
std::string good_file(const std::string& detector) {
  FeatureSet set;
  for (const char* name : {"f0", "f1", "f2"}) set.features.push_back({name, name, FeatureKind::number, {}, '.'});
  PipelineOptions options;
  options.detector = detector.substr(0, detector.find(' '));
  if (detector.find("mixed") != std::string::npos) {
    set.features[2].kind = FeatureKind::category_code;
    set.features[2].categories = {"a", "b"};
    options.scaling = Scaling::standard;
  }
  if (detector == "iforest") options.parameters = {{"n_estimators", "3"}, {"max_samples", "32"}};
  std::vector<float> scores;
  const auto pipeline = Pipeline::fit(test::gaussian(80, 3, 5), set, options, {}, scores);
  REQUIRE(pipeline);
  const std::vector<std::uint8_t> bytes = pipeline->serialize();
  return {bytes.begin(), bytes.end()};
}

std::vector<std::uint8_t> sealed(const Message& model) {
  const std::string text = model.encode();
  std::vector<std::uint8_t> bytes(text.begin(), text.end());
  onnx::seal(bytes);
  return bytes;
}

/// The file as somebody who knows the checksum would alter it.
std::vector<std::uint8_t> attacked(const Attack& attack) {
  Message model = Message::parse(good_file(attack.detector));
  model.remove(field::model::metadata_props, with_text(field::entry::key, "outpost.checksum"));
  REQUIRE(Pipeline::deserialize(sealed(model)));  // taking the file apart changes nothing
  attack.edit(model);
  return sealed(model);
}

TEST_CASE("hostile model: every altered file is refused with its reason", "[model][error]") {
  for (const Attack& attack : attacks()) {
    INFO(attack.name);
    const auto result = Pipeline::deserialize(attacked(attack));
    REQUIRE_FALSE(result);
    INFO(result.error().message);
    CHECK((result.error().code == ErrorCode::corrupt_model || result.error().code == ErrorCode::unsupported));
    CHECK(result.error().message.find(attack.reason) != std::string::npos);
    CHECK_FALSE(result.error().hint.empty());
  }
}

TEST_CASE("hostile model: a file without its checksum is refused", "[model][error]") {
  Message model = Message::parse(good_file("hbos"));
  model.remove(field::model::metadata_props, with_text(field::entry::key, "outpost.checksum"));
  const std::string text = model.encode();
  const auto result = Pipeline::deserialize(std::vector<std::uint8_t>(text.begin(), text.end()));
  REQUIRE_FALSE(result);
  CHECK(result.error().message.find("checksum") != std::string::npos);
}

// Prints what docs/formats/model.md lists.
TEST_CASE("hostile model: the list of refusals", "[.refusals]") {
  for (const Attack& attack : attacks()) {
    const auto result = Pipeline::deserialize(attacked(attack));
    REQUIRE_FALSE(result);
    std::printf("| %s (%s) | %s |\n", attack.name.c_str(), attack.detector.c_str(), result.error().message.c_str());
  }
}

}  // namespace
}  // namespace outpost
