// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "osteocalc/image/polygon.h"
#include "osteocalc/synth/dxa_projection.h"
#include "osteocalc/synth/dxa_walls.h"

#include <array>
#include <optional>
#include <string>
#include <vector>

namespace osteocalc::synth {

enum class DxaView { Spine, Lateral, HipLeft, HipRight };

/// What to simulate. Everything not stated follows from person.seed.
struct DxaRequest {
  Person person{};
  DxaView view = DxaView::Spine;
  std::string beam = "cerium";           ///< one of dxa_beams()
  double pixel_mm = 1;                   ///< lateral images are made at 0.7 of it
  std::optional<SoftTissueSlab> slab{};  ///< in place of the body's soft tissue; the hip always lies in one
  double photons_per_mm2 = 0;            ///< a channel, without a patient; 0 = no noise
  std::vector<LevelDensity> densities{}; ///< trabecular densities that replace the person's
  std::vector<Plaque> plaques{};         ///< in the aorta
  std::string patient_id = "SYNTHETIC";
};

/// Photons that give the noise of a clinical scan: about 0.05 g/cm2 in a square millimetre behind 20 cm; scanners slow
/// down for thick bodies.
[[nodiscard]] double clinical_photons_per_mm2(double thickness_cm);

/// What a region holds, from the object itself. Millimetres from the image's top left corner.
struct DxaRegionTruth {
  std::string name; ///< "L1" ... "L4", "neck", "trochanter", "intertrochanter", "total"
  Polygon outline;
  double bmc_g = 0, area_cm2 = 0;
  [[nodiscard]] double abmd_g_cm2() const { return bmc_g / area_cm2; }
};

/// The corners of a vertebral body on a lateral image: front, middle, back of its upper endplate, then of its lower
/// one.
struct SixPoints {
  Vertebra level = Vertebra::L1;
  std::array<Vec2, 6> points{};
};

struct DxaTruth {
  DxaRequest request{};
  Torso torso{};
  std::vector<DxaRegionTruth> regions{};
  std::array<WallSegment, 8> walls{}; ///< lateral only
  std::vector<SixPoints> marks{};     ///< lateral only, T12 to L5 as far as they lie in the image
};

/// Attenuation -ln(I / I0) of both channels on one grid, see AreaImage, and the mineral that made it.
struct SyntheticDxa {
  Volume<float> low, high, bone_g_cm2;
  DxaTruth truth;
};

/// \throw ConfigError when the request is impossible
[[nodiscard]] SyntheticDxa make_dxa(const DxaRequest& request, Parallel parallel);

/// One step of a calibration wedge: known masses and the attenuation of both channels behind them.
struct WedgeStep {
  ArealMasses masses;
  double low = 0, high = 0;
};

/// What the densitometer reads behind 8 to 34 g/cm2 of tissue of any fat share and 0 to 2.5 g/cm2 of mineral.
[[nodiscard]] std::vector<WedgeStep> step_wedge(const DxaBeam& beam);

} // namespace osteocalc::synth
