// SPDX-License-Identifier: Apache-2.0
#include "osteocalc/synth/scanner.h"

#include "osteocalc/core/error.h"
#include "osteocalc/synth/attenuation.h"
#include "osteocalc/synth/canvas.h"
#include "osteocalc/synth/random.h"

#include <algorithm>
#include <cmath>
#include <fmt/format.h>

namespace osteocalc::synth {
namespace {

/// Weights at distances 0, 1, 2 ... pixels, the two-sided sum being 1.
std::vector<float> gaussian(double sigma_pixels) {
  const int reach = static_cast<int>(std::ceil(4 * sigma_pixels));
  std::vector<double> weights;
  double sum = 0;
  for (int i = 0; i <= reach; ++i) {
    weights.push_back(sigma_pixels > 0 ? std::exp(-0.5 * i * i / (sigma_pixels * sigma_pixels)) : 1.0);
    sum += (i == 0 ? 1 : 2) * weights.back();
  }
  std::vector<float> kernel;
  for (const double w : weights)
    kernel.push_back(static_cast<float>(w / sum));
  return kernel;
}

/// out = sum over k of kernel[|k|] * line(index + k), whole lines of `count` values at a time; `line` clamps at the
/// ends.
template <class Line>
void blur_lines(const std::vector<float>& kernel, int index, std::span<float> out, const Line& line) {
  std::ranges::fill(out, 0.0F);
  for (int k = 1 - static_cast<int>(kernel.size()); k < static_cast<int>(kernel.size()); ++k) {
    const float weight = kernel[static_cast<std::size_t>(std::abs(k))];
    const float* source = line(index + k);
    for (std::size_t i = 0; i < out.size(); ++i)
      out[i] += weight * source[i];
  }
}

enum class Edge { Extend, Wrap }; ///< what lies outside an image: its edge values, or its other side

/// Separable blur of an image.
void blur(std::span<float> image, int width, const std::vector<float>& kernel, Edge edge) {
  if (kernel.size() == 1)
    return;
  const int height = static_cast<int>(image.size()) / width, reach = static_cast<int>(kernel.size()) - 1;
  const auto w = static_cast<std::size_t>(width);
  const auto source = [edge](int i, int count) {
    const int index = edge == Edge::Extend ? std::clamp(i, 0, count - 1) : ((i % count) + count) % count;
    return static_cast<std::size_t>(index);
  };
  std::vector<float> rows(image.size()), padded(w + 2 * static_cast<std::size_t>(reach));
  for (int y = 0; y < height; ++y)
    blur_lines(kernel, y, {rows.data() + static_cast<std::size_t>(y) * w, w},
               [&](int j) { return image.data() + source(j, height) * w; });
  for (int y = 0; y < height; ++y) {
    const float* row = rows.data() + static_cast<std::size_t>(y) * w;
    for (int x = -reach; x < width + reach; ++x)
      padded[static_cast<std::size_t>(x + reach)] = row[source(x, width)];
    blur_lines(kernel, 0, image.subspan(static_cast<std::size_t>(y) * w, w),
               [&](int k) { return padded.data() + reach + k; });
  }
}

constexpr double fwhm_per_sigma = 2.3548200450309493;

void store(std::span<const float> mean, SliceView<std::int16_t> slice) {
  for (std::size_t i = 0; i < mean.size(); ++i)
    slice.data[i] = static_cast<std::int16_t>(std::clamp(std::lround(mean[i]), -1024L, 3071L));
}

} // namespace

void check(const Scanner& s) {
  const auto require = [](bool good, std::string_view what) {
    if (!good)
      throw ConfigError(fmt::format("scanner: {} is out of range (no image can be made with it); correct it", what));
  };
  static_cast<void>(effective_energy_kev(s.kvp_kv));
  require(s.matrix >= 16 && s.matrix <= 2048, "matrix (16 to 2048)");
  require(s.pixel_mm > 0.1 && s.pixel_mm < 10, "pixel_mm (0.1 to 10)");
  require(s.increment_mm > 0.1 && s.increment_mm <= 20, "increment_mm (0.1 to 20)");
  require(s.nominal_thickness_mm > 0.1 && s.nominal_thickness_mm <= 20, "nominal_thickness_mm (0.1 to 20)");
  require(s.psf_fwhm_mm >= 0 && s.psf_fwhm_mm < 10, "psf_fwhm_mm (0 to 10)");
  require(s.noise_sd_hu >= 0 && s.noise_sd_hu < 500, "noise_sd_hu (0 to 500)");
  require(s.noise_correlation_mm >= 0 && s.noise_correlation_mm < 10, "noise_correlation_mm (0 to 10)");
}

CtAcquisition acquisition_of(const Scanner& scanner) {
  CtAcquisition out;
  out.kvp_kv = scanner.kvp_kv;
  out.nominal_thickness_mm = scanner.nominal_thickness_mm;
  out.kernel = scanner.kernel;
  out.manufacturer = "OsteoCalc";
  out.model = "synth";
  return out;
}

void add_noise(std::span<float> hu, int width, const Scanner& scanner, std::uint32_t seed, std::uint32_t slice) {
  const std::vector<float> kernel = gaussian(scanner.noise_correlation_mm / scanner.pixel_mm);
  // White noise: the sum of the four bytes of one raw output is nearly normal, and more so once filtered.
  constexpr double byte_mean = 127.5, byte_variance = (256.0 * 256.0 - 1) / 12;
  Random random(seed, 1000 + slice);
  std::vector<float> noise(hu.size());
  for (float& value : noise) {
    const std::uint32_t raw = random.raw();
    value = static_cast<float>((raw & 255U) + ((raw >> 8) & 255U) + ((raw >> 16) & 255U) + (raw >> 24)) -
            static_cast<float>(4 * byte_mean);
  }
  blur(noise, width, kernel, Edge::Wrap); // wrapped, so that the noise is the same up to the image's edge
  // The separable filter leaves the share (sum of squared weights)^2 of the variance.
  double squares = 0;
  for (std::size_t i = 0; i < kernel.size(); ++i)
    squares += (i == 0 ? 1 : 2) * static_cast<double>(kernel[i]) * static_cast<double>(kernel[i]);
  const auto scale = static_cast<float>(scanner.noise_sd_hu / (squares * std::sqrt(4 * byte_variance)));
  for (std::size_t i = 0; i < hu.size(); ++i)
    hu[i] += scale * noise[i];
}

ScannedVolume scan(const Scanner& scanner, const VolumeGeometry& grid, std::uint32_t seed, const PaintObject& paint,
                   Parallel parallel) {
  check(scanner);
  // Layers of about 1 mm, an odd number, so that the middle one lies at the slice's own height and gives the labels.
  const int layers = 1 + 2 * static_cast<int>(std::lround(0.5 * (scanner.nominal_thickness_mm - 1)));
  const double layer_mm = scanner.nominal_thickness_mm / layers;
  const std::vector<float> point_spread = gaussian(scanner.psf_fwhm_mm / fwhm_per_sigma / scanner.pixel_mm);
  ScannedVolume out{Volume<std::int16_t>(grid), Volume<LabelId>(grid), Volume<LabelId>(grid)};
  parallel_for(static_cast<std::size_t>(grid.size[2]), parallel, [&](std::size_t index) {
    const int z = static_cast<int>(index);
    Canvas canvas(grid, hu_per_mg_cm3(scanner.kvp_kv));
    std::vector<float> mean(canvas.hu().size(), 0.0F);
    const double center = grid.origin_mm[2] + z * grid.spacing_mm[2];
    for (int layer = 0; layer < layers; ++layer) {
      canvas.begin(center + (layer - (layers - 1) / 2) * layer_mm);
      paint(canvas, layer_mm);
      for (std::size_t i = 0; i < mean.size(); ++i)
        mean[i] += canvas.hu()[i] / static_cast<float>(layers);
      if (layer == layers / 2) {
        std::ranges::copy(canvas.labels(), out.labels.slice(z).data);
        std::ranges::copy(canvas.parts(), out.parts.slice(z).data);
      }
    }
    blur(mean, grid.size[0], point_spread, Edge::Extend);
    if (scanner.noise_sd_hu > 0)
      add_noise(mean, grid.size[0], scanner, seed, static_cast<std::uint32_t>(z));
    store(mean, out.hu.slice(z));
  });
  return out;
}

} // namespace osteocalc::synth
