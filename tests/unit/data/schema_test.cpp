#include <outpost/data/schema.hpp>

#include <catch2/catch.hpp>

namespace outpost {
namespace {

TEST_CASE("column types: every name reads back as its type", "[data][property]") {
  for (const ColumnType type :
       {ColumnType::numeric, ColumnType::categorical, ColumnType::boolean, ColumnType::timestamp, ColumnType::text}) {
    CHECK(column_type_from(to_string(type)) == type);
  }
  CHECK_FALSE(column_type_from("number").has_value());
  CHECK_FALSE(column_type_from("").has_value());
  CHECK_FALSE(column_type_from("unknown").has_value());
}

TEST_CASE("Schema: finds columns by their exact name", "[data]") {
  Schema schema;
  schema.columns = {{"a", ColumnType::numeric, {}, '.'}, {"A", ColumnType::text, {}, '.'}};
  CHECK(schema.find("a") == std::size_t{0});
  CHECK(schema.find("A") == std::size_t{1});
  CHECK_FALSE(schema.find("b").has_value());
  CHECK_FALSE(Schema().find("a").has_value());
}

}  // namespace
}  // namespace outpost
