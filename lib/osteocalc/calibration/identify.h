// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "osteocalc/calibration/phantom_library.h"
#include "osteocalc/calibration/rods.h"

#include <span>

namespace osteocalc::calibration {

/// A phantom found in a scan.
struct FoundPhantom {
  PhantomModel phantom;
  RodRow row;
  std::vector<Rod> rods; ///< as measured, in the order of the calibration's rods
  bool reversed = false; ///< the phantom's first rod lies on the patient's left
  Calibration calibration;
};

struct IdentifyOptions {
  RodOptions rods;
  std::optional<double> kvp_kv; ///< narrows the slopes that are possible
};

/// Finds the rods and fits the line. Which rod is which follows from the row's places and the order of HU, read both
/// ways; places where a rod does not show (its HU are those around it, or it lies outside the field) are worked out
/// from the others. A slope that no effective energy of the tube voltage gives is no match.
/// Issues in the calibration: CALIB-ROD-HIDDEN (measured where it must lie), CALIB-ROD-MISSING (out of the field),
/// those of fit_phantom().
/// \param candidates one phantom, or those an unknown one may be
/// \throw Refusal CALIB-NO-RODS, CALIB-NO-MATCH, CALIB-AMBIGUOUS (naming what else it may be)
[[nodiscard]] FoundPhantom find_phantom(const Volume<std::int16_t>& hu, std::span<const PhantomModel> candidates,
                                        const IdentifyOptions& options = {});

/// The library's phantoms that can be recognised without being named.
[[nodiscard]] std::vector<PhantomModel> recognisable_phantoms();

} // namespace osteocalc::calibration
