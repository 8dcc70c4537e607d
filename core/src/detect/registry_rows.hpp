/// @file  The rows of the registry. Each is defined beside its detector.
#pragma once

#include <outpost/detect/registry.hpp>

namespace outpost {

DetectorInfo isolation_forest_row();
DetectorInfo ecod_row();
DetectorInfo hbos_row();
DetectorInfo knn_row();
DetectorInfo local_outlier_factor_row();
DetectorInfo pca_row();

}  // namespace outpost
