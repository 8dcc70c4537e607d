#include "base/json_value.hpp"

#include <utility>

#include <nlohmann/json.hpp>

namespace outpost {
namespace {

using Json = nlohmann::json;

/// Receives nlohmann's events. Returning false from one stops the parser.
class TreeBuilder {
 public:
  explicit TreeBuilder(std::size_t max_values) : left_(max_values) {}

  bool null() { return add() != nullptr; }
  bool boolean(bool value) { return number_of(JsonValue::Type::flag, value ? 1 : 0) != nullptr; }
  bool number_integer(Json::number_integer_t value) {
    return number_of(JsonValue::Type::number, static_cast<double>(value)) != nullptr;
  }
  bool number_unsigned(Json::number_unsigned_t value) {
    JsonValue* const added = number_of(JsonValue::Type::number, static_cast<double>(value));
    if (added == nullptr) return false;
    added->is_whole = true;
    added->whole = value;
    return true;
  }
  bool number_float(Json::number_float_t value, const std::string&) {
    return number_of(JsonValue::Type::number, value) != nullptr;
  }
  bool string(std::string& value) {
    JsonValue* const added = add();
    if (added == nullptr) return false;
    added->type = JsonValue::Type::text;
    added->text = std::move(value);
    return true;
  }
  bool binary(Json::binary_t&) { return false; }
  bool start_object(std::size_t) { return open(JsonValue::Type::object); }
  bool start_array(std::size_t) { return open(JsonValue::Type::array); }
  bool end_object() { return close(); }
  bool end_array() { return close(); }
  bool key(std::string& name) {
    key_ = std::move(name);
    return true;
  }
  template <class Exception>
  bool parse_error(std::size_t, const std::string&, const Exception&) {
    return false;
  }
  JsonValue take() { return std::move(root_); }

 private:
  static constexpr std::size_t kMaxDepth = 64;

  /// nullptr where there are too many.
  JsonValue* add() {
    if (left_ == 0) return nullptr;
    --left_;
    if (open_.empty()) return &root_;
    auto& members = open_.back()->members;
    members.push_back({std::exchange(key_, {}), JsonValue()});
    return &members.back().value;
  }
  JsonValue* number_of(JsonValue::Type type, double value) {
    JsonValue* const added = add();
    if (added == nullptr) return nullptr;
    added->type = type;
    added->number = value;
    return added;
  }
  // Members may move when others are added, but not while one of them is open: only it is added to.
  bool open(JsonValue::Type type) {
    if (open_.size() == kMaxDepth) return false;
    JsonValue* const added = add();
    if (added == nullptr) return false;
    added->type = type;
    open_.push_back(added);
    return true;
  }
  bool close() {
    open_.pop_back();
    return true;
  }

  std::size_t left_;
  JsonValue root_;
  std::vector<JsonValue*> open_;
  std::string key_;
};

}  // namespace

JsonValue::JsonValue() = default;
JsonValue::~JsonValue() = default;
JsonValue::JsonValue(JsonValue&& other) noexcept = default;
JsonValue& JsonValue::operator=(JsonValue&& other) noexcept = default;

const JsonValue* JsonValue::find(std::string_view name) const {
  if (type != Type::object) return nullptr;
  for (const auto& [key, value] : members) {
    if (key == name) return &value;
  }
  return nullptr;
}

JsonValue parse_json(std::string_view text) {
  constexpr std::size_t kFree = 400'000, kBytesEach = 6;
  TreeBuilder builder(kFree + text.size() / kBytesEach);
  if (!Json::sax_parse(text.data(), text.data() + text.size(), &builder)) return {};
  return builder.take();
}

}  // namespace outpost
