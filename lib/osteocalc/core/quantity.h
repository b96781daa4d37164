// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <compare>

namespace osteocalc {

/// A number with its unit in the type. Explicit in and out, sums and scaling within one unit only: no algebra across
/// units, so slice thickness cannot be passed where slice spacing is meant.
template <class Unit>
class Quantity {
 public:
  constexpr Quantity() = default;
  explicit constexpr Quantity(double value) : value_(value) {}
  [[nodiscard]] constexpr double value() const noexcept { return value_; }
  friend constexpr auto operator<=>(Quantity, Quantity) = default;
  friend constexpr Quantity operator+(Quantity a, Quantity b) { return Quantity{a.value_ + b.value_}; }
  friend constexpr Quantity operator-(Quantity a, Quantity b) { return Quantity{a.value_ - b.value_}; }
  friend constexpr Quantity operator*(Quantity a, double factor) { return Quantity{a.value_ * factor}; }
  friend constexpr Quantity operator*(double factor, Quantity a) { return Quantity{a.value_ * factor}; }
  friend constexpr double operator/(Quantity a, Quantity b) { return a.value_ / b.value_; }

 private:
  double value_ = 0.0;
};

using KiloVolt = Quantity<struct KiloVoltUnit>;             ///< tube voltage, kV
using SliceThickness = Quantity<struct SliceThicknessUnit>; ///< nominal reconstructed thickness, mm
using SliceIncrement = Quantity<struct SliceIncrementUnit>; ///< distance between neighbouring slice positions, mm
using MgPerCm3 = Quantity<struct MgPerCm3Unit>;             ///< volumetric density, mg/cm3
using GramPerCm2 = Quantity<struct GramPerCm2Unit>;         ///< areal density, g/cm2

} // namespace osteocalc
