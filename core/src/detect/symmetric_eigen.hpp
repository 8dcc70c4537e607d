#pragma once

#include <cstddef>
#include <optional>
#include <vector>

namespace outpost {

/// Eigenvalues and eigenvectors of a symmetric matrix, largest eigenvalue first.
struct Spectrum {
  std::vector<double> values;   ///< descending; equal ones in the order in which they were found
  std::vector<double> vectors;  ///< vector i: vectors[i * order ..]; orthonormal, of either sign
};

/// All eigenvalues and eigenvectors of the symmetric matrix whose lower triangle, row after row, is `triangle`:
/// order * (order + 1) / 2 values. Householder's tridiagonalisation, then the implicit QL method.
/// Sources: R. S. Martin, C. Reinsch, J. H. Wilkinson, "Householder's tridiagonalization of a symmetric matrix",
/// Numerische Mathematik 11, 1968; H. Bowdler, R. S. Martin, C. Reinsch, J. H. Wilkinson, "The QR and QL algorithms for
/// symmetric matrices", the same volume; R. S. Martin, J. H. Wilkinson, "The implicit QL algorithm", volume 12, 1968.
/// (Handbook for Automatic Computation II, contributions II/2 to II/4.)
/// Errors are rounding errors of the largest eigenvalue: much smaller ones are good to that, not to their own size.
/// Adds, multiplies, divides and takes square roots in a fixed order: every platform gives the same bits.
/// Nothing where an entry is not finite, an eigenvalue is beyond float64, or 30 sweeps per eigenvalue do not suffice,
/// which no finite matrix is known to need. Takes about 9 order^3 operations and order^2 numbers besides `triangle`.
std::optional<Spectrum> decompose_symmetric(const std::vector<double>& triangle, std::size_t order);

}  // namespace outpost
