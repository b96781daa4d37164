// SPDX-License-Identifier: Apache-2.0
#include "osteocalc/core/quantity.h"

#include <gtest/gtest.h>
#include <type_traits>

namespace osteocalc {
namespace {

template <class A, class B>
concept Addable = requires(A a, B b) {
  a + b;
};
template <class A, class B>
concept Comparable = requires(A a, B b) {
  a < b;
};
template <class A, class B>
concept Divisible = requires(A a, B b) {
  a / b;
};

// What must not compile: the mistakes that bias a score or a density without anyone noticing.
static_assert(!std::is_convertible_v<SliceThickness, SliceIncrement>);
static_assert(!std::is_constructible_v<SliceIncrement, SliceThickness>);
static_assert(!std::is_assignable_v<SliceIncrement&, SliceThickness>);
static_assert(!Addable<SliceThickness, SliceIncrement>);
static_assert(!Comparable<SliceThickness, SliceIncrement>);
static_assert(!Divisible<SliceThickness, SliceIncrement>);
static_assert(!Comparable<MgPerCm3, GramPerCm2>); // volumetric against areal density
static_assert(!Comparable<KiloVolt, double>);
static_assert(!std::is_convertible_v<double, KiloVolt>);
static_assert(!std::is_convertible_v<KiloVolt, double>);
// And what must: otherwise the lines above would hold for the wrong reason.
static_assert(Addable<SliceIncrement, SliceIncrement>);
static_assert(Comparable<SliceIncrement, SliceIncrement>);
static_assert(Divisible<SliceIncrement, SliceIncrement>);
static_assert(std::is_constructible_v<SliceIncrement, double>);

TEST(Quantity, AddsAndScalesWithinItsUnit) {
  EXPECT_EQ((SliceIncrement{1.5} + SliceIncrement{1.5}).value(), 3.0);
  EXPECT_EQ((SliceIncrement{3} - SliceIncrement{0.5}).value(), 2.5);
  EXPECT_EQ((2 * KiloVolt{60}).value(), 120);
  EXPECT_EQ((KiloVolt{60} * 2).value(), 120);
  EXPECT_EQ(MgPerCm3{150} / MgPerCm3{100}, 1.5);
}

TEST(Quantity, ComparesWithinItsUnit) {
  EXPECT_LT(KiloVolt{100}, KiloVolt{120});
  EXPECT_EQ(KiloVolt{120}, KiloVolt{120});
  EXPECT_EQ(KiloVolt{}.value(), 0);
}

} // namespace
} // namespace osteocalc
