// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "osteocalc/core/anatomy.h"

#include <optional>
#include <string_view>

namespace osteocalc {

/// Which numbers a label map uses: TotalSegmentator v1's 104 classes or v2's 117. \cite wasserthal2023
enum class LabelScheme : std::uint8_t { Auto, V1, V2 };

/// "auto", "v1", "v2". \throw ConfigError for another text
[[nodiscard]] LabelScheme label_scheme_from(std::string_view text);

/// How measuring uses a structure of another program.
enum class StructureUse : std::uint8_t {
  Label,           ///< `id` is measured, or a bone that calcium may touch
  VertebralBodies, ///< the bodies of all vertebrae in one mask, to be told apart by the whole vertebrae
  None             ///< a structure TotalSegmentator knows and no measurement needs
};
struct Structure {
  StructureUse use = StructureUse::None;
  LabelId id = 0; ///< in v2's numbers or ours; 0 where v2 has no number for it
};

/// What a structure of this name is: TotalSegmentator's names (v1, v2, the subtasks heartchambers_highres,
/// coronary_arteries, vertebrae_body) and this project's. The chambers of the heart are the heart. Nothing when
/// unknown.
[[nodiscard]] std::optional<Structure> structure_named(std::string_view name);

/// The name that a number of a scheme stands for; empty when it stands for none. \pre scheme is not Auto
[[nodiscard]] std::string_view class_name(LabelScheme scheme, LabelId id) noexcept;

/// True for ids that measurements use: heart, aorta, iliac arteries, vertebrae T1 to S1, and our parts.
[[nodiscard]] bool is_measured(LabelId id) noexcept;

/// The whole structure a part belongs to (52 of 211, 51 of 202, 31 of 265); a whole is its own. 0 for unknown parts.
[[nodiscard]] LabelId whole_of(LabelId id) noexcept;

} // namespace osteocalc
