/// @file  ColumnScanner: what scan_table gathers of one column, cell by cell, and the decision on its type.
#pragma once

#include <array>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include <outpost/data/record_reader.hpp>
#include <outpost/data/scan.hpp>

#include "number_stats.hpp"
#include "text_stats.hpp"

namespace outpost {

/// What a cell is tried as.
enum class ScanMode : std::uint8_t {
  automatic,      ///< number, boolean, time, else text
  decimal_comma,  ///< the same, with numbers like 1,5
  boolean,        ///< boolean (0 and 1 too), else text
  text,           ///< text
};

/// The type of a column, or how to read it again in order to know more.
struct TypeVerdict {
  ColumnType type = ColumnType::numeric;
  char decimal = '.';
  std::optional<ScanMode> again;
  std::string reason;
};

struct ScanLimits {
  std::size_t max_categories = 0;
  std::size_t max_distinct = 0;  // tracked
};

/// Small until it meets cells that are not numbers: a table may have 100,000 columns.
class ColumnScanner {
 public:
  /// `may_use_commas`: the delimiter is not a comma, so a cell like 1,5 may be a number.
  ColumnScanner(ScanMode mode, bool may_use_commas, const ScanLimits& limits)
      : mode_(mode), may_use_commas_(may_use_commas), limits_(limits), numbers_(limits.max_distinct) {}

  /// Cells of `column` in rows [first, first + count) of `batch`. The order of cells matters, not their batches.
  void add(const RecordBatch& batch, std::size_t first, std::size_t count, std::size_t column);

  /// `given` is the type the user wants.
  TypeVerdict decide(std::optional<ColumnType> given) const;

  /// Fills schema and profile for a verdict that needs no further reading. `rows` is the length of the table.
  void finish(const TypeVerdict& verdict, std::uint64_t rows, ColumnSchema& schema, ColumnProfile& profile);

  /// More different texts than there may be categories?
  bool too_many_categories() const { return others_ && !others_->text.may_be_categories(); }
  std::size_t distinct_texts() const { return others_ ? others_->text.distinct() : 0; }

 private:
  struct FirstCell {
    bool met = false;
    std::uint64_t line = 0;
    std::string value;
  };
  struct Others {
    explicit Others(const ScanLimits& limits) : text(limits.max_categories, limits.max_distinct) {}
    TextStats text;  // booleans are in here as well, times are not
    std::unique_ptr<TimeStats> times;
    std::array<std::uint64_t, 2> booleans{};
    std::uint64_t texts = 0;
    std::uint64_t comma_numbers = 0;  // texts that would be numbers with a decimal comma
    FirstCell first_boolean, first_time, first_text;
    bool last_was_time = false;  // the cell before: most often the next is of its kind
  };

  void add_number(double value, std::string_view cell, std::uint64_t line) {
    numbers_.add(value);
    length_ += cell.size();
    shortest_ = cell.size() < shortest_ ? cell.size() : shortest_;
    longest_ = cell.size() > longest_ ? cell.size() : longest_;
    if (!first_number_.met) note(first_number_, cell, line);
    if (cell.size() >= 3 && cell[0] == '0') padded_ += all_digits(cell) ? 1 : 0;
    if (cell.size() >= 13) look_for_card(cell);
  }
  void add_other(std::string_view cell, std::uint64_t line);
  void add_text(std::string_view cell, std::uint64_t line);
  void look_for_card(std::string_view cell);
  Others& others();
  static bool all_digits(std::string_view cell);
  static void note(FirstCell& first, std::string_view cell, std::uint64_t line);

  std::uint64_t numbers() const { return numbers_.count() + numbers_.infinite(); }
  std::uint64_t booleans() const { return others_ ? others_->booleans[0] + others_->booleans[1] : 0; }
  std::uint64_t times() const { return others_ && others_->times ? others_->times->count() : 0; }
  std::uint64_t texts() const { return others_ ? others_->texts : 0; }
  std::uint64_t present() const { return numbers() + booleans() + times() + texts(); }
  bool are_codes() const;
  bool few_texts() const;
  TypeVerdict decide_text() const;
  TypeVerdict fitting(ColumnType type, char decimal) const;
  std::uint64_t fitting_cells(ColumnType type) const;
  void fill_boolean(ColumnProfile& profile) const;
  void fill_conflicts(ColumnType type, ColumnProfile& profile) const;

  ScanMode mode_;
  bool may_use_commas_;
  ScanLimits limits_;
  NumberStats numbers_;
  std::uint64_t length_ = 0;  // characters of all cells that are not missing
  std::size_t shortest_ = static_cast<std::size_t>(-1);
  std::size_t longest_ = 0;
  std::uint64_t padded_ = 0;  // whole numbers with leading zeros, 3 digits or longer
  std::uint32_t long_numbers_ = 0;
  std::uint32_t card_numbers_ = 0;
  FirstCell first_number_;
  std::unique_ptr<Others> others_;
};

}  // namespace outpost
