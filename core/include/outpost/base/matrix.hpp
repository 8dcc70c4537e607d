/// @file  MatrixView (borrowed) and Matrix (owned): rows x features of float32, row-major, NaN = missing.
#pragma once

#include <cassert>
#include <cstddef>
#include <span>
#include <vector>

namespace outpost {

/// A borrowed row-major float32 matrix. Row r, feature c is `data()[r * cols() + c]`.
class MatrixView {
 public:
  MatrixView() = default;
  /// `data` holds rows * cols values and outlives the view.
  MatrixView(const float* data, std::size_t rows, std::size_t cols) : data_(data), rows_(rows), cols_(cols) {}

  const float* data() const { return data_; }
  std::size_t rows() const { return rows_; }
  std::size_t cols() const { return cols_; }
  bool empty() const { return rows_ == 0 || cols_ == 0; }

  std::span<const float> row(std::size_t r) const {
    assert(r < rows_);
    return {data_ + r * cols_, cols_};
  }
  float operator()(std::size_t r, std::size_t c) const {
    assert(r < rows_ && c < cols_);
    return data_[r * cols_ + c];
  }
  /// Rows [first, first + count).
  MatrixView slice(std::size_t first, std::size_t count) const {
    assert(first + count <= rows_);
    return {data_ + first * cols_, count, cols_};
  }

 private:
  const float* data_ = nullptr;
  std::size_t rows_ = 0;
  std::size_t cols_ = 0;
};

/// An owned row-major float32 matrix; converts to MatrixView.
class Matrix {
 public:
  Matrix() = default;
  Matrix(std::size_t rows, std::size_t cols) : values_(rows * cols), rows_(rows), cols_(cols) {}
  Matrix(std::vector<float> values, std::size_t rows, std::size_t cols)
      : values_(std::move(values)), rows_(rows), cols_(cols) {
    assert(values_.size() == rows_ * cols_);
  }

  std::size_t rows() const { return rows_; }
  std::size_t cols() const { return cols_; }
  float* data() { return values_.data(); }
  const float* data() const { return values_.data(); }
  std::span<float> row(std::size_t r) { return {values_.data() + r * cols_, cols_}; }
  std::span<const float> row(std::size_t r) const { return {values_.data() + r * cols_, cols_}; }
  float& operator()(std::size_t r, std::size_t c) { return values_[r * cols_ + c]; }
  float operator()(std::size_t r, std::size_t c) const { return values_[r * cols_ + c]; }

  MatrixView view() const { return {values_.data(), rows_, cols_}; }
  operator MatrixView() const { return view(); }

 private:
  std::vector<float> values_;
  std::size_t rows_ = 0;
  std::size_t cols_ = 0;
};

}  // namespace outpost
