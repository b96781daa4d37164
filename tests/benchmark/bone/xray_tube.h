// SPDX-License-Identifier: Apache-2.0
// HU by physics that shares nothing with the calibration under test: xraylib's cross sections of the elements under the
// whole spectrum of a tube, hardened by the body.
#pragma once

#include <utility>
#include <vector>

namespace osteocalc {

/// Atomic numbers with their mass fractions.
using Composition = std::vector<std::pair<int, double>>;

/// ICRU report 44's compositions and, from ICRP 23 as NIST tabulates them, other ones.
struct TissueCompositions {
  Composition adipose, blood, muscle, cortical_bone;
  double adipose_g_cm3, blood_g_cm3, muscle_g_cm3, cortical_bone_g_cm3;
};
[[nodiscard]] TissueCompositions icru44_tissues();
[[nodiscard]] TissueCompositions icrp_tissues();

class XrayTube {
 public:
  /// Kramers' continuum of a tungsten target behind 7 mm of aluminium, seen by a detector that weighs photons by their
  /// energy, after `water_mm` of body. \pre kvp_kv from 60 to 150
  XrayTube(double kvp_kv, double water_mm);
  [[nodiscard]] double hu(const Composition& composition, double density_g_cm3) const;
  /// HU of so much K2HPO4, whose crystals displace water.
  [[nodiscard]] double k2hpo4_hu(double mg_cm3) const;

 private:
  [[nodiscard]] double attenuation(const Composition& composition) const; ///< mean over the spectrum, cm2/g
  std::vector<double> kev_, weight_;
};

} // namespace osteocalc
