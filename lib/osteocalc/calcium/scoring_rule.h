// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "osteocalc/calcium/components.h"
#include "osteocalc/core/issue.h"
#include "osteocalc/core/quantity.h"
#include "osteocalc/image/ct_image.h"

#include <array>
#include <optional>
#include <span>
#include <string>
#include <string_view>

namespace osteocalc::calcium {

/// The scoring rules in use, by name; `reference` is Agatston's as science reads it \cite agatston1990, the others are
/// what named programs compute (docs/methods/agatston.md).
enum class Variant {
  Reference,
  Reference4c,
  Brainsia2015,
  SlicerGist2023,
  Comp2comp,
  CalciumscoringJl,
  AiCac,
  Deepcac,
  Qurai,
  Kcenon,
  Aocascore,
  Custom ///< the user's RuleOptions
};
[[nodiscard]] std::span<const Variant> all_variants() noexcept; ///< the named ones, without Custom
[[nodiscard]] std::string_view to_string(Variant variant) noexcept;
[[nodiscard]] std::optional<Variant> variant_from_string(std::string_view name) noexcept;

/// Lowest HU of detection (= weight 1) and of the weights 2, 3, 4.
using WeightBounds = std::array<int, 4>;
inline constexpr WeightBounds standard_bounds{130, 200, 300, 400}; ///< \cite agatston1990

/// How the bounds follow the tube voltage; it touches the reference variants only.
enum class KvpPolicy {
  Standard,    ///< 130/200/300/400 at every voltage
  Grani,       ///< the published rows, else refused \cite grani2018
  Interpolate, ///< log-linear between those rows, with a warning: not published
  Custom       ///< the user's bounds
};
[[nodiscard]] std::optional<KvpPolicy> kvp_policy_from_string(std::string_view name) noexcept;
[[nodiscard]] std::string_view to_string(KvpPolicy policy) noexcept; ///< "standard", "grani" ...

struct KvpOptions {
  KvpPolicy policy = KvpPolicy::Standard;
  WeightBounds custom_hu = standard_bounds;
  std::string reads_like_120_kv{}; ///< why this scan's HU are those of 120 kV at its own voltage; empty: they are not
};

/// Why a scan needs the standard bounds at any voltage: a tin filter, a calcium-aware kernel (Siemens Sa36) or an
/// artificial 120 kV reconstruction \cite apfaltrer2018; empty when nothing says so.
[[nodiscard]] std::string reads_like_120_kv(const CtAcquisition& acquisition);

/// The bounds for a scan, or nothing with an Issue that says why (an unknown voltage under a policy that needs it).
/// An absent voltage counts as 120 kV under Standard and Custom, with an Issue.
[[nodiscard]] std::optional<WeightBounds> weight_bounds(const KvpOptions& options, std::optional<KiloVolt> kvp,
                                                        Issues& issues);

/// Every choice Agatston's paper leaves open or others make differently; the defaults are the reference variant.
struct RuleOptions {
  bool strictly_above = false; ///< HU > bound rather than >=
  Connectivity connectivity = Connectivity::Eight;
  double min_area_mm2 = 1;                                                            ///< of a lesion in a slice
  std::int64_t min_pixels = 1;                                                        ///< besides the area
  enum class Thickness { Increment, Nominal, None } thickness = Thickness::Increment; ///< times it / 3 mm
  enum class WeightScope { LesionInSlice, Lesion, Pixel } weight = WeightScope::LesionInSlice;
  std::optional<int> max_hu; ///< brighter pixels (metal) do not count
};

/// What a variant means on one pixel grid and voltage: every size limit as a count of pixels, so that one algorithm
/// (score.cpp) serves them all.
struct ScoringRule {
  int min_hu = 130; ///< candidates: min_hu <= HU <= max_hu
  int max_hu = no_max_hu;
  WeightBounds weight_from_hu = standard_bounds; ///< weight 1..4 from these peaks; 0 below
  std::optional<Connectivity> object;            ///< 3-D objects are formed first (6- or 26-connected)
  std::int64_t min_object_voxels = 1;            ///< smaller objects are dropped
  enum class Group { Slice4, Slice8, ObjectInSlice, Object } group = Group::Slice8;   ///< what is kept or dropped
  std::int64_t min_group_pixels = 1;                                                  ///< smaller groups are dropped
  enum class Weight { GroupPeak, LesionPeak, PixelValue } weight = Weight::GroupPeak; ///< whose HU the weight follows
  double thickness_factor = 1; ///< 1, increment/3 or nominal thickness/3
  enum class Rounding { None, ThreeDecimals, WholePerGroup } rounding = Rounding::None;
};

/// Area of a pixel in the slice plane.
[[nodiscard]] inline double pixel_area_mm2(const VolumeGeometry& geometry) noexcept {
  return geometry.spacing_mm[0] * geometry.spacing_mm[1];
}

/// What the rules depend on.
struct ScanGrid {
  double pixel_area_mm2 = 1;
  SliceIncrement increment{3};
  SliceThickness nominal_thickness{3};
  std::optional<KiloVolt> kvp;
};

/// \param reference_bounds bounds of the reference variants (weight_bounds())
[[nodiscard]] ScoringRule rule_for(Variant variant, const ScanGrid& grid, const WeightBounds& reference_bounds);

/// The rule of the user's options. \throw ConfigError a negative area, fewer than one pixel, a bound above max_hu
[[nodiscard]] ScoringRule custom_rule(const RuleOptions& options, const ScanGrid& grid,
                                      const WeightBounds& reference_bounds);

} // namespace osteocalc::calcium
