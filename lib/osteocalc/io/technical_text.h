// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <string_view>

namespace osteocalc::io {

// Header texts are free text, and people type names into any of them. What is written out is therefore recognised, not
// copied.

/// The words of a kernel's name that makers use ("B30f", "FC12", "STANDARD", "YA"); "unrecognised" when none is, empty
/// when the name is.
[[nodiscard]] std::string shown_kernel(std::string_view kernel);

/// A DICOM modality of images or objects ("CT", "PT", "SR"); "unrecognised" otherwise.
[[nodiscard]] std::string shown_modality(std::string_view modality);

} // namespace osteocalc::io
