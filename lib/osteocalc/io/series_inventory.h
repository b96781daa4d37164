// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "osteocalc/core/issue.h"
#include "osteocalc/io/dicom_file.h"
#include "osteocalc/io/file_tree.h"
#include "osteocalc/io/slice_order.h"

#include <string>
#include <vector>

namespace osteocalc::io {

/// Images that belong together by their headers: a scan whose slices stack up, or something that is set aside. Holds no
/// pixels.
struct Series {
  std::string label;  ///< the end of its UID that only it has, and its part: how messages name it
  std::string part;   ///< what tells it from others under one UID, e.g. "acquisition 2"; empty: it has the UID alone
  std::string folder; ///< where its files lie, as the user knows it
  std::vector<DicomHeader> slices;  ///< of a stack: in any order, see `stack`
  std::vector<std::string> damaged; ///< names of files that are cut off before they say where they belong
  Vec3 normal{};                    ///< stacking direction; z runs to the head
  SliceStack stack;                 ///< empty (no grid_slices) when the series was set aside
  Issues findings;                  ///< all that a policy may judge; IO-* rules of the whole series

  [[nodiscard]] bool is_stack() const noexcept { return stack.grid_slices > 0; }
  /// The slice that speaks for all: the lowest of a stack.
  [[nodiscard]] const DicomHeader& first() const { return slices[is_stack() ? stack.order.front() : 0]; }
};

struct Inventory {
  std::vector<Series> series; ///< by study, series UID and part
  Issues issues;              ///< of files that belong to no series, and of the tree
};

/// Reads the header of every file and sorts images into series: by study and series UID, then by orientation, size,
/// pixel spacing and frame of reference, then, where slices share places or steps jump, by what tells acquisitions,
/// phases and reconstructions apart. Copies of one object with the same pixels count once.
[[nodiscard]] Inventory take_inventory(const FileTree& tree, Parallel parallel);

/// What a user may know a series by, without identifiers.
[[nodiscard]] std::string describe(const Series& series);

} // namespace osteocalc::io
