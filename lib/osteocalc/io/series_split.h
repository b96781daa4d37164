// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "osteocalc/io/dicom_file.h"

#include <string>
#include <vector>

namespace osteocalc::io {

/// Slices that stack up, and what they have that other slices of their series have not.
struct SliceGroup {
  std::vector<DicomHeader> slices;
  std::string part; ///< "acquisition 2, kernel B30f"; empty: nothing was told apart
};

/// The slice normal, in the sense in which its largest part is positive: z then runs to the head with no reordering.
/// \pre header.row_column_axes
[[nodiscard]] Vec3 stacking_direction(const DicomHeader& header);

/// Slices of one series UID as groups of one size, orientation, pixel spacing and frame of reference. Where places are
/// shared or steps jump, a group is split by the first attribute (acquisition number, temporal position, cardiac phase,
/// trigger time, kernel, tube voltage, thickness, contrast agent, image type, acquisition time) that leaves fewer such
/// faults; a single slice is parted only where that leaves none. Even steps are split by kernel, voltage, thickness and
/// agent where each part is a stack without faults. Places that are still shared are dealt out, to the slice most like
/// all others first, then in the order of their instance numbers, and parts farther apart than they are long are
/// separated. \pre every slice has position, axes and spacing
[[nodiscard]] std::vector<SliceGroup> split_series(std::vector<DicomHeader> slices);

/// The kernels, voltages, thicknesses and agents of slices that differ in them, with counts: "kV 80 (12), kV 120 (25)";
/// empty when they are all alike.
[[nodiscard]] std::string mixed_technique(const std::vector<DicomHeader>& slices);

} // namespace osteocalc::io
