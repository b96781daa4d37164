// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace osteocalc {

/// A value in a label map. The numbers are TotalSegmentator v2's (117 classes, task "total") for whole structures and
/// ours from 200 on for their parts, so that either program reads the other's maps.
using LabelId = std::uint16_t;

namespace label {
inline constexpr LabelId heart = 51, aorta = 52, iliac_artery_left = 65, iliac_artery_right = 66;
inline constexpr LabelId coronary_territory = 200, coronary_lm = 201, coronary_lad = 202, coronary_lcx = 203,
                         coronary_rca = 204, aortic_valve = 205, aorta_ascending = 211, aorta_arch = 212,
                         aorta_descending = 213, aorta_abdominal = 214;
} // namespace label

/// Vertebral levels, cranial to caudal.
enum class Vertebra : std::uint8_t { T1, T2, T3, T4, T5, T6, T7, T8, T9, T10, T11, T12, L1, L2, L3, L4, L5, S1 };

inline constexpr std::array<Vertebra, 18> all_vertebrae{
    Vertebra::T1, Vertebra::T2, Vertebra::T3, Vertebra::T4,  Vertebra::T5,  Vertebra::T6,
    Vertebra::T7, Vertebra::T8, Vertebra::T9, Vertebra::T10, Vertebra::T11, Vertebra::T12,
    Vertebra::L1, Vertebra::L2, Vertebra::L3, Vertebra::L4,  Vertebra::L5,  Vertebra::S1};

[[nodiscard]] std::string_view to_string(Vertebra level) noexcept; ///< "T1" ... "L5", "S1"
[[nodiscard]] std::optional<Vertebra> vertebra_from_string(std::string_view name) noexcept;

/// Whole vertebra: S1 26, L5 27 ... T1 43. Its body: 260 + that - 26.
[[nodiscard]] LabelId whole_vertebra_label(Vertebra level) noexcept;
[[nodiscard]] LabelId vertebral_body_label(Vertebra level) noexcept;
[[nodiscard]] std::optional<Vertebra> vertebra_from_whole_label(LabelId id) noexcept;
[[nodiscard]] std::optional<Vertebra> vertebra_from_body_label(LabelId id) noexcept;

/// Vertebrae (whole or body), sacrum, ribs, sternum, limbs and girdles.
[[nodiscard]] bool is_bone_label(LabelId id) noexcept;

/// "aorta", "vertebrae_L1", "coronary_lad" ... for the structures named here, else "label_<id>".
[[nodiscard]] std::string label_name(LabelId id);

enum class Sex : std::uint8_t { Female, Male };
[[nodiscard]] std::string_view to_string(Sex sex) noexcept; ///< "F", "M"
[[nodiscard]] std::optional<Sex> sex_from_string(std::string_view text) noexcept;

} // namespace osteocalc
