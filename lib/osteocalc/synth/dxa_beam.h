// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <string>
#include <string_view>
#include <vector>

namespace osteocalc::synth {

/// What lies on one ray, g/cm2: soft tissue without and with fat, and mineral (hydroxyapatite).
struct ArealMasses {
  double lean_g_cm2 = 0, fat_g_cm2 = 0, bone_g_cm2 = 0;
};

/// Photons of one channel by energy, with the attenuation of the three materials there.
struct Spectrum {
  struct Bin {
    double kev = 0, share = 0; ///< shares add up to 1
    double lean_cm2_g = 0, fat_cm2_g = 0, bone_cm2_g = 0;
  };
  std::vector<Bin> bins;

  [[nodiscard]] double transmission(const ArealMasses& masses) const;
  [[nodiscard]] double attenuation(const ArealMasses& masses) const; ///< -ln of the transmission
  [[nodiscard]] double mean_kev(const ArealMasses& behind) const;    ///< of the photons that come through
};

/// The two channels of a densitometer.
struct DxaBeam {
  std::string name;
  Spectrum low, high;
  double low_kvp_kv = 0, high_kvp_kv = 0;
};

/// "cerium" (80 kV, cerium filter: 40 and 70 keV behind 20 cm of tissue), "samarium" (100 kV, samarium: 47 and 80 keV),
/// "switched" (70 and 140 kV in turn). Kramers' spectrum behind the filters; counting detectors, no scatter.
/// \throw ConfigError for another name \cite blake1997
[[nodiscard]] DxaBeam dxa_beam(std::string_view name);
[[nodiscard]] std::vector<std::string> dxa_beams();

} // namespace osteocalc::synth
