/// @file  JsonValue: a small tree of a JSON text, for what is read once and whole. nlohmann_json parses; its own tree
/// would be four times the code.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace outpost {

struct JsonMember;

struct JsonValue {
  enum class Type : std::uint8_t { nothing, flag, number, text, array, object };
  Type type = Type::nothing;
  bool is_whole = false;  ///< a number without sign, point or exponent: `whole` holds it
  double number = 0;      ///< numbers; flags as 0 and 1
  std::uint64_t whole = 0;
  std::string text;
  std::vector<JsonMember> members;  ///< of objects, as written; of arrays with empty names

  JsonValue();
  ~JsonValue();
  JsonValue(JsonValue&& other) noexcept;
  JsonValue& operator=(JsonValue&& other) noexcept;

  bool is(Type wanted) const { return type == wanted; }
  /// The first member of that name; nullptr where there is none or this is no object.
  const JsonValue* find(std::string_view name) const;
};

struct JsonMember {
  std::string name;
  JsonValue value;
};

/// A value of type `nothing` where the text is no JSON, nested more than 64 deep, or of more values than a text of its
/// length has that is not made to fill memory (400,000, and one for each six bytes).
JsonValue parse_json(std::string_view text);

}  // namespace outpost
