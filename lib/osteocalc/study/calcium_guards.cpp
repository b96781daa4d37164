// SPDX-License-Identifier: Apache-2.0
#include "osteocalc/study/calcium_guards.h"

#include <algorithm>
#include <array>
#include <cctype>
#include <charconv>
#include <cmath>
#include <fmt/format.h>

namespace osteocalc::study {
namespace {

Issue judged(bool strict, const char* rule, std::string text) {
  return strict ? refused(rule, "calcium", text + " (slices are strict) combine the slices or choose another series")
                : warning(rule, "calcium", text + " (the score is scaled by increment / 3 mm)");
}

} // namespace

Issues check_slices(const CtImage& image, const CalciumOptions& options) {
  Issues issues;
  constexpr double tolerance = 0.01;
  const double increment_mm = options.combine_slices_mm.value_or(image.hu.geometry().spacing_mm[2]);
  if (increment_mm > options.gated_increment_mm)
    issues.push_back(judged(options.strict_slices, "CAL-THICK",
                            fmt::format("slices every {:g} mm hide small calcium", increment_mm)));
  if (options.combine_slices_mm)
    return issues;
  const std::optional<double>& thickness_mm = image.acquisition.nominal_thickness_mm;
  if (thickness_mm && increment_mm < *thickness_mm * (1 - tolerance))
    issues.push_back(judged(options.strict_slices, "CAL-OVERLAP",
                            fmt::format("slices of {:g} mm every {:g} mm overlap", *thickness_mm, increment_mm)));
  if (thickness_mm && increment_mm > *thickness_mm * (1 + tolerance))
    issues.push_back(judged(options.strict_slices, "CAL-GAPS",
                            fmt::format("slices of {:g} mm every {:g} mm leave gaps", *thickness_mm, increment_mm)));
  if (increment_mm < 0.4)
    issues.push_back(judged(options.strict_slices, "CAL-THIN",
                            fmt::format("slices every {:g} mm are noisier than the score was made for", increment_mm)));
  return issues;
}

bool is_sharp_kernel(const std::string& kernel) {
  std::string name;
  for (const unsigned char c : kernel)
    name += static_cast<char>(std::toupper(c));
  constexpr std::array<std::string_view, 5> words{"BONE", "LUNG", "EDGE", "SHARP", "ULTRA"};
  if (std::ranges::any_of(words, [&](std::string_view word) { return name.find(word) != std::string::npos; }))
    return true;
  constexpr std::array<std::string_view, 9> philips{"D", "E", "L", "YA", "YB", "YC", "YD", "YE", "EC"};
  if (std::ranges::count(philips, name) > 0)
    return true;
  // Siemens: a letter or two and a number, sharp from 60 on (B70f, Br64, I70f); Canon: FC30 to FC39, FC50 on.
  const std::size_t digits = name.find_first_of("0123456789");
  if (digits == std::string::npos || digits == 0 || digits > 3)
    return false;
  int number = 0;
  std::from_chars(name.data() + digits, name.data() + name.size(), number);
  if (name.starts_with("FC"))
    return (number >= 30 && number < 40) || number >= 50;
  return number >= 60 && number < 100;
}

Issues check_image_quality(const CtImage& image, const BloodPool& blood, const CalciumOptions& options) {
  Issues issues;
  if (is_sharp_kernel(image.acquisition.kernel))
    issues.push_back(warning("CAL-KERNEL-SHARP", "calcium",
                             "kernel " + image.acquisition.kernel +
                                 " sharpens edges (noise and overshoot pass 130 HU) use a soft-tissue series"));
  if (blood.noise && blood.noise->sd_hu > options.noisy_sd_hu)
    issues.push_back(warning("CAL-NOISE", "calcium",
                             fmt::format("the aorta's blood has a noise of {:.0f} HU (130 HU is then reached without "
                                         "calcium) read small lesions with care",
                                         blood.noise->sd_hu)));
  int first = -1, last = -1, count = 0;
  for (int z = 0; z < static_cast<int>(blood.slice_median_hu.size()); ++z)
    if (const auto& median = blood.slice_median_hu[static_cast<std::size_t>(z)];
        median && std::abs(*median - *blood.median_hu) > options.beam_hardening_hu) {
      first = first < 0 ? z : first;
      last = z;
      ++count;
    }
  if (count > 0)
    issues.push_back(warning("CAL-BEAM-HARDENING", "calcium",
                             fmt::format("in {} slices between {} and {} the blood differs from the rest by more than "
                                         "{:g} HU (streaks of dense bone, or blood that is mixed) look at them",
                                         count, first, last, options.beam_hardening_hu)));
  return issues;
}

Issues check_metal(const std::vector<BedScore>& beds, const CalciumOptions& options) {
  Issues issues;
  for (const BedScore& bed : beds)
    if (bed.reference && bed.reference->max_hu && *bed.reference->max_hu > options.metal_hu)
      issues.push_back(
          warning("CAL-METAL", bed.bed,
                  fmt::format("a lesion reaches {} HU (a stent, clip or lead?) look at it before the score "
                              "is used",
                              *bed.reference->max_hu)));
  return issues;
}

} // namespace osteocalc::study
