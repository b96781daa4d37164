// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#ifdef __SSE2__
#include <emmintrin.h>
#endif

namespace osteocalc::calcium {

/// Pixels that candidate_mask() looks at in one go.
inline constexpr int mask_pixels = 64;

/// Bit i is set when pixels[i] >= min_hu. The plain form; candidate_mask() gives the same bits faster.
[[nodiscard]] inline std::uint64_t candidate_mask_scalar(const std::int16_t* pixels, std::int16_t min_hu) {
  std::uint64_t mask = 0;
  for (int i = 0; i < mask_pixels; ++i)
    mask |= static_cast<std::uint64_t>(pixels[i] >= min_hu) << i;
  return mask;
}

#ifdef __SSE2__
/// The same by vector compares, 16 pixels a step. Most of a scan is below the bound, so the brightest of all 64 is
/// asked first.
[[nodiscard]] inline std::uint64_t candidate_mask(const std::int16_t* pixels, std::int16_t min_hu) {
  __m128i part[8]; // NOLINT(modernize-avoid-c-arrays): registers
  for (int i = 0; i < 8; ++i)
    part[i] = _mm_loadu_si128(reinterpret_cast<const __m128i*>(pixels) + i); // NOLINT: the intrinsic's own type
  const __m128i bound = _mm_set1_epi16(min_hu);
  __m128i brightest = part[0];
  for (int i = 1; i < 8; ++i)
    brightest = _mm_max_epi16(brightest, part[i]);
  if (_mm_movemask_epi8(_mm_cmplt_epi16(brightest, bound)) == 0xffff)
    return 0;
  std::uint64_t below = 0;
  for (int i = 0; i < 4; ++i) {
    const __m128i bytes = _mm_packs_epi16(_mm_cmplt_epi16(part[2 * i], bound), _mm_cmplt_epi16(part[2 * i + 1], bound));
    below |= static_cast<std::uint64_t>(static_cast<unsigned>(_mm_movemask_epi8(bytes))) << (16 * i);
  }
  return ~below;
}
#else
[[nodiscard]] inline std::uint64_t candidate_mask(const std::int16_t* pixels, std::int16_t min_hu) {
  return candidate_mask_scalar(pixels, min_hu);
}
#endif

} // namespace osteocalc::calcium
