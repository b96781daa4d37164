// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "osteocalc/io/dicom_file.h"

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

/// A maker's name when it is one of the known makers of CT scanners; a code otherwise.
[[nodiscard]] std::string shown_maker(std::string_view manufacturer);

/// Stands for a device's own text (a serial number): the same for the same text, so that scans of one scanner are known
/// as such. Empty for an empty text.
[[nodiscard]] std::string device_code(std::string_view text);

/// True when a header text speaks of contrast: the agent, else the first of the series' description, the protocol and
/// the study's description that says so or denies it, in whole words. A hint only: protocols are
/// named before anything is injected, and the blood in the image decides.
[[nodiscard]] bool hints_at_contrast(const DicomHeader& header);

} // namespace osteocalc::io
