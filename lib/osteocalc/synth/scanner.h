// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "osteocalc/core/anatomy.h"
#include "osteocalc/core/parallel.h"
#include "osteocalc/image/ct_image.h"

#include <cstdint>
#include <functional>
#include <span>
#include <string>

namespace osteocalc::synth {

class Canvas;

enum class Field { Heart, Chest, Abdomen, ChestAbdomen };

/// A CT scanner as what it does to an object. The defaults are a calcium-scoring protocol.
struct Scanner {
  double kvp_kv = 120;
  Field field = Field::ChestAbdomen;
  int matrix = 256; ///< pixels along x and y
  double pixel_mm = 1.4;
  double increment_mm = 3;           ///< between slice positions
  double nominal_thickness_mm = 3;   ///< box profile of each slice; differs from the increment in overlap and gaps
  double psf_fwhm_mm = 1.1;          ///< in-plane point spread, Gaussian
  double noise_sd_hu = 12;           ///< in the image; 0 = none
  double noise_correlation_mm = 1.0; ///< SD of the Gaussian that gives the noise its texture
  std::string kernel = "STANDARD";
};

/// \throw ConfigError when a value is out of range
void check(const Scanner& scanner);

/// Voxels on and labels beside them, as a scan of an object gives them.
struct ScannedVolume {
  Volume<std::int16_t> hu;
  Volume<LabelId> labels, parts; ///< of the object itself at the voxel centres: no blur, no noise
};

/// Paints the object at the canvas's height; `layer_mm` is the thickness of the layer the canvas stands for.
using PaintObject = std::function<void(Canvas& canvas, double layer_mm)>;

/// Scans an object: each slice is the mean of thin layers over its thickness, blurred by the point spread, plus noise
/// seeded by `seed` and the slice. The same bytes for any number of threads.
[[nodiscard]] ScannedVolume scan(const Scanner& scanner, const VolumeGeometry& grid, std::uint32_t seed,
                                 const PaintObject& paint, Parallel parallel);

/// What the header of a scan by it says; nothing about a patient.
[[nodiscard]] CtAcquisition acquisition_of(const Scanner& scanner);

/// Correlated noise for one slice: zero mean, standard deviation `sd_hu` of the process, from raw generator output.
void add_noise(std::span<float> hu, int width, const Scanner& scanner, std::uint32_t seed, std::uint32_t slice);

} // namespace osteocalc::synth
