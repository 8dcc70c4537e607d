#include "detect/symmetric_eigen.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>
#include <utility>

namespace outpost {

namespace {

constexpr std::size_t kSweepsPerValue = 30;
constexpr std::size_t kPending = 6;     // sweeps whose rotations are applied in one pass over the vectors ..
constexpr std::size_t kStrip = 256;     // .. so many columns at a time: kPending + 1 rows of them fit into 32 KiB
constexpr double kNegligible = 1e-280;  // sum of squares of a row, where the largest entry is about 1
constexpr double kVanished = 1e-290;    // an off-diagonal entry

/// Eight running sums, so that SIMD registers fill without the compiler reordering anything.
double dot(const double* __restrict a, const double* __restrict b, std::size_t size) {
  constexpr std::size_t kLanes = 8;
  double sums[kLanes] = {};
  std::size_t k = 0;
  for (; k + kLanes <= size; k += kLanes) {
    for (std::size_t lane = 0; lane < kLanes; ++lane) sums[lane] += a[k + lane] * b[k + lane];
  }
  for (; k < size; ++k) sums[k % kLanes] += a[k] * b[k];
  return ((sums[0] + sums[4]) + (sums[2] + sums[6])) + ((sums[1] + sums[5]) + (sums[3] + sums[7]));
}

/// y += factor * x
void add_multiple(double factor, const double* __restrict x, double* __restrict y, std::size_t size) {
  for (std::size_t k = 0; k < size; ++k) y[k] += factor * x[k];
}

/// sqrt(a^2 + b^2), where the squares may be out of range.
double length(double a, double b) {
  const double larger = std::max(std::fabs(a), std::fabs(b));
  const double smaller = std::min(std::fabs(a), std::fabs(b));
  if (larger == 0) return 0;
  const double ratio = smaller / larger;
  return larger * std::sqrt(1 + ratio * ratio);
}

/// A matrix Q^T T Q with T tridiagonal, and the work on it. All of it walks along rows.
class Solver {
 public:
  explicit Solver(std::size_t order)
      : n_(order), matrix_(order * order), diagonal_(order), beside_(order), halves_(order) {}

  double* row(std::size_t i) { return matrix_.data() + i * n_; }

  /// Reflections that mirror row i's first i - 1 entries to zero, last row first. What defines each, the normal of its
  /// mirror, stays in the row it has emptied. Only the lower triangle is read.
  void tridiagonalise() {
    std::vector<double> product(n_);
    for (std::size_t i = n_ - 1; i > 0; --i) {
      double* u = row(i);
      const double others = dot(u, u, i - 1), last = u[i - 1];
      if (!(others > kNegligible)) {
        beside_[i - 1] = last;
        continue;
      }
      const double squares = others + last * last;
      const double image = -std::copysign(std::sqrt(squares), last);
      beside_[i - 1] = image;
      u[i - 1] = last - image;
      halves_[i] = squares - last * image;  // half of u's squared length
      reflect_both_sides(u, halves_[i], product.data(), i);
    }
    for (std::size_t i = 0; i < n_; ++i) diagonal_[i] = row(i)[i];
  }

  /// The product of the reflections takes the place of their normals: row r is the r-th unit vector under all later
  /// reflections, which leave it alone before the one that belongs to row r + 1.
  void accumulate() {
    for (std::size_t i = 0; i < n_; ++i) {
      if (halves_[i] > 0) {
        const double* u = row(i);
        for (std::size_t r = 0; r < i; ++r) add_multiple(-dot(row(r), u, i) / halves_[i], u, row(r), i);
      }
      // Row i joins the product.
      for (std::size_t r = 0; r < i; ++r) row(r)[i] = 0;
      std::fill(row(i), row(i) + i, 0.0);
      row(i)[i] = 1;
    }
  }

  /// False where the sweeps did not suffice.
  bool diagonalise() {
    std::size_t sweeps_left = kSweepsPerValue * n_;
    for (std::size_t first = 0; first < n_; ++first) {
      for (std::size_t last = end_of_block(first); last > first; last = end_of_block(first)) {
        if (sweeps_left-- == 0) return false;
        sweep(first, last);
        if (pending_ == kPending) rotate_rows();
      }
    }
    rotate_rows();
    return true;
  }

  /// `exponent`: of the power of two that the matrix was divided by.
  std::optional<Spectrum> sorted(int exponent) {
    std::vector<std::size_t> order(n_);
    for (std::size_t i = 0; i < n_; ++i) {
      std::size_t place = i;
      for (; place > 0 && diagonal_[order[place - 1]] < diagonal_[i]; --place) order[place] = order[place - 1];
      order[place] = i;
    }
    Spectrum spectrum;
    spectrum.values.reserve(n_);
    for (std::size_t i = 0; i < n_; ++i) {
      const double value = std::ldexp(diagonal_[order[i]], exponent);
      if (!std::isfinite(value)) return std::nullopt;
      spectrum.values.push_back(value);
    }
    for (std::size_t i = 0; i < n_; ++i) {
      std::size_t from = order[i];
      while (from < i) from = order[from];  // where an earlier exchange has put it
      if (from != i) std::swap_ranges(row(i), row(i) + n_, row(from));
    }
    spectrum.vectors = std::move(matrix_);
    return spectrum;
  }

 private:
  struct Rotation {
    double cosine, sine;
  };
  struct Sweep {
    std::size_t first, last;          // rotations of rows i and i + 1 for i = last - 1 down to first
    std::vector<Rotation> rotations;  // at i
  };

  /// The leading matrix of the given size between the reflection u, half = u.u / 2: A - u q^T - q u^T.
  void reflect_both_sides(const double* __restrict u, double half, double* __restrict q, std::size_t size) {
    std::fill(q, q + size, 0.0);
    for (std::size_t j = 0; j < size; ++j) {
      const double* __restrict a = row(j);
      q[j] = dot(a, u, j) + a[j] * u[j];
      add_multiple(u[j], a, q, j);
    }
    for (std::size_t j = 0; j < size; ++j) q[j] /= half;
    add_multiple(-dot(u, q, size) / (2 * half), u, q, size);
    for (std::size_t j = 0; j < size; ++j) {
      double* __restrict a = row(j);
      const double uj = u[j], qj = q[j];
      for (std::size_t k = 0; k <= j; ++k) a[k] -= uj * q[k] + qj * u[k];
    }
  }

  /// The last row that is joined to row `first` by entries beside the diagonal that matter.
  std::size_t end_of_block(std::size_t first) const {
    constexpr double kEpsilon = std::numeric_limits<double>::epsilon();
    std::size_t last = first;
    while (last + 1 < n_) {
      const double neighbours = std::fabs(diagonal_[last]) + std::fabs(diagonal_[last + 1]);
      if (std::fabs(beside_[last]) <= kEpsilon * neighbours + kVanished) break;
      ++last;
    }
    return last;
  }

  /// One implicit QL step, shifted by the eigenvalue of the block's first 2 x 2 matrix that is nearer to its first
  /// entry. A rotation of the last two rows begins it and leaves one entry outside the three diagonals; each further
  /// rotation moves that entry up by a row, until it leaves the block.
  void sweep(std::size_t first, std::size_t last) {
    std::vector<double>&d = diagonal_, &e = beside_;
    Sweep& done = sweeps_[pending_++];
    done.first = first;
    done.last = last;
    done.rotations.resize(n_);
    const double slope = (d[first + 1] - d[first]) / (2 * e[first]);
    const double shift = d[first] - e[first] / (slope + std::copysign(length(slope, 1), slope));
    double leading = d[last] - shift;  // with `outside`, the pair that the next rotation turns
    double cosine = 1, sine = 1, carried = 0;
    for (std::size_t i = last; i-- > first;) {
      const double outside = sine * e[i], inside = cosine * e[i];
      const double radius = length(outside, leading);
      if (i + 1 < last) e[i + 1] = radius;
      if (radius == 0) {  // the block falls apart here
        d[i + 1] -= carried;
        done.first = i + 1;
        return;
      }
      sine = outside / radius;
      cosine = leading / radius;
      done.rotations[i] = {cosine, sine};
      const double lower = d[i + 1] - carried;
      const double turned = (d[i] - lower) * sine + 2 * cosine * inside;
      carried = sine * turned;
      d[i + 1] = lower + carried;
      leading = cosine * turned - inside;
    }
    d[first] -= carried;
    e[first] = leading;
  }

  /// The pending sweeps' rotations of the vectors. Each sweep follows one row behind the one before it, so that a row
  /// is fetched once for all of them; the result is that of one after the other.
  void rotate_rows() {
    for (std::size_t begin = 0; begin < n_; begin += kStrip) {
      const std::size_t width = std::min(kStrip, n_ - begin);
      for (std::size_t step = 0; step + 1 < n_ + kPending; ++step) {
        for (std::size_t k = 0; k < pending_ && k <= step; ++k) {
          const std::size_t passed = step - k;  // rows from the end
          if (passed + 2 > n_) continue;
          const std::size_t i = n_ - 2 - passed;
          const Sweep& done = sweeps_[k];
          if (i < done.first || i >= done.last) continue;
          rotate(done.rotations[i], row(i) + begin, row(i + 1) + begin, width);
        }
      }
    }
    pending_ = 0;
  }

  static void rotate(Rotation by, double* __restrict upper, double* __restrict lower, std::size_t width) {
    for (std::size_t k = 0; k < width; ++k) {
      const double a = upper[k], b = lower[k];
      upper[k] = by.cosine * a - by.sine * b;
      lower[k] = by.sine * a + by.cosine * b;
    }
  }

  std::size_t n_;
  std::vector<double> matrix_;
  std::vector<double> diagonal_;
  std::vector<double> beside_;  ///< entry i is at (i + 1, i)
  std::vector<double> halves_;  ///< half the squared length of each reflection's normal; 0 = no reflection
  Sweep sweeps_[kPending];
  std::size_t pending_ = 0;
};

}  // namespace

std::optional<Spectrum> decompose_symmetric(const std::vector<double>& triangle, std::size_t order) {
  if (order == 0) return Spectrum{};
  double largest = 0;
  for (const double entry : triangle) {
    if (!std::isfinite(entry)) return std::nullopt;
    largest = std::max(largest, std::fabs(entry));
  }
  // With the largest entry about 1, no square overflows and what underflows does not matter.
  int exponent = 0;
  std::frexp(largest, &exponent);
  Solver solver(order);
  for (std::size_t i = 0; i < order; ++i) {
    const double* from = triangle.data() + i * (i + 1) / 2;
    for (std::size_t j = 0; j <= i; ++j) solver.row(i)[j] = std::ldexp(from[j], -exponent);
  }
  solver.tridiagonalise();
  solver.accumulate();
  if (!solver.diagonalise()) return std::nullopt;
  return solver.sorted(exponent);
}

}  // namespace outpost
