// Preprocessing as ONNX nodes, and back.
#include <algorithm>
#include <limits>

#include <outpost/combine/preprocess.hpp>

namespace outpost {
namespace {

constexpr float kLimit = 1e18F;
constexpr float kMaxShares = 1e6F;  // whole numbers up to here are exact in float32
constexpr std::size_t kMaxValues = std::numeric_limits<std::uint32_t>::max();

onnx::Value clip(onnx::GraphWriter& graph, onnx::Value x) {
  return graph.add("Clip", {x, graph.constant(-kLimit), graph.constant(kLimit)});
}

bool within_limit(float x) { return x >= -kLimit && x <= kLimit; }

}  // namespace

/// All columns at once: each kind is computed for every column, and a mask takes it where it belongs. Tensors of kinds
/// that no column has are left out with their nodes.
struct Preprocessor::GraphForm {
  onnx::GraphWriter& graph;
  const std::vector<Column>& columns;
  onnx::Dims dims{static_cast<std::int64_t>(columns.size())};

  template <class Value>
  onnx::Value values(std::string_view name, Value value) const {
    std::vector<float> all;
    for (const Column& column : columns) all.push_back(value(column));
    return graph.f32(name, dims, all);
  }
  bool has(Column::Kind kind) const {
    return std::any_of(columns.begin(), columns.end(), [&](const Column& column) { return column.kind == kind; });
  }
  onnx::Value mask(std::string_view name, Column::Kind kind) const {
    std::vector<bool> flags;
    for (const Column& column : columns) flags.push_back(column.kind == kind);
    return graph.flags(name, dims, flags);
  }

  onnx::Value gather(onnx::Value rows) const {
    std::vector<std::int64_t> origins;
    for (const Column& column : columns) origins.push_back(column.origin);
    return graph.add("Gather", {rows, graph.i64("preprocess.origins", dims, origins)}, {{"axis", std::int64_t{1}}});
  }

  onnx::Value one_hot(onnx::Value rows, onnx::Value otherwise) const {
    const onnx::Value wanted = values("preprocess.category", [](const Column& column) { return column.category; });
    const onnx::Value hit = graph.cast(graph.add("Equal", {rows, wanted}), onnx::DataType::float32);
    return graph.add("Where", {mask("preprocess.is_one_hot", Column::Kind::one_hot), hit, otherwise});
  }

  onnx::Value indicator(onnx::Value missing, onnx::Value otherwise) const {
    const onnx::Value flag = graph.cast(missing, onnx::DataType::float32);
    return graph.add("Where", {mask("preprocess.is_missing", Column::Kind::missing), flag, otherwise});
  }

  /// One table holds the shares of all columns, each followed by a 0 for what is no category.
  onnx::Value frequency(onnx::Value rows, onnx::Value otherwise) const {
    std::vector<float> shares, counts;
    std::vector<std::int64_t> first;
    for (const Column& column : columns) {
      const bool listed = column.kind == Column::Kind::frequency;
      first.push_back(listed ? static_cast<std::int64_t>(shares.size()) : 0);
      counts.push_back(static_cast<float>(column.shares.size()));
      shares.insert(shares.end(), column.shares.begin(), column.shares.end());
      if (listed) shares.push_back(0);
    }
    const onnx::Value table = graph.f32("preprocess.shares", {static_cast<std::int64_t>(shares.size())}, shares);
    const onnx::Value count = graph.f32("preprocess.share_counts", dims, counts);
    const onnx::Value begin = graph.i64("preprocess.first_share", dims, first);
    const onnx::Value inside =
        graph.add("And", {graph.add("GreaterOrEqual", {rows, graph.constant(0.0F)}), graph.add("Less", {rows, count})});
    const onnx::Value whole = graph.add("Equal", {graph.add("Floor", {rows}), rows});
    const onnx::Value code = graph.add("Where", {graph.add("And", {inside, whole}), rows, count});
    const onnx::Value place = graph.add("Add", {graph.cast(code, onnx::DataType::int64), begin});
    const onnx::Value share = graph.add("Gather", {table, place});
    return graph.add("Where", {mask("preprocess.is_frequency", Column::Kind::frequency), share, otherwise});
  }

  onnx::Value scale(onnx::Value x) const {
    const onnx::Value center = values("preprocess.center", [](const Column& column) { return column.center; });
    const onnx::Value inverse =
        values("preprocess.inverse_spread", [](const Column& column) { return column.inverse_spread; });
    return clip(graph, graph.add("Mul", {graph.add("Sub", {x, center}), inverse}));
  }
};

onnx::Value Preprocessor::write_graph(onnx::GraphWriter& graph, onnx::Value rows) const {
  const GraphForm form{graph, columns_};
  const onnx::Value in = in_place_ ? rows : form.gather(rows);
  const onnx::Value missing = graph.add("IsNaN", {in});
  const onnx::Value impute = form.values("preprocess.impute", [](const Column& column) { return column.impute; });
  onnx::Value x = clip(graph, graph.add("Where", {missing, impute, in}));
  if (form.has(Column::Kind::one_hot)) x = form.one_hot(in, x);
  if (form.has(Column::Kind::missing)) x = form.indicator(missing, x);
  if (form.has(Column::Kind::frequency)) x = form.frequency(in, x);
  const bool scaled = std::any_of(columns_.begin(), columns_.end(), [](const Column& column) {
    return column.center != 0 || column.inverse_spread != 1;
  });
  return scaled ? form.scale(x) : x;
}

Result<Preprocessor> Preprocessor::read_graph(onnx::GraphReader& graph, std::size_t input_features) {
  Preprocessor result;
  result.input_features_ = input_features;
  const std::vector<float> impute = graph.f32("preprocess.impute", {-1}, kMaxValues);
  if (graph.ok() && impute.empty()) graph.reject("preprocessing has no column");
  const std::size_t count = impute.size();
  const std::vector<std::int64_t> dims{static_cast<std::int64_t>(count)};
  const auto optional = [&](std::string_view name, float otherwise) {
    return graph.has(name) ? graph.f32(name, dims, count) : std::vector<float>(count, otherwise);
  };
  const auto flags = [&](std::string_view name) {
    return graph.has(name) ? graph.flags(name, dims, count) : std::vector<bool>(count, false);
  };
  std::vector<std::int64_t> origins;
  if (graph.has("preprocess.origins")) {
    origins = graph.i64("preprocess.origins", dims, count);
  } else if (count != input_features) {
    graph.reject("preprocessing is for another number of features");
  }
  const std::vector<float> category = optional("preprocess.category", 0), center = optional("preprocess.center", 0);
  const std::vector<float> inverse = optional("preprocess.inverse_spread", 1);
  const std::vector<float> share_counts = optional("preprocess.share_counts", 0);
  const std::vector<bool> one_hot = flags("preprocess.is_one_hot"), missing = flags("preprocess.is_missing");
  const std::vector<bool> frequency = flags("preprocess.is_frequency");
  std::vector<float> shares;
  if (graph.has("preprocess.shares")) shares = graph.f32("preprocess.shares", {-1}, kMaxValues);
  OUTPOST_TRY(graph.status());

  std::size_t next_share = 0;
  for (std::size_t c = 0; c < count; ++c) {
    Column column;
    const std::int64_t before = c == 0 ? 0 : static_cast<std::int64_t>(result.columns_.back().origin);
    const std::int64_t origin = origins.empty() ? static_cast<std::int64_t>(c) : origins[c];
    if (origin < before || static_cast<std::uint64_t>(origin) >= input_features) {
      graph.reject("preprocessing column " + std::to_string(c) + " has an origin out of order or range");
      break;
    }
    column.origin = static_cast<std::uint32_t>(origin);
    if (one_hot[c]) column.kind = Column::Kind::one_hot;
    if (missing[c]) column.kind = Column::Kind::missing;
    if (frequency[c]) column.kind = Column::Kind::frequency;
    column.impute = impute[c];
    column.category = category[c];
    column.center = center[c];
    column.inverse_spread = inverse[c];
    const bool finite = within_limit(column.impute) && within_limit(column.category) && within_limit(column.center) &&
                        column.inverse_spread > 0 && column.inverse_spread <= std::numeric_limits<float>::max();
    // 0/1 columns are not scaled; the graph would scale them.
    const bool plain = column.kind == Column::Kind::value || column.kind == Column::Kind::frequency;
    if (!plain && (column.center != 0 || column.inverse_spread != 1)) {
      graph.reject("preprocessing column " + std::to_string(c) + " is a 0/1 column with a scale");
    }
    if (!finite) graph.reject("preprocessing column " + std::to_string(c) + " has a number out of range");
    if (frequency[c]) {
      // A share for each category and one 0 more; the sizes are whole numbers that the table has room for.
      const bool whole = share_counts[c] >= 0 && share_counts[c] <= kMaxShares;
      const auto own = whole ? static_cast<std::size_t>(share_counts[c]) : 0;
      if (!whole || static_cast<float>(own) != share_counts[c] || own >= shares.size() - next_share) {
        graph.reject("preprocessing column " + std::to_string(c) + " has shares outside their table");
        break;
      }
      const auto begin = shares.begin() + static_cast<std::ptrdiff_t>(next_share);
      column.shares.assign(begin, begin + static_cast<std::ptrdiff_t>(own));
      if (!std::all_of(column.shares.begin(), column.shares.end(), [](float x) { return x >= 0 && x <= 1; })) {
        graph.reject("preprocessing column " + std::to_string(c) + " has a share out of range");
      }
      next_share += own + 1;
    }
    result.columns_.push_back(std::move(column));
  }
  OUTPOST_TRY(graph.status());
  result.make_plan();
  return result;
}

}  // namespace outpost
